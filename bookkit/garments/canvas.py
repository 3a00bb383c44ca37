"""What garments are drawn with: a canvas, shapes on it, and cloth.

A shape is an array of bool, (112, 112): which points of the canvas it covers. Shapes take the
coordinates they are drawn in, so that abs(x) draws both sleeves, or both legs, at once.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

PIXELS = 28
FINE = 4  # points across a pixel: the edge of a shape gets 17 shades
Point = tuple[float, float]


class Canvas:
    """A black frame to paint on, as (112, 112) points.

    x and y: where the points are, from about -1 to 1, x to the right and y down: half the frame
    is 1. They are a little turned, scaled and shifted, and so is what is drawn with them.
    grey: how bright the points are, from 0 to 1.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        count = PIXELS * FINE
        steps = (np.arange(count) + 0.5) / count * 2 - 1
        right, down = np.meshgrid(steps, steps)
        right, down = right - rng.uniform(-0.04, 0.04), down - rng.uniform(-0.03, 0.03)
        turn, size = rng.uniform(-0.05, 0.05), rng.uniform(0.93, 1.0)
        self.x = (np.cos(turn) * right + np.sin(turn) * down) / size
        self.y = (np.cos(turn) * down - np.sin(turn) * right) / size
        self.grey = np.zeros((count, count))

    def paint(self, shape: np.ndarray, grey: np.ndarray | float) -> None:
        """Give the points of a shape a grey, one for all or (112, 112)."""
        np.copyto(self.grey, grey, where=shape)

    def shade(self, shape: np.ndarray, factor: float) -> None:
        """Make what is painted within a shape darker, or brighter with a factor above 1."""
        self.paint(shape, self.grey * factor)

    def pixels(self) -> np.ndarray:
        """Return the picture, (28, 28), from 0 to 1: each pixel the mean of its points."""
        return self.grey.reshape(PIXELS, FINE, PIXELS, FINE).mean(axis=(1, 3))


def under(
    t: np.ndarray, u: np.ndarray, knots: Sequence[float], heights: Sequence[float]
) -> np.ndarray:
    """Return where u is at most the curve through (knots, heights) at t, between its ends."""
    inside = (t >= knots[0]) & (t <= knots[-1])
    return inside & (u <= np.interp(t, knots, heights))


def limb(
    x: np.ndarray, y: np.ndarray, start: Point, end: Point, width: Point
) -> np.ndarray:
    """Return a straight limb, cut off at its ends; width: half of it, at start and end."""
    along, aside = _along(x, y, start, end)
    half = width[0] + (width[1] - width[0]) * along
    return (along >= 0) & (along <= 1) & (np.abs(aside) <= half)


def line(
    x: np.ndarray, y: np.ndarray, points: Sequence[Point], width: float
) -> np.ndarray:
    """Return a line through points, half as wide as width says, with round ends."""
    covered = np.zeros(x.shape, dtype=bool)
    for start, end in pairwise(points):
        along, _ = _along(x, y, start, end)
        nearest = np.clip(along, 0, 1)
        right = x - start[0] - nearest * (end[0] - start[0])
        down = y - start[1] - nearest * (end[1] - start[1])
        covered |= right**2 + down**2 <= width**2
    return covered


def ellipse(x: np.ndarray, y: np.ndarray, center: Point, radii: Point) -> np.ndarray:
    """Return an ellipse whose axes are those of x and y."""
    right, down = (x - center[0]) / radii[0], (y - center[1]) / radii[1]
    return right**2 + down**2 <= 1


def _along(
    x: np.ndarray, y: np.ndarray, start: Point, end: Point
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each point is along start to end, from 0 to 1, and how far aside."""
    right, down = end[0] - start[0], end[1] - start[1]
    length = np.hypot(right, down)
    along = ((x - start[0]) * right + (y - start[1]) * down) / length**2
    return along, ((y - start[1]) * right - (x - start[0]) * down) / length


def pick(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """Return one of the names; the weights say how often each comes and add up to 1."""
    return str(rng.choice(list(weights), p=list(weights.values())))
