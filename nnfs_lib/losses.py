"""Losses, built in chapter 3.

Generated from the chapters: edit them, not this file.
"""

import numpy as np

from nnfs_lib.layers import check_batch

__all__ = [
    "EPSILON",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "check_classes",
    "check_same_shape",
]


class Loss:
    """How wrong predictions are: training makes it small.

    `forward(predictions, targets)` returns (batch,), one value per sample, and
    `calculate` their mean; `backward(predictions, targets)` returns the gradient of
    that mean, of the predictions' shape. Predictions and targets never broadcast:
    shapes that don't fit are an error.

    Built in chapter 3.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,)."""
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no forward: define forward(self, predictions, targets)."
        )

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of the mean loss, of the shape of predictions."""
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no backward: define backward(self, predictions, targets)."
        )

    def calculate(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss of the batch; an empty batch is a ValueError."""
        losses = self.forward(predictions, targets)
        if losses.size == 0:
            name = type(self).__name__
            raise ValueError(
                f"{name} got an empty batch: a mean needs at least one sample."
            )
        return float(np.mean(losses))


def check_classes(predictions: np.ndarray, targets: np.ndarray, *, owner: str) -> None:
    """Raise a ValueError that says what to do, unless targets fit predictions.

    predictions: (batch, classes); targets: integer labels (batch,) from 0 to
    classes - 1, or one-hot rows (batch, classes).

    Built in chapter 3.
    """
    check_batch(predictions, owner=owner, name="predictions")
    batch, classes = predictions.shape
    if classes < 2:
        raise ValueError(
            f"{owner} needs 2 classes or more: 1 is for BinaryCrossentropy."
        )
    if targets.shape == predictions.shape:
        return
    if targets.shape != (batch,):
        expected = (
            f"shape ({batch},), or one-hot {predictions.shape}, got {targets.shape}"
        )
        flat = targets.size == batch
        advice = "labels are targets.reshape(-1)" if flat else "one for each sample"
        raise ValueError(f"{owner} expected targets of {expected}: {advice}.")
    if not np.issubdtype(targets.dtype, np.integer):
        found = f"got {targets.dtype}: use targets.astype(int)"
        raise ValueError(f"{owner} expected integer labels, {found}.")
    if batch and not 0 <= targets.min() <= targets.max() < classes:
        found = f"got {targets.min()} to {targets.max()}: count from 0"
        raise ValueError(f"{owner} expected labels from 0 to {classes - 1}, {found}.")


# The smallest probability a loss believes in: the log of zero is infinite.
EPSILON = 1e-7


class CategoricalCrossentropy(Loss):
    """The surprise at the true class; predictions are probabilities of the classes.

    L_n = -sum_k targets[n, k] * ln(predictions[n, k]), in nats; predictions (batch,
    classes), targets integer labels (batch,) or one-hot (batch, classes). Raises
    ValueError for targets that don't fit.

    Built in chapter 3.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        predictions, targets = np.asarray(predictions), np.asarray(targets)
        check_classes(predictions, targets, owner="CategoricalCrossentropy")
        logs = np.log(np.maximum(predictions, EPSILON))
        if targets.ndim == 1:
            likelihoods = logs[np.arange(len(targets)), targets]
        else:
            likelihoods = np.sum(targets * logs, axis=1, dtype=logs.dtype)
        # 0 - x instead of -x: so a perfect prediction costs 0.0 and not -0.0.
        return 0 - likelihoods


def check_same_shape(
    predictions: np.ndarray, targets: np.ndarray, *, owner: str
) -> None:
    """Raise a ValueError that says what to do, unless both are (batch, outputs).

    Built in chapter 3.
    """
    check_batch(predictions, owner=owner, name="predictions")
    if targets.shape != predictions.shape:
        expected = f"the predictions' shape {predictions.shape}, got {targets.shape}"
        fits = targets.size == predictions.size
        advice = f"use targets.reshape{predictions.shape}" if fits else "one for each"
        raise ValueError(f"{owner} expected targets of {expected}: {advice}.")


class BinaryCrossentropy(Loss):
    """The surprise at each yes or no, for predictions that are probabilities of yes.

    L_n = -mean_j(targets * ln(predictions) + (1 - targets) * ln(1 - predictions)), in
    nats; predictions and targets (batch, outputs), targets from 0 to 1. Raises
    ValueError for targets that don't fit.

    Built in chapter 3.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        predictions, targets = np.asarray(predictions), np.asarray(targets)
        check_same_shape(predictions, targets, owner="BinaryCrossentropy")
        if targets.size and not 0 <= targets.min() <= targets.max() <= 1:
            found = f"got {targets.min()} to {targets.max()}: 0 is no, 1 is yes"
            raise ValueError(
                f"BinaryCrossentropy expected targets from 0 to 1, {found}."
            )
        yes = np.clip(predictions, EPSILON, 1 - EPSILON)
        targets = targets.astype(yes.dtype)
        return -np.mean(targets * np.log(yes) + (1 - targets) * np.log(1 - yes), axis=1)
