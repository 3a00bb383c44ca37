"""Chapter 3, Loss, on top of chapter 2.

Generated from chapters/03_loss.ipynb: edit that.
"""

import numpy as np

from nnfs_lib.stages import ch02 as nn
from nnfs_lib.stages.ch02 import *
from nnfs_lib.stages.ch02 import _as_float, _as_numbers, _check_batch, _no_numbers


class Loss:
    """How wrong predictions are: training makes it small.

    `forward(predictions, targets)` returns (batch,), one value per sample, and
    `calculate` their mean; `backward(predictions, targets)` returns the gradient of
    that mean, of the predictions' shape; `value_and_gradient` returns mean and gradient
    at once. Predictions and targets never broadcast: shapes that don't fit are an
    error.
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
        return self.mean(self.forward(predictions, targets))

    def value_and_gradient(
        self, predictions: np.ndarray, targets: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Return what `calculate` and `backward` do; a loss may share work for it."""
        value = self.calculate(predictions, targets)
        return value, self.backward(predictions, targets)

    def mean(self, losses: np.ndarray) -> float:
        """Return the mean of losses (batch,); of no losses it is a ValueError."""
        if losses.size == 0:
            name = type(self).__name__
            raise ValueError(
                f"{name} got an empty batch: a mean needs at least one sample."
            )
        return float(losses.sum()) / losses.size


def _check_classes(predictions: np.ndarray, targets: np.ndarray, *, owner: str) -> None:
    """Raise a ValueError that says what to do, unless targets fit predictions.

    predictions: (batch, classes); targets: integer labels (batch,) from 0 to
    classes - 1, or one-hot rows (batch, classes).
    """
    nn._check_batch(predictions, "classes", owner=owner, name="predictions")
    batch, classes = predictions.shape
    if classes < 2:
        raise ValueError(f"{owner} needs 2 classes or more: 1 is for the binary one.")
    if targets.shape == predictions.shape:
        sums_to_one = np.abs(targets.sum(axis=1) - 1) < 1e-3
        wrong = ~(sums_to_one & (targets >= 0).all(axis=1))
        if wrong.any():
            got = f"got the row {targets[wrong][0]}"
            raise ValueError(f"{owner} expected one-hot rows, which sum to 1, {got}.")
    elif targets.shape != (batch,):
        flat = targets.size == batch
        advice = "labels are targets.reshape(-1)" if flat else "one for each sample"
        expected = f"shape ({batch},), or one-hot {predictions.shape}"
        got = f"got {targets.shape}: {advice}"
        raise ValueError(f"{owner} expected targets of {expected}, {got}.")
    elif targets.dtype.kind not in "iu":
        whole = np.all(targets == np.floor(targets))
        advice = "use targets.astype(int)" if whole else "a label is a whole number"
        got = f"got {targets.dtype}: {advice}"
        raise ValueError(f"{owner} expected integer labels, {got}.")
    elif batch and not 0 <= targets.min() <= targets.max() < classes:
        got = f"got {targets.min()} to {targets.max()}: there are {classes} classes"
        raise ValueError(f"{owner} expected labels 0 to {classes - 1}, {got}.")


def _check_probabilities(predictions: np.ndarray, *, owner: str, missing: str) -> None:
    """Raise a ValueError unless predictions lie from 0 to 1, give or take 0.001.

    missing: the activation that was probably forgotten, for the message. NaN passes:
    where a network has come to that, its loss should show it.
    """
    if predictions.size == 0:
        return
    low, high = predictions.min(), predictions.max()
    if low < -1e-3 or high > 1 + 1e-3:
        got = f"got {low:g} to {high:g}: is the {missing} missing?"
        raise ValueError(f"{owner} expected probabilities from 0 to 1, {got}")


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
        owner = "CategoricalCrossentropy"
        predictions = nn._as_float(predictions, owner=owner, name="predictions")
        targets = nn._as_numbers(targets, owner=owner, name="targets")
        _check_classes(predictions, targets, owner=owner)
        _check_probabilities(predictions, owner=owner, missing="softmax")
        logs = np.log(np.clip(predictions, _EPSILON, 1))
        if targets.ndim == 1:
            log_likelihoods = logs[np.arange(len(targets)), targets]
        else:
            log_likelihoods = np.sum(targets * logs, axis=1, dtype=logs.dtype)
        # 0 - x instead of -x: so a perfect prediction costs 0.0 and not -0.0.
        return 0 - log_likelihoods


def _check_same_shape(
    predictions: np.ndarray, targets: np.ndarray, *, owner: str
) -> None:
    """Raise a ValueError that says what to do, unless both are (batch, outputs)."""
    nn._check_batch(predictions, "outputs", owner=owner, name="predictions")
    if targets.shape != predictions.shape:
        # Alike but for axes of size 1?
        fits = np.squeeze(predictions).shape == np.squeeze(targets).shape
        advice = (
            f"use targets.reshape{predictions.shape}" if fits else "one for each output"
        )
        expected = f"the predictions' shape {predictions.shape}, got {targets.shape}"
        raise ValueError(f"{owner} expected targets of {expected}: {advice}.")


def _check_yes_or_no(
    predictions: np.ndarray, targets: np.ndarray, *, owner: str
) -> None:
    """Raise a ValueError that says what to do, unless both fit a yes-or-no question.

    Both are (batch, outputs) and lie between 0, for no, and 1, for yes.
    """
    _check_same_shape(predictions, targets, owner=owner)
    _check_probabilities(predictions, owner=owner, missing="sigmoid")
    if targets.size and not 0 <= targets.min() <= targets.max() <= 1:
        got = f"got {targets.min()} to {targets.max()}"
        raise ValueError(f"{owner} expected targets from 0 (no) to 1 (yes), {got}.")


class BinaryCrossentropy(Loss):
    """The surprise at each yes or no, for predictions that are probabilities of yes.

    L_n = -mean_j(targets * ln(predictions) + (1 - targets) * ln(1 - predictions)), in
    nats; predictions and targets (batch, outputs), targets from 0 to 1. Raises
    ValueError for what doesn't fit.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        owner = "BinaryCrossentropy"
        predictions = nn._as_float(predictions, owner=owner, name="predictions")
        targets = nn._as_numbers(targets, owner=owner, name="targets")
        _check_yes_or_no(predictions, targets, owner=owner)
        yes = np.log(np.clip(predictions, _EPSILON, 1))
        no = np.log(np.clip(1 - predictions, _EPSILON, 1))
        targets = targets.astype(yes.dtype)
        return 0 - np.mean(targets * yes + (1 - targets) * no, axis=1)


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
        if right.size == 0:
            name = type(self).__name__
            raise ValueError(
                f"{name} got an empty batch: a mean needs at least one sample."
            )
        return float(right.sum()) / right.size


class CategoricalAccuracy(Accuracy):
    """The share of samples whose highest score is at the true class.

    Predictions (batch, classes), probabilities or logits; targets labels (batch,) or
    one-hot rows.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return True for each sample that is right, (batch,)."""
        owner = "CategoricalAccuracy"
        predictions = nn._as_numbers(predictions, owner=owner, name="predictions")
        targets = nn._as_numbers(targets, owner=owner, name="targets")
        _check_classes(predictions, targets, owner=owner)
        labels = targets if targets.ndim == 1 else np.argmax(targets, axis=1)
        return np.equal(np.argmax(predictions, axis=1), labels)


class BinaryAccuracy(Accuracy):
    """The share of yes-or-no answers that are right; above one half is a yes.

    Predictions and targets (batch, outputs), predictions as probabilities.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the share of right outputs of each sample, (batch,)."""
        owner = "BinaryAccuracy"
        predictions = nn._as_numbers(predictions, owner=owner, name="predictions")
        targets = nn._as_numbers(targets, owner=owner, name="targets")
        _check_yes_or_no(predictions, targets, owner=owner)
        return np.mean(np.equal(predictions > 0.5, targets > 0.5), axis=1)


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
