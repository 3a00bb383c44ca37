"""A neural network library, built chapter by chapter with nothing but NumPy.

Generated from the chapters: edit them, not this file.

- activations: ReLU, Sigmoid, Softmax, as_float
- datasets: spiral_data
- layers: Dense, Layer, check_batch
- losses: EPSILON, BinaryCrossentropy, CategoricalCrossentropy, Loss, check_classes,
  check_probabilities, check_same_shape, check_yes_or_no
- metrics: Accuracy, BinaryAccuracy, CategoricalAccuracy
"""

from nnfs_lib.activations import ReLU, Sigmoid, Softmax, as_float
from nnfs_lib.datasets import spiral_data
from nnfs_lib.layers import Dense, Layer, check_batch
from nnfs_lib.losses import (
    EPSILON,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    check_classes,
    check_probabilities,
    check_same_shape,
    check_yes_or_no,
)
from nnfs_lib.metrics import Accuracy, BinaryAccuracy, CategoricalAccuracy

__all__ = [
    "EPSILON",
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
    "Softmax",
    "as_float",
    "check_batch",
    "check_classes",
    "check_probabilities",
    "check_same_shape",
    "check_yes_or_no",
    "spiral_data",
]
