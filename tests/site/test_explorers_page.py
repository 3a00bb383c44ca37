"""Every explorer of the book, read from a disk without a network: whatever shows moves, for every hand."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from disk import Disk
from explorers import (
    EXPLORER_PAGES,
    OF_RECIPES,
    SAVED,
    Look,
    Saved,
    after,
    axes_of,
    control,
    each_frame,
    find,
    look,
    play_axis,
    reset,
    saved_on,
    watched,
)
from playwright.sync_api import CDPSession, Locator, Page, expect

OpenPage = Callable[..., Page]

each_explorer = pytest.mark.parametrize("saved", SAVED, ids=str)
# Those that train: the others have one picture for each place.
TRAINED = [saved for saved in SAVED if "time" in saved.state["options"]]
GRIDS = [saved for saved in SAVED if saved not in TRAINED]
# The playground has tests of its own: test_playground_page.py.
each_course = pytest.mark.parametrize(
    "saved", [saved for saved in TRAINED if saved.page != "playground"], ids=str
)
each_grid = pytest.mark.parametrize("saved", GRIDS, ids=str)
each_page = pytest.mark.parametrize("page_name", EXPLORER_PAGES)


def fresh(disk: Disk, saved: Saved, **options: bool) -> Locator:
    """Return an explorer on a page that other tests use as well, at its start."""
    explorer = find(disk.shared(saved.page, **options), saved.place)
    reset(explorer)
    return explorer


def press(explorer: Locator, input_: Locator, *keys: str) -> list[Look]:
    """Return what the explorer shows after each key."""
    input_.focus()
    keyboard = explorer.page.keyboard
    return [after(explorer, lambda key=key: keyboard.press(key)) for key in keys]


def hold(explorer: Locator, input_: Locator, key: str, times: int) -> list[Look]:
    """Hold a key down until it has repeated itself so often; return what the explorer shows each time."""
    keyboard = explorer.page.keyboard

    def action() -> None:
        input_.focus()
        for _ in range(times):
            keyboard.down(key)
        keyboard.up(key)

    return each_frame(explorer, times, action)


def all_differ(looks: list[Look]) -> bool:
    """Whether the picture differs from each look to the next, and the sentences of most."""
    pictures = [seen.picture for seen in looks]
    sentences = {seen.words for seen in looks}
    return all(one != other for one, other in pairwise(pictures)) and (
        2 * len(sentences) > len(looks)
    )


@each_page
def test_page_shows_all_that_its_notebook_saved(disk: Disk, page_name: str) -> None:
    saved = saved_on(page_name)
    page = disk.shared(page_name)
    for place in range(len(saved)):
        find(page, place)
    shown = [
        explorer.get_attribute("aria-label")
        for explorer in page.locator(".explorer").all()
    ]
    assert shown == [explorer.state["title"] for explorer in saved]


@each_grid
def test_every_value_of_every_slider_shows_something_else(
    disk: Disk, saved: Saved
) -> None:
    explorer = fresh(disk, saved)
    start = look(explorer)
    for axis in axes_of(saved, words=False):
        slider = control(explorer, axis)
        texts = axis["texts"]
        if axis["start"] != axis["values"][-1]:
            press(explorer, slider, "End")
        last = look(explorer)
        looks = press(explorer, slider, "Home")
        looks += hold(explorer, slider, "ArrowRight", len(texts) - 1)
        assert [seen.values[axis["label"]] for seen in looks] == texts
        assert all_differ(looks), axis["label"]
        assert looks[-1] == last
        assert press(explorer, slider, "ArrowLeft") == [looks[-2]]
        assert reset(explorer) == start


@each_grid
def test_every_choice_shows_something_else(disk: Disk, saved: Saved) -> None:
    explorer = fresh(disk, saved)
    start = look(explorer)
    for axis in axes_of(saved, words=True):
        choice = control(explorer, axis)
        place = axis["values"].index(axis["start"])
        above = press(explorer, choice, *["ArrowUp"] * place)
        assert reset(explorer) == start
        below = press(
            explorer, choice, *["ArrowDown"] * (len(axis["values"]) - 1 - place)
        )
        looks = [*above[::-1], start, *below]
        assert [seen.values[axis["label"]] for seen in looks] == axis["values"]
        assert len({seen.picture for seen in looks}) == len(looks)
        assert len({seen.words for seen in looks}) == len(looks)
        assert reset(explorer) == start


def test_choices_are_there_to_be_tested() -> None:
    assert any(axes_of(saved, words=True) for saved in SAVED)
    assert {saved.page for saved in DRAGGED} == {page for page, *_ in DRAGS}


@each_grid
def test_buttons_step_and_reset(disk: Disk, saved: Saved) -> None:
    explorer = fresh(disk, saved)
    start = look(explorer)
    axis = play_axis(saved)
    back, on = (
        explorer.get_by_role("button", name=f"One step {way}: {axis['label']}")
        for way in ("back", "on")
    )
    slider = control(explorer, axis)
    slider.press("Home")
    expect(back).to_be_disabled()
    first = look(explorer)
    second = after(explorer, on.click)
    assert second.values == first.values | {axis["label"]: axis["texts"][1]}
    assert first.picture != second.picture
    assert after(explorer, back.click) == first
    slider.press("End")
    expect(on).to_be_disabled()
    for other in axes_of(saved, words=False):
        control(explorer, other).press("ArrowLeft")
    assert reset(explorer) == start


@each_grid
def test_play_runs_to_the_end_and_pauses(disk: Disk, saved: Saved) -> None:
    explorer = fresh(disk, saved, with_clock=True)
    page, axis = explorer.page, play_axis(saved)
    play = explorer.locator(".explorer-play")
    name, label, texts = play.inner_text(), axis["label"], axis["texts"]
    pace = saved.state["options"].get("pace", 160)
    control(explorer, axis).press("End")
    again = after(explorer, lambda: play.press("Enter"))
    assert again.values[label] == texts[0]
    expect(play).to_have_text("Pause")
    after(explorer, lambda: page.clock.run_for(pace))
    play.press("Space")
    expect(play).to_have_text(name)
    page.clock.run_for(10 * pace)
    assert look(explorer).values[label] == texts[1]
    play.press("Space")
    rest = len(texts) - 2
    looks = each_frame(explorer, rest, lambda: page.clock.run_for(rest * pace))
    assert [seen.values[label] for seen in looks] == texts[2:]
    assert all_differ(looks)
    page.clock.run_for(pace)
    expect(play).to_have_text(name)


@each_grid
def test_play_is_slow_for_who_wants_less_motion(disk: Disk, saved: Saved) -> None:
    explorer = fresh(disk, saved, with_clock=True)
    page, axis = explorer.page, play_axis(saved)
    page.emulate_media(reduced_motion="reduce")
    control(explorer, axis).press("Home")
    explorer.locator(".explorer-play").click()
    page.clock.run_for(1000)
    assert look(explorer).values[axis["label"]] == axis["texts"][0]
    second = after(explorer, lambda: page.clock.run_for(1000))
    assert second.values[axis["label"]] == axis["texts"][1]
    page.emulate_media(reduced_motion="no-preference")


@each_grid
def test_a_pause_is_spoken(disk: Disk, saved: Saved) -> None:
    explorer = fresh(disk, saved, with_clock=True)
    page = explorer.page
    spoken = explorer.get_by_role("status")
    page.clock.run_for(1000)
    expect(spoken).to_have_text(look(explorer).words)
    said = spoken.inner_text()
    axis = play_axis(saved)
    early = axis["values"].index(axis["start"]) < 2
    way = "ArrowRight" if early else "ArrowLeft"
    moved = press(explorer, control(explorer, axis), way, way)
    assert spoken.inner_text() == said
    page.clock.run_for(1000)
    expect(spoken).to_have_text(moved[-1].words)


def epoch_of(seen: Look) -> int:
    found = re.match(r"Epoch (\d+)[:.]", seen.words)
    assert found
    return int(found[1])


@each_course
def test_it_trains_in_the_page(disk: Disk, saved: Saved) -> None:
    """Train shows one look after the other; Stop holds; what was trained is still there."""
    explorer = fresh(disk, saved)
    start, axis = look(explorer), play_axis(saved)
    train, time = explorer.locator(".explorer-play"), control(explorer, axis)
    expect(train).to_have_text("Train")
    looks = watched(explorer, train.click, 12)
    assert [epoch_of(seen) for seen in looks] == axis["values"][:12]
    assert len({seen.picture for seen in looks}) == 12
    train.click()
    expect(train).to_have_text("Train")
    here = look(explorer)
    assert (
        here.values[axis["label"]]
        == axis["texts"][axis["values"].index(epoch_of(here))]
    )
    before = after(explorer, lambda: time.press("ArrowLeft"))
    assert epoch_of(before) < epoch_of(here)
    assert after(explorer, lambda: time.press("ArrowRight")) == here
    assert reset(explorer)[1:] == start[1:]  # its picture may be of the training


def choose(explorer: Locator, axis: dict[str, Any], value: float | str) -> Look:
    """Move a control straight to a value; return what the explorer shows then."""
    input_ = control(explorer, axis)
    if axis["words"]:
        return after(explorer, lambda: input_.select_option(str(value)))
    place = axis["values"].index(value)
    return after(explorer, lambda: input_.fill(str(place)))


@each_course
def test_every_setting_can_be_trained(disk: Disk, saved: Saved) -> None:
    """Until an early epoch, with each control at its ends, between them, and at each word."""
    explorer = fresh(disk, saved)
    start, time = look(explorer), play_axis(saved)
    early = time["values"][5]
    seen = [choose(explorer, time, early)]
    for axis in saved.state["axes"]:
        values, last = axis["values"], len(axis["values"]) - 1
        wanted = (
            values if axis["words"] else [values[i] for i in (0, 1, last // 2, last)]
        )
        for value in [] if axis["name"] == time["name"] else dict.fromkeys(wanted):
            if value != axis["start"]:
                seen.append(choose(explorer, axis, value))
                assert seen[-1].values[time["label"]] == str(early)
        if axis["name"] != time["name"]:
            choose(explorer, axis, axis["start"])
    assert len({each.picture for each in seen}) == len(seen)
    assert len({each.words for each in seen}) == len(seen)
    assert reset(explorer)[1:] == start[1:]  # its picture may be of the training


DRAGGED = [
    each for each in SAVED if any("drag" in pane for pane in each.state["panes"])
]
LOW, HIGH = (
    (0.3, 0.7),
    (0.8, 0.2),
)  # places on a canvas, as shares of its width and height
# Where a hand takes what can be dragged, where it goes, and the axes that this moves.
DRAGS = [
    ("chapters/01_dense_layer", (0.5, 0.5), (0.6, 0.6), ["bias"]),
    ("chapters/01_dense_layer", (0.63, 0.1), (0.75, 0.3), ["w0", "w1"]),
    ("chapters/02_activations", (0.4, 0.5), (0.8, 0.4), ["bias"]),
    ("chapters/02_activations", (0.1, 0.5), (0.1, 0.9), ["first"]),
    ("chapters/02_activations", (0.5, 0.45), (0.9, 0.3), ["second"]),
    ("chapters/03_loss", LOW, HIGH, ["across", "along"]),
    ("chapters/05_fused_loss", (0.2, 0.5), (0.2, 0.9), ["first"]),
    ("chapters/05_fused_loss", (0.9, 0.5), (0.9, 0.2), ["third"]),
    ("chapters/06_optimizers", (0.5, 0.5), (0.7, 0.2), ["across", "up"]),
    ("labs/convolution", (0.5, 0.5), (0.5, 0.3), ["w11"]),
]


def dragged_in(saved: Saved) -> set[str]:
    """Return the axes that a hand moves on the explorer's pictures."""
    return {name for pane in saved.state["panes"] for name in pane.get("drag", [])}


def place_on(canvas: Locator, share: tuple[float, float]) -> tuple[float, float]:
    """Return where that share of the canvas lies on the screen."""
    box = canvas.bounding_box()
    assert box
    return box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]


@pytest.mark.parametrize(("page_name", "from_", "to", "names"), DRAGS)
def test_a_picture_can_be_dragged_by_mouse(
    disk: Disk,
    page_name: str,
    from_: tuple[float, float],
    to: tuple[float, float],
    names: list[str],
) -> None:
    on_page = [saved for saved in DRAGGED if saved.page == page_name]
    saved = next(saved for saved in on_page if {*names} <= dragged_in(saved))
    explorer = fresh(disk, saved)
    mouse = explorer.page.mouse
    start = look(explorer)
    canvas = explorer.locator("canvas.explorer-drag")
    canvas.scroll_into_view_if_needed()
    assert canvas.evaluate("(canvas) => getComputedStyle(canvas).cursor") != "auto"
    mouse.move(*place_on(canvas, from_))
    mouse.down()
    moved = after(explorer, lambda: mouse.move(*place_on(canvas, to)))
    mouse.up()
    mouse.move(*place_on(canvas, from_))
    assert look(explorer) == moved
    assert moved.picture != start.picture
    labels = {axis["name"]: axis["label"] for axis in saved.state["axes"]}
    assert moved.values.items() - start.values.items() == {
        (labels[name], moved.values[labels[name]]) for name in names
    }
    assert reset(explorer) == start


def test_a_button_sets_several_controls(disk: Disk) -> None:
    [saved] = [each for each in SAVED if "sets" in each.state["options"]]
    explorer = fresh(disk, saved)
    labels = {axis["name"]: axis["label"] for axis in saved.state["axes"]}
    start = look(explorer)
    seen = []
    for name, wanted in saved.state["options"]["sets"].items():
        button = explorer.get_by_role("button", name=name, exact=True)
        button.click()
        for axis, value in wanted.items():
            text = f"{value:g}".replace("-", "\N{MINUS SIGN}")
            slider = explorer.get_by_label(labels[axis], exact=True)
            expect(slider).to_have_attribute("aria-valuetext", text)
        seen.append(look(explorer).words)
    assert len({*seen}) == len(seen) > 1
    assert reset(explorer) == start


# What the keyboard should reach, in order, and what has the focus.
REACHABLE = """(explorer) => [...explorer.querySelectorAll("button, input, select, summary, [tabindex]")]
  .filter((element) => !element.disabled && element.offsetParent && element.checkVisibility())
  .map((element, i) => (element.dataset.stop = i))"""
FOCUSED = """(explorer) => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    stop: explorer.contains(element) ? Number(element.dataset.stop) : null,
    seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
  };
}"""


@each_explorer
def test_tab_reaches_every_control_and_leaves(disk: Disk, saved: Saved) -> None:
    explorer = fresh(disk, saved)
    page = explorer.page
    stops = explorer.evaluate(REACHABLE)
    assert len(stops) >= len(saved.state["axes"]) + 3  # play, one step at least, reset
    explorer.locator("[data-stop='0']").focus()
    for key, order in (("Tab", stops[1:]), ("Shift+Tab", stops[-2::-1])):
        for stop in [*order, None]:
            page.keyboard.press(key)
            focused = explorer.evaluate(FOCUSED)
            assert focused == {"stop": stop, "seen": True} or stop is None
            assert focused["stop"] == stop
        page.keyboard.press("Shift+Tab" if key == "Tab" else "Tab")


NAMES = """(explorer) => ({
  inputs: [...explorer.querySelectorAll("input, select")].map(({ labels }) =>
    [...labels].map(({ textContent }) => textContent)),
  buttons: [...explorer.querySelectorAll("button")].map((button) => button.ariaLabel || button.textContent),
  canvases: [...explorer.querySelectorAll("canvas")].map(({ role, ariaLabel }) => [role, ariaLabel]),
  // Notebook 7 leaves the keys to a control that says so.
  shortcuts: [...explorer.querySelectorAll("button, input, select, summary, [tabindex='0']")]
    .filter((each) => each.dataset.lmSuppressShortcuts !== "true").length,
  ids: [...explorer.querySelectorAll("[id]")].map(({ id }) =>
    document.querySelectorAll(`[id="${id}"]`).length),
})"""


@each_explorer
def test_everything_has_a_name(disk: Disk, saved: Saved) -> None:
    names = fresh(disk, saved).evaluate(NAMES)
    assert names["inputs"] == [[axis["label"]] for axis in saved.state["axes"]]
    assert all(len(button.strip()) > 3 for button in names["buttons"])
    assert len({*names["buttons"]}) == len(names["buttons"])
    titles = [pane["title"] for pane in saved.state["panes"]]
    assert len(names["canvases"]) == len(titles)
    for title, (role, name) in zip(titles, names["canvases"], strict=True):
        assert role == "img"
        assert name.startswith(title)
    assert set(names["ids"]) == {1}
    assert names["shortcuts"] == 0


@each_page
def test_pictures_follow_the_color_mode(disk: Disk, page_name: str) -> None:
    places = [saved.place for saved in OF_RECIPES if saved.page == page_name]
    page, night = disk.shared(page_name), disk.open(page_name, "dark")
    light = [look(find(page, place)) for place in places]
    dark = [look(find(night, place)) for place in places]
    for by_day, by_night in zip(light, dark, strict=True):
        assert by_day.picture != by_night.picture
        assert by_day.words == by_night.words
    switch = page.get_by_role("button", name="Color mode").first
    while page.evaluate("document.documentElement.dataset.theme") != "dark":
        switch.click()
    page.mouse.move(0, 0)
    page.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert [look(page.locator(".explorer").nth(place)) for place in places] == dark


@pytest.fixture
def phone(disk: Disk) -> Callable[[str], tuple[Page, CDPSession]]:
    """A function that opens a page on a phone, and returns what moves a finger there."""

    def open_it(name: str) -> tuple[Page, CDPSession]:
        page = disk.open(name, "phone", has_touch=True, is_mobile=True)
        return page, page.context.new_cdp_session(page)

    return open_it


def swipe(finger: CDPSession, *places: tuple[float, float]) -> None:
    """Put a finger down at the first place, move it over the others, and lift it."""
    for number, (x, y) in enumerate(places):
        kind = "touchMove" if number else "touchStart"
        touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        finger.send("Input.dispatchTouchEvent", touch)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


# How much of the first picture is in sight and uncovered while a thumb is on the lowest slider; how far Play
# stands below the picture; the controls that something covers; the labels that take two lines.
ON_A_PHONE = """(explorer) => {
  const all = (selector) => [...explorer.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const box = (element) => element.getBoundingClientRect();
  const text = (element) => element.textContent;
  const at = ({ left, width }, y) => document.elementFromPoint(left + width / 2, y);
  const [canvas] = all("canvas");
  const [lowest] = all("input[type=range]").sort((one, other) => box(other).top - box(one).top);
  lowest.scrollIntoView({ block: "end" });
  const { top, height } = box(canvas);
  const places = Array.from({ length: 40 }, (_, i) => top + ((i + 0.5) / 40) * height);
  const seen = places.filter((y) => at(box(canvas), y) === canvas).length / places.length;
  const covered = [];
  for (const control of all("button, input, select, summary")) {
    for (const block of ["start", "nearest"]) {
      control.scrollIntoView({ block });
      const { top, height } = box(control);
      if (!control.contains(at(box(control), top + height / 2))) covered.push(control.outerHTML);
    }
  }
  explorer.scrollIntoView({ block: "start" });
  const [play] = all(".explorer-play");
  return {
    seen,
    below: play ? box(play).top - box(canvas).bottom : 0,
    covered,
    wrapped: all(".explorer-axis label").filter((label) => box(label).height > 30).map(text),
  };
}"""


def assert_fits_a_phone(explorer: Locator) -> None:
    found = explorer.evaluate(ON_A_PHONE)
    assert found["seen"] >= 0.6
    assert 0 <= found["below"] <= 150
    assert found["covered"] == []
    assert found["wrapped"] == []


OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@each_page
def test_a_thumb_moves_everything_on_a_phone(
    phone: Callable[[str], tuple[Page, CDPSession]], page_name: str
) -> None:
    page, finger = phone(page_name)
    for place in range(len(saved_on(page_name))):
        assert_fits_a_phone(find(page, place))
    for saved in (each for each in SAVED if each.page == page_name):
        explorer = find(page, saved.place)
        start = look(explorer)
        assert reset(explorer) == start
        seen = start
        for axis in axes_of(saved, words=False):
            slider = control(explorer, axis)
            slider.evaluate("(element) => element.scrollIntoView({ block: 'end' })")
            box = slider.bounding_box()
            assert box
            assert box["height"] >= 44
            middle = box["y"] + box["height"] / 2
            place = axis["values"].index(axis["start"]) / (len(axis["values"]) - 1)
            thumb = box["x"] + 8 + place * (box["width"] - 16)
            end = box["x"] + (2 if place > 0.5 else box["width"] - 2)
            swipe(finger, (thumb, middle), ((thumb + end) / 2, middle), (end, middle))
            wanted = axis["texts"][0 if place > 0.5 else -1]
            expect(slider).to_have_attribute("aria-valuetext", wanted)
            assert page.evaluate(OVERFLOW) <= 0
            if saved in GRIDS:  # the others train, which may take a while
                assert look(explorer) != seen
                seen = look(explorer)
        for canvas in explorer.locator("canvas.explorer-drag").all():
            canvas.scroll_into_view_if_needed()
            for page_of_it, from_, to, names in DRAGS:
                if page_of_it != page_name or not {*names} <= dragged_in(saved):
                    continue
                reset(explorer)
                places = [place_on(canvas, share) for share in (from_, to)]
                moved = after(explorer, lambda places=places: swipe(finger, *places))
                assert moved.values != start.values, names
        assert reset(explorer) == start


# What stands in one line, but not on one height; controls alone in half a line; labels in two lines.
OUT_OF_LINE = """(explorer) => {
  const all = (selector) => [...explorer.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const box = (element) => element.getBoundingClientRect();
  const linesOf = (elements) => {
    const lines = [];
    for (const each of elements) {
      const { top, bottom, height } = box(each);
      const shared = ([first]) => Math.min(bottom, box(first).bottom) - Math.max(top, box(first).top);
      const line = lines.find((line) => shared(line) > height / 3);
      if (line) line.push(each);
      else lines.push([each]);
    }
    return lines;
  };
  const uneven = (line) => line.some((each) => Math.abs(box(each).top - box(line[0]).top) > 1);
  const text = ({ textContent }) => textContent;
  const controls = linesOf(all(".explorer-controls > .explorer-axis > :is(input, select)"));
  const widest = Math.max(...controls.map((line) => box(line.at(-1)).right - box(line[0]).left));
  const alone = (line) => line.length === 1 && box(line[0]).width < 0.9 * widest;
  return {
    pictures: linesOf(all(".explorer-pane canvas")).filter(uneven).length,
    sliders: controls.filter(uneven).length,
    alone: controls.filter(alone).map(([{ id }]) => id),
    labels: all(".explorer-axis label").filter((label) => box(label).height > 30).map(text),
  };
}"""


@each_page
def test_pictures_and_controls_stand_in_lines(disk: Disk, page_name: str) -> None:
    page = disk.open(page_name)
    for width in (1280, 768, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for place in range(len(saved_on(page_name))):
            found = find(page, place).evaluate(OUT_OF_LINE)
            assert found == {"pictures": 0, "sliders": 0, "alone": [], "labels": []}


@each_page
def test_without_javascript_the_page_says_that_it_needs_it(
    open_page: OpenPage, page_name: str
) -> None:
    page = open_page(page_name, java_script_enabled=False)
    words = page.locator("article noscript p", has_text="needs JavaScript")
    expect(words).to_have_count(len(saved_on(page_name)))
    assert all(each.is_visible() for each in words.all())
