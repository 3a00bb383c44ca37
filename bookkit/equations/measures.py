"""What all measures share. One is one error for one random draw: the library's beside an oracle's.

Every measure takes the library, as an argument so that tests can hand in a wrong one, and a
generator, and returns a `difference`. All is float64. They are in the modules beside this one:
`layers`, `starts` of their weights, `losses`, `fused` losses, `regression` and `optimizers`; and one
for each lab.
"""

import importlib
import math
import pkgutil
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

import nnfs_lib.labs

Library = Any
Rng = np.random.Generator
Measure = Callable[[Library, Rng], float]
# Makes something with `forward` and `backward`, and inputs for it.
Make = Callable[[Library, Rng], tuple[Any, np.ndarray]]


def everything() -> Library:
    """Return all names of nnfs_lib, helpers included; those of a lab under the lab's name."""
    names: dict[str, Any] = {}
    for module in pkgutil.iter_modules(nnfs_lib.__path__, "nnfs_lib."):
        names |= vars(importlib.import_module(module.name))
    for module in pkgutil.iter_modules(nnfs_lib.labs.__path__, "nnfs_lib.labs."):
        lab = importlib.import_module(module.name)
        names[module.name.rpartition(".")[2]] = SimpleNamespace(**vars(lab))
    return SimpleNamespace(**names)


def difference(actual: Any, expected: Any) -> float:
    """Return the largest difference, divided by the largest expected number.

    Where all expected numbers are zero, it is not divided.

    >>> difference([1.0, -4.5], [1.0, -4.0])
    0.125
    """
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape or not np.isfinite(actual).all():
        return math.inf
    largest = np.max(np.abs(expected)) or 1.0
    return float(np.max(np.abs(actual - expected)) / largest)


def draw(rng: Rng, *shape: int) -> np.ndarray:
    """Return numbers of either sign, 0.05 to 2.05 in size: none at the bend of a ReLU."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.05, 2.05, shape)


def sizes(rng: Rng) -> tuple[int, int, int]:
    """Return a batch, and two numbers of features, neurons or classes."""
    batch, first, second = rng.integers(2, 7, 3).tolist()
    return batch, first, second
