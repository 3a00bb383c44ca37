"""Recipes, built in chapter 13.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from nnfs_lib.activations import Linear, ReLU, Sigmoid, Softmax, Tanh
from nnfs_lib.fused import SigmoidBinaryCrossentropy, SoftmaxCategoricalCrossentropy
from nnfs_lib.initializers import constant
from nnfs_lib.layers import Dense, Dropout, Flatten, Layer, Rescaling
from nnfs_lib.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanAbsoluteError,
    MeanSquaredError,
)
from nnfs_lib.metrics import BinaryAccuracy, CategoricalAccuracy, RegressionAccuracy
from nnfs_lib.optimizers import SGD, Adagrad, Adam, RMSprop
from nnfs_lib.wiring import _matched

__all__: list[str] = []


class _Recipe(NamedTuple):
    """How a part of a model comes back: what makes it, and from which numbers.

    Built in chapter 13.
    """

    make: type[Any]
    settings: tuple[str, ...] = ()


# All that a file can name: whatever else it says, nothing else is made.
_RECIPES = {
    recipe.make.__name__: recipe
    for recipe in (
        _Recipe(Dense, ("weight_l1", "weight_l2", "bias_l1", "bias_l2")),
        _Recipe(Dropout, ("rate",)),
        _Recipe(Rescaling, ("scale", "offset")),
        _Recipe(Flatten),
        _Recipe(ReLU),
        _Recipe(Sigmoid),
        _Recipe(Tanh),
        _Recipe(Softmax),
        _Recipe(Linear),
        _Recipe(CategoricalCrossentropy),
        _Recipe(BinaryCrossentropy),
        _Recipe(MeanSquaredError),
        _Recipe(MeanAbsoluteError),
        _Recipe(SoftmaxCategoricalCrossentropy),
        _Recipe(SigmoidBinaryCrossentropy),
        _Recipe(CategoricalAccuracy),
        _Recipe(BinaryAccuracy),
        _Recipe(RegressionAccuracy),
        _Recipe(SGD, ("learning_rate", "decay", "momentum")),
        _Recipe(Adagrad, ("learning_rate", "decay", "epsilon")),
        _Recipe(RMSprop, ("learning_rate", "decay", "epsilon", "rho")),
        _Recipe(Adam, ("learning_rate", "decay", "epsilon", "beta_1", "beta_2")),
    )
}


def _as_text(part: object) -> dict[str, Any] | None:
    """Return what JSON can hold of a part of a model: its name and its settings.

    Built in chapter 13.
    """
    if part is None:
        return None
    name = type(part).__name__
    recipe = _RECIPES.get(name)
    if recipe is None or recipe.make is not type(part):
        advice = "save_parameters keeps the numbers; your own code makes the model"
        raise ValueError(f"Model.save knows no {name}: {advice}.")
    # A plain number each: JSON knows none of NumPy's.
    numbers = {each: np.asarray(getattr(part, each)).item() for each in recipe.settings}
    return {"name": name, "settings": numbers}


def _from_text(text: Any, kind: type, **more: Any) -> Any:
    """Return the part that `as_text` described, if it is of that kind.

    Built in chapter 13.
    """
    if text is None:
        return None
    recipe = _RECIPES.get(text["name"])
    if recipe is None or not issubclass(recipe.make, kind):
        name = text["name"]
        raise ValueError(f"it names {name!r}, which is no known {kind.__name__}")
    settings = text["settings"]
    numbers = all(type(value) in (int, float) for value in settings.values())
    if set(settings) != set(recipe.settings) or not numbers:
        raise ValueError(f"{text['name']} can't be made of {settings!r}")
    return recipe.make(**settings, **more)


def _layer_from(text: Any, arrays: Mapping[str, np.ndarray], place: int) -> Layer:
    """Return the layer at that place, with its parameters out of the arrays.

    The sizes are those of the arrays: no text can claim others.

    Built in chapter 13.
    """
    weights = arrays.get(f"{place}.weights")
    if weights is None:
        return _from_text(text, Layer)
    sizes = dict(zip(("n_inputs", "n_neurons"), weights.shape, strict=True))
    zeros = constant(0.0)
    layer = _from_text(text, Layer, **sizes, initializer=zeros, dtype=weights.dtype)
    found = [arrays[f"{place}.{name}"] for name in layer.parameter_names]
    for old, new in _matched(layer, found):
        old[...] = new
    return layer
