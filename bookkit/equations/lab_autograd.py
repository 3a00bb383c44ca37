"""Lab *Gradients by themselves*: every way back, the tape of a network, its losses and optimizers."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.measures import Library, Measure, Rng, difference, draw, sizes
from bookkit.equations.optimizers import STEPS

# The arrays that an operation takes, and what comes behind them.
Taken = tuple[list[np.ndarray], tuple[Any, ...]]


def _alike(count: int) -> Callable[[Rng], Taken]:
    def make(rng: Rng) -> Taken:
        shape = sizes(rng)[:2]
        return [draw(rng, *shape) for _ in range(count)], ()

    return make


def _positive(rng: Rng) -> np.ndarray:
    return rng.uniform(0.5, 2.5, sizes(rng)[:2])


def _exponent(rng: Rng) -> float:
    return float(rng.choice([-1, 1]) * rng.uniform(1, 3))


def _matrices(rng: Rng) -> Taken:
    batch, first, second = sizes(rng)
    return [draw(rng, batch, first), draw(rng, first, second)], ()


def _apart(rng: Rng) -> Taken:
    """Numbers that all differ by a quarter, so that the largest stays the largest."""
    shape = sizes(rng)[:2]
    return [rng.permutation(math.prod(shape)).reshape(shape) / 4], (_axis(rng),)


def _axis(rng: Rng) -> int:
    return int(rng.integers(2))


def _picked(rng: Rng) -> Taken:
    """An array, and numbers of its rows: more than there are, so that some come twice."""
    array = draw(rng, *sizes(rng)[:2])
    return [array], (rng.integers(len(array), size=len(array) + 1),)


OPERATIONS: dict[str, Callable[[Rng], Taken]] = {
    "add": _alike(2),
    "subtract": _alike(2),
    "multiply": _alike(2),
    "divide": _alike(2),
    "power": lambda rng: ([_positive(rng)], (_exponent(rng),)),
    "negate": _alike(1),
    "matmul": _matrices,
    "exp": _alike(1),
    "log": lambda rng: ([_positive(rng)], ()),
    "tanh": _alike(1),
    "relu": _alike(1),
    "sigmoid": _alike(1),
    "sum": lambda rng: (_alike(1)(rng)[0], (_axis(rng), bool(rng.integers(2)))),
    "max": _apart,
    "reshape": lambda rng: (_alike(1)(rng)[0], (-1,)),
    "transpose": lambda rng: (_alike(1)(rng)[0], (0, 1)),
    "index": _picked,
}


def way_back(name: str) -> Measure:
    """Compare an operation's way back to each of its inputs with differences."""

    def error(library: Library, rng: Rng) -> float:
        operation = getattr(library.autograd, f"_{name}")
        arrays, settings = OPERATIONS[name](rng)
        outputs, ways = operation(*arrays, *settings)
        slopes = draw(rng, *outputs.shape)

        def weighted() -> float:
            return float(np.sum(operation(*arrays, *settings)[0] * slopes))

        return max(
            difference(way(slopes), oracles.slope(weighted, array))
            for array, way in zip(arrays, ways, strict=True)
        )

    return error


def unbroadcast(library: Library, rng: Rng) -> float:
    """Compare the gradient of what was stretched with differences."""
    batch, features, _ = sizes(rng)
    shapes = [(features,), (1, features), (batch, 1), ()]
    array = np.array(draw(rng, *shapes[rng.integers(4)]))
    slopes = draw(rng, batch, features)

    def weighted() -> float:
        return float(np.sum(np.broadcast_to(array, slopes.shape) * slopes))

    found = library.autograd._unbroadcast(slopes, array)
    return difference(found, oracles.slope(weighted, array))


def network(library: Library, rng: Rng) -> float:
    """Compare the gradients that the tape of a small network leaves with differences."""
    lab, (batch, features, classes) = library.autograd, sizes(rng)
    net = lab.Sequential(
        lab.Linear(features, 4, rng=rng, dtype=float),
        lab.Sigmoid(),
        lab.Linear(4, classes, rng=rng, dtype=float),
    )
    inputs, labels = (
        lab.Tensor(draw(rng, batch, features)),
        rng.integers(classes, size=batch),
    )

    def loss() -> Any:
        return lab.CrossEntropyLoss()(net(inputs), labels)

    lab.Tensor.backward(loss())
    found = [each.grad.ravel() for each in net.parameters()]
    expected = [
        oracles.slope(lambda: loss().item(), each.data).ravel()
        for each in net.parameters()
    ]
    return difference(np.concatenate(found), np.concatenate(expected))


def _square(rng: Rng) -> tuple[np.ndarray, np.ndarray, Callable[[], float]]:
    outputs, targets = draw(rng, 2, *sizes(rng)[:2])

    def value() -> float:
        squares = oracles.squares(outputs.tolist(), targets.tolist())
        return oracles.reduced(squares, "sum") / 2 / len(targets)

    return outputs, targets, value


def _entropy(rng: Rng) -> tuple[np.ndarray, np.ndarray, Callable[[], float]]:
    batch, classes, _ = sizes(rng)
    logits, labels = draw(rng, batch, classes), rng.integers(classes, size=batch)

    def value() -> float:
        shares = oracles.softmax(logits.tolist())
        return oracles.mean(oracles.categorical(shares, labels.tolist()))

    return logits, labels, value


LOSSES = {"SquareLoss": _square, "CrossEntropyLoss": _entropy}


def loss(name: str, *, gradient: bool) -> Measure:
    """Compare a loss with plain numbers, or the gradient on its tape with their differences."""

    def error(library: Library, rng: Rng) -> float:
        outputs, targets, value = LOSSES[name](rng)
        tensor = library.autograd.Tensor(outputs, requires_grad=True)
        found = getattr(library.autograd, name)()(tensor, targets)
        if not gradient:
            return difference([found.item()], [value()])
        found.backward()
        return difference(tensor.grad, oracles.slope(value, outputs))

    return error


def optimizer(name: str, settings: Callable[[Rng], dict[str, Any]]) -> Measure:
    """Compare where an optimizer takes a tensor with sums over all its gradients."""

    def error(library: Library, rng: Rng) -> float:
        lab, rate, chosen = library.autograd, rng.uniform(0.001, 0.5), settings(rng)
        tensor = lab.Tensor(np.zeros(sizes(rng)[:2]), requires_grad=True)
        gradients = draw(rng, STEPS, *tensor.shape)
        stepper = getattr(lab, name)([tensor], lr=rate, **chosen)
        for gradient in gradients:
            tensor.grad = gradient
            stepper.step()
        if name == "Adam":
            beta_1, beta_2 = chosen["betas"]
            chosen = {"epsilon": chosen["eps"], "beta_1": beta_1, "beta_2": beta_2}
        rates = oracles.rates(STEPS, rate, decay=0)
        columns = gradients.reshape(STEPS, -1).T.tolist()
        ends = [getattr(oracles, name.lower())(c, rates, **chosen) for c in columns]
        return difference(tensor.data.ravel(), ends)

    return error
