"""A neural network library, built chapter by chapter with nothing but NumPy.

Generated from the chapters: edit them, not this file.

- activations: ReLU, Sigmoid, Softmax, as_float
- datasets: spiral_data
- fused: FUSED, SigmoidBinaryCrossentropy, SoftmaxCategoricalCrossentropy, as_yes_or_no,
  shifted
- gradients: check_float64, check_gradient, check_layer, check_loss, numerical_gradient
- layers: Dense, Layer, check_batch, kept_outputs
- losses: EPSILON, BinaryCrossentropy, CategoricalCrossentropy, Loss, check_classes,
  check_probabilities, check_same_shape, check_yes_or_no, one_hot_like
- metrics: Accuracy, BinaryAccuracy, CategoricalAccuracy
- optimizers: SGD, Adagrad, Adam, Optimizer, Resumable, RMSprop, as_epsilon, as_share,
  check_pairs, check_state, divide_by_root, parameters_of, running_mean
"""

from nnfs_lib.activations import ReLU, Sigmoid, Softmax, as_float
from nnfs_lib.datasets import spiral_data
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
from nnfs_lib.layers import Dense, Layer, check_batch, kept_outputs
from nnfs_lib.losses import (
    EPSILON,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    check_classes,
    check_probabilities,
    check_same_shape,
    check_yes_or_no,
    one_hot_like,
)
from nnfs_lib.metrics import Accuracy, BinaryAccuracy, CategoricalAccuracy
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
    "Layer",
    "Loss",
    "Optimizer",
    "RMSprop",
    "ReLU",
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
    "kept_outputs",
    "numerical_gradient",
    "one_hot_like",
    "parameters_of",
    "running_mean",
    "shifted",
    "spiral_data",
]
