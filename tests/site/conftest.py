"""The built site, served below a sub-path, and a browser that visits each page once in each mode."""

import functools
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from disk import Disk
from firefox import Firefox, firefox
from live import with_python
from playwright.sync_api import Browser, Page, expect, sync_playwright
from visits import FLAGS, MODES, ROOT, SITE, Visit, sources, visit_page

from bookkit.site import serve as server
from bookkit.site.browser import CHROMIUM, FIREFOX, find

SUB_PATH = "/some/sub/path"

expect.set_options(timeout=60_000)  # a machine that is busy still answers


# What starts a JupyterLab, a JupyterLite or a Firefox does so once.
LONG = ("test_lab", "test_firefox", "test_lite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one ask for the long chapters too, where cells run in the browser's Python."""
    parser.addoption("--every-chapter", action="store_true", help="the long ones too")
    parser.addoption("--keep-seconds", action="store_true", help="for pages to say")


@pytest.hookimpl(tryfirst=True)  # before xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group tests for those who run them on several workers: what shares a page shares a worker.

    What takes long comes first, so that no worker has to wait for it in the end.
    """
    items.sort(key=lambda item: item.path.stem not in LONG)
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        page = given.get("page") or given.get("page_name")
        saved = given.get("saved")
        group = saved.page if saved else page
        if not group or item.path.stem in LONG:
            group = item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def site() -> Path:
    """The built site; an error where it is missing or older than its sources."""
    stamp = SITE / ".built"
    if not stamp.is_file():
        pytest.fail(f"There is no site in {SITE}: run `make book`.", pytrace=False)
    built = stamp.stat().st_mtime
    newer = [
        path
        for path in sources()
        if path.suffix != ".pyc" and path.stat().st_mtime > built
    ]
    if newer:
        pytest.fail(
            f"The site is older than {newer[0].relative_to(ROOT)}: run `make book`.",
            pytrace=False,
        )
    return SITE


class SubPathHandler(SimpleHTTPRequestHandler):
    """Serves a folder below SUB_PATH, as a project page does, and lets nothing be cached."""

    def translate_path(self, path: str) -> str:
        inside = path.removeprefix(SUB_PATH)
        return super().translate_path(
            inside if inside != path else "/outside-the-sub-path"
        )

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """A function that serves a folder and returns its address."""
    servers = []

    def start(folder: Path) -> str:
        handler = functools.partial(SubPathHandler, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}{SUB_PATH}"

    yield start
    for each in servers:
        each.shutdown()
        each.server_close()


@pytest.fixture(scope="session")
def isolated(site: Path) -> Iterator[str]:
    """Where `make serve` serves the site: with the headers that let a page share memory with Python."""
    with server.open_server(site, 0) as opened:
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{opened.server_port}"
        opened.shutdown()


@pytest.fixture(scope="session")
def own_python(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is with Python's files, which then come from nowhere else."""
    return with_python(site, tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="session")
def address(site: Path, serve: Callable[[Path], str]) -> str:
    """Where the site is served."""
    return serve(site)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the whole run."""
    path = find(CHROMIUM)
    if path is None:
        pytest.fail(CHROMIUM.advice, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def fox() -> Iterator[Firefox]:
    """One Firefox for the whole run."""
    path = find(FIREFOX)
    if path is None:
        pytest.fail(FIREFOX.advice, pytrace=False)
    with firefox(path) as started:
        started.resize(1280, 900)
        yield started


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A function that opens a page in a fresh context, closed when the test ends."""
    contexts = []

    def open_it(name: str, mode: str = "light", **options: Any) -> Page:
        context = browser.new_context(**{**MODES[mode], **options})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{address}/{name}.html", wait_until="load")
        return page

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def whole_disk(browser: Browser, site: Path) -> Iterator[Disk]:
    """The site as it is read from a disk; pages that tests share stay open for the module."""
    disk = Disk(browser, site)
    yield disk
    disk.close()


@pytest.fixture
def disk(whole_disk: Disk) -> Iterator[Disk]:
    """The site as it is read from a disk; whatever a test does there, no page may complain."""
    yield whole_disk
    whole_disk.close_unshared()
    complaints = whole_disk.complaints.copy()
    whole_disk.complaints.clear()
    assert complaints == []


@pytest.fixture(scope="session")
def visit(browser: Browser, address: str) -> Callable[[str, str], Visit]:
    """A function (page, mode) -> Visit, which opens each page only once."""
    visits = functools.cache(lambda page: visit_page(browser, f"{address}/{page}.html"))
    return lambda page, mode: visits(page)[mode]
