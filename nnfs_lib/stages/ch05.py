"""Chapter 5, Fused loss, on top of chapter 4.

Generated from chapters/05_fused_loss.ipynb: edit that.
"""

import math

import numpy as np

from nnfs_lib.stages import ch04 as nn
from nnfs_lib.stages.ch04 import (
    _EPSILON,
    _as_float,
    _as_numbers,
    _check_batch,
    _check_classes,
    _check_float64,
    _check_probabilities,
    _check_same_shape,
    _check_yes_or_no,
    _kept_outputs,
    _no_numbers,
    _one_hot_like,
)
from nnfs_lib.stages.ch04 import *


def _shifted(logits: np.ndarray) -> np.ndarray:
    """Return logits minus the largest of their row, (batch, classes), all finite."""
    # Stored column by column: so few numbers a row would make every sum slow.
    logits = np.asfortranarray(logits)
    largest = np.finfo(logits.dtype).max
    logits = np.minimum(np.maximum(logits, -largest / 2), largest / 2)
    below = logits - logits.max(axis=1, keepdims=True)
    # No lower than this, so that the mean of a batch doesn't overflow either.
    return np.maximum(below, -math.sqrt(largest))


class SoftmaxCategoricalCrossentropy(nn.Loss):
    """Softmax and categorical cross-entropy in one, on logits of any size.

    L_n = ln(sum_j exp(logits[n, j])) - sum_k targets[n, k] * logits[n, k], in nats;
    logits (batch, classes), targets integer labels (batch,) or rows that sum to one
    (batch, classes), such as one-hot. Raises ValueError for targets that don't fit.
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the logits' type."""
        differences, one_hot = self.prepare(logits, targets)
        logs = np.log(np.exp(differences).sum(axis=1))
        return logs - (one_hot * differences).sum(axis=1)

    def backward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return (softmax(logits) - targets) / batch, of the logits' shape."""
        differences, one_hot = self.prepare(logits, targets)
        exponentials = np.exp(differences)
        probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
        return (probabilities - one_hot) / len(one_hot)

    def value_and_gradient(
        self, logits: np.ndarray, targets: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Return `calculate` and `backward`, with every exponential taken once."""
        differences, one_hot = self.prepare(logits, targets)
        exponentials = np.exp(differences)
        sums = exponentials.sum(axis=1, keepdims=True)
        losses = np.log(sums[:, 0]) - (one_hot * differences).sum(axis=1)
        return self.mean(losses), (exponentials / sums - one_hot) / len(one_hot)

    def prepare(
        self, logits: np.ndarray, targets: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the logits less each row's largest, and one-hot targets like them."""
        owner = "SoftmaxCategoricalCrossentropy"
        logits = nn._as_float(logits, owner=owner, name="logits")
        targets = nn._as_numbers(targets, owner=owner, name="targets")
        nn._check_classes(logits, targets, owner=owner)
        return _shifted(logits), nn._one_hot_like(logits, targets)


def _as_yes_or_no(
    logits: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return both as floats of the logits' type; ValueError unless they fit.

    logits, targets: (batch, outputs), targets from 0, for no, to 1, for yes.
    """
    owner = "SigmoidBinaryCrossentropy"
    logits = nn._as_float(logits, owner=owner, name="logits")
    targets = nn._as_numbers(targets, owner=owner, name="targets")
    nn._check_same_shape(logits, targets, owner=owner)
    if targets.size and not 0 <= targets.min() <= targets.max() <= 1:
        got = f"got {targets.min()} to {targets.max()}"
        raise ValueError(f"{owner} expected targets from 0 (no) to 1 (yes), {got}.")
    return logits, targets.astype(logits.dtype)


class SigmoidBinaryCrossentropy(nn.Loss):
    """Sigmoid and binary cross-entropy in one, on logits of any size.

    L_n = mean_j(max(z, 0) - targets * z + ln(1 + exp(-|z|))), z the logits, in nats;
    logits and targets (batch, outputs), targets from 0 to 1. Raises ValueError for
    what doesn't fit.
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the logits' type."""
        logits, targets = _as_yes_or_no(logits, targets)
        # So far out, the mean of a batch doesn't overflow yet.
        limit = math.sqrt(np.finfo(logits.dtype).max)
        z = np.clip(logits, -limit, limit)
        losses = np.maximum(z, 0) - targets * z + np.log1p(np.exp(-np.abs(z)))
        return np.mean(losses, axis=1)

    def backward(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return (sigmoid(logits) - targets) / (batch * outputs), of that shape."""
        logits, targets = _as_yes_or_no(logits, targets)
        return (nn.Sigmoid().forward(logits) - targets) / logits.size


# Which loss takes the place of an output activation and the loss behind it.
FUSED: dict[tuple[type[nn.Layer], type[nn.Loss]], type[nn.Loss]] = {
    (nn.Softmax, nn.CategoricalCrossentropy): SoftmaxCategoricalCrossentropy,
    (nn.Sigmoid, nn.BinaryCrossentropy): SigmoidBinaryCrossentropy,
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
