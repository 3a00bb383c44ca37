"""Trainings kept for the website: of each frame the network's parameters, from which pictures are computed.

A number is kept as its half-precision bits without the last one, as the difference from the frame before
it, low and high bytes apart: what changes little from frame to frame then packs well.
"""

from typing import NamedTuple

import numpy as np

DROPPED = 1  # bits of a half-precision number that are not kept
LARGEST = 60000.0  # a larger number is kept as this one, and NaN as the largest half of all
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
