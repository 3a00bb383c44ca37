"""The book's Sphinx extension: a site that is light, complete and asks no other host for anything.

Every page comes with a small icon font instead of a 1.5 MB script, pages with equations with a local
MathJax, pages with explorers with the script that shows them without a kernel, a cell tagged
`export:<module>` with a badge that links to the module on the library page, and a chapter with one
that says how well its equations are checked.
"""

import importlib.util
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.fileutil import copy_asset

from bookkit.site import directives, equations, explorers
from bookkit.site.icons import write_icon_font

HERE = Path(__file__).parent
LIBRARY_PAGE = "library"
EXPORT_CLASS = "tag_export:"  # what MyST-NB makes of the tag export:<module>
STAMP = ".built"  # in the output folder: when the last build ended

# The theme reads its mode before it has one; on a first visit we follow the reader's system.
FIRST_VISIT = """(root => {
  root.dataset.mode ||= "auto";
  root.dataset.theme ||= matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})(document.documentElement);"""


def set_paths(app: Sphinx, config: Config) -> None:
    """Find our templates before the theme's, and MathJax on the site itself."""
    config.templates_path.append(str(HERE / "templates"))
    config.mathjax_path = "mathjax/tex-chtml.js"


def add_filters(app: Sphinx) -> None:
    """Give the template its one filter, which takes the icon script out of the page's head."""
    templates: Any = app.builder.templates
    templates.environment.filters["drop_fontawesome"] = drop_fontawesome


def drop_fontawesome(head: str) -> str:
    """Return the page's head without the theme's icon script.

    >>> drop_fontawesome('<script defer src="_static/scripts/fontawesome.js?digest=1"></script><link>')
    '<link>'
    """
    return re.sub(r"<script[^>]*/fontawesome\.js[^>]*></script>", "", head)


def mend_page(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Take MathJax out of a page without equations, and give a citation the role that its list asks for.

    Sphinx gives MathJax also to the pages above one with equations.
    """
    if "body" in context:
        context["body"] = context["body"].replace(
            ' role="doc-biblioentry"', ' role="listitem"'
        )
    if not app.env.get_domain("math").data["has_equations"].get(pagename):
        scripts = context["script_files"]
        scripts[:] = [
            script for script in scripts if "mathjax/" not in str(script.filename)
        ]


def show_explorers(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Give a page with widgets the script that shows them, and keep only their data in the page."""
    states = [
        script.attributes
        for script in context["script_files"]
        if script.attributes.get("type") == explorers.STATE
    ]
    if not states:
        return
    for attributes in states:
        attributes["body"] = explorers.slim(attributes["body"])
    context["body"] = context["body"].replace(
        explorers.VIEW, explorers.NO_SCRIPT + explorers.VIEW
    )
    app.add_js_file(explorers.SCRIPT, loading_method="defer", priority=200)
    app.add_css_file(explorers.STYLE)


def add_badges(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put "nnfs_lib/<module>.py", a link to the library page, before each exported cell."""
    for cell in doctree.findall(nodes.container):
        for name in cell["classes"]:
            if not name.startswith(EXPORT_CLASS):
                continue
            module = name.removeprefix(EXPORT_CLASS)
            page = app.builder.get_relative_uri(docname, LIBRARY_PAGE)
            link = nodes.reference(refuri=f"{page}#{module}", internal=True)
            link += nodes.inline(
                text="This cell goes into ", classes=["visually-hidden"]
            )
            link += nodes.Text(f"nnfs_lib/{module}.py")
            cell.insert(0, nodes.paragraph("", "", link, classes=["export-badge"]))


def add_static_files(app: Sphinx, exception: Exception | None) -> None:
    """Copy MathJax out of its package, write the icon font, and say that the build ended."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    copy_mathjax(static / "mathjax")
    explorers.write_files(static)
    write_icon_font(
        static / "vendor/fontawesome/webfonts/fa-solid-900.ttf", static / "icons.woff"
    )
    (Path(app.outdir) / STAMP).touch()


def copy_mathjax(target: Path) -> None:
    """Copy what pages load: the script, its TeX extensions and its fonts."""
    package = importlib.util.find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(
            "MathJax is missing: pip install sphinx-mathjax-offline"
        )
    source = Path(package.origin).parent / "static/mathjax"
    for part in ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2"):
        place = (target / part).parent if part.endswith(".js") else target / part
        place.mkdir(parents=True, exist_ok=True)
        copy_asset(str(source / part), str(place))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything above."""
    app.connect("config-inited", set_paths)
    app.connect("builder-inited", add_filters)
    app.connect("doctree-resolved", add_badges)
    app.connect("doctree-resolved", equations.add_badge)
    app.connect("html-page-context", show_explorers, priority=900)
    app.connect("html-page-context", mend_page, priority=900)
    app.connect("build-finished", add_static_files)
    app.add_js_file(None, body=FIRST_VISIT, priority=100)
    app.add_directive("library", directives.Library)
    app.add_directive("hero", directives.Hero)
    app.add_directive("chapter-map", directives.ChapterMap)
    app.add_directive("equations", equations.Equations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
