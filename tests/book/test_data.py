"""The shipped data: whole, and what the library and the drawing code make."""

import argparse
import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from bookkit import data
from bookkit.garments import STEP
from nnfs_lib import spiral_data

FOLDER = Path(__file__).parents[2] / "data"
PARTS = pytest.mark.parametrize("part", data.GARMENTS)


def read_idx(name):
    """Return the array in one of the shipped files, after a look at its header."""
    content = gzip.decompress((FOLDER / "garments" / name).read_bytes())
    assert content[:3] == bytes([0, 0, 8])
    sizes = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(sizes)


def shipped(part):
    """Return images and labels of a part of the garments."""
    images = read_idx(f"{part}-images-idx3-ubyte.gz")
    return images, read_idx(f"{part}-labels-idx1-ubyte.gz")


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


def test_the_diabetes_data_are_those_of_efron_and_others():
    """Sizes, columns and moments as published; where scikit-learn is there, every number."""
    path = FOLDER / "diabetes.csv"
    assert path.read_text().splitlines()[0] == data.DIABETES
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    assert table.shape == (442, 11)
    assert table[0].tolist() == [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87, 151]
    assert abs(table[:, 10].mean() - 152.133) < 1e-3
    assert abs(table[:, 10].std(ddof=1) - 77.093) < 1e-3
    assert set(table[:, 1]) == {1, 2}
    assert data.diabetes() == path.read_bytes()


@PARTS
def test_the_garments_are_those_that_the_code_draws(part):
    images, labels = shipped(part)
    drawn, drawn_labels = data.garments(part)
    np.testing.assert_array_equal(labels, drawn_labels)
    # Floats differ between machines in the last digit: a pixel may fall to the next grey.
    apart = np.abs(images.astype(int) - drawn)
    assert images.shape == drawn.shape
    assert apart.max() <= STEP
    assert np.mean(apart > 0) < 1e-3


@PARTS
def test_every_class_comes_equally_often_and_shuffled(part):
    labels = shipped(part)[1]
    assert np.bincount(labels).tolist() == [data.GARMENTS[part][0]] * 10
    assert len(set(labels[:30].tolist())) > 5


def test_training_and_test_pictures_differ():
    train, test = ({image.tobytes() for image in shipped(p)[0]} for p in data.GARMENTS)
    assert (len(train), len(test)) == (2000, 500)
    assert not train & test


def test_the_garments_are_neither_trivial_nor_hopeless():
    """The nearest mean picture of a class is right more often than not, and far from always."""
    (X, y), (X_test, y_test) = (shipped(part) for part in data.GARMENTS)
    means = np.array([X[y == label].mean(axis=0) for label in range(10)])
    distances = ((X_test[:, np.newaxis] - means) ** 2).sum(axis=(2, 3))
    assert 0.6 < np.mean(np.argmin(distances, axis=1) == y_test) < 0.8


def test_the_garments_are_small():
    assert sum(path.stat().st_size for path in FOLDER.glob("garments/*")) < 700_000


def test_every_file_is_explained():
    text = (FOLDER / "README.md").read_text()
    assert all(f"`{name}`" in text for name in data.FILES)


def test_the_command_writes_files_and_checksums(tmp_path, capsys):
    assert data.main(argparse.Namespace(folder=tmp_path)) == 0
    assert (tmp_path / "spiral.csv").read_text().startswith("x0,x1,label\n")
    sums = (tmp_path / data.SUMS).read_text().splitlines()
    assert [line.split("  ")[1] for line in sums] == list(data.FILES)
    assert all((tmp_path / name).exists() for name in data.FILES)
    assert "spiral.csv" in capsys.readouterr().out


def test_the_same_content_makes_the_same_file():
    assert data.labels("t10k") == data.labels("t10k")
    header = data.images("t10k")[:10]
    assert header[3] == 0  # no file name
    assert header[4:8] == bytes(4)  # no time
