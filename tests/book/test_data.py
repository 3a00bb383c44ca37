"""The shipped data: whole, and what the library makes."""

import argparse
import hashlib
from pathlib import Path

import numpy as np

from bookkit import data
from nnfs_lib import spiral_data

FOLDER = Path(__file__).parents[2] / "data"


def test_checksums():
    for line in (FOLDER / data.SUMS).read_text().splitlines():
        checksum, name = line.split()
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == checksum
    assert len((FOLDER / data.SUMS).read_text().splitlines()) == len(data.FILES)


def test_the_spiral_is_that_of_chapter_1():
    table = np.loadtxt(FOLDER / "spiral.csv", delimiter=",", skiprows=1)
    X, y = spiral_data(100, 3, rng=0)
    np.testing.assert_allclose(table[:, :2], X, atol=2e-7)
    np.testing.assert_array_equal(table[:, 2], y)


def test_every_file_is_explained():
    text = (FOLDER / "README.md").read_text()
    assert all(f"`{name}`" in text for name in data.FILES)


def test_the_command_writes_files_and_checksums(tmp_path, capsys):
    assert data.main(argparse.Namespace(folder=tmp_path)) == 0
    assert (tmp_path / "spiral.csv").read_text().startswith("x0,x1,label\n")
    assert (tmp_path / data.SUMS).read_text().endswith("  spiral.csv\n")
    assert "spiral.csv" in capsys.readouterr().out
