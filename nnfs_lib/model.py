"""Model, built in chapters 10 and 11.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from nnfs_lib.activations import Softmax
from nnfs_lib.console import progress
from nnfs_lib.datasets import batches, check_count, check_samples
from nnfs_lib.fused import FUSED
from nnfs_lib.layers import Layer
from nnfs_lib.losses import Loss
from nnfs_lib.metrics import Accuracy, CategoricalAccuracy, Tally
from nnfs_lib.optimizers import Optimizer

__all__ = [
    "COUNTED_ON_LOGITS",
    "Evaluation",
    "History",
    "Model",
    "as_line",
    "check_ending",
    "check_fit",
    "check_kind",
    "describe",
    "lay_out",
    "mode",
    "views_of",
]


@dataclass
class History:
    """What a training measured: lists of floats with one entry an epoch.

    `loss` is the sum of `data_loss` and `regularization_loss`. Where an epoch is one
    full batch, its entries are the values before its update; otherwise the means over
    its samples, each as its batch found it, and the learning rate of the last step.
    What was not measured is an empty list. `interrupted` is True where a keyboard
    interrupt ended the training; the lists then hold the epochs that were finished.

    Built in chapter 10.
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


def describe(layer: Layer) -> str:
    """Return the layer's name, with the sizes of its weights where it has some.

    Built in chapter 10.
    """
    weights = getattr(layer, "weights", None)
    sizes = "" if weights is None else f"({', '.join(map(str, weights.shape))})"
    return type(layer).__name__ + sizes


@contextmanager
def mode(layers: Sequence[Layer], *, training: bool) -> Iterator[None]:
    """Let layers train, or not, while a block runs; then put things back.

    Built in chapter 10.
    """
    before = [layer.training for layer in layers]
    for layer in layers:
        layer.training = training
    try:
        yield
    finally:
        for layer, old in zip(layers, before, strict=True):
            layer.training = old


def check_fit(layers: Sequence[Layer]) -> None:
    """Raise a ValueError that names them, unless all layers fit together.

    One sample of zeros goes through them all: whoever doesn't take it, doesn't fit.

    Built in chapter 10.
    """
    trainable = [layer for layer in layers if layer.parameter_names]
    types = {getattr(each, n).dtype for each in trainable for n in each.parameter_names}
    if len(types) > 1:
        found = " and ".join(sorted(map(str, types)))
        raise ValueError(f"Model needs layers of one dtype, got {found}.")
    n_inputs = len(getattr(trainable[0], trainable[0].parameter_names[0]))
    outputs = np.zeros((1, n_inputs), dtype=types.pop())
    giver = "the network's own input"
    with mode(layers, training=False):
        for place, layer in enumerate(layers):
            name = f"layer {place}, {describe(layer)}"
            try:
                outputs = layer.forward(outputs)
            except ValueError as error:
                message = f"Model: {name}, does not fit behind {giver}: {error}"
                raise ValueError(message) from error
            if layer.parameter_names:
                giver = name


def views_of(vector: np.ndarray, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return views of a vector, one behind the other, with the shapes of the arrays.

    Built in chapter 10.
    """
    ends = np.cumsum([array.size for array in arrays])
    return [
        vector[end - array.size : end].reshape(array.shape)
        for array, end in zip(arrays, ends, strict=True)
    ]


def lay_out(
    layers: Sequence[Layer],
) -> tuple[np.ndarray, np.ndarray, list[tuple[Layer, str, np.ndarray]]]:
    """Move all parameters into one vector; make one for their gradients beside it.

    The layers' own arrays become views of the first, of the shapes and values they
    had. Returns both vectors, and for each parameter its layer, the name of its
    gradient and the view where that belongs.

    Built in chapter 10.
    """
    owners = [(layer, name) for layer in layers for name in layer.parameter_names]
    arrays = [getattr(layer, name) for layer, name in owners]
    parameters = np.concatenate(arrays, axis=None)
    gradients = np.zeros_like(parameters)
    for (layer, name), view in zip(owners, views_of(parameters, arrays), strict=True):
        setattr(layer, name, view)
    places = [
        (layer, f"d{name}", view)
        for (layer, name), view in zip(owners, views_of(gradients, arrays), strict=True)
    ]
    for layer, name, view in places:
        setattr(layer, f"{name}_view", view)
    return parameters, gradients, places


def check_kind(value: object, kind: type, *, owner: str) -> None:
    """Raise a ValueError that says what to do, unless value is an instance of kind.

    Built in chapter 10.
    """
    if not isinstance(value, kind):
        what = "the class: call it" if isinstance(value, type) else f"{value!r}"
        expected = f"an instance of a kind of {kind.__name__}"
        raise ValueError(f"{owner} expected {expected}, got {what}.")


class Evaluation(NamedTuple):
    """What `evaluate` returns; `loss, accuracy = model.evaluate(X, y)` unpacks it.

    The loss is without penalties; the accuracy is NaN where the model has none.

    Built in chapter 11.
    """

    loss: float
    accuracy: float


class Model:
    """A network, what trains it, and the training: what the book has been going for.

    `add` layers in the order in which a batch goes through them, `set` a loss, an
    optimizer and an accuracy, and `train`. After `finalize`, which `train` calls,
    `parameters` is one vector of all weights and biases and `gradients` one of their
    gradients; the layers' own arrays are views of them.

    Built in chapters 10 and 11.
    """

    def __init__(
        self,
        layers: Iterable[Layer] = (),
        *,
        rng: "np.random.Generator | int | None" = None,
    ) -> None:
        """Begin with these layers, or none; a generator or a seed shuffles batches."""
        self.layers: list[Layer] = []
        self.loss: Loss | None = None
        self.optimizer: Optimizer | None = None
        self.accuracy: Accuracy | None = None
        self.parameters, self.gradients = np.empty(0), np.empty(0)
        self.places: list[tuple[Layer, str, np.ndarray]] = []
        self.rng = np.random.default_rng(rng)
        for layer in layers:
            self.add(layer)

    def add(self, layer: Layer) -> None:
        """Put a layer behind those that are there."""
        check_kind(layer, Layer, owner="Model.add")
        if any(layer is each for each in self.layers):
            advice = "make a second one"
            raise ValueError(f"Model has this {describe(layer)} already: {advice}.")
        self.layers.append(layer)

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return what the last layer returns for a batch of inputs."""
        outputs = X
        for layer in self.layers:
            outputs = layer.forward(outputs)
        return outputs

    def regularization_loss(self) -> float:
        """Return what the parameters themselves add to the loss."""
        return sum(layer.regularization_loss() for layer in self.layers)

    def set(
        self,
        *,
        loss: Loss | None = None,
        optimizer: Optimizer | None = None,
        accuracy: Accuracy | None = None,
    ) -> None:
        """Say what to make small, by which steps, and what to count; None stays."""
        kinds = {Loss: loss, Optimizer: optimizer, Accuracy: accuracy}
        for kind, given in kinds.items():
            if given is not None:
                check_kind(given, kind, owner="Model.set")
        self.loss = loss or self.loss
        self.optimizer = optimizer or self.optimizer
        self.accuracy = accuracy or self.accuracy

    # What a step runs: all layers and the loss, or all but the last and the fused loss.
    body: Sequence[Layer] = ()
    ending: Loss | None = None

    def finalize(self) -> None:
        """Check that all fit, find the fused loss, lay out the parameters.

        Raises RuntimeError where there is nothing to train, and a ValueError that names
        two layers that don't fit. To call it again is harmless.
        """
        owners = [(each, name) for each in self.layers for name in each.parameter_names]
        if not owners:
            raise RuntimeError("Model has nothing to train: add layers, one of Dense.")
        check_fit(self.layers)
        last, loss = self.layers[-1], self.loss
        check_ending(last, loss)
        fused = FUSED.get((type(last), type(loss))) if loss else None
        self.ending = fused() if fused else loss
        self.body = self.layers[:-1] if fused else self.layers[:]
        arrays = [getattr(layer, name) for layer, name in owners]
        held = all(array.base is self.parameters for array in arrays)
        if not held or self.parameters.size != sum(array.size for array in arrays):
            self.parameters, self.gradients, self.places = lay_out(self.layers)

    def tools(self) -> tuple[Loss, Optimizer]:
        """Return what a step needs; RuntimeError where it is not there yet."""
        if self.ending is None or self.optimizer is None:
            advice = "call set(loss=..., optimizer=...), then finalize()"
            raise RuntimeError(f"Model needs a loss and an optimizer: {advice}.")
        return self.ending, self.optimizer

    def step(self, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Take a step on one batch; return its data loss and outputs from before it.

        The outputs are logits where the fused loss stands for the last layer.
        """
        ending, optimizer = self.tools()
        outputs = X
        for layer in self.body:
            outputs = layer.forward(outputs)
        value, gradient = ending.value_and_gradient(outputs, y)
        first = self.body.index(self.places[0][0])  # of the layers with parameters
        for layer in reversed(self.body[first + 1 :]):
            gradient = layer.backward(gradient)
        self.body[first].keep_gradients(gradient)
        for layer, name, view in self.places:
            if getattr(layer, name) is not view:  # by a layer that makes new arrays
                np.copyto(view, getattr(layer, name))
        optimizer.step([(self.parameters, self.gradients)])
        return value, outputs

    def train_epoch(
        self,
        X: np.ndarray,
        y: np.ndarray,
        batch_size: int | None = None,
        after_step: Callable[[int], object] = int,
    ) -> dict[str, float]:
        """Take a step on each batch; return what it found, by the history's names."""
        tally, optimizer = Tally(), self.tools()[1]
        rng = None if batch_size is None or batch_size >= len(X) else self.rng
        for X_batch, y_batch in batches(X, y, batch_size, rng):
            rate, added = optimizer.current_learning_rate, self.regularization_loss()
            value, outputs = self.step(X_batch, y_batch)
            tally.add(outputs, y_batch, data_loss=value, regularization_loss=added)
            after_step(1)
        record = tally.means()
        record["loss"] = record["data_loss"] + record["regularization_loss"]
        record["learning_rate"] = rate
        if self.accuracy:
            record["accuracy"] = self.judge(tally)
        return record

    def answers(self, outputs: np.ndarray) -> np.ndarray:
        """Return what the accuracy needs to see, given what a step returned."""
        last = self.layers[-1]
        complete = len(self.body) == len(self.layers)
        if complete or (type(last), type(self.accuracy)) in COUNTED_ON_LOGITS:
            return outputs
        return last.forward(outputs)

    def train(
        self,
        X: np.ndarray,
        y: np.ndarray,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        print_every: int = 1,
        validation_data: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> History:
        """Take a step on every batch, epoch after epoch; return what was measured.

        X: (samples, ...); y: targets as the loss wants them. Without a batch_size, an
        epoch is one step on all samples, in their order; with one, they are shuffled
        every epoch. validation_data is (X, y), evaluated after every epoch. A line is
        printed every so many epochs, and of the first and the last; 0 prints none. A
        keyboard interrupt ends the training and not the program: the model stays
        usable, and the history holds the epochs that were finished.
        """
        X, y = check_samples(X, y)
        size = len(X) if batch_size is None else batch_size
        for name, value in (("epochs", epochs), ("batch_size", size)):
            check_count(value, name, least=1)
        check_count(print_every, "print_every", least=0)
        self.finalize()
        self.tools()
        records: list[dict[str, float]] = []
        steps = epochs * -(-len(X) // size)
        with (
            suppress(KeyboardInterrupt),
            mode(self.layers, training=True),
            progress(steps, unit=" steps", shown=print_every > 0) as after_step,
        ):
            for epoch in range(1, epochs + 1):
                record = self.train_epoch(X, y, size, after_step)
                if validation_data is not None:
                    loss, accuracy = self.evaluate(*validation_data, batch_size=size)
                    record |= {"val_loss": loss}
                    record |= {"val_accuracy": accuracy} if self.accuracy else {}
                records.append(record)
                if print_every and (epoch % print_every == 0 or epoch in (1, epochs)):
                    print(as_line(epoch, epochs, record))
        return History.of(records, epochs)

    def predict(self, X: np.ndarray, *, batch_size: int | None = None) -> np.ndarray:
        """Return what the last layer returns, for X (samples, ...), as a new array.

        So many samples are computed at a time; None is all at once. Nothing is dropped.
        """
        with mode(self.layers, training=False):
            parts = [self.forward(part) for part, _ in batches(X, X, batch_size)]
        return np.concatenate(parts)

    def evaluate(
        self, X: np.ndarray, y: np.ndarray, *, batch_size: int | None = None
    ) -> Evaluation:
        """Return loss and accuracy over all samples; nothing is dropped, nor learned.

        So many samples are computed at a time; None is all at once. The results are the
        same but for rounding.
        """
        self.finalize()
        if self.ending is None:
            raise RuntimeError("Model needs a loss to evaluate: call set(loss=...).")
        tally = Tally()
        with mode(self.layers, training=False):
            for X_batch, y_batch in batches(X, y, batch_size):
                outputs = X_batch
                for layer in self.body:
                    outputs = layer.forward(outputs)
                tally.add(
                    outputs, y_batch, loss=self.ending.calculate(outputs, y_batch)
                )
            return Evaluation(tally.means()["loss"], self.judge(tally))

    def judge(self, tally: Tally) -> float:
        """Return the accuracy of all that was counted; NaN where none is set."""
        if self.accuracy is None:
            return math.nan
        outputs, targets = tally.together()
        return self.accuracy.calculate(self.answers(outputs), targets)


def check_ending(last: Layer, loss: Loss | None) -> None:
    """Raise a ValueError where a loss on logits comes behind an output activation.

    Built in chapter 10.
    """
    for (activation, plain), fused in FUSED.items():
        if type(loss) is fused and type(last) is activation:
            ways = f"without the {activation.__name__}, or loss={plain.__name__}()"
            raise ValueError(f"{fused.__name__} takes logits: use it {ways}.")


# The highest logit is the highest probability: these need no output activation.
COUNTED_ON_LOGITS: set[tuple[type[Layer], type[Accuracy]]] = {
    (Softmax, CategoricalAccuracy)
}


def as_line(epoch: int, epochs: int, record: Mapping[str, float]) -> str:
    """Return what is printed of an epoch.

    Built in chapter 10.
    """
    parts = [f"loss {record['loss']:.3f}"]
    if record["regularization_loss"]:
        data, added = record["data_loss"], record["regularization_loss"]
        parts[0] += f" (data {data:.3f} + regularization {added:.3f})"
    parts += [
        f"{words} {record[name]:.3f}"
        for name, words in (
            ("accuracy", "accuracy"),
            ("val_loss", "validation loss"),
            ("val_accuracy", "accuracy"),
        )
        if name in record
    ]
    parts.append(f"learning rate {record['learning_rate']:.3g}")
    return f"epoch {epoch:{len(str(epochs))}d}: {', '.join(parts)}"
