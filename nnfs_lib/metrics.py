"""Metrics, built in chapters 3 and 9.

Generated from the chapters: edit them, not this file.
"""

import numpy as np

from nnfs_lib.checks import _as_answers, _as_classes, _check_not_empty
from nnfs_lib.losses import _signed_errors

__all__ = ["Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "RegressionAccuracy"]


class Accuracy:
    """How often predictions are right: for people to read, not for training.

    `compare(predictions, targets)` returns (batch,), how much of each sample is right;
    `calculate` returns their mean.

    Built in chapter 3.
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

    Built in chapter 3.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return True for each sample that is right, (batch,)."""
        predictions, targets = _as_classes(self, predictions, targets)
        labels = targets if targets.ndim == 1 else targets.argmax(axis=1)
        return np.equal(predictions.argmax(axis=1), labels)


class BinaryAccuracy(Accuracy):
    """The share of yes-or-no answers that are right; above one half is a yes.

    Predictions and targets (batch, outputs), predictions as probabilities.

    Built in chapter 3.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the share of right outputs of each sample, (batch,)."""
        predictions, targets = _as_answers(self, predictions, targets, "sigmoid")
        return np.equal(predictions > 0.5, targets > 0.5).mean(axis=1)


class RegressionAccuracy(Accuracy):
    """The share of outputs that are off by no more than std(targets) / 250.

    Predictions and targets (batch, outputs). The standard deviation is that of all
    targets handed in: not batch by batch, and with outputs of one scale.

    Built in chapter 9.
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the share of right outputs of each sample, (batch,)."""
        errors = _signed_errors(predictions, targets, owner="RegressionAccuracy")
        precision = np.std(targets) / 250 if errors.size else 0.0
        return np.mean(np.abs(errors) <= precision, axis=1)
