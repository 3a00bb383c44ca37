"""Datasets, built in chapters 1, 9, 10, 11 and 12.

Generated from the chapters: edit them, not this file.
"""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nnfs_lib.checks import _as_numbers, _check_counts
from nnfs_lib.downloads import _FASHION_MNIST, _MNIST, _find_pictures, _PictureSet
from nnfs_lib.strangers import _png_files, _read_idx, _read_pictures

__all__ = [
    "batches",
    "load_fashion_mnist",
    "load_image_folders",
    "load_mnist",
    "sine_data",
    "spiral_data",
]


def spiral_data(
    samples: int, classes: int, rng: "np.random.Generator | int | None" = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return points X and labels y: a spiral arm of `samples` points for each class.

    X: (samples * classes, 2), float32; y: (samples * classes,), integer.

    A point of class c at radius r stands at the angle 2.5 * (4 * (c + r) + noise)
    radians, the noise normal with standard deviation 0.2. After Karpathy
    (CS231n, 2015), with angles stretched 2.5 times as by Kinsley and Kukiela (2020).

    Built in chapter 1.
    """
    counts = {"samples": samples, "classes": classes}
    _check_counts("spiral_data", "one of each", ": use int(...)", **counts)
    radius = np.tile(np.linspace(0, 1, samples), classes)
    labels = np.repeat(np.arange(classes), samples)
    noise = 0.2 * np.random.default_rng(rng).standard_normal(labels.size)
    angle = 2.5 * (4 * (labels + radius) + noise)
    X = np.column_stack((radius * np.sin(angle), radius * np.cos(angle)))
    return X.astype(np.float32), labels


def sine_data(samples: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """Return X, evenly from 0 to 1, and y = sin(2 pi X): one turn of the sine.

    X and y: (samples, 1), float32.

    Built in chapter 9.
    """
    _check_counts("sine_data", "one sample", samples=samples)
    X = np.linspace(0, 1, samples).reshape(-1, 1)
    return X.astype(np.float32), np.sin(2 * np.pi * X).astype(np.float32)


def _check_samples(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both as arrays of numbers; ValueError unless equally long, not empty."""
    X = _as_numbers(X, owner="The network", name="X")
    y = _as_numbers(y, owner="The network", name="y")
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

    Built in chapter 11.
    """
    X, y = _check_samples(X, y)
    size = len(X) if batch_size is None else batch_size
    size = _check_count(size, "batch_size", least=1)
    parts = (slice(start, start + size) for start in range(0, len(X), size))
    if rng is None:
        return ((X[part], y[part]) for part in parts)
    order = np.random.default_rng(rng).permutation(len(X))
    return ((_rows(X, order[part]), _rows(y, order[part])) for part in parts)


def _rows(array: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return a copy of the chosen rows, and of no others."""
    # `take` is faster, but begins with a copy of all where the order is not C's.
    return array.take(chosen, 0) if array.flags.c_contiguous else array[chosen]


def _check_finite(array: np.ndarray, name: str) -> None:
    """Raise a ValueError that says where, if a number is infinite or not a number."""
    if array.dtype.kind != "f" or not array.size:
        return
    if -math.inf < array.min() <= array.max() < math.inf:
        return
    first = np.argwhere(~np.isfinite(array))[0]
    bad = f"{array[tuple(first)]}, the first in sample {first[0]}"
    raise ValueError(f"{name} has to hold finite numbers, got {bad}.")


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
        X, y = _check_samples(*batch)
        _check_finite(X, "X")
        _check_finite(y, "y")
        yield X, y
        empty = False
    if empty:
        raise ValueError(f"{_NO_LOADER}, got none.")


def _read_labelled(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures (n, height, width) and labels (n,) of "train" or "t10k"."""
    found = []
    for name in (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"):
        both = folder / name, folder / f"{name}.gz"
        path = next((path for path in both if path.is_file()), None)
        if path is None:
            needs = f"neither {name} nor {name}.gz"
            raise FileNotFoundError(f"{folder.absolute()} has {needs}.")
        found.append(_read_idx(path))
    images, labels = found
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        shapes = f"pictures of shape {images.shape}, labels of {labels.shape}"
        raise ValueError(f"{folder}, {part}: {shapes}: they don't belong together.")
    if not images.size:
        advice = f"{part}-images-idx3-ubyte should have pictures. Get the file again"
        raise ValueError(f"{folder}, {part}: empty, of shape {images.shape}: {advice}.")
    return images, labels.astype(np.int64)


def _load(source: _PictureSet, folder: str | Path | None) -> tuple[np.ndarray, ...]:
    """Return X_train, y_train, X_test, y_test; ValueError where they don't fit."""
    place = _find_pictures(source, folder)
    X_train, y_train = _read_labelled(place, "train")
    X_test, y_test = _read_labelled(place, "t10k")
    if X_train.shape[1:] != X_test.shape[1:]:
        sizes = f"{X_train.shape[1:]} in train-images-idx3-ubyte"
        sizes += f" and {X_test.shape[1:]} in t10k-images-idx3-ubyte"
        advice = "Take all four files from one data set"
        raise ValueError(f"{place}: pictures need one size, got {sizes}. {advice}.")
    light = float(X_train[:10_000].mean()) / 255
    if len(X_train) == 60_000 and (light < 0.2) != source.is_dark:
        found = f"their mean light is {light:.2f}, which is another set's"
        raise ValueError(f"{place} should have {source.name}, but {found}.")
    return X_train, y_train, X_test, y_test


def load_fashion_mnist(folder: str | Path | None = None) -> tuple[np.ndarray, ...]:
    """Return X_train, y_train, X_test, y_test: 60,000 and 10,000 pictures of clothes.

    X: (n, 28, 28), uint8, 0 for black; y: (n,), integers from 0 to 9. They are read
    from `folder`, from $NNFS_DATA/fashion-mnist, from the cache, or downloaded into it.
    Source: Xiao, Rasul and Vollgraf (2017).

    Built in chapter 12.
    """
    return _load(_FASHION_MNIST, folder)


def load_mnist(folder: str | Path | None = None) -> tuple[np.ndarray, ...]:
    """Return X_train, y_train, X_test, y_test: 60,000 and 10,000 handwritten digits.

    As `load_fashion_mnist`, with $NNFS_DATA/mnist. Source: LeCun, Cortes and Burges
    (1998).

    Built in chapter 12.
    """
    return _load(_MNIST, folder)


def load_image_folders(folder: str | Path) -> tuple[np.ndarray, ...]:
    """Return X_train, y_train, X_test, y_test from PNG pictures, a folder a class.

    Reads folder/train/<class>/*.png and folder/test/<class>/*.png, or .PNG, with
    Pillow, on white where they are transparent; ValueError where a class has none, or
    other files. X: (n, height, width), gray, uint8; y: (n,), the place of the class
    among the names, which are sorted, as numbers where all are numbers. Pictures are in
    the order of their classes: shuffle them.

    Built in chapter 12.
    """
    parts = [Path(folder) / part for part in ("train", "test")]
    for part in parts:
        if not part.is_dir():
            needs = "needs a folder for each class in train/ and in test/"
            raise FileNotFoundError(f"load_image_folders {needs}: there is no {part}.")
    found = [{path.name for path in part.glob("[!.]*/")} for part in parts]
    if found[0] != found[1] or not found[0]:
        lists = " and ".join(", ".join(sorted(each)) or "none" for each in found)
        raise ValueError(f"train/ and test/ need the same classes, got {lists}.")
    numbers = all(name.isdecimal() for name in found[0])
    names = sorted(found[0], key=int if numbers else None)
    arrays = []
    for part in parts:
        paths = [_png_files(part / name) for name in names]
        in_order = [path for each in paths for path in each]
        arrays.append(_read_pictures(in_order))
        arrays.append(np.repeat(np.arange(len(names)), [len(each) for each in paths]))
    X_train, y_train, X_test, y_test = arrays
    if X_train.shape[1:] != X_test.shape[1:]:
        shapes = f"{X_train.shape[1:]} in train/ and {X_test.shape[1:]} in test/"
        raise ValueError(f"All pictures need one shape, got {shapes}.")
    return X_train, y_train, X_test, y_test
