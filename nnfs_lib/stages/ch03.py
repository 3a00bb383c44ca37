"""Chapter 3, Loss, on top of chapter 2.

Generated from chapters/03_loss.ipynb: edit that.
"""

import numpy as np

from nnfs_lib.stages import ch02 as nn
from nnfs_lib.stages.ch02 import *
from nnfs_lib.stages.ch02 import (
    _as_float,
    _as_numbers,
    _check_batch,
    _check_counts,
    _check_sizes,
    _no_numbers,
)


class Loss:
    """How wrong predictions are: training makes it small.

    `forward(predictions, targets)` returns (batch,), one value per sample, and
    `calculate` their mean. Predictions and targets never broadcast: shapes that don't
    fit are an error.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,)."""
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no forward: define forward(self, predictions, targets)."
        )

    def calculate(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss of the batch; an empty batch is a ValueError."""
        return self._mean(self.forward(predictions, targets))

    def _mean(self, losses: np.ndarray) -> float:
        _check_not_empty(losses, self)
        return float(losses.sum()) / losses.size


# The smallest probability a loss believes in: the log of zero is infinite.
_EPSILON = 1e-7


class CategoricalCrossentropy(Loss):
    """The surprise at the true class; predictions are probabilities of the classes.

    L_n = -sum_k targets[n, k] * ln(predictions[n, k]), in nats; predictions (batch,
    classes), targets integer labels (batch,) or one-hot (batch, classes). Raises
    ValueError for targets that don't fit.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        predictions, targets = _as_classes(self, predictions, targets, "softmax")
        logs = np.log(np.clip(predictions, _EPSILON, 1))
        if targets.ndim == 1:
            log_likelihoods = logs[np.arange(len(targets)), targets]
        else:
            log_likelihoods = (targets * logs).sum(axis=1)
        return -log_likelihoods


def _as_classes(
    asker: object, predictions: np.ndarray, targets: np.ndarray, after: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions as floats, and labels, or rows of the predictions' type.

    Raises a ValueError that says what to do, unless predictions are (batch, classes)
    and targets fit them. after: the activation that makes them probabilities, if any.
    """
    owner = type(asker).__name__
    predictions = nn._as_float(predictions, owner=owner, name="predictions")
    targets = nn._as_numbers(targets, owner=owner, name="targets")
    nn._check_batch(predictions, "classes", owner=owner, name="predictions")
    if predictions.shape[1] < 2:
        raise ValueError(f"{owner} needs 2 classes or more: 1 is for the binary one.")
    if after:
        _check_probabilities(predictions, owner=owner, after=after)
    if targets.shape == predictions.shape:
        wrong = ~(np.abs(targets.sum(axis=1) - 1) < 1e-3) | ~(targets >= 0).all(axis=1)
        if wrong.any():
            got = f"got the row {targets[wrong][0]}"
            raise ValueError(f"{owner} expected one-hot rows, which sum to 1, {got}.")
        return predictions, targets.astype(predictions.dtype)
    _check_labels(targets, *predictions.shape, owner=owner)
    return predictions, targets


def _check_labels(labels: np.ndarray, batch: int, classes: int, *, owner: str) -> None:
    """Raise a ValueError unless there is a class, 0 to classes - 1, for each sample."""
    if labels.shape != (batch,):
        flat = labels.size == batch
        advice = "labels are targets.reshape(-1)" if flat else "one for each sample"
        expected = f"shape ({batch},), or one-hot {(batch, classes)}"
        got = f"got {labels.shape}: {advice}"
        raise ValueError(f"{owner} expected targets of {expected}, {got}.")
    if labels.dtype.kind not in "iu":
        whole = np.all(labels == np.floor(labels))
        advice = "use targets.astype(int)" if whole else "a label is a whole number"
        got = f"got {labels.dtype}: {advice}"
        raise ValueError(f"{owner} expected integer labels, {got}.")
    if batch and (labels.min() < 0 or labels.max() >= classes):
        got = f"got {labels.min()} to {labels.max()}: there are {classes} classes"
        raise ValueError(f"{owner} expected labels 0 to {classes - 1}, {got}.")


def _check_probabilities(predictions: np.ndarray, *, owner: str, after: str) -> None:
    """Raise a ValueError unless predictions lie from 0 to 1, give or take 0.001.

    NaN passes: where a network has come to that, its loss should show it.
    """
    low, high = predictions.min(initial=0), predictions.max(initial=1)
    if low < -1e-3 or high > 1 + 1e-3:
        expected = "expected probabilities from 0 to 1"
        got = f"got {predictions.min():g} to {predictions.max():g}"
        raise ValueError(f"{owner} {expected}, {got}: is the {after} missing?")


def _check_not_empty(values: np.ndarray, asker: object) -> None:
    """Raise a ValueError if there is nothing to take the mean of."""
    if values.size == 0:
        got = "got an empty batch: a mean needs at least one sample"
        raise ValueError(f"{type(asker).__name__} {got}.")


class BinaryCrossentropy(Loss):
    """The surprise at each yes or no, for predictions that are probabilities of yes.

    L_n = -mean_j(targets * ln(predictions) + (1 - targets) * ln(1 - predictions)), in
    nats; predictions and targets (batch, outputs), targets from 0 to 1. Raises
    ValueError for what doesn't fit.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        predictions, targets = _as_answers(self, predictions, targets, "sigmoid")
        yes = np.log(np.clip(predictions, _EPSILON, 1))
        no = np.log(np.clip(1 - predictions, _EPSILON, 1))
        return -np.mean(targets * yes + (1 - targets) * no, axis=1)


def _as_answers(
    asker: object, predictions: np.ndarray, targets: np.ndarray, after: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Return both as floats of the predictions' type, (batch, outputs).

    Raises a ValueError that says what to do, unless they have one shape and targets lie
    from 0, for no, to 1, for yes. after: as in `_as_classes`.
    """
    owner = type(asker).__name__
    predictions = nn._as_float(predictions, owner=owner, name="predictions")
    targets = nn._as_numbers(targets, owner=owner, name="targets")
    _check_same_shape(predictions, targets, owner=owner)
    if after:
        _check_probabilities(predictions, owner=owner, after=after)
    if targets.size and not (targets.min() >= 0 and targets.max() <= 1):
        got = f"got {targets.min()} to {targets.max()}"
        raise ValueError(f"{owner} expected targets from 0 (no) to 1 (yes), {got}.")
    return predictions, targets.astype(predictions.dtype)


def _check_same_shape(
    predictions: np.ndarray, targets: np.ndarray, *, owner: str
) -> None:
    """Raise a ValueError that says what to do, unless both are (batch, outputs)."""
    nn._check_batch(predictions, "outputs", owner=owner, name="predictions")
    if targets.shape != predictions.shape:
        advice = "one for each output"
        if np.squeeze(predictions).shape == np.squeeze(targets).shape:
            advice = f"use targets.reshape{predictions.shape}"
        expected = f"the predictions' shape {predictions.shape}, got {targets.shape}"
        raise ValueError(f"{owner} expected targets of {expected}: {advice}.")


class Accuracy:
    """How often predictions are right: for people to read, not for training.

    `compare(predictions, targets)` returns (batch,), how much of each sample is right;
    `calculate` returns their mean.
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
        _check_not_empty(right, self)
        return float(right.sum()) / right.size


class CategoricalAccuracy(Accuracy):
    """The share of samples whose highest score is at the true class.

    Predictions (batch, classes), probabilities or logits; targets labels (batch,) or
    one-hot rows.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return True for each sample that is right, (batch,)."""
        predictions, targets = _as_classes(self, predictions, targets)
        labels = targets if targets.ndim == 1 else targets.argmax(axis=1)
        return np.equal(predictions.argmax(axis=1), labels)


class BinaryAccuracy(Accuracy):
    """The share of yes-or-no answers that are right; above one half is a yes.

    Predictions and targets (batch, outputs), predictions as probabilities.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the share of right outputs of each sample, (batch,)."""
        predictions, targets = _as_answers(self, predictions, targets, "sigmoid")
        return np.equal(predictions > 0.5, targets > 0.5).mean(axis=1)


__all__ = [
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
    "Tanh",
    "spiral_data",
]
