"""Layers, built in chapters 1, 4, 7, 8, 9, 10, 12 and 13.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Callable

import numpy as np

from nnfs_lib.checks import (
    _as_numbers,
    _as_setting,
    _check_batch,
    _check_sizes,
    _strength,
)
from nnfs_lib.initializers import _draw_weights, he_normal

__all__ = ["Dense", "Dropout", "Flatten", "Layer", "Rescaling"]


class Layer:
    """One step of a network: a batch goes in, a batch comes out.

    `forward(inputs)` returns the outputs; `backward(doutputs)` takes the gradient of
    the loss with respect to the outputs and returns the one with respect to the inputs,
    of the inputs' shape. Arrays are (batch, features), one row per sample.

    Built in chapters 1, 4, 7 and 8.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs for a batch of inputs."""
        raise NotImplementedError(
            f"{type(self).__name__} has no forward: define forward(self, inputs)."
        )

    # The arrays that training changes; the gradient of `weights` is kept in `dweights`,
    # and so on.
    parameter_names: tuple[str, ...] = ()

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs for dL/doutputs; keep the gradients of the parameters."""
        raise NotImplementedError(
            f"{type(self).__name__} has no backward: define backward(self, doutputs)."
        )

    def regularization_loss(self) -> float:
        """Return what the parameters themselves add to the loss: here, nothing."""
        return 0.0

    training: bool = False  # set by whoever trains


class Dense(Layer):
    """A dense layer: every neuron takes a weighted sum of every input.

    outputs = inputs @ weights + biases, with inputs (batch, n_inputs), weights
    (n_inputs, n_neurons), biases (1, n_neurons) and outputs (batch, n_neurons).
    `backward` keeps `dweights` and `dbiases`, of the shapes of weights and biases,
    with the gradient of the penalties: l1 * sum|p| + l2 * sum(p^2) over all weights,
    or biases, p. The neuron is Rosenblatt's (1958), without its threshold.

    Built in chapters 1, 4, 7, 9, 10 and 13.
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
        _check_sizes(n_inputs, n_neurons, dtype)
        self.weight_l1 = _strength("weight_l1", weight_l1)
        self.weight_l2 = _strength("weight_l2", weight_l2)
        self.bias_l1 = _strength("bias_l1", bias_l1)
        self.bias_l2 = _strength("bias_l2", bias_l2)
        # Random, because hidden neurons that start alike in every weight stay alike.
        rng = np.random.default_rng(rng)
        shape = (n_inputs, n_neurons)
        self.weights: np.ndarray = _draw_weights(initializer, shape, rng, dtype)
        self.biases: np.ndarray = np.zeros((1, n_neurons), dtype=dtype)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ weights + biases: (batch, n_inputs) -> (batch, n_neurons).

        Inputs and outputs are kept: don't change them.
        """
        inputs = _as_numbers(inputs, owner="Dense")
        _check_batch(inputs, len(self.weights), owner="Dense")
        self.inputs = inputs.astype(self.weights.dtype, copy=False)
        self.outputs = np.dot(self.inputs, self.weights)
        self.outputs += self.biases
        return self.outputs

    parameter_names = ("weights", "biases")

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs @ weights.T, (batch, n_inputs); keep dweights and dbiases."""
        self.keep_gradients(doutputs)
        return np.dot(np.asarray(doutputs, dtype=self.weights.dtype), self.weights.T)

    def regularization_loss(self) -> float:
        """Return what the weights and biases add to the loss, as a float."""
        weights = _penalty(self.weights, self.weight_l1, self.weight_l2)
        return weights + _penalty(self.biases, self.bias_l1, self.bias_l2)

    # Where a network wants the gradients; a layer on its own makes new arrays.
    dweights_view: np.ndarray | None = None
    dbiases_view: np.ndarray | None = None

    def keep_gradients(self, doutputs: np.ndarray) -> None:
        """Keep dweights and dbiases; that is all a network's first layer needs.

        dweights = inputs.T @ doutputs; dbiases = ones @ doutputs, the sum of the rows;
        to both comes the gradient of their penalties.
        """
        doutputs = np.asarray(doutputs, dtype=self.weights.dtype)
        _kept_outputs(self, doutputs)
        ones = np.ones((1, len(doutputs)), doutputs.dtype)
        self.dweights = _product(self.inputs.T, doutputs, self.dweights_view)
        self.dbiases = _product(ones, doutputs, self.dbiases_view)
        if self.weight_l1 or self.weight_l2:
            pull = _penalty_gradient(self.weights, self.weight_l1, self.weight_l2)
            self.dweights += pull
        if self.bias_l1 or self.bias_l2:
            pull = _penalty_gradient(self.biases, self.bias_l1, self.bias_l2)
            self.dbiases += pull

    settings: tuple[str, ...] = ("weight_l1", "weight_l2", "bias_l1", "bias_l2")


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


class Dropout(Layer):
    """While training, a random share `rate` of the numbers becomes 0; the rest grows.

    Inverted dropout: what stays is divided by the share that stays, so that the
    expectation is the input itself. Otherwise inputs pass as they are. The rate is
    exact to 1/65536. Inputs and outputs (batch, features). Source: Srivastava et al.
    (2014).

    Built in chapters 8 and 13.
    """

    def __init__(
        self, rate: float, *, rng: "np.random.Generator | int | None" = None
    ) -> None:
        """Take the share to drop, from 0 to below 1, and a generator or a seed."""
        needs = "Dropout needs a rate from 0 to below 1"
        self.rate = _as_setting(rate, needs, below=1, tip=": 0.1 drops a tenth")
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
        _kept_outputs(self, doutputs)
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

    settings: tuple[str, ...] = ("rate",)


def _product(left: np.ndarray, right: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """Return left @ right, in `out` unless that is for another shape or type."""
    try:
        return np.dot(left, right, out=out)
    except ValueError:  # a layer that left its network may have other weights now
        return np.dot(left, right)


class Rescaling(Layer):
    """outputs = inputs * scale + offset, as floats.

    Rescaling(1 / 255) turns pixels, 0 to 255, into numbers from 0 to 1. Inputs and
    outputs (batch, ...).

    Built in chapters 12 and 13.
    """

    def __init__(self, scale: float, offset: float = 0.0) -> None:
        """Take what to multiply by, and what to add."""
        needs = "Rescaling needs a finite"
        self.scale = _as_setting(scale, f"{needs} scale", least=-math.inf)
        self.offset = _as_setting(offset, f"{needs} offset", least=-math.inf)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs * scale + offset, float32 or wider, as a new array."""
        inputs = np.asarray(inputs)
        inputs = inputs.astype(np.result_type(inputs, np.float32), copy=False)
        self.outputs = inputs * self.scale + self.offset
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs * scale."""
        _kept_outputs(self, doutputs)
        return np.asarray(doutputs) * self.scale

    settings: tuple[str, ...] = ("scale", "offset")


class Flatten(Layer):
    """Lay the numbers of a sample in a row: (batch, ...) becomes (batch, features).

    Built in chapter 12.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs as (batch, features), a view where possible."""
        inputs = np.asarray(inputs)
        if inputs.ndim < 2:
            got = f"got {inputs.shape}: one sample is inputs[np.newaxis]"
            raise ValueError(f"Flatten expected inputs of shape (batch, ...), {got}.")
        self.shape = inputs.shape
        self.outputs = inputs.reshape(len(inputs), math.prod(inputs.shape[1:]))
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs in the inputs' shape."""
        _kept_outputs(self, doutputs)
        return np.asarray(doutputs).reshape(self.shape)
