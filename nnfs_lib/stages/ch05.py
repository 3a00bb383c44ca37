"""Chapter 5, Fused loss, on top of chapter 4.

Generated from chapters/05_fused_loss.ipynb: edit that.
"""

import math

import numpy as np

from nnfs_lib.stages import ch04 as nn
from nnfs_lib.stages.ch04 import (
    _EPSILON,
    _as_answers,
    _as_classes,
    _as_float,
    _as_numbers,
    _check_batch,
    _check_counts,
    _check_float64,
    _check_labels,
    _check_not_empty,
    _check_probabilities,
    _check_same_shape,
    _check_sizes,
    _kept_outputs,
    _no_numbers,
    _one_hot_like,
)
from nnfs_lib.stages.ch04 import *


class Loss(nn.Loss):
    """How wrong predictions are: training makes it small.

    `forward(predictions, targets)` returns (batch,), one value per sample, and
    `calculate` their mean; `backward(predictions, targets)` returns the gradient of
    that mean, of the predictions' shape; `value_and_gradient` returns mean and gradient
    at once. Predictions and targets never broadcast: shapes that don't fit are an
    error.
    """

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


# As before, on what this chapter has re-opened.
class CategoricalCrossentropy(nn.CategoricalCrossentropy, Loss): ...


class BinaryCrossentropy(nn.BinaryCrossentropy, Loss): ...


class SoftmaxCategoricalCrossentropy(Loss):
    """Softmax and categorical cross-entropy in one, on logits of any size.

    L_n = ln(sum_j exp(logits[n, j])) - sum_k targets[n, k] * logits[n, k], in nats;
    logits (batch, classes), targets integer labels (batch,) or rows that sum to one
    (batch, classes), such as one-hot. Raises ValueError for targets that don't fit.
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the logits' type."""
        logits, targets = nn._as_classes(self, logits, targets)
        z = _shifted(logits)
        one_hot = _one_hot_like(z, targets)
        return np.log(np.exp(z).sum(axis=1)) - (one_hot * z).sum(axis=1)

    def backward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return (softmax(logits) - targets) / batch, of the logits' shape."""
        logits, targets = nn._as_classes(self, logits, targets)
        exponentials = np.exp(_shifted(logits))
        one_hot = _one_hot_like(exponentials, targets)
        probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
        return (probabilities - one_hot) / len(logits)

    def value_and_gradient(
        self, logits: np.ndarray, targets: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Return `calculate` and `backward`, with every exponential taken once."""
        logits, targets = nn._as_classes(self, logits, targets)
        z = _shifted(logits)
        one_hot = _one_hot_like(z, targets)
        exponentials = np.exp(z)
        sums = exponentials.sum(axis=1, keepdims=True)
        losses = np.log(sums[:, 0]) - (one_hot * z).sum(axis=1)
        return self._mean(losses), (exponentials / sums - one_hot) / len(z)


def _shifted(logits: np.ndarray) -> np.ndarray:
    """Return logits minus the largest of their row, (batch, classes), all finite."""
    # Stored column by column: so few numbers a row would make every sum slow.
    logits = np.asfortranarray(logits)
    # No difference of two is larger than the root, and the mean of a batch is finite.
    limit = math.sqrt(np.finfo(logits.dtype).max) / 2
    if np.abs(logits).max(initial=0) > limit:
        logits = np.clip(logits, -limit, limit)
    return logits - logits.max(axis=1, keepdims=True)


def _one_hot_like(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return targets, labels or rows, as one-hot rows like the predictions."""
    if targets.ndim == 2:
        return targets.astype(predictions.dtype, copy=False)
    # A row for each class, then transposed: stored column by column, as the logits.
    classes = np.arange(predictions.shape[1])
    return (classes[:, np.newaxis] == targets).T.astype(predictions.dtype)


class SigmoidBinaryCrossentropy(Loss):
    """Sigmoid and binary cross-entropy in one, on logits of any size.

    L_n = mean_j(max(z, 0) - targets * z + ln(1 + exp(-|z|))), z the logits, in nats;
    logits and targets (batch, outputs), targets from 0 to 1. Raises ValueError for
    what doesn't fit.
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the logits' type."""
        logits, targets = nn._as_answers(self, logits, targets)
        # So far out, the mean of a batch doesn't overflow yet.
        limit = math.sqrt(np.finfo(logits.dtype).max)
        z = np.clip(logits, -limit, limit)
        losses = np.maximum(z, 0) - targets * z + np.log1p(np.exp(-np.abs(z)))
        return losses.mean(axis=1)

    def backward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return (sigmoid(logits) - targets) / (batch * outputs), of that shape."""
        logits, targets = nn._as_answers(self, logits, targets)
        return (nn.Sigmoid().forward(logits) - targets) / logits.size


# Which loss takes the place of an output activation and the loss behind it.
FUSED: dict[tuple[type[nn.Layer], type[Loss]], type[Loss]] = {
    (nn.Softmax, nn.CategoricalCrossentropy): SoftmaxCategoricalCrossentropy,
    (nn.Sigmoid, nn.BinaryCrossentropy): SigmoidBinaryCrossentropy,
}


# As before, on what this chapter has re-opened.
FUSED: dict[tuple[type[Layer], type[Loss]], type[Loss]] = {
    (Softmax, CategoricalCrossentropy): SoftmaxCategoricalCrossentropy,
    (Sigmoid, BinaryCrossentropy): SigmoidBinaryCrossentropy,
}


__all__ = [
    "FUSED",
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
    "SigmoidBinaryCrossentropy",
    "Softmax",
    "SoftmaxCategoricalCrossentropy",
    "Tanh",
    "check_gradient",
    "check_layer",
    "check_loss",
    "numerical_gradient",
    "spiral_data",
]
