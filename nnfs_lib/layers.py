"""Layers, built in chapters 1 and 4.

Generated from the chapters: edit them, not this file.
"""

import numpy as np

__all__ = ["Dense", "Layer", "check_batch", "kept_outputs"]


class Layer:
    """One step of a network: a batch goes in, a batch comes out.

    Arrays are (batch, features), one row per sample. `forward(inputs)` returns the
    outputs; `backward(doutputs)` takes the gradient of the loss with respect to the
    outputs and returns the one with respect to the inputs, of the inputs' shape.

    Built in chapter 1.
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


def check_batch(
    array: np.ndarray,
    features: int | str = "features",
    *,
    owner: str,
    name: str = "inputs",
) -> None:
    """Raise a ValueError that says what to do, unless `array` is (batch, features).

    features: how many, or where any number will do, a word for them. `owner` and
    `name` are for the message.

    Built in chapter 1.
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


class Dense(Layer):
    """A dense layer: every neuron takes a weighted sum of every input.

    outputs = inputs @ weights + biases, with inputs (batch, n_inputs), weights
    (n_inputs, n_neurons), biases (1, n_neurons) and outputs (batch, n_neurons).
    `backward` keeps `dweights` and `dbiases`, of the shapes of weights and biases.
    The neuron is Rosenblatt's (1958), without its threshold.

    Built in chapters 1 and 4.
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
        """Return inputs @ weights + biases: (batch, n_inputs) -> (batch, n_neurons).

        Inputs and outputs are kept for `backward`: don't change them in between.
        """
        inputs = np.asarray(inputs, dtype=self.weights.dtype)
        check_batch(inputs, len(self.weights), owner="Dense")
        self.inputs = inputs
        self.outputs = np.dot(inputs, self.weights)
        self.outputs += self.biases
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs @ weights.T, (batch, n_inputs); keep dweights and dbiases.

        dweights = inputs.T @ doutputs; dbiases = ones @ doutputs, the sum of the rows.
        """
        doutputs = np.asarray(doutputs, dtype=self.weights.dtype)
        kept_outputs(self, doutputs)
        self.dweights = np.dot(self.inputs.T, doutputs)
        ones = np.ones((1, len(doutputs)), dtype=doutputs.dtype)
        self.dbiases = np.dot(ones, doutputs)
        return np.dot(doutputs, self.weights.T)


def kept_outputs(layer: Layer, doutputs: np.ndarray) -> np.ndarray:
    """Return the outputs that the layer's forward kept, for its backward.

    Raises RuntimeError where forward has not run, and ValueError unless doutputs have
    the outputs' shape.

    Built in chapter 4.
    """
    owner = type(layer).__name__
    outputs: np.ndarray | None = getattr(layer, "outputs", None)
    if outputs is None:
        advice = "run forward first; one of your own has to keep self.outputs"
        raise RuntimeError(f"{owner}.backward came before forward: {advice}.")
    if np.shape(doutputs) != outputs.shape:
        expected = f"the outputs' shape {outputs.shape}, got {np.shape(doutputs)}"
        raise ValueError(f"{owner} expected doutputs of {expected}.")
    return outputs
