"""Chapters and labs in the browser's Python: each code cell runs, and shows what is stored, as nbval has it.

The shortest are tested always, the others by `make test-live`, which also says how long each took.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live import Network, Notebook
from playwright.sync_api import Browser
from visits import CHAPTERS, LABS, MODES

from bookkit import stable
from bookkit.site.live import SECONDS

APPENDIX = "chapters/appendix_files_from_strangers"
EVERY = [*CHAPTERS, APPENDIX, *LABS, "five_systems"]
SHORT = [*CHAPTERS[:2], CHAPTERS[11], APPENDIX, "five_systems"]  # seconds each
LONG = 10  # seconds, from which on a page says how many a cell takes
PATIENCE = 1_800_000  # milliseconds for a notebook on a machine that is busy
# Cells that differ there, and why.
DIFFERENT: dict[str, str] = {}
# Cells that can't run here: their package is on no network that tests may ask.
LACKING = {"ch12-pictures-of-your-own-code": "PIL", "app-pictures-code": "PIL"}
# What a page says where only NumPy can be had, and goes on without figures.
NO_FIGURE = re.compile(
    r"^(\[No figure: matplotlib is not here\.\]|.* Without \w+, nothing is drawn\.)\n",
    re.MULTILINE,
)
WATCH = """() => {
  const cells = [...document.querySelectorAll(".bd-article .cell")];
  globalThis.took = cells.map(() => 0);
  const began = new Map();
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const number = cells.indexOf(target);
      if (target.dataset.live === "running") began.set(number, performance.now());
      else if (began.has(number)) took[number] = (performance.now() - began.get(number)) / 1000;
    }
  }).observe(document.querySelector(".bd-article"), { subtree: true, attributeFilter: ["data-live"] });
}"""
# Nothing runs or waits: all is done, or a cell failed, or Python ended and took everything with it.
OVER = """() => [...document.querySelectorAll(".bd-article .cell")]
  .every(({ dataset }) => !["running", "waiting"].includes(dataset.live))"""


@pytest.fixture
def open_page(browser: Browser, site: Path, address: str) -> Iterator[Callable]:
    """A function that opens a page where nothing is shared: there, a clock ticks every 0.1 ms."""
    contexts = []

    def open_it(name: str) -> Notebook:
        context = browser.new_context(
            **MODES["light"], service_workers="block", accept_downloads=True
        )
        contexts.append(context)
        Network(context, site)
        page = context.new_page()
        page.goto(f"{address}/{name}.html")
        page.evaluate("sessionStorage.setItem('book:isolated', 'tried')")
        return Notebook(page)

    yield open_it
    for context in contexts:
        context.close()


def code_cells(text: str) -> list[dict[str, Any]]:
    """Return a notebook's code cells, their outputs in stable form."""
    cells = stable.stabilize(stable.loads(text), "live.ipynb")["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def shown(cell: dict[str, Any]) -> list[str]:
    """Return what a cell shows, as far as both sides can: no figure, and no explorer."""
    texts = []
    for output in cell["outputs"]:
        data = output.get("data", {})
        if output["output_type"] == "stream":
            texts.append(f"{output['name']}: {NO_FIGURE.sub('', output['text'])}")
        elif not any(
            "widget" in kind or "explorer" in kind or "image" in kind for kind in data
        ):
            texts.append(data.get("text/plain", str(output)))
    return [each for each in texts if each not in ("stdout: ", "stderr: ")]


def compare(stored: dict[str, Any], live: dict[str, Any]) -> str:
    """Return how a cell's outputs differ, if they should not."""
    if "nbval-ignore-output" in stored["metadata"].get("tags", []):
        return ""
    if stored["source"].startswith("%%needs"):  # what it needs is not there
        return ""
    if stored["id"] in DIFFERENT | LACKING or shown(stored) == shown(live):
        return ""
    return f"{stored['id']}: {shown(stored)} is stored, {shown(live)} came"


def run_all(
    notebook: Notebook, ids: list[str], tmp_path: Path
) -> tuple[list[float], str]:
    """Run a page's cells, top to bottom; return the seconds of each and the notebook that comes of it."""
    page = notebook.page
    notebook.wake()
    page.evaluate(WATCH)
    page.get_by_role("button", name="Run all").click()
    while True:
        page.wait_for_function(OVER, timeout=PATIENCE)
        how = notebook.cells.evaluate_all(
            "(all) => all.map(({ dataset }) => dataset.live)"
        )
        if set(how) == {"done"}:
            break
        if "failed" not in how:
            pytest.fail(notebook.status.inner_text(), pytrace=False)
        number = how.index("failed")
        cell = notebook.cells.nth(number)
        lacks = f"No module named '{LACKING.get(ids[number])}'"
        if lacks not in cell.inner_text():
            pytest.fail(cell.inner_text(), pytrace=False)
        notebook.write(cell, "pass")
        notebook.cells.last.get_by_role("button", name="Run the cells above").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download", exact=True).click()
    waiting.value.save_as(tmp_path / "live.ipynb")
    return page.evaluate("took"), (tmp_path / "live.ipynb").read_text("utf-8")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Test the short ones, or all."""
    every = metafunc.config.getoption("--every-chapter", default=False)
    names = EVERY if every else SHORT
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", names)


def keep_seconds(ids: list[str], took: list[float]) -> None:
    """Write down how long the long cells took, to ten seconds."""
    kept = json.loads(SECONDS.read_text())
    for name, seconds in zip(ids, took, strict=True):
        kept.pop(name, None)
        if seconds >= LONG:
            kept[name] = 10 * round(seconds / 10)
    text = json.dumps(kept, indent=2, sort_keys=True)
    SECONDS.write_text(f"{text}\n")


def test_cells_show_what_is_stored(site, open_page, tmp_path, request, page_name):
    stored = code_cells((site / f"_sources/{page_name}.ipynb").read_text("utf-8"))
    ids = [cell["id"] for cell in stored]
    took, text = run_all(open_page(page_name), ids, tmp_path)
    slow = [f"{number}: {each:.0f}" for number, each in enumerate(took) if each >= LONG]
    print(f"{page_name}: {sum(took):.0f} s; long: {', '.join(slow) or 'none'}")
    if request.config.getoption("--keep-seconds", default=False):
        keep_seconds(ids, took)
    pairs = zip(stored, code_cells(text), strict=True)
    assert [difference for pair in pairs if (difference := compare(*pair))] == []
