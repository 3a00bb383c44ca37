"""Chapter 1, The dense layer.

Generated from chapters/01_dense_layer.ipynb: edit that.
"""

from typing import Any

import numpy as np


class Layer:
    """One step of a network: a batch goes in, a batch comes out.

    Arrays are (batch, features), one row per sample. `forward(inputs)` returns the
    outputs; `backward(doutputs)` takes the gradient of the loss with respect to the
    outputs and returns the one with respect to the inputs, of the inputs' shape.
    """

    # The arrays that training changes; the gradient of `weights` is kept in `dweights`,
    # and so on.
    parameter_names: tuple[str, ...] = ()
    # Set by the model while it trains.
    training: bool = False

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs for a batch of inputs."""
        raise NotImplementedError(
            f"{type(self).__name__} has no forward: define forward(self, inputs)."
        )

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs for dL/doutputs; keep the gradients of the parameters."""
        raise NotImplementedError(
            f"{type(self).__name__} has no backward: define backward(self, doutputs)."
        )

    def keep_gradients(self, doutputs: np.ndarray) -> None:
        """Keep the gradients of the parameters: all that a first layer needs."""
        self.backward(doutputs)

    def regularization_loss(self) -> float:
        """Return what the parameters themselves add to the loss: here, nothing."""
        return 0.0


class Dense(Layer):
    """A dense layer: every neuron takes a weighted sum of every input.

    outputs = inputs @ weights + biases, with inputs (batch, n_inputs), weights
    (n_inputs, n_neurons), biases (1, n_neurons) and outputs (batch, n_neurons). The
    neuron is Rosenblatt's (1958), without its threshold.
    """

    parameter_names = ("weights", "biases")

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        """Draw small weights from `rng`, a generator or a seed; biases are zero."""
        if n_inputs < 1 or n_neurons < 1:
            sizes = f"n_inputs={n_inputs}, n_neurons={n_neurons}"
            raise ValueError(
                f"Dense needs at least one input and one neuron, got {sizes}."
            )
        if not np.issubdtype(dtype, np.floating):
            raise ValueError(f"Dense needs a type of float, got {np.dtype(dtype)}.")
        draws = np.random.default_rng(rng).standard_normal((n_inputs, n_neurons))
        # Random, because hidden neurons that start alike in every weight stay alike.
        self.weights: np.ndarray = (0.01 * draws).astype(dtype)
        self.biases: np.ndarray = np.zeros((1, n_neurons), dtype=dtype)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ weights + biases: (batch, n_inputs) -> (batch, n_neurons)."""
        inputs = _as_numbers(inputs, owner="Dense")
        inputs = inputs.astype(self.weights.dtype, copy=False)
        _check_batch(inputs, len(self.weights), owner="Dense")
        return np.dot(inputs, self.weights) + self.biases


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
    if fits and (isinstance(features, str) or features == array.shape[1]):
        return
    row, column = f"{name}.reshape(1, -1)", f"{name}.reshape(-1, 1)"
    if array.ndim == 1 and array.size == features != 1:
        advice = f"one sample is {row}"
    elif array.ndim < 2:
        advice = f"one sample is {row}, many samples of one number are {column}"
    elif array.ndim == 2:
        advice = f"each sample has {array.shape[1]} numbers"
    else:
        advice = f"flatten each sample with {name}.reshape(len({name}), -1)"
    expected = f"shape (batch, {features})"
    raise ValueError(
        f"{owner} expected {name} of {expected}, got {array.shape}: {advice}."
    )


def _as_numbers(array: Any, *, owner: str, name: str = "inputs") -> np.ndarray:
    """Return `array` as an array of real numbers; else a ValueError says what to do."""
    if type(array) is np.ndarray and array.dtype.kind in "biuf":
        return array
    if hasattr(array, "filled") and np.any(array.mask):
        got, advice = "a masked array", f"fill its gaps first, {name}.filled(0)"
    elif hasattr(array, "toarray"):
        got, advice = "a sparse matrix", f"use {name}.toarray()"
    elif hasattr(array, "__next__"):
        pairs = "X, y = map(np.array, zip(*pairs))"
        got, advice = "an iterator", f"use np.array(list({name})), of pairs {pairs}"
    else:
        try:
            array = np.asarray(array)
        except ValueError as error:
            what = f"{owner} expected {name} of one shape for all samples"
            raise ValueError(f"{what}, got rows of different lengths.") from error
        if array.dtype.kind in "biuf":
            return array
        got, advice = _no_numbers(array, name)
    raise ValueError(f"{owner} expected {name} of real numbers, got {got}: {advice}.")


def _no_numbers(array: np.ndarray, name: str) -> tuple[str, str]:
    """Return what an array that holds no real numbers holds, and what to do."""
    if array.ndim == 0:
        return type(array.item()).__name__, "make an array of numbers of it first"
    if array.dtype.kind == "c":
        return "complex numbers", f"take {name}.real, or abs({name})"
    if any(each is None for each in array.flat):
        full = f"np.not_equal({name}, None).reshape(len({name}), -1).all(axis=1)"
        return "None", f"leave such samples out, full = {full} says which to keep"
    try:
        array.astype(float)
    except (TypeError, ValueError):
        return "words", f"number them, np.unique({name}, return_inverse=True)[1]"
    got = "text" if array.dtype.kind in "US" else str(array.dtype)
    return got, f"use np.array({name}, dtype=float)"


def spiral_data(
    samples: int, classes: int, rng: "np.random.Generator | int | None" = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return points X and labels y: a spiral arm of `samples` points for each class.

    X: (samples * classes, 2), float32; y: (samples * classes,), integer.

    A point of class c at radius r stands at the angle 2.5 * (4 * (c + r) + noise)
    radians, the noise normal with standard deviation 0.2. After Karpathy
    (CS231n, 2015), with angles stretched 2.5 times as by Kinsley and Kukiela (2020).
    """
    got = f"got {samples=}, {classes=}"
    if not isinstance(samples, int | np.integer) or not isinstance(
        classes, int | np.integer
    ):
        raise ValueError(f"spiral_data needs whole numbers, {got}: use int(...).")
    if samples < 1 or classes < 1:
        raise ValueError(f"spiral_data needs at least one of each, {got}.")
    radius = np.tile(np.linspace(0, 1, samples), classes)
    labels = np.repeat(np.arange(classes), samples)
    noise = 0.2 * np.random.default_rng(rng).standard_normal(labels.size)
    angle = 2.5 * (4 * (labels + radius) + noise)
    X = np.column_stack((radius * np.sin(angle), radius * np.cos(angle)))
    return X.astype(np.float32), labels


__all__ = ["Dense", "Layer", "spiral_data"]
