"""JupyterLite beside the book, where a kernel in the reader's browser runs whole notebooks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from explorers import after, look
from live import Network
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_live_chapters import code_cells, compare
from visits import axe_violations

from bookkit.explore.chapter1 import NEURON

WINDOW = {"width": 1300, "height": 1000}
CHAPTER = "chapters/01_dense_layer"
KEPT = "print('kept', 6 * 7)"
# Whether one of the browser's databases has a text in one of its files.
KEPT_HERE = """async (text) => {
  const answer = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await answer(indexedDB.open(name));
    const stores = [...database.objectStoreNames].filter((store) => store === "files");
    for (const store of stores) {
      const files = await answer(database.transaction(store).objectStore(store).getAll());
      if (JSON.stringify(files).includes(text)) return true;
    }
    database.close();
  }
  return false;
}"""
PATIENCE = 300_000  # milliseconds: a kernel that starts on a busy machine


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A reader, and the public network as far as Python's files go."""
    context = browser.new_context(viewport=WINDOW)
    yield context
    context.close()


@pytest.fixture(scope="module")
def network(context: BrowserContext, site: Path) -> Network:
    return Network(context, site)


@pytest.fixture(scope="module")
def chapter(context: BrowserContext, network: Network, isolated: str) -> Page:
    """Chapter 1, opened by its page's button, with all cells run."""
    book = context.new_page()
    book.goto(f"{isolated}/{CHAPTER}.html")
    with context.expect_page() as opening:
        book.get_by_role("link", name="Open in JupyterLite").click()
    page = opening.value
    first_cell(page)
    last = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").last
    until_heard(last, lambda: choose(page, "Run", "Run All Cells"))
    expect(last).to_have_text(re.compile(r"\[\d+\]:"), timeout=PATIENCE)
    return page


def first_cell(page: Page) -> Locator:
    """Return a notebook's first cell of code, once it is there."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").first
    cell.wait_for(timeout=PATIENCE)
    return cell


def choose(page: Page, menu: str, entry: str) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def write(cell: Locator, text: str) -> None:
    """Put a text into a cell, as one who pastes it."""
    cell.locator(".cm-content").click()
    cell.page.keyboard.press("ControlOrMeta+a")
    cell.page.keyboard.insert_text(text)


def until_heard(prompt: Locator, action: Callable[[], Any]) -> None:
    """Do what runs a cell until it waits or runs: a kernel that starts may not hear it, or says so."""
    dialog = prompt.page.locator(".jp-Dialog")
    close = dialog.get_by_role("button").last
    prompt.page.add_locator_handler(dialog, lambda: close.click())
    for _ in range(PATIENCE // 1000):
        action()
        prompt.page.wait_for_timeout(1000)
        if prompt.inner_text() != "[ ]:":
            return
    pytest.fail("JupyterLite runs no cell.", pytrace=False)


def run(cell: Locator, text: str) -> Locator:
    """Run a new cell with this text; return what it shows."""
    write(cell, text)
    keys = cell.page.keyboard
    until_heard(
        cell.locator(".jp-InputPrompt"), lambda: keys.press("ControlOrMeta+Enter")
    )
    return cell.locator(".jp-OutputArea-output")


def test_a_chapter_shows_what_is_stored(chapter, site, tmp_path):
    with chapter.expect_download() as waiting:
        choose(chapter, "File", "Download")
    waiting.value.save_as(tmp_path / "lite.ipynb")
    stored = code_cells((site / f"_sources/{CHAPTER}.ipynb").read_text("utf-8"))
    ran = code_cells((tmp_path / "lite.ipynb").read_text("utf-8"))
    pairs = zip(stored, ran, strict=True)
    assert [difference for pair in pairs if (difference := compare(*pair))] == []
    assert not chapter.evaluate("crossOriginIsolated")  # else messages are lost


def test_an_explorer_is_computed_by_the_kernel(chapter):
    explorer = chapter.get_by_role("group", name=NEURON.title, exact=True)
    expect(explorer).to_have_attribute("data-live", "true")
    start = look(explorer)
    slider = explorer.get_by_role("slider", name="Weight of x\N{SUBSCRIPT ZERO}")
    slider.scroll_into_view_if_needed()
    moved = after(explorer, lambda: slider.press("ArrowRight"))
    assert moved.values["Weight of x\N{SUBSCRIPT ZERO}"] == "1.05"
    assert moved.words == NEURON.compute(w0=1.05, w1=-0.5, bias=0.25).words
    assert moved.picture != start.picture


def test_what_was_changed_is_there_again(chapter):
    write(first_cell(chapter), KEPT)
    chapter.keyboard.press("ControlOrMeta+s")
    chapter.wait_for_function(KEPT_HERE, arg=KEPT)
    chapter.reload()
    expect(first_cell(chapter).locator(".cm-content")).to_have_text(KEPT)


def test_nobody_else_was_asked(chapter, network):
    assert network.elsewhere == []
    assert {"pyodide.js", "ipython-9.0.2-py3-none-any.whl", network.wheel.name} < set(
        network.asked
    )


def test_a_new_notebook_beside_a_page_that_runs(browser, own_python, serve):
    """All from the site itself; each of the two service workers does its own work."""
    own = serve(own_python)
    context = browser.new_context(viewport=WINDOW)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    book = context.new_page()
    book.goto(f"{own}/{CHAPTER}.html")
    book.get_by_role("button", name="Run this page").click()
    isolated = "crossOriginIsolated && document.querySelector('.live-bar')"
    book.wait_for_function(isolated)
    book.goto("about:blank")

    lab = context.new_page()
    for _ in range(2):  # JupyterLite finds its own service worker at the second visit
        lab.goto(f"{own}/lite/lab/index.html")
        launcher = lab.get_by_role("button", name="Python (Pyodide)").first
        launcher.wait_for(timeout=PATIENCE)
    launcher.click()
    shown = run(
        first_cell(lab),
        "import os\nfrom nnfs_lib import Dense\nfrom bookkit import explore\n"
        "print(Dense(2, 3).weights.shape, 'chapters' in os.listdir())",
    )
    expect(shown).to_have_text("(2, 3) True", timeout=PATIENCE)
    assert not lab.evaluate("crossOriginIsolated")
    lab.close()

    book.goto(f"{own}/{CHAPTER}.html")
    assert book.evaluate("crossOriginIsolated")
    context.close()
    here = ("http://127.0.0.1:", "data:", "blob:", "about:")
    assert [url for url in asked if not url.startswith(here)] == []


def test_the_button_is_for_everybody(open_page):
    page = open_page(CHAPTER, "phone")
    button = page.get_by_role("link", name="Open in JupyterLite")
    expect(button).to_be_visible()
    assert axe_violations(page) == {}
    assert open_page("running").locator(".btn-jupyterlite").count() == 0


def test_a_page_from_a_disk_has_no_button(disk):
    page = disk.open(CHAPTER)
    assert page.locator(".btn-jupyterlite").count() == 0
