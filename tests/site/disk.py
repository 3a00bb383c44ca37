"""The site as a reader has it on a disk: without a server, and without a network."""

import functools
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from visits import MODES

OWN = ("file:", "data:", "blob:")


class Disk:
    """Opens pages in fresh contexts, and keeps what they complain of: nothing, one hopes.

    `complaints` are errors and warnings of the console, whatever was raised, and requests that failed or went
    beyond the disk; `asked` are all requests.
    """

    def __init__(self, browser: Browser, site: Path) -> None:
        self.browser, self.site = browser, site
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.unshared: list[BrowserContext] = []
        self.shared_contexts: list[BrowserContext] = []
        self.shared = functools.cache(self.open_shared)

    def open(
        self,
        name: str,
        mode: str = "light",
        *,
        fragment: str = "",
        with_clock: bool = False,
        **options: Any,
    ) -> Page:
        """Open a page for one test. with_clock: time stands still there, until the test moves it."""
        context = self.browser.new_context(**MODES[mode], **options)
        self.unshared.append(context)
        context.set_offline(True)
        page = context.new_page()
        self.listen(page)
        if with_clock:
            page.clock.install(time=0)
        page.goto((self.site / f"{name}.html").as_uri() + fragment)
        if with_clock:
            page.clock.pause_at(3600)
        return page

    def open_shared(self, name: str, with_clock: bool = False) -> Page:
        """Open a page once for the whole module; whoever gets it resets what it looks at."""
        page = self.open(name, with_clock=with_clock)
        self.shared_contexts.append(self.unshared.pop())
        return page

    def listen(self, page: Page) -> None:
        """Note what the page says and what it asks for."""
        page.on(
            "console",
            lambda line: (
                self.complaints.append(line.text)
                if line.type in {"error", "warning"}
                else None
            ),
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.note(request.url))
        page.on(
            "requestfailed",
            lambda request: self.complaints.append(f"{request.url} failed"),
        )

    def note(self, url: str) -> None:
        self.asked.append(url)
        if not url.startswith(OWN):
            self.complaints.append(f"{url} is not on the disk")

    def close_unshared(self) -> None:
        while self.unshared:
            self.unshared.pop().close()

    def close(self) -> None:
        self.close_unshared()
        while self.shared_contexts:
            self.shared_contexts.pop().close()
