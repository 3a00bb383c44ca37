"""A neural network library, built chapter by chapter with nothing but NumPy.

Generated from the chapters: edit them, not this file.

- activations: Linear, ReLU, Sigmoid, Softmax, as_float
- datasets: sine_data, spiral_data
- fused: FUSED, SigmoidBinaryCrossentropy, SoftmaxCategoricalCrossentropy, as_yes_or_no,
  shifted
- gradients: check_float64, check_gradient, check_layer, check_loss, numerical_gradient
- initializers: Initializer, constant, draw_weights, glorot_uniform, he_normal, normal,
  small_normal
- layers: Dense, Dropout, Layer, as_strengths, check_batch, check_sizes, kept_outputs,
  penalty, penalty_gradient
- losses: EPSILON, BinaryCrossentropy, CategoricalCrossentropy, Loss, MeanAbsoluteError,
  MeanSquaredError, check_classes, check_probabilities, check_same_shape,
  check_yes_or_no, one_hot_like, signed_errors
- metrics: Accuracy, BinaryAccuracy, CategoricalAccuracy, RegressionAccuracy
- optimizers: SGD, Adagrad, Adam, Optimizer, Resumable, RMSprop, as_epsilon, as_share,
  check_pairs, check_state, divide_by_root, parameters_of, running_mean
"""

from nnfs_lib.activations import Linear, ReLU, Sigmoid, Softmax, as_float
from nnfs_lib.datasets import sine_data, spiral_data
from nnfs_lib.fused import (
    FUSED,
    SigmoidBinaryCrossentropy,
    SoftmaxCategoricalCrossentropy,
    as_yes_or_no,
    shifted,
)
from nnfs_lib.gradients import (
    check_float64,
    check_gradient,
    check_layer,
    check_loss,
    numerical_gradient,
)
from nnfs_lib.initializers import (
    Initializer,
    constant,
    draw_weights,
    glorot_uniform,
    he_normal,
    normal,
    small_normal,
)
from nnfs_lib.layers import (
    Dense,
    Dropout,
    Layer,
    as_strengths,
    check_batch,
    check_sizes,
    kept_outputs,
    penalty,
    penalty_gradient,
)
from nnfs_lib.losses import (
    EPSILON,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    check_classes,
    check_probabilities,
    check_same_shape,
    check_yes_or_no,
    one_hot_like,
    signed_errors,
)
from nnfs_lib.metrics import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    RegressionAccuracy,
)
from nnfs_lib.optimizers import (
    SGD,
    Adagrad,
    Adam,
    Optimizer,
    Resumable,
    RMSprop,
    as_epsilon,
    as_share,
    check_pairs,
    check_state,
    divide_by_root,
    parameters_of,
    running_mean,
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
    "Initializer",
    "Layer",
    "Linear",
    "Loss",
    "MeanAbsoluteError",
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
    "as_strengths",
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
    "check_sizes",
    "check_state",
    "check_yes_or_no",
    "constant",
    "divide_by_root",
    "draw_weights",
    "glorot_uniform",
    "he_normal",
    "kept_outputs",
    "normal",
    "numerical_gradient",
    "one_hot_like",
    "parameters_of",
    "penalty",
    "penalty_gradient",
    "running_mean",
    "shifted",
    "signed_errors",
    "sine_data",
    "small_normal",
    "spiral_data",
]
