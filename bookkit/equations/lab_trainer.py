"""Lab *Loaders and a trainer*: squared errors under their reductions, and half of them."""

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.losses import loss_gradient
from bookkit.equations.measures import Library, Measure, Rng, difference, draw
from bookkit.equations.regression import predictions_and_targets


def reduced(reduction: str) -> Measure:
    """Compare squared errors, or their mean or sum, with those of plain numbers."""

    def error(library: Library, rng: Rng) -> float:
        predictions, targets = predictions_and_targets(rng)
        found = library.trainer.mse(predictions, targets, reduction)
        squares = oracles.squares(predictions.tolist(), targets.tolist())
        return difference(found, oracles.reduced(squares, reduction))

    return error


def reduced_gradient(reduction: str) -> Measure:
    """Compare a reduction's gradient with differences; of single errors, with a slope along each."""

    def error(library: Library, rng: Rng) -> float:
        predictions, targets = predictions_and_targets(rng)
        single = reduction == "none"
        slopes = draw(rng, *targets.shape) if single else np.array(1.0)

        def loss() -> float:
            squares = oracles.squares(predictions.tolist(), targets.tolist())
            return float(np.sum(slopes * oracles.reduced(squares, reduction)))

        gradient = library.trainer.mse_gradient
        found = gradient(predictions, targets, reduction, slopes)
        return difference(found, oracles.slope(loss, predictions))

    return error


def half(library: Library, rng: Rng) -> float:
    """Compare half the squared errors of samples with sums over their outputs."""
    predictions, targets = predictions_and_targets(rng)
    found = library.trainer.HalfSquaredError().forward(predictions, targets)
    squares = oracles.mean_error(predictions.tolist(), targets.tolist(), power=2)
    return difference(found, [square / 2 for square in squares])


def half_gradient(library: Library, rng: Rng) -> float:
    """Compare the gradient of half the squared error with differences."""
    loss = library.trainer.HalfSquaredError()
    return loss_gradient(loss, *predictions_and_targets(rng))
