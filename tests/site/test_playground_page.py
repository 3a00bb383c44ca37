"""The playground's page: it trains without a kernel, has an address, and a program to copy."""

import ast
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from disk import Disk
from explorers import (
    after,
    control,
    find,
    look,
    reset,
    saved_on,
    watched,
)
from playwright.sync_api import Locator, Page, expect
from visits import ROOT

from bookkit.explore.program import code_of
from bookkit.explore.trainings import AXES

OpenPage = Callable[..., Page]

SOME_RATES = (0.0001, 0.003, 0.03, 0.3, 10.0)
LABELS = {axis.name: axis.label for axis in AXES}


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


def test_rate_and_depth_can_be_dragged_on_a_phone(disk: Disk) -> None:
    page = disk.open("playground", "phone", has_touch=True, is_mobile=True)
    explorer = find(page)
    after(explorer, lambda: choose(explorer, "epoch", 20))
    seen = {}
    for depth in range(3):
        choose(explorer, "depth", depth)
        for rate in SOME_RATES:
            shown = after(
                explorer, lambda rate=rate: choose(explorer, "learning_rate", rate)
            )
            assert shown.values[LABELS["depth"]] == str(depth)
            assert shown.values[LABELS["learning_rate"]] == f"{rate:g}"
            seen[depth, rate] = shown
    assert len({shown.picture for shown in seen.values()}) == len(seen)
    assert len({shown.words for shown in seen.values()}) == len(seen)


def test_the_answer_stays_in_sight_while_a_thumb_is_further_down(disk: Disk) -> None:
    page = disk.open("playground", "phone", has_touch=True, is_mobile=True)
    explorer = find(page)
    sliders = explorer.get_by_role("slider")
    for kind in ("moons", "sine"):
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


def test_no_setting_moves_another_knob(disk: Disk) -> None:
    explorer = find(disk.shared("playground"))
    values = reset(explorer).values
    changes: dict[str, Any] = {
        "data": "moons",
        "width": 16,
        "activation": "Sigmoid",
        "optimizer": "SGD",
        "l1": 0.01,
        "dropout": 0.3,
        "depth": 4,
    }
    seen = set()
    for name, value in changes.items():
        moved = after(
            explorer, lambda name=name, value=value: choose(explorer, name, value)
        )
        values = values | {LABELS[name]: shown_as(name, value)}
        assert moved.values == values
        seen.add(moved.picture)
    assert len(seen) == len(changes)
    expect(explorer.locator(".explorer-notice")).to_be_hidden()


def test_it_trains_before_ones_eyes(disk: Disk) -> None:
    """Epoch by epoch at first; a change begins anew, Stop holds, and Train goes on from there."""
    page = disk.open("playground")
    explorer = find(page)
    train = explorer.locator(".explorer-play")
    epoch = control(
        explorer,
        next(
            axis
            for axis in saved_on("playground")[0].state["axes"]
            if axis["name"] == "epoch"
        ),
    )
    words = explorer.locator(".explorer-words")
    expect(train).to_have_text("Train")
    first = watched(explorer, train.click, 12)
    assert [shown.words.split(":")[0] for shown in first] == [
        f"Epoch {i}" for i in range(12)
    ]
    assert len({shown.picture for shown in first}) == 12
    choose(explorer, "learning_rate", 3.0)
    expect(train).to_have_text("Stop")
    expect(words).to_contain_text("No better than guessing")
    train.click()
    expect(train).to_have_text("Train")
    here = look(explorer)
    stopped = int(here.words.split(":")[0].split()[1])
    assert here.values["Epoch"] == str(stopped)
    assert f"epoch={stopped}&" in fragment(page)
    again, *_ = watched(explorer, train.click, 1)
    train.click()
    assert int(again.words.split(":")[0].split()[1]) >= stopped
    # What was trained is still there: one goes back to it at once.
    after(explorer, lambda: epoch.fill("0"))
    assert look(explorer).words.startswith("Epoch 0:")


def test_a_neuron_shows_itself_large(disk: Disk) -> None:
    page = disk.open("playground")
    explorer = find(page)
    start = look(explorer)
    canvas = explorer.locator(".explorer-network canvas")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    by_key = look(explorer)
    assert by_key.picture != start.picture
    expect(explorer.locator(".explorer-spoken")).to_have_text(
        "Layer 1, neuron 1, shown large."
    )
    page.keyboard.press("ArrowDown")
    expect(explorer.locator(".explorer-spoken")).to_have_text(
        "Layer 1, neuron 2, shown large."
    )
    page.keyboard.press("Escape")
    assert look(explorer).picture == start.picture
    canvas.evaluate("(canvas) => canvas.blur()")
    nodes = canvas.evaluate(
        """(canvas) => {
          const { x, y, width } = canvas.getBoundingClientRect();
          return { x, y, width };
        }"""
    )
    # Somewhere down the first column of neurons the pointer meets one.
    x = nodes["x"] + nodes["width"] / 3
    shown = set()
    for y in range(30, 120, 6):
        page.mouse.move(x, nodes["y"] + y)
        shown.add(look(explorer).picture)
    assert len(shown) > 2
    page.mouse.move(0, 0)
    assert look(explorer).picture == start.picture


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
    assert "epoch=51" in fragment(page)


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
    page = disk.open("playground", fragment="#learning_rate=0.097&depth=99&epoch=-1")
    explorer = find(page)
    found = look(explorer).values
    shown = [found[label] for label in ("Learning rate", "Hidden layers", "Epoch")]
    assert shown == ["0.1", "6", "0"]
    expect(explorer.locator(".explorer-notice")).to_contain_text(
        "Learning rate, Hidden layers, Epoch"
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
