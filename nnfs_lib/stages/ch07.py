"""Chapter 7, L1 and L2, on top of chapter 6.

Generated from chapters/07_l1_and_l2.ipynb: edit that.
"""

import math
from typing import Any

import numpy as np

from nnfs_lib.stages import ch06 as nn
from nnfs_lib.stages.ch06 import (
    _EPSILON,
    _as_answers,
    _as_classes,
    _as_float,
    _as_numbers,
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
    _Rate,
    _shifted,
)
from nnfs_lib.stages.ch06 import *


def _penalty(array: np.ndarray, l1: float, l2: float) -> float:
    """Return l1 * sum|array| + l2 * sum(array^2), what an array of floats costs.

    Source: Hoerl and Kennard (1970) for l2, Tibshirani (1996) for l1.
    """
    cost = 0.0
    if l1:
        cost += l1 * float(np.abs(array).sum())
    if l2:
        cost += l2 * float(np.square(array).sum())
    return cost


def _penalty_gradient(array: np.ndarray, l1: float, l2: float) -> np.ndarray:
    """Return d penalty / d array = l1 * sign(array) + 2 * l2 * array, of its shape.

    At 0, where |x| has a kink, the sign is 0: what is zero is not pushed away.
    """
    return l1 * np.sign(array) + 2 * l2 * array


class Layer(nn.Layer):
    def regularization_loss(self) -> float:
        """Return what the parameters themselves add to the loss: here, nothing."""
        return 0.0


# As before, on what this chapter has re-opened.
class ReLU(nn.ReLU, Layer): ...


class Sigmoid(nn.Sigmoid, Layer): ...


class Tanh(nn.Tanh, Layer): ...


class Softmax(nn.Softmax, Layer): ...


FUSED: dict[tuple[type[Layer], type[Loss]], type[Loss]] = {
    (Softmax, CategoricalCrossentropy): SoftmaxCategoricalCrossentropy,
    (Sigmoid, BinaryCrossentropy): SigmoidBinaryCrossentropy,
}


class Dense(nn.Dense, Layer):
    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        weight_l1: float = 0.0,
        weight_l2: float = 0.0,
        bias_l1: float = 0.0,
        bias_l2: float = 0.0,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        """Draw small weights from `rng`, a generator or a seed; biases are zero."""
        nn._check_sizes(n_inputs, n_neurons, dtype)
        self.weight_l1 = _strength("weight_l1", weight_l1)
        self.weight_l2 = _strength("weight_l2", weight_l2)
        self.bias_l1 = _strength("bias_l1", bias_l1)
        self.bias_l2 = _strength("bias_l2", bias_l2)
        draws = np.random.default_rng(rng).standard_normal((n_inputs, n_neurons))
        self.weights: np.ndarray = (0.01 * draws).astype(dtype)
        self.biases: np.ndarray = np.zeros((1, n_neurons), dtype=dtype)

    def regularization_loss(self) -> float:
        """Return what the weights and biases add to the loss, as a float."""
        weights = _penalty(self.weights, self.weight_l1, self.weight_l2)
        return weights + _penalty(self.biases, self.bias_l1, self.bias_l2)

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs @ weights.T, (batch, n_inputs); keep dweights and dbiases.

        dweights = inputs.T @ doutputs; dbiases = ones @ doutputs, the sum of the rows;
        to both comes the gradient of their penalties.
        """
        doutputs = np.asarray(doutputs, dtype=self.weights.dtype)
        nn._kept_outputs(self, doutputs)
        self.dweights = self.inputs.T @ doutputs
        self.dbiases = np.ones((1, len(doutputs)), doutputs.dtype) @ doutputs
        if self.weight_l1 or self.weight_l2:
            self.dweights += _penalty_gradient(
                self.weights, self.weight_l1, self.weight_l2
            )
        if self.bias_l1 or self.bias_l2:
            self.dbiases += _penalty_gradient(self.biases, self.bias_l1, self.bias_l2)
        return doutputs @ self.weights.T


def _as_setting(
    value: Any,
    needs: str,
    *,
    least: float = 0.0,
    below: float = math.inf,
    tip: str = "",
) -> float:
    """Return a setting as a plain float; else a ValueError that begins with `needs`."""
    number = np.asarray(value)
    plain = number.ndim == 0 and number.dtype.kind in "iuf"
    if plain and np.isfinite(number) and least <= number < below:
        return float(number)
    raise ValueError(f"{needs}, got {value!r}{tip}.")


def _strength(name: str, value: float) -> float:
    """Return a penalty's strength as a float; ValueError unless it is 0 or more."""
    return _as_setting(value, f"Dense needs {name} of 0, for none, or more")


def check_layer(
    layer: Layer, inputs: np.ndarray, *, rng: "np.random.Generator | int" = 0
) -> dict[str, float]:
    """Judge every gradient of a layer; return the worst relative error of each.

    inputs: (batch, features). A random weighting of the outputs, sum(outputs *
    doutputs), stands for the loss: its gradient with respect to the outputs is
    doutputs. To it comes the layer's own regularization loss, where it has one.
    Parameters must be float64. A wrong gradient is an AssertionError.
    """
    inputs = np.array(inputs, dtype=np.float64)
    for name in layer.parameter_names:
        nn._check_float64(getattr(layer, name))
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
        f"d{name}": nn.check_gradient(loss, array, gradient, name=f"d{name}")
        for name, (array, gradient) in gradients.items()
    }


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
    "Layer",
    "Loss",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "Sigmoid",
    "SigmoidBinaryCrossentropy",
    "Softmax",
    "SoftmaxCategoricalCrossentropy",
    "Tanh",
    "check_gradient",
    "check_layer",
    "check_loss",
    "numerical_gradient",
    "parameters_of",
    "spiral_data",
]
