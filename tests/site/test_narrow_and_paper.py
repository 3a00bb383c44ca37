"""Narrow windows and paper: nothing is lost at the edge, nothing lies over what one presses."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from visits import CHAPTERS, PAGES

OpenPage = Callable[..., Page]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Code and output that go on to the right: whether each can be focused, and has a shade at its edge.
WIDE = """() => [...document.querySelectorAll(".bd-article pre")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.checkVisibility())
  .map((box) => box.tabIndex === 0 && getComputedStyle(box).backgroundImage.split("gradient").length === 5)"""
FLOATING = """() => [...document.querySelectorAll("body *")]
  .filter((each) => getComputedStyle(each).position === "fixed")
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !each.closest(".bd-sidebar-primary, .bd-header, .skip-link, dialog"))
  .map((each) => each.className)"""
PAPER = """() => {
  dispatchEvent(new Event("beforeprint"));
  const seen = [...document.querySelectorAll(".bd-article *")].filter((each) => each.checkVisibility());
  const lettered = seen.filter((each) => !each.closest("mjx-container, .explorer") &&
    [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const dark = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).map(Number);
    return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
  };
  const style = (each) => getComputedStyle(each);
  const paper = [document.body, ...document.querySelectorAll(".bd-main, .bd-article, .bd-article pre")];
  const found = {
    pale: lettered.filter((each) => !dark(style(each).color)).map((each) => each.outerHTML.slice(0, 90)),
    black: paper.filter((each) => /rgb\\((?!255, 255, 255)/.test(style(each).backgroundColor)).length,
    cut: seen.filter((each) => each.matches("pre") && each.scrollWidth > each.clientWidth + 1).length,
    folded: document.querySelectorAll(".bd-article details:not([open], .explorer-code)").length,
    pressed: seen.filter((each) => each.matches(".explorer :is(button, input, select)")).length,
    inverted: seen.filter((each) => each.matches("img") && style(each).filter !== "none").length,
  };
  dispatchEvent(new Event("afterprint"));
  return { ...found, stillOpen: document.querySelectorAll(".bd-article details.hide[open]").length };
}"""


@pytest.mark.parametrize("page_name", [*PAGES, "search"])
def test_nothing_scrolls_sideways_from_320_pixels_on(
    open_page: OpenPage, page_name: str
) -> None:
    page = open_page(page_name, viewport={"width": 320, "height": 640})
    assert page.evaluate(OVERFLOW) <= 0
    assert all(page.evaluate(WIDE))
    assert page.evaluate(FLOATING) == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("page_name", CHAPTERS)
def test_paper_is_white_and_has_all_of_the_text(
    open_page: OpenPage, page_name: str, mode: str
) -> None:
    page = open_page(page_name, mode)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 990})  # an A4 sheet's
    assert page.evaluate(PAPER) == {
        "pale": [],
        "black": 0,
        "cut": 0,
        "folded": 0,
        "pressed": 0,
        "inverted": 0,
        "stillOpen": 0,
    }
