"""Chapter 2, Activations, on top of chapter 1.

Generated from chapters/02_activations.ipynb: edit that.
"""

import numpy as np

from nnfs_lib.stages import ch01 as nn
from nnfs_lib.stages.ch01 import *
from nnfs_lib.stages.ch01 import (
    _as_numbers,
    _check_batch,
    _check_counts,
    _check_sizes,
    _no_numbers,
)


class ReLU(nn.Layer):
    """Rectified linear unit: negative numbers become zero, the others pass.

    outputs = max(0, inputs), number by number; inputs and outputs (batch, features).
    Made popular by Nair and Hinton (2010).
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return max(0, inputs) as a new array of the same shape and type."""
        self.outputs = np.maximum(inputs, 0)
        return self.outputs


class Sigmoid(nn.Layer):
    """The logistic function: any score becomes a probability between 0 and 1.

    outputs = 1 / (1 + exp(-inputs)), number by number; inputs and outputs (batch,
    features).
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return 1 / (1 + exp(-inputs)), of the same shape; nothing overflows."""
        scores = _as_float(inputs, owner="Sigmoid")
        # exp of a negative number or zero lies between 0 and 1, whatever the score.
        small = np.exp(-np.abs(scores))
        self.outputs = np.where(scores >= 0, 1, small) / (1 + small)
        return self.outputs


def _as_float(
    array: np.ndarray, *, owner: str = "The network", name: str = "inputs"
) -> np.ndarray:
    """Return the array as floats, float32 or wider; copy it only where it must."""
    array = nn._as_numbers(array, owner=owner, name=name)
    if array.dtype.char in "fd":  # float32 and float64
        return array
    return array.astype(np.result_type(array, np.float32), copy=False)


class Tanh(nn.Layer):
    """The hyperbolic tangent: an S from -1 to 1, through zero.

    outputs = tanh(inputs), number by number; inputs and outputs (batch, features).
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return tanh(inputs), of the same shape."""
        self.outputs = np.tanh(_as_float(inputs, owner="Tanh"))
        return self.outputs


class Softmax(nn.Layer):
    """Turn each sample's scores (logits) into probabilities that sum to one.

    outputs[n, k] = exp(inputs[n, k]) / sum_j exp(inputs[n, j]); inputs and outputs
    (batch, classes). Raises ValueError unless inputs are (batch, classes). Source:
    Bridle (1990).
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the probabilities, (batch, classes), for logits of any size."""
        logits = _as_float(inputs, owner="Softmax")
        nn._check_batch(logits, "classes", owner="Softmax")
        # The difference of two such logits doesn't overflow.
        limit = np.finfo(logits.dtype).max / 2
        logits = np.clip(logits, -limit, limit)
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.outputs = exponentials / exponentials.sum(axis=1, keepdims=True)
        return self.outputs


__all__ = ["Dense", "Layer", "ReLU", "Sigmoid", "Softmax", "Tanh", "spiral_data"]
