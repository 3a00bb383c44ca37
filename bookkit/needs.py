"""%%needs fashion-mnist: a cell that runs where the full data set is, and else says why it doesn't."""

import os
import sys
from pathlib import Path

from bookkit.shell import get_ipython

MAGIC = "%%needs "


def missing(name: str) -> str | None:
    """Return why a data set can't be had without a download, or None where it can."""
    # Imported here: a notebook that makes the library anew has none yet.
    from nnfs_lib.downloads import _FASHION_MNIST, _IDX_FILES, _MNIST

    sets = [each.name for each in (_FASHION_MNIST, _MNIST)]
    if name not in sets:
        raise ValueError(f"There is no data set {name!r}: take one of {sets}.")
    places = [Path.home() / ".cache/nnfs_lib" / name]
    if folder := os.environ.get("NNFS_DATA"):  # it has to be right, as in find_pictures
        places = [Path(folder).expanduser() / name, Path(folder).expanduser()]
    for place in places:
        files = [place / file for file in _IDX_FILES]
        if all(file.exists() or file.with_suffix("").exists() for file in files):
            return None
    load = f"nnfs_lib.load_{name.replace('-', '_')}()"
    if sys.platform == "emscripten":
        return (
            f"Skipped: this cell needs all of {name}, which Python in a browser can't load.\n"
            f"Run the notebook on a computer: {load} downloads it there."
        )
    return (
        f"Skipped: this cell needs all of {name}, which is not on this machine.\n"
        f"{load} downloads it, or set NNFS_DATA to the folder that has {name}/ in it."
    )


def needs(line: str, cell: str) -> None:
    """Run the cell, or print why not."""
    reason, shell = missing(line.strip()), get_ipython()
    if reason is None and shell:
        shell.ex(cell)
    else:
        print(reason)


def register() -> None:
    """Make %%needs known where this is a notebook."""
    if shell := get_ipython():
        shell.register_magic_function(needs, "cell")  # type: ignore[arg-type]
