"""Chapter 9, Regression, on top of chapter 8.

Generated from chapters/09_regression.ipynb: edit that.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from nnfs_lib.stages import ch08 as nn
from nnfs_lib.stages.ch08 import (
    _EPSILON,
    _as_answers,
    _as_classes,
    _as_float,
    _as_numbers,
    _as_setting,
    _check_batch,
    _check_counts,
    _check_float64,
    _check_labels,
    _check_not_empty,
    _check_pairs,
    _check_probabilities,
    _check_same_shape,
    _check_sizes,
    _check_state,
    _kept_outputs,
    _no_numbers,
    _one_hot_like,
    _penalty,
    _penalty_gradient,
    _Rate,
    _shifted,
    _strength,
)
from nnfs_lib.stages.ch08 import *


def sine_data(samples: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Return X, evenly from 0 to 1, and y = sin(2 pi X): one turn of the sine.

    X and y: (samples, 1), float32.
    """
    nn._check_counts("sine_data", "one sample", samples=samples)
    X = np.linspace(0, 1, samples).reshape(-1, 1)
    return X.astype(np.float32), np.sin(2 * np.pi * X).astype(np.float32)


class Linear(nn.Layer):
    """The activation that changes nothing: for networks that predict numbers.

    outputs = inputs; inputs and outputs (batch, features).
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the inputs, as floats; copy them only where it must."""
        self.outputs = nn._as_float(inputs)
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs."""
        nn._kept_outputs(self, doutputs)
        return nn._as_float(doutputs)


def _signed_errors(
    predictions: np.ndarray, targets: np.ndarray, *, owner: str
) -> np.ndarray:
    """Return predictions - targets as floats; ValueError unless of one shape."""
    predictions = nn._as_float(predictions, owner=owner, name="predictions")
    targets = nn._as_numbers(targets, owner=owner, name="targets")
    nn._check_same_shape(predictions, targets, owner=owner)
    return predictions - targets.astype(predictions.dtype)


class MeanSquaredError(nn.Loss):
    """The square of how far off each output is, for predictions that are numbers.

    L_n = mean_j (predictions[n, j] - targets[n, j])^2, in the targets' units squared;
    predictions and targets (batch, outputs). Raises ValueError for shapes that differ.
    Source: Legendre (1805).
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        errors = _signed_errors(predictions, targets, owner="MeanSquaredError")
        return np.mean(np.square(errors), axis=1)

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return 2 * (predictions - targets) / size, (batch, outputs).

        size is batch * outputs, as the loss is a mean over both.
        """
        errors = _signed_errors(predictions, targets, owner="MeanSquaredError")
        return errors * (2 / max(errors.size, 1))

    def value_and_gradient(
        self, predictions: np.ndarray, targets: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Return `calculate` and `backward`, with the errors taken once."""
        errors = _signed_errors(predictions, targets, owner="MeanSquaredError")
        losses = np.mean(np.square(errors), axis=1)
        return self._mean(losses), errors * (2 / errors.size)


class MeanAbsoluteError(nn.Loss):
    """How far off each output is; a target far away from all others counts for less.

    L_n = mean_j |predictions[n, j] - targets[n, j]|, in the targets' units;
    predictions and targets (batch, outputs). Raises ValueError for shapes that differ.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        errors = _signed_errors(predictions, targets, owner="MeanAbsoluteError")
        return np.mean(np.abs(errors), axis=1)

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return sign(predictions - targets) / size, (batch, outputs).

        size is batch * outputs. Where a prediction is right, the slope is taken as 0.
        """
        errors = _signed_errors(predictions, targets, owner="MeanAbsoluteError")
        return np.sign(errors) / max(errors.size, 1)


class RegressionAccuracy(nn.Accuracy):
    """The share of outputs that are off by no more than std(targets) / 250.

    Predictions and targets (batch, outputs). The standard deviation is that of all
    targets handed in: not batch by batch, and with outputs of one scale.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the share of right outputs of each sample, (batch,)."""
        errors = _signed_errors(predictions, targets, owner="RegressionAccuracy")
        precision = np.std(targets) / 250 if errors.size else 0.0
        return np.mean(np.abs(errors) <= precision, axis=1)


def normal(scale: float) -> Callable[..., np.ndarray]:
    """Return an initializer that draws normal numbers of that standard deviation."""
    scale = nn._as_setting(scale, "normal needs a finite scale of 0 or more")
    return lambda shape, rng, dtype: (scale * rng.standard_normal(shape)).astype(dtype)


def constant(value: float) -> Callable[..., np.ndarray]:
    """Return an initializer that sets every weight to `value`, and draws nothing."""
    if np.asarray(value).dtype.kind not in "iuf":
        raise ValueError(f"constant needs a number, got {value!r}.")
    return lambda shape, rng, dtype: np.full(shape, value, dtype=dtype)


def he_normal(
    shape: tuple[int, int], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw normal numbers of mean 0 and variance 2 / n_inputs, for layers before ReLU.

    Source: He et al. (2015).
    """
    return normal(math.sqrt(2 / shape[0]))(shape, rng, dtype)


class Dense(nn.Dense):
    """A dense layer: every neuron takes a weighted sum of every input.

    outputs = inputs @ weights + biases, with inputs (batch, n_inputs), weights
    (n_inputs, n_neurons), biases (1, n_neurons) and outputs (batch, n_neurons).
    `backward` keeps `dweights` and `dbiases`, of the shapes of weights and biases,
    with the gradient of the penalties: l1 * sum|p| + l2 * sum(p^2) over all weights,
    or biases, p. The neuron is Rosenblatt's (1958), without its threshold.
    """

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        weight_l1: float = 0.0,
        weight_l2: float = 0.0,
        bias_l1: float = 0.0,
        bias_l2: float = 0.0,
        initializer: Callable[..., np.ndarray] = he_normal,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        """Draw weights by `initializer`; rng is a generator or a seed. Biases are 0."""
        nn._check_sizes(n_inputs, n_neurons, dtype)
        self.weight_l1 = nn._strength("weight_l1", weight_l1)
        self.weight_l2 = nn._strength("weight_l2", weight_l2)
        self.bias_l1 = nn._strength("bias_l1", bias_l1)
        self.bias_l2 = nn._strength("bias_l2", bias_l2)
        # Random, because hidden neurons that start alike in every weight stay alike.
        rng = np.random.default_rng(rng)
        shape = (n_inputs, n_neurons)
        self.weights: np.ndarray = _draw_weights(initializer, shape, rng, dtype)
        self.biases: np.ndarray = np.zeros((1, n_neurons), dtype=dtype)


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
    """
    limit = math.sqrt(6 / sum(shape))
    return rng.uniform(-limit, limit, shape).astype(dtype)


__all__ = [
    "FUSED",
    "SGD",
    "Accuracy",
    "Adagrad",
    "Adam",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "Dense",
    "Dropout",
    "Layer",
    "Linear",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "RegressionAccuracy",
    "Sigmoid",
    "SigmoidBinaryCrossentropy",
    "Softmax",
    "SoftmaxCategoricalCrossentropy",
    "Tanh",
    "check_gradient",
    "check_layer",
    "check_loss",
    "constant",
    "glorot_uniform",
    "he_normal",
    "normal",
    "numerical_gradient",
    "parameters_of",
    "sine_data",
    "spiral_data",
]
