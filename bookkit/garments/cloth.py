"""Cloth: its brightness, pattern, folds and shadows, as greys of a canvas."""

from collections.abc import Callable, Mapping

import numpy as np

from bookkit.garments.canvas import Canvas, pick


def _plain(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Return no second color, or one that comes slowly from top to bottom."""
    return rng.choice([0.0, 0.0, 0.5]) * (canvas.y + 1) / 2


def _stripes(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Return stripes, most of them across."""
    waves = rng.uniform(8, 24) * (canvas.y if rng.random() < 0.7 else canvas.x)
    return (np.sin(waves + rng.uniform(0, 6)) > rng.uniform(-0.3, 0.6)).astype(float)


def _checks(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Return checks: where two stripes cross, the second color is full."""
    waves = rng.uniform(10, 20)
    across = np.sin(waves * canvas.y + rng.uniform(0, 6)) > 0
    down = np.sin(waves * canvas.x + rng.uniform(0, 6)) > 0
    return 0.5 * across + 0.5 * down


def _flowers(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Return spots: regular ones, or bent to something like flowers."""
    waves, bend = rng.uniform(9, 18), rng.choice([0.0, 1.5, 3.0])
    x = waves * canvas.x + bend * np.sin(5 * canvas.y + rng.uniform(0, 6))
    y = waves * canvas.y + bend * np.sin(6 * canvas.x + rng.uniform(0, 6))
    return (np.sin(x) * np.sin(y) > rng.uniform(0.1, 0.5)).astype(float)


def _blocks(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Return one broad band, or an upper part, of the second color."""
    top, height = rng.uniform(-1.1, 0.3), rng.uniform(0.2, 0.7)
    return ((canvas.y > top) & (canvas.y < top + height)).astype(float)


PATTERNS: dict[str, Callable[[Canvas, np.random.Generator], np.ndarray]] = {
    "plain": _plain,
    "stripes": _stripes,
    "checks": _checks,
    "flowers": _flowers,
    "blocks": _blocks,
}


def cloth(
    canvas: Canvas, rng: np.random.Generator, patterns: Mapping[str, float]
) -> np.ndarray:
    """Return the grey of a cloth at each point of the canvas, (112, 112), from 0 to 1.

    patterns: how often each of PATTERNS comes.
    """
    # Most garments are bright, as in shops, and a few are nearly black.
    first = 0.24 + 0.72 * rng.random() ** 0.6
    second = np.clip(first * rng.choice([0.4, 0.65, 0.8, 1.3, 1.6]), 0.1, 1)
    share = PATTERNS[pick(rng, patterns)](canvas, rng)
    slant = rng.uniform(-3, 3)
    folds = np.sin(rng.uniform(3, 11) * canvas.x + slant * canvas.y + rng.uniform(0, 6))
    edge = 1 - rng.uniform(0, 0.3) * canvas.x**2
    grey = (
        (first + (second - first) * share) * edge * (1 + rng.uniform(0, 0.12) * folds)
    )
    return np.clip(grey, 0, 1)
