"""Optimizers, built in chapters 6 and 13.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nnfs_lib.layers import Layer

__all__ = ["SGD", "Adagrad", "Adam", "Optimizer", "RMSprop", "parameters_of"]


def parameters_of(
    layers: Iterable[Layer],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return every parameter of the layers with its gradient, for Optimizer.step.

    Built in chapter 6.
    """
    pairs = []
    for layer in layers:
        for name in layer.parameter_names:
            gradient = getattr(layer, f"d{name}", None)
            if gradient is None:
                owner = type(layer).__name__
                raise RuntimeError(f"{owner} has no d{name} yet: run backward first.")
            pairs.append((getattr(layer, name), gradient))
    return pairs


class _Resumable:
    """What steps leave behind: how many were done, and vectors of numbers by name.

    A subclass names the vectors in `memories`. They begin as zeros, as long as all
    parameters together; `get_state` and `set_state` carry them into another run.

    Built in chapter 6.
    """

    memories: tuple[str, ...] = ()

    def __init__(self) -> None:
        """Begin with no step done, and nothing remembered."""
        self.steps_done = 0
        self.size: int | None = None  # of all parameters together, once it is known
        self.memory: dict[str, np.ndarray] = {}

    def prepare(self, gradient: np.ndarray) -> None:
        """Begin with zeros; ValueError where earlier steps were of another size."""
        if self.size not in (None, gradient.size):
            moved = f"has moved {self.size} numbers so far, got {gradient.size}"
            advice = "every network needs its own optimizer"
            raise ValueError(f"{type(self).__name__} {moved}: {advice}.")
        self.size = gradient.size
        if not self.memory:
            self.memory = {name: np.zeros_like(gradient) for name in self.memories}

    def get_state(self) -> dict[str, Any]:
        """Return what steps have changed: steps_done, and a copy of each vector."""
        copies = {name: memory.copy() for name, memory in self.memory.items()}
        return {"steps_done": self.steps_done, **copies}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on where `get_state` was called; a ValueError leaves all as it was."""
        _check_state(state, self.memories, owner=type(self).__name__)
        vectors = {
            name: np.array(state[name]) for name in state if name != "steps_done"
        }
        self.steps_done, self.memory = int(state["steps_done"]), vectors
        self.size = next((vector.size for vector in vectors.values()), None)


def _check_state(
    state: Mapping[str, Any], memories: tuple[str, ...], *, owner: str
) -> None:
    """Raise a ValueError unless `state` is what the get_state of its kind returns.

    Built in chapter 6.
    """
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
        if (
            vector.dtype.kind != "f"
            or vector.ndim != 1
            or vector.size != vectors[0].size
        ):
            got = f"got {vector.dtype} of shape {vector.shape}"
            raise ValueError(f"{owner} remembers vectors of floats of one size, {got}.")


def _check_pairs(pairs: Sequence[tuple[np.ndarray, np.ndarray]], *, owner: str) -> None:
    """Raise a ValueError unless there are arrays of floats, with gradients that fit.

    Built in chapter 6.
    """
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


def _as_plain(value: Any, *, owner: str, name: str) -> float:
    """Return a setting as a plain float; a ValueError where it is no number.

    Built in chapter 6.
    """
    # Plain, because an np.float64 would drag float32 arrays through float64.
    number = np.asarray(value)
    if number.ndim or number.dtype.kind not in "iuf":
        advice = (
            f"use float({name})"
            if isinstance(value, str)
            else "leave it out for the usual one"
        )
        raise ValueError(f"{owner} needs a number for {name}, got {value!r}: {advice}.")
    return float(number)


def _as_vector(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Return all arrays one behind the other; a single vector is returned as it is.

    Built in chapter 6.
    """
    if len(arrays) == 1 and arrays[0].ndim == 1:
        return arrays[0]
    return np.concatenate(arrays, axis=None)


class Optimizer(_Resumable):
    """How parameters move, given their gradients.

    `step` takes (array, gradient) pairs, the same in the same order every time, and
    changes the arrays in place. A subclass defines `update`, which deals with one
    vector: all parameters, one behind the other. The learning rate of step t = 0, 1,
    ... is learning_rate / (1 + decay * t).

    Built in chapter 6.
    """

    def __init__(self, learning_rate: float, decay: float = 0.0) -> None:
        """Take the learning rate, above 0, and how fast it decays, 0 for not at all."""
        super().__init__()
        name = type(self).__name__
        self.learning_rate = _as_plain(learning_rate, owner=name, name="learning_rate")
        self.decay = _as_plain(decay, owner=name, name="decay")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"{name} needs a learning_rate > 0, got {learning_rate}.")
        if not 0 <= self.decay < math.inf:
            raise ValueError(f"{name} needs a decay >= 0, got {decay}.")
        self.change = np.empty(0)  # room for a step's change, kept from step to step

    @property
    def current_learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self.learning_rate / (1 + self.decay * self.steps_done)

    def step(self, parameters: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
        """Move every array in place; the gradients stay as they are."""
        pairs = list(parameters)
        _check_pairs(pairs, owner=type(self).__name__)
        gradient = _as_vector([each for _, each in pairs])
        if self.size != gradient.size or self.change.size != gradient.size:
            self.prepare(gradient)  # in the first step, and the first after set_state
            self.change = np.empty_like(gradient)
        self.update(gradient, self.change)
        end = 0
        for array, _ in pairs:
            start, end = end, end + array.size
            array -= self.change[start:end].reshape(array.shape)
        self.steps_done += 1

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """Write what is to be subtracted into `change`; gradient stays as it is."""
        needs = "define update(self, gradient, change)"
        raise NotImplementedError(f"{type(self).__name__} has no update: {needs}.")


def _as_share(value: float, *, owner: str, name: str) -> float:
    """Return a share from 0 to below 1 as a float; ValueError for anything else.

    Built in chapter 6.
    """
    share = _as_plain(value, owner=owner, name=name)
    if not 0 <= share < 1:
        raise ValueError(f"{owner} needs a {name} from 0 to below 1, got {value}.")
    return share


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where asked.

    velocity = momentum * velocity + rate * gradient; parameters -= velocity. Source:
    Robbins and Monro (1951); momentum: Polyak (1964).

    Built in chapters 6 and 13.
    """

    def __init__(
        self, learning_rate: float = 1.0, decay: float = 0.0, momentum: float = 0.0
    ) -> None:
        """Take rate, decay, and the share of velocity kept, from 0 to below 1."""
        super().__init__(learning_rate, decay)
        self.momentum = _as_share(momentum, owner=type(self).__name__, name="momentum")
        self.memories = ("velocity",) if momentum else ()

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is the velocity; without momentum it is rate * gradient."""
        np.multiply(gradient, self.current_learning_rate, out=change)
        if self.memories:
            velocity = self.memory["velocity"]
            velocity *= self.momentum
            velocity += change
            np.copyto(change, velocity)

    settings: tuple[str, ...] = ("learning_rate", "decay", "momentum")


def _as_epsilon(value: float, *, owner: str) -> float:
    """Return an epsilon above 0 as a float; ValueError for anything else.

    Built in chapter 6.
    """
    epsilon = _as_plain(value, owner=owner, name="epsilon")
    if not 0 < epsilon < math.inf:
        advice = "it keeps a division from zero, 1e-7 is usual"
        raise ValueError(f"{owner} needs an epsilon > 0, got {value}: {advice}.")
    return epsilon


def _divide_by_root(
    numbers: np.ndarray, squares: np.ndarray, epsilon: float, *, out: np.ndarray
) -> None:
    """out = numbers / (sqrt(squares) + epsilon), with no array made on the way.

    Built in chapter 6.
    """
    np.sqrt(squares, out=out)
    # No less than the smallest float of full precision: rounded to 0 it guards nothing.
    out += max(epsilon, float(np.finfo(out.dtype).tiny))
    np.divide(numbers, out, out=out)


class Adagrad(Optimizer):
    """Smaller steps for parameters whose gradients were large.

    sums += gradient^2; parameters -= rate * gradient / (sqrt(sums) + epsilon).
    Source: Duchi, Hazan and Singer (2011).

    Built in chapters 6 and 13.
    """

    memories = ("sums",)

    def __init__(
        self, learning_rate: float = 1.0, decay: float = 0.0, epsilon: float = 1e-7
    ) -> None:
        """Take the rate, its decay, and what keeps the division from a zero."""
        super().__init__(learning_rate, decay)
        self.epsilon = _as_epsilon(epsilon, owner=type(self).__name__)

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is rate * gradient, over the root of all its squares so far."""
        sums = self.memory["sums"]
        np.multiply(gradient, gradient, out=change)
        sums += change
        _divide_by_root(gradient, sums, self.epsilon, out=change)
        change *= self.current_learning_rate

    settings: tuple[str, ...] = ("learning_rate", "decay", "epsilon")


def _running_mean(
    mean: np.ndarray, new: np.ndarray, share: float, *, scratch: np.ndarray
) -> None:
    """mean = share * mean + (1 - share) * new, in place; scratch may be `new`.

    Built in chapter 6.
    """
    mean *= share
    np.multiply(new, 1 - share, out=scratch)
    mean += scratch


class RMSprop(Optimizer):
    """Adagrad that forgets: a running mean of the squares instead of their sum.

    squares = rho * squares + (1 - rho) * gradient^2; then as Adagrad. Source: Tieleman
    and Hinton (2012).

    Built in chapters 6 and 13.
    """

    memories = ("squares",)

    def __init__(
        self,
        learning_rate: float = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        rho: float = 0.9,
    ) -> None:
        """Take the rate, its decay, epsilon, and the share of the old mean kept."""
        super().__init__(learning_rate, decay)
        name = type(self).__name__
        self.epsilon = _as_epsilon(epsilon, owner=name)
        self.rho = _as_share(rho, owner=name, name="rho")

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is rate * gradient, over the root of its squares' running mean."""
        squares = self.memory["squares"]
        np.multiply(gradient, gradient, out=change)
        _running_mean(squares, change, self.rho, scratch=change)
        _divide_by_root(gradient, squares, self.epsilon, out=change)
        change *= self.current_learning_rate

    settings: tuple[str, ...] = ("learning_rate", "decay", "epsilon", "rho")


class Adam(Optimizer):
    """Momentum and RMSprop together, corrected for their start at zero.

    means = beta_1 * means + (1 - beta_1) * gradient, squares = beta_2 * squares +
    (1 - beta_2) * gradient^2, and at step t = 1, 2, ... parameters -=
    rate * means / (1 - beta_1^t) / (sqrt(squares / (1 - beta_2^t)) + epsilon).
    Source: Kingma and Ba (2015).

    Built in chapters 6 and 13.
    """

    memories = ("means", "squares")

    def __init__(
        self,
        learning_rate: float = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
    ) -> None:
        """Take the rate, its decay, epsilon, and the shares of the old means kept."""
        super().__init__(learning_rate, decay)
        name = type(self).__name__
        self.epsilon = _as_epsilon(epsilon, owner=name)
        self.beta_1 = _as_share(beta_1, owner=name, name="beta_1")
        self.beta_2 = _as_share(beta_2, owner=name, name="beta_2")

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is rate * mean gradient, over the root of the mean square."""
        means, squares = self.memory["means"], self.memory["squares"]
        _running_mean(means, gradient, self.beta_1, scratch=change)
        np.multiply(gradient, gradient, out=change)
        _running_mean(squares, change, self.beta_2, scratch=change)
        # The corrections are numbers: they go into rate and epsilon, not into arrays.
        t = self.steps_done + 1
        root = math.sqrt(1 - self.beta_2**t)
        _divide_by_root(means, squares, self.epsilon * root, out=change)
        change *= self.current_learning_rate * root / (1 - self.beta_1**t)

    settings: tuple[str, ...] = (
        "learning_rate",
        "decay",
        "epsilon",
        "beta_1",
        "beta_2",
    )
