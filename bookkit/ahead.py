"""What the coming chapters will add to nnfs_lib, for the playground, until they do.

Every public name of nnfs_lib is here, with what it will have after chapter 9: what is written
for `from bookkit import ahead as nn` will work with `import nnfs_lib as nn`. The library goes
before: tests/bookkit/test_ahead.py fails as soon as nnfs_lib has what still stands here.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import DTypeLike

import nnfs_lib as nn
from nnfs_lib import (
    EPSILON,
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    Layer,
    Loss,
    as_float,
    check_batch,
    check_classes,
    check_probabilities,
    check_same_shape,
    check_yes_or_no,
    spiral_data,
)

__all__ = [
    "EPSILON",
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
    "MeanSquaredError",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "RegressionAccuracy",
    "Sigmoid",
    "Softmax",
    "SoftmaxCategoricalCrossentropy",
    "as_float",
    "check_batch",
    "check_classes",
    "check_probabilities",
    "check_same_shape",
    "check_yes_or_no",
    "glorot_uniform",
    "he_normal",
    "normal",
    "parameters_of",
    "spiral_data",
]

Initializer = Callable[[tuple[int, ...], np.random.Generator, DTypeLike], np.ndarray]
Parameters = Sequence[tuple[np.ndarray, np.ndarray]]


def normal(scale: float) -> Initializer:
    """Return an initializer that draws from N(0, scale^2)."""

    def draw(
        shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return (scale * rng.standard_normal(shape)).astype(dtype)

    return draw


def he_normal(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw from N(0, 2 / n_inputs), for layers before a ReLU (He et al., 2015)."""
    return normal(math.sqrt(2 / shape[0]))(shape, rng, dtype)


def glorot_uniform(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw from -r to r, r = sqrt(6 / (n_inputs + n_neurons)) (Glorot and Bengio, 2010)."""
    limit = math.sqrt(6 / (shape[0] + shape[1]))
    return rng.uniform(-limit, limit, shape).astype(dtype)


SMALL = normal(0.01)


def _kept(layer: Layer, kept: np.ndarray | None, doutputs: np.ndarray) -> np.ndarray:
    """Return what `forward` kept for `backward`, unless it has not run or doutputs don't fit."""
    name = type(layer).__name__
    if kept is None:
        raise RuntimeError(f"{name}.backward goes back over a forward: run that first.")
    if len(kept) != len(doutputs):
        expected = f"one row for each of {len(kept)} outputs, got {len(doutputs)}"
        raise ValueError(f"{name} expected doutputs with {expected}.")
    check_batch(doutputs, kept.shape[1], owner=name, name="doutputs")
    return kept


class Dense(nn.Dense):
    """A dense layer that learns, and may pay for large parameters.

    The penalty is weight_l1 * sum|weights| + weight_l2 * sum(weights^2), and the same of the
    biases; `backward` adds its gradient to `dweights` and `dbiases`.
    """

    _outputs: np.ndarray | None = None

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        weight_l1: float = 0.0,
        weight_l2: float = 0.0,
        bias_l1: float = 0.0,
        bias_l2: float = 0.0,
        initializer: Initializer = SMALL,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        """Draw the weights by `initializer` from `rng`; biases are zero."""
        # The library's checks; its weights are replaced, so the generator is not handed over.
        super().__init__(n_inputs, n_neurons, rng=0, dtype=dtype)
        if not min(weight_l1, weight_l2, bias_l1, bias_l2) >= 0:
            raise ValueError("Dense needs penalties of zero or more; 0.0 is none.")
        self.weights = initializer(
            (n_inputs, n_neurons), np.random.default_rng(rng), dtype
        )
        self.weight_l1, self.weight_l2 = float(weight_l1), float(weight_l2)
        self.bias_l1, self.bias_l2 = float(bias_l1), float(bias_l2)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ weights + biases, and keep the inputs."""
        self._outputs = super().forward(inputs)
        self._inputs = np.asarray(inputs, dtype=self.weights.dtype)
        return self._outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs @ weights.T, (batch, n_inputs); keep dweights and dbiases.

        dL/dweights = inputs.T @ doutputs and dL/dbiases = the sum of doutputs over the batch,
        with the gradients of the penalties: l1 * sign(w) + 2 * l2 * w.
        """
        _kept(self, self._outputs, doutputs)
        self.dweights = np.dot(self._inputs.T, doutputs)
        self.dbiases = np.sum(doutputs, axis=0, keepdims=True)
        for gradient, parameter, l1, l2 in (
            (self.dweights, self.weights, self.weight_l1, self.weight_l2),
            (self.dbiases, self.biases, self.bias_l1, self.bias_l2),
        ):
            if l1:
                gradient += l1 * np.sign(parameter)
            if l2:
                gradient += 2 * l2 * parameter
        return np.dot(doutputs, self.weights.T)

    def penalty(self) -> float:
        """Return what the layer's parameters cost, the regularization loss."""
        return float(
            self.weight_l1 * np.sum(np.abs(self.weights))
            + self.weight_l2 * np.sum(np.square(self.weights))
            + self.bias_l1 * np.sum(np.abs(self.biases))
            + self.bias_l2 * np.sum(np.square(self.biases))
        )


class ReLU(nn.ReLU):
    """A rectified linear unit that learns: the gradient passes where the input was positive."""

    _active: np.ndarray | None = None

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return max(0, inputs), and keep where they were positive."""
        self._active = np.greater(inputs, 0)
        return super().forward(inputs)

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs where the inputs were positive, and 0 elsewhere."""
        return np.multiply(doutputs, _kept(self, self._active, doutputs))


class Sigmoid(nn.Sigmoid):
    """The logistic function, with its slope outputs * (1 - outputs)."""

    _outputs: np.ndarray | None = None

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return 1 / (1 + exp(-inputs)), and keep it."""
        self._outputs = super().forward(inputs)
        return self._outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs * outputs * (1 - outputs)."""
        outputs = _kept(self, self._outputs, doutputs)
        return doutputs * outputs * (1 - outputs)


class Softmax(nn.Softmax):
    """Softmax, with the Jacobian diag(s) - s s^T of each sample's outputs s."""

    _outputs: np.ndarray | None = None

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the probabilities, (batch, classes), and keep them."""
        self._outputs = super().forward(inputs)
        return self._outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return outputs * (doutputs - sum_k doutputs[n, k] * outputs[n, k])."""
        outputs = _kept(self, self._outputs, doutputs)
        return outputs * (doutputs - np.sum(doutputs * outputs, axis=1, keepdims=True))


class Linear(Layer):
    """The activation that changes nothing: for the output of a regression."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the inputs, as a new array."""
        return np.array(inputs)

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs, as a new array."""
        return np.array(doutputs)


class Dropout(Layer):
    """Drop a share `rate` of the numbers while training, and scale the others up for it.

    Inverted: what stays is divided by 1 - rate, so the expectation is the input itself.
    Source: Srivastava et al. (2014).
    """

    _scale: np.ndarray | None = None

    def __init__(
        self, rate: float, *, rng: "np.random.Generator | int | None" = None
    ) -> None:
        """Take the share to drop, from 0 to below 1, and a generator or a seed."""
        if not 0 <= rate < 1:
            advice = f"got {rate}: 0.1 drops a tenth"
            raise ValueError(f"Dropout needs a rate from 0 to below 1, {advice}.")
        self.rate = float(rate)
        self.rng = np.random.default_rng(rng)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the inputs, in training a share `rate` of them as 0, the others scaled up."""
        inputs = as_float(inputs)
        self._scale = np.ones_like(inputs)
        if self.training:
            stays = self.rng.random(inputs.shape) >= self.rate
            self._scale *= stays / (1 - self.rate)
        return inputs * self._scale

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs, dropped and scaled as the inputs were."""
        return doutputs * _kept(self, self._scale, doutputs)


class SoftmaxCategoricalCrossentropy(Loss):
    """Softmax and categorical cross-entropy in one, on logits of any size.

    L_n = ln(sum_j exp(logits[n, j])) - sum_k targets[n, k] * logits[n, k]; logits (batch,
    classes), targets integer labels (batch,) or one-hot (batch, classes).
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the logits' type."""
        logits, targets = as_float(logits), np.asarray(targets)
        check_classes(logits, targets, owner="SoftmaxCategoricalCrossentropy")
        largest = np.finfo(logits.dtype).max
        logits = np.clip(logits, -largest / 2, largest / 2)
        # No further down than this, so that the mean of a batch doesn't overflow either.
        lowest = -math.sqrt(largest)
        logits = np.maximum(logits - logits.max(axis=1, keepdims=True), lowest)
        one_hot = _one_hot(targets, logits)
        return np.log(np.sum(np.exp(logits), axis=1)) - np.sum(one_hot * logits, axis=1)

    def backward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return (softmax(logits) - one_hot) / batch, the gradient of the mean loss."""
        logits, targets = as_float(logits), np.asarray(targets)
        check_classes(logits, targets, owner="SoftmaxCategoricalCrossentropy")
        gradient = nn.Softmax().forward(logits) - _one_hot(targets, logits)
        return gradient / len(logits)


def _one_hot(targets: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return labels or one-hot rows as rows of the shape and type of `like`."""
    if targets.ndim == 2:
        return targets.astype(like.dtype)
    return np.equal(targets[:, None], np.arange(like.shape[1])).astype(like.dtype)


class MeanSquaredError(Loss):
    """The square of how far off each output is: L_n = mean_j (predictions - targets)^2.

    Predictions and targets (batch, outputs); shapes that differ are a ValueError.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        return np.mean(np.square(self._errors(predictions, targets)), axis=1)

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return 2 * (predictions - targets) / (batch * outputs)."""
        errors = self._errors(predictions, targets)
        return 2 * errors / errors.size

    def _errors(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        predictions, targets = as_float(predictions), np.asarray(targets)
        check_same_shape(predictions, targets, owner="MeanSquaredError")
        return predictions - targets.astype(predictions.dtype)


class RegressionAccuracy(Accuracy):
    """The share of outputs that are off by no more than std(targets) / 250.

    Predictions and targets (batch, outputs).
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the share of right outputs of each sample, (batch,)."""
        predictions, targets = as_float(predictions), as_float(targets)
        check_same_shape(predictions, targets, owner="RegressionAccuracy")
        precision = np.std(targets) / 250 if targets.size else 0.0
        return np.mean(np.abs(predictions - targets) <= precision, axis=1)


def parameters_of(layers: Iterable[Layer]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return every parameter of the layers with its gradient, for Optimizer.step."""
    pairs = []
    for layer in layers:
        for name in layer.parameter_names:
            gradient = getattr(layer, f"d{name}", None)
            if gradient is None:
                owner = type(layer).__name__
                raise RuntimeError(f"{owner} has no d{name} yet: run backward first.")
            pairs.append((getattr(layer, name), gradient))
    return pairs


class Optimizer:
    """How parameters move, given their gradients: `step` changes them in place.

    `step(parameters)` takes (array, gradient) pairs, the same ones in the same order every
    time: what it remembers of each is kept here, by position. The rate of step t (from 0) is
    learning_rate / (1 + decay * t).
    """

    # How many arrays are remembered for each parameter.
    memories: int = 0

    def __init__(self, learning_rate: float, decay: float = 0.0) -> None:
        """Take the learning rate and how fast it decays, both Python floats from here on."""
        if not (0 < learning_rate < math.inf and decay >= 0):
            got = f"got {learning_rate=}, {decay=}"
            needs = "a learning rate above zero and a decay of zero or more"
            raise ValueError(f"{type(self).__name__} needs {needs}, {got}.")
        self.learning_rate, self.decay = float(learning_rate), float(decay)
        self.steps_done = 0
        self.state: list[list[np.ndarray]] = []

    @property
    def current_learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self.learning_rate / (1 + self.decay * self.steps_done)

    def step(self, parameters: Parameters) -> None:
        """Move every array against its gradient, in place; gradients stay as they are."""
        if self.steps_done == 0:
            count = self.memories
            self.state = [
                [np.zeros_like(array) for _ in range(count)] for array, _ in parameters
            ]
        self._check(parameters)
        for (array, gradient), memory in zip(parameters, self.state, strict=True):
            self.update(array, gradient, *memory)
        self.steps_done += 1

    def update(
        self, array: np.ndarray, gradient: np.ndarray, *memory: np.ndarray
    ) -> None:
        """Change one array and what is remembered of it, in place."""
        raise NotImplementedError(
            f"{type(self).__name__} has no update: define update(self, array, gradient)."
        )

    def _check(self, parameters: Parameters) -> None:
        name = type(self).__name__
        if len(parameters) != len(self.state):
            counts = f"{len(self.state)} parameters, got {len(parameters)}"
            raise ValueError(f"{name} began with {counts}: a network has its own one.")
        for (array, gradient), memory in zip(parameters, self.state, strict=True):
            for other in (gradient, *memory):
                if other.shape != array.shape:
                    shapes = f"of {array.shape} meets an array of {other.shape}"
                    raise ValueError(f"{name}: a parameter {shapes}; they must agree.")


class SGD(Optimizer):
    """Gradient descent, with momentum where asked: velocity = momentum * velocity - rate * g."""

    def __init__(
        self, learning_rate: float = 1.0, decay: float = 0.0, momentum: float = 0.0
    ) -> None:
        """Take the learning rate, its decay and the share of the velocity that stays."""
        super().__init__(learning_rate, decay)
        self.momentum = float(momentum)
        self.memories = 1 if momentum else 0

    def update(
        self, array: np.ndarray, gradient: np.ndarray, *memory: np.ndarray
    ) -> None:
        """Move by the velocity; without momentum that is -rate * gradient."""
        if not memory:
            array -= self.current_learning_rate * gradient
            return
        (velocity,) = memory
        velocity *= self.momentum
        velocity -= self.current_learning_rate * gradient
        array += velocity


class Adagrad(Optimizer):
    """Smaller steps where gradients were large before (Duchi et al., 2011)."""

    memories = 1

    def __init__(
        self, learning_rate: float = 1.0, decay: float = 0.0, epsilon: float = 1e-7
    ) -> None:
        """Take the learning rate, its decay and what guards the division."""
        super().__init__(learning_rate, decay)
        self.epsilon = float(epsilon)

    def update(
        self, array: np.ndarray, gradient: np.ndarray, *memory: np.ndarray
    ) -> None:
        """cache += g^2; array -= rate * g / (sqrt(cache) + epsilon)."""
        (cache,) = memory
        cache += gradient * gradient
        array -= self.current_learning_rate * gradient / (np.sqrt(cache) + self.epsilon)


class RMSprop(Optimizer):
    """Adagrad that forgets: a running mean of the squares (Hinton, 2012)."""

    memories = 1

    def __init__(
        self,
        learning_rate: float = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        rho: float = 0.9,
    ) -> None:
        """Take, after the learning rate, the share `rho` of the old mean that stays."""
        super().__init__(learning_rate, decay)
        self.epsilon = float(epsilon)
        self.rho = float(rho)

    def update(
        self, array: np.ndarray, gradient: np.ndarray, *memory: np.ndarray
    ) -> None:
        """cache = rho * cache + (1 - rho) * g^2; then as Adagrad."""
        (cache,) = memory
        cache *= self.rho
        cache += (1 - self.rho) * gradient * gradient
        array -= self.current_learning_rate * gradient / (np.sqrt(cache) + self.epsilon)


class Adam(Optimizer):
    """Momentum and RMSprop, corrected for their start at zero (Kingma and Ba, 2015)."""

    memories = 2

    def __init__(
        self,
        learning_rate: float = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
    ) -> None:
        """Take, after the learning rate, the shares of the two running means that stay."""
        super().__init__(learning_rate, decay)
        self.epsilon = float(epsilon)
        self.beta_1 = float(beta_1)
        self.beta_2 = float(beta_2)

    def update(
        self, array: np.ndarray, gradient: np.ndarray, *memory: np.ndarray
    ) -> None:
        """array -= rate * mean / (sqrt(square) + epsilon), both divided by 1 - beta^t."""
        mean, square = memory
        mean *= self.beta_1
        mean += (1 - self.beta_1) * gradient
        square *= self.beta_2
        square += (1 - self.beta_2) * gradient * gradient
        t = self.steps_done + 1
        rate = self.current_learning_rate / (1 - self.beta_1**t)
        root = math.sqrt(1 - self.beta_2**t)
        array -= rate * mean / (np.sqrt(square) / root + self.epsilon)
