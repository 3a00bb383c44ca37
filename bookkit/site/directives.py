"""The book's own directives: what a page shows of the library, the chapters and the training run.

Each reads what is there, so that no page repeats by hand a name or a number that could change.
"""

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from bookkit.site import thumbnails

EXPORT_TAG = "export:"


class Library(SphinxDirective):
    """One section for each module of nnfs_lib, in the order in which chapters begin them; then the labs'."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()  # a new module changes this page, and no file that it knows of
        root = Path(self.env.srcdir)
        built_in = chapters_by_module(root / "chapters")
        existing = sorted(
            path.stem
            for path in (root / "nnfs_lib").glob("*.py")
            if path.stem != "__init__"
        )
        order = list(built_in)
        modules = sorted(
            existing,
            key=lambda module: order.index(module) if module in order else len(order),
        )
        labs = sorted((root / "nnfs_lib/labs").glob("[!_]*.py"))
        return [
            *(self.section(root, name, built_in.get(name, [])) for name in modules),
            *(self.section(root, f"labs/{path.stem}", []) for path in labs),
        ]

    def section(self, root: Path, module: str, chapters: list[str]) -> nodes.section:
        """Return the module's heading, the chapters that build it, and its source."""
        anchor = module.replace("/", "-")
        section = nodes.section(ids=[anchor], names=[anchor])
        section += nodes.title("", "", nodes.literal("", module.replace("/", ".")))
        if chapters:
            section += nodes.paragraph("", "", *self.built_in(chapters))
        elif uri := relative_uri(self, module):
            link = nodes.reference("", "a lab", refuri=uri, internal=True)
            words = (nodes.Text("Built in "), link, nodes.Text("."))
            section += nodes.paragraph("", "", *words)
        source = (root / "nnfs_lib" / f"{module}.py").read_text(encoding="utf-8")
        section += nodes.literal_block(source, source, language="python")
        return section

    def built_in(self, chapters: list[str]) -> Iterator[nodes.Node]:
        """Yield "Built in chapters 1, 4 and 7.", each number a link; or "in the appendix"."""
        words = {
            chapter: str(int(number)) if number.isdecimal() else "the appendix"
            for chapter in chapters
            for number in chapter.split("_")[:1]
        }
        kind = "chapter " if len(chapters) == 1 else "chapters "
        yield nodes.Text(f"Built in {kind if words[chapters[0]].isdecimal() else ''}")
        for position, chapter in enumerate(chapters):
            if position:
                yield nodes.Text(" and " if position == len(chapters) - 1 else ", ")
            uri = relative_uri(self, f"chapters/{chapter}")
            yield (
                nodes.reference("", words[chapter], refuri=uri, internal=True)
                if uri
                else nodes.Text(words[chapter])
            )
        yield nodes.Text(".")


class ChapterMap(SphinxDirective):
    """The chapters as a list of cards. A line of the body: name | title | what it builds.

    A chapter that is not in the book yet is shown as coming, and is no link.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        cards = [
            self.card(*map(str.strip, line.split("|")))
            for line in self.content
            if line.strip()
        ]
        return [raw_html(f'<ol class="chapter-map">{"".join(cards)}</ol>')]

    def card(self, name: str, title: str, summary: str) -> str:
        uri = relative_uri(self, f"chapters/{name}")
        number = int(name.split("_")[0])
        kind, shown = ("written" if uri else "coming"), html.escape(title)
        title_html = (
            f'<a href="{uri}">{shown}</a>' if uri else f"{shown} <small>coming</small>"
        )
        return (
            f'<li class="{kind}"><span class="number" aria-hidden="true">{number}</span>'
            f'<div><p class="title">{title_html}</p><p>{html.escape(summary)}</p></div>'
            f"{self.thumbnail(name) if uri else ''}</li>"
        )

    def thumbnail(self, name: str) -> str:
        """Return the chapter's picture, which says nothing that the card doesn't."""
        source = thumbnails.source_of(Path(self.env.srcdir) / f"chapters/{name}.ipynb")
        place = f"{static_folder(self)}/{thumbnails.FOLDER}/{name}.webp"
        kind = "thumbnail photo" if source.photo else "thumbnail"
        return (
            f'<img class="{kind}" src="{place}" alt="" loading="lazy" '
            f'width="{thumbnails.SHOWN}" height="{thumbnails.SHOWN}">'
        )


class LabMap(SphinxDirective):
    """The labs as a list of cards. A line of the body: name | title | what it needs | what it shows."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        cards = [
            self.card(*map(str.strip, line.split("|")))
            for line in self.content
            if line.strip()
        ]
        return [raw_html(f'<ul class="chapter-map labs">{"".join(cards)}</ul>')]

    def card(self, name: str, title: str, needs: str, shows: str) -> str:
        uri = relative_uri(self, f"labs/{name}")
        if uri is None:
            raise self.error(f"There is no lab labs/{name}: write it, or leave it out.")
        return (
            f'<li class="written"><div><p class="title"><a href="{uri}">{html.escape(title)}</a></p>'
            f'<p>{html.escape(shows)}</p><p class="needs">Needs {html.escape(needs)}</p></div></li>'
        )


class Hero(SphinxDirective):
    """A run of learning to drag through: the frames of assets/hero.png, told by assets/hero.json."""

    def run(self) -> list[nodes.Node]:
        description = Path(self.env.srcdir) / "assets/hero.json"
        if not description.is_file():
            raise self.error(
                f"{description} is missing: it describes the frames of assets/hero.png."
            )
        self.env.note_dependency(str(description))
        told = json.loads(description.read_text(encoding="utf-8"))
        figure = raw_html(hero_html(told, static_folder(self)))
        anchor = nodes.container("", figure, ids=["hero"], names=["hero"])
        self.state.document.note_explicit_target(anchor)
        return [anchor]


def hero_html(description: dict[str, Any], static: str) -> str:
    """Return the figure: a still of the last frame, which hero.js brings to life.

    description: "columns", "alt" and "frames", each frame with "tries", "loss" and "accuracy".
    """
    columns, frames = description["columns"], description["frames"]
    last = len(frames) - 1
    captions = [
        f"After {frame['tries']:,} tries: "
        f"loss {frame['loss']:.2f}, accuracy\N{NO-BREAK SPACE}{frame['accuracy']:.0%}"
        for frame in frames
    ]
    rows = -(-len(frames) // columns)
    place = f"--columns:{columns};--rows:{rows};--column:{last % columns};--row:{last // columns}"
    table = json.dumps(captions).replace("</", "<\\/")
    return f"""<figure class="hero-search" data-frames="{len(frames)}" data-columns="{columns}">
<div class="hero-picture" role="img" aria-label="{html.escape(description["alt"])}"
  style="{place};background-image:url({static}/hero.png)"></div>
<figcaption>
<label for="hero-step" hidden>Drag to let it learn</label>
<input id="hero-step" type="range" min="0" max="{last}" value="{last}"
  aria-valuetext="{captions[last]}" hidden>
<button type="button" hidden>Watch it learn</button>
<p class="hero-caption">{captions[last]}</p>
</figcaption>
<script type="application/json">{table}</script>
<script defer src="{static}/hero.js"></script>
</figure>"""


def chapters_by_module(folder: Path) -> dict[str, list[str]]:
    """Return module -> the chapters that export cells into it; modules in order of appearance."""
    found: dict[str, list[str]] = {}
    paths = [*sorted(folder.glob("[0-9]*.ipynb")), *folder.glob("appendix_*.ipynb")]
    for path in paths:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for tag in cell["metadata"].get("tags", []):
                if tag.startswith(EXPORT_TAG):
                    chapters = found.setdefault(tag.removeprefix(EXPORT_TAG), [])
                    if path.stem not in chapters:
                        chapters.append(path.stem)
    return found


def relative_uri(directive: SphinxDirective, page: str) -> str | None:
    """Return the link from the directive's page to `page`, or None where the book has no such page."""
    environment = directive.env
    if page not in environment.found_docs:
        return None
    return environment.app.builder.get_relative_uri(environment.docname, page)


def static_folder(directive: SphinxDirective) -> str:
    """Return the way from the directive's page to the site's static folder."""
    return "../" * directive.env.docname.count("/") + "_static"


def raw_html(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")
