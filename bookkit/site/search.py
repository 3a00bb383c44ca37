"""Search that finds parts of words, and shows where it found them also to who reads from a disk.

Sphinx indexes whole words, so `crossentropy` would find no CategoricalCrossentropy; and it fetches each page
to show the line, which a browser refuses where pages are files.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

import sphinx.search
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

FILE = "search-texts.js"
# CategoricalCrossentropy -> Categorical, Crossentropy; keep_gradients -> keep, gradients
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
HYPHENED = re.compile(r"\w+(?:-\w+)+")
SKIPPED = (nodes.section, nodes.raw, nodes.comment)
# The search page asks for pages to show a line of each: it gets what the build has read.
SCRIPT = """const texts = {texts};
const fetchAnything = globalThis.fetch;
globalThis.fetch = (url, ...more) => {{
  const root = new URL(document.documentElement.dataset.content_root, document.baseURI).href;
  const page = String(new URL(url, document.baseURI)).split("#")[0].replace(root, "");
  return page in texts ? Promise.resolve(new Response(texts[page])) : fetchAnything(url, ...more);
}};
"""


class BookEnglish(SearchEnglish):
    """English, with names of code and hyphened words in their parts, and as one."""

    def split(self, input: str) -> list[str]:
        """Return the words of a text.

        >>> BookEnglish({}).split("cross-entropy: keep_rate, ReLU")
        ['cross', 'entropy', 'keep_rate', 'ReLU', 'crossentropy', 'keep', 'rate', 'Re', 'LU']
        """
        words = super().split(input)
        found = words + [word.replace("-", "") for word in HYPHENED.findall(input)]
        for word in words:
            parts = PART.findall(word)
            found += parts if len(parts) > 1 else []
        return found


def keep_text(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Remember what a page says, section by section, as a page of nothing else."""
    said = "".join(map(section, doctree.findall(condition=is_outermost)))
    page = app.builder.get_target_uri(docname)
    texts(app)[page] = f'<div role="main">{said}</div>'


def texts(app: Sphinx) -> dict[str, str]:
    """Return page -> its text, of this build."""
    builder: Any = app.builder
    if not hasattr(builder, "search_texts"):
        builder.search_texts = {}
    found: dict[str, str] = builder.search_texts
    return found


def is_outermost(node: nodes.Node) -> bool:
    return isinstance(node, nodes.section) and isinstance(node.parent, nodes.document)


def section(node: nodes.Element) -> str:
    """Return a section's text, and those within it, each under its anchor."""
    own = " ".join(
        child.astext() for child in node.children if not isinstance(child, SKIPPED)
    )
    inner = "".join(section(each) for each in node if isinstance(each, nodes.section))
    text = f"<div>{html.escape(' '.join(own.split()))} {inner}</div>"
    for name in node["ids"]:
        text = f'<div id="{html.escape(name)}">{text}</div>'
    return text


def write_texts(app: Sphinx, static: Path) -> None:
    table = json.dumps(texts(app), ensure_ascii=False, sort_keys=True)
    (static / FILE).write_text(SCRIPT.format(texts=table), encoding="utf-8")


def setup(app: Sphinx) -> None:
    sphinx.search.languages["en"] = BookEnglish
    app.connect("doctree-resolved", keep_text)
