"""Downloads, built in chapter 12.

Generated from the chapters: edit them, not this file.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nnfs_lib.console import _progress

__all__: list[str] = []


class _RemoteFile(NamedTuple):
    """A file that can be downloaded: its name, its size in bytes, its SHA-256.

    Built in chapter 12.
    """

    name: str
    size: int
    sha256: str


def _fetch(url: str, part: Path, size: int) -> None:
    """Add to `part` what it lacks of the file at the url, `size` bytes in all.

    Raises OSError, or what else the network has in store, where it is cut off, or where
    another file than that is sent; what has come so far is kept.

    Built in chapter 12.
    """
    # Not on top: it takes longer to import than all of this library.
    from urllib.request import Request, urlopen

    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        return  # what it is, the check says
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with (
        urlopen(request, timeout=30) as answer,
        _progress(size, unit="B", shown=True) as add,
    ):
        if not answer.geturl().startswith("https://"):
            raise OSError(f"it leads to {answer.geturl()}, which is not https")
        goes_on, length = answer.status == 206, answer.headers["Content-Length"]
        if not goes_on and length not in (None, str(size)):
            raise OSError(f"it sends {length} bytes, the file has {size}")
        with part.open("ab" if goes_on else "wb") as file:
            add(file.tell())
            while piece := answer.read(min(2**16, size + 1 - file.tell())):
                add(file.write(piece))


def _check_download(part: Path, file: _RemoteFile) -> None:
    """Raise OSError unless it is that file; remove what can't become it.

    Built in chapter 12.
    """
    size = part.stat().st_size
    if size < file.size:
        raise OSError(f"cut off after {size} of {file.size} bytes")
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    if size > file.size or digest != file.sha256:
        part.unlink()
        raise OSError(f"not the file that was expected, {size} bytes, {digest}")


def _download(file: _RemoteFile, mirrors: Sequence[str], folder: Path) -> Path:
    """Bring a file into a folder, whole and checked, from the first mirror that has it.

    A download that was cut off goes on where it stopped, and if that makes another
    file, once more from the start. Raises ConnectionError, with what every mirror said,
    where none has it, and OSError where the folder can't be made.

    Built in chapter 12.
    """
    from http.client import HTTPException

    folder.mkdir(parents=True, exist_ok=True)
    part, said = folder / f"{file.name}.part", []
    for mirror in mirrors:
        for goes_on in (part.exists(), False):
            try:
                _fetch(mirror + file.name, part, file.size)
                _check_download(part, file)
                return part.replace(folder / file.name)
            except (OSError, HTTPException) as error:
                said.append(f"{mirror}{file.name}: {error}")
            if not goes_on or part.exists():
                break
    raise ConnectionError("; ".join(said))
