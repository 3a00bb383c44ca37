"""What explorers cost a reader: bytes, and the time until the first picture."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from explorers import EXPLORER_PAGES, STATE, saved_on
from playwright.sync_api import Browser
from visits import MODES, Visit

STATE_BUDGET = 150 * 1024
# The page, and everything that it can ever load. Measured: 1,550 KB.
PLAYGROUND_BUDGET = 1600 * 1024
FIRST_FRAME = 1.5  # seconds; it is half of that on a machine that does nothing else

FIRST = """globalThis.firstFrame = 0;
new MutationObserver((_, observer) => {
  if (!document.querySelector(".explorer[data-frames]")) return;
  firstFrame = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, attributeFilter: ["data-frames"] });"""


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


def test_the_whole_playground_is_light(
    visit: Callable[[str, str], Visit], site: Path
) -> None:
    page = sum(visit("playground", "light").sizes.values())
    files = sum(file.stat().st_size for file in site.glob("_static/playground/*"))
    print(f"The playground: {page / 1024:.0f} KB, and {files / 1024:.0f} KB on demand")
    assert files > 0
    assert page + files <= PLAYGROUND_BUDGET


@pytest.mark.parametrize("page_name", EXPLORER_PAGES)
def test_the_first_picture_comes_soon(
    browser: Browser, site: Path, page_name: str
) -> None:
    # One of several is enough: a busy machine makes a picture later, never earlier.
    address = (site / f"{page_name}.html").as_uri()
    assert any(first_picture(browser, address) <= FIRST_FRAME for _ in range(5))


def first_picture(browser: Browser, address: str) -> float:
    """Return the seconds from opening the page to its first picture."""
    context = browser.new_context(**MODES["light"])
    page = context.new_page()
    page.add_init_script(FIRST)
    page.goto(address, wait_until="commit")
    page.wait_for_function("globalThis.firstFrame")
    seconds = page.evaluate("firstFrame") / 1000
    context.close()
    print(f"{address}: the first picture after {seconds:.2f} s")
    return seconds
