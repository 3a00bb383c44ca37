"""What explorers cost a reader: bytes, and what their first picture waits for."""

import json
import re
from pathlib import Path

import pytest
from explorers import EXPLORER_PAGES, STATE, saved_on
from playwright.sync_api import Browser, Route
from visits import MODES

STATE_BUDGET = 150 * 1024
DRAWN = """() => {
  const explorers = [...document.querySelectorAll(".explorer")];
  return explorers.length && explorers.every((each) => each.dataset.frames);
}"""


@pytest.mark.parametrize("page", EXPLORER_PAGES)
def test_a_page_holds_little_for_an_explorer(site: Path, page: str) -> None:
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    states = re.findall(
        rf'<script[^>]*type="{re.escape(STATE)}"[^>]*>(.*?)</script>', text, re.DOTALL
    )
    models = [
        model for state in states for model in json.loads(state)["state"].values()
    ]
    sizes = [len(json.dumps(model)) for model in models]
    print(f"{page}: {', '.join(f'{size / 1024:.0f} KB' for size in sizes)}")
    assert len(sizes) == len(saved_on(page))
    assert max(sizes) <= STATE_BUDGET


@pytest.mark.parametrize("page_name", EXPLORER_PAGES)
def test_pictures_wait_for_their_own_script_and_nothing_else(
    browser: Browser, address: str, page_name: str
) -> None:
    """How long that takes is no test's affair: benchmarks/first_picture.py measures it."""
    context = browser.new_context(**MODES["light"])
    page = context.new_page()

    def answer(route: Route) -> None:
        needed = (".html", "/explorers.js")
        url = route.request.url.partition("?")[0]
        if any(part in url for part in needed):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", answer)
    page.goto(f"{address}/{page_name}.html", wait_until="commit")
    page.wait_for_function(DRAWN)
    context.close()
