"""Small data sets for the playground: points in about [-1, 1]^2 with classes, and a sine."""

from collections.abc import Callable

import numpy as np

from nnfs_lib import spiral_data

Data = tuple[np.ndarray, np.ndarray]


def _spiral(arms: int) -> Callable[[np.random.Generator], Data]:
    return lambda rng: spiral_data(100, arms, rng=rng)


def _circles(rng: np.random.Generator) -> Data:
    """Two rings of 100 points, of radius 0.4 and 0.85."""
    labels = np.repeat([0, 1], 100)
    radius = np.where(labels == 0, 0.4, 0.85) + 0.06 * rng.standard_normal(200)
    angle = rng.uniform(0, 2 * np.pi, 200)
    return np.column_stack((radius * np.sin(angle), radius * np.cos(angle))), labels


def _moons(rng: np.random.Generator) -> Data:
    """Two half moons of 100 points, each reaching into the other's hollow."""
    labels = np.repeat([0, 1], 100)
    angle = rng.uniform(0, np.pi, 200)
    points = np.column_stack((0.6 * np.cos(angle) - 0.3, 0.8 * np.sin(angle) - 0.2))
    points[labels == 1] *= -1  # the second moon is the first one, turned half around
    return points + 0.06 * rng.standard_normal((200, 2)), labels


def _xor(rng: np.random.Generator) -> Data:
    """Fifty points in each quadrant; opposite quadrants are of one class."""
    labels = np.repeat([0, 1], 100)
    right = np.tile(np.repeat([1, -1], 50), 2)
    up = np.where(labels == 0, right, -right)
    return np.column_stack((right, up)) * rng.uniform(0.06, 1, (200, 2)), labels


def _sine(rng: np.random.Generator) -> Data:
    """One hundred numbers from 0 to 1 in rising order, and the sine of their whole turn."""
    X = np.sort(rng.uniform(0, 1, (100, 1)), axis=0).astype(np.float32)
    return X, np.sin(2 * np.pi * X)


# name -> what draws a part, for training or for the test
TOYS: dict[str, Callable[[np.random.Generator], Data]] = {
    "spiral 3": _spiral(3),
    "spiral 2": _spiral(2),
    "circles": _circles,
    "moons": _moons,
    "xor": _xor,
    "sine": _sine,
}


def toy_data(
    name: str, *, noise: float = 0.0, rng: "np.random.Generator | int | None" = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return X_train, y_train, X_test, y_test; the test part is drawn anew, of the same size.

    X: (n, 2), float32, and y: (n,), integer labels; of "sine", X and y are (n, 1), float32.
    noise: the standard deviation of what is added to the points, or to the sine's y.
    """
    if name not in TOYS:
        raise ValueError(f"There is no data set {name!r}: take one of {list(TOYS)}.")
    if not 0 <= noise < np.inf:
        raise ValueError(f"Noise is zero or more, got {noise}: 0.1 is a good deal.")
    train, test = (_noisy(*part, noise) for part in toy_parts(name, rng))
    return *train, *test


def toy_parts(
    name: str, rng: "np.random.Generator | int | None" = 0
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return training and test part without noise, (X, y, and what is added for a noise of 1) each."""
    rng = np.random.default_rng(rng)
    clean = [TOYS[name](rng), TOYS[name](rng)]
    # Drawn after both parts: more noise moves the same points further.
    return [
        (X, y, rng.standard_normal((y if y.ndim == 2 else X).shape)) for X, y in clean
    ]


def _noisy(X: np.ndarray, y: np.ndarray, unit: np.ndarray, noise: float) -> Data:
    """Add noise to the points of classes, or to the targets of a regression."""
    if y.ndim == 2:
        return X, (y + noise * unit).astype(np.float32)
    return (X + noise * unit).astype(np.float32), y
