"""Chapter 6, Optimizers, on top of chapter 5.

Generated from chapters/06_optimizers.ipynb: edit that.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nnfs_lib.stages import ch05 as nn
from nnfs_lib.stages.ch05 import (
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
    _check_probabilities,
    _check_same_shape,
    _check_sizes,
    _kept_outputs,
    _no_numbers,
    _one_hot_like,
    _shifted,
)
from nnfs_lib.stages.ch05 import *


def parameters_of(
    layers: Iterable[nn.Layer],
) -> list[tuple[np.ndarray, np.ndarray]]:
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


_Rate = float | Callable[[int], float]  # a learning rate, or its schedule


class Optimizer:
    """How parameters move, given their gradients.

    `step` takes (array, gradient) pairs, the same in the same order every time, and
    changes the arrays in place. A subclass defines `update`, and names in `memories`
    the vectors that it keeps, which begin as zeros. The learning rate of step t = 0, 1,
    ... is learning_rate / (1 + decay * t), where learning_rate may be a schedule.
    """

    memories: tuple[str, ...] = ()

    def __init__(self, learning_rate: _Rate, decay: float = 0.0) -> None:
        """Take the learning rate, above 0, and how fast it decays, 0 for not at all.

        The rate may be a schedule: a function that takes the step, and returns it.
        """
        schedule = callable(learning_rate) and not isinstance(learning_rate, type)
        if not schedule:
            learning_rate = self._setting("learning_rate", learning_rate, above=0)
        self.learning_rate = learning_rate
        self.decay = self._setting("decay", decay)
        self.steps_done = 0
        self.memory: dict[str, np.ndarray] = {}
        self.arrays: list[np.ndarray] = []  # those of the network that it moves

    def step(self, parameters: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
        """Move every array in place; the gradients stay as they are."""
        pairs = list(parameters)
        self._prepare(pairs)
        gradients = [gradient.ravel() for _, gradient in pairs]
        one = len(gradients) == 1  # needs no copy
        self.update(gradients[0] if one else np.concatenate(gradients), self.change)
        end = 0
        for array, _ in pairs:
            start, end = end, end + array.size
            array -= self.change[start:end].reshape(array.shape)
        self.steps_done += 1

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """Write what is to be subtracted into `change`; gradient stays as it is.

        Both are vectors: all parameters, one behind the other.
        """
        needs = "define update(self, gradient, change)"
        raise NotImplementedError(f"{type(self).__name__} has no update: {needs}.")


def current_learning_rate(self: Optimizer) -> float:
    """The learning rate of the next step."""
    rate = self.learning_rate
    if callable(rate):
        rate = self._setting("learning_rate", rate(self.steps_done))
    return rate / (1 + self.decay * self.steps_done)


Optimizer.current_learning_rate = property(current_learning_rate)


def _prepare(self: Optimizer, pairs: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Make room in the first step; ValueError for what is not its to move."""
    same = len(pairs) == len(self.arrays) > 0 and all(
        array is own and array.shape == gradient.shape
        for (array, gradient), own in zip(pairs, self.arrays, strict=True)
    )
    if same:
        return
    owner = type(self).__name__
    _check_pairs(pairs, owner=owner)
    if self.arrays:
        advice = "every network needs its own optimizer"
        raise ValueError(f"{owner} has moved other arrays so far: {advice}.")
    size = sum(array.size for array, _ in pairs)
    self.change = np.zeros(size, np.result_type(*[array for array, _ in pairs]))
    if not self.memory:
        self.memory = {name: np.zeros_like(self.change) for name in self.memories}
    for memory in self.memory.values():
        if memory.size != self.change.size:
            moved = f"has moved {memory.size} numbers so far, got {self.change.size}"
            raise ValueError(f"{owner} {moved}: every network needs its own optimizer.")
    self.smallest = float(np.finfo(self.change.dtype).tiny)
    self.arrays = [array for array, _ in pairs]


Optimizer._prepare = _prepare


def _setting(
    self: Optimizer,
    name: str,
    value: Any,
    *,
    above: float | None = None,
    below: float = math.inf,
) -> float:
    """Return a setting as a plain float; ValueError unless it is within its bounds."""
    # Plain, because an np.float64 would drag float32 arrays through float64.
    owner, number = type(self).__name__, np.asarray(value)
    if number.ndim or number.dtype.kind not in "iuf":
        text = isinstance(value, str)
        advice = f"use float({name})" if text else "leave it out for the usual one"
        raise ValueError(f"{owner} needs a number for {name}, got {value!r}: {advice}.")
    if (0 if above is None else above) <= number < below and number != above:
        return float(number)
    bounds = f" from 0 to below {below}" if below < math.inf else " >= 0"
    bounds = bounds if above is None else f" > {above}"
    article = "an" if name == "epsilon" else "a"
    advice = ": it keeps a division from zero, 1e-7 is usual" if article == "an" else ""
    raise ValueError(f"{owner} needs {article} {name}{bounds}, got {value}{advice}.")


Optimizer._setting = _setting


def _check_pairs(pairs: Sequence[tuple[np.ndarray, np.ndarray]], *, owner: str) -> None:
    """Raise a ValueError unless there are arrays of floats, with gradients that fit."""
    for pair in pairs:
        whole = isinstance(pair, tuple | list) and len(pair) == 2
        if not whole or not all(isinstance(each, np.ndarray) for each in pair):
            raise ValueError(f"{owner} expected a list of (array, gradient) pairs.")
    if not sum(array.size for array, _ in pairs):
        raise ValueError(f"{owner} got no parameters: hand it (array, gradient) pairs.")
    for place, (array, gradient) in enumerate(pairs):
        if not (array.dtype.kind == gradient.dtype.kind == "f"):
            types = f"{array.dtype} with a gradient of {gradient.dtype}"
            raise ValueError(f"{owner} moves floats, got {types}: use .astype(float).")
        if not array.flags.writeable:
            raise ValueError(f"{owner}: parameter {place} is read-only: use a copy.")
        if gradient.shape != array.shape:
            shapes = f"of shape {array.shape} has a gradient of {gradient.shape}"
            raise ValueError(f"{owner}: parameter {place} {shapes}.")


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where asked.

    velocity = momentum * velocity + rate * gradient; parameters -= velocity. Source:
    Robbins and Monro (1951); momentum: Polyak (1964).
    """

    def __init__(
        self, learning_rate: _Rate = 1.0, decay: float = 0.0, momentum: float = 0.0
    ) -> None:
        """Take rate, decay, and the share of velocity kept, from 0 to below 1."""
        super().__init__(learning_rate, decay)
        self.momentum = self._setting("momentum", momentum, below=1)
        self.memories = ("velocity",) if momentum else ()

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is the velocity; without momentum it is rate * gradient."""
        np.multiply(self.current_learning_rate, gradient, out=change)
        if self.memories:
            # velocity = momentum * velocity + rate * gradient
            velocity = self.memory["velocity"]
            velocity *= self.momentum
            velocity += change
            change[:] = velocity


class Adagrad(Optimizer):
    """Smaller steps for parameters whose gradients were large.

    sums += gradient^2; parameters -= rate * gradient / (sqrt(sums) + epsilon).
    Source: Duchi, Hazan and Singer (2011).
    """

    memories = ("sums",)

    def __init__(
        self, learning_rate: _Rate = 1.0, decay: float = 0.0, epsilon: float = 1e-7
    ) -> None:
        """Take the rate, its decay, and what keeps the division from a zero."""
        super().__init__(learning_rate, decay)
        self.epsilon = self._setting("epsilon", epsilon, above=0)

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is rate * gradient, over the root of all its squares so far."""
        sums = self.memory["sums"]
        sums += np.square(gradient, out=change)
        # change = rate * gradient / (sqrt(sums) + epsilon)
        np.sqrt(sums, out=change)
        change += max(self.epsilon, self.smallest)
        np.divide(gradient, change, out=change)
        change *= self.current_learning_rate


class RMSprop(Optimizer):
    """Adagrad that forgets: a running mean of the squares instead of their sum.

    squares = rho * squares + (1 - rho) * gradient^2; then as Adagrad. Source: Tieleman
    and Hinton (2012).
    """

    memories = ("squares",)

    def __init__(
        self,
        learning_rate: _Rate = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        rho: float = 0.9,
    ) -> None:
        """Take the rate, its decay, epsilon, and the share of the old mean kept."""
        super().__init__(learning_rate, decay)
        self.epsilon = self._setting("epsilon", epsilon, above=0)
        self.rho = self._setting("rho", rho, below=1)

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is rate * gradient, over the root of its squares' running mean."""
        squares = self.memory["squares"]
        # squares = rho * squares + (1 - rho) * gradient^2
        np.square(gradient, out=change)
        change *= 1 - self.rho
        squares *= self.rho
        squares += change
        # change = rate * gradient / (sqrt(squares) + epsilon)
        np.sqrt(squares, out=change)
        change += max(self.epsilon, self.smallest)
        np.divide(gradient, change, out=change)
        change *= self.current_learning_rate


class Adam(Optimizer):
    """Momentum and RMSprop together, corrected for their start at zero.

    means = beta_1 * means + (1 - beta_1) * gradient, squares = beta_2 * squares +
    (1 - beta_2) * gradient^2, and at step t = 1, 2, ... parameters -=
    rate * means / (1 - beta_1^t) / (sqrt(squares / (1 - beta_2^t)) + epsilon).
    Source: Kingma and Ba (2015).
    """

    memories = ("means", "squares")

    def __init__(
        self,
        learning_rate: _Rate = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
    ) -> None:
        """Take the rate, its decay, epsilon, and the shares of the old means kept."""
        super().__init__(learning_rate, decay)
        self.epsilon = self._setting("epsilon", epsilon, above=0)
        self.beta_1 = self._setting("beta_1", beta_1, below=1)
        self.beta_2 = self._setting("beta_2", beta_2, below=1)

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is rate * mean gradient, over the root of the mean square."""
        means, squares = self.memory["means"], self.memory["squares"]
        # means = beta_1 * means + (1 - beta_1) * gradient
        means *= self.beta_1
        means += np.multiply(1 - self.beta_1, gradient, out=change)
        # squares = beta_2 * squares + (1 - beta_2) * gradient^2
        np.square(gradient, out=change)
        change *= 1 - self.beta_2
        squares *= self.beta_2
        squares += change
        # The corrections are numbers: they go into rate and epsilon, not into arrays.
        t = self.steps_done + 1
        root = math.sqrt(1 - self.beta_2**t)
        rate = self.current_learning_rate * root / (1 - self.beta_1**t)
        # change = rate * means / (sqrt(squares) + epsilon)
        np.sqrt(squares, out=change)
        change += max(self.epsilon * root, self.smallest)
        np.divide(means, change, out=change)
        change *= rate


def get_state(self: Optimizer) -> dict[str, Any]:
    """Return what steps have changed: steps_done, and a copy of each vector."""
    copies = {name: memory.copy() for name, memory in self.memory.items()}
    return {"steps_done": self.steps_done, **copies}


Optimizer.get_state = get_state


def set_state(self: Optimizer, state: Mapping[str, Any]) -> None:
    """Go on where `get_state` was called; a ValueError leaves all as it was."""
    _check_state(state, self.memories, owner=type(self).__name__)
    self.memory = {name: np.array(state[name]) for name in state}
    self.steps_done = int(self.memory.pop("steps_done"))
    self.arrays = []  # the next step says which; they may be others


Optimizer.set_state = set_state


def _check_state(
    state: Mapping[str, Any], memories: tuple[str, ...], *, owner: str
) -> None:
    """Raise a ValueError unless `state` is what the get_state of its kind returns."""
    steps = np.asarray(state.get("steps_done"))
    if steps.dtype.kind not in "iu" or steps.ndim or steps < 0:
        raise ValueError(f"{owner} expected steps_done, 0 or more, got {steps}.")
    given, names = set(state) - {"steps_done"}, set(memories)
    if given != names and (steps or given):
        lists = [", ".join(sorted(map(str, each))) for each in (names, given)]
        expected = f"{lists[0] or 'nothing'} beside steps_done"
        raise ValueError(f"{owner} remembers {expected}, got {lists[1] or 'nothing'}.")
    vectors = [np.asarray(state[name]) for name in given]
    for vector in vectors:
        floats = vector.dtype.kind == "f" and vector.ndim == 1
        if not floats or vector.size != vectors[0].size:
            got = f"got {vector.dtype} of shape {vector.shape}"
            raise ValueError(f"{owner} remembers vectors of floats of one size, {got}.")


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
