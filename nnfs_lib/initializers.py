"""Initializers, built in chapter 9.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

__all__ = ["SMALL", "Initializer", "constant", "glorot_uniform", "he_normal", "normal"]

# initializer(shape, rng, dtype) returns the weights that a layer starts with; shape is
# (n_inputs, n_neurons).
Initializer = Callable[[tuple[int, int], np.random.Generator, DTypeLike], np.ndarray]


def normal(scale: float) -> Initializer:
    """Return an initializer: normal numbers of mean 0 and standard deviation `scale`.

    Built in chapter 9.
    """
    if not 0 <= scale < math.inf:
        raise ValueError(f"normal needs a scale of 0 or more, got {scale}.")

    def draw(
        shape: tuple[int, int], rng: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return (scale * rng.standard_normal(shape)).astype(dtype)

    return draw


def constant(value: float) -> Initializer:
    """Return an initializer that sets every weight to `value`, and draws nothing.

    Built in chapter 9.
    """

    def fill(
        shape: tuple[int, int], rng: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return np.full(shape, value, dtype=dtype)

    return fill


def glorot_uniform(
    shape: tuple[int, int], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw evenly from -r to r, where r = sqrt(6 / (n_inputs + n_neurons)).

    The variance is 2 / (n_inputs + n_neurons). Source: Glorot and Bengio (2010).

    Built in chapter 9.
    """
    limit = math.sqrt(6 / sum(shape))
    return rng.uniform(-limit, limit, shape).astype(dtype)


def he_normal(
    shape: tuple[int, int], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw normal numbers of mean 0 and variance 2 / n_inputs, for layers before ReLU.

    Source: He et al. (2015).

    Built in chapter 9.
    """
    return normal(math.sqrt(2 / shape[0]))(shape, rng, dtype)


# What a dense layer starts with unless it is told otherwise.
SMALL = normal(0.01)
