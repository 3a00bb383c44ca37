"""The data sets in data/, with their checksums: made by the book, or copied from scikit-learn."""

import argparse
import gzip
import hashlib
import io
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np

from bookkit.files import replace, shipped
from bookkit.garments import draw_garments
from nnfs_lib.datasets import spiral_data

FOLDER = Path("data")
SUMS = "SHA256SUMS"
# part of the garments, by its name in Fashion-MNIST -> pictures of each class, and the rng
GARMENTS = {"train": (200, 0), "t10k": (50, 1)}


def spiral() -> bytes:
    """Return chapter 1's three spiral arms as CSV: x0, x1 with seven digits, and the label."""
    X, y = spiral_data(100, 3, rng=0)
    lines = io.StringIO("x0,x1,label\n")
    lines.seek(0, io.SEEK_END)
    np.savetxt(
        lines, np.column_stack([X, y]), fmt=("%.7f", "%.7f", "%d"), delimiter=","
    )
    return lines.getvalue().encode("ascii")


DIABETES = "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6,progression"


def diabetes() -> bytes:
    """Return the diabetes data of scikit-learn as CSV: ten measurements, and the progression."""
    try:
        from sklearn.datasets import load_diabetes
    except ModuleNotFoundError:  # the extra "data": what was copied once is copied on
        return shipped("diabetes.csv").read_bytes()
    found = load_diabetes(scaled=False)
    lines = io.StringIO(f"{DIABETES}\n")
    lines.seek(0, io.SEEK_END)
    table = np.column_stack([found.data, found.target])
    np.savetxt(lines, table, fmt="%.7g", delimiter=",")
    return lines.getvalue().encode("ascii")


@cache
def garments(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images, (n, 28, 28), and labels, (n,), of "train" or "t10k", both uint8."""
    per_class, seed = GARMENTS[part]
    return draw_garments(per_class, np.random.default_rng(seed))


def images(part: str) -> bytes:
    """Return the garments' pictures as a file."""
    return _idx(garments(part)[0])


def labels(part: str) -> bytes:
    """Return the garments' labels as a file."""
    return _idx(garments(part)[1])


def _idx(array: np.ndarray) -> bytes:
    """Return an array of uint8 in the IDX format, gzipped: a magic number, the sizes, the bytes."""
    # The magic number's third byte says uint8, and its last the number of dimensions.
    header = np.array([0x0800 + array.ndim, *array.shape], dtype=">u4")
    # Without a time, the same array makes the same file.
    return gzip.compress(header.tobytes() + array.tobytes(), mtime=0)


# file name -> what makes its content
FILES: dict[str, Callable[[], bytes]] = {
    "spiral.csv": spiral,
    "diabetes.csv": diabetes,
    **{
        f"garments/{part}-images-idx3-ubyte.gz": partial(images, part)
        for part in GARMENTS
    },
    **{
        f"garments/{part}-labels-idx1-ubyte.gz": partial(labels, part)
        for part in GARMENTS
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder to write to."""
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where the files go (default: data)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Write every file and the list of checksums, in the form that `sha256sum --check` reads."""
    sums = []
    for name, make in FILES.items():
        content = make()
        replace(arguments.folder / name, content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        print(f"wrote {arguments.folder / name}, {len(content)} bytes")
    (arguments.folder / SUMS).write_text("".join(sums), encoding="ascii")
    return 0
