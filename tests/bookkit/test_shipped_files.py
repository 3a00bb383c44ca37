"""What the book ships is found, from any folder, or one sentence says what to do."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bookkit import files
from bookkit.files import shipped

PROJECT = Path(__file__).parents[2]


def test_it_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shipped("garments") == PROJECT / "data/garments"
    assert shipped("diabetes.csv").is_file()
    assert shipped("garment", "assets").is_dir()


def test_a_wheel_has_it_beside_the_environment(tmp_path, monkeypatch):
    (tmp_path / "share/data").mkdir(parents=True)
    (tmp_path / "share/data/spiral.csv").write_text("")
    monkeypatch.setattr(files, "ROOTS", (tmp_path / "nowhere", tmp_path / "share"))
    assert shipped("spiral.csv") == tmp_path / "share/data/spiral.csv"


def test_what_is_not_there_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROOTS", (tmp_path,))
    with pytest.raises(FileNotFoundError, match=r"run `pip install -e \.` in the proj"):
        shipped("garments")


def test_packages_alone_say_what_to_do(tmp_path):
    """Without data/ and assets/ beside them, as somebody may have copied them."""
    site = tmp_path / "site-packages"
    for package in ("bookkit", "nnfs_lib"):
        shutil.copytree(
            PROJECT / package,
            site / package,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "from bookkit import explore; explore.garment()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("FileNotFoundError: The book's data/garments is not there:")
    assert "pip install -e ." in last
