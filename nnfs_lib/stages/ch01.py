"""Chapter 1, The dense layer.

Generated from chapters/01_dense_layer.ipynb: edit that.
"""

from typing import Any

import numpy as np


class Layer:
    """One step of a network: a batch goes in, a batch comes out.

    `forward(inputs)` returns the outputs. Arrays are (batch, features), one row per
    sample.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs for a batch of inputs."""
        raise NotImplementedError(
            f"{type(self).__name__} has no forward: define forward(self, inputs)."
        )


class Dense(Layer):
    """A dense layer: every neuron takes a weighted sum of every input.

    outputs = inputs @ weights + biases, with inputs (batch, n_inputs), weights
    (n_inputs, n_neurons), biases (1, n_neurons) and outputs (batch, n_neurons). The
    neuron is Rosenblatt's (1958), without its threshold.
    """

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        """Draw small weights from `rng`, a generator or a seed; biases are zero."""
        _check_sizes(n_inputs, n_neurons, dtype)
        draws = np.random.default_rng(rng).standard_normal((n_inputs, n_neurons))
        # Random, because hidden neurons that start alike in every weight stay alike.
        self.weights: np.ndarray = (0.01 * draws).astype(dtype)
        self.biases: np.ndarray = np.zeros((1, n_neurons), dtype=dtype)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ weights + biases: (batch, n_inputs) -> (batch, n_neurons).

        Inputs and outputs are kept: don't change them.
        """
        inputs = _as_numbers(inputs, owner="Dense")
        _check_batch(inputs, len(self.weights), owner="Dense")
        self.inputs = inputs.astype(self.weights.dtype, copy=False)
        self.outputs = self.inputs @ self.weights + self.biases
        return self.outputs


def _check_counts(owner: str, least: str, advice: str = "", **counts: int) -> None:
    """Raise a ValueError unless all counts are whole numbers, from 1 on."""
    got = ", ".join(f"{name}={count!r}" for name, count in counts.items())
    if not all(isinstance(count, int | np.integer) for count in counts.values()):
        raise ValueError(f"{owner} needs whole numbers, got {got}{advice}.")
    if min(counts.values()) < 1:
        raise ValueError(f"{owner} needs at least {least}, got {got}.")


def _check_sizes(n_inputs: int, n_neurons: int, dtype: type) -> None:
    """Raise a ValueError unless a dense layer can be of these sizes and this type."""
    least = "one input and one neuron"
    _check_counts("Dense", least, n_inputs=n_inputs, n_neurons=n_neurons)
    if not np.issubdtype(dtype, np.floating):
        raise ValueError(f"Dense needs a type of float, got {np.dtype(dtype)}.")


def _check_batch(
    array: np.ndarray,
    features: int | str = "features",
    *,
    owner: str,
    name: str = "inputs",
) -> None:
    """Raise a ValueError that says what to do, unless `array` is (batch, features).

    features: how many, or where any number will do, a word for them. `owner` and
    `name` are for the message.
    """
    fits = array.ndim == 2 and array.shape[1] > 0
    if fits and (features == array.shape[1] or isinstance(features, str)):
        return
    if array.ndim < 2:
        row, column = f"{name}.reshape(1, -1)", f"{name}.reshape(-1, 1)"
        advice = f"one sample is {row}, many samples of one number are {column}"
    elif array.ndim == 2:
        advice = f"each sample has {array.shape[1]} numbers"
    else:
        advice = f"flatten each sample with {name}.reshape(len({name}), -1)"
    shapes = f"shape (batch, {features}), got {array.shape}"
    raise ValueError(f"{owner} expected {name} of {shapes}: {advice}.")


def _as_numbers(array: Any, *, owner: str, name: str = "inputs") -> np.ndarray:
    """Return `array` as an array of real numbers; else a ValueError says what to do."""
    if type(array) is np.ndarray and array.dtype.kind in "biuf":
        return array
    if hasattr(array, "filled") and np.any(array.mask):
        got = f"a masked array: fill its gaps first, {name}.filled(0)"
    elif hasattr(array, "toarray"):
        got = f"a sparse matrix: use {name}.toarray()"
    elif hasattr(array, "__next__"):
        pairs = "X, y = map(np.array, zip(*pairs))"
        got = f"an iterator: use np.array(list({name})), of pairs {pairs}"
    else:
        try:
            array = np.asarray(array)
        except ValueError as error:
            what = "of one shape for all samples, got rows of different lengths"
            raise ValueError(f"{owner} expected {name} {what}.") from error
        if array.dtype.kind in "biuf":
            return array
        got = _no_numbers(array, name)
    raise ValueError(f"{owner} expected {name} of real numbers, got {got}.")


def _no_numbers(array: np.ndarray, name: str) -> str:
    """Say what an array holds instead of real numbers, and what to do."""
    if array.ndim == 0:
        return f"{type(array.item()).__name__}: make an array of numbers of it first"
    if array.dtype.kind == "c":
        return f"complex numbers: take {name}.real, or abs({name})"
    if any(each is None for each in array.flat):
        full = f"np.not_equal({name}, None).reshape(len({name}), -1).all(axis=1)"
        return f"None: leave such samples out, full = {full} says which to keep"
    try:
        array.astype(float)
    except (TypeError, ValueError):
        return f"words: number them, np.unique({name}, return_inverse=True)[1]"
    got = "text" if array.dtype.kind in "US" else str(array.dtype)
    return f"{got}: use np.array({name}, dtype=float)"


def spiral_data(
    samples: int, classes: int, rng: "np.random.Generator | int | None" = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return points X and labels y: a spiral arm of `samples` points for each class.

    X: (samples * classes, 2), float32; y: (samples * classes,), integer.

    A point of class c at radius r stands at the angle 2.5 * (4 * (c + r) + noise)
    radians, the noise normal with standard deviation 0.2. After Karpathy
    (CS231n, 2015), with angles stretched 2.5 times as by Kinsley and Kukiela (2020).
    """
    counts = {"samples": samples, "classes": classes}
    _check_counts("spiral_data", "one of each", ": use int(...)", **counts)
    radius = np.tile(np.linspace(0, 1, samples), classes)
    labels = np.repeat(np.arange(classes), samples)
    noise = 0.2 * np.random.default_rng(rng).standard_normal(labels.size)
    angle = 2.5 * (4 * (labels + radius) + noise)
    X = np.column_stack((radius * np.sin(angle), radius * np.cos(angle)))
    return X.astype(np.float32), labels


__all__ = ["Dense", "Layer", "spiral_data"]
