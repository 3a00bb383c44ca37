"""What the coming chapters will add to nnfs_lib, for the playground, until they do.

Every public name of nnfs_lib is here, with what it will have after chapter 9: what is written
for `from bookkit import ahead as nn` will work with `import nnfs_lib as nn`. The library goes
before: tests/bookkit/test_ahead.py fails as soon as nnfs_lib has what still stands here.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

import nnfs_lib as nn
from nnfs_lib import (
    EPSILON,
    FUSED,
    SGD,
    Accuracy,
    Adagrad,
    Adam,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    Layer,
    Loss,
    Optimizer,
    ReLU,
    Resumable,
    RMSprop,
    Sigmoid,
    SigmoidBinaryCrossentropy,
    Softmax,
    SoftmaxCategoricalCrossentropy,
    as_epsilon,
    as_float,
    as_share,
    as_yes_or_no,
    check_batch,
    check_classes,
    check_float64,
    check_gradient,
    check_layer,
    check_loss,
    check_pairs,
    check_probabilities,
    check_same_shape,
    check_state,
    check_yes_or_no,
    divide_by_root,
    kept_outputs,
    numerical_gradient,
    one_hot_like,
    parameters_of,
    running_mean,
    shifted,
    spiral_data,
)

__all__ = [
    "EPSILON",
    "FUSED",
    "SGD",
    "Accuracy",
    "Adagrad",
    "Adam",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "Dense",
    "Dropout",
    "Layer",
    "Linear",
    "Loss",
    "MeanSquaredError",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "RegressionAccuracy",
    "Resumable",
    "Sigmoid",
    "SigmoidBinaryCrossentropy",
    "Softmax",
    "SoftmaxCategoricalCrossentropy",
    "as_epsilon",
    "as_float",
    "as_share",
    "as_yes_or_no",
    "check_batch",
    "check_classes",
    "check_float64",
    "check_gradient",
    "check_layer",
    "check_loss",
    "check_pairs",
    "check_probabilities",
    "check_same_shape",
    "check_state",
    "check_yes_or_no",
    "divide_by_root",
    "glorot_uniform",
    "he_normal",
    "kept_outputs",
    "normal",
    "numerical_gradient",
    "one_hot_like",
    "parameters_of",
    "running_mean",
    "shifted",
    "spiral_data",
]

Initializer = Callable[[tuple[int, ...], np.random.Generator, DTypeLike], np.ndarray]


def normal(scale: float) -> Initializer:
    """Return an initializer that draws from N(0, scale^2)."""

    def draw(
        shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike
    ) -> np.ndarray:
        return (scale * rng.standard_normal(shape)).astype(dtype)

    return draw


def he_normal(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw from N(0, 2 / n_inputs), for layers before a ReLU (He et al., 2015)."""
    return normal(math.sqrt(2 / shape[0]))(shape, rng, dtype)


def glorot_uniform(
    shape: tuple[int, ...], rng: np.random.Generator, dtype: DTypeLike
) -> np.ndarray:
    """Draw from -r to r, r = sqrt(6 / (n_inputs + n_neurons)) (Glorot and Bengio, 2010)."""
    limit = math.sqrt(6 / (shape[0] + shape[1]))
    return rng.uniform(-limit, limit, shape).astype(dtype)


SMALL = normal(0.01)


class Dense(nn.Dense):
    """A dense layer that may pay for large parameters.

    The penalty is weight_l1 * sum|weights| + weight_l2 * sum(weights^2), and the same of the
    biases; `backward` adds its gradient to `dweights` and `dbiases`.
    """

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        *,
        weight_l1: float = 0.0,
        weight_l2: float = 0.0,
        bias_l1: float = 0.0,
        bias_l2: float = 0.0,
        initializer: Initializer = SMALL,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        """Draw the weights by `initializer` from `rng`; biases are zero."""
        # The library's checks; its weights are replaced, so the generator is not handed over.
        super().__init__(n_inputs, n_neurons, rng=0, dtype=dtype)
        if not min(weight_l1, weight_l2, bias_l1, bias_l2) >= 0:
            raise ValueError("Dense needs penalties of zero or more; 0.0 is none.")
        self.weights = initializer(
            (n_inputs, n_neurons), np.random.default_rng(rng), dtype
        )
        self.weight_l1, self.weight_l2 = float(weight_l1), float(weight_l2)
        self.bias_l1, self.bias_l2 = float(bias_l1), float(bias_l2)

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs; keep dweights and dbiases, the penalties' gradients included.

        Those are l1 * sign(w) + 2 * l2 * w.
        """
        dinputs = super().backward(doutputs)
        for gradient, parameter, l1, l2 in (
            (self.dweights, self.weights, self.weight_l1, self.weight_l2),
            (self.dbiases, self.biases, self.bias_l1, self.bias_l2),
        ):
            if l1:
                gradient += l1 * np.sign(parameter)
            if l2:
                gradient += 2 * l2 * parameter
        return dinputs

    def penalty(self) -> float:
        """Return what the layer's parameters cost, the regularization loss."""
        return float(
            self.weight_l1 * np.sum(np.abs(self.weights))
            + self.weight_l2 * np.sum(np.square(self.weights))
            + self.bias_l1 * np.sum(np.abs(self.biases))
            + self.bias_l2 * np.sum(np.square(self.biases))
        )


class Linear(Layer):
    """The activation that changes nothing: for the output of a regression."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the inputs, as a new array."""
        return np.array(inputs)

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs, as a new array."""
        return np.array(doutputs)


class Dropout(Layer):
    """Drop a share `rate` of the numbers while training, and scale the others up for it.

    Inverted: what stays is divided by 1 - rate, so the expectation is the input itself.
    Source: Srivastava et al. (2014).
    """

    def __init__(
        self, rate: float, *, rng: "np.random.Generator | int | None" = None
    ) -> None:
        """Take the share to drop, from 0 to below 1, and a generator or a seed."""
        if not 0 <= rate < 1:
            advice = f"got {rate}: 0.1 drops a tenth"
            raise ValueError(f"Dropout needs a rate from 0 to below 1, {advice}.")
        self.rate = float(rate)
        self.rng = np.random.default_rng(rng)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the inputs, in training a share `rate` of them as 0, the others scaled up."""
        inputs = as_float(inputs)
        self.scale = np.ones_like(inputs)
        if self.training:
            stays = self.rng.random(inputs.shape) >= self.rate
            self.scale *= stays / (1 - self.rate)
        self.outputs = inputs * self.scale
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs, dropped and scaled as the inputs were."""
        kept_outputs(self, doutputs)
        return doutputs * self.scale


class MeanSquaredError(Loss):
    """The square of how far off each output is: L_n = mean_j (predictions - targets)^2.

    Predictions and targets (batch, outputs); shapes that differ are a ValueError.
    """

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,), in the predictions' type."""
        return np.mean(np.square(self._errors(predictions, targets)), axis=1)

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return 2 * (predictions - targets) / (batch * outputs)."""
        errors = self._errors(predictions, targets)
        return 2 * errors / errors.size

    def _errors(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        predictions, targets = as_float(predictions), np.asarray(targets)
        check_same_shape(predictions, targets, owner="MeanSquaredError")
        return predictions - targets.astype(predictions.dtype)


class RegressionAccuracy(Accuracy):
    """The share of outputs that are off by no more than std(targets) / 250.

    Predictions and targets (batch, outputs).
    """

    def compare(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the share of right outputs of each sample, (batch,)."""
        predictions, targets = as_float(predictions), as_float(targets)
        check_same_shape(predictions, targets, owner="RegressionAccuracy")
        precision = np.std(targets) / 250 if targets.size else 0.0
        return np.mean(np.abs(predictions - targets) <= precision, axis=1)
