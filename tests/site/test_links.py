"""Every link inside the site leads somewhere, fragment included."""

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Links(HTMLParser):
    """Collects a page's anchors and what it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.anchors.add(value)
            if name in {"href", "src"} and value:
                self.targets.add(value)


@cache
def read(path: Path) -> Links:
    links = Links()
    links.feed(path.read_text(encoding="utf-8"))
    return links


def broken_links(site: Path, page: Path) -> list[str]:
    """Return the page's links inside the site that lead nowhere."""
    broken = []
    for target in sorted(read(page).targets):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not file.is_file() or not file.is_relative_to(site.resolve()):
            broken.append(f"{page.relative_to(site)}: {target} is no file")
        elif parts.fragment and unquote(parts.fragment) not in read(file).anchors:
            broken.append(f"{page.relative_to(site)}: {target} has no such anchor")
    return broken


def test_internal_links_resolve(site: Path) -> None:
    pages = sorted(
        path
        for path in site.rglob("*.html")
        if path.relative_to(site).parts[0] not in ("_static", "lite")
    )
    assert [link for page in pages for link in broken_links(site, page)] == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    links = (
        '<a href="b.html#there">x</a><a href="b.html#gone">x</a><a href="c.html">x</a>'
    )
    (tmp_path / "a.html").write_text(links)
    (tmp_path / "b.html").write_text('<h1 id="there">b</h1>')
    assert broken_links(tmp_path, tmp_path / "a.html") == [
        "a.html: b.html#gone has no such anchor",
        "a.html: c.html is no file",
    ]
