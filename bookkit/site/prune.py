"""Leave out of the theme's styles what no page uses: nine tenths of them."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tinycss2

from bookkit.site.lite import FOLDER

PRUNED = (
    "styles/theme.css",
    "styles/pydata-sphinx-theme.css",
    "styles/sphinx-book-theme.css",
    "sphinx-design.min.css",
)
# Rules around other rules.
AROUND = {"media", "supports", "layer", "container"}
# The theme's own icon font: icons.py has the few that are needed.
ICON_FONT = "Font Awesome"
NAMES = re.compile(r'\b(?:class|id)="([^"]*)"')
WORD = re.compile(r"[\w-]+")


def prune(site: Path) -> None:
    """Rewrite the theme's styles for the pages and scripts of a built site."""
    known = names_in(site)
    for name in PRUNED:
        path = site / "_static" / name
        if path.is_file():
            path.write_text(
                pruned(path.read_text(encoding="utf-8"), known), encoding="utf-8"
            )


def names_in(site: Path) -> set[str]:
    """Return the classes and ids of all pages, and all words of all scripts: one may set a class."""
    found: set[str] = set()
    for path in pages(site):
        for names in NAMES.findall(path.read_text(encoding="utf-8")):
            found.update(names.split())
    for path in (site / "_static").rglob("*.js"):
        if path.name not in ("fontawesome.js", "searchindex.js"):
            found.update(WORD.findall(path.read_text(encoding="utf-8")))
    return found


def pages(site: Path) -> Iterator[Path]:
    """Yield the site's pages; JupyterLite, which stands beside them, has its own styles."""
    for path in site.rglob("*.html"):
        if not path.is_relative_to(site / FOLDER):
            yield path


def pruned(style: str, known: set[str]) -> str:
    """Return the style without what selects none of the known classes and ids.

    >>> pruned(".a, .b .c {x: 1} .d {y: 2} @media print {.b {z: 3} .d {z: 4}}", {"a", "b"})
    '.a{x: 1}@media print {.b{z: 3}}'
    """
    return "".join(kept(parse(style), known))


def parse(style: str) -> Any:
    return tinycss2.parse_stylesheet(style, skip_comments=True, skip_whitespace=True)


def kept(rules: Iterable[Any], known: set[str]) -> Iterator[str]:
    """Yield the rules that may select something."""
    for rule in rules:
        if rule.type == "error":
            raise ValueError(f"a style of the theme cannot be read: {rule.message}")
        if rule.type == "qualified-rule":
            chosen = [
                tinycss2.serialize(selector).strip()
                for selector in selectors(rule.prelude)
                if needed(selector) <= known
            ]
            if chosen:
                yield f"{', '.join(chosen)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.lower_at_keyword in AROUND and rule.content is not None:
            inside = tinycss2.parse_rule_list(
                rule.content, skip_comments=True, skip_whitespace=True
            )
            if text := "".join(kept(inside, known)):
                prelude = tinycss2.serialize(rule.prelude)
                yield f"@{rule.at_keyword}{prelude}{{{text}}}"
        elif not (rule.lower_at_keyword == "font-face" and ICON_FONT in text_of(rule)):
            yield text_of(rule)


def text_of(rule: Any) -> str:
    return str(tinycss2.serialize([rule]))


def selectors(prelude: list[Any]) -> Iterator[list[Any]]:
    """Split a rule's selectors at their commas."""
    selector: list[Any] = []
    for token in prelude:
        if token == ",":
            yield selector
            selector = []
        else:
            selector.append(token)
    yield selector


def needed(selector: list[Any]) -> set[str]:
    """Return classes and ids without which the selector selects nothing; those in brackets may be a no."""
    names = set()
    before = None
    for token in selector:
        if token.type == "hash" or (token.type == "ident" and before == "."):
            names.add(token.value)
        before = token
    return names
