"""A small network in training: what the playground shows, without its picture."""

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np

import nnfs_lib as nn
from bookkit.toys import toy_data

# name -> the layer, and the start of the weights that fits it
ACTIVATIONS: dict[str, tuple[type[nn.Layer], Callable[..., np.ndarray]]] = {
    "ReLU": (nn.ReLU, nn.he_normal),
    "Sigmoid": (nn.Sigmoid, nn.glorot_uniform),
}
OPTIMIZERS: dict[str, Callable[[float], nn.Optimizer]] = {
    "SGD": nn.SGD,
    "SGD with momentum": lambda rate: nn.SGD(rate, momentum=0.9),
    "Adagrad": nn.Adagrad,
    "RMSprop": nn.RMSprop,
    "Adam": nn.Adam,
}


class Training:
    """A data set, a network and an optimizer: `advance` trains, `measure` says how well.

    The network has `depth` hidden layers of `width` neurons, each with its activation and,
    where asked, dropout. Classes are learned by the softmax's fused loss, the sine by the mean
    squared error. The seed is the network's; the data set is the same for every seed. Same
    settings, same bits.
    """

    def __init__(
        self,
        *,
        data: str = "spiral 3",
        noise: float = 0.0,
        depth: int = 2,
        width: int = 8,
        activation: str | type[nn.Layer] = "ReLU",
        learning_rate: float = 0.03,
        optimizer: str = "Adam",
        l1: float = 0.0,
        l2: float = 0.0,
        dropout: float = 0.0,
        seed: int = 0,
        dense: Callable[..., Any] = nn.Dense,
    ) -> None:
        """Make the data and a fresh network.

        activation: a name of ACTIVATIONS, or a layer class of your own. dense: the class of the
        dense layers, made as dense(n_inputs, n_neurons); their weights are drawn here.
        """
        depth = _whole("depth", depth, least=0)
        width = _whole("width", width, least=1)
        _check_strengths(l1=l1, l2=l2, dropout=dropout)
        if optimizer not in OPTIMIZERS:
            choice = f"take one of {list(OPTIMIZERS)}"
            raise ValueError(f"There is no optimizer {optimizer!r}: {choice}.")
        make_activation, start = _activation(activation)
        data_set = toy_data(data, noise=noise)
        self.X_train, self.y_train, self.X_test, self.y_test = data_set
        self.regression = self.y_train.ndim == 2
        self.loss: nn.Loss = nn.SoftmaxCategoricalCrossentropy()
        self.accuracy: nn.Accuracy = nn.CategoricalAccuracy()
        n_outputs = 1 if self.regression else int(self.y_train.max()) + 1
        if self.regression:
            self.loss, self.accuracy = nn.MeanSquaredError(), nn.RegressionAccuracy()
        self.optimizer = OPTIMIZERS[optimizer](learning_rate)
        self.epoch = 0
        self.layers: list[nn.Layer] = []
        self.dense: list[Any] = []
        self._activations: list[nn.Layer] = []
        rng = np.random.default_rng(seed)
        # Only what is asked for: so that a reader's own layer need not know of penalties.
        strengths = {"weight_l1": l1, "weight_l2": l2}
        penalties = {name: strength for name, strength in strengths.items() if strength}
        sizes = [self.X_train.shape[1], *[width] * depth, n_outputs]
        for number in range(depth + 1):
            layer = dense(*sizes[number : number + 2], **penalties)
            layer.weights[...] = start(layer.weights.shape, rng, layer.weights.dtype)
            self.layers.append(layer)
            self.dense.append(layer)
            if number == depth:
                break
            self._activations.append(make_activation())
            self.layers.append(self._activations[-1])
            if dropout:
                self.layers.append(nn.Dropout(dropout, rng=rng))

    def advance(self, epochs: int = 1) -> None:
        """Train on all the data, one step of the optimizer an epoch.

        A network that diverges ends in infinities and NaN, without a warning.
        """
        epochs = _whole("epochs", epochs, least=0)
        self._train_mode(True)
        try:
            with np.errstate(all="ignore"):
                for _ in range(epochs):
                    self._step()
                    self.epoch += 1
        finally:
            self._train_mode(False)

    def measure(self) -> dict[str, float]:
        """Return loss, accuracy, test_loss and test_accuracy, without dropout or penalties."""
        found = {}
        parts = {
            "": (self.X_train, self.y_train),
            "test_": (self.X_test, self.y_test),
        }
        with np.errstate(all="ignore"):
            for part, (X, y) in parts.items():
                outputs = self._forward(X)
                found[f"{part}loss"] = self.loss.calculate(outputs, y)
                found[f"{part}accuracy"] = self.accuracy.calculate(outputs, y)
        return found

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the probabilities of the classes, (batch, classes), or the sine, (batch, 1)."""
        with np.errstate(all="ignore"):
            outputs = self._forward(X)
            return outputs if self.regression else nn.Softmax().forward(outputs)

    def hidden(self, X: np.ndarray) -> list[np.ndarray]:
        """Return what each hidden layer's activation makes of X, (batch, width) each."""
        found = []
        outputs = X
        with np.errstate(all="ignore"):
            for layer in self.layers:
                outputs = layer.forward(outputs)
                if any(layer is activation for activation in self._activations):
                    found.append(outputs)
        return found

    def _forward(self, X: np.ndarray) -> np.ndarray:
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def _step(self) -> None:
        gradient = self.loss.backward(self._forward(self.X_train), self.y_train)
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        self.optimizer.step(nn.parameters_of(self.layers))

    def _train_mode(self, training: bool) -> None:
        for layer in self.layers:
            layer.training = training


def _activation(
    activation: str | type[nn.Layer],
) -> tuple[type[nn.Layer], Callable[..., np.ndarray]]:
    """Return the activation's class and the start that fits it; a reader's own starts as ReLU."""
    if isinstance(activation, type) and issubclass(activation, nn.Layer):
        return activation, nn.he_normal
    if isinstance(activation, str) and activation in ACTIVATIONS:
        return ACTIVATIONS[activation]
    choice = f"take one of {list(ACTIVATIONS)}, or a class of your own, a Layer"
    raise ValueError(f"There is no activation {activation!r}: {choice}.")


def _whole(name: str, number: object, *, least: int) -> int:
    """Return the number as a Python int, or say that it is none or too small."""
    if isinstance(number, Integral) and int(number) >= least:
        return int(number)
    raise ValueError(f"{name} is a whole number from {least} up, got {number!r}.")


def _check_strengths(**strengths: float) -> None:
    """Raise a ValueError for a penalty or dropout that is negative, or drops everything."""
    for name, strength in strengths.items():
        if not 0 <= strength < np.inf:
            raise ValueError(f"{name} is zero or more, got {strength}: 0 is none.")
    if strengths["dropout"] >= 1:
        got = f"got {strengths['dropout']}: 0.1 drops a tenth"
        raise ValueError(f"dropout is the share dropped, below 1, {got}.")
