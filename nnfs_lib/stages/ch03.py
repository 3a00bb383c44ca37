"""Chapter 3, Loss, on top of chapter 2.

Generated from chapters/03_loss.ipynb: edit that.
"""

import numpy as np

from nnfs_lib.stages import ch02 as nn
from nnfs_lib.stages.ch02 import *


class Loss:
    """How wrong predictions are: training makes it small.

    `forward(predictions, targets)` returns (batch,), one value per sample, and
    `calculate` their mean; `backward(predictions, targets)` returns the gradient of
    that mean, of the predictions' shape. Predictions and targets never broadcast:
    shapes that don't fit are an error.
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
    """
    nn.check_batch(predictions, owner=owner, name="predictions")
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
    """Raise a ValueError that says what to do, unless both are (batch, outputs)."""
    nn.check_batch(predictions, owner=owner, name="predictions")
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


class Accuracy:
    """How often predictions are right: for people to read, not for training.

    `compare(predictions, targets)` returns (batch,), the share of each sample that is
    right; `calculate` returns their mean.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return how right each sample is, (batch,), from 0 to 1."""
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no compare: define compare(self, predictions, targets)."
        )

    def calculate(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return the share of right answers; an empty batch is a ValueError."""
        right = self.compare(predictions, targets)
        if right.size == 0:
            name = type(self).__name__
            raise ValueError(
                f"{name} got an empty batch: a mean needs at least one sample."
            )
        return float(np.mean(right))


class CategoricalAccuracy(Accuracy):
    """The share of samples whose highest score is at the true class.

    Predictions (batch, classes), probabilities or logits; targets labels (batch,) or
    one-hot rows.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return True for each sample that is right, (batch,)."""
        predictions, targets = np.asarray(predictions), np.asarray(targets)
        check_classes(predictions, targets, owner="CategoricalAccuracy")
        labels = targets if targets.ndim == 1 else np.argmax(targets, axis=1)
        return np.equal(np.argmax(predictions, axis=1), labels)


class BinaryAccuracy(Accuracy):
    """The share of yes-or-no answers that are right; above one half is a yes.

    Predictions and targets (batch, outputs).
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the share of each sample's outputs that are right, (batch,)."""
        predictions, targets = np.asarray(predictions), np.asarray(targets)
        check_same_shape(predictions, targets, owner="BinaryAccuracy")
        return np.mean(np.equal(predictions > 0.5, targets > 0.5), axis=1)


__all__ = [
    "EPSILON",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "Dense",
    "Layer",
    "Loss",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "check_batch",
    "check_classes",
    "check_same_shape",
    "spiral_data",
]
