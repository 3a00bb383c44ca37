"""The playground's page: trainings replayed without a kernel, chunks on demand, an address and a program."""

import ast
import statistics
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from disk import Disk
from explorers import after, control, each_frame, find, look, reset, saved_on
from playwright.sync_api import Locator, Page, expect
from visits import ROOT

from bookkit.explore.program import code_of
from bookkit.explore.trainings import AXES, CHUNKS, RATES

OpenPage = Callable[..., Page]

SPIRAL_DEPTHS = range(5)
LABELS = {axis.name: axis.label for axis in AXES}
DATA = AXES[0].values


def choose(explorer: Locator, name: str, value: float | str) -> None:
    """Move one control as a reader does, straight to a value."""
    axis = next(
        axis for axis in saved_on("playground")[0].state["axes"] if axis["name"] == name
    )
    input_ = control(explorer, axis)
    if axis["words"]:
        input_.select_option(str(value))
    else:
        input_.fill(str(axis["values"].index(value)))


def chunks(urls: list[str]) -> list[str]:
    """Return which chunks were asked for."""
    return [
        url.rsplit("/", 1)[1].removesuffix(".js")
        for url in urls
        if "/playground/" in url
    ]


# From the moment at which the reader's hand has moved a control to the moment at which the picture is drawn.
TIMER = """(explorer) => {
  explorer.times = [];
  let start = 0;
  explorer.addEventListener("input", () => (start = performance.now()), { capture: true });
  new MutationObserver(() => explorer.times.push(performance.now() - start))
    .observe(explorer, { attributeFilter: ["data-frames"] });
}"""


def test_rate_and_depth_can_be_dragged_on_a_phone(disk: Disk) -> None:
    page = disk.open("playground", "phone", has_touch=True, is_mobile=True)
    explorer = find(page)
    explorer.evaluate(TIMER)
    rate = explorer.get_by_role("slider", name=LABELS["learning_rate"])
    seen = {}
    for depth in SPIRAL_DEPTHS:
        rate.press("End")
        choose(explorer, "depth", depth)
        looks = [after(explorer, lambda: rate.press("Home"))]
        for _ in RATES[1:]:
            looks += each_frame(explorer, 1, lambda: page.keyboard.press("ArrowRight"))
        for shown in looks:
            assert shown.values[LABELS["depth"]] == str(depth)
            seen[depth, shown.values[LABELS["learning_rate"]]] = shown
    assert len(seen) == len(SPIRAL_DEPTHS) * len(RATES)
    assert len({shown.picture for shown in seen.values()}) == len(seen)
    sentences = [shown.words for (depth, _), shown in seen.items() if depth == 2]
    assert len(set(sentences)) == len(RATES)
    assert chunks(disk.asked) == []
    times = explorer.evaluate("(explorer) => explorer.times")
    median = statistics.median(times)
    print(
        f"{len(times)} moves, from hand to picture: median {median:.0f} ms, most {max(times):.0f} ms"
    )
    assert median < 100


def test_the_answer_stays_in_sight_while_a_thumb_is_further_down(disk: Disk) -> None:
    page = disk.open("playground", "phone", has_touch=True, is_mobile=True)
    explorer = find(page)
    sliders = explorer.get_by_role("slider")
    for kind in ("spiral 3", "sine"):
        after(explorer, lambda kind=kind: choose(explorer, "data", kind))
        answer = explorer.locator("canvas:visible").first
        for slider in (sliders.nth(1), sliders.last):
            slider.evaluate("(element) => element.scrollIntoView({ block: 'end' })")
            for shown in (answer, explorer.locator(".explorer-words"), slider):
                expect(shown).to_be_in_viewport(ratio=1)
                assert shown.evaluate(ON_TOP), f"Something covers {shown}."


ON_TOP = """(element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return document.elementFromPoint(left + width / 2, top + height / 2) === element;
}"""


def test_the_focus_is_never_covered_on_a_narrow_screen(disk: Disk) -> None:
    page = disk.open("playground", "phone")
    explorer = find(page)
    explorer.get_by_role("slider", name="Extra noise").focus()
    covered = []
    for _ in range(14):
        page.keyboard.press("Shift+Tab")
        focused = page.locator(":focus")
        if not focused.evaluate(ON_TOP):
            covered.append(
                focused.evaluate("(element) => element.id || element.textContent")
            )
    assert covered == []


def test_files_are_loaded_when_they_are_needed(disk: Disk) -> None:
    disk.asked.clear()
    explorer = find(disk.open("playground"))
    start = look(explorer)
    assert chunks(disk.asked) == []
    needed = {data: data.replace(" ", "-") for data in DATA if data != AXES[0].start}
    for number, (data, file) in enumerate(needed.items(), start=1):
        moved = after(explorer, lambda data=data: choose(explorer, "data", data))
        assert moved.picture != start.picture
        assert chunks(disk.asked)[number - 1 :] == [file]
        reset(explorer)
        again = after(explorer, lambda data=data: choose(explorer, "data", data))
        assert again == moved
    assert reset(explorer) == start
    for name, value in {"optimizer": "SGD", "width": 16, "dropout": 0.3}.items():
        after(explorer, lambda name=name, value=value: choose(explorer, name, value))
        assert reset(explorer) == start
    assert chunks(disk.asked) == [*needed.values(), "changed"]
    assert set(chunks(disk.asked)) == {chunk.name for chunk in CHUNKS[1:]}


def test_a_file_that_failed_can_be_tried_again(open_page: OpenPage) -> None:
    page = open_page("playground")
    explorer = find(page)
    page.route("**/moons.js", lambda route: route.abort(), times=1)
    choose(explorer, "data", "moons")
    expect(explorer.locator(".explorer-notice")).to_contain_text("try again")
    after(explorer, lambda: choose(explorer, "data", "spiral 3"))
    after(explorer, lambda: choose(explorer, "data", "moons"))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"data": "moons"}, ("width", 16)),
        ({"data": "sine"}, ("activation", "Sigmoid")),
        ({"depth": 4}, ("optimizer", "SGD")),
        ({"optimizer": "SGD"}, ("l1", 0.01)),
        ({"learning_rate": 1.0}, ("dropout", 0.3)),
        ({"width": 16}, ("data", "circles")),
    ],
    ids=str,
)
def test_a_setting_that_is_not_kept_settles_near(
    disk: Disk, first: dict[str, Any], then: tuple[str, Any]
) -> None:
    explorer = find(disk.shared("playground"))
    reset(explorer)
    for name, value in first.items():
        before = after(
            explorer, lambda name=name, value=value: choose(explorer, name, value)
        )
    name, value = then
    settled = after(explorer, lambda: choose(explorer, name, value))
    wanted = before.values | {LABELS[name]: shown_as(name, value)}
    changed = {
        label: text for label, text in settled.values.items() if wanted[label] != text
    }
    assert changed
    assert LABELS[name] not in changed
    notice = explorer.locator(".explorer-notice")
    if name == "data" and list(changed) == [LABELS["width"]]:
        expect(notice).to_be_hidden()  # each data set has its own width
    else:
        words = ", ".join(f"{label} to {text}" for label, text in changed.items())
        expect(notice).to_have_text(
            f"This page holds no training with all of that. It set {words}."
        )
    assert settled.picture != before.picture
    reset(explorer)
    expect(explorer.locator(".explorer-notice")).to_be_hidden()


def test_what_a_drag_only_passes_is_not_lost(disk: Disk) -> None:
    explorer = find(disk.shared("playground"))
    reset(explorer)
    chosen = after(explorer, lambda: choose(explorer, "optimizer", "SGD"))
    for depth in (3, 4):
        passed = after(explorer, lambda depth=depth: choose(explorer, "depth", depth))
        assert passed.values["Optimizer"] == "Adam"
        expect(explorer.locator(".explorer-notice")).to_contain_text(
            "Optimizer to Adam"
        )
    for depth in (3, 2):
        back = after(explorer, lambda depth=depth: choose(explorer, "depth", depth))
    assert back == chosen


def shown_as(name: str, value: float | str) -> str:
    return next(axis for axis in AXES if axis.name == name).text(value)


def fragment(page: Page) -> str:
    return page.evaluate("location.hash")


def test_the_address_leads_back(disk: Disk) -> None:
    page = disk.open("playground")
    explorer = find(page)
    for name, value in {
        "data": "moons",
        "depth": 1,
        "epoch": 50,
        "learning_rate": 0.1,
    }.items():
        seen = after(
            explorer, lambda name=name, value=value: choose(explorer, name, value)
        )
    assert "data=moons" in fragment(page)
    other = find(disk.open("playground", fragment=fragment(page)))
    assert look(other) == seen
    after(explorer, lambda: explorer.get_by_role("button", name="One step on").click())
    assert "epoch=100" in fragment(page)


@pytest.mark.parametrize(
    "rubbish",
    [
        "#depth=x&learning_rate=abc&l1=%%%&data=nonsense&epoch=&width=&noise=Infinity"
        "&activation=&__proto__=1&=&&&==",
        "#try-this",
    ],
)
def test_rubbish_in_the_address_is_ignored(disk: Disk, rubbish: str) -> None:
    explorer = find(disk.shared("playground"))
    assert look(find(disk.open("playground", fragment=rubbish))) == reset(explorer)


def test_another_address_in_the_same_page_is_followed(disk: Disk) -> None:
    page = disk.open("playground")
    explorer = find(page)
    moved = after(explorer, lambda: page.evaluate("location.hash = '#depth=1'"))
    assert moved.values["Hidden layers"] == "1"


def test_numbers_between_lead_to_the_nearest_and_it_says_so(disk: Disk) -> None:
    page = disk.open("playground", fragment="#learning_rate=0.09&depth=99&epoch=-1")
    explorer = find(page)
    found = look(explorer).values
    shown = [found[label] for label in ("Learning rate", "Hidden layers", "Epoch")]
    assert shown == ["0.1", "4", "0"]
    expect(explorer.locator(".explorer-notice")).to_contain_text(
        "Learning rate, Hidden layers, Epoch"
    )


def test_an_address_of_what_is_not_kept_settles(disk: Disk) -> None:
    explorer = find(disk.open("playground", fragment="#data=moons&width=16&depth=3"))
    found = look(explorer).values
    assert (found["Data set"], found["Hidden layers"]) == ("moons", "3")
    expect(explorer.locator(".explorer-notice")).to_contain_text(
        "Neurons per layer to 8"
    )


def test_the_picture_moves_where_the_address_may_not_be_written(disk: Disk) -> None:
    page = disk.open("playground")
    explorer = find(page)
    start = look(explorer)
    page.evaluate(
        "() => { history.replaceState = () => { throw new DOMException('Too often', 'SecurityError'); }; }"
    )
    assert (
        after(explorer, lambda: choose(explorer, "depth", 1)).picture != start.picture
    )


SETTINGS: list[dict[str, Any]] = [
    {},
    {"data": "sine", "depth": 1, "learning_rate": 0.003},
    {"optimizer": "SGD with momentum", "learning_rate": 0.1},
    {"l2": 0.001, "learning_rate": 0.01},
    {"dropout": 0.3},
    {"data": "circles", "depth": 0},
    {"activation": "Sigmoid"},
]


def position_of(page: Page) -> dict[str, Any]:
    """Return the position that stands in the page's address."""
    texts = page.evaluate(
        "Object.fromEntries(new URLSearchParams(location.hash.slice(1)))"
    )
    return {
        axis.name: next(
            value
            for value in axis.values
            if texts[axis.name] == (value if axis.words else f"{value:g}")
        )
        for axis in AXES
    }


def test_the_code_is_the_setting_and_runs(open_page: OpenPage, address: str) -> None:
    page = open_page("playground")
    origin = address.split("/some/")[0]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    explorer = find(page)
    for number, setting in enumerate(SETTINGS):
        reset(explorer)
        for name, value in {**setting, "epoch": 10}.items():
            seen = after(
                explorer, lambda name=name, value=value: choose(explorer, name, value)
            )
        explorer.get_by_role("button", name="Copy as code").click()
        expect(explorer.locator(".explorer-notice")).to_contain_text("Copied")
        code = explorer.locator(".explorer-code pre").inner_text()
        assert page.evaluate("navigator.clipboard.readText()") == code
        position = position_of(page)
        assert {**position, **setting, "epoch": 10} == position
        assert meaning(code) == meaning(code_of(position))
        if number in (1, 2):
            printed = run(code)
            assert printed == run(code_of(position))
            assert_says(printed, seen.words)


def meaning(code: str) -> str:
    """Return what the program does, every number as a float: JavaScript writes 1 where Python writes 1.0."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            node.value = float(node.value)
    return ast.dump(tree)


def run(code: str) -> list[str]:
    """Return what the program prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def assert_says(printed: list[str], sentence: str) -> None:
    """Compare what the program prints with the page's sentence; another processor may round differently."""
    losses = [float(line.split("loss ")[1]) for line in printed if "loss" in line]
    said = [
        float(word.rstrip(".,"))
        for word in sentence.split()
        if word.startswith(("0.", "1.", "2."))
    ]
    assert said[:2] == pytest.approx(losses, abs=0.003)


def test_without_a_clipboard_the_code_is_marked(disk: Disk) -> None:
    page = disk.open("playground")
    explorer = find(page)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    explorer.get_by_role("button", name="Copy as code").click()
    expect(explorer.locator(".explorer-notice")).to_contain_text("Marked below")
    marked = page.evaluate("getSelection().toString()")
    assert marked.strip() == explorer.locator(".explorer-code pre").inner_text().strip()


def test_open_code_follows_the_controls(disk: Disk) -> None:
    explorer = find(disk.shared("playground"))
    reset(explorer)
    explorer.locator("summary").click()
    shown = explorer.locator(".explorer-code pre")
    expect(shown).to_contain_text("learning_rate=0.03")
    for rate, epoch in product((0.1, 0.003), (50,)):
        after(explorer, lambda rate=rate: choose(explorer, "learning_rate", rate))
        after(explorer, lambda epoch=epoch: choose(explorer, "epoch", epoch))
        expect(shown).to_contain_text(f"learning_rate={rate}")
        expect(shown).to_contain_text(f"range({epoch})")
        reset(explorer)
    explorer.locator("summary").click()
