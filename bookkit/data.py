"""The data sets in data/: made from nnfs_lib, with their checksums."""

import argparse
import hashlib
import io
from pathlib import Path

import numpy as np

from nnfs_lib.datasets import spiral_data

FOLDER = Path("data")
SUMS = "SHA256SUMS"


def spiral() -> str:
    """Return chapter 1's three spiral arms as CSV: x0, x1 with seven digits, and the label."""
    X, y = spiral_data(100, 3, rng=0)
    lines = io.StringIO("x0,x1,label\n")
    lines.seek(0, io.SEEK_END)
    np.savetxt(
        lines, np.column_stack([X, y]), fmt=("%.7f", "%.7f", "%d"), delimiter=","
    )
    return lines.getvalue()


# file name -> what makes its text
FILES = {"spiral.csv": spiral}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder to write to."""
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where the files go (default: data)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Write every file and the list of checksums, in the form that `sha256sum --check` reads."""
    sums = []
    for name, make in FILES.items():
        content = make().encode("ascii")
        (arguments.folder / name).write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        print(f"wrote {arguments.folder / name}, {len(content)} bytes")
    (arguments.folder / SUMS).write_text("".join(sums), encoding="ascii")
    return 0
