"""Trainings kept for the website: of each frame the network's parameters, from which pictures are computed.

A number is kept as its half-precision bits without the last one, as the difference from the frame before
it, low and high bytes apart: what changes little from frame to frame then packs well.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from bookkit.explore.recipe import EXACT
from bookkit.explore.sheet import pack

DROPPED = 1  # bits of a half-precision number that are not kept
LARGEST = (
    60000.0  # a larger number is kept as this one, and NaN as the largest half of all
)
NAN = 65504.0


class Codes(NamedTuple):
    """Bytes of an array of numbers, low and high apart."""

    low: bytes
    high: bytes


def encode(numbers: np.ndarray) -> Codes:
    """Return the bytes of (frames, numbers)."""
    finite = np.clip(numbers, -LARGEST, LARGEST)
    halves = np.where(np.isnan(finite), NAN, finite).astype(np.float16)
    bits = halves.view(np.uint16).astype(np.int32)
    size = ((bits & 0x7FFF) + (1 << DROPPED >> 1)) >> DROPPED
    size = np.minimum(size, 0x7BFF >> DROPPED)
    codes = np.where(bits >> 15, -size, size)
    steps = np.diff(codes, axis=0, prepend=0)
    zigzag = np.where(steps < 0, -2 * steps - 1, 2 * steps)
    return Codes(
        (zigzag & 255).astype(np.uint8).tobytes(),
        (zigzag >> 8).astype(np.uint8).tobytes(),
    )


def decode(codes: Codes, frames: int) -> np.ndarray:
    """Return the (frames, numbers) that `encode` kept, float32."""
    low, high = (np.frombuffer(part, dtype=np.uint8).astype(np.int32) for part in codes)
    zigzag = low + 256 * high
    steps = np.where(zigzag & 1, -(zigzag + 1) // 2, zigzag // 2).reshape(frames, -1)
    kept = steps.cumsum(axis=0)
    halves = (np.abs(kept) << DROPPED).astype(np.uint16).view(np.float16)
    numbers = np.copysign(halves.astype(np.float32), kept.astype(np.float32))
    return np.where(np.abs(numbers) > (LARGEST + NAN) / 2, np.nan, numbers)


class Run(NamedTuple):
    """One training, kept."""

    setting: list[Any]
    parameters: (
        np.ndarray
    )  # (epochs, numbers): layer by layer the weights, row by row, then the biases
    curve: np.ndarray  # (looks, 2): loss and test loss
    words: list[str]  # one text an epoch
    points: str  # which of the chunk's sets of points it was trained on


def block_of(
    runs: Sequence[Run], points: dict[str, np.ndarray], **header: Any
) -> bytes:
    """Return the runs as one block, as bookkit.explore.sheet packs it.

    Its arrays: each set of points; the low bytes of all runs' parameters, then their high bytes; the same of
    the curves.
    """
    parameters = [encode(run.parameters) for run in runs]
    curves = [encode(run.curve) for run in runs]
    whole = {
        **header,
        "points": {name: EXACT.describe(array.shape) for name, array in points.items()},
        "runs": [
            {
                "setting": run.setting,
                "size": run.parameters.shape[1],
                "points": run.points,
                "words": run.words,
            }
            for run in runs
        ],
    }
    arrays = [EXACT.encode(array) for array in points.values()]
    for codes in (parameters, curves):
        arrays += [b"".join(part) for part in zip(*codes, strict=True)]
    return pack(whole, arrays)
