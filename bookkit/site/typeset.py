"""Equations, typeset when the site is built: a page brings no MathJax, and shows them at once.

MathJax itself does it, in the JavaScript engine of the package mini-racer: what stands in the page is what it
would have made there, and the same in MathML, which screen readers speak.
"""

import functools
import importlib.util
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.fileutil import copy_asset
from sphinx.util.math import get_node_equation_number

NAME = "typeset"  # of this way to show equations, for Sphinx
FOLDER = "mathjax"
STYLE = f"{FOLDER}/equations.css"
FONTS = "output/chtml/fonts/woff-v2"
COMPONENTS = (
    "startup",
    "core",
    "adaptors/liteDOM",
    "input/tex-full",
    "output/chtml",
    "output/chtml/fonts/tex",
)
START = """
globalThis.setTimeout = () => 0; // what waits for a loader waits for nothing here
globalThis.MathJax = {
  chtml: { fontURL: "woff-v2" },
  startup: { typeset: false, ready() {} },
};
"""
READY = """
MathJax.startup.useAdaptor("liteAdaptor", true);
MathJax.startup.defaultReady();
const html = (node) => MathJax.startup.adaptor.outerHTML(node);
const typeset = (tex, display) => [
  html(MathJax.tex2chtml(tex, { display })), MathJax.tex2mml(tex, { display }),
];
"""
# What may not begin a line: it stays with the equation before it.
PUNCTUATION = re.compile(r"[,.;:!?)\]’]+")
logger = logging.getLogger(__name__)


def source() -> Path:
    """Return the folder of MathJax's files."""
    package = importlib.util.find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(
            "MathJax is missing: pip install sphinx-mathjax-offline"
        )
    return Path(package.origin).parent / "static/mathjax"


class MathJax:
    """MathJax without a browser; it remembers which characters it was asked for."""

    def __init__(self) -> None:
        self.engine = MiniRacer()
        self.engine.eval(START)
        for name in COMPONENTS:
            text = (source() / f"{name}.js").read_text(encoding="utf-8")
            self.engine.eval(f"{text}\n;0")
        self.engine.eval(f"{READY};0")
        self.typeset = functools.cache(self._typeset)

    def _typeset(self, tex: str, display: bool) -> str:
        """Return the equation as HTML; ValueError with MathJax's word where it is no TeX."""
        try:
            shown, spoken = self.engine.call("typeset", tex, display)
        except JSEvalException as error:
            raise ValueError(str(error).partition("\n")[0]) from None
        if wrong := re.search(r'data-mjx-error="([^"]*)"', shown):
            raise ValueError(wrong[1])
        spoken = re.sub(r">\s+<", "><", spoken).strip()
        return shown.replace(
            "<mjx-math ", '<mjx-math aria-hidden="true" ', 1
        ).removesuffix("</mjx-container>") + (
            f"<mjx-assistive-mml>{spoken}</mjx-assistive-mml></mjx-container>"
        )

    def style(self) -> str:
        """Return the style for all that was typeset so far."""
        return str(
            self.engine.eval(
                "MathJax.startup.adaptor.textContent(MathJax.chtmlStylesheet())"
            )
        )


@functools.cache
def mathjax() -> MathJax:
    """Return the one MathJax of this build."""
    return MathJax()


def html(node: nodes.Element, tex: str, display: bool) -> str:
    """Return the equation as HTML, or a warning and its source."""
    try:
        return mathjax().typeset(tex, display)
    except ValueError as error:
        logger.warning("not an equation: %s: %s", error, tex, location=node)
        return ""


def show_inline(writer: Any, node: nodes.math) -> None:
    classes = "math notranslate nohighlight"
    after = writer.encode(node.get("after", ""))
    writer.body.append(
        writer.starttag(node, "span", "", CLASS=classes)
        + f"{html(node, node.astext(), False)}{after}</span>"
    )
    raise nodes.SkipNode


def show_display(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(
        writer.starttag(node, "div", CLASS="math notranslate nohighlight")
    )
    if node.get("number"):
        writer.body.append(
            f'<span class="eqno">({get_node_equation_number(writer, node)})'
        )
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    writer.body.append(f"{html(node, display_tex(node), True)}</div>\n")
    raise nodes.SkipNode


def display_tex(node: nodes.math_block) -> str:
    """Return what MathJax is handed: several lines, or paragraphs, become one aligned equation."""
    tex = node.astext()
    if node.get("nowrap"):
        return tex
    parts = [
        rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part
        for part in tex.split("\n\n")
        if part.strip()
    ]
    if len(parts) == 1:
        return parts[0]
    lines = r"\\".join(parts)
    return rf"\begin{{aligned}}{lines}\end{{aligned}}"


def keep_punctuation(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give an equation the punctuation after it, so that no line begins with a comma."""
    for node in list(doctree.findall(nodes.math)):
        place = node.parent.index(node) + 1
        following = node.parent[place] if place < len(node.parent) else None
        if isinstance(following, nodes.Text) and (
            found := PUNCTUATION.match(following.astext())
        ):
            node["after"] = found[0]
            rest = nodes.Text(following.astext()[found.end() :])
            node.parent.replace(following, rest)


def write_files(static: Path) -> None:
    """Write the style of all equations, and the fonts that it names."""
    target = static / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    copy_asset(str(source() / FONTS), str(target / "woff-v2"))
    (static / STYLE).write_text(mathjax().style(), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Let equations be typeset as the site is built."""
    app.add_html_math_renderer(NAME, (show_inline, None), (show_display, None))
    app.connect("doctree-resolved", keep_punctuation)
    app.add_css_file(STYLE)
