"""What a page weighs at most on a first visit, as a server sends it: compressed by gzip."""

import functools
import gzip
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

PARTS = ("text", "scripts", "styles", "fonts", "figures")
SCRIPT = re.compile(r'<script\b[^>]*\bsrc="([^"]+)"')
STYLE = re.compile(r'<link\b[^>]*\bhref="([^"]+)"[^>]*\brel="stylesheet"')
STYLE_TOO = re.compile(r'<link\b[^>]*\brel="stylesheet"[^>]*\bhref="([^"]+)"')
FIGURE = re.compile(r'<img\b[^>]*\bsrc="([^"]+)"')
# Styles that other styles ask for, and the picture in the browser's tab.
EVERYWHERE = ("basic.css", "favicon.svg", "icons.woff")
# The fonts of equations, by the class of the characters that are in them. The first ones may come with any:
# roots and brackets take from them what no class tells.
FONTS = {
    "<mjx-container": (
        "Zero",
        "Main-Regular",
        "Size1-Regular",
        "Size2-Regular",
        "Size4-Regular",
    ),
    "TEX-I": ("Math-Italic",),
    "TEX-B": ("Main-Bold",),
    "TEX-BI": ("Math-BoldItalic",),
    "TEX-A": ("AMS-Regular",),
    "TEX-C": ("Calligraphic-Regular",),
    "TEX-S3": ("Size3-Regular",),
}


@functools.cache
def compressed(path: Path) -> int:
    """Return a file's bytes as they are sent: text through gzip, what is compressed already as it is."""
    data = path.read_bytes()
    return min(len(data), len(gzip.compress(data, 6, mtime=0)))


def weigh(site: Path, page: str) -> dict[str, int]:
    """Return a page's bytes by part ("figures" come as one reads); page: like "chapters/03_loss"."""
    path = site / f"{page}.html"
    html = path.read_text(encoding="utf-8")

    def sizes(*patterns: re.Pattern[str]) -> int:
        names = {
            urlsplit(name).path for each in patterns for name in each.findall(html)
        }
        files = [(path.parent / unquote(name)).resolve() for name in names if name]
        return sum(compressed(file) for file in files if file.is_file())

    fonts = [
        site / f"_static/mathjax/woff-v2/MathJax_{name}.woff"
        for sign, names in FONTS.items()
        if re.search(rf"{sign}\b", html)
        for name in names
    ]
    always = {name: compressed(site / "_static" / name) for name in EVERYWHERE}
    return {
        "text": compressed(path),
        "scripts": sizes(SCRIPT),
        "styles": sizes(STYLE, STYLE_TOO) + always["basic.css"],
        "fonts": sum(map(compressed, fonts)) + always["icons.woff"],
        "figures": sizes(FIGURE) + always["favicon.svg"],
    }


def report(site: Path, pages: list[str]) -> str:
    """Return a table: what each page weighs, in KB."""
    lines = [f"{'KB, gzip':32}" + "".join(f"{part:>9}" for part in (*PARTS, "all"))]
    for page in pages:
        found = weigh(site, page)
        row = [*(found[part] for part in PARTS), sum(found.values())]
        lines.append(f"{page:32}" + "".join(f"{size / 1024:9.0f}" for size in row))
    return "\n".join(lines)
