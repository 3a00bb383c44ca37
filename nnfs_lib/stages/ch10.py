"""Chapter 10, Model, on top of chapter 9.

Generated from chapters/10_model.ipynb: edit that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from nnfs_lib.stages import ch09 as nn
from nnfs_lib.stages.ch09 import (
    _EPSILON,
    _as_float,
    _as_numbers,
    _as_strengths,
    _as_yes_or_no,
    _check_batch,
    _check_classes,
    _check_float64,
    _check_pairs,
    _check_probabilities,
    _check_same_shape,
    _check_sizes,
    _check_state,
    _check_yes_or_no,
    _draw_weights,
    _Initializer,
    _kept_outputs,
    _no_numbers,
    _one_hot_like,
    _penalty,
    _penalty_gradient,
    _shifted,
    _signed_errors,
    _small_normal,
)
from nnfs_lib.stages.ch09 import *


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


class Model:
    """A network, what it is trained with, and its training.

    `add` layers in the order in which a batch goes through them, `set` a loss, an
    optimizer and an accuracy, and `train`. After `finalize`, which `train` calls,
    `parameters` is one vector of all weights and biases and `gradients` one of their
    gradients; the layers' own arrays are views of them.
    """

    def __init__(self, layers: Iterable[nn.Layer] = ()) -> None:
        """Begin with these layers, or with none."""
        self.layers: list[nn.Layer] = []
        self.loss: nn.Loss | None = None
        self.optimizer: nn.Optimizer | None = None
        self.accuracy: nn.Accuracy | None = None
        self._parameters, self._gradients = np.empty(0), np.empty(0)
        self.places: list[tuple[nn.Layer, str, np.ndarray]] = []
        # What a step runs: all layers and the loss, or all but the last and the fused.
        self.body: Sequence[nn.Layer] = ()
        self.ending: nn.Loss | None = None
        for layer in layers:
            self.add(layer)

    def add(self, layer: nn.Layer) -> None:
        """Put a layer behind those that are there."""
        _check_kind(layer, nn.Layer, owner="Model.add")
        if any(layer is each for each in self.layers):
            advice = "make a second one"
            raise ValueError(f"Model has this {_describe(layer)} already: {advice}.")
        self.layers.append(layer)
        self.ending = None  # for finalize to choose anew

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return what the last layer returns for a batch of inputs."""
        outputs = X
        for layer in self.layers:
            outputs = layer.forward(outputs)
        return outputs

    def regularization_loss(self) -> float:
        """Return what the parameters themselves add to the loss."""
        return sum(layer.regularization_loss() for layer in self.layers)

    @property
    def parameters(self) -> np.ndarray:
        """All weights and biases as one vector, of which the layers have views."""
        return self._parameters

    @parameters.setter
    def parameters(self, value: np.ndarray) -> None:
        _check_same(self._parameters, value, "parameters")

    @property
    def gradients(self) -> np.ndarray:
        """The gradients of the last step, in the order of the parameters."""
        return self._gradients

    @gradients.setter
    def gradients(self, value: np.ndarray) -> None:
        _check_same(self._gradients, value, "gradients")

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Make a copy whole: its layers' arrays become views of its own vector."""
        vars(self).update(state)
        if self.places:
            self._parameters, self._gradients, self.places = _lay_out(self.layers)
            self._gradients[...] = state["_gradients"]

    def __copy__(self) -> "Model":
        """Refuse: two models can't have the same layers."""
        raise TypeError("Two models can't share layers: use copy.deepcopy(model).")

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
        self.ending = None if loss else self.ending  # for finalize to choose anew
        self.loss = loss or self.loss
        self.optimizer = optimizer or self.optimizer
        self.accuracy = accuracy or self.accuracy


def _check_ending(
    last: nn.Layer, loss: nn.Loss | None, outputs: np.ndarray | None = None
) -> None:
    """Raise a ValueError where the last layer and the loss don't belong together.

    A loss on logits has no output activation before it, a loss of probabilities has
    its own. Of a layer that the library doesn't know, it looks at the outputs (batch,
    classes), where there are any: probabilities of two classes or more add up to 1.
    """
    known = (nn.Dense, nn.ReLU, nn.Linear, nn.Sigmoid, nn.Softmax)
    for (activation, plain), fused in nn.FUSED.items():
        own, name = activation.__name__, type(last).__name__
        if type(loss) is fused and isinstance(last, nn.Sigmoid | nn.Softmax):
            ways = f"without the {name}"
            if isinstance(last, activation):
                ways += f", or loss={plain.__name__}()"
            raise ValueError(f"{fused.__name__} takes logits: use it {ways}.")
        without = type(loss) is plain and not isinstance(last, activation)
        if without and isinstance(last, known):
            needs = f"takes probabilities, the network ends in {name}"
            raise ValueError(f"{plain.__name__} {needs}: let it end in {own}().")
    if type(loss) is nn.CategoricalCrossentropy and outputs is not None:
        sums = outputs.sum(axis=-1)
        if outputs.shape[-1] < 2 or not np.allclose(sums, 1, atol=1e-3):
            needs = "takes probabilities of two classes or more that add up to 1"
            raise ValueError(f"CategoricalCrossentropy {needs}, got {outputs[0]}.")


# The highest logit is the highest probability: these need no output activation.
_COUNTED_ON_LOGITS: set[tuple[type[nn.Layer], type[nn.Accuracy]]] = {
    (nn.Softmax, nn.CategoricalAccuracy)
}


def _views_of(vector: np.ndarray, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return views of a vector, one behind the other, with the shapes of the arrays."""
    ends = np.cumsum([array.size for array in arrays])
    return [
        vector[end - array.size : end].reshape(array.shape)
        for array, end in zip(arrays, ends, strict=True)
    ]


def _lay_out(
    layers: Sequence[nn.Layer],
) -> tuple[np.ndarray, np.ndarray, list[tuple[nn.Layer, str, np.ndarray]]]:
    """Move all parameters into one vector; make one for their gradients beside it.

    The layers' own arrays become views of the first, of the shapes and values they
    had. Returns both vectors, and for each parameter its layer, the name of its
    gradient and the view where that belongs.
    """
    owners = [(layer, name) for layer in layers for name in layer.parameter_names]
    arrays = [getattr(layer, name) for layer, name in owners]
    parameters = np.concatenate(arrays, axis=None)
    gradients = np.zeros_like(parameters)
    for (layer, name), view in zip(owners, _views_of(parameters, arrays), strict=True):
        setattr(layer, name, view)
    places = [
        (layer, f"d{name}", view)
        for (layer, name), view in zip(
            owners, _views_of(gradients, arrays), strict=True
        )
    ]
    for layer, name, view in places:
        setattr(layer, f"{name}_view", view)
    return parameters, gradients, places


class Dense(nn.Dense):
    # Where a network wants the gradients; a layer on its own makes new arrays.
    dweights_view: np.ndarray | None = None
    dbiases_view: np.ndarray | None = None

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
        self.dweights = np.dot(self.inputs.T, doutputs, out=self.dweights_view)
        self.dbiases = np.dot(ones, doutputs, out=self.dbiases_view)
        if self.weight_l1 or self.weight_l2:
            gradient = nn._penalty_gradient(
                self.weights, self.weight_l1, self.weight_l2
            )
            self.dweights += gradient
        if self.bias_l1 or self.bias_l2:
            self.dbiases += nn._penalty_gradient(
                self.biases, self.bias_l1, self.bias_l2
            )


def _shortcut(part: Any, base: type, name: str, *replaced: str) -> Callable[..., Any]:
    """Return the part's method of that name, if it still does what it replaces.

    Otherwise, where a subclass has redefined one of the methods that it `replaced`,
    return that of the base class, which calls them.
    """
    order = type(part).__mro__  # the class itself, the one it derives from, and so on

    def place(method: str) -> int:
        return next(n for n, each in enumerate(order) if method in vars(each))

    if all(place(name) <= place(method) for method in replaced):
        return getattr(part, name)
    return partial(getattr(base, name), part)


@contextmanager
def _mode(layers: Sequence[nn.Layer], *, training: bool) -> Iterator[None]:
    """Let layers train, or not, while a block runs; then put things back."""
    before = [layer.training for layer in layers]
    try:
        for layer in layers:
            layer.training = training
        yield
    finally:
        for layer, old in zip(layers, before, strict=True):
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
    with _mode(layers, training=False):
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


def _check_same(vector: np.ndarray, value: object, name: str) -> None:
    """Raise an AttributeError that says what to write, unless value is the vector."""
    if value is not vector:
        first = "" if vector.size else "call finalize(), then "
        held = f"Model.{name} is the vector whose parts the layers use"
        raise AttributeError(f"{held}: {first}write model.{name}[...] = new.")


def finalize(self: Model) -> None:
    """Check that all fit, find the fused loss, lay out the parameters.

    Raises RuntimeError where there is nothing to train, and a ValueError that names
    two layers that don't fit. To call it again is harmless.
    """
    owners = [(each, name) for each in self.layers for name in each.parameter_names]
    if not owners:
        raise RuntimeError(
            "Model has nothing to train: add layers, at least one Dense."
        )
    last, loss = self.layers[-1], self.loss
    _check_ending(last, loss, _check_fit(self.layers))
    fused = nn.FUSED.get((type(last), type(loss))) if loss else None
    self.ending = fused() if fused else loss
    self.body = self.layers[:-1] if fused else self.layers[:]
    # The same parameters in the same order, and all still in the vector?
    held = [(layer, name[1:]) for layer, name, _ in self.places] == owners
    arrays = [getattr(layer, name) for layer, name in owners]
    if not held or any(each.base is not self.parameters for each in arrays):
        self._parameters, self._gradients, self.places = _lay_out(self.layers)
    first, ending = owners[0][0], self.ending
    self.keep_first = _shortcut(first, nn.Layer, "keep_gradients", "backward")
    if ending:
        name, replaced = "value_and_gradient", ("forward", "backward")
        self.measure = _shortcut(ending, nn.Loss, name, *replaced)


Model.finalize = finalize


def run_body(self: Model, X: np.ndarray) -> np.ndarray:
    """Return what the loss takes: logits where the fused one stands at the end."""
    outputs = X
    for layer in self.body:
        outputs = layer.forward(outputs)
    return outputs


Model.run_body = run_body


def tools(self: Model) -> tuple[nn.Loss, nn.Optimizer]:
    """Return what a step needs; RuntimeError where it is not there yet."""
    if self.ending is None or self.optimizer is None:
        parts = {"loss": self.loss, "optimizer": self.optimizer}
        missing = [f"{name}=..." for name, part in parts.items() if part is None]
        advice = f"set({', '.join(missing)})" if missing else "finalize() comes first"
        raise RuntimeError(f"Model has nothing to take a step with: {advice}.")
    return self.ending, self.optimizer


Model.tools = tools


def step(self: Model, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Take a step on one batch; return its data loss and outputs from before it.

    The outputs are logits where the fused loss stands for the last layer.
    """
    optimizer = self.tools()[1]
    if any(
        getattr(layer, name[1:]).base is not self.parameters
        for layer, name, _ in self.places
    ):
        raise RuntimeError("Model's parameters have left their vector: finalize().")
    outputs = self.run_body(X)
    value, gradient = self.measure(outputs, y)
    first = self.body.index(self.places[0][0])  # of the layers with parameters
    for layer in reversed(self.body[first + 1 :]):
        gradient = layer.backward(gradient)
    self.keep_first(gradient)
    for layer, name, view in self.places:
        found: Any = getattr(layer, name, None)
        if found is not view:  # by a layer that makes new arrays
            if np.shape(found) != view.shape:
                needs = f"has to keep {name} of shape {view.shape}"
                raise ValueError(f"{_describe(layer)} {needs}, got {found!r}.")
            np.copyto(view, found)
    optimizer.step([(self.parameters, self.gradients)])
    return value, outputs


Model.step = step


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

    @classmethod
    def of(cls, records: Sequence[Mapping[str, float]], epochs: int) -> "History":
        """Return the history of a training that was to have so many epochs."""
        history = cls(interrupted=len(records) < epochs)
        for name in records[0] if records else ():
            setattr(history, name, [record[name] for record in records])
        return history


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
    """Return both as arrays; ValueError unless they are equally long, and not empty.

    Both have to hold real numbers; what y may be beyond that, the loss knows.
    """
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


def train_epoch(self: Model, X: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Take a step on all samples; return what it found, by the history's names."""
    rate, added = self.tools()[1].current_learning_rate, self.regularization_loss()
    value, outputs = self.step(X, y)
    record = {"loss": value + added, "data_loss": value}
    record |= {"regularization_loss": added, "learning_rate": rate}
    if self.accuracy:
        record["accuracy"] = self.accuracy.calculate(self.answers(outputs), y)
    return record


Model.train_epoch = train_epoch


def answers(self: Model, outputs: np.ndarray) -> np.ndarray:
    """Return what the accuracy needs to see, given what a step returned."""
    last = self.layers[-1]
    complete = len(self.body) == len(self.layers)
    if complete or (type(last), type(self.accuracy)) in _COUNTED_ON_LOGITS:
        return outputs
    return last.forward(outputs)


Model.answers = answers


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
    self.finalize()
    self.tools()
    records: list[dict[str, float]] = []
    with suppress(KeyboardInterrupt), _mode(self.layers, training=True):
        for epoch in range(1, epochs + 1):
            records.append(self.train_epoch(X, y))
            if print_every and (epoch % print_every == 0 or epoch in (1, epochs)):
                print(_as_line(epoch, epochs, records[-1]))
    return History.of(records, epochs)


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
