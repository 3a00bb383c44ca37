"""Chapter 8, Dropout, on top of chapter 7.

Generated from chapters/08_dropout.ipynb: edit that.
"""

import math

import numpy as np

from nnfs_lib.stages import ch07 as nn
from nnfs_lib.stages.ch07 import (
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
from nnfs_lib.stages.ch07 import *


class Layer(nn.Layer):
    training: bool = False  # set by whoever trains


# As before, on what this chapter has re-opened.
class Dense(nn.Dense, Layer): ...


class ReLU(nn.ReLU, Layer): ...


class Sigmoid(nn.Sigmoid, Layer): ...


class Tanh(nn.Tanh, Layer): ...


class Softmax(nn.Softmax, Layer): ...


FUSED: dict[tuple[type[Layer], type[Loss]], type[Loss]] = {
    (Softmax, CategoricalCrossentropy): SoftmaxCategoricalCrossentropy,
    (Sigmoid, BinaryCrossentropy): SigmoidBinaryCrossentropy,
}


class Dropout(Layer):
    """While training, a random share `rate` of the numbers becomes 0; the rest grows.

    Inverted dropout: what stays is divided by the share that stays, so that the
    expectation is the input itself. Otherwise inputs pass as they are. The rate is
    exact to 1/65536. Inputs and outputs (batch, features). Source: Srivastava et al.
    (2014).
    """

    def __init__(
        self, rate: float, *, rng: "np.random.Generator | int | None" = None
    ) -> None:
        """Take the share to drop, from 0 to below 1, and a generator or a seed."""
        needs = "Dropout needs a rate from 0 to below 1"
        self.rate = nn._as_setting(rate, needs, below=1, tip=": 0.1 drops a tenth")
        self.rng = np.random.default_rng(rng)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs * mask while training, the inputs themselves otherwise."""
        inputs, mask = np.asarray(inputs), None
        if self.training and self.rate:
            mask = self.draw_mask(inputs.shape, np.result_type(inputs, np.float32))
        self.outputs = inputs if mask is None else inputs * mask
        self.mask = mask
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs * mask, or doutputs where forward dropped nothing."""
        nn._kept_outputs(self, doutputs)
        return np.asarray(doutputs) if self.mask is None else doutputs * self.mask

    def draw_mask(self, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        """Return 0 for what is dropped, and 1 / (the share that stays) for the rest."""
        # Sixteen bits decide on each number; drawn 64 at a time, they cost least.
        size = math.prod(shape)
        draws = self.rng.integers(2**64, size=-(-size // 4), dtype=np.uint64)
        numbers = draws.view(np.uint16)[:size].reshape(shape)
        dropped = min(round(self.rate * 65536), 65535)
        scale = 65536 / (65536 - dropped)
        return np.multiply(numbers >= dropped, scale, dtype=dtype)


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
