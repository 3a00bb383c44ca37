"""A page whose cells run, with Python's files answered from packages of npm instead of the public network."""

import hashlib
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from bookkit.site import live

# A package that brings NumPy for this Pyodide. Its wheel has another hash than the network's: the list that
# pages go by is changed for it, and for it alone.
NUMPY = ("@bentopdf/pymupdf-wasm", "0.11.16", "numpy-2.2.5-*.whl")
KINDS = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
}
READY = 120_000  # milliseconds: a machine that is busy still gets there


def numpy_wheel() -> Path:
    """Return NumPy's wheel, fetched once."""
    name, version, pattern = NUMPY
    folder = live.installed().parent / f"numpy-{version}"
    if not list(folder.glob(f"package/assets/{pattern}")):
        folder.mkdir(exist_ok=True)
        archive = live.run("npm", "pack", f"{name}@{version}", folder=folder).split()[
            -1
        ]
        subprocess.run(
            ["tar", "-xzf", archive, "package/assets"], cwd=folder, check=True
        )
        (folder / archive).unlink()
    (wheel,) = folder.glob(f"package/assets/{pattern}")
    return wheel


class Network:
    """The public network, as far as a page asks it for Python. Nobody else answers."""

    def __init__(self, context: BrowserContext, site: Path) -> None:
        self.asked: list[str] = []
        self.elsewhere: list[str] = []
        self.instead: dict[str, bytes | None] = {}  # None: there is no such file
        self.core, self.wheel = live.installed() / "pyodide", numpy_wheel()
        self.pins = json.loads((site / "_static/live/pins.json").read_text())
        self.pins["lock"]["packages"]["numpy"] |= {
            "file_name": self.wheel.name,
            "sha256": hashlib.sha256(self.wheel.read_bytes()).hexdigest(),
        }
        context.route(lambda url: "127.0.0.1" not in url, self._refuse)
        context.route(f"{live.NETWORK}/**", self._answer)
        context.route("**/live/pins.json", self._list)

    def _list(self, route: Route) -> None:
        route.fulfill(json=self.pins)

    def _refuse(self, route: Route) -> None:
        if not route.request.url.startswith(("blob:", "data:")):
            self.elsewhere.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def _answer(self, route: Route) -> None:
        name = route.request.url.rpartition("/")[-1]
        self.asked.append(name)
        file = self.wheel if name == self.wheel.name else self.core / name
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
