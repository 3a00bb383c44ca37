"""Model, built in chapters 10, 11 and 13.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from nnfs_lib.checks import _check_callbacks
from nnfs_lib.console import _progress
from nnfs_lib.datasets import (
    _batches_of,
    _check_count,
    _check_finite,
    _check_loader,
    _check_samples,
    batches,
)
from nnfs_lib.files import _VERSION, _cannot_load, _pack, _read_packed, _write_whole
from nnfs_lib.history import History, _as_line, _Evaluation
from nnfs_lib.layers import Layer
from nnfs_lib.network import _Network
from nnfs_lib.saving import (
    _CLASSES,
    _array_names,
    _fill,
    _fitting_all,
    _model_to_config,
    _training_to_config,
)
from nnfs_lib.wiring import _training_mode

__all__ = ["Model"]


class Model(_Network):
    """A network, what it is trained with, and its training.

    `add` layers in the order in which a batch goes through them, `set` a loss, an
    optimizer and an accuracy, and `train`.

    Built in chapters 10, 11 and 13.
    """

    def _train_epoch(
        self, X: Any, y: np.ndarray | None, batch_size: int | None = None
    ) -> dict[str, float]:
        """Take a step on each batch; return what it found, by the history's names."""
        parts: Iterable[Any] = [(X, y)]
        if y is None:
            parts = _batches_of(X)
        elif batch_size is not None and batch_size < len(X):
            parts = batches(X, y, batch_size, self.rng)
        samples, data_loss, penalties, found = 0, 0.0, 0.0, []
        for X_batch, y_batch in parts:
            rate = self.optimizer.current_learning_rate
            samples += len(y_batch)
            share = len(y_batch) / samples  # of the samples so far
            penalties += share * (self.regularization_loss() - penalties)
            value, outputs = self.step(X_batch, y_batch)
            data_loss += share * (value - data_loss)
            if self.accuracy is not None:
                found.append((outputs, y_batch))
        record = {"loss": data_loss + penalties, "data_loss": data_loss}
        record |= {"regularization_loss": penalties, "learning_rate": rate}
        if self.accuracy is not None:
            record["accuracy"] = self._judge(found)
        if math.isnan(data_loss):
            epoch = len(self.history.loss) + 1
            advice = "try a smaller learning rate; model.history has the epochs before"
            raise FloatingPointError(f"The loss of epoch {epoch} is NaN: {advice}.")
        return record

    def train(
        self,
        X: Any,
        y: np.ndarray | None = None,
        *,
        epochs: int = 1,
        batch_size: int | None = None,
        print_every: int = 1,
        validation_data: tuple[np.ndarray, np.ndarray] | None = None,
        callbacks: Iterable[Callable[["Model", History], object]] = (),
    ) -> History:
        """Take a step on every batch, epoch after epoch; return what was measured.

        X: (samples, ...), y: targets as the loss wants them; or X alone, a loader of
        batches (X, y). An epoch is one step on all samples, in order; with a smaller
        batch_size, they are shuffled. validation_data, (X, y), is evaluated after every
        epoch. A line is printed every print_every epochs, 0 for never, and of the first and
        last. Callbacks get model and history after every epoch; one that returns true ends
        the training, as a keyboard interrupt does. FloatingPointError for a loss of NaN.
        """
        epochs = _check_count(epochs, "epochs", least=1)
        print_every = _check_count(print_every, "print_every", least=0)
        listeners = _check_callbacks(callbacks)
        X, y, size = self._prepare(X, y, batch_size, validation_data)
        self.history = history = History()
        numbers = _progress(range(1, epochs + 1), total=epochs, shown=print_every > 0)
        try:
            with closing(numbers), _training_mode(self.layers, True):
                for epoch in numbers:
                    record = self._train_epoch(X, y, size)
                    if validation_data is not None:
                        record |= self._validate(validation_data, size)
                    history.append(record)
                    answers = [callback(self, history) for callback in listeners]
                    shown = any(answers) or epoch in (1, epochs)
                    if print_every and (shown or epoch % print_every == 0):
                        print(_as_line(epoch, epochs, record))
                    if any(answers):
                        break
        except KeyboardInterrupt:
            history.interrupted = True
        return history

    def __init__(
        self,
        layers: Iterable[Layer] = (),
        *,
        rng: "np.random.Generator | int | None" = None,
    ) -> None:
        """Begin with these layers, or none; a generator or a seed shuffles batches."""
        super().__init__(layers)
        self.rng = np.random.default_rng(rng)
        self.history = History()  # of the last training

    def predict(self, X: np.ndarray, *, batch_size: int | None = None) -> np.ndarray:
        """Return what the last layer returns, for X (samples, ...), as a new array.

        So many samples are computed at a time; None is all at once. Nothing is dropped.
        """
        with _training_mode(self.layers, False):
            parts = [self.forward(part) for part, _ in batches(X, X, batch_size)]
        return np.concatenate(parts)

    def evaluate(
        self, X: Any, y: np.ndarray | None = None, *, batch_size: int | None = None
    ) -> _Evaluation:
        """Return loss and accuracy over all samples; nothing is dropped, nor learned.

        So many samples are computed at a time; None is all at once. The results are the
        same but for rounding. In the place of X and y it takes a loader, as `train` does.
        """
        self._check_tools("loss")
        parts = _batches_of(X) if y is None else batches(X, y, batch_size)
        total, samples, found = 0.0, 0, []
        with _training_mode(self.layers, False):
            for X_batch, y_batch in parts:
                outputs = X_batch
                for layer in self.layers_in_use:
                    outputs = layer.forward(outputs)
                total += self.loss_in_use.calculate(outputs, y_batch) * len(y_batch)
                samples += len(y_batch)
                if self.accuracy is not None:
                    found.append((outputs, y_batch))
            return _Evaluation(total / samples, self._judge(found))

    def _judge(self, found: list[tuple[np.ndarray, np.ndarray]]) -> float:
        """Return the accuracy of all (outputs, targets); NaN where none is set."""
        if self.accuracy is None:
            return math.nan
        outputs, targets = found[0]
        if len(found) > 1:
            outputs, targets = map(np.concatenate, zip(*found, strict=True))
        return self.accuracy.calculate(self._answers(outputs), targets)

    def _try_out(
        self, data: tuple[np.ndarray, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return (X, y) as arrays; raise an error now, not later, where they don't fit."""
        if not isinstance(data, tuple | list) or len(data) != 2:
            raise ValueError("validation_data is a pair: (X, y).")
        X, y = _check_samples(*data)
        _check_finite(X, "X")
        _check_finite(y, "y")
        outputs = X[:1]
        with _training_mode(self.layers, False):
            for layer in self.layers_in_use:
                outputs = layer.forward(outputs)
            size = max(1, 1_000_000 // outputs.size)  # a million numbers at a time
            for start in range(0, len(y), size):
                part = y[start : start + size]
                every = np.broadcast_to(outputs, (len(part), *outputs.shape[1:]))
                self.loss_in_use.calculate(every, part)
                if self.accuracy is not None:
                    self.accuracy.calculate(self._answers(every), part)
        return X, y

    def _prepare(
        self, X: Any, y: np.ndarray | None, batch_size: int | None, validation: Any
    ) -> tuple[Any, np.ndarray | None, int | None]:
        """Return X and y, and in batches of how many, once all is known to fit."""
        self._check_tools("loss", "optimizer")
        if y is None:
            _check_loader(X, batch_size)  # it has a batch size of its own
        else:
            X, y = self._try_out((X, y))
            batch_size = len(X) if batch_size is None else batch_size
            batch_size = _check_count(batch_size, "batch_size", least=1)
        if validation is not None:
            self._try_out(validation)
        return X, y, batch_size

    def _validate(self, data: Any, batch_size: int | None) -> dict[str, float]:
        """Return what `evaluate` finds, by the history's names."""
        found = self.evaluate(*data, batch_size=batch_size)
        record = {"val_loss": found.loss}
        if self.accuracy is not None:
            record["val_accuracy"] = found.accuracy
        return record

    def get_parameters(self) -> list[tuple[np.ndarray, ...]]:
        """Return copies: (weights, biases) of each trainable layer, first to last.

        What a layer names in `state` comes behind its parameters.
        """
        return [
            tuple(getattr(layer, name).copy() for name in _array_names(layer))
            for layer in self.layers
            if _array_names(layer)
        ]

    def set_parameters(self, parameters: Iterable[Sequence[np.ndarray]]) -> None:
        """Take what `get_parameters` of a like model returned, in copies.

        Raises ValueError unless every array fits; then nothing has changed.
        """
        for array, new in _fitting_all(self.layers, parameters):
            array[...] = new

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
            counts = [len(several) for several in self.get_parameters()]
            if len(arrays) != sum(counts):
                found = f"{len(arrays)} arrays, the model has {sum(counts)}"
                raise ValueError(f"it is of another model: {found}")
            self.set_parameters(
                [arrays[f"{place}.{number}"] for number in range(count)]
                for place, count in enumerate(counts)
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
