"""The weights with which layers start: how far apart they are."""

from collections.abc import Callable

import numpy as np

from bookkit.equations.measures import Library, Measure, Rng, difference

# Numbers of mean 0 and variance 1, (n_inputs, n_neurons), from a generator.
Draw = Callable[[Rng, tuple[int, int]], np.ndarray]


def normal_numbers(rng: Rng, shape: tuple[int, int]) -> np.ndarray:
    """Return normal numbers."""
    return rng.standard_normal(shape)


def uniform_numbers(rng: Rng, shape: tuple[int, int]) -> np.ndarray:
    """Return numbers that are spread evenly between -sqrt(3) and sqrt(3)."""
    return (2 * rng.random(shape) - 1) * 3**0.5


def variance(
    name: str, numbers: Draw, expected: Callable[[int, int], float]
) -> Measure:
    """Compare an initializer's weights with the same draws, scaled from variance 1.

    expected: takes n_inputs and n_neurons, and returns the variance that is wanted.
    """

    def error(library: Library, rng: Rng) -> float:
        first, second = rng.integers(2, 300, 2).tolist()
        shape, seed = (first, second), int(rng.integers(2**32))
        found = getattr(library, name)(shape, np.random.default_rng(seed), np.float64)
        drawn = numbers(np.random.default_rng(seed), shape)
        return difference(found, expected(*shape) ** 0.5 * drawn)

    return error
