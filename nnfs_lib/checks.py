"""Checks, built in chapters 1, 2, 3, 6, 7 and 11.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np


def _check_counts(owner: str, least: str, advice: str = "", **counts: int) -> None:
    """Raise a ValueError unless all counts are whole numbers, from 1 on."""
    got = ", ".join(f"{name}={count!r}" for name, count in counts.items())
    if not all(isinstance(count, int | np.integer) for count in counts.values()):
        raise ValueError(f"{owner} needs whole numbers, got {got}{advice}.")
    if min(counts.values()) < 1:
        raise ValueError(f"{owner} needs at least {least}, got {got}.")


def _check_sizes(n_inputs: int, n_neurons: int, dtype: type) -> None:
    """Raise a ValueError unless a dense layer can be of these sizes and this type."""
    least = "one input and one neuron"
    _check_counts("Dense", least, n_inputs=n_inputs, n_neurons=n_neurons)
    if not np.issubdtype(dtype, np.floating):
        raise ValueError(f"Dense needs a type of float, got {np.dtype(dtype)}.")


def _check_batch(
    array: np.ndarray,
    features: int | str = "features",
    *,
    owner: str,
    name: str = "inputs",
) -> None:
    """Raise a ValueError that says what to do, unless `array` is (batch, features).

    features: how many, or where any number will do, a word for them. `owner` and
    `name` are for the message.
    """
    fits = array.ndim == 2 and array.shape[1] > 0
    if fits and (features == array.shape[1] or isinstance(features, str)):
        return
    if array.ndim < 2:
        row, column = f"{name}.reshape(1, -1)", f"{name}.reshape(-1, 1)"
        advice = f"one sample is {row}, many samples of one number are {column}"
    elif array.ndim == 2:
        advice = f"each sample has {array.shape[1]} numbers"
    else:
        advice = f"flatten each sample with {name}.reshape(len({name}), -1)"
    shapes = f"shape (batch, {features}), got {array.shape}"
    raise ValueError(f"{owner} expected {name} of {shapes}: {advice}.")


def _as_numbers(array: Any, *, owner: str, name: str = "inputs") -> np.ndarray:
    """Return `array` as an array of real numbers; else a ValueError says what to do."""
    if type(array) is np.ndarray and array.dtype.kind in "biuf":
        return array
    if hasattr(array, "filled") and np.any(array.mask):
        got = f"a masked array: fill its gaps first, {name}.filled(0)"
    elif hasattr(array, "toarray"):
        got = f"a sparse matrix: use {name}.toarray()"
    elif hasattr(array, "__next__"):
        pairs = "X, y = map(np.array, zip(*pairs))"
        got = f"an iterator: use np.array(list({name})), of pairs {pairs}"
    else:
        try:
            array = np.asarray(array)
        except ValueError as error:
            what = "of one shape for all samples, got rows of different lengths"
            raise ValueError(f"{owner} expected {name} {what}.") from error
        if array.dtype.kind in "biuf":
            return array
        got = _no_numbers(array, name)
    raise ValueError(f"{owner} expected {name} of real numbers, got {got}.")


def _no_numbers(array: np.ndarray, name: str) -> str:
    """Say what an array holds instead of real numbers, and what to do."""
    if array.ndim == 0:
        return f"{type(array.item()).__name__}: make an array of numbers of it first"
    if array.dtype.kind == "c":
        return f"complex numbers: take {name}.real, or abs({name})"
    if any(each is None for each in array.flat):
        full = f"np.not_equal({name}, None).reshape(len({name}), -1).all(axis=1)"
        return f"None: leave such samples out, full = {full} says which to keep"
    try:
        array.astype(float)
    except (TypeError, ValueError):
        return f"words: number them, np.unique({name}, return_inverse=True)[1]"
    got = "text" if array.dtype.kind in "US" else str(array.dtype)
    return f"{got}: use np.array({name}, dtype=float)"


def _as_float(
    array: np.ndarray, *, owner: str = "The network", name: str = "inputs"
) -> np.ndarray:
    """Return the array as floats, float32 or wider; copy it only where it must."""
    array = _as_numbers(array, owner=owner, name=name)
    if array.dtype.char in "fd":  # float32 and float64
        return array
    return array.astype(np.result_type(array, np.float32), copy=False)


def _as_classes(
    asker: object, predictions: np.ndarray, targets: np.ndarray, after: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions as floats, and labels, or rows of the predictions' type.

    Raises a ValueError that says what to do, unless predictions are (batch, classes)
    and targets fit them. after: the activation that makes them probabilities, if any.
    """
    owner = type(asker).__name__
    predictions = _as_float(predictions, owner=owner, name="predictions")
    targets = _as_numbers(targets, owner=owner, name="targets")
    _check_batch(predictions, "classes", owner=owner, name="predictions")
    if predictions.shape[1] < 2:
        raise ValueError(f"{owner} needs 2 classes or more: 1 is for the binary one.")
    if after:
        _check_probabilities(predictions, owner=owner, after=after)
    if targets.shape == predictions.shape:
        wrong = ~(np.abs(targets.sum(axis=1) - 1) < 1e-3) | ~(targets >= 0).all(axis=1)
        if wrong.any():
            got = f"got the row {targets[wrong][0]}"
            raise ValueError(f"{owner} expected one-hot rows, which sum to 1, {got}.")
        return predictions, targets.astype(predictions.dtype)
    _check_labels(targets, *predictions.shape, owner=owner)
    return predictions, targets


def _check_labels(labels: np.ndarray, batch: int, classes: int, *, owner: str) -> None:
    """Raise a ValueError unless there is a class, 0 to classes - 1, for each sample."""
    if labels.shape != (batch,):
        flat = labels.size == batch
        advice = "labels are targets.reshape(-1)" if flat else "one for each sample"
        expected = f"shape ({batch},), or one-hot {(batch, classes)}"
        got = f"got {labels.shape}: {advice}"
        raise ValueError(f"{owner} expected targets of {expected}, {got}.")
    if labels.dtype.kind not in "iu":
        whole = np.all(labels == np.floor(labels))
        advice = "use targets.astype(int)" if whole else "a label is a whole number"
        got = f"got {labels.dtype}: {advice}"
        raise ValueError(f"{owner} expected integer labels, {got}.")
    if batch and (labels.min() < 0 or labels.max() >= classes):
        got = f"got {labels.min()} to {labels.max()}: there are {classes} classes"
        raise ValueError(f"{owner} expected labels 0 to {classes - 1}, {got}.")


def _check_probabilities(predictions: np.ndarray, *, owner: str, after: str) -> None:
    """Raise a ValueError unless predictions lie from 0 to 1, give or take 0.001.

    NaN passes: where a network has come to that, its loss should show it.
    """
    low, high = predictions.min(initial=0), predictions.max(initial=1)
    if low < -1e-3 or high > 1 + 1e-3:
        expected = "expected probabilities from 0 to 1"
        got = f"got {predictions.min():g} to {predictions.max():g}"
        raise ValueError(f"{owner} {expected}, {got}: is the {after} missing?")


def _check_not_empty(values: np.ndarray, asker: object) -> None:
    """Raise a ValueError if there is nothing to take the mean of."""
    if values.size == 0:
        got = "got an empty batch: a mean needs at least one sample"
        raise ValueError(f"{type(asker).__name__} {got}.")


def _as_answers(
    asker: object, predictions: np.ndarray, targets: np.ndarray, after: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Return both as floats of the predictions' type, (batch, outputs).

    Raises a ValueError that says what to do, unless they have one shape and targets lie
    from 0, for no, to 1, for yes. after: as in `_as_classes`.
    """
    owner = type(asker).__name__
    predictions = _as_float(predictions, owner=owner, name="predictions")
    targets = _as_numbers(targets, owner=owner, name="targets")
    _check_same_shape(predictions, targets, owner=owner)
    if after:
        _check_probabilities(predictions, owner=owner, after=after)
    if targets.size and not (targets.min() >= 0 and targets.max() <= 1):
        got = f"got {targets.min()} to {targets.max()}"
        raise ValueError(f"{owner} expected targets from 0 (no) to 1 (yes), {got}.")
    return predictions, targets.astype(predictions.dtype)


def _check_same_shape(
    predictions: np.ndarray, targets: np.ndarray, *, owner: str
) -> None:
    """Raise a ValueError that says what to do, unless both are (batch, outputs)."""
    _check_batch(predictions, "outputs", owner=owner, name="predictions")
    if targets.shape != predictions.shape:
        advice = "one for each output"
        if np.squeeze(predictions).shape == np.squeeze(targets).shape:
            advice = f"use targets.reshape{predictions.shape}"
        expected = f"the predictions' shape {predictions.shape}, got {targets.shape}"
        raise ValueError(f"{owner} expected targets of {expected}: {advice}.")


def _check_pairs(pairs: Sequence[tuple[np.ndarray, np.ndarray]], *, owner: str) -> None:
    """Raise a ValueError unless there are arrays of floats, with gradients that fit."""
    for pair in pairs:
        whole = isinstance(pair, tuple | list) and len(pair) == 2
        if not whole or not all(isinstance(each, np.ndarray) for each in pair):
            raise ValueError(f"{owner} expected a list of (array, gradient) pairs.")
    if not sum(array.size for array, _ in pairs):
        raise ValueError(f"{owner} got no parameters: hand it (array, gradient) pairs.")
    for place, (array, gradient) in enumerate(pairs):
        if not (array.dtype.kind == gradient.dtype.kind == "f"):
            types = f"{array.dtype} with a gradient of {gradient.dtype}"
            raise ValueError(f"{owner} moves floats, got {types}: use .astype(float).")
        if not array.flags.writeable:
            raise ValueError(f"{owner}: parameter {place} is read-only: use a copy.")
        if gradient.shape != array.shape:
            shapes = f"of shape {array.shape} has a gradient of {gradient.shape}"
            raise ValueError(f"{owner}: parameter {place} {shapes}.")


def _check_state(
    state: Mapping[str, Any], memories: tuple[str, ...], *, owner: str
) -> None:
    """Raise a ValueError unless `state` is what the get_state of its kind returns."""
    steps = np.asarray(state.get("steps_done"))
    if steps.dtype.kind not in "iu" or steps.ndim or steps < 0:
        raise ValueError(f"{owner} expected steps_done, 0 or more, got {steps}.")
    given, names = set(state) - {"steps_done"}, set(memories)
    if given != names and (steps or given):
        lists = [", ".join(sorted(map(str, each))) for each in (names, given)]
        expected = f"{lists[0] or 'nothing'} beside steps_done"
        raise ValueError(f"{owner} remembers {expected}, got {lists[1] or 'nothing'}.")
    vectors = [np.asarray(state[name]) for name in given]
    for vector in vectors:
        floats = vector.dtype.kind == "f" and vector.ndim == 1
        if not floats or vector.size != vectors[0].size:
            got = f"got {vector.dtype} of shape {vector.shape}"
            raise ValueError(f"{owner} remembers vectors of floats of one size, {got}.")


def _as_setting(
    value: Any,
    needs: str,
    *,
    least: float = 0.0,
    below: float = math.inf,
    tip: str = "",
) -> float:
    """Return a setting as a plain float; else a ValueError that begins with `needs`."""
    number = np.asarray(value)
    plain = number.ndim == 0 and number.dtype.kind in "iuf"
    if plain and np.isfinite(number) and least <= number < below:
        return float(number)
    raise ValueError(f"{needs}, got {value!r}{tip}.")


def _strength(name: str, value: float) -> float:
    """Return a penalty's strength as a float; ValueError unless it is 0 or more."""
    return _as_setting(value, f"Dense needs {name} of 0, for none, or more")


def _check_callbacks(callbacks: Any) -> list[Callable[..., object]]:
    """Return them as a list; ValueError unless each can be called."""
    several = isinstance(callbacks, Iterable) and not callable(callbacks)
    listeners = list(callbacks) if several else []
    if not several or not all(map(callable, listeners)):
        needs = "callbacks is a list of functions of (model, history)"
        raise ValueError(f"{needs}, got {callbacks!r}.")
    return listeners
