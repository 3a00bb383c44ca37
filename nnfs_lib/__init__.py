"""A neural network library, built chapter by chapter with nothing but NumPy.

Generated from the chapters: edit them, not this file.

- activations: Linear, ReLU, Sigmoid, Softmax, as_float
- datasets: sine_data, spiral_data
- fused: FUSED, SigmoidBinaryCrossentropy, SoftmaxCategoricalCrossentropy, as_yes_or_no,
  shifted
- gradients: check_float64, check_gradient, check_layer, check_loss, numerical_gradient
- initializers: SMALL, Initializer, constant, glorot_uniform, he_normal, normal
- layers: Dense, Dropout, Layer, as_strength, check_batch, kept_outputs, penalty,
  penalty_gradient
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
    SMALL,
    Initializer,
    constant,
    glorot_uniform,
    he_normal,
    normal,
)
from nnfs_lib.layers import (
    Dense,
    Dropout,
    Layer,
    as_strength,
    check_batch,
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
    "SMALL",
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
    "as_strength",
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
    "constant",
    "divide_by_root",
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
    "spiral_data",
]
