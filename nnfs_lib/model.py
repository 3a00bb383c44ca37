"""Model, built in chapters 10, 11 and 13.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

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
from nnfs_lib.history import History, _as_line
from nnfs_lib.layers import Dense, Layer
from nnfs_lib.losses import Loss
from nnfs_lib.metrics import Accuracy, CategoricalAccuracy
from nnfs_lib.optimizers import Optimizer
from nnfs_lib.saving import (
    _CLASSES,
    _fill,
    _fitting_all,
    _model_to_config,
    _training_to_config,
)
from nnfs_lib.wiring import (
    _check_ending,
    _check_fit,
    _check_kind,
    _describe,
    _fused_for,
    _lay_out,
    _Place,
    _training_mode,
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
    optimizer and an accuracy, and `train`.

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
        self.loss: Any = None  # a Loss, an Optimizer and an Accuracy, once they are set
        self.optimizer: Any = None
        self.accuracy: Any = None
        self.layers_in_use: list[Layer] = []  # by a step, and the loss: see finalize
        self.loss_in_use: Any = None
        self._finalized_for: list[Any] = []
        self._parameters = np.empty(0)  # and gradients, once somebody asks for them
        self._gradients = np.empty(0)
        self._places: list[_Place] = []
        self.rng = np.random.default_rng(rng)
        self.history = History()  # of the last training
        for layer in layers:
            self.add(layer)

    def add(self, layer: Layer) -> None:
        """Put a layer behind those that are there."""
        _check_kind(layer, Layer, owner="Model.add")
        if any(layer is each for each in self.layers):
            advice = "make a second one"
            raise ValueError(f"Model has this {_describe(layer)} already: {advice}.")
        self.layers.append(layer)

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
        self.loss = self.loss if loss is None else loss
        self.optimizer = self.optimizer if optimizer is None else optimizer
        self.accuracy = self.accuracy if accuracy is None else accuracy

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return what the last layer returns for a batch of inputs."""
        outputs = X
        for layer in self.layers:
            outputs = layer.forward(outputs)
        return outputs

    def regularization_loss(self) -> float:
        """Return what the parameters themselves add to the loss."""
        return sum(layer.regularization_loss() for layer in self.layers)

    def __repr__(self) -> str:
        """Say which layers it has, and with what it is trained."""
        tools = (self.loss, self.optimizer, self.accuracy)
        names = [_describe(layer) for layer in self.layers]
        names += [type(tool).__name__ for tool in tools if tool]
        return f"Model({', '.join(names)})"

    def __copy__(self) -> "Model":
        """Refuse: two models can't have the same layers."""
        raise TypeError("Two models can't share layers: use copy.deepcopy(model).")

    @property
    def parameters(self) -> np.ndarray:
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

    @parameters.setter
    def parameters(self, value: object) -> None:
        if value is not self._parameters:
            held = "Model.parameters is the vector whose parts the layers use"
            raise AttributeError(f"{held}: write model.parameters[...] = new.")

    def finalize(self) -> None:
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

    def summary(self) -> None:
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

    def _backpropagate(
        self, X: np.ndarray, y: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Fill the gradients; return the data loss of a batch, and its outputs."""
        self.parameters  # asking for them lays them out in one vector
        outputs = X
        for layer in self.layers_in_use:
            outputs = layer.forward(outputs)
        value, gradient = self.loss_in_use.value_and_gradient(outputs, y)
        first = next(layer for layer in self.layers if layer.parameter_names)
        for layer in reversed(self.layers_in_use):
            if layer is first:
                break
            gradient = layer.backward(gradient)
        if isinstance(first, Dense) and type(first).backward is Dense.backward:
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

    def step(self, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Take a step on one batch; return its data loss and outputs from before it.

        The outputs are logits where the fused loss stands for the last layer.
        """
        self._check_tools("loss", "optimizer")
        value, outputs = self._backpropagate(X, y)
        self.optimizer.step([(self._parameters, self._gradients)])
        return value, outputs

    def gradients(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss, penalties included, and move nothing.

        It is a vector, in the order of `parameters`. Layers are in the mode they are in:
        dropout drops only while `train` runs.
        """
        self._check_tools("loss")
        self._backpropagate(X, y)
        return self._gradients.copy()

    def _check_tools(self, *names: str) -> None:
        """Finalize if need be; RuntimeError where what a step needs is not there yet."""
        missing = [f"{name}=..." for name in names if getattr(self, name) is None]
        if missing:
            advice = f"call set({', '.join(missing)}) first"
            raise RuntimeError(f"Model is not ready: {advice}.")
        if self._finalized_for != [*self.layers, self.loss]:
            self.finalize()

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

    def _answers(self, outputs: np.ndarray) -> np.ndarray:
        """Return what the accuracy needs to see, given what a step returned."""
        if len(self.layers_in_use) == len(self.layers):
            return outputs
        # The highest logit is the highest probability: no need for the softmax.
        if type(self.accuracy).compare is CategoricalAccuracy.compare:
            return outputs
        return self.layers[-1].forward(outputs)

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

        X: (samples, ...); y: targets as the loss wants them. Without a batch_size, an epoch
        is one step on all samples, in their order; with a smaller one, they are shuffled
        every epoch. In the place of X and y it takes a loader, which gives batches (X, y)
        each time it is gone through. validation_data is (X, y), evaluated after every
        epoch. Prints a line every so many epochs, and of the first and the last; for 0,
        none. After every epoch, each callback is called with the model and the history so
        far; if one returns true, the training ends. So it does after a keyboard interrupt,
        and with a FloatingPointError where the loss is no number any more; `model.history`
        has the finished epochs.
        """
        epochs = _check_count(epochs, "epochs", least=1)
        print_every = _check_count(print_every, "print_every", least=0)
        listeners = _check_callbacks(callbacks)
        self._check_tools("loss", "optimizer")
        X, y, size = self._check_data(X, y, batch_size)
        if validation_data is not None:
            self._try_out(validation_data)
        self.history = history = History()
        numbers = _progress(range(1, epochs + 1), total=epochs, shown=print_every > 0)
        try:
            with closing(numbers), _training_mode(self.layers, True):
                for epoch in numbers:
                    record = self._train_epoch(X, y, batch_size)
                    if validation_data is not None:
                        found = self.evaluate(*validation_data, batch_size=size)
                        record["val_loss"] = found.loss
                        if self.accuracy is not None:
                            record["val_accuracy"] = found.accuracy
                    history.append(record)
                    answers = [callback(self, history) for callback in listeners]
                    shown = epoch in (1, epochs) or any(answers)
                    if print_every and (epoch % print_every == 0 or shown):
                        print(_as_line(epoch, epochs, record))
                    if any(answers):
                        break
        except KeyboardInterrupt:
            history.interrupted = True
        return history

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

    def _try_out(self, data: tuple[np.ndarray, np.ndarray]) -> None:
        """Raise an error now, and not later, where (X, y) or a target doesn't fit."""
        if not isinstance(data, tuple | list) or len(data) != 2:
            raise ValueError("validation_data is a pair: (X, y).")
        X, y = _check_samples(*data)
        for array, name in ((X, "X"), (y, "y")):
            _check_finite(array, name)
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

    def _check_data(
        self, X: Any, y: np.ndarray | None, batch_size: int | None
    ) -> tuple[Any, np.ndarray | None, int | None]:
        """Return what to train on, and how many samples validation takes at a time."""
        if y is None:
            _check_loader(X, batch_size)
            return X, None, None
        X, y = _check_samples(X, y)
        if batch_size is not None:
            batch_size = _check_count(batch_size, "batch_size", least=1)
        self._try_out((X, y))
        return X, y, batch_size or len(X)

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
        fitting = _fitting_all(layers, parameters)
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


def _check_callbacks(
    callbacks: Iterable[Callable[["Model", History], object]],
) -> list[Callable[["Model", History], object]]:
    """Return them as a list; ValueError unless each can be called."""
    several = isinstance(callbacks, Iterable) and not callable(callbacks)
    listeners = list(callbacks) if several else []
    if not several or not all(map(callable, listeners)):
        needs = "callbacks is a list of functions of (model, history)"
        raise ValueError(f"{needs}, got {callbacks!r}.")
    return listeners
