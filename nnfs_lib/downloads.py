"""Downloads, built in chapter 12.

Generated from the chapters: edit them, not this file.
"""

import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class _PictureSet(NamedTuple):
    """Labeled pictures in four IDX files, and how to know and get them.

    Built in chapter 12.
    """

    name: str
    is_dark: bool  # whether most of a picture is black, as with digits
    mirrors: tuple[str, ...]
    checks: tuple[tuple[int, str], ...]  # of each file: size in bytes, and SHA-256


# The files of each set, in the order of its checks.
_IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)

_FASHION_MNIST = _PictureSet(
    "fashion-mnist",
    is_dark=False,
    mirrors=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    checks=(
        (26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
)
_MNIST = _PictureSet(
    "mnist",
    is_dark=True,
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    checks=(
        (9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        (28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        (1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        (4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
)


def _fetch(url: str, size: int, sha256: str) -> bytes:
    """Return the file at the url; OSError unless it has that size and fingerprint."""
    from urllib.request import urlopen  # here, as it takes longer than all of nnfs_lib

    with urlopen(url, timeout=30) as answer:
        if not answer.geturl().startswith("https://"):
            raise OSError(f"it leads to {answer.geturl()}, which is not https")
        content = answer.read(size + 1)
    if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
        raise OSError(f"not the file that was expected, {len(content)} of {size} bytes")
    return content


def _download(mirrors: Sequence[str], path: Path, size: int, sha256: str) -> None:
    """Bring a file to its path, checked; ConnectionError where no mirror has it."""
    from http.client import HTTPException

    if sys.platform == "emscripten":
        raise ConnectionError("Python in a browser downloads nothing")
    said = []
    for mirror in mirrors:
        print(f"{mirror}{path.name}: {size / 1e6:.1f} MB")
        try:
            content = _fetch(mirror + path.name, size, sha256)
        except (OSError, HTTPException, RuntimeError) as error:
            said.append(f"{mirror}{path.name}: {error}")
        else:
            part = path.with_name(f"{path.name}.part")
            part.write_bytes(content)
            part.replace(path)
            return
    raise ConnectionError("; ".join(said))


def _find_pictures(source: _PictureSet, folder: str | Path | None) -> Path:
    """Return the folder with the files: the given one, $NNFS_DATA's, or the cache."""
    given = folder or os.environ.get("NNFS_DATA")
    if not given:
        return _fill_cache(source)
    place = Path(given).expanduser()
    for each in (place / source.name, place):
        if any(each.glob("*-ubyte*")):
            return each
    found = f"{place.absolute()} has none of {', '.join(_IDX_FILES)}"
    if not folder:
        found = f"NNFS_DATA: {found}, nor a folder {source.name} with them"
        found += ". Mend it, or unset it, and they are downloaded"
    raise FileNotFoundError(f"{found}.")


def _fill_cache(source: _PictureSet) -> Path:
    """Return the cache's folder, filled; ConnectionError says what to do by hand."""
    cache = Path.home() / ".cache/nnfs_lib" / source.name
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for name, check in zip(_IDX_FILES, source.checks, strict=True):
            if not (cache / name).is_file():
                _download(source.mirrors, cache / name, *check)
    except OSError as error:
        urls = "".join(f"\n  {source.mirrors[0]}{name}" for name in _IDX_FILES)
        ways = f"download by hand:{urls}\nand put the files into {cache}"
        ways += ", or name the folder that has them"
        if sys.platform == "emscripten":
            ways = "run this on a computer, or name a folder that has the files"
        raise ConnectionError(f"No {source.name}: {error}.\nPlease {ways}.") from error
    return cache
