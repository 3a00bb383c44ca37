"""A neural network library, built chapter by chapter with nothing but NumPy.

Generated from the chapters: edit them, not this file.

- activations: Linear, ReLU, Sigmoid, Softmax, Tanh
- callbacks: EarlyStopping
- datasets: batches, load_fashion_mnist, load_image_folders, load_mnist, sine_data,
  spiral_data
- fused: FUSED, SigmoidBinaryCrossentropy, SoftmaxCategoricalCrossentropy
- gradients: check_gradient, check_layer, check_loss, numerical_gradient
- history: History
- initializers: constant, glorot_uniform, he_normal, normal
- layers: Dense, Dropout, Flatten, Layer, Rescaling
- losses: BinaryCrossentropy, CategoricalCrossentropy, Loss, MeanAbsoluteError,
  MeanSquaredError
- metrics: Accuracy, BinaryAccuracy, CategoricalAccuracy, RegressionAccuracy
- model: Model
- optimizers: SGD, Adagrad, Adam, Optimizer, RMSprop, parameters_of
"""

from nnfs_lib.activations import Linear, ReLU, Sigmoid, Softmax, Tanh
from nnfs_lib.callbacks import EarlyStopping
from nnfs_lib.datasets import (
    batches,
    load_fashion_mnist,
    load_image_folders,
    load_mnist,
    sine_data,
    spiral_data,
)
from nnfs_lib.fused import (
    FUSED,
    SigmoidBinaryCrossentropy,
    SoftmaxCategoricalCrossentropy,
)
from nnfs_lib.gradients import (
    check_gradient,
    check_layer,
    check_loss,
    numerical_gradient,
)
from nnfs_lib.history import History
from nnfs_lib.initializers import constant, glorot_uniform, he_normal, normal
from nnfs_lib.layers import Dense, Dropout, Flatten, Layer, Rescaling
from nnfs_lib.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
)
from nnfs_lib.metrics import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    RegressionAccuracy,
)
from nnfs_lib.model import Model
from nnfs_lib.optimizers import SGD, Adagrad, Adam, Optimizer, RMSprop, parameters_of

__all__ = [
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
    "EarlyStopping",
    "Flatten",
    "History",
    "Layer",
    "Linear",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Model",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "RegressionAccuracy",
    "Rescaling",
    "Sigmoid",
    "SigmoidBinaryCrossentropy",
    "Softmax",
    "SoftmaxCategoricalCrossentropy",
    "Tanh",
    "batches",
    "check_gradient",
    "check_layer",
    "check_loss",
    "constant",
    "glorot_uniform",
    "he_normal",
    "load_fashion_mnist",
    "load_image_folders",
    "load_mnist",
    "normal",
    "numerical_gradient",
    "parameters_of",
    "sine_data",
    "spiral_data",
]
