"""Model, built in chapters 10, 11 and 13.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nnfs_lib.console import _progress
from nnfs_lib.datasets import _check_count, _check_finite, _check_samples, batches
from nnfs_lib.files import _VERSION, _cannot_load, _pack, _read_packed, _write_whole
from nnfs_lib.fused import FUSED
from nnfs_lib.history import History, _as_line
from nnfs_lib.layers import Layer
from nnfs_lib.losses import Loss
from nnfs_lib.metrics import Accuracy, _Tally
from nnfs_lib.optimizers import Optimizer
from nnfs_lib.saving import (
    _CLASSES,
    _fill,
    _fitting,
    _model_to_config,
    _training_to_config,
)
from nnfs_lib.wiring import (
    _COUNTED_ON_LOGITS,
    _check_ending,
    _check_fit,
    _check_kind,
    _check_same,
    _describe,
    _lay_out,
    _mode,
    _shortcut,
)

__all__ = ["Model"]


class _Evaluation(NamedTuple):
    """What `evaluate` returns; `loss, accuracy = model.evaluate(X, y)` unpacks it.

    The loss is without penalties; the accuracy is NaN where the model has none.

    Built in chapter 11.
    """

    loss: float
    accuracy: float


class Model:
    """A network, what it is trained with, and its training.

    `add` layers in the order in which a batch goes through them, `set` a loss, an
    optimizer and an accuracy, and `train`. After `finalize`, which `train` calls,
    `parameters` is one vector of all weights and biases and `gradients` one of their
    gradients; the layers' own arrays are views of them.

    Built in chapters 10, 11 and 13.
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
        self._parameters, self._gradients = np.empty(0), np.empty(0)
        self.places: list[tuple[Layer, str, np.ndarray]] = []
        # What a step runs: all layers and the loss, or all but the last and the fused.
        self.body: Sequence[Layer] = ()
        self.ending: Loss | None = None
        self.rng = np.random.default_rng(rng)
        for layer in layers:
            self.add(layer)

    def add(self, layer: Layer) -> None:
        """Put a layer behind those that are there."""
        _check_kind(layer, Layer, owner="Model.add")
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
        loss: Loss | None = None,
        optimizer: Optimizer | None = None,
        accuracy: Accuracy | None = None,
    ) -> None:
        """Say what to make small, by which steps, and what to count; None stays."""
        kinds = {Loss: loss, Optimizer: optimizer, Accuracy: accuracy}
        for kind, given in kinds.items():
            if given is not None:
                _check_kind(given, kind, owner="Model.set")
        self.ending = None if loss else self.ending  # for finalize to choose anew
        self.loss = loss or self.loss
        self.optimizer = optimizer or self.optimizer
        self.accuracy = accuracy or self.accuracy

    def finalize(self) -> None:
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
        fused = FUSED.get((type(last), type(loss))) if loss else None
        self.ending = fused() if fused else loss
        self.body = self.layers[:-1] if fused else self.layers[:]
        # The same parameters in the same order, and all still in the vector?
        held = [(layer, name[1:]) for layer, name, _ in self.places] == owners
        arrays = [getattr(layer, name) for layer, name in owners]
        if not held or any(each.base is not self.parameters for each in arrays):
            self._parameters, self._gradients, self.places = _lay_out(self.layers)
        first, ending = owners[0][0], self.ending
        self.keep_first = _shortcut(first, Layer, "keep_gradients", "backward")
        if ending:
            name, replaced = "value_and_gradient", ("forward", "backward")
            self.measure = _shortcut(ending, Loss, name, *replaced)

    def run_body(self, X: np.ndarray) -> np.ndarray:
        """Return what the loss takes: logits where the fused one stands at the end."""
        outputs = X
        for layer in self.body:
            outputs = layer.forward(outputs)
        return outputs

    def tools(self) -> tuple[Loss, Optimizer]:
        """Return what a step needs; RuntimeError where it is not there yet."""
        if self.ending is None or self.optimizer is None:
            parts = {"loss": self.loss, "optimizer": self.optimizer}
            missing = [f"{name}=..." for name, part in parts.items() if part is None]
            advice = f"set({', '.join(missing)})" if missing else "finalize() comes first"
            raise RuntimeError(f"Model has nothing to take a step with: {advice}.")
        return self.ending, self.optimizer

    def step(self, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
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

    def train_epoch(
        self,
        X: np.ndarray,
        y: np.ndarray,
        batch_size: int | None = None,
        after_step: Callable[[int], object] = int,
    ) -> dict[str, float]:
        """Take a step on each batch; return what it found, by the history's names."""
        tally, optimizer = _Tally(keep=self.accuracy is not None), self.tools()[1]
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
        if complete or (type(last), type(self.accuracy)) in _COUNTED_ON_LOGITS:
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
        every epoch. validation_data is (X, y), evaluated after every epoch. Prints a
        line every so many epochs, and of the first and the last; for 0, none. A
        keyboard interrupt ends the training: model and finished epochs are there.
        """
        X, y = _check_samples(X, y)
        size = len(X) if batch_size is None else batch_size
        epochs = _check_count(epochs, "epochs", least=1)
        size = _check_count(size, "batch_size", least=1)
        print_every = _check_count(print_every, "print_every", least=0)
        self.finalize()
        self.try_out((X, y))
        if validation_data is not None:
            self.try_out(validation_data)
        records: list[dict[str, float]] = []
        total = epochs * -(-len(X) // size)
        with (
            suppress(KeyboardInterrupt),
            _mode(self.layers, training=True),
            _progress(total, unit=" steps", shown=print_every > 0) as after_step,
        ):
            for epoch in range(1, epochs + 1):
                record = self.train_epoch(X, y, size, after_step)
                if validation_data is not None:
                    loss, accuracy = self.evaluate(*validation_data, batch_size=size)
                    record |= {"val_loss": loss}
                    record |= {"val_accuracy": accuracy} if self.accuracy else {}
                records.append(record)
                if print_every and (epoch % print_every == 0 or epoch in (1, epochs)):
                    print(_as_line(epoch, epochs, record))
        return History.of(records, epochs)

    def predict(self, X: np.ndarray, *, batch_size: int | None = None) -> np.ndarray:
        """Return what the last layer returns, for X (samples, ...), as a new array.

        So many samples are computed at a time; None is all at once. Nothing is dropped.
        """
        with _mode(self.layers, training=False):
            parts = [self.forward(part) for part, _ in batches(X, X, batch_size)]
        return np.concatenate(parts)

    def evaluate(
        self, X: np.ndarray, y: np.ndarray, *, batch_size: int | None = None
    ) -> _Evaluation:
        """Return loss and accuracy over all samples; nothing is dropped, nor learned.

        So many samples are computed at a time; None is all at once. The results are the
        same but for rounding.
        """
        self.finalize()
        if self.ending is None:
            raise RuntimeError("Model needs a loss to evaluate: call set(loss=...).")
        tally = _Tally(keep=self.accuracy is not None)
        with _mode(self.layers, training=False):
            for X_batch, y_batch in batches(X, y, batch_size):
                outputs = self.run_body(X_batch)
                loss = self.ending.calculate(outputs, y_batch)
                tally.add(outputs, y_batch, loss=loss)
            return _Evaluation(tally.means()["loss"], self.judge(tally))

    def judge(self, tally: _Tally) -> float:
        """Return the accuracy of all that was counted; NaN where none is set."""
        if self.accuracy is None:
            return math.nan
        outputs, targets = tally.together()
        return self.accuracy.calculate(self.answers(outputs), targets)

    def try_out(self, data: Sequence[np.ndarray]) -> None:
        """Raise an error now, and not later, where (X, y) or a target doesn't fit."""
        if not isinstance(data, tuple | list) or len(data) != 2:
            raise ValueError("validation_data is a pair: (X, y).")
        X, y = _check_samples(*data)
        for array, name in ((X, "X"), (y, "y")):
            _check_finite(array, name)
        with _mode(self.layers, training=False):
            outputs = self.run_body(X[:1])
            size = max(1, 1_000_000 // outputs.size)  # a million numbers at a time
            for start in range(0, len(y), size):
                part = y[start : start + size]
                every = np.broadcast_to(outputs, (len(part), *outputs.shape[1:]))
                self.tools()[0].calculate(every, part)
                if self.accuracy:
                    self.accuracy.calculate(self.answers(every), part)

    def get_parameters(self) -> list[tuple[np.ndarray, ...]]:
        """Return copies: (weights, biases) of each trainable layer, first to last."""
        return [
            tuple(getattr(layer, name).copy() for name in layer.parameter_names)
            for layer in self.layers
            if layer.parameter_names
        ]

    def set_parameters(self, parameters: Iterable[Sequence[np.ndarray]]) -> None:
        """Take what `get_parameters` of a like model returned, in copies.

        Raises ValueError unless every array fits; then nothing has changed.
        """
        layers = [layer for layer in self.layers if layer.parameter_names]
        try:
            given = [tuple(each) for each in parameters]
        except TypeError as error:
            got = f"got {parameters!r}: hand in what get_parameters returns"
            raise ValueError(f"Parameters come in a list of pairs, {got}.") from error
        if len(given) != len(layers):
            counts = f"{len(layers)} layers, got those of {len(given)}"
            raise ValueError(f"Model expected the parameters of {counts}.")
        names = [layer.parameter_names for layer in layers]
        fitting = [*map(_fitting, layers, names, given)]
        for layer, arrays in zip(layers, fitting, strict=True):
            for name, array in arrays.items():
                getattr(layer, name)[...] = array

    def save_parameters(self, path: str | Path) -> None:
        """Write all weights and biases to an .npz file, whole or not at all."""
        arrays = {
            f"{place}.{number}": array
            for place, several in enumerate(self.get_parameters())
            for number, array in enumerate(several)
        }
        _write_whole(path, _pack({"kind": "parameters", "version": _VERSION}, arrays))

    def load_parameters(self, path: str | Path) -> None:
        """Take what `save_parameters` of a like model wrote.

        Raises ValueError for a file that is damaged, or of another kind, version or
        shape; then nothing has changed.
        """
        try:
            arrays = _read_packed(Path(path).read_bytes(), "parameters")[1]
            counts = [len(each.parameter_names) for each in self.layers]
            if len(arrays) != sum(counts):
                found = f"{len(arrays)} arrays, the model has {sum(counts)}"
                raise ValueError(f"it is of another model: {found}")
            self.set_parameters(
                [arrays[f"{place}.{number}"] for number in range(count)]
                for place, count in enumerate(filter(None, counts))
            )
        except (ValueError, KeyError) as error:
            raise _cannot_load(path, error) from error

    def save(self, path: str | Path, *, include_optimizer: bool = False) -> None:
        """Write the model to one file, whole or not at all: `Model.load` reads it.

        Layers, parameters, loss and accuracy; on request also the optimizer, with what
        it remembers, and the random generators: then training goes on as if it had
        never stopped, to the last bit on the same machine with as many threads. A class
        of your own says how it is made: `settings` are the names of its constructor's
        arguments that it keeps as attributes, `state` those of arrays beside its
        parameters. ValueError for what `load` could not read.
        """
        self.finalize()
        if include_optimizer and self.optimizer is None:
            advice = "leave include_optimizer out, or call set(optimizer=...)"
            raise RuntimeError(f"Model has no optimizer to save: {advice}.")
        config, arrays = _model_to_config(self)
        if include_optimizer:
            config["training"], memories = _training_to_config(self)
            arrays |= memories
        _write_whole(path, _pack(config, arrays))

    @classmethod
    def load(cls, path: str | Path, *, layers: Iterable[type] = ()) -> "Model":
        """Return the model in a file of `save`, ready to predict.

        layers: the classes of your own that the file may name, of any kind. Where the
        optimizer was saved, `train` goes on; otherwise `set` one first. Raises
        ValueError for a file that is damaged, or of another kind or version.
        """
        model, content = cls(), Path(path).read_bytes()
        known = {each.__name__: each for each in layers} | _CLASSES
        try:
            _fill(model, content, known)
        except Exception as error:  # whatever went wrong, the file is to blame
            raise _cannot_load(path, error) from error
        return model
