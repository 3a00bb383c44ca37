"""A page whose cells run, with Python's files answered from packages of npm instead of the public network."""

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from bookkit.site import lite, live

# A package that brings NumPy for this Pyodide. It and PyPI's packages have other hashes than the network's:
# the lists that pages and JupyterLite go by are changed for them, and for them alone.
NUMPY = ("@bentopdf/pymupdf-wasm", "0.11.16", "numpy-2.2.5-*.whl")
# What the kernel installs and never needs. It is in no package, so an empty one stands in for it.
EMPTY = "sqlite3-1.0.0-py3-none-any.whl"
KINDS = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
}
READY = 120_000  # milliseconds: a machine that is busy still gets there


@functools.cache
def release() -> Path:
    """Return a folder like a release of Pyodide, without what can't be had: matplotlib and all that draws.

    Fetched once: Python itself and NumPy from npm, the packages of plain Python from PyPI.
    """
    place = live.installed().parent / f"release-{live.version()}"
    if not place.is_dir():
        with tempfile.TemporaryDirectory(dir=place.parent) as whole:
            folder = Path(whole) / "release"
            shutil.copytree(live.installed() / "pyodide", folder)
            fetch_numpy(folder)
            lock = json.loads((folder / live.LOCK).read_text("utf-8"))
            fetch_plain(lock["packages"], folder)
            lite.write_wheel(folder, "sqlite3", "1.0.0", [])
            lock = without_missing(with_hashes(lock, folder), folder)
            (folder / live.LOCK).write_text(json.dumps(lock))
            try:
                folder.rename(place)
            except OSError:  # another worker was faster
                assert place.is_dir()
    return place


def fetch_numpy(folder: Path) -> None:
    """Fetch NumPy's wheel."""
    name, version, pattern = NUMPY
    printed = live.run("npm", "pack", f"{name}@{version}", folder=folder)
    archive = printed.split()[-1]
    subprocess.run(["tar", "-xzf", archive, "package/assets"], cwd=folder, check=True)
    (wheel,) = folder.glob(f"package/assets/{pattern}")
    wheel.rename(folder / wheel.name)
    (folder / archive).unlink()
    shutil.rmtree(folder / "package")


def fetch_plain(known: dict[str, Any], folder: Path) -> None:
    """Fetch what the book and the kernel need of plain Python, in the versions of Pyodide's list."""
    wanted: set[str] = set()

    def add(names: tuple[str, ...]) -> None:
        for name in (each.replace("_", "-") for each in names):
            each = known.get(name)
            if each and "none-any" in each["file_name"] and name not in wanted:
                wanted.add(name)
                add(tuple(each["depends"]))

    for names in (lite.BOOK, lite.AT_ONCE, *lite.WHEELS.values()):
        add(names)
    exact = sorted(f"{name}=={known[name]['version']}" for name in wanted)
    lite.download(folder, *exact)


def with_hashes(lock: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return a list of packages with the hashes of what the folder has."""
    (numpy,) = (each.name for each in folder.glob("numpy-*.whl"))
    packages = {}
    for name, each in lock["packages"].items():
        start, slash, file = each["file_name"].rpartition("/")
        file = {"numpy": numpy, "sqlite3": EMPTY}.get(name, file)
        packages[name] = each | {"file_name": f"{start}{slash}{file}"}
        if (folder / file).is_file():
            hashed = hashlib.sha256((folder / file).read_bytes())
            packages[name]["sha256"] = hashed.hexdigest()
    return lock | {"packages": packages}


def without_missing(lock: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return a list of those packages alone that the folder has."""
    packages = {
        name: each
        for name, each in lock["packages"].items()
        if (folder / each["file_name"]).is_file()
    }
    return lock | {"packages": packages}


def with_python(site: Path, folder: Path) -> Path:
    """Return a copy of the site that has Python's files itself, as `make book PYODIDE=folder` builds it."""
    own = folder / "site"
    changed = ("pins.json", live.LOCK, "jupyter-lite.json")

    def lay(source: str, copy: str) -> str:
        if Path(source).name in changed:
            return shutil.copy2(source, copy)
        os.symlink(source, copy)
        return copy

    shutil.copytree(site.resolve(), own, copy_function=lay)
    live.write_pins(own / "_static/live", str(release()))
    lite.configure(own)
    return own


class Network:
    """The public network, as far as a page asks it for Python. Nobody else answers."""

    def __init__(self, context: BrowserContext, site: Path) -> None:
        self.asked: list[str] = []
        self.elsewhere: list[str] = []
        self.instead: dict[str, bytes | None] = {}  # None: there is no such file
        self.folder = release()
        (self.wheel,) = self.folder.glob("numpy-*.whl")
        pins = json.loads((site / "_static/live/pins.json").read_text("utf-8"))
        pins["lock"] = with_hashes(pins["lock"], self.folder)
        lock = json.loads((site / lite.FOLDER / live.LOCK).read_text("utf-8"))
        lock = with_hashes(lock, self.folder)
        context.route(lambda url: "127.0.0.1" not in url, self._refuse)
        context.route(f"{live.NETWORK}/**", self._answer)
        context.route("**/live/pins.json", lambda route: route.fulfill(json=pins))
        context.route(f"**/{live.LOCK}", lambda route: route.fulfill(json=lock))

    def _refuse(self, route: Route) -> None:
        if not route.request.url.startswith(("blob:", "data:")):
            self.elsewhere.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def _answer(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[-1]
        self.asked.append(name)
        file = self.folder / name
        content = self.instead.get(name, file.read_bytes() if file.is_file() else None)
        found = content is not None
        route.fulfill(
            status=200 if found else 404,
            body=content or b"",
            headers={"access-control-allow-origin": "*"},
            content_type=KINDS.get(file.suffix, "application/octet-stream"),
        )


class Notebook:
    """A page whose cells run, and what one does with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cells = page.locator(".bd-article .cell")
        self.status = page.locator(".live-status")

    def wake(self) -> None:
        """Press "Run this page" and wait for Python."""
        self.page.get_by_role("button", name="Run this page").click()
        self.wait("Python is ready")

    def wait(self, words: str) -> None:
        """Wait until the bar says this."""
        self.status.filter(has_text=words).wait_for(timeout=READY)

    def cell(self, holds: str, place: int = 0) -> Locator:
        """Return a cell whose code holds this now, the first one or a later one."""
        texts = self.cells.evaluate_all(
            "(cells) => cells.map((cell) => cell.querySelector('.cell_input').textContent)"
        )
        found = [number for number, text in enumerate(texts) if holds in text]
        return self.cells.nth(found[place])

    def write(self, cell: Locator, text: str) -> None:
        """Put a text into a cell's editor, as one who pastes it."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def text(self, cell: Locator) -> str:
        """Return what stands in a cell's editor."""
        return "\n".join(cell.locator(".cm-line").all_inner_texts())

    def run(self, cell: Locator, how: str = "done") -> str:
        """Run a cell, and those above that it needs; return what it shows."""
        cell.get_by_role("button", name="Run cell").click()
        return self.ran(cell, how)

    def ran(self, cell: Locator, how: str = "done") -> str:
        """Wait until a cell has run; return what it shows."""
        expect(cell).to_have_attribute(
            "data-live", re.compile("done|failed"), timeout=READY
        )
        assert cell.get_attribute("data-live") == how, cell.inner_text()
        return cell.locator(".live-output").inner_text()


Open = Callable[..., tuple[Notebook, Network]]
