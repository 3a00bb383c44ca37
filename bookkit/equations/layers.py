"""Layers: their outputs, the gradients of inputs and parameters, penalties, and dropout."""

from typing import Any

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.measures import (
    Library,
    Make,
    Measure,
    Rng,
    difference,
    draw,
    sizes,
)


def dense(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a dense layer with random parameters, and inputs for it."""
    batch, n_inputs, n_neurons = sizes(rng)
    layer = library.Dense(n_inputs, n_neurons, dtype=np.float64)
    layer.weights[:] = draw(rng, n_inputs, n_neurons)
    layer.biases[:] = draw(rng, 1, n_neurons)
    return layer, draw(rng, batch, n_inputs)


def activation(name: str) -> Make:
    """Return what makes an activation, and inputs for it."""
    return lambda library, rng: (getattr(library, name)(), draw(rng, *sizes(rng)[:2]))


def dense_outputs(library: Library, rng: Rng) -> float:
    """Compare a dense layer's outputs with loops."""
    layer, inputs = dense(library, rng)
    parts = (inputs.tolist(), layer.weights.tolist(), layer.biases[0].tolist())
    return difference(layer.forward(inputs), oracles.dense(*parts))


def activation_outputs(name: str) -> Measure:
    """Compare an activation's outputs with the oracle of its name in lower case."""

    def error(library: Library, rng: Rng) -> float:
        layer, inputs = activation(name)(library, rng)
        oracle = getattr(oracles, name.lower())
        return difference(layer.forward(inputs), oracle(inputs.tolist()))

    return error


def layer_gradient(make: Make, of: str = "inputs") -> Measure:
    """Compare a layer's gradient of its inputs, or of a parameter, with differences.

    A random weighting of the outputs, sum(outputs * doutputs), stands for the loss.
    """

    def error(library: Library, rng: Rng) -> float:
        layer, inputs = make(library, rng)
        doutputs = draw(rng, *layer.forward(inputs).shape)
        dinputs = layer.backward(doutputs)
        found = dinputs if of == "inputs" else getattr(layer, f"d{of}")
        array = inputs if of == "inputs" else getattr(layer, of)
        expected = oracles.slope(
            lambda: float(np.sum(layer.forward(inputs) * doutputs)), array
        )
        return difference(found, expected)

    return error


# Penalties

STRENGTHS = ("weight_l1", "weight_l2", "bias_l1", "bias_l2")


def strength(rng: Rng) -> float:
    """Return how much a penalty counts."""
    return float(rng.uniform(0.05, 2.0))


def penalty(library: Library, rng: Rng) -> float:
    """Compare what an array costs with a sum over its numbers."""
    array, l1, l2 = draw(rng, *sizes(rng)[:2]), strength(rng), strength(rng)
    expected = oracles.penalty(array.ravel().tolist(), l1, l2)
    return difference([library._penalty(array, l1, l2)], [expected])


def penalty_gradient(*, l1: bool = False, l2: bool = False) -> Measure:
    """Compare the gradient of L1, of L2, or of both, with differences of the sum."""

    def error(library: Library, rng: Rng) -> float:
        array = draw(rng, *sizes(rng)[:2])
        strengths = strength(rng) * l1, strength(rng) * l2
        found = library._penalty_gradient(array, *strengths)
        expected = oracles.slope(
            lambda: oracles.penalty(array.ravel().tolist(), *strengths), array
        )
        return difference(found, expected)

    return error


def penalized(library: Library, rng: Rng) -> tuple[Any, np.ndarray, dict[str, float]]:
    """Return a dense layer with penalties, inputs for it, and their strengths by name."""
    batch, n_inputs, n_neurons = sizes(rng)
    strengths = {name: strength(rng) for name in STRENGTHS}
    layer = library.Dense(n_inputs, n_neurons, **strengths, dtype=np.float64)
    layer.weights[:] = draw(rng, n_inputs, n_neurons)
    layer.biases[:] = draw(rng, 1, n_neurons)
    return layer, draw(rng, batch, n_inputs), strengths


def cost(layer: Any, strengths: dict[str, float]) -> float:
    """Return what a dense layer's penalties are by sums over its numbers."""
    return sum(
        oracles.penalty(
            array.ravel().tolist(), strengths[f"{of}_l1"], strengths[f"{of}_l2"]
        )
        for of, array in (("weight", layer.weights), ("bias", layer.biases))
    )


def regularization_loss(library: Library, rng: Rng) -> float:
    """Compare what a dense layer adds to the loss with sums over its numbers."""
    layer, _, strengths = penalized(library, rng)
    return difference([layer.regularization_loss()], [cost(layer, strengths)])


def penalized_gradient(of: str) -> Measure:
    """Compare a dense layer's gradient of a parameter, penalties included, with differences.

    Those are of plain Python's outputs, weighted at random, and of plain Python's penalties.
    """

    def error(library: Library, rng: Rng) -> float:
        layer, inputs, strengths = penalized(library, rng)
        doutputs = draw(rng, *layer.forward(inputs).shape)
        layer.backward(doutputs)

        def loss() -> float:
            parts = (inputs.tolist(), layer.weights.tolist(), layer.biases[0].tolist())
            weighted = float(np.sum(np.array(oracles.dense(*parts)) * doutputs))
            return weighted + cost(layer, strengths)

        expected = oracles.slope(loss, getattr(layer, of))
        return difference(getattr(layer, f"d{of}"), expected)

    return error


# Dropout


class EveryNumber:
    """In place of a generator: all numbers of 16 bits, each of them once, in any order."""

    def __init__(self, rng: Rng) -> None:
        self.numbers = rng.permutation(65536).astype(np.uint16)

    def integers(self, high: int, *, size: int, dtype: type) -> np.ndarray:
        """Return them four by four, as `size` numbers below `high`: others would not fit."""
        numbers = self.numbers.view(np.uint64)
        if (high, size, dtype) != (2**64, numbers.size, np.uint64):
            raise ValueError(f"These are {numbers.size} numbers of 64 bits.")
        return numbers


def dropout_expectation(library: Library, rng: Rng) -> float:
    """Compare the mean of a number over all that chance can make of it with the number."""
    layer, number = library.Dropout(rng.uniform(0, 0.95)), draw(rng, 1, 1)
    layer.training, layer.rng = True, EveryNumber(rng)
    outputs = layer.forward(np.broadcast_to(number, (256, 256)))
    return difference([oracles.mean(outputs.ravel().tolist())], number[0])


def dropout(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a layer that drops the same numbers in every forward, and inputs for it."""
    seed, rate = int(rng.integers(2**32)), rng.uniform(0, 0.8)

    class Held(library.Dropout):  # type: ignore[misc]
        def forward(self, inputs: np.ndarray) -> np.ndarray:
            self.rng = np.random.default_rng(seed)
            return library.Dropout.forward(self, inputs)

    layer = Held(rate)
    layer.training = True
    return layer, draw(rng, *sizes(rng)[:2])


def dropout_outside_training(way: str) -> Measure:
    """Compare what a layer that does not train makes of numbers, forward or backward, with them."""

    def error(library: Library, rng: Rng) -> float:
        layer = library.Dropout(rng.uniform(0, 0.95), rng=rng)
        inputs, doutputs = draw(rng, 2, *sizes(rng)[:2])
        outputs = layer.forward(inputs)
        if way == "forward":
            return difference(outputs, inputs)
        return difference(layer.backward(doutputs), doutputs)

    return error
