"""Chapter 10, Model, on top of chapter 9.

Generated from chapters/10_model.ipynb: edit that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnfs_lib.stages import ch09 as nn
from nnfs_lib.stages.ch09 import (
    _EPSILON,
    _as_answers,
    _as_classes,
    _as_float,
    _as_numbers,
    _as_setting,
    _check_batch,
    _check_counts,
    _check_float64,
    _check_labels,
    _check_not_empty,
    _check_pairs,
    _check_probabilities,
    _check_same_shape,
    _check_sizes,
    _check_state,
    _draw_weights,
    _kept_outputs,
    _no_numbers,
    _one_hot_like,
    _penalty,
    _penalty_gradient,
    _Rate,
    _shifted,
    _signed_errors,
    _strength,
)
from nnfs_lib.stages.ch09 import *


class _Network:
    """Layers, and what they are trained with: a `Model` without its training.

    All parameters lie in one vector, of which the layers' arrays are views.
    """

    def __init__(self, layers: Iterable[nn.Layer] = ()) -> None:
        """Begin with these layers, or with none."""
        self.layers: list[nn.Layer] = []
        self.loss: Any = None  # a Loss, an Optimizer and an Accuracy, once they are set
        self.optimizer: Any = None
        self.accuracy: Any = None
        self.layers_in_use: list[nn.Layer] = []  # by a step, and the loss: see finalize
        self.loss_in_use: Any = None
        self._finalized_for: list[Any] = []
        self._parameters = np.empty(0)  # and gradients, once somebody asks for them
        self._gradients = np.empty(0)
        self._places: list[_Place] = []
        for layer in layers:
            self.add(layer)

    def add(self, layer: nn.Layer) -> None:
        """Put a layer behind those that are there."""
        _check_kind(layer, nn.Layer, owner="Model.add")
        if any(layer is each for each in self.layers):
            advice = "make a second one"
            raise ValueError(f"Model has this {_describe(layer)} already: {advice}.")
        self.layers.append(layer)

    def set(
        self,
        *,
        loss: nn.Loss | None = None,
        optimizer: nn.Optimizer | None = None,
        accuracy: nn.Accuracy | None = None,
    ) -> None:
        """Say what to make small, by which steps, and what to count; None stays."""
        kinds = {nn.Loss: loss, nn.Optimizer: optimizer, nn.Accuracy: accuracy}
        for kind, given in kinds.items():
            if given is not None:
                _check_kind(given, kind, owner="Model.set")
        self.loss = self.loss if loss is None else loss
        self.optimizer = self.optimizer if optimizer is None else optimizer
        self.accuracy = self.accuracy if accuracy is None else accuracy


class Model(_Network):
    """A network, what it is trained with, and its training.

    `add` layers in the order in which a batch goes through them, `set` a loss, an
    optimizer and an accuracy, and `train`.
    """


def forward(self: _Network, X: np.ndarray) -> np.ndarray:
    """Return what the last layer returns for a batch of inputs."""
    outputs = X
    for layer in self.layers:
        outputs = layer.forward(outputs)
    return outputs


_Network.forward = forward


def regularization_loss(self: _Network) -> float:
    """Return what the parameters themselves add to the loss."""
    return sum(layer.regularization_loss() for layer in self.layers)


_Network.regularization_loss = regularization_loss


def __repr__(self: _Network) -> str:
    """Say which layers it has, and with what it is trained."""
    tools = (self.loss, self.optimizer, self.accuracy)
    names = [_describe(layer) for layer in self.layers]
    names += [type(tool).__name__ for tool in tools if tool]
    return f"Model({', '.join(names)})"


_Network.__repr__ = __repr__


def __copy__(self: _Network) -> "_Network":
    """Refuse: two models can't have the same layers."""
    raise TypeError("Two models can't share layers: use copy.deepcopy(model).")


_Network.__copy__ = __copy__


def _check_kind(value: object, kind: type, *, owner: str) -> None:
    """Raise a ValueError that says what to do, unless value is an instance of kind."""
    if not isinstance(value, kind):
        what = "the class: call it" if isinstance(value, type) else f"{value!r}"
        expected = f"an instance of {kind.__name__}"
        raise ValueError(f"{owner} expected {expected}, got {what}.")


def _describe(layer: nn.Layer) -> str:
    """Return the layer's name, with the sizes of its weights where it has some."""
    weights = getattr(layer, "weights", None)
    sizes = "" if weights is None else f"({', '.join(map(str, weights.shape))})"
    return type(layer).__name__ + sizes


def _same(one: type, other: type) -> bool:
    """Whether a class has another's methods for what a step computes."""
    names = ("forward", "backward", "calculate", "value_and_gradient")
    return all(getattr(one, name, 0) is getattr(other, name, 0) for name in names)


def _fused_for(last: nn.Layer, loss: nn.Loss) -> nn.Loss | None:
    """Return the fused loss that takes the place of both, or None."""
    for (activation, plain), fused in nn.FUSED.items():
        if _same(type(last), activation) and _same(type(loss), plain):
            return fused()
    return None


def _check_ending(
    last: nn.Layer, loss: nn.Loss, outputs: np.ndarray | None = None
) -> None:
    """Raise a ValueError where the last layer and the loss don't belong together.

    A loss on logits has no output activation before it, a loss of probabilities has
    its own. Of a layer that the library doesn't know, it looks at the outputs (batch,
    classes), where there are any: probabilities of two classes or more add up to 1.
    """
    known = (nn.Dense, nn.ReLU, nn.Linear, nn.Sigmoid, nn.Tanh, nn.Softmax)
    for (activation, plain), fused in nn.FUSED.items():
        own, name = activation.__name__, type(last).__name__
        if _same(type(loss), fused) and isinstance(last, nn.Sigmoid | nn.Softmax):
            ways = f"without the {name}"
            if isinstance(last, activation):
                ways += f", or loss={plain.__name__}()"
            raise ValueError(f"{fused.__name__} takes logits: use it {ways}.")
        without = _same(type(loss), plain) and not isinstance(last, activation)
        if without and isinstance(last, known):
            needs = f"takes probabilities, the network ends in {name}"
            raise ValueError(f"{plain.__name__} {needs}: let it end in {own}().")
    if _same(type(loss), nn.CategoricalCrossentropy) and outputs is not None:
        sums = outputs.sum(axis=-1)
        if outputs.shape[-1] < 2 or not np.allclose(sums, 1, atol=1e-3):
            needs = "takes probabilities of two classes or more that add up to 1"
            raise ValueError(f"CategoricalCrossentropy {needs}, got {outputs[0]}.")


# A parameter: its layer, its name, and the parts of both vectors that belong to it.
_Place = tuple[nn.Layer, str, np.ndarray, np.ndarray]


def _lay_out(layers: Sequence[nn.Layer]) -> tuple[np.ndarray, np.ndarray, list[_Place]]:
    """Move all parameters into one vector, and make one for their gradients.

    The layers' arrays become views of the first. Returns both, and every parameter.
    """
    owners = [(layer, name) for layer in layers for name in layer.parameter_names]
    arrays = [getattr(layer, name) for layer, name in owners]
    parameters = np.concatenate(arrays, axis=None) if arrays else np.empty(0)
    gradients = np.zeros_like(parameters)
    places, end = [], 0
    for (layer, name), array in zip(owners, arrays, strict=True):
        start, end = end, end + array.size
        values = parameters[start:end].reshape(array.shape)
        slopes = gradients[start:end].reshape(array.shape)
        setattr(layer, name, values)
        setattr(layer, f"d{name}_view", slopes)
        places.append((layer, name, values, slopes))
    return parameters, gradients, places


class Dense(nn.Dense):
    # Where a network wants the gradients; a layer on its own makes new arrays.
    dweights_view: np.ndarray | None = None
    dbiases_view: np.ndarray | None = None

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ weights + biases: (batch, n_inputs) -> (batch, n_neurons).

        Inputs and outputs are kept: don't change them.
        """
        inputs = nn._as_numbers(inputs, owner="Dense")
        nn._check_batch(inputs, len(self.weights), owner="Dense")
        self.inputs = inputs.astype(self.weights.dtype, copy=False)
        self.outputs = np.dot(self.inputs, self.weights)
        self.outputs += self.biases
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs @ weights.T, (batch, n_inputs); keep dweights and dbiases."""
        self.keep_gradients(doutputs)
        return np.dot(np.asarray(doutputs, dtype=self.weights.dtype), self.weights.T)

    def keep_gradients(self, doutputs: np.ndarray) -> None:
        """Keep dweights and dbiases; that is all a network's first layer needs.

        dweights = inputs.T @ doutputs; dbiases = ones @ doutputs, the sum of the rows;
        to both comes the gradient of their penalties.
        """
        doutputs = np.asarray(doutputs, dtype=self.weights.dtype)
        nn._kept_outputs(self, doutputs)
        ones = np.ones((1, len(doutputs)), doutputs.dtype)
        self.dweights = _product(self.inputs.T, doutputs, self.dweights_view)
        self.dbiases = _product(ones, doutputs, self.dbiases_view)
        if self.weight_l1 or self.weight_l2:
            pull = nn._penalty_gradient(self.weights, self.weight_l1, self.weight_l2)
            self.dweights += pull
        if self.bias_l1 or self.bias_l2:
            pull = nn._penalty_gradient(self.biases, self.bias_l1, self.bias_l2)
            self.dbiases += pull


def _product(left: np.ndarray, right: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """Return left @ right, in `out` unless that is for another shape or type."""
    try:
        return np.dot(left, right, out=out)
    except ValueError:  # a layer that left its network may have other weights now
        return np.dot(left, right)


def _in_two_halves(layer: nn.Layer) -> bool:
    """Whether the class that wrote a layer's backward wrote keep_gradients as well."""
    writer = next(kind for kind in type(layer).__mro__ if "backward" in vars(kind))
    return "keep_gradients" in vars(writer)


def parameters(self: _Network) -> np.ndarray:
    """All weights and biases as one vector, of which the layers' arrays are views."""
    owners = [(layer, name) for layer in self.layers for name in layer.parameter_names]
    if owners != [place[:2] for place in self._places] or any(
        getattr(layer, name).base is not self._parameters for layer, name in owners
    ):
        old = self._parameters
        self._parameters, self._gradients, self._places = _lay_out(self.layers)
        moved = self.optimizer.arrays if self.optimizer else []
        if moved and moved[0] is old and old.size == self._parameters.size:
            moved[0] = self._parameters
    return self._parameters


def keep_parameters(self: _Network, value: object) -> None:
    if value is not self._parameters:
        held = "Model.parameters is the vector whose parts the layers use"
        raise AttributeError(f"{held}: write model.parameters[...] = new.")


_Network.parameters = property(parameters, keep_parameters)


@contextmanager
def _training_mode(layers: Sequence[nn.Layer], training: bool) -> Iterator[None]:
    """Let layers train, or not, while a block runs; then put things back."""
    before = [(layer, layer.training) for layer in layers]
    try:
        for layer in layers:
            layer.training = training
        yield
    finally:
        for layer, old in before:
            layer.training = old


def _check_fit(layers: Sequence[nn.Layer]) -> np.ndarray | None:
    """Raise a ValueError that names them, unless all layers fit together.

    A sample of zeros goes through all from the first Dense on, whose number of inputs
    is known: a layer that refuses it doesn't fit. Returns what comes out at the end.
    """
    types: dict[np.dtype, str] = {}
    for place, layer in enumerate(layers):
        for name in layer.parameter_names:
            of = f"in layer {place}, {_describe(layer)}"
            types.setdefault(getattr(layer, name).dtype, of)
    if len(types) > 1:
        found = " and ".join(f"{dtype} {of}" for dtype, of in types.items())
        raise ValueError(f"Model needs layers of one dtype, got {found}.")
    dense = next((layer for layer in layers if isinstance(layer, Dense)), None)
    if dense is None:
        return None
    start = layers.index(dense)
    outputs = np.zeros((1, len(dense.weights)), dense.weights.dtype)
    giver = "the network's own input"
    with _training_mode(layers, False):
        for place, layer in enumerate(layers[start:], start):
            name = f"layer {place}, {_describe(layer)}"
            try:
                outputs = layer.forward(outputs)
            except ValueError as error:
                message = f"Model: {name}, does not fit behind {giver}: {error}"
                raise ValueError(message) from error
            if layer.parameter_names:
                giver = name
    return outputs


def finalize(self: _Network) -> None:
    """Check that all fit, and find the fused loss.

    Raises RuntimeError where there is nothing to train, and a ValueError that names
    two layers that don't fit. To call it again is harmless.
    """
    if not any(layer.parameter_names for layer in self.layers):
        advice = "add layers, at least one Dense"
        raise RuntimeError(f"Model has nothing to train: {advice}.")
    outputs = _check_fit(self.layers)
    last = self.layers[-1]
    # What a step runs: all layers and the loss, or all but the last and the fused.
    self.layers_in_use, self.loss_in_use = [*self.layers], self.loss
    if self.loss:
        _check_ending(last, self.loss, outputs)
        if fused := _fused_for(last, self.loss):
            self.layers_in_use, self.loss_in_use = self.layers[:-1], fused
    self._finalized_for = [*self.layers, self.loss]


_Network.finalize = finalize


def summary(self: _Network) -> None:
    """Print every layer with the number of its parameters, and what it trains with."""
    total = 0
    for place, layer in enumerate(self.layers):
        count = sum(getattr(layer, name).size for name in layer.parameter_names)
        total += count
        print(f"{place:3d}  {_describe(layer):24s} {count:12,d}")
    print(f"     {'all parameters':24s} {total:12,d}")
    for tool in ("loss", "optimizer", "accuracy"):
        kind = type(getattr(self, tool)).__name__
        print(f"     {tool:24s} {'-' if kind == 'NoneType' else kind}")


_Network.summary = summary


def _backpropagate(
    self: _Network, X: np.ndarray, y: np.ndarray
) -> tuple[float, np.ndarray]:
    """Fill the gradients; return the data loss of a batch, and its outputs."""
    self.parameters  # asking for them lays them out in one vector
    outputs = X
    for layer in self.layers_in_use:
        outputs = layer.forward(outputs)
    value, gradient = self.loss_in_use.value_and_gradient(outputs, y)
    first: Any = next(layer for layer in self.layers if layer.parameter_names)
    for layer in reversed(self.layers_in_use):
        if layer is first:
            break
        gradient = layer.backward(gradient)
    if _in_two_halves(first):
        first.keep_gradients(gradient)
    else:
        first.backward(gradient)
    for layer, name, _, slopes in self._places:
        found: Any = getattr(layer, f"d{name}", None)
        if found is not slopes:  # by a layer that makes new arrays
            if np.shape(found) != slopes.shape:
                needs = f"has to keep d{name} of shape {slopes.shape}"
                raise ValueError(f"{_describe(layer)} {needs}, got {found!r}.")
            slopes[...] = found
    return value, outputs


_Network._backpropagate = _backpropagate


def step(self: _Network, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Take a step on one batch; return its data loss and outputs from before it.

    The outputs are logits where the fused loss stands for the last layer.
    """
    self._check_tools("loss", "optimizer")
    value, outputs = self._backpropagate(X, y)
    self.optimizer.step([(self._parameters, self._gradients)])
    return value, outputs


_Network.step = step


def gradients(self: _Network, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the gradient of the loss, penalties included, and move nothing.

    It is a vector, in the order of `parameters`. Layers are in the mode they are in:
    dropout drops only while `train` runs.
    """
    self._check_tools("loss")
    self._backpropagate(X, y)
    return self._gradients.copy()


_Network.gradients = gradients


def _check_tools(self: _Network, *names: str) -> None:
    """Finalize if need be; RuntimeError where what a step needs is not there yet."""
    missing = [f"{name}=..." for name in names if getattr(self, name) is None]
    if missing:
        advice = f"call set({', '.join(missing)}) first"
        raise RuntimeError(f"Model is not ready: {advice}.")
    if self._finalized_for != [*self.layers, self.loss]:
        self.finalize()


_Network._check_tools = _check_tools


def _answers(self: _Network, outputs: np.ndarray) -> np.ndarray:
    """Return what the accuracy needs to see, given what a step returned."""
    if len(self.layers_in_use) == len(self.layers):
        return outputs
    # The highest logit is the highest probability: no need for the softmax.
    if type(self.accuracy).compare is nn.CategoricalAccuracy.compare:
        return outputs
    return self.layers[-1].forward(outputs)


_Network._answers = _answers


@dataclass
class History:
    """What a training measured: lists of floats with one entry an epoch.

    `loss` is the sum of `data_loss` and `regularization_loss`. Where an epoch is one
    full batch, its entries are the values before its update; otherwise the means over
    its samples, each as its batch found it, and the learning rate of the last step.
    What was not measured is an empty list. `interrupted` is True where a keyboard
    interrupt ended the training; the lists then hold the epochs that were finished.
    """

    loss: list[float] = field(default_factory=list)
    data_loss: list[float] = field(default_factory=list)
    regularization_loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    interrupted: bool = False

    def append(self, record: Mapping[str, float]) -> None:
        """Add what an epoch has measured, by the names of the lists."""
        for name, value in record.items():
            getattr(self, name).append(value)


def _short(value: float) -> str:
    """Return a number with three decimals; with three digits if small or large."""
    return f"{value:.3f}" if 0.1 <= abs(value) < 1000 else f"{value:.3g}"


def _as_line(epoch: int, epochs: int, record: Mapping[str, float]) -> str:
    """Return what is printed of an epoch."""
    parts = [f"loss {_short(record['loss'])}"]
    if record["regularization_loss"]:
        data, added = record["data_loss"], record["regularization_loss"]
        parts[0] += f" (data {_short(data)} + regularization {_short(added)})"
    if "accuracy" in record:
        parts.append(f"accuracy {record['accuracy']:.3f}")
    if "val_loss" in record:
        parts.append(f"validation loss {_short(record['val_loss'])}")
    if "val_accuracy" in record:
        parts.append(f"validation accuracy {record['val_accuracy']:.3f}")
    parts.append(f"learning rate {record['learning_rate']:.3g}")
    return f"epoch {epoch:{len(str(epochs))}d}: {', '.join(parts)}"


def _check_samples(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays of numbers; ValueError unless equally long, not empty."""
    X = nn._as_numbers(X, owner="The network", name="X")
    y = nn._as_numbers(y, owner="The network", name="y")
    lengths = [len(array) if array.ndim else None for array in (X, y)]
    if lengths[0] is None or lengths[0] != lengths[1]:
        got = f"got shapes {X.shape} and {y.shape}"
        raise ValueError(f"X and y need one length, a target for each sample, {got}.")
    if not len(X):
        raise ValueError("X and y need at least one sample, got none.")
    return X, y


def _check_count(value: int, name: str, *, least: int) -> int:
    """Return value as an int; ValueError unless it is whole, and not below `least`."""
    if not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} is a whole number from {least} on, got {value!r}.")
    return int(value)


def _train_epoch(self: Model, X: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Take a step on all samples; return what it found, by the history's names."""
    rate = self.optimizer.current_learning_rate
    penalties = self.regularization_loss()
    value, outputs = self.step(X, y)
    record = {"loss": value + penalties, "data_loss": value}
    record |= {"regularization_loss": penalties, "learning_rate": rate}
    if self.accuracy:
        record["accuracy"] = self.accuracy.calculate(self._answers(outputs), y)
    return record


Model._train_epoch = _train_epoch


def train(
    self: Model, X: np.ndarray, y: np.ndarray, *, epochs: int = 1, print_every: int = 1
) -> History:
    """Take one step an epoch, on all samples; return what was measured.

    X: (samples, ...); y: targets as the loss wants them. A line is printed every so
    many epochs, and of the first and the last; 0 prints none. A keyboard interrupt
    ends the training and not the program: the model stays usable, and the history
    holds the epochs that were finished.
    """
    X, y = _check_samples(X, y)
    epochs = _check_count(epochs, "epochs", least=1)
    print_every = _check_count(print_every, "print_every", least=0)
    self._check_tools("loss", "optimizer")
    history = History()
    try:
        with _training_mode(self.layers, True):
            for epoch in range(1, epochs + 1):
                record = self._train_epoch(X, y)
                history.append(record)
                if print_every and (epoch % print_every == 0 or epoch in (1, epochs)):
                    print(_as_line(epoch, epochs, record))
    except KeyboardInterrupt:
        history.interrupted = True
    return history


Model.train = train


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
    "Sigmoid",
    "SigmoidBinaryCrossentropy",
    "Softmax",
    "SoftmaxCategoricalCrossentropy",
    "Tanh",
    "check_gradient",
    "check_layer",
    "check_loss",
    "constant",
    "glorot_uniform",
    "he_normal",
    "normal",
    "numerical_gradient",
    "parameters_of",
    "sine_data",
    "spiral_data",
]
