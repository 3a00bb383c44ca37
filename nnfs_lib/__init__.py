"""A neural network library, built chapter by chapter with nothing but NumPy.

Generated from the chapters: edit them, not this file.

- activations: ReLU, Sigmoid, Softmax
- datasets: spiral_data
- layers: Dense, Layer, check_batch
- losses: EPSILON, BinaryCrossentropy, CategoricalCrossentropy, Loss, check_classes,
  check_same_shape
- metrics: Accuracy, BinaryAccuracy, CategoricalAccuracy
"""

from nnfs_lib.activations import ReLU, Sigmoid, Softmax
from nnfs_lib.datasets import spiral_data
from nnfs_lib.layers import Dense, Layer, check_batch
from nnfs_lib.losses import (
    EPSILON,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    check_classes,
    check_same_shape,
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
    "check_batch",
    "check_classes",
    "check_same_shape",
    "spiral_data",
]
