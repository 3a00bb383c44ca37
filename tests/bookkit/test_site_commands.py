"""The commands `serve` and `browser`."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bookkit.__main__ import main
from bookkit.site import browser
from bookkit.site.serve import open_server


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<title>The book</title>")
    return tmp_path


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command on a folder; yield its process and the first line that it prints."""
    command = [
        sys.executable,
        "-m",
        "bookkit",
        "serve",
        "--directory",
        str(folder),
        *options,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline()
        finally:
            process.kill()


def test_serve_prints_the_address_serves_and_ends_cleanly(built: Path) -> None:
    with serving(built) as (process, line):
        address = re.fullmatch(
            r"The book is at (http://127\.0\.0\.1:\d+/) \(Ctrl-C ends\)\n", line
        )
        assert address is not None
        with urllib.request.urlopen(address[1]) as answer:
            assert b"The book" in answer.read()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=10)
        assert (process.returncode, complaints) == (0, "")


def test_serve_takes_the_next_port_when_one_is_taken(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        first = taken.getsockname()[1]
        monkeypatch.setattr("bookkit.site.serve.FIRST_PORT", first)
        with open_server(built) as server:
            assert server.server_port > first


def test_serve_refuses_a_port_that_is_taken(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--directory", str(built), "--port", port]) == 1
    assert "Choose another with --port." in capsys.readouterr().err


def test_serve_without_a_site_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--directory", str(tmp_path)]) == 1
    assert (
        f"There is no site in {tmp_path}: build it with `make book`."
        in capsys.readouterr().err
    )


def program(path: Path, exit_code: int = 0) -> str:
    """Write a program that does nothing but end."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but what the test puts into this folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for kind in browser.KINDS:
        monkeypatch.delenv(kind.variable, raising=False)
    monkeypatch.setattr(browser, "playwright_chromium", lambda: None)
    return tmp_path


def test_browser_prefers_the_readers_choice(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(alone / "chromium")
    chosen = program(alone / "elsewhere/mine")
    monkeypatch.setenv("BOOK_CHROMIUM", chosen)
    assert browser.find(browser.CHROMIUM) == chosen


def test_browser_looks_at_the_path_in_order(alone: Path) -> None:
    chrome = program(alone / "google-chrome")
    assert browser.find(browser.CHROMIUM) == chrome
    chromium = program(alone / "chromium")
    assert browser.find(browser.CHROMIUM) == chromium


def test_browser_passes_over_one_that_does_not_start(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(alone / "chromium-browser", exit_code=1)
    own = program(alone / "own/chrome")
    monkeypatch.setattr(browser, "playwright_chromium", lambda: own)
    assert browser.find(browser.CHROMIUM) == own


def test_browser_installs_one_the_second_way_when_the_first_fails(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = alone / browser.CHROMIUM.names[0]  # found before any that is installed here
    write = f"printf '#!/bin/sh\\n' > {first} && chmod +x {first}"
    ways = [
        [["/bin/sh", "-c", "exit 1"]],
        [["/bin/sh", "-c", "exit 0"], ["/bin/sh", "-c", write]],
    ]
    monkeypatch.setenv("PATH", f"{alone}:/usr/bin:/bin")
    monkeypatch.setattr(browser, "install_commands", lambda kind: iter(ways))
    assert browser.install(browser.CHROMIUM) == str(first)


def test_browser_says_what_to_do_when_there_is_none(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        browser, "install_commands", lambda kind: iter([[["/bin/sh", "-c", "exit 1"]]])
    )
    assert main(["browser"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said == [kind.advice for kind in browser.KINDS]
    assert "Install Firefox, or set BOOK_FIREFOX" in said[1]
