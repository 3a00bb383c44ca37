"""What was measured of the equations, as the website shows it: a badge a page, and a table of all."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookkit.site.directives import relative_uri

FILE = "assets/equations.json"
PAGE, SECTION = "library", "how-the-equations-are-checked"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def read(root: str | Path) -> dict[str, list[dict[str, Any]]]:
    """Return chapter or lab -> its equations, each with "equation", "against" and "worst"."""
    path = Path(root) / FILE
    if not path.is_file():
        raise FileNotFoundError(
            f"{FILE} is missing: run `python -m bookkit equations`."
        )
    measured: dict[str, list[dict[str, Any]]]
    measured = json.loads(path.read_text(encoding="utf-8"))
    return measured


def place_of(docname: str) -> str | None:
    """Return the number of a chapter's page, the name of a lab's; None for others.

    >>> place_of("chapters/04_backpropagation"), place_of("labs/trainer"), place_of("intro")
    ('4', 'trainer', None)
    """
    folder, _, name = docname.partition("/")
    number = name.partition("_")[0]
    if folder == "chapters" and number.isdecimal():
        return str(int(number))
    return name if folder == "labs" else None


def in_words(error: float) -> str:
    """Return an error of one digit as people write it.

    >>> in_words(3e-10), in_words(0.0)
    ('3·10⁻¹⁰', '0')
    """
    if not error:
        return "0"
    digit, _, exponent = f"{error:.0e}".partition("e")
    return f"{digit}·10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def summary(found: list[dict[str, Any]]) -> str:
    """Return the badge's text: how many equations, and the worst of their errors."""
    count = f"{len(found)} equation{'s' * (len(found) > 1)} checked"
    worst = max(entry["worst"] for entry in found)
    return f"{count}, worst relative error\N{NO-BREAK SPACE}{in_words(worst)}"


def add_badge(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say under a chapter's or lab's title how many of its equations are checked, and link to how."""
    place = place_of(docname)
    if place is None:
        return
    found = read(app.srcdir).get(place)
    title = next(doctree.findall(nodes.title), None)
    if not found or title is None:
        return
    uri = f"{app.builder.get_relative_uri(docname, PAGE)}#{SECTION}"
    link = nodes.reference("", summary(found), refuri=uri, internal=True)
    badge = nodes.paragraph("", "", link, classes=["equations-badge"])
    title.parent.insert(title.parent.index(title) + 1, badge)


class Equations(SphinxDirective):
    """A table of every equation that is checked: its error, what it is compared with, its chapter or lab."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(Path(self.env.srcdir) / FILE))
        heads = ["Equation", "Worst error", "Compared with", "Where"]
        measured, pages = read(self.env.srcdir), {}
        for page in self.env.found_docs:
            pages[place_of(page)] = page
        rows = [
            row
            for place, found in measured.items()
            if place in pages  # the book may not have it yet
            for row in self.rows(place, pages[place], found)
        ]
        return [table([nodes.Text(head) for head in heads], rows)]

    def rows(
        self, place: str, page: str, found: list[dict[str, Any]]
    ) -> Iterator[list[nodes.Node]]:
        """Yield the rows of a chapter or lab."""
        uri = relative_uri(self, page)
        for entry in found:
            yield [
                nodes.Text(entry["equation"]),
                nodes.Text(in_words(entry["worst"])),
                nodes.Text(entry["against"]),
                nodes.reference("", place, refuri=uri, internal=True),
            ]


def table(head: list[nodes.Node], rows: list[list[nodes.Node]]) -> nodes.table:
    """Return a table with one row of headings."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", row(head))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group)


def row(cells: Iterable[nodes.Node]) -> nodes.row:
    """Return one row of a table."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", c)) for c in cells))
