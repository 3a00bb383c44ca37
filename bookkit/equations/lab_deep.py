"""Lab *What lets deep networks learn*: batch normalization, activations, a loss, optimizers, schedules."""

from collections.abc import Callable
from typing import Any

import numpy as np

from bookkit.equations import optimizers, oracles
from bookkit.equations.layers import layer_gradient
from bookkit.equations.measures import Library, Measure, Rng, difference, draw, sizes
from bookkit.equations.regression import predictions_and_targets


def norm(*, training: bool) -> Callable[[Library, Rng], tuple[Any, np.ndarray]]:
    """Return what makes a batch normalization whose every number is drawn, and inputs for it."""

    def make(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
        batch, features, _ = sizes(rng)
        settings = {"momentum": rng.uniform(0, 0.99), "epsilon": rng.uniform(1e-3, 0.1)}
        layer = library.deep.BatchNorm(features, **settings, dtype=np.float64)
        for name in (*layer.parameter_names, *layer.state):
            getattr(layer, name)[:] = rng.uniform(0.5, 2.5, (1, features))
        layer.training = training
        # Three rows and more: of two, no slope comes back, and there is nothing to compare.
        return layer, draw(rng, batch + 1, features)

    return make


def norm_outputs(*, training: bool) -> Measure:
    """Compare the outputs, and the running numbers after them, with loops."""

    def error(library: Library, rng: Rng) -> float:
        layer, inputs = norm(training=training)(library, rng)
        parts = [
            getattr(layer, name)[0].tolist()
            for name in (*layer.state, "scale", "shift")
        ]
        momentum = layer.momentum if training else 1.0
        found = layer.forward(inputs)
        columns = [
            oracles.batch_norm(
                column, *numbers, epsilon=layer.epsilon, momentum=momentum
            )
            for column, *numbers in zip(inputs.T.tolist(), *parts, strict=True)
        ]
        outputs, means, variances = zip(*columns, strict=True)
        return max(
            difference(found.T, outputs),
            difference(layer.running_mean[0], means),
            difference(layer.running_variance[0], variances),
        )

    return error


def norm_gradient(of: str, *, training: bool) -> Measure:
    """Compare a gradient of batch normalization with differences."""
    return layer_gradient(norm(training=training), of)


def _activation(name: str) -> Callable[[Library, Rng], tuple[Any, np.ndarray]]:
    def make(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
        settings = {"slope": rng.uniform(0, 0.9)} if name == "LeakyReLU" else {}
        return getattr(library.deep, name)(**settings), draw(rng, *sizes(rng)[:2])

    return make


def activation_outputs(name: str) -> Measure:
    """Compare an activation's outputs with plain numbers."""

    def error(library: Library, rng: Rng) -> float:
        layer, inputs = _activation(name)(library, rng)
        rows = inputs.tolist()
        if name == "LeakyReLU":
            return difference(
                layer.forward(inputs), oracles.leaky_relu(rows, layer.slope)
            )
        return difference(layer.forward(inputs), oracles.softplus(rows))

    return error


def activation_gradient(name: str) -> Measure:
    """Compare an activation's gradient with differences."""
    return layer_gradient(_activation(name))


def huber(*, gradient: bool) -> Measure:
    """Compare Huber's loss with plain numbers, or its gradient with their differences."""

    def error(library: Library, rng: Rng) -> float:
        predictions, targets = predictions_and_targets(rng)
        delta = rng.uniform(0.3, 2)
        loss = library.deep.Huber(delta)

        def values() -> list[float]:
            return oracles.huber(predictions.tolist(), targets.tolist(), delta)

        if not gradient:
            return difference(loss.forward(predictions, targets), values())
        found = loss.backward(predictions, targets)
        return difference(
            found, oracles.slope(lambda: oracles.mean(values()), predictions)
        )

    return error


def _schedule(library: Library, rng: Rng, name: str) -> tuple[Any, list[float]]:
    """Return a schedule of the lab, and the rates that it should give in STEPS steps."""
    deep, steps, rate = (
        library.deep,
        int(rng.integers(1, optimizers.STEPS)),
        rng.uniform(0.001, 0.5),
    )
    if name in ("StepDecay", "ExponentialDecay"):
        factor, whole = rng.uniform(0.1, 0.9), name == "StepDecay"
        schedule = getattr(deep, name)(rate, steps=steps, factor=factor)
        return schedule, oracles.decaying(
            optimizers.STEPS, rate, steps, factor, whole=whole
        )
    if name == "CosineDecay":
        end = rate * rng.uniform(0, 0.9)
        schedule = deep.CosineDecay(rate, steps=steps, end=end)
        return schedule, oracles.cosine(optimizers.STEPS, rate, steps, end)
    inner, rates = _schedule(library, rng, "CosineDecay")
    return deep.Warmup(inner, steps=steps), oracles.warmed(rates, steps)


def schedule(name: str) -> Measure:
    """Compare the rates of a schedule with plain numbers."""

    def error(library: Library, rng: Rng) -> float:
        found, rates = _schedule(library, rng, name)
        return difference([found(t) for t in range(optimizers.STEPS)], rates)

    return error


def optimizer(name: str, settings: dict[str, tuple[float, float]]) -> Measure:
    """Compare where an optimizer takes parameters with sums over all their gradients."""
    measure = optimizers.optimizer(name, settings)
    return lambda library, rng: measure(library.deep, rng)
