"""Chapter 11, Evaluate, on top of chapter 10.

Generated from chapters/11_evaluate.ipynb: edit that.
"""

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import numpy as np

from nnfs_lib.stages import ch10 as nn
from nnfs_lib.stages.ch10 import (
    _COUNTED_ON_LOGITS,
    _EPSILON,
    _as_float,
    _as_line,
    _as_numbers,
    _as_strengths,
    _as_yes_or_no,
    _check_batch,
    _check_classes,
    _check_count,
    _check_ending,
    _check_fit,
    _check_float64,
    _check_kind,
    _check_pairs,
    _check_probabilities,
    _check_same,
    _check_same_shape,
    _check_samples,
    _check_sizes,
    _check_state,
    _check_yes_or_no,
    _describe,
    _draw_weights,
    _Initializer,
    _kept_outputs,
    _lay_out,
    _mode,
    _no_numbers,
    _one_hot_like,
    _penalty,
    _penalty_gradient,
    _shifted,
    _short,
    _shortcut,
    _signed_errors,
    _small_normal,
    _views_of,
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


class _Tally:
    """Means over batches in which every sample counts once.

    `add` takes a batch's means, which count as often as it has samples. Outputs and
    targets are kept, for an accuracy to judge all together: it need not be a mean.
    """

    def __init__(self, *, keep: bool = True) -> None:
        """Begin with no samples; keep=False keeps the sums alone, for the means."""
        self.keep, self.samples = keep, 0
        self.sums: dict[str, float] = {}
        self.outputs: list[np.ndarray] = []
        self.targets: list[np.ndarray] = []

    def add(self, outputs: np.ndarray, targets: np.ndarray, **means: float) -> None:
        """Add a batch: outputs and targets (batch, ...), and means over it by name."""
        self.samples += len(targets)
        for name, mean in means.items():
            self.sums[name] = self.sums.get(name, 0.0) + mean * len(targets)
        if self.keep:
            self.outputs.append(outputs)
            self.targets.append(targets)

    def means(self) -> dict[str, float]:
        """Return the means over all samples, by name."""
        return {name: total / self.samples for name, total in self.sums.items()}

    def together(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the outputs and the targets of all samples, (samples, ...)."""
        if len(self.targets) == 1:
            return self.outputs[0], self.targets[0]
        return np.concatenate(self.outputs), np.concatenate(self.targets)


class Model(nn.Model):
    def __init__(
        self,
        layers: Iterable[nn.Layer] = (),
        *,
        rng: "np.random.Generator | int | None" = None,
    ) -> None:
        """Begin with these layers, or none; a generator or a seed shuffles batches."""
        self.layers: list[nn.Layer] = []
        self.loss: nn.Loss | None = None
        self.optimizer: nn.Optimizer | None = None
        self.accuracy: nn.Accuracy | None = None
        self._parameters, self._gradients = np.empty(0), np.empty(0)
        self.places: list[tuple[nn.Layer, str, np.ndarray]] = []
        # What a step runs: all layers and the loss, or all but the last and the fused.
        self.body: Sequence[nn.Layer] = ()
        self.ending: nn.Loss | None = None
        self.rng = np.random.default_rng(rng)
        for layer in layers:
            self.add(layer)


def predict(self: Model, X: np.ndarray, *, batch_size: int | None = None) -> np.ndarray:
    """Return what the last layer returns, for X (samples, ...), as a new array.

    So many samples are computed at a time; None is all at once. Nothing is dropped.
    """
    with nn._mode(self.layers, training=False):
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
    self: Model, X: np.ndarray, y: np.ndarray, *, batch_size: int | None = None
) -> _Evaluation:
    """Return loss and accuracy over all samples; nothing is dropped, nor learned.

    So many samples are computed at a time; None is all at once. The results are the
    same but for rounding.
    """
    self.finalize()
    if self.ending is None:
        raise RuntimeError("Model needs a loss to evaluate: call set(loss=...).")
    tally = _Tally(keep=self.accuracy is not None)
    with nn._mode(self.layers, training=False):
        for X_batch, y_batch in batches(X, y, batch_size):
            outputs = self.run_body(X_batch)
            loss = self.ending.calculate(outputs, y_batch)
            tally.add(outputs, y_batch, loss=loss)
        return _Evaluation(tally.means()["loss"], self.judge(tally))


Model.evaluate = evaluate


def judge(self: Model, tally: _Tally) -> float:
    """Return the accuracy of all that was counted; NaN where none is set."""
    if self.accuracy is None:
        return math.nan
    outputs, targets = tally.together()
    return self.accuracy.calculate(self.answers(outputs), targets)


Model.judge = judge


@contextmanager
def _progress(
    total: int, *, unit: str, shown: bool
) -> Iterator[Callable[[int], object]]:
    """Give a function to call with what was done: it moves a bar, if tqdm is there.

    total: of how many units. The bar comes after five seconds; short work has none.
    """
    bar: Any = None
    done, begin = 0, time.monotonic()
    shown = shown and not os.environ.get("TQDM_DISABLE")

    def add(units: int) -> None:
        nonlocal bar, done, shown
        done += units
        if bar is not None:
            bar.update(units)
        elif shown and time.monotonic() > begin + 5:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                shown = False
                return
            style = {"unit": unit, "unit_scale": True, "leave": False}
            bar = tqdm(total=total, initial=done, **style)

    try:
        yield add
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


def try_out(self: Model, data: Sequence[np.ndarray]) -> None:
    """Raise an error now, and not later, where (X, y) or a target doesn't fit."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError("validation_data is a pair: (X, y).")
    X, y = nn._check_samples(*data)
    for array, name in ((X, "X"), (y, "y")):
        _check_finite(array, name)
    with nn._mode(self.layers, training=False):
        outputs = self.run_body(X[:1])
        size = max(1, 1_000_000 // outputs.size)  # a million numbers at a time
        for start in range(0, len(y), size):
            part = y[start : start + size]
            every = np.broadcast_to(outputs, (len(part), *outputs.shape[1:]))
            self.tools()[0].calculate(every, part)
            if self.accuracy:
                self.accuracy.calculate(self.answers(every), part)


Model.try_out = try_out


def train_epoch(
    self: Model,
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


Model.train_epoch = train_epoch


def train(
    self: Model,
    X: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int = 1,
    batch_size: int | None = None,
    print_every: int = 1,
    validation_data: tuple[np.ndarray, np.ndarray] | None = None,
) -> nn.History:
    """Take a step on every batch, epoch after epoch; return what was measured.

    X: (samples, ...); y: targets as the loss wants them. Without a batch_size, an
    epoch is one step on all samples, in their order; with one, they are shuffled
    every epoch. validation_data is (X, y), evaluated after every epoch. Prints a
    line every so many epochs, and of the first and the last; for 0, none. A
    keyboard interrupt ends the training: model and finished epochs are there.
    """
    X, y = nn._check_samples(X, y)
    size = len(X) if batch_size is None else batch_size
    epochs = nn._check_count(epochs, "epochs", least=1)
    size = nn._check_count(size, "batch_size", least=1)
    print_every = nn._check_count(print_every, "print_every", least=0)
    self.finalize()
    self.try_out((X, y))
    if validation_data is not None:
        self.try_out(validation_data)
    records: list[dict[str, float]] = []
    total = epochs * -(-len(X) // size)
    with (
        suppress(KeyboardInterrupt),
        nn._mode(self.layers, training=True),
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
                print(nn._as_line(epoch, epochs, record))
    return nn.History.of(records, epochs)


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
