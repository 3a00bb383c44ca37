"""Lab: Sequences.

Generated from labs/recurrent.ipynb: edit that.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nnfs_lib.initializers import glorot_uniform, normal
from nnfs_lib.layers import Dense, Layer
from nnfs_lib.optimizers import Adam

__all__ = [
    "RNN",
    "ClippedAdam",
    "EveryStep",
    "LastStep",
    "adding",
    "scaled_rnn",
    "slopes_over_time",
    "waves",
]


class _Recurrent(Layer):
    """A recurrent layer without its way back; for inputs (batch, time, n_inputs)."""

    parameter_names = ("weights", "state_weights", "biases")
    settings = ("n_inputs", "n_neurons")

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        initializer: Callable[..., np.ndarray] = glorot_uniform,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        """Draw both kinds of weights by `initializer`; rng is a generator or a seed."""
        rng = np.random.default_rng(rng)
        options: Any = {"initializer": initializer, "rng": rng, "dtype": dtype}
        dense = Dense(n_inputs, n_neurons, **options)
        self.n_inputs, self.n_neurons = n_inputs, n_neurons
        self.weights, self.biases = dense.weights, dense.biases
        self.state_weights = Dense(n_neurons, n_neurons, **options).weights

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the states of all steps; they are kept, with the state before."""
        inputs = _as_sequences(self, inputs, self.n_inputs)
        self.inputs = inputs.astype(self.weights.dtype, copy=False)
        sums = _product(self.inputs, self.weights) + self.biases
        batch, time, n_neurons = sums.shape
        self.states = np.zeros((batch, time + 1, n_neurons), sums.dtype)
        for t in range(time):
            sums[:, t] += np.dot(self.states[:, t], self.state_weights)
            np.tanh(sums[:, t], out=self.states[:, t + 1])
        self.outputs = self.states[:, 1:]
        return self.outputs


class RNN(_Recurrent):
    """A recurrent layer: its state of one step is among its inputs of the next.

    states[t] = tanh(inputs[t] @ weights + states[t - 1] @ state_weights + biases), from
    a first state of zeros. Inputs (batch, time, n_inputs), weights (n_inputs,
    n_neurons), state_weights (n_neurons, n_neurons), biases (1, n_neurons); outputs,
    the states of all steps, (batch, time, n_neurons). Source: Elman (1990).
    """

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs, (batch, time, n_inputs); keep the gradients."""
        doutputs = _as_slopes(self, doutputs)
        slopes = np.empty(doutputs.shape, doutputs.dtype)
        from_later = np.zeros_like(slopes[:, 0])
        for t in reversed(range(slopes.shape[1])):
            along_state = doutputs[:, t] + from_later
            slopes[:, t] = along_state * (1 - np.square(self.outputs[:, t]))
            from_later = np.dot(slopes[:, t], self.state_weights.T)
        rows = _as_rows(slopes)
        self.dweights = np.dot(_as_rows(self.inputs).T, rows)
        self.dstate_weights = np.dot(_as_rows(self.states[:, :-1]).T, rows)
        self.dbiases = rows.sum(axis=0, keepdims=True)
        return _product(slopes, self.weights.T)


def _as_rows(sequences: np.ndarray) -> np.ndarray:
    """Return (batch, time, features) as (batch * time, features)."""
    return sequences.reshape(-1, sequences.shape[-1])


def _product(sequences: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return sequences @ matrix for every step: (batch, time, ...) of the matrix."""
    rows = np.dot(_as_rows(sequences), matrix)
    return rows.reshape(*sequences.shape[:-1], matrix.shape[1])


def _as_sequences(layer: Layer, inputs: Any, features: int | None) -> np.ndarray:
    """Return inputs as (batch, time, features), or raise a ValueError on what to do."""
    array, owner = np.asarray(inputs), type(layer).__name__
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{owner} expected sequences of numbers, got {array.dtype}.")
    wanted = "features" if features is None else features
    expected = f"(batch, time, {wanted}), got {array.shape}"
    if array.ndim != 3:
        advice = "numbers in a row are inputs[..., np.newaxis]"
        if array.ndim == 2 and array.shape[1] == features:
            advice = "one sequence is inputs[np.newaxis]"
        raise ValueError(f"{owner} expected inputs of shape {expected}: {advice}.")
    if features not in (None, array.shape[2]):
        has = f"each step has {array.shape[2]} numbers"
        raise ValueError(f"{owner} expected inputs of shape {expected}: {has}.")
    if not array.shape[1]:
        raise ValueError(f"{owner} expected one step or more, got {array.shape}.")
    return array


def _as_slopes(layer: Any, doutputs: Any) -> np.ndarray:
    """Return doutputs in the outputs' type; an error unless they have their shape."""
    owner, outputs = type(layer).__name__, getattr(layer, "outputs", None)
    if outputs is None:
        raise RuntimeError(f"{owner}.backward came before forward: run forward first.")
    if np.shape(doutputs) != outputs.shape:
        expected = f"the outputs' shape {outputs.shape}, got {np.shape(doutputs)}"
        raise ValueError(f"{owner} expected doutputs of {expected}.")
    return np.asarray(doutputs, dtype=outputs.dtype)


class EveryStep(Dense):
    """A dense layer at every step: (..., n_inputs) -> (..., n_neurons).

    What is said of Dense holds for it; inputs are (batch, time, n_inputs), or have any
    other axes before the last.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ weights + biases, for every step."""
        inputs = np.asarray(inputs)
        self.steps = inputs.shape[:-1]
        outputs = super().forward(inputs.reshape(-1, inputs.shape[-1]))
        return outputs.reshape(*self.steps, -1)

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs; keep dweights and dbiases, sums over all steps."""
        doutputs = np.asarray(doutputs)
        steps = doutputs.shape[:-1]
        if steps != getattr(self, "steps", steps):
            expected = f"{(*self.steps, self.biases.size)}, got {doutputs.shape}"
            raise ValueError(f"EveryStep expected doutputs of shape {expected}.")
        rows = doutputs.reshape(-1, doutputs.shape[-1])
        return super().backward(rows).reshape(*steps, -1)


class LastStep(Layer):
    """The last step alone: (batch, time, features) -> (batch, features)."""

    settings = ()

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs[:, -1]."""
        self.inputs = _as_sequences(self, inputs, None)
        self.outputs = self.inputs[:, -1]
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs for the last step, and zeros for all others."""
        dinputs = np.zeros(self.inputs.shape, np.asarray(doutputs).dtype)
        dinputs[:, -1] = _as_slopes(self, doutputs)
        return dinputs


def waves(
    count: int, steps: int, *, rng: "np.random.Generator | int | None" = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return sines to read, (count, steps, 1), and their cosines, (count, steps).

    Every sequence begins at an angle of its own, and goes on by 0.2 a step: about
    thirty-one steps are a whole turn. Both are float32.
    """
    start = np.random.default_rng(rng).uniform(0, 2 * math.pi, (count, 1))
    angles = start + 0.2 * np.arange(steps)
    sines = np.sin(angles)[..., np.newaxis]
    return sines.astype(np.float32), np.cos(angles).astype(np.float32)


def scaled_rnn(n_neurons: int, radius: float, *, rng: int = 0) -> RNN:
    """Return a float64 RNN for one input, the largest eigenvalue of whose state_weights
    has that size; its inputs' weights have deviation 0.1."""
    layer = RNN(1, n_neurons, initializer=normal(0.1), rng=rng, dtype=np.float64)
    largest = np.abs(np.linalg.eigvals(layer.state_weights)).max()
    layer.state_weights *= radius / largest
    return layer


def slopes_over_time(layer: RNN, inputs: np.ndarray) -> np.ndarray:
    """Return how large the last state's slope is at every step, (time,).

    A random slope of size 1 in every neuron enters at the last step, and goes back; a
    size is the root of the mean square over batch and neurons.
    """
    layer.forward(inputs)
    slope = np.random.default_rng(0).standard_normal(layer.outputs[:, -1].shape)
    sizes = []
    for t in reversed(range(layer.outputs.shape[1])):
        sizes.append(math.sqrt(np.mean(np.square(slope))))
        inner = slope * (1 - np.square(layer.outputs[:, t]))
        slope = np.dot(inner, layer.state_weights.T)
    return np.array(sizes[::-1])


class ClippedAdam(Adam):
    """Adam on gradients that are no longer than `limit`, all parameters together.

    gradient *= min(1, limit / norm). Source: Pascanu, Mikolov and Bengio (2013).
    """

    settings = (*Adam.settings, "limit")

    def __init__(self, *args: Any, limit: float = 1.0, **options: Any) -> None:
        """Take the norm's limit, above 0, and what Adam takes."""
        super().__init__(*args, **options)
        if not 0 < limit < math.inf:
            raise ValueError(f"ClippedAdam needs a limit above 0, got {limit!r}.")
        self.limit = float(limit)

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is Adam's, for the gradient as long as it may be."""
        norm = math.sqrt(np.dot(gradient, gradient))
        if norm > self.limit:
            gradient = gradient * (self.limit / norm)
        super().update(gradient, change)


def adding(
    count: int, steps: int, *, rng: "np.random.Generator | int | None" = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return sequences of numbers and marks, (count, steps, 2), and sums, (count, 1).

    Numbers are drawn evenly from 0 to 1. The mark is 1 at two steps, one in each half
    of the sequence, and 0 elsewhere; the sum is that of the two marked numbers. All
    are float32.
    """
    rng = np.random.default_rng(rng)
    numbers, marks = rng.random((count, steps)), np.zeros((count, steps))
    rows, half = np.arange(count), steps // 2
    marks[rows, rng.integers(half, size=count)] = 1
    marks[rows, rng.integers(half, steps, size=count)] = 1
    sums = np.sum(numbers * marks, axis=1, keepdims=True)
    X = np.stack([numbers, marks], axis=-1)
    return X.astype(np.float32), sums.astype(np.float32)
