"""The pages of the book, the modes in which they are read, and what a visit of a page records."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from axe_playwright_python.base import AXE_SCRIPT
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
LABS = [page for page in PAGES if page.startswith("labs/")]


def sources() -> Iterator[Path]:
    """Yield the files that the site is built from."""
    yield from ROOT.glob("*.md")
    yield from ROOT.glob("_*.yml")
    yield from ROOT.glob("*.bib")
    yield from ROOT.glob("*.ipynb")
    yield from ROOT.glob("chapters/*.ipynb")
    yield from ROOT.glob("labs/*.ipynb")
    yield from ROOT.glob("nnfs_lib/*.py")
    yield from ROOT.glob("nnfs_lib/labs/*.py")
    yield from (
        path
        for folder in ("assets", "bookkit/explore", "bookkit/live", "bookkit/site")
        for path in (ROOT / folder).rglob("*.*")
    )


@dataclass
class Visit:
    """What a visit of one page recorded in one mode, and in those before it."""

    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    violations: dict[str, str] = field(default_factory=dict)


# Each explorer has drawn, every font that was asked for is there, and the page has the system's colors.
SETTLED = """() => document.readyState === "complete" && document.fonts.status === "loaded"
  && [...document.querySelectorAll(".explorer")].every((explorer) => explorer.dataset.frames)
  && matchMedia(`(prefers-color-scheme: ${document.documentElement.dataset.theme})`).matches"""

# No color is on its way from one to another any more.
FADED = """() => document.getAnimations().forEach((each) => {
  if (each instanceof CSSTransition) each.finish();
})"""

FACTS = """() => {
  const root = document.documentElement;
  // A thumbnail shows what its card says.
  const figures = [...document.querySelectorAll("img:not(.thumbnail)")];
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

# At 320 pixels: what scrolls sideways; of code and output that go on to the right, whether each can be
# focused and has a shade at its edge; and what lies over the page.
NARROW = """() => ({
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  wide: [...document.querySelectorAll(".bd-article pre")]
    .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.checkVisibility())
    .map((box) => box.tabIndex === 0 && getComputedStyle(box).backgroundImage.split("gradient").length === 5),
  // Words in figures are drawn 13.3 pixels high.
  words: [...document.querySelectorAll(".cell_output img")].filter((image) => image.checkVisibility())
    .map((image) => (13.3 * image.clientWidth) / image.getAttribute("width")),
  floating: [...document.querySelectorAll("body *")]
    .filter((each) => getComputedStyle(each).position === "fixed")
    .filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .filter((each) => !each.closest(".bd-sidebar-primary, .bd-header, .skip-link, dialog"))
    .map((each) => each.className),
})"""

# What is folded: whether a thumb hits its line, which is high enough, and opens it.
FOLDED = """() => {
  const found = [];
  for (const summary of document.querySelectorAll("article details > summary")) {
    const { parentElement: box } = summary;
    summary.scrollIntoView({ block: "center", behavior: "instant" });
    const { x, y, width, height } = summary.getBoundingClientRect();
    const hit = document.elementFromPoint(x + width / 2, y + height / 2);
    const shut = !box.open;
    summary.click();
    found.push({ high: height >= 44, hit: summary.contains(hit), turned: box.open === shut });
    box.open = true; // what is folded inside comes next
  }
  return found;
}"""

# What a printed page shows, and whether it is as before afterwards.
PAPER = """() => {
  const open = document.querySelectorAll(".bd-article details[open]").length;
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
  return { ...found, stillOpen: document.querySelectorAll(".bd-article details[open]").length - open };
}"""


def visit_page(browser: Browser, url: str) -> dict[str, Visit]:
    """Open the page in light, go through all modes, and record what happens.

    Also on paper, in a narrow window, by thumb, and as axe sees it. From the widest window to the narrowest
    and back: to lay out a long page again takes long.
    """
    context = browser.new_context(**MODES["light"])
    page = context.new_page()
    heard = listen(page)
    page.goto(url, wait_until="load")
    visits = {mode: record(page, mode, heard) for mode in ("light", "dark")}
    for mode, visit in visits.items():
        visit.facts["paper"] = on_paper(page, mode)
    visits["phone"] = record(page, "phone", heard)
    visits["phone"].facts |= on_phone(page)
    page.evaluate(ONE_OF_EACH_KIND)
    for mode in ("phone", "light", "dark"):
        put_into(page, mode)
        # What is dark has other colors than what is light, and nothing else.
        visits[mode].violations = axe_violations(page, colors_only=mode == "dark")
    context.close()
    return visits


def glance(browser: Browser, url: str, mode: str) -> Visit:
    """Open the page in a mode, and record what happens."""
    context = browser.new_context(**MODES[mode])
    page = context.new_page()
    heard = listen(page)
    page.goto(url, wait_until="load")
    visit = record(page, mode, heard)
    context.close()
    return visit


Heard = tuple[list[str], list[str], list[str]]


def record(page: Page, mode: str, heard: Heard) -> Visit:
    """Put the page into a mode, and return what it has said, asked for and not got so far, and its facts."""
    put_into(page, mode)
    facts = page.evaluate(FACTS)
    return Visit(*(each.copy() for each in heard), facts)


def listen(page: Page) -> Heard:
    """Return what the page will have said, asked for, and not got."""
    said: list[str] = []
    asked: list[str] = []
    failed: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "requestfailed",
        lambda request: failed.append(f"{request.url}: {request.failure}"),
    )

    def note_refusal(answer: Response) -> None:
        if answer.status >= 400:
            failed.append(f"{answer.url}: {answer.status}")

    page.on("response", note_refusal)
    return said, asked, failed


def put_into(page: Page, mode: str) -> None:
    """Give the page a mode's window and colors, and wait until it has them."""
    page.emulate_media(color_scheme=MODES[mode]["color_scheme"], media="screen")
    resize(page, **MODES[mode]["viewport"])
    page.wait_for_function(SETTLED)
    page.evaluate(FADED)


def resize(page: Page, width: int, height: int) -> None:
    """Give the page's window a size, and wait until the page has heard of it."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(
        "new Promise((done) => setTimeout(() => requestAnimationFrame(done)))"
    )


def on_paper(page: Page, mode: str) -> dict[str, Any]:
    """Return what an A4 sheet would show of the page in a mode."""
    page.emulate_media(color_scheme=MODES[mode]["color_scheme"], media="print")
    resize(page, width=700, height=990)
    found: dict[str, Any] = page.evaluate(PAPER)
    return found


def on_phone(page: Page) -> dict[str, Any]:
    """Return how the page is under a thumb, and in a window of 320 pixels."""
    folded = page.evaluate(FOLDED)
    resize(page, width=320, height=640)
    return {"folded": folded, "narrow": page.evaluate(NARROW)}


# Every rule is asked; what is not broken is not described, which would take longer than the asking.
AXE_OPTIONS = {"preload": False, "resultTypes": ["violations"]}
STRUCTURE = {"rules": {"color-contrast": {"enabled": False}}}
COLORS = {"runOnly": ["color-contrast", "link-in-text-block"]}


# Code has thousands of tokens, of some twenty kinds: axe looks at the first of each kind in each kind of box.
# Likewise of equations: at those in which there is an element of a kind that none before has had.
# It can't judge letters on a shade, such as wide code has at its edges.
ONE_OF_EACH_KIND = """() => {
  const seen = new Set();
  for (const token of document.querySelectorAll(".highlight pre span")) {
    const box = token.closest(".cell_input, .cell_output, .output, details, .admonition")?.className;
    const kind = `${token.className} ${token.parentElement.className} ${box}`;
    if (seen.has(kind) && !token.children.length) token.replaceWith(token.textContent);
    seen.add(kind);
  }
  for (const equation of document.querySelectorAll("mjx-container")) {
    const parts = [...equation.querySelectorAll("*")];
    const kinds = parts.map((each) => [each.localName, ...each.getAttributeNames()].join());
    if (kinds.every((kind) => seen.has(kind))) equation.textContent = equation.textContent;
    for (const kind of kinds) seen.add(kind);
  }
  const style = document.head.appendChild(document.createElement("style"));
  style.textContent = "pre { background-image: none !important; }";
}"""

# Of all texts of one color, size and weight on one ground the first is marked, if it wasn't in another mode:
# axe looks for long at each.
MARK = """() => {
  const seen = (globalThis.seenTexts ??= new Set());
  const mark = "data-first-of-its-kind";
  for (const each of document.querySelectorAll(`[${mark}]`)) each.removeAttribute(mark);
  for (const each of document.querySelectorAll("body *")) {
    const lettered = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!lettered || !each.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(each);
    const grounds = [];
    for (let box = each; box; box = box.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(box);
      grounds.push(opacity, backgroundImage.slice(0, 99), backgroundColor);
      if (/^rgb\\(/.test(backgroundColor)) break; // one sees no further
    }
    const ground = grounds.filter((part) => !["1", "none", "rgba(0, 0, 0, 0)"].includes(part));
    const kind = [each.localName === "a", color, fontSize, fontWeight, textShadow, ...ground].join();
    if (!seen.has(kind)) each.setAttribute(mark, "");
    seen.add(kind);
  }
  return document.querySelectorAll(`[${mark}]`).length;
}"""
AXE = """async ([where, options]) => {
  const { violations } = await axe.run(where ?? document, options);
  const first = (nodes) => nodes.slice(0, 5).map(({ html }) => html.slice(0, 160));
  return violations.map(({ id, nodes }) => [id, first(nodes).join("; ")]);
}"""


def axe_violations(page: Page, *, colors_only: bool = False) -> dict[str, str]:
    """Return what axe finds: rule -> the elements that break it."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE_SCRIPT)
    found = {}
    if page.evaluate(MARK):
        first = {"include": [["[data-first-of-its-kind]"]]}
        found |= dict(page.evaluate(AXE, [first, AXE_OPTIONS | COLORS]))
    if not colors_only:
        found |= dict(page.evaluate(AXE, [None, AXE_OPTIONS | STRUCTURE]))
    return found
