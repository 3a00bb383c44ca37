"""How soon a page of the built site shows the first picture of an explorer, in Chromium.

    make book
    .venv/bin/python benchmarks/first_picture.py
    .venv/bin/python benchmarks/first_picture.py chapters/06_optimizers --rounds 9

opens each page anew, from the disk, and prints the median of the milliseconds until then.
"""

import argparse
import statistics
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bookkit.site.browser import CHROMIUM, find

SITE = Path(__file__).resolve().parents[1] / "_build/html"
FIRST = """globalThis.firstFrame = 0;
new MutationObserver((_, observer) => {
  if (!document.querySelector(".explorer[data-frames]")) return;
  firstFrame = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, attributeFilter: ["data-frames"] });"""


def first_picture(browser: Browser, name: str) -> float:
    """Return the milliseconds from opening the page to its first picture."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(FIRST)
    page.goto((SITE / f"{name}.html").as_uri(), wait_until="commit")
    page.wait_for_function("globalThis.firstFrame")
    found = float(page.evaluate("firstFrame"))
    context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    chapters = sorted(f"chapters/{path.stem}" for path in SITE.glob("chapters/*.html"))
    parser.add_argument("pages", nargs="*", default=[*chapters, "playground"])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        for name in arguments.pages:
            times = [first_picture(browser, name) for _ in range(arguments.rounds)]
            print(f"{name:32} {statistics.median(times):6.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
