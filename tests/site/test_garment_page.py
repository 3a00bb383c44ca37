"""The explorer of chapter 12 on a page of its own, without a kernel: every hand moves, draws and hears."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from disk import Disk
from explorers import after, find, look
from playwright.sync_api import Browser, Locator, expect
from visits import ROOT, axe_violations

import nnfs_lib as nn
from bookkit.explore.chapter12 import Garment, drawn
from bookkit.garments import CLASSES
from bookkit.garments.network import FOLDER, NETWORK
from bookkit.site import explorers

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A garment</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="book.css"><link rel="stylesheet" href="explorers.css">
<script defer src="explorers.js"></script>
<style>
  :root {{ color-scheme: light dark; --pst-color-background: canvas; --pst-color-text-base: canvastext; }}
  body {{ margin: 1rem; }} main {{ padding-block: 20rem; }}
</style></head>
<body><main><h1>A garment</h1>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
{view}{{"model_id": "garment"}}</script></main></body></html>"""
BOOKS = nn.Model.load(FOLDER / NETWORK)
PICTURES = drawn()
# A model that notes what is sent to the kernel.
HEARD = """async (text) => {
  const network = new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  const values = { network, title: "T", caption: "" };
  let sent = null;
  const model = {
    get: (name) => values[name],
    set: (name, value) => (values[name] = value),
    save_changes: () => (sent = values.seen),
    on() {},
    off() {},
  };
  const el = document.querySelector("main").appendChild(document.createElement("div"));
  await explorer.render({ model, el });
  return [...new Uint8Array(sent.buffer)];
}"""
SLIDERS = ("Turn", "Shift right", "Shift down", "Brightness", "Noise")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with nothing but the explorer, as the website would have it."""
    folder = tmp_path_factory.mktemp("garment")
    explorers.write_files(folder)
    (folder / "book.css").write_bytes((ROOT / "assets/book.css").read_bytes())
    garment = Garment()
    data = {"network": garment.network, "seen": b""}
    buffers = [
        {"path": [name], "encoding": "base64", "data": base64.b64encode(each).decode()}
        for name, each in data.items()
    ]
    state = {"_esm": "", "title": garment.title, "caption": garment.caption}
    model = {"model_name": "AnyModel", "state": state, "buffers": buffers}
    text = explorers.slim(json.dumps({"state": {"garment": model}}))
    page = PAGE.format(state=text, view=explorers.VIEW)
    (folder / "page.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture
def paper(browser: Browser, folder: Path) -> Iterator[Disk]:
    """What opens the page; whatever a test does there, it may not complain."""
    disk = Disk(browser, folder)
    yield disk
    disk.close()
    assert disk.complaints == []


@pytest.fixture
def explorer(paper: Disk) -> Locator:
    return find(paper.open("page"))


def bars(explorer: Locator) -> dict[str, str]:
    """Return what stands beside each class's bar."""
    found: dict[str, str] = {}
    for row in explorer.locator("li").all():
        name, value = row.locator(":scope > span").all_inner_texts()[:2]
        found[name] = value
    return found


def best(explorer: Locator) -> str:
    [name] = explorer.locator("li.explorer-best > span:first-child").all_inner_texts()
    return name


def shares(explorer: Locator) -> np.ndarray:
    """Return how much of its width each bar fills."""
    lengths = explorer.locator(".explorer-bar").evaluate_all(
        "(bars) => bars.map((bar) => bar.firstChild.getBoundingClientRect().width / bar.clientWidth)"
    )
    return np.array(lengths)


def move(explorer: Locator, label: str, value: float) -> None:
    """Set a slider as a hand would."""
    slider = explorer.get_by_role("slider", name=label, exact=True)
    slider.evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }",
        value,
    )


def pick(explorer: Locator, name: str) -> None:
    explorer.get_by_role("combobox", name="Picture").select_option(name)


# On a copy: a canvas that is read again and again is one that Chromium warns of.
SHADES = """(canvas) => {
  const copy = document.createElement("canvas");
  copy.width = copy.height = 28;
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, 28, 28);
  return [...context.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
}"""


def shades(explorer: Locator) -> np.ndarray:
    """Return the grays that the canvas shows: (28, 28)."""
    return np.array(explorer.locator("canvas").evaluate(SHADES)).reshape(28, 28)


def at(explorer: Locator, x: float, y: float) -> tuple[float, float]:
    """Return where on the screen the middle of a pixel lies."""
    canvas = explorer.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    return (
        box["x"] + (x + 0.5) / 28 * box["width"],
        box["y"] + (y + 0.5) / 28 * box["height"],
    )


def test_every_picture_is_shown_and_named(explorer: Locator) -> None:
    answers = BOOKS.predict(PICTURES)
    for name, picture, answer in zip(CLASSES, PICTURES, answers, strict=True):
        pick(explorer, name)
        winner = list(CLASSES)[answer.argmax()]
        assert best(explorer) == winner
        assert winner in look(explorer).words.partition("Next comes")[0]
        np.testing.assert_allclose(shares(explorer), answer, atol=0.01)
        np.testing.assert_array_equal(shades(explorer), picture)
    assert list(bars(explorer)) == list(CLASSES)


def test_bars_and_words_say_how_sure(explorer: Locator) -> None:
    pick(explorer, "Shirt")
    answer = BOOKS.predict(PICTURES[6:7])[0]
    order = answer.argsort()[::-1]
    texts = [f"{list(CLASSES)[i]}, {answer[i]:.0%}" for i in order[:2]]
    expected = f"The network leans to one: {texts[0]}. Next comes {texts[1]}."
    assert look(explorer).words == expected
    assert bars(explorer)["Shirt"] == f"{answer[6]:.0%}"
    assert "<0.1%" in bars(explorer).values()
    move(explorer, "Turn", 90)
    turned = BOOKS.predict(np.rot90(PICTURES[6], -1)[np.newaxis])[0]
    words = look(explorer).words
    assert list(CLASSES)[turned.argmax()] in words.partition("Next comes")[0]
    assert words.endswith(f" Untouched, it was Shirt, {answer[6]:.0%}.")


def test_every_slider_and_switch_changes_the_picture(explorer: Locator) -> None:
    pick(explorer, "Coat")
    start = look(explorer)
    for label in SLIDERS:
        slider = explorer.get_by_role("slider", name=label, exact=True)
        slider.focus()
        moved = after(explorer, lambda: explorer.page.keyboard.press("ArrowRight"))
        assert moved.picture != start.picture or label == "Brightness"
        assert moved.values[label] != start.values[label]
        again = after(explorer, lambda: explorer.page.keyboard.press("ArrowLeft"))
        assert again == start
    for label in ("Invert", "Show what counts"):
        box = explorer.get_by_role("checkbox", name=label)
        assert after(explorer, box.check).picture != start.picture
        assert after(explorer, box.uncheck) == start


def test_what_counts_is_shown_in_color_and_explained(explorer: Locator) -> None:
    legend = explorer.get_by_text("Orange speaks for the answer")
    expect(legend).to_be_hidden()
    explorer.get_by_role("checkbox", name="Show what counts").check()
    expect(legend).to_be_visible()
    colors = explorer.locator("canvas").evaluate(
        """(canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const found = { orange: 0, blue: 0 };
          for (let i = 0; i < data.length; i += 4) {
            found.orange += data[i] > data[i + 2] + 40;
            found.blue += data[i] < data[i + 2] - 40;
          }
          return found;
        }"""
    )
    assert colors["orange"] > 100
    assert colors["blue"] > 100


def test_the_mouse_draws_erases_and_moves_the_square(explorer: Locator) -> None:
    mouse = explorer.page.mouse
    pick(explorer, "Blank: draw your own")
    assert not shades(explorer).any()

    def line(start: tuple[int, int], end: tuple[int, int]) -> None:
        mouse.move(*at(explorer, *start))
        mouse.down()
        mouse.move(*at(explorer, *end), steps=3)
        mouse.up()
        mouse.move(*at(explorer, 1, 1))  # no button is down

    line((5, 14), (22, 14))
    found = shades(explorer)
    assert (found[14, 5:23] == 255).all()
    assert (found[13:16, 6:22] > 240).all()
    assert not found[:12].any()
    assert not found[17:].any()
    explorer.get_by_role("radio", name="Eraser").check()
    line((14, 10), (14, 18))
    found = shades(explorer)
    assert not found[14, 13:16].any()
    assert found[14, 8] == found[14, 20] == 255
    explorer.get_by_role("radio", name="Black square").check()
    mouse.move(*at(explorer, 20, 14))
    mouse.down()
    mouse.up()
    explorer.get_by_role("radio", name="Pen").check()
    assert shades(explorer)[14, 20] == 255  # the square only hides


def test_the_square_hides_while_it_is_in_the_hand(explorer: Locator) -> None:
    pick(explorer, "Bag")
    explorer.get_by_role("radio", name="Black square").check()
    covered = PICTURES[8].copy()
    covered[10:18, 10:18] = 0
    np.testing.assert_allclose(
        shares(explorer), BOOKS.predict(covered[np.newaxis])[0], atol=0.01
    )
    explorer.locator("canvas").focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown"):
        explorer.page.keyboard.press(key)
    covered = PICTURES[8].copy()
    covered[11:19, 8:16] = 0
    np.testing.assert_allclose(
        shares(explorer), BOOKS.predict(covered[np.newaxis])[0], atol=0.01
    )


def test_the_keyboard_draws(explorer: Locator) -> None:
    keyboard = explorer.page.keyboard
    pick(explorer, "Blank: draw your own")
    canvas = explorer.get_by_role("application")
    expect(canvas).to_have_accessible_description(
        "Draw on the picture with a finger or the mouse. By keyboard: arrows move, "
        "Space draws, Shift with an arrow draws a line."
    )
    canvas.focus()
    scrolled = explorer.page.evaluate("scrollY")
    for _ in range(4):
        keyboard.press("ArrowUp")
    keyboard.press("Space")
    for _ in range(6):
        keyboard.press("Shift+ArrowRight")
    assert explorer.page.evaluate("scrollY") == scrolled
    explorer.get_by_role("combobox").focus()
    found = shades(explorer)
    assert (found[10, 14:21] == 255).all()
    assert not found[14].any()
    assert found[:, :12].max() == 0


def test_what_is_drawn_turns_with_the_picture_and_white_is_white(
    explorer: Locator,
) -> None:
    pick(explorer, "Blank: draw your own")
    move(explorer, "Turn", 90)
    explorer.get_by_role("checkbox", name="Invert").check()
    assert (shades(explorer) == 255).all()
    explorer.get_by_role("radio", name="Eraser").check()
    explorer.page.mouse.move(*at(explorer, 20, 6))
    explorer.page.mouse.down()
    explorer.page.mouse.up()
    assert shades(explorer)[6, 20] == 0
    move(explorer, "Turn", 0)
    found = shades(explorer)
    assert (found[6, 20], found[7, 6]) == (255, 0)


def test_clear_and_put_it_back(explorer: Locator) -> None:
    pick(explorer, "Dress")
    start = look(explorer)
    after(explorer, explorer.get_by_role("button", name="Clear").click)
    assert not shades(explorer).any()
    for label in SLIDERS:
        move(explorer, label, 20)
    explorer.get_by_role("checkbox", name="Invert").check()
    explorer.get_by_role("radio", name="Black square").check()
    back = explorer.get_by_role("button", name="Put it back")
    assert after(explorer, back.click) == start


def test_a_pause_is_spoken(paper: Disk) -> None:
    explorer = find(paper.open("page", with_clock=True))
    spoken = explorer.get_by_role("status")
    explorer.page.clock.run_for(1000)
    said = spoken.inner_text()
    assert said == look(explorer).words
    move(explorer, "Turn", 180)
    assert spoken.inner_text() == said
    explorer.page.clock.run_for(1000)
    expect(spoken).to_have_text(look(explorer).words)


def test_a_finger_draws_and_the_page_stays_where_it_is(paper: Disk) -> None:
    explorer = find(paper.open("page", "phone", has_touch=True, is_mobile=True))
    page = explorer.page
    finger = page.context.new_cdp_session(page)
    pick(explorer, "Blank: draw your own")
    canvas = explorer.locator("canvas")
    canvas.evaluate("(canvas) => canvas.scrollIntoView({ block: 'center' })")

    def swipe(*places: tuple[float, float]) -> None:
        for number, (x, y) in enumerate(places):
            kind = "touchMove" if number else "touchStart"
            touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            finger.send("Input.dispatchTouchEvent", touch)
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.evaluate("new Promise((done) => setTimeout(done, 100))")

    scrolled = page.evaluate("scrollY")
    down = [at(explorer, 14, y) for y in range(22, 3, -2)]
    after(explorer, lambda: swipe(*down))
    assert page.evaluate("scrollY") == scrolled
    assert (shades(explorer)[6:22, 14] == 255).all()
    words = explorer.locator(".explorer-words").bounding_box()
    assert words
    middle = words["x"] + words["width"] / 2
    swipe(*((middle, words["y"] + 5 - 20 * step) for step in range(8)))
    assert page.evaluate("scrollY") > scrolled  # beside the picture a finger scrolls


@pytest.mark.parametrize("mode", ["light", "dark", "phone"])
def test_nothing_is_in_a_readers_way(paper: Disk, mode: str) -> None:
    page = paper.open("page", mode)
    explorer = find(page)
    explorer.get_by_role("checkbox", name="Show what counts").check()
    move(explorer, "Turn", 40)
    assert axe_violations(page) == {}
    overflow = (
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert page.evaluate(overflow) <= 0
    for control in explorer.locator(
        "input[type=range], select, button, label:has(input)"
    ).all():
        box = control.bounding_box()
        assert box
        assert box["height"] >= 44
    labels: list[Any] = explorer.locator("input, select").evaluate_all(
        "(inputs) => inputs.map(({ labels }) => [...labels].map((label) => label.textContent.trim()))"
    )
    assert all(len(label) == 1 and label[0] for label in labels)


def test_every_control_can_be_reached_and_is_seen_to_be(explorer: Locator) -> None:
    count = explorer.locator("canvas, select, button, input").count()
    explorer.page.locator("h1").click()
    seen = []
    for _ in range(
        count - 2
    ):  # of the three radio buttons a Tab reaches the chosen one
        explorer.page.keyboard.press("Tab")
        focused = explorer.evaluate(
            """(explorer) => {
              const { activeElement: element } = document;
              return explorer.contains(element) && parseFloat(getComputedStyle(element).outlineWidth) >= 2;
            }"""
        )
        seen.append(focused)
    assert all(seen)
    explorer.page.keyboard.press("Tab")
    assert not explorer.evaluate(
        "(explorer) => explorer.contains(document.activeElement)"
    )


def test_a_kernel_hears_of_the_picture(folder: Path, browser: Browser) -> None:
    """In a notebook `seen` is what the canvas shows, and what a network of NumPy may be asked about."""
    page = browser.new_page()
    page.goto((folder / "page.html").as_uri())
    network = base64.b64encode(Garment().network).decode()
    seen = page.evaluate(HEARD, network)
    page.close()
    np.testing.assert_array_equal(np.array(seen).reshape(28, 28), PICTURES[0])
