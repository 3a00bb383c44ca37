"""Gradients, built in chapters 4 and 7.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Callable

import numpy as np

from nnfs_lib.layers import Layer
from nnfs_lib.losses import Loss

__all__ = ["check_gradient", "check_layer", "check_loss", "numerical_gradient"]


def numerical_gradient(
    function: Callable[[], float], array: np.ndarray, *, step: float = 1e-5
) -> np.ndarray:
    """Return d function() / d array by central differences, of the array's shape.

    function: takes nothing, reads `array`, returns a number. array: float64; each
    entry is moved by `step` up and down, and put back. The error is of order step^2.

    Built in chapter 4.
    """
    _check_float64(array)
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        try:
            array[index] = kept + step
            above = function()
            array[index] = kept - step
            gradient[index] = (above - function()) / (2 * step)
        finally:
            array[index] = kept
    return gradient


def _check_float64(array: np.ndarray) -> None:
    """Raise a ValueError that says what to do, unless there are float64 to check."""
    if array.dtype != np.float64:
        advice = 'use array.astype("float64"), or dtype=np.float64 in Dense'
        raise ValueError(f"Differences need float64, got {array.dtype}: {advice}.")
    if array.size == 0:
        raise ValueError(f"There is nothing to check in an array of {array.shape}.")


def check_gradient(
    function: Callable[[], float],
    array: np.ndarray,
    gradient: np.ndarray,
    *,
    name: str = "gradient",
    tolerance: float = 1e-6,
) -> float:
    """Return the worst relative error of a gradient, or raise an AssertionError.

    gradient: what is claimed for d function() / d array, of the array's shape; judged
    by `numerical_gradient`. An error is relative to the larger of the two values, but
    at least to 1 % of the largest, and to 1e-4: below that, differences are rounding.

    Built in chapter 4.
    """
    gradient = np.asarray(gradient)
    if gradient.shape != array.shape:
        shapes = f"has shape {gradient.shape}, what it belongs to {array.shape}"
        raise AssertionError(f"{name} {shapes}.")
    expected = numerical_gradient(function, array)
    sizes = np.maximum(np.abs(gradient), np.abs(expected))
    least = max(1e-4, 0.01 * np.max(np.abs(expected)))
    errors = np.abs(gradient - expected) / np.maximum(sizes, least)
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    if not errors[worst] <= tolerance:
        place = ", ".join(str(int(i)) for i in worst)
        values = f"is {gradient[worst]:.8g}, differences say {expected[worst]:.8g}"
        raise AssertionError(f"{name}[{place}] {values}.")
    return float(errors[worst])


def check_layer(
    layer: Layer, inputs: np.ndarray, *, rng: "np.random.Generator | int" = 0
) -> dict[str, float]:
    """Judge every gradient of a layer; return the worst relative error of each.

    inputs: (batch, features). A random weighting of the outputs, sum(outputs *
    doutputs), stands for the loss: its gradient with respect to the outputs is
    doutputs. To it comes the layer's own regularization loss, where it has one.
    Parameters must be float64. A wrong gradient is an AssertionError.

    Built in chapters 4 and 7.
    """
    inputs = np.array(inputs, dtype=np.float64)
    for name in layer.parameter_names:
        _check_float64(getattr(layer, name))
    outputs = layer.forward(inputs)
    doutputs = np.random.default_rng(rng).standard_normal(outputs.shape)
    gradients = {"inputs": (inputs, layer.backward(doutputs))}
    for name in layer.parameter_names:
        gradients[name] = getattr(layer, name), getattr(layer, f"d{name}")

    def loss() -> float:
        weighted = float(np.sum(layer.forward(inputs) * doutputs))
        price = getattr(layer, "regularization_loss", float)  # float() is 0.0
        return weighted + price()

    return {
        f"d{name}": check_gradient(loss, array, gradient, name=f"d{name}")
        for name, (array, gradient) in gradients.items()
    }


def check_loss(loss: Loss, predictions: np.ndarray, targets: np.ndarray) -> float:
    """Judge a loss's gradient; return its worst relative error.

    predictions and targets as the loss takes them. Probabilities should be above 0.01:
    near 0 the logarithm bends so much that differences are off. A wrong gradient is
    an AssertionError.

    Built in chapter 4.
    """
    predictions = np.array(predictions, dtype=np.float64)
    return check_gradient(
        lambda: loss.calculate(predictions, targets),
        predictions,
        loss.backward(predictions, targets),
        name="gradient",
    )
