"""One error for one random draw: what the library computes, beside what an oracle says.

Every function takes the library, as an argument so that tests can hand in a wrong one, and a
generator, and returns a `difference`. All is float64.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from bookkit.equations import oracles

Library = Any
Rng = np.random.Generator
Measure = Callable[[Library, Rng], float]
# Makes something with `forward` and `backward`, and inputs for it.
Make = Callable[[Library, Rng], tuple[Any, np.ndarray]]


def difference(actual: Any, expected: Any) -> float:
    """Return the largest difference, divided by the largest expected number.

    Where all expected numbers are zero, it is not divided.

    >>> difference([1.0, -4.5], [1.0, -4.0])
    0.125
    """
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape or not np.isfinite(actual).all():
        return math.inf
    largest = np.max(np.abs(expected)) or 1.0
    return float(np.max(np.abs(actual - expected)) / largest)


def draw(rng: Rng, *shape: int) -> np.ndarray:
    """Return numbers of either sign, 0.05 to 2.05 in size: none at the bend of a ReLU."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.05, 2.05, shape)


def sizes(rng: Rng) -> tuple[int, int, int]:
    """Return a batch, and two numbers of features, neurons or classes."""
    batch, first, second = rng.integers(2, 7, 3).tolist()
    return batch, first, second


# Layers


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


# Losses


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


# Fused losses


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


# Optimizers

STEPS = 30


def optimizer(name: str, settings: dict[str, tuple[float, float]]) -> Measure:
    """Compare where an optimizer takes parameters with sums over all their gradients.

    settings: between which two values each argument is drawn. The parameters start at 0, so
    that the error is one of their way.
    """

    def error(library: Library, rng: Rng) -> float:
        chosen = {key: rng.uniform(*ends) for key, ends in settings.items()}
        rate, decay = rng.uniform(0.001, 0.5), rng.uniform(0.0, 0.5)
        array = np.zeros(sizes(rng)[:2])
        gradients = draw(rng, STEPS, *array.shape)
        stepper = getattr(library, name)(rate, decay=decay, **chosen)
        for gradient in gradients:
            stepper.step([(array, gradient)])
        oracle = getattr(oracles, name.lower())
        rates = oracles.rates(STEPS, rate, decay)
        columns = gradients.reshape(STEPS, -1).T.tolist()
        return difference(array.ravel(), [oracle(c, rates, **chosen) for c in columns])

    return error
