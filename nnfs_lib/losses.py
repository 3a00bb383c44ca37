"""Losses, built in chapters 3, 4, 5 and 9.

Generated from the chapters: edit them, not this file.
"""

import numpy as np

from nnfs_lib.checks import (
    _as_answers,
    _as_classes,
    _as_float,
    _as_numbers,
    _check_not_empty,
    _check_same_shape,
)

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
]


class Loss:
    """How wrong predictions are: training makes it small.

    `forward(predictions, targets)` returns (batch,), one value per sample, and
    `calculate` their mean; `backward(predictions, targets)` returns the gradient of
    that mean, of the predictions' shape; `value_and_gradient` returns mean and gradient
    at once. Predictions and targets never broadcast: shapes that don't fit are an
    error.

    Built in chapters 3, 4 and 5.
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

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of the mean loss, of the shape of predictions."""
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no backward: define backward(self, predictions, targets)."
        )

    def value_and_gradient(
        self, predictions: np.ndarray, targets: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Return what `calculate` and `backward` do; a loss may share work for it."""
        value = self.calculate(predictions, targets)
        return value, self.backward(predictions, targets)

    def __init_subclass__(cls) -> None:
        """Let a class with a forward, backward or calculate of its own use them."""
        own = vars(cls).keys()
        redefined = own & {"forward", "backward", "calculate"}
        if redefined and "value_and_gradient" not in own:
            # An inherited shortcut would not call them: take the long way.
            cls.value_and_gradient = Loss.value_and_gradient


# The smallest probability a loss believes in: the log of zero is infinite.
_EPSILON = 1e-7


class CategoricalCrossentropy(Loss):
    """The surprise at the true class; predictions are probabilities of the classes.

    L_n = -sum_k targets[n, k] * ln(predictions[n, k]), in nats; predictions (batch,
    classes), targets integer labels (batch,) or one-hot (batch, classes). Raises
    ValueError for targets that don't fit.

    Built in chapters 3 and 4.
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

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return -targets / predictions / batch, (batch, classes).

        Where a prediction is below EPSILON, the slope at EPSILON.
        """
        predictions, targets = _as_classes(self, predictions, targets, "softmax")
        one_hot = _one_hot_like(predictions, targets)
        return -one_hot / np.clip(predictions, _EPSILON, 1) / len(predictions)


class BinaryCrossentropy(Loss):
    """The surprise at each yes or no, for predictions that are probabilities of yes.

    L_n = -mean_j(targets * ln(predictions) + (1 - targets) * ln(1 - predictions)), in
    nats; predictions and targets (batch, outputs), targets from 0 to 1. Raises
    ValueError for what doesn't fit.

    Built in chapters 3 and 4.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        predictions, targets = _as_answers(self, predictions, targets, "sigmoid")
        yes = np.log(np.clip(predictions, _EPSILON, 1))
        no = np.log(np.clip(1 - predictions, _EPSILON, 1))
        return -np.mean(targets * yes + (1 - targets) * no, axis=1)

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return ((1 - targets) / (1 - predictions) - targets / predictions) / size.

        size is batch * outputs, as the loss is a mean over both. Where a prediction is
        within EPSILON of 0 or 1, the slope at that distance.
        """
        predictions, targets = _as_answers(self, predictions, targets, "sigmoid")
        yes = targets / np.clip(predictions, _EPSILON, 1)
        no = (1 - targets) / np.clip(1 - predictions, _EPSILON, 1)
        return (no - yes) / predictions.size


def _one_hot_like(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return targets, labels or rows, as one-hot rows like the predictions."""
    if targets.ndim == 2:
        return targets.astype(predictions.dtype, copy=False)
    # A row for each class, then transposed: stored column by column, as the logits.
    classes = np.arange(predictions.shape[1])
    return (classes[:, np.newaxis] == targets).T.astype(predictions.dtype)


def _signed_errors(
    predictions: np.ndarray, targets: np.ndarray, *, owner: str
) -> np.ndarray:
    """Return predictions - targets as floats; ValueError unless of one shape."""
    predictions = _as_float(predictions, owner=owner, name="predictions")
    targets = _as_numbers(targets, owner=owner, name="targets")
    _check_same_shape(predictions, targets, owner=owner)
    return predictions - targets.astype(predictions.dtype)


class MeanSquaredError(Loss):
    """The square of how far off each output is, for predictions that are numbers.

    L_n = mean_j (predictions[n, j] - targets[n, j])^2, in the targets' units squared;
    predictions and targets (batch, outputs). Raises ValueError for shapes that differ.
    Source: Legendre (1805).

    Built in chapter 9.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        errors = _signed_errors(predictions, targets, owner="MeanSquaredError")
        return np.mean(np.square(errors), axis=1)

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return 2 * (predictions - targets) / size, (batch, outputs).

        size is batch * outputs, as the loss is a mean over both.
        """
        errors = _signed_errors(predictions, targets, owner="MeanSquaredError")
        return errors * (2 / max(errors.size, 1))

    def value_and_gradient(
        self, predictions: np.ndarray, targets: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Return `calculate` and `backward`, with the errors taken once."""
        errors = _signed_errors(predictions, targets, owner="MeanSquaredError")
        losses = np.mean(np.square(errors), axis=1)
        return self._mean(losses), errors * (2 / errors.size)


class MeanAbsoluteError(Loss):
    """How far off each output is; a target far away from all others counts for less.

    L_n = mean_j |predictions[n, j] - targets[n, j]|, in the targets' units;
    predictions and targets (batch, outputs). Raises ValueError for shapes that differ.

    Built in chapter 9.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        errors = _signed_errors(predictions, targets, owner="MeanAbsoluteError")
        return np.mean(np.abs(errors), axis=1)

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return sign(predictions - targets) / size, (batch, outputs).

        size is batch * outputs. Where a prediction is right, the slope is taken as 0.
        """
        errors = _signed_errors(predictions, targets, owner="MeanAbsoluteError")
        return np.sign(errors) / max(errors.size, 1)
