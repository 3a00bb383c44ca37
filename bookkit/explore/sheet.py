"""A grid of frames as one block of bytes, computed beforehand, or once and kept.

The block is zlib's; inside are the length of a header (4 bytes, little-endian), the header as JSON, and
each array's bytes in the header's order: one field of all frames, then the next.
"""

import contextlib
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from bookkit.explore.code import reached
from bookkit.explore.recipe import EXACT, Recipe
from bookkit.files import replace

SHEETS = Path(__file__).parent / "sheets"  # the book's own blocks, made beforehand
CACHE = platformdirs.user_cache_path("inside-a-neural-network") / "explorers"


def pack(header: dict[str, Any], arrays: list[bytes]) -> bytes:
    """Return header and arrays as one block."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return zlib.compress(
        b"".join([len(text).to_bytes(4, "little"), text, *arrays]), level=9
    )


def unpack(block: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header, and the arrays' bytes in one piece."""
    data = zlib.decompress(block)
    end = 4 + int.from_bytes(data[:4], "little")
    return json.loads(data[4:end]), data[end:]


def sheet(recipe: Recipe) -> bytes:
    """Return the recipe's frames as one block: the book's where it is current, else computed once."""
    return kept(name_of(recipe), digest(recipe), lambda: compute(recipe))


def name_of(recipe: Recipe) -> str:
    """Return the name of the recipe's file."""
    return "-".join(re.findall("[a-z0-9]+", recipe.title.lower()))


def kept(name: str, digest: str, build: Callable[[], bytes]) -> bytes:
    """Return the book's block of that name if its digest is this one; else the cache's, or build it."""
    if stored(name) == digest:
        return path_of(name).read_bytes()[len(digest) + 1 :]
    return cached(digest, build)


def stored(name: str) -> str | None:
    """Return the digest of the book's block of that name, which is its file's first line."""
    try:
        with path_of(name).open("rb") as file:
            return file.readline().decode().rstrip("\n")
    except FileNotFoundError:
        return None


def path_of(name: str) -> Path:
    """Return where the book keeps the block of that name."""
    return SHEETS / f"{name}.block"


def cached(name: str, build: Callable[[], bytes], *, folder: Path = CACHE) -> bytes:
    """Return the block of that name from the cache, or build it; a damaged one is built anew."""
    path = folder / f"{name}.block"
    try:
        block = path.read_bytes()
        unpack(block)
    except (OSError, ValueError, zlib.error):
        block = build()
        keep(path, block)
    return block


def compute(recipe: Recipe) -> bytes:
    """Compute every frame of the grid and pack them."""
    parts: dict[str, list[bytes]] = {name: [] for name in recipe.fields}
    shapes: dict[str, tuple[int, ...]] = {}
    words = []
    for position in recipe.positions():
        frame = recipe.compute(**position)
        words.append(frame.words)
        for name, how in recipe.fields.items():
            array = np.asarray(frame.arrays[name])
            if array.shape != shapes.setdefault(name, array.shape):
                raise ValueError(
                    f"{name} is {array.shape} at {position}, and {shapes[name]} elsewhere."
                )
            parts[name].append(how.encode(array))
    header = {
        "fields": {
            name: how.describe(shapes[name]) for name, how in recipe.fields.items()
        },
        "constants": {
            name: EXACT.describe(array.shape)
            for name, array in recipe.constants.items()
        },
        "words": words,
    }
    constants = [EXACT.encode(array) for array in recipe.constants.values()]
    return pack(header, [b"".join(pieces) for pieces in parts.values()] + constants)


def digest(recipe: Recipe) -> str:
    """Return a text that changes with all that makes the recipe's frames, and with nothing else."""
    settings = [
        [[axis.name, list(axis.values)] for axis in recipe.axes],
        {name: repr(how) for name, how in recipe.fields.items()},
        # Processors round differently.
        {
            name: np.round(np.asarray(array, dtype=float), 4).tolist()
            for name, array in recipe.constants.items()
        },
    ]
    return digest_of(settings, recipe.compute, compute)


def digest_of(settings: object, *functions: Callable[..., object]) -> str:
    """Return a text that changes with the settings, and with what the functions do.

    With all the book's own code that they reach, but not with its comments and docstrings, nor with the
    versions of Python and NumPy.
    """
    names = [(each.__module__, each.__qualname__) for each in functions]
    parts = [settings, names, [reached(*name) for name in names]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def keep(path: Path, block: bytes) -> None:
    """Write the block; a cache that cannot be written is no cache."""
    with contextlib.suppress(OSError):
        replace(path, block)
