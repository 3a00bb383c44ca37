"""Fused losses: against what they replace, and their gradients."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.losses import classes, loss_gradient, yes_or_no
from bookkit.equations.measures import Library, Measure, Rng, difference, draw


def fused_softmax(library: Library, rng: Rng) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return the fused loss of classes, logits, and targets in either form."""
    _, targets, _ = classes(rng, one_hot=bool(rng.integers(2)))
    shape = (
        targets.shape if targets.ndim == 2 else (len(targets), int(targets.max()) + 2)
    )
    return library.SoftmaxCategoricalCrossentropy(), draw(rng, *shape), targets


def fused_sigmoid(library: Library, rng: Rng) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return the fused loss of yes and no, logits, and targets."""
    _, targets = yes_or_no(rng)
    return library.SigmoidBinaryCrossentropy(), draw(rng, *targets.shape), targets


def fused_softmax_loss(library: Library, rng: Rng) -> float:
    """Compare with softmax and the loss, one after the other."""
    loss, logits, targets = fused_softmax(library, rng)
    labels = targets if targets.ndim == 1 else targets.argmax(axis=1)
    expected = oracles.categorical(oracles.softmax(logits.tolist()), labels.tolist())
    return difference(loss.forward(logits, targets), expected)


def fused_sigmoid_loss(library: Library, rng: Rng) -> float:
    """Compare with sigmoid and the loss, one after the other."""
    loss, logits, targets = fused_sigmoid(library, rng)
    expected = oracles.binary(oracles.sigmoid(logits.tolist()), targets.tolist())
    return difference(loss.forward(logits, targets), expected)


def fused_gradient(
    make: Callable[[Library, Rng], tuple[Any, np.ndarray, np.ndarray]],
) -> Measure:
    """Compare a fused loss's gradient with differences."""
    return lambda library, rng: loss_gradient(*make(library, rng))


def fused_softmax_at_once(library: Library, rng: Rng) -> float:
    """Compare the mean loss and its gradient, computed together, with both oracles."""
    loss, logits, targets = fused_softmax(library, rng)
    value, gradient = loss.value_and_gradient(logits, targets)
    labels = targets if targets.ndim == 1 else targets.argmax(axis=1)

    def mean() -> float:
        shares = oracles.softmax(logits.tolist())
        return math.fsum(oracles.categorical(shares, labels.tolist())) / len(logits)

    slope = oracles.slope(mean, logits)
    return max(difference([value], [mean()]), difference(gradient, slope))


def fused_and_two_steps(
    make: Callable[[Library, Rng], tuple[Any, np.ndarray, np.ndarray]],
    activation: str,
    loss: str,
) -> Measure:
    """Compare a fused loss's gradient with that through the activation and the loss."""

    def error(library: Library, rng: Rng) -> float:
        fused, logits, targets = make(library, rng)
        layer, plain = getattr(library, activation)(), getattr(library, loss)()
        gradient = plain.backward(layer.forward(logits), targets)
        return difference(fused.backward(logits, targets), layer.backward(gradient))

    return error
