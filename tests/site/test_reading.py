"""What a reader does: land, drag, search, switch to dark, and open a solution."""

from collections.abc import Callable

import pytest
from disk import Disk
from playwright.sync_api import Page, expect
from visits import CHAPTERS, LABS

OpenPage = Callable[..., Page]


@pytest.mark.parametrize("mode", ["light", "phone"])
def test_landing_page_says_what_this_is_on_one_screen(
    open_page: OpenPage, mode: str
) -> None:
    page = open_page("intro", mode)
    height = page.viewport_size["height"]
    bottoms = [link.bounding_box() for link in page.locator(".actions a").all()]
    assert [box["y"] + box["height"] <= height for box in bottoms] == [True] * 3
    title = page.locator("article h1").bounding_box()
    assert title["y"] > 0
    assert page.locator(".hero-picture").bounding_box()["y"] + 100 < height


def test_the_sites_address_leads_to_the_landing_page(
    open_page: OpenPage, address: str
) -> None:
    page = open_page("index")
    page.wait_for_url(f"{address}/intro.html")


def test_landing_page_shows_thirteen_chapters_and_links_those_that_exist(
    open_page: OpenPage,
) -> None:
    page = open_page("intro")
    assert page.locator("ol.chapter-map li").count() == 13
    links = [
        link.get_attribute("href") for link in page.locator("ol.chapter-map a").all()
    ]
    assert links == [f"{chapter}.html" for chapter in CHAPTERS]
    assert page.locator("ol.chapter-map .coming").count() == 13 - len(CHAPTERS)


def test_landing_page_links_every_lab_and_says_what_it_needs(
    open_page: OpenPage,
) -> None:
    cards = open_page("intro").locator("ul.labs li")
    links = [link.get_attribute("href") for link in cards.locator("a").all()]
    assert links == [f"{lab}.html" for lab in LABS]
    assert [text[:6] for text in cards.locator(".needs").all_inner_texts()] == [
        "Needs "
    ] * len(LABS)


def test_each_chapters_card_has_a_small_picture(open_page: OpenPage) -> None:
    page = open_page("intro")
    sizes = {}
    page.on("response", lambda each: sizes.update({each.url: len(each.body())}))
    pictures = page.locator("ol.chapter-map .written img").all()
    assert len(pictures) == len(CHAPTERS)
    for chapter, picture in zip(CHAPTERS, pictures, strict=True):
        assert picture.get_attribute("alt") == ""  # the card's text says it
        assert picture.get_attribute("loading") == "lazy"
        picture.scroll_into_view_if_needed()
        name = chapter.removeprefix("chapters/")
        assert str(picture.get_attribute("src")).endswith(f"/{name}.webp")
        page.wait_for_function("(each) => each.complete", arg=picture.element_handle())
        assert picture.evaluate("(each) => each.naturalWidth") == 144
    assert all(size <= 6 * 1024 for url, size in sizes.items() if "webp" in url)


def frame_shown(page: Page) -> tuple[str, str, str]:
    picture = page.locator(".hero-picture")
    position = picture.evaluate(
        "picture => getComputedStyle(picture).backgroundPosition"
    )
    slider = page.get_by_label("Drag to let it learn")
    return (
        position,
        page.locator(".hero-caption").inner_text(),
        slider.get_attribute("aria-valuetext"),
    )


def test_hero_moves_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("intro", reduced_motion="reduce")
    last = frame_shown(page)
    slider = page.get_by_label("Drag to let it learn")
    slider.focus()
    slider.press("ArrowLeft")
    before = frame_shown(page)
    slider.press("Home")
    first = frame_shown(page)
    assert len({last[0], before[0], first[0]}) == 3
    assert len({last[1], before[1], first[1]}) == 3
    assert all(caption == spoken for _, caption, spoken in (last, before, first))
    assert first[0] == "0% 0%"


def test_hero_learns_from_the_first_frame_to_the_last(open_page: OpenPage) -> None:
    page = open_page("intro", reduced_motion="reduce")
    last = frame_shown(page)
    page.wait_for_timeout(300)
    assert (
        frame_shown(page) == last
    )  # nothing moves by itself for who wants less motion
    page.get_by_role("button", name="Watch it learn").click()
    assert frame_shown(page) != last


def test_hero_plays_once_by_itself(open_page: OpenPage) -> None:
    page = open_page("intro")
    caption = page.locator(".hero-caption")
    last = page.locator(".hero-search input").get_attribute("max")
    expect(caption).not_to_contain_text("300,000")
    expect(caption).to_contain_text("300,000", timeout=15_000)
    seen = frame_shown(page)
    assert page.get_by_label("Drag to let it learn").input_value() == last
    page.mouse.wheel(0, 3000)
    page.mouse.wheel(0, -3000)
    page.wait_for_timeout(300)
    assert frame_shown(page) == seen
    page.get_by_role("button", name="Watch it learn").click()
    assert frame_shown(page) != seen


@pytest.mark.parametrize("touch", ["focus", "click"])
def test_hero_stops_at_a_touch_of_its_control(open_page: OpenPage, touch: str) -> None:
    page = open_page("intro")
    expect(page.locator(".hero-caption")).not_to_contain_text("300,000")
    slider = page.get_by_label("Drag to let it learn")
    getattr(slider, touch)()
    seen = frame_shown(page)
    page.wait_for_timeout(500)
    assert frame_shown(page) == seen


def test_play_leads_to_the_playground(open_page: OpenPage, address: str) -> None:
    page = open_page("intro")
    page.locator(".actions").get_by_role("link", name="Playground", exact=True).click()
    expect(page.locator(".explorer[data-frames]")).to_be_visible()
    assert page.url.startswith(f"{address}/playground.html")


def test_hero_is_a_picture_without_javascript(open_page: OpenPage) -> None:
    page = open_page("intro", java_script_enabled=False)
    assert page.locator(".hero-picture").is_visible()
    assert not page.locator("#hero-step").is_visible()
    assert not page.locator(".hero-search button").is_visible()
    assert "loss" in page.locator(".hero-caption").inner_text()


def test_search_finds_softmax(open_page: OpenPage, address: str) -> None:
    page = open_page("intro")
    page.keyboard.press("Control+k")
    page.keyboard.type("softmax")
    page.keyboard.press("Enter")
    results = page.locator("#search-results li a")
    expect(results.first).to_be_visible()
    assert page.url.startswith(f"{address}/search.html?q=softmax")
    hrefs = [link.get_attribute("href") for link in results.all()]
    assert any("chapters/" in href for href in hrefs)


@pytest.mark.parametrize(
    ("word", "pages"),
    [("softmax", 5), ("crossentropy", 8), ("gradients", 8), ("convolution", 1)],
)
def test_search_finds_parts_of_words_also_from_a_file(
    disk: Disk, word: str, pages: int
) -> None:
    page = disk.open("search", fragment=f"?q={word}")
    results = page.locator("#search-results li")
    expect(results.nth(pages - 1)).to_be_visible()
    shown = results.locator("p.context").first
    expect(shown).to_be_visible()  # a line of the page, without what stands around it
    assert "Contents" not in shown.inner_text()


def test_what_was_searched_for_is_marked(disk: Disk) -> None:
    page = disk.open("search", fragment="?q=dropout")
    page.locator("#search-results a", has_text="8. Dropout").click()
    expect(page.locator("article span.highlighted").nth(20)).to_be_attached()


def test_the_magnifier_lies_beside_what_one_types(open_page: OpenPage) -> None:
    page = open_page("intro")
    page.keyboard.press("Control+k")
    field = page.locator("dialog input[type=search]")
    inside = field.evaluate("(each) => parseFloat(getComputedStyle(each).paddingLeft)")
    icon = page.locator("dialog form .fa-magnifying-glass").bounding_box()
    box = field.bounding_box()
    assert icon
    assert box
    assert box["x"] + inside >= icon["x"] + icon["width"]


def test_mode_can_be_switched_and_stays(open_page: OpenPage, address: str) -> None:
    page = open_page("intro")
    switch = page.get_by_role("button", name="Color mode").first
    theme = "() => document.documentElement.dataset.theme"
    for _ in range(3):
        switch.click()
        if page.evaluate(theme) == "dark":
            break
    assert page.evaluate(theme) == "dark"
    page.goto(f"{address}/{CHAPTERS[0]}.html")
    assert page.evaluate(theme) == "dark"
