"""Lab: What lets deep networks learn.

Generated from labs/deep.ipynb: edit that.
"""

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnfs_lib.activations import ReLU
from nnfs_lib.initializers import he_normal
from nnfs_lib.layers import Dense, Layer
from nnfs_lib.losses import Loss
from nnfs_lib.optimizers import SGD, Adam

__all__ = [
    "BatchNorm",
    "CosineDecay",
    "ExponentialDecay",
    "Huber",
    "LeakyReLU",
    "Nesterov",
    "RAdam",
    "Softplus",
    "StepDecay",
    "Warmup",
    "deep_layers",
    "signal_sizes",
]


def deep_layers(
    n_inputs: int,
    n_outputs: int,
    *,
    depth: int = 20,
    width: int = 32,
    activation: Callable[[], Layer] = ReLU,
    initializer: Callable[..., np.ndarray] = he_normal,
    batch_norm: bool = False,
    rng: "np.random.Generator | int | None" = None,
    dtype: type = np.float32,
) -> list[Layer]:
    """Return `depth` hidden layers of `width` neurons, and a dense layer at the end.

    A hidden layer is a dense layer, with batch_norm a BatchNorm, and what
    `activation()` makes. The initializer draws the weights of all dense layers.
    """
    rng = np.random.default_rng(rng)
    options: dict[str, Any] = {"initializer": initializer, "rng": rng, "dtype": dtype}
    layers: list[Layer] = []
    for place in range(depth):
        layers.append(Dense(width if place else n_inputs, width, **options))
        if batch_norm:
            layers.append(BatchNorm(width, dtype=dtype))
        layers.append(activation())
    return [*layers, Dense(width if depth else n_inputs, n_outputs, **options)]


def signal_sizes(
    layers: Sequence[Layer], loss: Loss, X: np.ndarray, y: np.ndarray
) -> tuple[list[float], list[float]]:
    """Return the sizes of the hidden activations, and of the gradients along them.

    layers: hidden layers, each a Dense and what follows it, and a Dense at the end.
    Copies of them work as in training. A size is the root of the mean square, and the
    first layer's comes first.
    """
    layers = copy.deepcopy(list(layers))  # a forward may change what they remember
    outputs, signals = X, []
    for layer in layers:
        layer.training = True
        outputs = layer.forward(outputs)
        signals.append(outputs)
    gradient = loss.backward(outputs, y)
    forward, backward = [], []
    for place in reversed(range(1, len(layers))):
        gradient = layers[place].backward(gradient)
        if isinstance(layers[place], Dense):  # what is before it ends a hidden layer
            forward.append(_size(signals[place - 1]))
            backward.append(_size(gradient))
    return forward[::-1], backward[::-1]


def _size(array: np.ndarray) -> float:
    """Return the root of the mean square; in float64, where no small square is lost."""
    return math.sqrt(np.mean(np.square(array, dtype=np.float64)))


class BatchNorm(Layer):
    """Each feature with mean 0 and variance 1 over the batch; then scaled and shifted.

    outputs = scale * (inputs - mean) / sqrt(variance + epsilon) + shift. While
    training, mean and variance are the batch's, and running means of both are kept;
    otherwise the running ones count. Inputs and outputs (batch, ..., features), mean
    and variance over all axes but the last; scale, shift, running_mean and
    running_variance (1, features). Source: Ioffe and Szegedy (2015).
    """

    parameter_names = ("scale", "shift")
    settings = ("features", "momentum", "epsilon")
    state = ("running_mean", "running_variance")

    def __init__(
        self,
        features: int,
        *,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        dtype: type = np.float32,
    ) -> None:
        """Take the number of features, and the share of the old running means kept."""
        _check_norm(features, momentum, epsilon, dtype)
        self.features = int(features)
        self.momentum, self.epsilon = float(momentum), float(epsilon)
        self.scale: np.ndarray = np.ones((1, features), dtype)
        self.shift: np.ndarray = np.zeros((1, features), dtype)
        self.running_mean = self.shift.copy()
        self.running_variance = self.scale.copy()

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs, of the inputs' shape; note mean and variance if training.

        ValueError for other features, or while training for a batch of one number each.
        """
        rows, m = _rows(self, inputs), self.momentum
        mean, variance = self.running_mean, self.running_variance
        self.share = 1 / len(rows) if self.training else 0.0  # of each row in both
        if self.training:
            mean = rows.mean(axis=0, keepdims=True)
            variance = rows.var(axis=0, keepdims=True)
            unbiased = variance * (len(rows) / (len(rows) - 1))
            self.running_mean = m * self.running_mean + (1 - m) * mean
            self.running_variance = m * self.running_variance + (1 - m) * unbiased
        self.inverse = 1 / np.sqrt(variance + self.epsilon)
        self.normalized = (rows - mean) * self.inverse
        outputs = self.scale * self.normalized + self.shift
        self.outputs = outputs.reshape(np.shape(inputs))
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dinputs, of their shape; keep dscale and dshift, (1, features)."""
        slopes = _same_shape(self, doutputs).reshape(-1, self.features)
        self.dshift = slopes.sum(axis=0, keepdims=True)
        self.dscale = (slopes * self.normalized).sum(axis=0, keepdims=True)
        slopes = slopes - self.share * (self.dshift + self.normalized * self.dscale)
        return (self.scale * self.inverse * slopes).reshape(np.shape(doutputs))


def _check_norm(features: int, momentum: float, epsilon: float, dtype: type) -> None:
    """Raise a ValueError unless a BatchNorm can be made of these."""
    _check_whole("BatchNorm", "features", features)
    _check_number("BatchNorm", "momentum", momentum, least=0, below=1)
    _check_number("BatchNorm", "epsilon", epsilon, above=0)
    if not np.issubdtype(dtype, np.floating):
        raise ValueError(f"BatchNorm needs a type of float, got {np.dtype(dtype)}.")


def _check_whole(owner: str, name: str, value: object) -> None:
    """Raise a ValueError unless value is a whole number, from 1 on."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < 1:  # type: ignore[operator]
        needs = f"{owner} needs a whole number from 1 on for {name}"
        raise ValueError(f"{needs}, got {value!r}.")


def _check_number(
    owner: str,
    name: str,
    value: Any,
    *,
    least: float = -math.inf,
    above: float = -math.inf,
    below: float = math.inf,
) -> None:
    """Raise a ValueError unless value is a number within its bounds."""
    number = np.asarray(value)
    plain = number.ndim == 0 and number.dtype.kind in "iuf"
    if plain and least <= number < below and number > above:
        return
    bounds = f"above {above:g}" if above > -math.inf else f"from {least:g}"
    bounds += f" to below {below:g}" if below < math.inf else ""
    raise ValueError(f"{owner} needs {name} {bounds}, got {value!r}.")


def _rows(layer: BatchNorm, inputs: np.ndarray) -> np.ndarray:
    """Return inputs as rows (N, features); ValueError unless they can be normalized."""
    array = np.asarray(inputs)
    if array.dtype.kind not in "biuf":
        got = f"got {array.dtype}"
        raise ValueError(f"BatchNorm expected inputs of real numbers, {got}.")
    if array.ndim < 2 or array.shape[-1] != layer.features:
        shapes = f"(batch, ..., {layer.features}), got {array.shape}"
        advice = "the features, or channels, stand on the last axis"
        raise ValueError(f"BatchNorm expected inputs of shape {shapes}: {advice}.")
    rows = array.reshape(-1, layer.features)
    if layer.training and len(rows) < 2:
        advice = "take a batch_size that leaves no batch of one, or drop the last batch"
        needs = f"at least 2 samples while training, got {len(rows)}"
        raise ValueError(f"BatchNorm needs {needs}: {advice}.")
    return rows.astype(layer.scale.dtype, copy=False)


def _same_shape(layer: Layer, doutputs: np.ndarray) -> np.ndarray:
    """Return doutputs; an error unless forward came first, and they have its shape."""
    outputs: np.ndarray | None = getattr(layer, "outputs", None)
    owner = type(layer).__name__
    if outputs is None:
        raise RuntimeError(f"{owner}.backward came before forward: run forward first.")
    if np.shape(doutputs) != outputs.shape:
        expected = f"the outputs' shape {outputs.shape}, got {np.shape(doutputs)}"
        raise ValueError(f"{owner} expected doutputs of {expected}.")
    return np.asarray(doutputs, dtype=outputs.dtype)


class LeakyReLU(Layer):
    """ReLU that lets a share of what is negative pass: x, or slope * x below 0.

    Number by number; inputs and outputs of one shape. Source: Maas et al. (2013).
    """

    settings = ("slope",)

    def __init__(self, slope: float = 0.01) -> None:
        """Take the slope for negative numbers, from 0 to below 1."""
        _check_number("LeakyReLU", "slope", slope, least=0, below=1)
        self.slope = float(slope)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs where they are positive, and slope * inputs elsewhere."""
        inputs = _floats(inputs, owner="LeakyReLU")
        self.outputs = np.maximum(inputs, self.slope * inputs)
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs where inputs were positive, slope * doutputs elsewhere."""
        doutputs = _same_shape(self, doutputs)
        return np.where(self.outputs > 0, doutputs, self.slope * doutputs)


class Softplus(Layer):
    """ReLU without a corner: ln(1 + exp(x)), number by number, always positive.

    Inputs and outputs of one shape; nothing overflows. Source: Dugas et al. (2001).
    """

    settings = ()

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return ln(1 + exp(inputs))."""
        self.outputs = np.logaddexp(0, _floats(inputs, owner="Softplus"))
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs times the sigmoid of the inputs, 1 - exp(-outputs)."""
        return _same_shape(self, doutputs) * -np.expm1(-self.outputs)


def _floats(array: Any, *, owner: str, name: str = "inputs") -> np.ndarray:
    """Return an array of floats, float32 or wider; ValueError for no numbers."""
    numbers = np.asarray(array)
    if numbers.dtype.kind not in "biuf":
        got = f"got {numbers.dtype}"
        raise ValueError(f"{owner} expected {name} of real numbers, {got}.")
    return numbers.astype(np.result_type(numbers, np.float32), copy=False)


class _Decay:
    """A schedule that begins with a rate and takes a number of steps."""

    settings: tuple[str, ...] = ("learning_rate", "steps", "factor")

    def __init__(self, learning_rate: float, *, steps: int, factor: float) -> None:
        """Take the first rate, and in how many steps it becomes `factor` times it."""
        owner = type(self).__name__
        _check_number(owner, "learning_rate", learning_rate, above=0)
        _check_whole(owner, "steps", steps)
        _check_number(owner, "factor", factor, above=0, below=1)
        self.learning_rate, self.steps = float(learning_rate), int(steps)
        self.factor = float(factor)


class StepDecay(_Decay):
    """learning_rate * factor^floor(t / steps): smaller after every so many steps."""

    def __call__(self, step: int) -> float:
        """Return the rate of a step, from 0 on."""
        return self.learning_rate * self.factor ** (step // self.steps)


class ExponentialDecay(_Decay):
    """learning_rate * factor^(t / steps): a little smaller after every step."""

    def __call__(self, step: int) -> float:
        """Return the rate of a step, from 0 on."""
        return self.learning_rate * self.factor ** (step / self.steps)


class CosineDecay:
    """Half a cosine from learning_rate down to `end`, where it stays from `steps` on.

    Source: Loshchilov and Hutter (2017), without their restarts.
    """

    settings = ("learning_rate", "steps", "end")

    def __init__(self, learning_rate: float, *, steps: int, end: float = 0.0) -> None:
        """Take the first rate, the number of steps, and the last and smaller rate."""
        _check_number("CosineDecay", "learning_rate", learning_rate, above=0)
        _check_whole("CosineDecay", "steps", steps)
        _check_number("CosineDecay", "end", end, least=0, below=learning_rate)
        self.learning_rate, self.steps = float(learning_rate), int(steps)
        self.end = float(end)

    def __call__(self, step: int) -> float:
        """Return the rate of a step, from 0 on."""
        share = (1 + math.cos(math.pi * min(step / self.steps, 1))) / 2
        return self.end + (self.learning_rate - self.end) * share


class Warmup:
    """A rate that rises in a line over `steps` steps; then a schedule, from its 0."""

    settings = ("learning_rate", "steps")

    def __init__(self, learning_rate: Any, *, steps: int) -> None:
        """Take a schedule, or a rate that stays, and the steps that lead up to it."""
        if not callable(learning_rate):
            _check_number("Warmup", "learning_rate", learning_rate, above=0)
            learning_rate = float(learning_rate)
        _check_whole("Warmup", "steps", steps)
        self.learning_rate, self.steps = learning_rate, int(steps)

    def __call__(self, step: int) -> float:
        """Return the rate of a step, from 0 on."""
        rate = self.learning_rate
        if callable(rate):
            rate = rate(max(step - self.steps, 0))
        return rate * min((step + 1) / self.steps, 1)


class Nesterov(SGD):
    """Momentum that looks ahead.

    velocity = momentum * velocity + rate * gradient; parameters -= momentum * velocity
    + rate * gradient. Source: Nesterov (1983), Sutskever et al. (2013).
    """

    settings = ("learning_rate", "decay", "momentum")

    def __init__(
        self, learning_rate: Any = 0.01, decay: float = 0.0, momentum: float = 0.9
    ) -> None:
        """Take rate or schedule, decay, and the share of velocity kept, below 1."""
        super().__init__(learning_rate, decay, momentum)

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is where the velocity goes on to, with this gradient once more."""
        super().update(gradient, change)
        change *= self.momentum
        change += self.current_learning_rate * gradient


class RAdam(Adam):
    """Adam whose first steps are shorter, as long as its divisor is uncertain.

    Adam's step times a trust from 0 to 1; where there is none, rate * means corrected,
    undivided. Takes what Adam takes. Source: Liu et al. (2020).
    """

    settings = ("learning_rate", "decay", "epsilon", "beta_1", "beta_2")

    def trust(self) -> float:
        """Return by what to multiply Adam's next step, 0 for not to divide at all."""
        t, last = self.steps_done + 1, 2 / (1 - self.beta_2) - 1
        now = last - 2 * t * self.beta_2**t / (1 - self.beta_2**t)
        if now <= 5:
            return 0.0
        ratio = (now - 4) * (now - 2) * last / ((last - 4) * (last - 2) * now)
        return math.sqrt(ratio)

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is Adam's times the trust, or without one rate * mean gradient."""
        super().update(gradient, change)
        trust = self.trust()
        if trust:
            change *= trust
        else:
            corrected = 1 - self.beta_1 ** (self.steps_done + 1)
            rate = self.current_learning_rate / corrected
            np.multiply(rate, self.memory["means"], out=change)


class Huber(Loss):
    """Half the square of a small error, and delta times a large one, less a constant.

    L_n = mean_j h(predictions[n, j] - targets[n, j]), with h(e) = e^2 / 2 up to
    |e| = delta, and delta * (|e| - delta / 2) beyond; predictions and targets (batch,
    outputs). ValueError for shapes that differ. Source: Huber (1964).
    """

    settings = ("delta",)

    def __init__(self, delta: float = 1.0) -> None:
        """Take up to which error the loss is a square, in the targets' units."""
        _check_number("Huber", "delta", delta, above=0)
        self.delta = float(delta)

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        sizes = np.abs(_errors(predictions, targets))
        near = np.minimum(sizes, self.delta)
        return np.mean(near * (sizes - near / 2), axis=1)

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the errors, clipped to delta, / size, (batch, outputs).

        size is batch * outputs, as the loss is a mean over both.
        """
        errors = _errors(predictions, targets)
        return np.clip(errors, -self.delta, self.delta) / max(errors.size, 1)


def _errors(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return predictions - targets as floats; ValueError unless of one shape."""
    predictions = _floats(predictions, owner="Huber", name="predictions")
    targets = _floats(targets, owner="Huber", name="targets")
    if predictions.ndim != 2 or targets.shape != predictions.shape:
        advice = "one target for each output"
        if targets.size == predictions.size and predictions.ndim == 2:
            advice = f"use targets.reshape{predictions.shape}"
        got = f"got {predictions.shape} and {targets.shape}: {advice}"
        needs = "predictions and targets of one shape (batch, outputs)"
        raise ValueError(f"Huber needs {needs}, {got}.")
    return predictions - targets.astype(predictions.dtype)
