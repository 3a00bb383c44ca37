"""Lab *Sequences*: the states of a recurrent layer, its gradients through time, and a clipped step."""

import math
from typing import Any

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.measures import Library, Rng, difference, draw

STEPS = 6


def rnn(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a small recurrent layer, and three sequences for it."""
    layer = library.recurrent.RNN(2, 3, dtype=np.float64)
    for name in layer.parameter_names:
        getattr(layer, name)[...] = draw(rng, *getattr(layer, name).shape) / 2
    return layer, draw(rng, 3, STEPS, 2)


def every_step(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a dense layer for every step, and three sequences for it."""
    layer = library.recurrent.EveryStep(2, 3, rng=rng, dtype=np.float64)
    layer.biases[...] = draw(rng, 1, 3)
    return layer, draw(rng, 3, STEPS, 2)


def last_step(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return the layer that passes the last step on, and three sequences for it."""
    return library.recurrent.LastStep(), draw(rng, 3, STEPS, 2)


def states(library: Library, rng: Rng) -> float:
    """Compare the states of all steps with sums of plain numbers, step by step."""
    layer, inputs = rnn(library, rng)
    weights = np.concatenate([layer.weights, layer.state_weights]).tolist()
    state = np.zeros((len(inputs), 3)).tolist()
    expected = []
    for t in range(STEPS):
        both = zip(inputs[:, t].tolist(), state, strict=True)
        rows = [x + h for x, h in both]  # of two lists, one behind the other
        state = oracles.tanh(oracles.dense(rows, weights, layer.biases[0].tolist()))
        expected.append(state)
    return difference(layer.forward(inputs), np.swapaxes(expected, 0, 1))


def clipped(library: Library, rng: Rng) -> float:
    """Compare where ClippedAdam goes with Adam's sums over gradients as long as they may be."""
    limit, gradients = rng.uniform(0.1, 3), draw(rng, STEPS, 5)
    optimizer, array = library.recurrent.ClippedAdam(0.1, limit=limit), np.zeros(5)
    shortened = []
    for gradient in gradients:
        optimizer.step([(array, gradient)])
        length = math.sqrt(sum(number**2 for number in gradient.tolist()))
        shortened.append([min(1.0, limit / length) * each for each in gradient])
    rates = oracles.rates(STEPS, 0.1, decay=0)
    settings = {"epsilon": 1e-7, "beta_1": 0.9, "beta_2": 0.999}
    columns = np.transpose(shortened).tolist()
    return difference(array, [oracles.adam(c, rates, **settings) for c in columns])
