"""The pages of the book, the modes in which they are read, and what one visit of a page records."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build/html"
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",  # else it imitates one, which takes longer
    "--no-first-run",
    # Chromium's own sandbox refuses to start as root, as in a container.
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
]
MODES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


def toc_pages() -> list[str]:
    """Return the names of the pages of the book, as its table of contents lists them."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [
        toc["root"],
        *(page["file"] for part in toc["parts"] for page in part["chapters"]),
    ]


PAGES = toc_pages()
CHAPTERS = [page for page in PAGES if re.match(r"chapters/\d", page)]


def sources() -> Iterator[Path]:
    """Yield the files that the site is built from."""
    yield from ROOT.glob("*.md")
    yield from ROOT.glob("_*.yml")
    yield from ROOT.glob("*.bib")
    yield from ROOT.glob("*.ipynb")
    yield from ROOT.glob("chapters/*.ipynb")
    yield from ROOT.glob("nnfs_lib/*.py")
    yield from (
        path
        for folder in ("assets", "bookkit/explore", "bookkit/site")
        for path in (ROOT / folder).rglob("*.*")
    )


@dataclass
class Visit:
    """What one visit of one page recorded."""

    address: str
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    violations: dict[str, str] = field(default_factory=dict)


# Each explorer has drawn, and every font that was asked for is there.
SETTLED = """() => document.readyState === "complete" && document.fonts.status === "loaded"
  && [...document.querySelectorAll(".explorer")].every((explorer) => explorer.dataset.frames)"""

FACTS = """() => {
  const root = document.documentElement;
  const figures = [...document.querySelectorAll("img")];
  const badges = [...document.querySelectorAll(".export-badge a")];
  const outputs = figures.filter((image) => image.closest(".cell_output"));
  const filterOf = (image) => getComputedStyle(image).filter;
  return {
    theme: root.dataset.theme,
    overflow: root.scrollWidth - root.clientWidth,
    equations: document.querySelectorAll("span.math, div.math").length,
    rendered: document.querySelectorAll("mjx-container").length,
    pairs: [...document.querySelectorAll("msub, msup, mfrac, mover, munder")].map(
      (each) => each.children.length,
    ),
    cutOff: [...document.querySelectorAll("div.math")].filter((box) => {
      const equation = box.querySelector("mjx-math");
      return equation && equation.getBoundingClientRect().left < box.getBoundingClientRect().left - 1;
    }).length,
    alts: figures.map((image) => image.alt),
    outputAlts: outputs.map((image) => image.alt),
    squashed: outputs.filter((image) => {
      const shape = image.naturalWidth / image.naturalHeight;
      return Math.abs(image.width / image.height / shape - 1) > 0.02;
    }).map((image) => image.alt),
    outputFilters: outputs.filter((image) => !image.matches(".photo")).map(filterOf),
    photoFilters: outputs.filter((image) => image.matches(".photo")).map(filterOf),
    badges: badges.map((link) => link.textContent),
    equationBadges: [...document.querySelectorAll("h1 + .equations-badge a")].map((link) => link.textContent),
    hiddenBadges: badges.filter((link) => !link.offsetWidth).length,
  };
}"""


def visit_page(browser: Browser, url: str, mode: str) -> Visit:
    """Open the page for the first time in this mode and record what happens."""
    visit = Visit(url)
    context = browser.new_context(**MODES[mode])
    page = context.new_page()
    page.on(
        "console",
        lambda message: visit.console.append(f"{message.type}: {message.text}"),
    )
    page.on("pageerror", lambda error: visit.console.append(f"error: {error}"))
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on(
        "requestfailed",
        lambda request: visit.failed.append(f"{request.url}: {request.failure}"),
    )
    page.on("response", lambda answer: note_refusal(visit, answer))
    page.goto(url, wait_until="load")
    page.wait_for_function(SETTLED)
    visit.facts = page.evaluate(FACTS)
    if not url.startswith("file:"):
        visit.violations = axe_violations(page)
    context.close()
    return visit


def note_refusal(visit: Visit, answer: Response) -> None:
    """Record an answer that says no."""
    if answer.status >= 400:
        visit.failed.append(f"{answer.url}: {answer.status}")


# Every rule is asked; what is not broken is not described, which would take longer than the asking.
AXE_OPTIONS = {"preload": False, "resultTypes": ["violations"]}


# Code has thousands of tokens, of some twenty kinds: axe looks at the first of each kind in each kind of box.
ONE_OF_EACH_KIND = """() => {
  const seen = new Set();
  for (const token of document.querySelectorAll(".highlight pre span")) {
    const box = token.closest(".cell_input, .cell_output, .output, details, .admonition")?.className;
    const kind = `${token.className} ${token.parentElement.className} ${box}`;
    if (seen.has(kind) && !token.children.length) token.replaceWith(token.textContent);
    seen.add(kind);
  }
}"""


def axe_violations(page: Page) -> dict[str, str]:
    """Return what axe finds: rule -> the elements that break it. The page is not whole afterwards."""
    page.evaluate(ONE_OF_EACH_KIND)
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return {
        rule["id"]: "; ".join(node["html"][:160] for node in rule["nodes"][:5])
        for rule in found
    }
