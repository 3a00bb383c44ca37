"""Find a Chromium for the browser tests, or install one."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_SECONDS = 30
DOWNLOAD_SECONDS = 300
ADVICE = (
    "No Chromium was found and none could be installed. "
    "Install Chromium or Chrome, or set BOOK_CHROMIUM to the path of one."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--find-only", action="store_true", help="install nothing")


def main(arguments: argparse.Namespace) -> int:
    """Print the path of a Chromium that starts."""
    found = find_chromium()
    if found is None and not arguments.find_only:
        found = install_chromium()
    if found is None:
        print(ADVICE, file=sys.stderr)
        return 1
    print(found)
    return 0


def find_chromium() -> str | None:
    """Return the first Chromium that starts, or None."""
    return next((path for path in candidates() if starts(path)), None)


def install_chromium() -> str | None:
    """Install a Chromium, playwright's own or the system's, and return its path, or None."""
    for commands in install_commands():
        if all(succeeds(command, DOWNLOAD_SECONDS) for command in commands):
            found = find_chromium()
            if found:
                return found
    return None


def candidates() -> Iterator[str]:
    """Yield the places where a Chromium may be, the reader's own choice first."""
    chosen = os.environ.get("BOOK_CHROMIUM")
    if chosen:
        yield chosen
    for name in NAMES:
        path = shutil.which(name)
        if path:
            yield path
    path = playwright_chromium()
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


def install_commands() -> Iterator[list[list[str]]]:
    """Yield the ways to install a Chromium, each a list of commands."""
    yield [[sys.executable, "-m", "playwright", "install", "chromium"]]
    apt = shutil.which("apt-get")
    if apt and hasattr(os, "geteuid") and os.geteuid() == 0:
        yield [
            [apt, "update"],
            [apt, "install", "-y", "--no-install-recommends", "chromium"],
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
