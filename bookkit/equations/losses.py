"""Losses of classes and of yes or no, their gradients, and those of a whole network."""

from typing import Any

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.layers import dense
from bookkit.equations.measures import Library, Measure, Rng, difference, draw, sizes


def classes(rng: Rng, *, one_hot: bool) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Return shares of classes, (batch, classes), targets in one form, and as labels."""
    batch, count, _ = sizes(rng)
    labels = rng.integers(count, size=batch)
    targets = np.eye(count)[labels] if one_hot else labels
    return rng.uniform(0.1, 0.9, (batch, count)), targets, labels.tolist()


def yes_or_no(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities of a yes, and targets, some of them between no and yes."""
    shape = sizes(rng)[:2]
    targets = np.where(
        rng.random(shape) < 0.5, rng.integers(2, size=shape), rng.random(shape)
    )
    return rng.uniform(0.1, 0.9, shape), targets


def categorical_loss(*, one_hot: bool) -> Measure:
    """Compare the losses of samples with logarithms of their true classes."""

    def error(library: Library, rng: Rng) -> float:
        predictions, targets, labels = classes(rng, one_hot=one_hot)
        found = library.CategoricalCrossentropy().forward(predictions, targets)
        return difference(found, oracles.categorical(predictions.tolist(), labels))

    return error


def binary_loss(library: Library, rng: Rng) -> float:
    """Compare the losses of samples with sums of logarithms."""
    predictions, targets = yes_or_no(rng)
    found = library.BinaryCrossentropy().forward(predictions, targets)
    return difference(found, oracles.binary(predictions.tolist(), targets.tolist()))


def loss_gradient(loss: Any, predictions: np.ndarray, targets: np.ndarray) -> float:
    """Compare a loss's gradient of what it is given with differences of its mean."""
    found = loss.backward(predictions, targets)
    expected = oracles.slope(lambda: loss.calculate(predictions, targets), predictions)
    return difference(found, expected)


def categorical_gradient(*, one_hot: bool) -> Measure:
    """Compare the gradient of the categorical cross-entropy with differences."""

    def error(library: Library, rng: Rng) -> float:
        predictions, targets, _ = classes(rng, one_hot=one_hot)
        return loss_gradient(library.CategoricalCrossentropy(), predictions, targets)

    return error


def binary_gradient(library: Library, rng: Rng) -> float:
    """Compare the gradient of the binary cross-entropy with differences."""
    return loss_gradient(library.BinaryCrossentropy(), *yes_or_no(rng))


def network_gradient(library: Library, rng: Rng) -> float:
    """Compare every gradient of Dense, ReLU, Dense, Softmax and its loss with differences."""
    hidden, inputs = dense(library, rng)
    while np.abs(hidden.forward(inputs)).min() < 0.01:  # too close to the bend
        hidden, inputs = dense(library, rng)
    output = library.Dense(hidden.weights.shape[1], 3, dtype=np.float64)
    # Small, so that no probability comes down to EPSILON, where the loss is flat.
    output.weights[:] = 0.1 * draw(rng, *output.weights.shape)
    targets = rng.integers(3, size=len(inputs))
    layers = [hidden, library.ReLU(), output, library.Softmax()]
    loss = library.CategoricalCrossentropy()

    def forward() -> np.ndarray:
        outputs = inputs
        for layer in layers:
            outputs = layer.forward(outputs)
        return outputs

    gradient = loss.backward(forward(), targets)
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    pairs = [(inputs, gradient)]
    for layer in (hidden, output):
        pairs += [(layer.weights, layer.dweights), (layer.biases, layer.dbiases)]
    slopes = [
        oracles.slope(lambda: loss.calculate(forward(), targets), array)
        for array, _ in pairs
    ]
    found = np.concatenate([gradient.ravel() for _, gradient in pairs])
    return difference(found, np.concatenate([slope.ravel() for slope in slopes]))
