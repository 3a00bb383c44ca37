"""Networks that predict numbers: their losses, how precise is right, and a sine to learn."""

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.losses import loss_gradient
from bookkit.equations.measures import Library, Measure, Rng, difference, draw, sizes


def predictions_and_targets(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Return both, (batch, outputs), at least 0.05 apart: the absolute error bends at 0."""
    targets = draw(rng, *sizes(rng)[:2])
    return targets + draw(rng, *targets.shape), targets


def regression_loss(name: str, *, power: int) -> Measure:
    """Compare the losses of samples with sums over their outputs."""

    def error(library: Library, rng: Rng) -> float:
        predictions, targets = predictions_and_targets(rng)
        found = getattr(library, name)().forward(predictions, targets)
        rows = predictions.tolist(), targets.tolist()
        return difference(found, oracles.mean_error(*rows, power=power))

    return error


def regression_gradient(name: str) -> Measure:
    """Compare the gradient of a regression loss with differences."""
    return lambda library, rng: loss_gradient(
        getattr(library, name)(), *predictions_and_targets(rng)
    )


def precision(library: Library, rng: Rng) -> float:
    """Compare the largest error that is still right, found by halving, with the deviation's share."""
    targets = draw(rng, *sizes(rng)[:2])
    targets[0, 0] = 0.0  # so that its prediction is the error, to the last digit
    accuracy = library.RegressionAccuracy()
    right, wrong = 0.0, 1.0
    for _ in range(80):
        predictions = targets.copy()
        predictions[0, 0] = (right + wrong) / 2
        if accuracy.calculate(predictions, targets) == 1:
            right = predictions[0, 0]
        else:
            wrong = predictions[0, 0]
    expected = oracles.deviation(targets.ravel().tolist()) / 250
    return difference([right], [expected])


def sine(library: Library, rng: Rng) -> float:
    """Compare X and y with the sine of plain Python, rounded to their float32."""
    samples = int(rng.integers(2, 500))
    X, y = library.sine_data(samples)
    expected = np.array(oracles.sine(samples), dtype=np.float32)
    return difference(np.hstack([X, y]), expected)
