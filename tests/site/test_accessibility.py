"""The book adds no accessibility violation to those of its theme."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from visits import MODES, PAGES, Visit, axe_violations

CONFIG = "title: Bare\nexecute: {execute_notebooks: 'off'}\n"
TOC = "format: jb-book\nroot: intro\n"
PAGE = (
    "# Bare\n\nText.\n\n## Code\n\n```python\nprint(1)\n```\n\n"
    "## Table\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
)


@pytest.fixture(scope="session")
def bare_violations(
    tmp_path_factory: pytest.TempPathFactory,
    browser: Browser,
    serve: Callable[[Path], str],
) -> dict[str, set[str]]:
    """The rules that a book of the theme's defaults breaks, in each mode."""
    folder = tmp_path_factory.mktemp("bare")
    for name, text in {
        "_config.yml": CONFIG,
        "_toc.yml": TOC,
        "intro.md": PAGE,
    }.items():
        (folder / name).write_text(text)
    program = Path(sys.executable).with_name("jupyter-book")
    subprocess.run([program, "build", "-q", folder], check=True, capture_output=True)
    address = serve(folder / "_build/html")
    broken = {}
    for mode in MODES:
        context = browser.new_context(**MODES[mode])
        # The bare theme would ask other hosts, and wait for them where there is no network.
        context.route(
            lambda url: not url.startswith(address), lambda route: route.abort()
        )
        page = context.new_page()
        page.goto(f"{address}/intro.html", wait_until="load")
        broken[mode] = set(axe_violations(page))
        context.close()
    return broken


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("page", PAGES)
def test_page_adds_no_violation(
    visit: Callable[[str, str], Visit],
    bare_violations: dict[str, set[str]],
    page: str,
    mode: str,
) -> None:
    found = visit(page, mode).violations
    assert {
        rule: where
        for rule, where in found.items()
        if rule not in bare_violations[mode]
    } == {}
