"""Every page of the book in a real browser: light, dark, and on a phone."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from visits import CHAPTERS, LABS, MODES, PAGES, ROOT, SITE, Visit, glance

from bookkit.site import weight

Visitor = Callable[[str, str], Visit]

# Kilobytes of a first visit, compressed: without the figures further down, which come as one reads on.
BUDGET = 500

every_page = pytest.mark.parametrize("page", PAGES)
every_chapter = pytest.mark.parametrize("page", CHAPTERS)
every_lesson = pytest.mark.parametrize("page", [*CHAPTERS, *LABS])
every_mode = pytest.mark.parametrize("mode", MODES)


def test_every_page_of_the_toc_is_built(site: Path) -> None:
    assert [
        page
        for page in [*PAGES, "index", "search"]
        if not (site / f"{page}.html").is_file()
    ] == []


@every_mode
@every_page
def test_page_is_quiet(visit: Visitor, page: str, mode: str) -> None:
    seen = visit(page, mode)
    assert [
        line for line in seen.console if line.startswith(("error", "warning"))
    ] == []
    assert seen.failed == []


@every_mode
@every_page
def test_page_asks_nobody_else(
    visit: Visitor, address: str, page: str, mode: str
) -> None:
    asked = visit(page, mode).requests
    assert [
        url for url in asked if not url.startswith((f"{address}/", "data:", "blob:"))
    ] == []


@every_mode
@every_lesson
def test_figures_keep_their_shape(visit: Visitor, page: str, mode: str) -> None:
    assert visit(page, mode).facts["squashed"] == []


@every_page
def test_page_works_from_a_file(browser: Browser, site: Path, page: str) -> None:
    url = (site / f"{page}.html").as_uri()
    seen = glance(browser, url, "dark")
    assert seen.facts["theme"] == "dark"
    assert [
        line for line in seen.console if line.startswith(("error", "warning"))
    ] == []
    assert seen.failed == []
    assert [
        url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))
    ] == []
    assert seen.facts["rendered"] >= seen.facts["equations"]


@pytest.mark.parametrize("mode", ["light", "dark"])
@every_page
def test_page_follows_the_system(visit: Visitor, page: str, mode: str) -> None:
    assert visit(page, mode).facts["theme"] == mode


@every_mode
@every_page
def test_page_never_scrolls_sideways(visit: Visitor, page: str, mode: str) -> None:
    assert visit(page, mode).facts["overflow"] <= 0


@pytest.mark.parametrize("page", [*PAGES, "search"])
def test_nothing_is_lost_or_covered_at_320_pixels(visit: Visitor, page: str) -> None:
    narrow = visit(page, "phone").facts["narrow"]
    assert narrow["overflow"] <= 0
    assert all(narrow["wide"])
    assert min(narrow["words"], default=9) >= 8.9  # pixels
    assert narrow["floating"] == []


@every_lesson
def test_folded_cells_open_with_a_thumb(visit: Visitor, page: str) -> None:
    folded = visit(page, "phone").facts["folded"]
    assert folded
    assert [each for each in folded if not all(each.values())] == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@every_lesson
def test_paper_is_white_and_has_all_of_the_text(
    visit: Visitor, page: str, mode: str
) -> None:
    assert visit(page, mode).facts["paper"] == {
        "pale": [],
        "black": 0,
        "cut": 0,
        "folded": 0,
        "pressed": 0,
        "inverted": 0,
        "stillOpen": 0,
    }


@every_page
def test_equations_are_typeset(visit: Visitor, page: str) -> None:
    facts = visit(page, "light").facts
    assert facts["rendered"] >= facts["equations"]
    assert facts["equations"] > 0 or page not in CHAPTERS
    assert {*facts["pairs"]} <= {2}


@every_mode
@every_page
def test_wide_equations_can_be_scrolled_to_their_beginning(
    visit: Visitor, page: str, mode: str
) -> None:
    assert visit(page, mode).facts["cutOff"] == 0


@every_page
def test_images_say_what_they_show(visit: Visitor, page: str) -> None:
    facts = visit(page, "light").facts
    assert [
        alt
        for alt in facts["alts"]
        if not alt.strip() or re.search(r"[0-9a-f]{16}|\.png", alt)
    ] == []
    assert [alt for alt in facts["outputAlts"] if len(alt) <= 20] == []


@every_lesson
def test_figures_turn_dark_with_the_page(visit: Visitor, page: str) -> None:
    assert set(visit(page, "light").facts["outputFilters"]) <= {"none"}
    assert all(
        shown.startswith("invert")
        for shown in visit(page, "dark").facts["outputFilters"]
    )
    photos = visit(page, "dark").facts["photoFilters"]
    assert set(photos) <= {"none"}
    assert bool(photos) == (page == "chapters/12_dataset")


@every_page
def test_page_is_light(visit: Visitor, address: str, site: Path, page: str) -> None:
    asked = {url.partition("?")[0] for url in visit(page, "light").requests}
    files = [
        site / url.removeprefix(f"{address}/")
        for url in asked
        if url.startswith("http")
    ]
    first = sum(map(weight.compressed, files))
    assert first <= BUDGET * 1024
    # A browser asks for no more than `make book` says, and for not much less: fonts that it may not need.
    said = weight.weigh(site, page)
    pictures = (".png", ".svg", ".webp")
    figures = sum(weight.compressed(each) for each in files if each.suffix in pictures)
    rest = sum(said.values()) - said["figures"]
    assert 0 <= rest - (first - figures) <= 52 * 1024
    assert figures <= said["figures"] or page == "intro"


@every_page
def test_icons_come_in_a_small_font(visit: Visitor, page: str) -> None:
    asked = visit(page, "light").requests
    assert [url for url in asked if "fontawesome" in url] == []
    assert any(url.endswith("/_static/icons.woff") for url in asked)


@every_lesson
def test_exported_cells_have_a_badge(visit: Visitor, page: str) -> None:
    cells = json.loads((ROOT / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"]
    tags = [
        tag
        for cell in cells
        for tag in cell["metadata"].get("tags", [])
        if tag.partition(":")[0] == "export"
    ]
    modules = [page if tag == "export" else tag.partition(":")[2] for tag in tags]
    expected = [f"This cell goes into nnfs_lib/{module}.py" for module in modules]
    for mode in MODES:
        assert visit(page, mode).facts["badges"] == expected
        assert visit(page, mode).facts["hiddenBadges"] == 0


@every_page
def test_chapters_and_labs_say_how_well_their_equations_are_checked(
    visit: Visitor, page: str
) -> None:
    measured = json.loads((ROOT / "assets/equations.json").read_text(encoding="utf-8"))
    place = page.removeprefix("labs/")
    if page in CHAPTERS:
        place = page.removeprefix("chapters/").partition("_")[0].lstrip("0")
    lesson = page in {*CHAPTERS, *LABS}
    count = len(measured[place]) if lesson else 0
    plural = "s" if count > 1 else ""
    expected = (
        rf"{count} equation{plural} checked, worst relative error\s\d·10⁻[⁰-⁹¹²³]+"
    )
    for mode in MODES:
        badges = visit(page, mode).facts["equationBadges"]
        assert len(badges) == lesson
        assert all(re.fullmatch(expected, badge) for badge in badges)


def test_library_page_lists_the_equations_of_chapters_and_labs(site: Path) -> None:
    measured = json.loads((ROOT / "assets/equations.json").read_text(encoding="utf-8"))
    shown = (SITE / "library.html").read_text(encoding="utf-8")
    table = shown[shown.index('id="how-the-equations-are-checked"') :]
    rows = re.findall(
        r"<td><p>(.*?)</p></td>\s*<td><p>(?:\d·10⁻[⁰-⁹¹²³]+|0)</p></td>", table
    )
    chapters = [str(int(page.split("/")[1][:2])) for page in CHAPTERS]
    places = [*chapters, *(page.removeprefix("labs/") for page in LABS)]
    expected = [entry["equation"] for place in places for entry in measured[place]]
    assert rows == expected


@every_lesson
def test_notebook_can_be_downloaded(site: Path, page: str) -> None:
    built = (site / f"{page}.html").read_text(encoding="utf-8")
    assert f'href="../_sources/{page}.ipynb"' in built
    assert (site / f"_sources/{page}.ipynb").read_bytes() == (
        ROOT / f"{page}.ipynb"
    ).read_bytes()


def test_library_page_shows_every_module(site: Path) -> None:
    shown = (SITE / "library.html").read_text(encoding="utf-8")
    folder = ROOT / "nnfs_lib"
    modules = {path.stem for path in folder.glob("[!_]*.py")}
    modules |= {f"labs-{path.stem}" for path in folder.glob("labs/[!_]*.py")}
    assert modules == set(re.findall(r'<section id="(\w+|labs-\w+)">', shown))
