"""How soon a page of the built site shows the first picture, and how smoothly the playground trains.

    make book
    .venv/bin/python benchmarks/first_picture.py
    .venv/bin/python benchmarks/first_picture.py chapters/06_optimizers --rounds 9 --phone

opens each page anew, from the disk, in Chromium, and prints the median of the milliseconds until then; of the
playground also the pictures a second while it trains, and the longest task. --phone: a phone's screen, and a
processor that is four times as slow.
"""

import argparse
import statistics
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bookkit.site.browser import CHROMIUM, find

SITE = Path(__file__).resolve().parents[1] / "_build/html"
WATCHED = 4000  # milliseconds of training
PROBE = """globalThis.firstFrame = 0;
globalThis.longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
}).observe({ entryTypes: ["longtask"] });
new MutationObserver((_, observer) => {
  if (!document.querySelector(".explorer[data-frames]")) return;
  firstFrame = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, attributeFilter: ["data-frames"] });"""
FRAMES = "Number(document.querySelector('.explorer').dataset.frames)"


def open_page(browser: Browser, name: str, *, phone: bool) -> Page:
    """Return a page that shows its first picture."""
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
    context = browser.new_context(viewport=size, is_mobile=phone, has_touch=phone)
    page = context.new_page()
    if phone:
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(PROBE)
    page.goto((SITE / f"{name}.html").as_uri(), wait_until="commit")
    page.wait_for_function("globalThis.firstFrame")
    return page


def first_picture(browser: Browser, name: str, *, phone: bool) -> float:
    """Return the milliseconds from opening the page to its first picture."""
    page = open_page(browser, name, phone=phone)
    found = float(page.evaluate("firstFrame"))
    page.context.close()
    return found


def training(browser: Browser, *, phone: bool) -> tuple[float, float]:
    """Return the pictures a second while the playground trains, and its longest task in milliseconds."""
    page = open_page(browser, "playground", phone=phone)
    page.wait_for_selector(".explorer[aria-busy=false]")
    page.evaluate("longest = 0")
    page.locator(".explorer-play").click()
    before = page.evaluate(f"[performance.now(), {FRAMES}]")
    page.wait_for_timeout(WATCHED)
    after = page.evaluate(f"[performance.now(), {FRAMES}]")
    longest = float(page.evaluate("longest"))
    page.context.close()
    return 1000 * (after[1] - before[1]) / (after[0] - before[0]), longest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    chapters = sorted(f"chapters/{path.stem}" for path in SITE.glob("chapters/*.html"))
    parser.add_argument("pages", nargs="*", default=[*chapters, "playground"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--phone", action="store_true")
    arguments = parser.parse_args()
    phone = arguments.phone
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        for name in arguments.pages:
            times = [
                first_picture(browser, name, phone=phone)
                for _ in range(arguments.rounds)
            ]
            print(f"{name:32} {statistics.median(times):6.0f} ms")
        if "playground" in arguments.pages:
            rate, longest = training(browser, phone=phone)
            print(
                f"training: {rate:.0f} pictures a second, longest task {longest:.0f} ms"
            )
        browser.close()


if __name__ == "__main__":
    main()
