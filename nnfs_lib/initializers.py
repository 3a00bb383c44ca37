"""Initializers, built in chapter 9.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from nnfs_lib.checks import _as_setting

__all__ = ["constant", "glorot_uniform", "he_normal", "normal"]


def normal(scale: float) -> Callable[..., np.ndarray]:
    """Return an initializer that draws normal numbers of that standard deviation.

    Built in chapter 9.
    """
    scale = _as_setting(scale, "normal needs a finite scale of 0 or more")
    return lambda shape, rng, dtype: (scale * rng.standard_normal(shape)).astype(dtype)


def constant(value: float) -> Callable[..., np.ndarray]:
    """Return an initializer that sets every weight to `value`, and draws nothing.

    Built in chapter 9.
    """
    if np.asarray(value).dtype.kind not in "iuf":
        raise ValueError(f"constant needs a number, got {value!r}.")
    return lambda shape, rng, dtype: np.full(shape, value, dtype=dtype)


def he_normal(
    shape: tuple[int, int], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw normal numbers of mean 0 and variance 2 / n_inputs, for layers before ReLU.

    Source: He et al. (2015).

    Built in chapter 9.
    """
    return normal(math.sqrt(2 / shape[0]))(shape, rng, dtype)


def _draw_weights(
    initializer: Callable[..., np.ndarray],
    shape: tuple[int, int],
    rng: np.random.Generator,
    dtype: DTypeLike,
) -> np.ndarray:
    """Return what the initializer draws; ValueError unless shape and type are right."""
    try:
        # A copy: what the function returns may be in use elsewhere, or read-only.
        weights = np.array(initializer(shape, rng, dtype))
    except TypeError as error:
        how = "is called with (shape, rng, dtype), as he_normal and normal(0.1) can be"
        raise ValueError(f"An initializer {how}: {error}.") from error
    if weights.shape != shape or weights.dtype != dtype:
        got = f"{weights.dtype} of shape {weights.shape}"
        expected = f"{np.dtype(dtype)} of shape {shape}"
        raise ValueError(f"An initializer has to return {expected}, got {got}.")
    if not np.isfinite(weights).all():
        raise ValueError("An initializer has to return finite weights: some are not.")
    return weights


def glorot_uniform(
    shape: tuple[int, int], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw evenly from -r to r, where r = sqrt(6 / (n_inputs + n_neurons)).

    The variance is 2 / (n_inputs + n_neurons). Source: Glorot and Bengio (2010).

    Built in chapter 9.
    """
    limit = math.sqrt(6 / sum(shape))
    return rng.uniform(-limit, limit, shape).astype(dtype)
