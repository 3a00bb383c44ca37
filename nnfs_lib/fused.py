"""Fused, built in chapter 5.

Generated from the chapters: edit them, not this file.
"""

import math

import numpy as np

from nnfs_lib.activations import Sigmoid, Softmax
from nnfs_lib.checks import _as_answers, _as_classes
from nnfs_lib.layers import Layer
from nnfs_lib.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    _one_hot_like,
)

__all__ = ["FUSED", "SigmoidBinaryCrossentropy", "SoftmaxCategoricalCrossentropy"]


class SoftmaxCategoricalCrossentropy(Loss):
    """Softmax and categorical cross-entropy in one, on logits of any size.

    L_n = ln(sum_j exp(logits[n, j])) - sum_k targets[n, k] * logits[n, k], in nats;
    logits (batch, classes), targets integer labels (batch,) or rows that sum to one
    (batch, classes), such as one-hot. Raises ValueError for targets that don't fit.

    Built in chapter 5.
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the logits' type."""
        logits, targets = _as_classes(self, logits, targets)
        z = _shifted(logits)
        one_hot = _one_hot_like(z, targets)
        return np.log(np.exp(z).sum(axis=1)) - (one_hot * z).sum(axis=1)

    def backward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return (softmax(logits) - targets) / batch, of the logits' shape."""
        logits, targets = _as_classes(self, logits, targets)
        exponentials = np.exp(_shifted(logits))
        one_hot = _one_hot_like(exponentials, targets)
        probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
        return (probabilities - one_hot) / len(logits)

    def value_and_gradient(
        self, logits: np.ndarray, targets: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Return `calculate` and `backward`, with every exponential taken once."""
        logits, targets = _as_classes(self, logits, targets)
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


class SigmoidBinaryCrossentropy(Loss):
    """Sigmoid and binary cross-entropy in one, on logits of any size.

    L_n = mean_j(max(z, 0) - targets * z + ln(1 + exp(-|z|))), z the logits, in nats;
    logits and targets (batch, outputs), targets from 0 to 1. Raises ValueError for
    what doesn't fit.

    Built in chapter 5.
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the logits' type."""
        logits, targets = _as_answers(self, logits, targets)
        # So far out, the mean of a batch doesn't overflow yet.
        limit = math.sqrt(np.finfo(logits.dtype).max)
        z = np.clip(logits, -limit, limit)
        losses = np.maximum(z, 0) - targets * z + np.log1p(np.exp(-np.abs(z)))
        return losses.mean(axis=1)

    def backward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return (sigmoid(logits) - targets) / (batch * outputs), of that shape."""
        logits, targets = _as_answers(self, logits, targets)
        return (Sigmoid().forward(logits) - targets) / logits.size


# Which loss takes the place of an output activation and the loss behind it.
FUSED: dict[tuple[type[Layer], type[Loss]], type[Loss]] = {
    (Softmax, CategoricalCrossentropy): SoftmaxCategoricalCrossentropy,
    (Sigmoid, BinaryCrossentropy): SigmoidBinaryCrossentropy,
}
