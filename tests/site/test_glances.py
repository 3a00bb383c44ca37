"""The question on a chapter's first screen: in sight, and answered by a control or a drag on the picture.

What axe says of it is said in test_accessibility.py, of the page as a whole.
"""

from itertools import pairwise

import pytest
from disk import Disk
from explorers import (
    GLANCES,
    Look,
    Saved,
    after,
    control,
    each_frame,
    find,
    look,
    moved_axes,
)
from playwright.sync_api import Locator, expect
from visits import CHAPTERS, MODES

each_glance = pytest.mark.parametrize("saved", GLANCES, ids=str)


def put(explorer: Locator, saved: Saved, **place: object) -> Look:
    """Move the controls to a place by keys, or else to where they start, and look."""
    for axis in moved_axes(saved):
        values = axis["values"]
        wanted = values.index(place.get(axis["name"], axis["start"]))
        if axis["words"]:
            control(explorer, axis).select_option(index=wanted)
        else:
            control(explorer, axis).press("Home")
            for _ in range(wanted):
                control(explorer, axis).press("ArrowRight")
    expect(explorer).not_to_have_attribute("aria-busy", "true")
    return look(explorer)


def held(explorer: Locator, slider: Locator, times: int) -> list[Look]:
    """Return what the explorer shows while an arrow key goes so many steps."""

    def press() -> None:
        for _ in range(times):
            slider.press("ArrowRight")

    return each_frame(explorer, times, press)


def test_every_chapter_has_one_before_all_else() -> None:
    assert [saved.page for saved in GLANCES] == CHAPTERS
    assert {saved.place for saved in GLANCES} == {0}


# Where a question stands, and how much of its explorer is higher than the second heading.
PLACE = """(explorer) => {
  const top = (element) => element.getBoundingClientRect().top + scrollY;
  const box = explorer.getBoundingClientRect();
  return {
    question: top(explorer.querySelector(".explorer-question")),
    end: top(explorer) + box.height,
    heading: top(document.querySelector("article h2")),
    pictures: [...explorer.querySelectorAll("canvas")].map((canvas) => canvas.clientWidth),
    inside: [...explorer.querySelectorAll("*")].filter((each) => each.checkVisibility())
      .every((each) => each.getBoundingClientRect().right <= box.right + 1),
  };
}"""


@pytest.mark.parametrize("mode", ["light", "phone"])
@each_glance
def test_it_begins_on_the_first_screen(disk: Disk, saved: Saved, mode: str) -> None:
    found = find(disk.open(saved.page, mode)).evaluate(PLACE)
    assert found["question"] < 0.7 * MODES[mode]["viewport"]["height"]
    assert found["end"] < found["heading"]
    assert found["inside"]
    assert all(130 <= width <= 340 for width in found["pictures"])


@each_glance
def test_it_holds_a_question_and_no_more_than_answers_it(
    disk: Disk, saved: Saved
) -> None:
    explorer = find(disk.shared(saved.page))
    question = explorer.locator(".explorer-question")
    expect(question).to_have_text(saved.state["options"]["question"])
    expect(explorer.locator("input, select")).to_have_count(len(moved_axes(saved)))
    expect(explorer.locator("canvas")).to_have_count(len(saved.state["panes"]))
    expect(explorer.locator("button, pre")).to_have_count(0)


@each_glance
def test_every_value_shows_something_else(disk: Disk, saved: Saved) -> None:
    explorer = find(disk.shared(saved.page))
    put(explorer, saved)
    for axis in moved_axes(saved):
        start = put(explorer, saved)
        if axis["words"]:
            looks = [
                put(explorer, saved, **{axis["name"]: each}) for each in axis["values"]
            ]
        else:
            looks = [put(explorer, saved, **{axis["name"]: axis["values"][0]})]
            looks += held(explorer, control(explorer, axis), len(axis["values"]) - 1)
        assert [seen.values[axis["label"]] for seen in looks] == axis["texts"]
        assert all(one.picture != other.picture for one, other in pairwise(looks))
        assert (
            len({seen.words for seen in looks}) > len(looks) / 2
            or axis["name"] == "bias"
        )
        assert put(explorer, saved) == start


def share_of(canvas: Locator, x: float, y: float) -> tuple[float, float]:
    """Return where that share of a canvas lies on the screen."""
    box = canvas.bounding_box()
    assert box
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


# Where a hand takes a picture, where it goes, and the axes that this moves.
DRAGS = [
    ("chapters/01_dense_layer", (0.2, 0.2), (0.8, 0.3), ["bias"]),
    ("chapters/02_activations", (0.5, 0.5), (0.6, 0.5), ["bias"]),
    ("chapters/03_loss", (0.3, 0.3), (0.5, 0.6), ["across", "along"]),
    ("chapters/04_backpropagation", (0.8, 0.5), (0.3, 0.5), ["weight"]),
    ("chapters/05_fused_loss", (0.5, 0.5), (0.5, 0.9), ["second"]),
    ("chapters/05_fused_loss", (0.1, 0.5), (0.1, 0.9), []),
    ("chapters/09_regression", (0.4, 0.3), (0.25, 0.8), ["first"]),
    ("chapters/09_regression", (0.7, 0.3), (0.8, 0.3), ["second"]),
]


@pytest.mark.parametrize(("page_name", "from_", "to", "names"), DRAGS)
def test_a_picture_is_dragged(
    disk: Disk,
    page_name: str,
    from_: tuple[float, float],
    to: tuple[float, float],
    names: list[str],
) -> None:
    [saved] = (saved for saved in GLANCES if saved.page == page_name)
    explorer = find(disk.shared(page_name))
    start = put(explorer, saved)
    canvas, mouse = explorer.locator("canvas.explorer-drag"), explorer.page.mouse
    canvas.scroll_into_view_if_needed()
    mouse.move(*share_of(canvas, *from_))
    mouse.down()
    mouse.move(*share_of(canvas, *to))
    mouse.up()
    expect(explorer).not_to_have_attribute("aria-busy", "true")
    moved = look(explorer)
    labels = {axis["label"] for axis in moved_axes(saved) if axis["name"] in names}
    changed = {
        label for label, text in moved.values.items() if text != start.values[label]
    }
    assert changed == labels
    assert (moved.picture != start.picture) == bool(names)


def test_all_that_can_be_dragged_is_dragged() -> None:
    held = {
        (saved.page, name)
        for saved in GLANCES
        for pane in saved.state["panes"]
        for name in pane.get("drag", [])
        if name in {axis["name"] for axis in moved_axes(saved)}
    }
    assert held == {(page, name) for page, *_, names in DRAGS for name in names}


def test_a_drag_lands_at_the_finger(disk: Disk) -> None:
    [saved] = (saved for saved in GLANCES if saved.page == "chapters/09_regression")
    explorer = find(disk.shared(saved.page))
    put(explorer, saved)
    canvas, mouse = explorer.locator("canvas.explorer-drag"), explorer.page.mouse
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box

    def to(x: float) -> None:
        """Go to a place of the sine, whose axis ends 34 pixels from the left and 8 from the right."""
        mouse.move(box["x"] + 34 + x * (box["width"] - 42), box["y"] + 90)

    to(0.4)
    mouse.down()
    moved = after(explorer, lambda: to(0.25))
    mouse.up()
    assert moved.values == {"One kink": "0.25", "The other kink": "0.60"}
    assert moved.words.startswith("Bent at 0.25 and at 0.60,")


@each_glance
def test_a_screen_reader_hears_where_one_stopped(disk: Disk, saved: Saved) -> None:
    explorer = find(disk.shared(saved.page))
    expect(explorer.get_by_role("status")).to_have_text(look(explorer).words)
    names = explorer.locator("input, select").evaluate_all(
        "(inputs) => inputs.map(({ labels }) => labels[0].textContent)"
    )
    assert names == [axis["label"] for axis in moved_axes(saved)]
