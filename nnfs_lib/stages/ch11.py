"""Chapter 11, Evaluate, on top of chapter 10.

Generated from chapters/11_evaluate.ipynb: edit that.
"""

import math
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from typing import Any, NamedTuple

import numpy as np

from nnfs_lib.stages import ch10 as nn
from nnfs_lib.stages.ch10 import (
    _EPSILON,
    _as_answers,
    _as_classes,
    _as_float,
    _as_line,
    _as_numbers,
    _as_setting,
    _check_batch,
    _check_count,
    _check_counts,
    _check_ending,
    _check_fit,
    _check_float64,
    _check_kind,
    _check_labels,
    _check_not_empty,
    _check_pairs,
    _check_probabilities,
    _check_same_shape,
    _check_samples,
    _check_sizes,
    _check_state,
    _describe,
    _draw_weights,
    _fused_for,
    _in_two_halves,
    _kept_outputs,
    _lay_out,
    _Network,
    _no_numbers,
    _one_hot_like,
    _penalty,
    _penalty_gradient,
    _Place,
    _product,
    _Rate,
    _same,
    _shifted,
    _short,
    _signed_errors,
    _strength,
    _training_mode,
)
from nnfs_lib.stages.ch10 import *


def batches(
    X: np.ndarray,
    y: np.ndarray,
    batch_size: int | None,
    rng: "np.random.Generator | int | None" = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Return an iterator over batches (X, y) of so many samples; the last may be short.

    X: (samples, ...), y: (samples, ...); a batch_size of None is one batch of all.
    With a generator, or a seed, samples come in a random order, another one each time
    the generator is handed in. Nothing but the batch at hand is ever copied, and
    without shuffling, nothing at all.
    """
    X, y = nn._check_samples(X, y)
    size = len(X) if batch_size is None else batch_size
    size = nn._check_count(size, "batch_size", least=1)
    parts = (slice(start, start + size) for start in range(0, len(X), size))
    if rng is None:
        return ((X[part], y[part]) for part in parts)
    order = np.random.default_rng(rng).permutation(len(X))
    return ((_rows(X, order[part]), _rows(y, order[part])) for part in parts)


def _rows(array: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return a copy of the chosen rows, and of no others."""
    # `take` is faster, but begins with a copy of all where the order is not C's.
    return array.take(chosen, 0) if array.flags.c_contiguous else array[chosen]


class Model(nn.Model):
    def __init__(
        self,
        layers: Iterable[nn.Layer] = (),
        *,
        rng: "np.random.Generator | int | None" = None,
    ) -> None:
        """Begin with these layers, or none; a generator or a seed shuffles batches."""
        super().__init__(layers)
        self.rng = np.random.default_rng(rng)
        self.history = nn.History()  # of the last training


def predict(self: Model, X: np.ndarray, *, batch_size: int | None = None) -> np.ndarray:
    """Return what the last layer returns, for X (samples, ...), as a new array.

    So many samples are computed at a time; None is all at once. Nothing is dropped.
    """
    with nn._training_mode(self.layers, False):
        parts = [self.forward(part) for part, _ in batches(X, X, batch_size)]
    return np.concatenate(parts)


Model.predict = predict


class _Evaluation(NamedTuple):
    """What `evaluate` returns; `loss, accuracy = model.evaluate(X, y)` unpacks it.

    The loss is without penalties; the accuracy is NaN where the model has none.
    """

    loss: float
    accuracy: float


def evaluate(
    self: Model, X: Any, y: np.ndarray | None = None, *, batch_size: int | None = None
) -> _Evaluation:
    """Return loss and accuracy over all samples; nothing is dropped, nor learned.

    So many samples are computed at a time; None is all at once. The results are the
    same but for rounding. In the place of X and y it takes a loader, as `train` does.
    """
    self._check_tools("loss")
    parts = _batches_of(X) if y is None else batches(X, y, batch_size)
    total, samples, found = 0.0, 0, []
    with nn._training_mode(self.layers, False):
        for X_batch, y_batch in parts:
            outputs = X_batch
            for layer in self.layers_in_use:
                outputs = layer.forward(outputs)
            total += self.loss_in_use.calculate(outputs, y_batch) * len(y_batch)
            samples += len(y_batch)
            if self.accuracy is not None:
                found.append((outputs, y_batch))
        return _Evaluation(total / samples, self._judge(found))


Model.evaluate = evaluate


def _judge(self: Model, found: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the accuracy of all (outputs, targets); NaN where none is set."""
    if self.accuracy is None:
        return math.nan
    outputs, targets = found[0]
    if len(found) > 1:
        outputs, targets = map(np.concatenate, zip(*found, strict=True))
    return self.accuracy.calculate(self._answers(outputs), targets)


Model._judge = _judge


def _progress(steps: Iterable[Any], *, total: int, shown: bool) -> Generator[Any]:
    """Yield the steps one by one; after five seconds tqdm, if there, draws a bar."""
    bar: Any = None
    begin = time.monotonic()
    shown = shown and not os.environ.get("TQDM_DISABLE")
    try:
        for done, step in enumerate(steps, start=1):
            yield step
            if bar is not None:
                bar.update()
            elif shown and time.monotonic() > begin + 5:
                shown = False
                with suppress(ImportError):
                    from tqdm.auto import tqdm

                    bar = tqdm(total=total, initial=done, leave=False)
    finally:
        if bar is not None:
            bar.close()


def _check_finite(array: np.ndarray, name: str) -> None:
    """Raise a ValueError that says where, if a number is infinite or not a number."""
    if array.dtype.kind != "f" or not array.size:
        return
    if -math.inf < array.min() <= array.max() < math.inf:
        return
    first = np.argwhere(~np.isfinite(array))[0]
    bad = f"{array[tuple(first)]}, the first in sample {first[0]}"
    raise ValueError(f"{name} has to hold finite numbers, got {bad}.")


def _try_out(
    self: Model, data: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return (X, y) as arrays; raise an error now, not later, where they don't fit."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError("validation_data is a pair: (X, y).")
    X, y = nn._check_samples(*data)
    _check_finite(X, "X")
    _check_finite(y, "y")
    outputs = X[:1]
    with nn._training_mode(self.layers, False):
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


Model._try_out = _try_out


def _prepare(
    self: Model, X: Any, y: np.ndarray | None, batch_size: int | None, validation: Any
) -> tuple[Any, np.ndarray | None, int | None]:
    """Return X and y, and in batches of how many, once all is known to fit."""
    self._check_tools("loss", "optimizer")
    if y is None:
        _check_loader(X, batch_size)  # it has a batch size of its own
    else:
        X, y = self._try_out((X, y))
        batch_size = len(X) if batch_size is None else batch_size
        batch_size = nn._check_count(batch_size, "batch_size", least=1)
    if validation is not None:
        self._try_out(validation)
    return X, y, batch_size


Model._prepare = _prepare


def _train_epoch(
    self: Model, X: Any, y: np.ndarray | None, batch_size: int | None = None
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


Model._train_epoch = _train_epoch


def _validate(self: Model, data: Any, batch_size: int | None) -> dict[str, float]:
    """Return what `evaluate` finds, by the history's names."""
    found = self.evaluate(*data, batch_size=batch_size)
    record = {"val_loss": found.loss}
    if self.accuracy is not None:
        record["val_accuracy"] = found.accuracy
    return record


Model._validate = _validate


def train(
    self: Model,
    X: Any,
    y: np.ndarray | None = None,
    *,
    epochs: int = 1,
    batch_size: int | None = None,
    print_every: int = 1,
    validation_data: tuple[np.ndarray, np.ndarray] | None = None,
    callbacks: Iterable[Callable[["Model", nn.History], object]] = (),
) -> nn.History:
    """Take a step on every batch, epoch after epoch; return what was measured.

    X: (samples, ...), y: targets as the loss wants them; or X alone, a loader of
    batches (X, y). An epoch is one step on all samples, in order; with a smaller
    batch_size, they are shuffled. validation_data, (X, y), is evaluated after every
    epoch. A line is printed every print_every epochs, 0 for never, and of the first and
    last. Callbacks get model and history after every epoch; one that returns true ends
    the training, as a keyboard interrupt does. FloatingPointError for a loss of NaN.
    """
    epochs = nn._check_count(epochs, "epochs", least=1)
    print_every = nn._check_count(print_every, "print_every", least=0)
    listeners = _check_callbacks(callbacks)
    X, y, size = self._prepare(X, y, batch_size, validation_data)
    self.history = history = nn.History()
    numbers = _progress(range(1, epochs + 1), total=epochs, shown=print_every > 0)
    try:
        with closing(numbers), nn._training_mode(self.layers, True):
            for epoch in numbers:
                record = self._train_epoch(X, y, size)
                if validation_data is not None:
                    record |= self._validate(validation_data, size)
                history.append(record)
                answers = [callback(self, history) for callback in listeners]
                shown = any(answers) or epoch in (1, epochs)
                if print_every and (shown or epoch % print_every == 0):
                    print(nn._as_line(epoch, epochs, record))
                if any(answers):
                    break
    except KeyboardInterrupt:
        history.interrupted = True
    return history


Model.train = train


def _check_callbacks(callbacks: Any) -> list[Callable[..., object]]:
    """Return them as a list; ValueError unless each can be called."""
    several = isinstance(callbacks, Iterable) and not callable(callbacks)
    listeners = list(callbacks) if several else []
    if not several or not all(map(callable, listeners)):
        needs = "callbacks is a list of functions of (model, history)"
        raise ValueError(f"{needs}, got {callbacks!r}.")
    return listeners


_NO_LOADER = "Without y, X is a loader, which gives batches (X, y)"


def _check_loader(loader: Any, batch_size: int | None = None) -> None:
    """Raise a ValueError unless it can be gone through again and again."""
    if batch_size is not None:
        advice = "leave batch_size out, or hand in X and y"
        raise ValueError(f"A loader has a batch size of its own: {advice}.")
    if not isinstance(loader, Iterable) or isinstance(loader, np.ndarray | Iterator):
        needs = "again each time it is gone through, as a list does"
        raise ValueError(f"{_NO_LOADER} {needs}, got {type(loader).__name__}.")


def _batches_of(loader: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield a loader's batches (X, y); ValueError where it gives none, or others."""
    _check_loader(loader)
    empty = True
    for batch in loader:
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise ValueError(f"{_NO_LOADER}, got {type(batch).__name__} for a batch.")
        X, y = nn._check_samples(*batch)
        _check_finite(X, "X")
        _check_finite(y, "y")
        yield X, y
        empty = False
    if empty:
        raise ValueError(f"{_NO_LOADER}, got none.")


class EarlyStopping:
    """A callback: ends a training whose loss has not fallen for `patience` epochs.

    It looks at the validation loss where there is one, and at the training loss
    otherwise. With restore_best, a model that it stops has its best epoch's parameters.
    Source: Prechelt (1998).
    """

    def __init__(self, patience: int, *, restore_best: bool = True) -> None:
        """Take how many epochs without a new best to wait for."""
        self.patience = nn._check_count(patience, "patience", least=1)
        self.restore_best = restore_best
        self.best_loss = math.inf
        self.best_epoch = 0
        self.best_parameters: Any = None

    def __call__(self, model: Model, history: nn.History) -> bool:
        """Return whether to stop; then the model has its best parameters."""
        losses = history.val_loss or history.loss
        loss = math.inf if math.isnan(losses[-1]) else losses[-1]
        if len(losses) == 1 or loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, len(losses)
            self.best_parameters = model.parameters.copy()
        if len(losses) - self.best_epoch < self.patience:
            return False
        if self.restore_best:
            model.parameters[...] = self.best_parameters
        return True


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
    "batches",
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
