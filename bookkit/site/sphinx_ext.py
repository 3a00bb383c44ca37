"""The book's Sphinx extension: a site that is light, complete and asks no other host for anything.

Every page comes with a small icon font instead of a 1.5 MB script, with its equations typeset, pages with
explorers with the script that shows them without a kernel, a cell tagged `export:<module>`, in a lab
`export`, with a badge that links to the module on the library page, and a chapter or lab with one that says
how well its equations are checked.
"""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from bookkit.site import (
    directives,
    equations,
    explorers,
    lite,
    live,
    search,
    thumbnails,
    typeset,
    weight,
)
from bookkit.site.icons import write_icon_font
from bookkit.site.prune import prune

HERE = Path(__file__).parent
LIBRARY_PAGE = "library"
# [reference](../references.md#kingma2015), of one key or several
REFERENCE = re.compile(r"\[reference\]\((?:\.\./)?references\.md#([\w,-]+)\)")
NEEDS = "%%needs "  # the magic of bookkit.needs
EXPORT_CLASS = (
    "tag_export"  # what MyST-NB makes of the tags export:<module> and, in labs, export
)
HEAD = re.compile(r'</h1>(?:\s*<p class="equations-badge">.*?</p>)?', re.DOTALL)
START = """<div class="live-start" id="run" data-page="{page}" data-root="{root}" hidden>
<button type="button" class="live-button">Run this page</button>
<span role="status">Change its code and run it, in your browser. The first press fetches Python, 17 MB.</span>
</div>"""
# Scripts that the theme puts into the head of every page, and those of extensions that no page of ours uses.
UNUSED_IN_HEAD = ("fontawesome", "searchtools", "language_data", "searchindex")
UNUSED = ("togglebutton", "design-tabs")
STAMP = ".built"  # in the output folder: when the last build ended

SIZED_IMAGE = re.compile(
    r'<img ([^>]*)style="width: ([\d.]+)px; height: ([\d.]+)px;"([^>]*>)'
)

# The theme reads its mode before it has one; on a first visit we follow the reader's system.
FIRST_VISIT = """(root => {
  root.dataset.mode ||= "auto";
  root.dataset.theme ||= matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})(document.documentElement);"""


def set_paths(app: Sphinx, config: Config) -> None:
    """Find our templates before the theme's, and typeset equations as we do."""
    config.templates_path.append(str(HERE / "templates"))
    config.html_math_renderer = typeset.NAME


def add_filters(app: Sphinx) -> None:
    """Give the template its one filter, which takes scripts out of the page's head."""
    templates: Any = app.builder.templates
    templates.environment.filters["drop_scripts"] = drop_scripts


def drop_scripts(head: str) -> str:
    """Return the page's head without scripts that it does not need.

    The theme's icons are a font here. Only the search page searches: elsewhere the index is a burden, and
    where it is, Sphinx does not mark the words that one has searched for.

    >>> drop_scripts('<script defer src="_static/scripts/fontawesome.js?digest=1"></script><link>')
    '<link>'
    """
    names = "|".join(UNUSED_IN_HEAD)
    return re.sub(rf"\s*<script[^>]*[/\"](?:{names})\.js[^>]*></script>", "", head)


def mend_page(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Take out of a page what is for other pages, load figures as one comes near, and mend citations.

    A citation gets the role that its list asks for, an image its size, so that nothing moves when it comes.
    """
    if "body" in context:
        context["body"] = context["body"].replace(
            ' role="doc-biblioentry"', ' role="listitem"'
        )
        context["body"] = SIZED_IMAGE.sub(lazy_image, context["body"])
    for files in ("script_files", "css_files"):
        context[files][:] = [
            each
            for each in context[files]
            if not any(f"{name}." in str(each.filename) for name in UNUSED)
        ]
    if not app.env.get_domain("math").data["has_equations"].get(pagename):
        styles = context["css_files"]
        styles[:] = [
            style for style in styles if not str(style.filename).endswith(typeset.STYLE)
        ]


def lazy_image(found: re.Match[str]) -> str:
    """Return an image's tag with its size as the browser wants it, to be loaded when it comes into sight.

    >>> print(SIZED_IMAGE.sub(lazy_image, '<img src="a.png" style="width: 6.5px; height: 9px;" />'))
    <img loading="lazy" width="6" height="9" src="a.png" />
    """
    before, width, height, after = found.groups()
    size = f'width="{float(width):.0f}" height="{float(height):.0f}"'
    return f'<img loading="lazy" {size} {before.strip()}{after}'


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


def offer_to_run(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Put the button that lets a page's cells run below its title and badge, if it has cells."""
    if '<div class="cell ' in context.get("body", ""):
        root = app.builder.get_relative_uri(pagename, "index").removesuffix(
            "index.html"
        )
        button = START.format(page=pagename, root=root or "./")
        context["body"] = HEAD.sub(rf"\g<0>\n{button}", context["body"], count=1)


def offer_jupyterlite(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Put a button that opens a notebook in JupyterLite beside those that download it."""
    notebook = context.get("sourcename") or ""
    if notebook.endswith(".ipynb"):
        page = context["pathto"](f"{lite.FOLDER}/{lite.OPEN}", 1)
        button = {
            "type": "link",
            "url": f"{page}?path={notebook}",
            "tooltip": "Open in JupyterLite",
            "icon": "fas fa-rocket",
            "label": "jupyterlite",
        }
        context["header_buttons"].insert(1, button)


def add_badges(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put "nnfs_lib/<module>.py", a link to the library page, before each exported cell."""
    for cell in doctree.findall(nodes.container):
        for name in cell["classes"]:
            start, _, module = name.partition(":")
            if start != EXPORT_CLASS:
                continue
            place = module or docname  # labs/NAME is both a page and a module
            page = app.builder.get_relative_uri(docname, LIBRARY_PAGE)
            link = nodes.reference(
                refuri=f"{page}#{place.replace('/', '-')}", internal=True
            )
            link += nodes.inline(
                text="This cell goes into ", classes=["visually-hidden"]
            )
            link += nodes.Text(f"nnfs_lib/{place}.py")
            cell.insert(0, nodes.paragraph("", "", link, classes=["export-badge"]))


def cite(app: Sphinx, docname: str, source: list[str]) -> None:
    """Make citations of the links to references that a notebook has instead: there they read as text."""
    source[0] = REFERENCE.sub(r"{cite}`\1`", source[0])


def color_needs(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give cells that begin with %%needs, which is no Python, the colors of code, and say what they need."""
    for block in doctree.findall(nodes.literal_block):
        first, _, rest = block.astext().partition("\n")
        if not first.startswith(NEEDS):
            continue
        block.rawsource, block["language"] = rest, "ipython3"
        block.children = [nodes.Text(rest)]
        words = (
            f"Runs where all of {first.removeprefix(NEEDS).strip()} is on the machine"
        )
        place = block.parent.index(block)
        block.parent.insert(place, nodes.paragraph("", words, classes=["needs-badge"]))


def add_static_files(app: Sphinx, exception: Exception | None) -> None:
    """Write the style of the equations and the icon font, and say that the build ended."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    typeset.write_files(static)
    search.write_texts(app, static)
    explorers.write_files(static)
    write_icon_font(
        static / "vendor/fontawesome/webfonts/fa-solid-900.ttf", static / "icons.woff"
    )
    prune(Path(app.outdir))
    live.write_files(static)
    thumbnails.write_files(Path(app.srcdir) / "chapters", static)
    pages = [page for page in sorted(app.env.found_docs) if page != "search"]
    print(weight.report(Path(app.outdir), pages))
    (Path(app.outdir) / STAMP).touch()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything above."""
    typeset.setup(app)
    search.setup(app)
    app.connect("config-inited", set_paths)
    app.connect("builder-inited", add_filters)
    app.connect("doctree-resolved", add_badges)
    app.connect("source-read", cite)
    app.connect("doctree-resolved", color_needs)
    app.connect("doctree-resolved", equations.add_badge)
    app.connect("html-page-context", show_explorers, priority=900)
    app.connect("html-page-context", mend_page, priority=900)
    app.connect("html-page-context", offer_to_run, priority=900)
    app.connect("html-page-context", offer_jupyterlite, priority=900)
    app.connect("build-finished", add_static_files)
    app.add_js_file(None, body=FIRST_VISIT, priority=100)
    app.add_directive("library", directives.Library)
    app.add_directive("hero", directives.Hero)
    app.add_directive("chapter-map", directives.ChapterMap)
    app.add_directive("lab-map", directives.LabMap)
    app.add_directive("equations", equations.Equations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
