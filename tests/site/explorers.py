"""The explorers that the notebooks saved, and what a test sees of one of them in the browser."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import nbformat
from playwright.sync_api import Locator, Page, expect
from visits import PAGES, ROOT

SOME = re.compile(r"\d+")  # frames
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"


class Saved(NamedTuple):
    """One explorer of the book: its page, its place there, and the state that it was saved with."""

    page: str
    place: int
    state: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.page}-{self.place}"


def offer(saved: Saved) -> Saved:
    """Return the explorer with all values as its axes' own, where the page computes what is not stored."""
    if "engine" not in saved.state.get("options", {}):  # the garment has none
        return saved
    axes = [
        {**axis, "values": axis["offered"], "texts": axis["offeredTexts"]}
        for axis in saved.state["axes"]
    ]
    return saved._replace(state={**saved.state, "axes": axes})


def saved_on(page: str) -> list[Saved]:
    """Return the explorers that the page's notebook shows, in order."""
    path = ROOT / f"{page}.ipynb"
    if not path.is_file():
        return []
    notebook = nbformat.read(path, as_version=4)
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    shown = [
        models[output.data[VIEW]["model_id"]]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if VIEW in output.get("data", {})
    ]
    return [
        offer(Saved(page, place, model["state"])) for place, model in enumerate(shown)
    ]


EVERY = [explorer for page in PAGES for explorer in saved_on(page)]
EXPLORER_PAGES = list(dict.fromkeys(explorer.page for explorer in EVERY))
# Those that a recipe makes: they have axes and panes. The garment's own tests are in test_garment_page.py.
OF_RECIPES = [explorer for explorer in EVERY if "axes" in explorer.state]
# Those without buttons: their own tests are in test_glances.py.
GLANCES = [each for each in OF_RECIPES if "question" in each.state["options"]]
SAVED = [each for each in OF_RECIPES if each not in GLANCES]

# One number for what is on all the canvases that one sees, the sentence, and what each control says.
LOOK = """(explorer) => {
  let hash = 2166136261;
  for (const canvas of explorer.querySelectorAll("canvas")) {
    const image = canvas.clientWidth ? canvas.toDataURL() : "hidden";
    for (let i = 0; i < image.length; i++) hash = Math.imul(hash ^ image.charCodeAt(i), 16777619);
  }
  const inputs = [...explorer.querySelectorAll("input, select")];
  return [
    hash,
    explorer.querySelector(".explorer-words").textContent,
    inputs.map((input) => [input.labels[0].textContent, input.getAttribute("aria-valuetext") || input.value]),
  ];
}"""
RECORD = f"""(explorer) => {{
  const look = {LOOK};
  explorer.looks = [];
  new MutationObserver((_, observer) => {{
    if (!explorer.looks) observer.disconnect();
    else explorer.looks.push(look(explorer));
  }}).observe(explorer, {{ attributeFilter: ["data-frames"] }});
}}"""
RECORDED = """(explorer) => {
  const { looks } = explorer;
  explorer.looks = null;
  return looks;
}"""


class Look(NamedTuple):
    """What an explorer shows: a number that stands for its pixels, its sentence, what its controls say."""

    picture: int
    words: str
    values: dict[str, str]  # label -> text


def look(explorer: Locator) -> Look:
    return look_of(explorer.evaluate(LOOK))


def look_of(seen: list[Any]) -> Look:
    picture, words, values = seen
    return Look(picture, words, dict(values))


def after(explorer: Locator, action: Callable[[], Any]) -> Look:
    """Do what calls for a new frame, wait for it, and look."""
    before = explorer.get_attribute("data-frames") or ""
    action()
    wait_for_frames(explorer, "!==", before)
    expect(explorer).not_to_have_attribute("aria-busy", "true")
    return look(explorer)


def wait_for_frames(explorer: Locator, compare: str, count: str) -> None:
    """Wait until the number of frames compares so; an expectation would look only each tenth of a second."""
    explorer.page.wait_for_function(
        f"([explorer, count]) => explorer.dataset.frames {compare} count",
        arg=[explorer.element_handle(), count],
    )


def each_frame(explorer: Locator, number: int, action: Callable[[], Any]) -> list[Look]:
    """Do what calls for so many frames, one after the other, and return how each of them looked."""
    before = int(explorer.get_attribute("data-frames") or 0)
    explorer.evaluate(RECORD)
    action()
    wait_for_frames(explorer, "===", str(before + number))
    return [look_of(seen) for seen in explorer.evaluate(RECORDED)]


def watched(explorer: Locator, action: Callable[[], Any], number: int) -> list[Look]:
    """Do what begins a training, and return how its first frames looked."""
    explorer.evaluate(RECORD)
    action()
    explorer.page.wait_for_function(
        "([explorer, number]) => explorer.looks.length >= number",
        arg=[explorer.element_handle(), number],
    )
    return [look_of(seen) for seen in explorer.evaluate(RECORDED)][:number]


def find(page: Page | Locator, place: int = 0) -> Locator:
    """Return the explorer at that place of the page, or of a part, once it shows something."""
    explorer = page.locator(".explorer").nth(place)
    expect(explorer).to_have_attribute("data-frames", SOME)
    expect(explorer).not_to_have_attribute("aria-busy", "true")
    return explorer


def reset(explorer: Locator) -> Look:
    return after(explorer, explorer.get_by_role("button", name="Reset").click)


def axes_of(saved: Saved, *, words: bool) -> list[dict[str, Any]]:
    """Return the axes with words to choose from, or those with numbers to move along."""
    return [axis for axis in moved_axes(saved) if axis["words"] is words]


def moved_axes(saved: Saved) -> list[dict[str, Any]]:
    """Return the axes that have a control."""
    return [axis for axis in saved.state["axes"] if len(axis["offered"]) > 1]


def play_axis(saved: Saved) -> dict[str, Any]:
    name = saved.state["options"]["play"]
    return next(axis for axis in saved.state["axes"] if axis["name"] == name)


def control(explorer: Locator, axis: dict[str, Any]) -> Locator:
    """Return the slider or the choice of an axis."""
    role = "combobox" if axis["words"] else "slider"
    return explorer.get_by_role(role, name=axis["label"], exact=True)  # type: ignore[arg-type]
