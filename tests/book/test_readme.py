"""README and its kin: every command is there, every link leads somewhere, the example runs."""

import re
import subprocess
import sys
import tomllib

import pytest
from notebook_cells import ROOT

from bookkit.__main__ import COMMANDS

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "data/README.md",
    "running.md",
    "intro.md",
]


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page):
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", read(page), flags=re.MULTILINE))
    assert named <= targets
    assert named or page not in ("README.md", "CONTRIBUTING.md", "running.md")


def test_readme_names_every_target_that_help_lists():
    listed = set(
        re.findall(r"^([a-z]+):.*## ", read("Makefile"), flags=re.MULTILINE)
    ) - {"clean"}
    assert listed <= set(re.findall(r"make ([a-z]+)", read("README.md")))


def test_help_lists_every_target():
    printed = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target in re.findall(r"^([a-z]+):.*## ", read("Makefile"), flags=re.MULTILINE):
        assert f"make {target}" in printed


@pytest.mark.parametrize("page", PAGES)
def test_every_bookkit_command_exists(page):
    assert set(re.findall(r"python -m bookkit ([a-z]+)", read(page))) <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_bookkit_command_explains_itself(command):
    done = subprocess.run(
        [sys.executable, "-m", "bookkit", command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert COMMANDS[command][0].split()[0] in done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    prose = re.sub(r"`[^`\n]+`", "", read(page))  # a link that is quoted leads nowhere
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose):
        if not target.startswith("https://"):
            path = (ROOT / page).parent / target
            assert (
                path.exists()
                or path.with_suffix(".md").exists()
                or path.with_suffix(".ipynb").exists()
            ), target


def test_the_example_runs_as_readme_says(tmp_path):
    text = read("README.md")
    example = re.search(r"```python\n(.*?)```", text, flags=re.DOTALL).group(1)
    promised = re.search(r"```text\n(.*?)```", text, flags=re.DOTALL).group(1)
    assert len(example.split("\n\n")[1].splitlines()) < 10
    # On the book's own set, with which it prints other numbers in the same lines.
    ours = f"load_fashion_mnist({str(ROOT / 'data/garments')!r})"
    example = example.replace("load_fashion_mnist()", ours)
    printed = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert words(printed) == words(promised)
    assert (tmp_path / "clothes.npz").is_file()


def test_readme_says_how_large_the_library_is():
    said = re.search(r"of (\w+) modules, ([\d,]+) lines", read("README.md"))
    modules = list((ROOT / "nnfs_lib").glob("[a-z]*.py"))
    lines = sum(
        len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "nnfs_lib").glob("*.py")
    )
    assert (said[1], len(modules)) == ("twenty", 20)
    assert abs(int(said[2].replace(",", "")) - lines) < 0.05 * lines


def words(text):
    """Return the text with every number as 0."""
    return re.sub(r"[\d.]+", "0", text)


def test_versions_agree():
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert f"version: {version}\n" in read("CITATION.cff")
