"""What several explorers share: the spiral, the plane it lies in, and how numbers and maps are put."""

from typing import Any

import numpy as np

import nnfs_lib as nn

EXTENT = 1.15
# The part of a pane that says where the plane's picture lies.
PLANE = {
    "x": [-EXTENT, EXTENT],
    "y": [-EXTENT, EXTENT],
    "xlabel": "x\N{SUBSCRIPT ZERO}",
    "ylabel": "x\N{SUBSCRIPT ONE}",
}
POINTS, LABELS = nn.spiral_data(100, 3, rng=0)
SPIRAL = np.column_stack([POINTS, LABELS])


def plane(side: int, extent: float = EXTENT) -> np.ndarray:
    """Return the middles of side x side squares that tile the plane, lowest row first: (side**2, 2)."""
    ticks = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 * extent - extent
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)


def class_bytes(probabilities: np.ndarray, levels: int = 31) -> np.ndarray:
    """Return a square map of bytes: 32 for each class, and up to 31 more for how sure the network is.

    probabilities: (side**2, classes), lowest row first. Where they are NaN, the byte is 255.
    levels: how many steps of being sure are told apart; with few of them, many maps pack well.
    """
    classes = probabilities.shape[1]
    sure = (probabilities.max(axis=1) - 1 / classes) / (1 - 1 / classes)
    steps_up = np.rint(levels * np.nan_to_num(sure)) * (31 / levels)
    codes = 32 * probabilities.argmax(axis=1) + np.rint(steps_up)
    codes[np.isnan(sure)] = 255
    side = round(np.sqrt(len(codes)))
    return codes.reshape(side, side)


def start_of(seed: int) -> list[str]:
    """Return the state in which NumPy's generator of that seed begins, as random.js takes it."""
    state = np.random.default_rng(seed).bit_generator.state["state"]
    return [str(state["state"]), str(state["inc"])]


def steps(low: float, high: float, step: float) -> tuple[float, ...]:
    """Return low, low + step, ..., high, as short decimals."""
    length = round((high - low) / step) + 1
    return tuple(round(low + step * i, 4) + 0.0 for i in range(length))


def signed(number: float) -> str:
    """Return the number as one adds or subtracts it: "+ 0.50" or "- 0.50"."""
    return f"{'-' if number < 0 else '+'} {abs(number):.2f}"


def bars(
    title: str, field: str, span: list[float], digits: int, **more: str | list[str]
) -> dict[str, Any]:
    """Return a pane of three bars, one for each class; `more` as panes.js describes it."""
    return {
        "kind": "bars",
        "title": title,
        "field": field,
        "range": span,
        "digits": digits,
        "labels": ["0", "1", "2"],
        **more,
    }


def powers(low: int, high: int, parts: int) -> tuple[float, ...]:
    """Return 10**low to 10**high, `parts` to each decade, to three digits."""
    exponents = np.arange(low * parts, high * parts + 1) / parts
    return tuple(float(f"{10.0**exponent:.3g}") for exponent in exponents)
