"""Find the browsers of the tests, a Chromium and a Firefox, or install them."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
DOWNLOAD_SECONDS = 300


@dataclass(frozen=True)
class Kind:
    """A browser: its programs' names, the variable that names another one, and its Debian packages."""

    title: str
    names: tuple[str, ...]
    variable: str
    packages: tuple[str, ...]

    @property
    def advice(self) -> str:
        """What to do where there is none."""
        return (
            f"No {self.title} was found and none could be installed. "
            f"Install {self.title}, or set {self.variable} to the path of one."
        )


CHROMIUM = Kind(
    "Chromium",
    (  # without windows it takes two thirds of the time
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ),
    "BOOK_CHROMIUM",
    ("chromium-headless-shell", "chromium"),
)
FIREFOX = Kind("Firefox", ("firefox-esr", "firefox"), "BOOK_FIREFOX", ("firefox-esr",))
KINDS = (CHROMIUM, FIREFOX)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--find-only", action="store_true", help="install nothing")


def main(arguments: argparse.Namespace) -> int:
    """Print the path of a browser of each kind that starts."""
    missing = 0
    for kind in KINDS:
        path = find(kind)
        if path is None and not arguments.find_only:
            path = install(kind)
        print(path or kind.advice, file=sys.stdout if path else sys.stderr)
        missing += path is None
    return 1 if missing else 0


def find(kind: Kind) -> str | None:
    """Return the first browser of the kind that starts, or None."""
    return next((path for path in candidates(kind) if starts(path)), None)


def install(kind: Kind) -> str | None:
    """Install a browser, playwright's own or the system's, and return its path, or None."""
    for commands in install_commands(kind):
        if all(succeeds(command, DOWNLOAD_SECONDS) for command in commands):
            found = find(kind)
            if found:
                return found
    return None


def candidates(kind: Kind) -> Iterator[str]:
    """Yield the places where a browser may be, the reader's own choice first."""
    chosen = os.environ.get(kind.variable)
    if chosen:
        yield chosen
    for name in kind.names:
        path = shutil.which(name)
        if path:
            yield path
    path = playwright_chromium() if kind is CHROMIUM else None
    if path:
        yield path


def playwright_chromium() -> str | None:
    """Return the path of playwright's own Chromium, if playwright and the file are there."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def starts(path: str) -> bool:
    """Whether the program starts: on Ubuntu, `chromium-browser` may only be a hint to install a snap."""
    return succeeds([path, "--version"], START_SECONDS)


def install_commands(kind: Kind) -> Iterator[list[list[str]]]:
    """Yield the ways to install a browser, each a list of commands."""
    if kind is CHROMIUM:
        yield [[sys.executable, "-m", "playwright", "install", "chromium"]]
    apt = shutil.which("apt-get")
    if apt and hasattr(os, "geteuid") and os.geteuid() == 0:
        for package in kind.packages:
            yield [
                [apt, "update"],
                [apt, "install", "-y", "--no-install-recommends", package],
            ]


def succeeds(command: list[str], seconds: float) -> bool:
    """Run a command silently, for at most so long; return whether it ended well."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
