"""A grid of frames as one block of bytes, computed once and kept.

The block is zlib's; inside are the length of a header (4 bytes, little-endian), the header as JSON, and
each array's bytes in the header's order: one field of all frames, then the next.
"""

import contextlib
import hashlib
import inspect
import json
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import platformdirs

import nnfs_lib
from bookkit.explore.recipe import EXACT, Recipe
from bookkit.files import replace

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
    """Return the recipe's frames as one block, from the cache where it has them."""
    settings = [
        recipe.title,
        recipe.compute.__qualname__,
        [axis.describe() for axis in recipe.axes],
        {name: repr(how) for name, how in recipe.fields.items()},
        {name: array.tolist() for name, array in recipe.constants.items()},
    ]
    module = sys.modules[recipe.compute.__module__]
    return cached(digest(settings, [module]), lambda: compute(recipe))


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


def digest(settings: object, modules: Iterable[ModuleType] = ()) -> str:
    """Return a name that changes with the settings, NumPy, the library and the code that computes frames.

    modules: those outside of bookkit.explore.
    """
    files = [Path(inspect.getfile(module)) for module in modules]
    for folder in (Path(__file__).parent, Path(nnfs_lib.__path__[0])):
        files += sorted(folder.glob("*.py"))
    parts = [json.dumps([settings, np.__version__]).encode()]
    parts += [path.read_bytes() for path in files]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def keep(path: Path, block: bytes) -> None:
    """Write the block; a cache that cannot be written is no cache."""
    with contextlib.suppress(OSError):
        replace(path, block)
