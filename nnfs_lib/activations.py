"""Activations, built in chapters 2, 4 and 9.

Generated from the chapters: edit them, not this file.
"""

import numpy as np

from nnfs_lib.checks import _as_float, _check_batch
from nnfs_lib.layers import Layer, _kept_outputs

__all__ = ["Linear", "ReLU", "Sigmoid", "Softmax", "Tanh"]


class ReLU(Layer):
    """Rectified linear unit: negative numbers become zero, the others pass.

    outputs = max(0, inputs), number by number; inputs and outputs (batch, features).
    Made popular by Nair and Hinton (2010).

    Built in chapters 2 and 4.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return max(0, inputs) as a new array of the same shape and type."""
        self.outputs = np.maximum(inputs, 0)
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs where the inputs were positive, and 0 elsewhere."""
        outputs = _kept_outputs(self, doutputs)
        return doutputs * (outputs > 0)


class Sigmoid(Layer):
    """The logistic function: any score becomes a probability between 0 and 1.

    outputs = 1 / (1 + exp(-inputs)), number by number; inputs and outputs (batch,
    features).

    Built in chapters 2 and 4.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return 1 / (1 + exp(-inputs)), of the same shape; nothing overflows."""
        scores = _as_float(inputs, owner="Sigmoid")
        # exp of a negative number or zero lies between 0 and 1, whatever the score.
        small = np.exp(-np.abs(scores))
        self.outputs = np.where(scores >= 0, 1, small) / (1 + small)
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs * outputs * (1 - outputs)."""
        outputs = _kept_outputs(self, doutputs)
        return doutputs * outputs * (1 - outputs)


class Tanh(Layer):
    """The hyperbolic tangent: an S from -1 to 1, through zero.

    outputs = tanh(inputs), number by number; inputs and outputs (batch, features).

    Built in chapters 2 and 4.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return tanh(inputs), of the same shape."""
        self.outputs = np.tanh(_as_float(inputs, owner="Tanh"))
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs * (1 - outputs^2)."""
        outputs = _kept_outputs(self, doutputs)
        return doutputs * (1 - outputs * outputs)


class Softmax(Layer):
    """Turn each sample's scores (logits) into probabilities that sum to one.

    outputs[n, k] = exp(inputs[n, k]) / sum_j exp(inputs[n, j]); inputs and outputs
    (batch, classes). Raises ValueError unless inputs are (batch, classes). Source:
    Bridle (1990).

    Built in chapters 2 and 4.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the probabilities, (batch, classes), for logits of any size."""
        logits = _as_float(inputs, owner="Softmax")
        _check_batch(logits, "classes", owner="Softmax")
        # The difference of two such logits doesn't overflow.
        limit = np.finfo(logits.dtype).max / 2
        logits = np.clip(logits, -limit, limit)
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.outputs = exponentials / exponentials.sum(axis=1, keepdims=True)
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return outputs * (doutputs - the sum of doutputs * outputs in each row).

        That is each sample's Jacobian, diag(p) - p p^T for its outputs p, times its
        doutputs.
        """
        outputs = _kept_outputs(self, doutputs)
        means = np.sum(doutputs * outputs, axis=1, keepdims=True)
        return outputs * (doutputs - means)


class Linear(Layer):
    """The activation that changes nothing: for networks that predict numbers.

    outputs = inputs; inputs and outputs (batch, features).

    Built in chapter 9.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the inputs, as floats; copy them only where it must."""
        self.outputs = _as_float(inputs)
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs."""
        _kept_outputs(self, doutputs)
        return _as_float(doutputs)
