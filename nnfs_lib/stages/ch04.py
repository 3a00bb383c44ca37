"""Chapter 4, Backpropagation, on top of chapter 3.

Generated from chapters/04_backpropagation.ipynb: edit that.
"""

from collections.abc import Callable

import numpy as np

from nnfs_lib.stages import ch03 as nn
from nnfs_lib.stages.ch03 import (
    _EPSILON,
    _as_answers,
    _as_classes,
    _as_float,
    _as_numbers,
    _check_batch,
    _check_counts,
    _check_labels,
    _check_not_empty,
    _check_probabilities,
    _check_same_shape,
    _check_sizes,
    _no_numbers,
)
from nnfs_lib.stages.ch03 import *


def numerical_gradient(
    function: Callable[[], float], array: np.ndarray, *, step: float = 1e-5
) -> np.ndarray:
    """Return d function() / d array by central differences, of the array's shape.

    function: takes nothing, reads `array`, returns a number. array: float64; each
    entry is moved by `step` up and down, and put back. The error is of order step^2.
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


class Layer(nn.Layer):
    """One step of a network: a batch goes in, a batch comes out.

    `forward(inputs)` returns the outputs; `backward(doutputs)` takes the gradient of
    the loss with respect to the outputs and returns the one with respect to the inputs,
    of the inputs' shape. Arrays are (batch, features), one row per sample.
    """

    # The arrays that training changes; the gradient of `weights` is kept in `dweights`,
    # and so on.
    parameter_names: tuple[str, ...] = ()

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs for dL/doutputs; keep the gradients of the parameters."""
        raise NotImplementedError(
            f"{type(self).__name__} has no backward: define backward(self, doutputs)."
        )


class Dense(nn.Dense, Layer):
    """A dense layer: every neuron takes a weighted sum of every input.

    outputs = inputs @ weights + biases, with inputs (batch, n_inputs), weights
    (n_inputs, n_neurons), biases (1, n_neurons) and outputs (batch, n_neurons).
    `backward` keeps `dweights` and `dbiases`, of the shapes of weights and biases.
    The neuron is Rosenblatt's (1958), without its threshold.
    """

    parameter_names = ("weights", "biases")

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs @ weights.T, (batch, n_inputs); keep dweights and dbiases.

        dweights = inputs.T @ doutputs; dbiases = ones @ doutputs, the sum of the rows.
        """
        doutputs = np.asarray(doutputs, dtype=self.weights.dtype)
        _kept_outputs(self, doutputs)
        ones = np.ones((1, len(doutputs)), doutputs.dtype)
        self.dweights = self.inputs.T @ doutputs
        self.dbiases = ones @ doutputs
        return doutputs @ self.weights.T


def _kept_outputs(layer: Layer, doutputs: np.ndarray) -> np.ndarray:
    """Return what the layer's forward kept; an error unless doutputs have its shape."""
    outputs: np.ndarray | None = getattr(layer, "outputs", None)
    if outputs is not None and np.shape(doutputs) == outputs.shape:
        return outputs
    owner = type(layer).__name__
    if outputs is None:
        advice = "run forward first; one of your own has to keep self.outputs"
        raise RuntimeError(f"{owner}.backward came before forward: {advice}.")
    expected = f"the outputs' shape {outputs.shape}, got {np.shape(doutputs)}"
    raise ValueError(f"{owner} expected doutputs of {expected}.")


def check_layer(
    layer: Layer, inputs: np.ndarray, *, rng: "np.random.Generator | int" = 0
) -> dict[str, float]:
    """Judge every gradient of a layer; return the worst relative error of each.

    inputs: (batch, features). A random weighting of the outputs, sum(outputs *
    doutputs), stands for the loss: its gradient with respect to the outputs is
    doutputs. Parameters must be float64. A wrong gradient is an AssertionError.
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
        return float(np.sum(layer.forward(inputs) * doutputs))

    return {
        f"d{name}": check_gradient(loss, array, gradient, name=f"d{name}")
        for name, (array, gradient) in gradients.items()
    }


class ReLU(nn.ReLU, Layer):
    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs where the inputs were positive, and 0 elsewhere."""
        outputs = _kept_outputs(self, doutputs)
        return doutputs * (outputs > 0)


class Sigmoid(nn.Sigmoid, Layer):
    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs * outputs * (1 - outputs)."""
        outputs = _kept_outputs(self, doutputs)
        return doutputs * outputs * (1 - outputs)


class Tanh(nn.Tanh, Layer):
    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs * (1 - outputs^2)."""
        outputs = _kept_outputs(self, doutputs)
        return doutputs * (1 - outputs * outputs)


class Loss(nn.Loss):
    """How wrong predictions are: training makes it small.

    `forward(predictions, targets)` returns (batch,), one value per sample, and
    `calculate` their mean; `backward(predictions, targets)` returns the gradient of
    that mean, of the predictions' shape. Predictions and targets never broadcast:
    shapes that don't fit are an error.
    """

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of the mean loss, of the shape of predictions."""
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no backward: define backward(self, predictions, targets)."
        )


def _one_hot_like(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return targets as one-hot rows of the predictions' shape and type.

    predictions: (batch, classes); targets: labels (batch,) or rows (batch, classes).
    """
    if targets.ndim == 2:
        return targets.astype(predictions.dtype, copy=False)
    rows = np.zeros_like(predictions)
    rows[np.arange(len(targets)), targets] = 1
    return rows


class CategoricalCrossentropy(nn.CategoricalCrossentropy, Loss):
    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return -targets / predictions / batch, (batch, classes).

        Where a prediction is below EPSILON, the slope at EPSILON.
        """
        predictions, targets = nn._as_classes(self, predictions, targets, "softmax")
        one_hot = _one_hot_like(predictions, targets)
        return -one_hot / np.clip(predictions, nn._EPSILON, 1) / len(predictions)


class BinaryCrossentropy(nn.BinaryCrossentropy, Loss):
    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return ((1 - targets) / (1 - predictions) - targets / predictions) / size.

        size is batch * outputs, as the loss is a mean over both. Where a prediction is
        within EPSILON of 0 or 1, the slope at that distance.
        """
        predictions, targets = nn._as_answers(self, predictions, targets, "sigmoid")
        yes = targets / np.clip(predictions, nn._EPSILON, 1)
        no = (1 - targets) / np.clip(1 - predictions, nn._EPSILON, 1)
        return (no - yes) / predictions.size


def check_loss(loss: Loss, predictions: np.ndarray, targets: np.ndarray) -> float:
    """Judge a loss's gradient; return its worst relative error.

    predictions and targets as the loss takes them. Probabilities should be above 0.01:
    near 0 the logarithm bends so much that differences are off. A wrong gradient is
    an AssertionError.
    """
    predictions = np.array(predictions, dtype=np.float64)
    return check_gradient(
        lambda: loss.calculate(predictions, targets),
        predictions,
        loss.backward(predictions, targets),
        name="gradient",
    )


class Softmax(nn.Softmax, Layer):
    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return outputs * (doutputs - the sum of doutputs * outputs in each row).

        That is each sample's Jacobian, diag(p) - p p^T for its outputs p, times its
        doutputs.
        """
        outputs = _kept_outputs(self, doutputs)
        means = np.sum(doutputs * outputs, axis=1, keepdims=True)
        return outputs * (doutputs - means)


__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "Dense",
    "Layer",
    "Loss",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "check_gradient",
    "check_layer",
    "check_loss",
    "numerical_gradient",
    "spiral_data",
]
