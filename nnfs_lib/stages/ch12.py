"""Chapter 12, Dataset, on top of chapter 11.

Generated from chapters/12_dataset.ipynb: edit that.
"""

import hashlib
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nnfs_lib.stages import appendix
from nnfs_lib.stages import ch11 as nn
from nnfs_lib.stages.appendix import (
    _DEEPEST,
    _HEADER,
    _IDX_TYPES,
    _NO_BRACKETS,
    _png_files,
    _read_array,
    _read_idx,
    _read_picture,
    _read_pictures,
    _read_text,
    _unpack,
)
from nnfs_lib.stages.appendix import *
from nnfs_lib.stages.ch11 import (
    _EPSILON,
    _NO_LOADER,
    _as_answers,
    _as_classes,
    _as_float,
    _as_line,
    _as_numbers,
    _as_setting,
    _batches_of,
    _check_batch,
    _check_callbacks,
    _check_count,
    _check_counts,
    _check_ending,
    _check_finite,
    _check_fit,
    _check_float64,
    _check_kind,
    _check_labels,
    _check_loader,
    _check_not_empty,
    _check_pairs,
    _check_probabilities,
    _check_same_shape,
    _check_samples,
    _check_sizes,
    _check_state,
    _describe,
    _draw_weights,
    _Evaluation,
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
    _progress,
    _Rate,
    _rows,
    _same,
    _shifted,
    _short,
    _signed_errors,
    _strength,
    _training_mode,
)
from nnfs_lib.stages.ch11 import *


def _read_labelled(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures (n, height, width) and labels (n,) of "train" or "t10k"."""
    found = []
    for name in (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"):
        both = folder / name, folder / f"{name}.gz"
        path = next((path for path in both if path.is_file()), None)
        if path is None:
            needs = f"neither {name} nor {name}.gz"
            raise FileNotFoundError(f"{folder.absolute()} has {needs}.")
        found.append(appendix._read_idx(path))
    images, labels = found
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        shapes = f"pictures of shape {images.shape}, labels of {labels.shape}"
        raise ValueError(f"{folder}, {part}: {shapes}: they don't belong together.")
    if not images.size:
        advice = f"{part}-images-idx3-ubyte should have pictures. Get the file again"
        raise ValueError(f"{folder}, {part}: empty, of shape {images.shape}: {advice}.")
    return images, labels.astype(np.int64)


class _PictureSet(NamedTuple):
    """Labeled pictures in four IDX files, and how to know and get them."""

    name: str
    is_dark: bool  # whether most of a picture is black, as with digits
    mirrors: tuple[str, ...]
    checks: tuple[tuple[int, str], ...]  # of each file: size in bytes, and SHA-256


# The files of each set, in the order of its checks.
_IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


_FASHION_MNIST = _PictureSet(
    "fashion-mnist",
    is_dark=False,
    mirrors=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    checks=(
        (26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
)
_MNIST = _PictureSet(
    "mnist",
    is_dark=True,
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    checks=(
        (9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        (28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        (1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        (4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
)


def _fetch(url: str, size: int, sha256: str) -> bytes:
    """Return the file at the url; OSError unless it has that size and fingerprint."""
    from urllib.request import urlopen  # here, as it takes longer than all of nnfs_lib

    with urlopen(url, timeout=30) as answer:
        if not answer.geturl().startswith("https://"):
            raise OSError(f"it leads to {answer.geturl()}, which is not https")
        content = answer.read(size + 1)
    if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
        raise OSError(f"not the file that was expected, {len(content)} of {size} bytes")
    return content


def _download(mirrors: Sequence[str], path: Path, size: int, sha256: str) -> None:
    """Bring a file to its path, checked; ConnectionError where no mirror has it."""
    from http.client import HTTPException

    if sys.platform == "emscripten":
        raise ConnectionError("Python in a browser downloads nothing")
    said = []
    for mirror in mirrors:
        print(f"{mirror}{path.name}: {size / 1e6:.1f} MB")
        try:
            content = _fetch(mirror + path.name, size, sha256)
        except (OSError, HTTPException, RuntimeError) as error:
            said.append(f"{mirror}{path.name}: {error}")
        else:
            part = path.with_name(f"{path.name}.part")
            part.write_bytes(content)
            part.replace(path)
            return
    raise ConnectionError("; ".join(said))


def _find_pictures(source: _PictureSet, folder: str | Path | None) -> Path:
    """Return the folder with the files: the given one, $NNFS_DATA's, or the cache."""
    given = folder or os.environ.get("NNFS_DATA")
    if not given:
        return _fill_cache(source)
    place = Path(given).expanduser()
    for each in (place / source.name, place):
        if any(each.glob("*-ubyte*")):
            return each
    found = f"{place.absolute()} has none of {', '.join(_IDX_FILES)}"
    if not folder:
        found = f"NNFS_DATA: {found}, nor a folder {source.name} with them"
        found += ". Mend it, or unset it, and they are downloaded"
    raise FileNotFoundError(f"{found}.")


def _fill_cache(source: _PictureSet) -> Path:
    """Return the cache's folder, filled; ConnectionError says what to do by hand."""
    cache = Path.home() / ".cache/nnfs_lib" / source.name
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for name, check in zip(_IDX_FILES, source.checks, strict=True):
            if not (cache / name).is_file():
                _download(source.mirrors, cache / name, *check)
    except OSError as error:
        urls = "".join(f"\n  {source.mirrors[0]}{name}" for name in _IDX_FILES)
        ways = f"download by hand:{urls}\nand put the files into {cache}"
        ways += ", or name the folder that has them"
        if sys.platform == "emscripten":
            ways = "run this on a computer, or name a folder that has the files"
        raise ConnectionError(f"No {source.name}: {error}.\nPlease {ways}.") from error
    return cache


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
    """
    return _load(_FASHION_MNIST, folder)


def load_mnist(folder: str | Path | None = None) -> tuple[np.ndarray, ...]:
    """Return X_train, y_train, X_test, y_test: 60,000 and 10,000 handwritten digits.

    As `load_fashion_mnist`, with $NNFS_DATA/mnist. Source: LeCun, Cortes and Burges
    (1998).
    """
    return _load(_MNIST, folder)


def load_image_folders(folder: str | Path) -> tuple[np.ndarray, ...]:
    """Return X_train, y_train, X_test, y_test from PNG pictures, a folder a class.

    Reads folder/train/<class>/*.png and folder/test/<class>/*.png, or .PNG, with
    Pillow, on white where they are transparent; ValueError where a class has none, or
    other files. X: (n, height, width), gray, uint8; y: (n,), the place of the class
    among the names, which are sorted, as numbers where all are numbers. Pictures are in
    the order of their classes: shuffle them.
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
        paths = [appendix._png_files(part / name) for name in names]
        in_order = [path for each in paths for path in each]
        arrays.append(appendix._read_pictures(in_order))
        arrays.append(np.repeat(np.arange(len(names)), [len(each) for each in paths]))
    X_train, y_train, X_test, y_test = arrays
    if X_train.shape[1:] != X_test.shape[1:]:
        shapes = f"{X_train.shape[1:]} in train/ and {X_test.shape[1:]} in test/"
        raise ValueError(f"All pictures need one shape, got {shapes}.")
    return X_train, y_train, X_test, y_test


class Rescaling(nn.Layer):
    """outputs = inputs * scale + offset, as floats.

    Rescaling(1 / 255) turns pixels, 0 to 255, into numbers from 0 to 1. Inputs and
    outputs (batch, ...).
    """

    def __init__(self, scale: float, offset: float = 0.0) -> None:
        """Take what to multiply by, and what to add."""
        needs = "Rescaling needs a finite"
        self.scale = nn._as_setting(scale, f"{needs} scale", least=-math.inf)
        self.offset = nn._as_setting(offset, f"{needs} offset", least=-math.inf)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs * scale + offset, float32 or wider, as a new array."""
        inputs = np.asarray(inputs)
        inputs = inputs.astype(np.result_type(inputs, np.float32), copy=False)
        self.outputs = inputs * self.scale + self.offset
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs * scale."""
        nn._kept_outputs(self, doutputs)
        return np.asarray(doutputs) * self.scale


class Flatten(nn.Layer):
    """Lay the numbers of a sample in a row: (batch, ...) becomes (batch, features)."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs as (batch, features), a view where possible."""
        inputs = np.asarray(inputs)
        if inputs.ndim < 2:
            got = f"got {inputs.shape}: one sample is inputs[np.newaxis]"
            raise ValueError(f"Flatten expected inputs of shape (batch, ...), {got}.")
        self.shape = inputs.shape
        self.outputs = inputs.reshape(len(inputs), math.prod(inputs.shape[1:]))
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs in the inputs' shape."""
        nn._kept_outputs(self, doutputs)
        return np.asarray(doutputs).reshape(self.shape)


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
    "Flatten",
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
    "Rescaling",
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
    "load_fashion_mnist",
    "load_image_folders",
    "load_mnist",
    "normal",
    "numerical_gradient",
    "parameters_of",
    "sine_data",
    "spiral_data",
]
