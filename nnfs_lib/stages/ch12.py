"""Chapter 12, Dataset, on top of chapter 11.

Generated from chapters/12_dataset.ipynb: edit that.
"""

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nnfs_lib.stages import ch11 as nn
from nnfs_lib.stages.ch11 import (
    _EPSILON,
    _as_answers,
    _as_classes,
    _as_float,
    _as_line,
    _as_numbers,
    _check_batch,
    _check_callbacks,
    _check_count,
    _check_ending,
    _check_finite,
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
    _Evaluation,
    _fused_for,
    _is_fused,
    _kept_outputs,
    _lay_out,
    _no_numbers,
    _one_hot_like,
    _penalty,
    _penalty_gradient,
    _Place,
    _progress,
    _rows,
    _same,
    _shifted,
    _short,
    _signed_errors,
    _strength,
    _training_mode,
)
from nnfs_lib.stages.ch11 import *


# What the third byte of an IDX file says of its values; this library reads the first.
_IDX_KINDS = {
    8: "bytes",
    9: "signed bytes",
    11: "int16",
    12: "int32",
    13: "float32",
    14: "float64",
}


def _read_idx(path: str | Path) -> np.ndarray:
    """Return what an IDX file of bytes holds, gzipped or not: uint8, of any shape.

    Such a file begins with 0, 0, 8 for bytes, and the number of axes; then come their
    sizes, four bytes each, the highest first; then the values, the last axis fastest.
    ValueError says what is wrong with a damaged one. Source: LeCun, Cortes and Burges
    (1998).
    """
    path = Path(path)
    zipped = path.read_bytes()[:2] == b"\x1f\x8b"
    verdict, advice = "is damaged", "Get the file again"
    try:
        with gzip.open(path) if zipped else path.open("rb") as file:
            start = file.read(4)
            if start[:3] != b"\0\0\x08" or start[3:] not in (b"\1", b"\2", b"\3"):
                kind = _IDX_KINDS.get(start[2]) if len(start) == 4 else None
                if kind and start[:2] == b"\0\0" and 0 < start[3] < 9:
                    verdict = "is of another kind"
                    advice = "This reader takes bytes, with 1 to 3 axes"
                    raise ValueError(f"it holds {kind}, with {start[3]} axes")
                got = start.hex(" ") or "nothing"
                raise ValueError(f"it should begin with 00 00 08, it has {got}")
            sizes = file.read(4 * start[3])
            if len(sizes) < 4 * start[3]:
                raise ValueError(f"it ends after {4 + len(sizes)} bytes")
            shape = np.frombuffer(sizes, ">u4").tolist()
            # One more than there should be; piece by piece, as sizes may lie.
            values, end = bytearray(), min(math.prod(shape), 2**31) + 1
            while piece := file.read(min(end - len(values), 2**20)):
                values += piece
        if len(values) != math.prod(shape):
            found = f"{len(values)} or more" if len(values) > 1e9 else f"{len(values)}"
            raise ValueError(f"{shape} are {math.prod(shape)} bytes, it has {found}")
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} {verdict}: {error}. {advice}.") from error
    return np.frombuffer(values, np.uint8).reshape(shape)


def _read_labelled(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures (n, height, width) and labels (n,) of "train" or "t10k".

    FileNotFoundError where a file isn't there, gzipped or not; ValueError where the two
    don't belong together, or hold nothing.
    """
    found = []
    for kind in ("images-idx3", "labels-idx1"):
        path = folder / f"{part}-{kind}-ubyte"
        zipped = path.with_name(f"{path.name}.gz")
        if not (path.is_file() or zipped.is_file()):
            needs = f"neither {path.name} nor {zipped.name}"
            raise FileNotFoundError(f"{folder.absolute()} has {needs}.")
        found.append(_read_idx(path if path.is_file() else zipped))
    images, labels = found
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        shapes = f"pictures of shape {images.shape}, labels of {labels.shape}"
        raise ValueError(f"{folder}, {part}: {shapes}: they don't belong together.")
    if not images.size:
        advice = f"{part}-images-idx3-ubyte should have pictures. Get the file again"
        raise ValueError(f"{folder}, {part}: empty, of shape {images.shape}: {advice}.")
    return images, labels.astype(np.int64)


class _RemoteFile(NamedTuple):
    """A file that can be downloaded: its name, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: str


class _PictureSet(NamedTuple):
    """Labeled pictures in IDX files: the name of their folder, mirrors, and files."""

    name: str
    mirrors: tuple[str, ...]
    files: tuple[_RemoteFile, ...]


_FASHION_MNIST = _PictureSet(
    "fashion-mnist",
    (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    (
        _RemoteFile(
            "train-images-idx3-ubyte.gz",
            26421880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        _RemoteFile(
            "train-labels-idx1-ubyte.gz",
            29515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
        _RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            4422102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        _RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            5148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
)


_MNIST = _PictureSet(
    "mnist",
    (
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    (
        _RemoteFile(
            "train-images-idx3-ubyte.gz",
            9912422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        _RemoteFile(
            "train-labels-idx1-ubyte.gz",
            28881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        _RemoteFile(
            "t10k-images-idx3-ubyte.gz",
            1648877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        _RemoteFile(
            "t10k-labels-idx1-ubyte.gz",
            4542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
)


def _fetch(url: str, part: Path, size: int) -> None:
    """Add to `part` what it lacks of the file at the url, `size` bytes in all.

    Raises OSError, or what else the network has in store, where it is cut off, or where
    another file than that is sent; what has come so far is kept.
    """
    # Not on top: it takes longer to import than all of this library.
    from urllib.request import Request, urlopen

    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        return  # what it is, the check says
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with (
        urlopen(request, timeout=30) as answer,
        nn._progress(size, unit="B", shown=True) as add,
    ):
        if not answer.geturl().startswith("https://"):
            raise OSError(f"it leads to {answer.geturl()}, which is not https")
        goes_on, length = answer.status == 206, answer.headers["Content-Length"]
        if not goes_on and length not in (None, str(size)):
            raise OSError(f"it sends {length} bytes, the file has {size}")
        with part.open("ab" if goes_on else "wb") as file:
            add(file.tell())
            while piece := answer.read(min(2**16, size + 1 - file.tell())):
                add(file.write(piece))


def _check_download(part: Path, file: _RemoteFile) -> None:
    """Raise OSError unless it is that file; remove what can't become it."""
    size = part.stat().st_size
    if size < file.size:
        raise OSError(f"cut off after {size} of {file.size} bytes")
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    if size > file.size or digest != file.sha256:
        part.unlink()
        raise OSError(f"not the file that was expected, {size} bytes, {digest}")


def _download(file: _RemoteFile, mirrors: Sequence[str], folder: Path) -> Path:
    """Bring a file into a folder, whole and checked, from the first mirror that has it.

    A download that was cut off goes on where it stopped, and if that makes another
    file, once more from the start. Raises ConnectionError, with what every mirror said,
    where none has it, and OSError where the folder can't be made.
    """
    from http.client import HTTPException

    folder.mkdir(parents=True, exist_ok=True)
    part, said = folder / f"{file.name}.part", []
    for mirror in mirrors:
        for goes_on in (part.exists(), False):
            try:
                _fetch(mirror + file.name, part, file.size)
                _check_download(part, file)
                return part.replace(folder / file.name)
            except (OSError, HTTPException) as error:
                said.append(f"{mirror}{file.name}: {error}")
            if not goes_on or part.exists():
                break
    raise ConnectionError("; ".join(said))


def _find_pictures(source: _PictureSet, folder: str | Path | None) -> Path:
    """Return the folder with the files, downloaded if they are nowhere else.

    Looks into `folder`, or into $NNFS_DATA if that is set, or else into the cache.
    Raises FileNotFoundError for a folder without them, and ConnectionError, with what
    to do by hand, where they can't be downloaded, or the cache can't be made.
    """
    given = folder or os.environ.get("NNFS_DATA")
    if given:
        place = Path(given).expanduser()
        for each in (place / source.name, place):
            if any(each.glob("*-ubyte*")):
                return each
        names = ", ".join(file.name for file in source.files)
        found = f"{place.absolute()} has none of {names}"
        if not folder:
            found = f"NNFS_DATA: {found}, nor a folder {source.name} with them"
            found += ". Mend it, or unset it, and they are downloaded"
        raise FileNotFoundError(f"{found}.")
    cache = Path.home() / ".cache/nnfs_lib" / source.name
    try:
        for file in source.files:
            if not (cache / file.name).is_file():
                _download(file, source.mirrors, cache)
    except OSError as error:
        urls = "".join(f"\n  {source.mirrors[0]}{file.name}" for file in source.files)
        ways = f"download by hand:{urls}\nand put the files into {cache}"
        ways += ", or name the folder that has them"
        raise ConnectionError(f"No {source.name}: {error}.\nPlease {ways}.") from error
    return cache


def _read_both(
    folder: Path,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return X_train, y_train, X_test, y_test, as `read_labelled` reads each part.

    ValueError where the pictures of the two are not of one size.
    """
    X_train, y_train = _read_labelled(folder, "train")
    X_test, y_test = _read_labelled(folder, "t10k")
    if X_train.shape[1:] != X_test.shape[1:]:
        sizes = f"{X_train.shape[1:]} in train-images-idx3-ubyte"
        sizes += f" and {X_test.shape[1:]} in t10k-images-idx3-ubyte"
        advice = "Take all four files from one data set"
        raise ValueError(f"{folder}: pictures need one size, got {sizes}. {advice}.")
    return X_train, y_train, X_test, y_test


def _check_light(images: np.ndarray, *, expected: str, other: str, dark: bool) -> None:
    """Raise a ValueError where 60,000 pictures are as light as those of the other set.

    Digits leave most of a picture black: their mean is 0.13 of full light, that of
    clothes 0.29. Sets of other sizes are taken as they are.
    """
    light = float(images[:10_000].mean()) / 255
    if len(images) == 60_000 and (light < 0.2) != dark:
        found = f"their mean light is {light:.2f}, as in {other}"
        raise ValueError(f"The pictures should be {expected}, but {found}.")


def load_fashion_mnist(
    folder: str | Path | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return X_train, y_train, X_test, y_test: 60,000 and 10,000 pictures of clothes.

    X: (n, 28, 28), uint8, 0 for black; y: (n,), integers from 0 to 9. They are read
    from `folder`, from $NNFS_DATA/fashion-mnist, from the cache, or downloaded into it.
    Source: Xiao, Rasul and Vollgraf (2017).
    """
    found = _read_both(_find_pictures(_FASHION_MNIST, folder))
    _check_light(found[0], expected="Fashion-MNIST", other="MNIST", dark=False)
    return found


def load_mnist(
    folder: str | Path | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return X_train, y_train, X_test, y_test: 60,000 and 10,000 handwritten digits.

    As `load_fashion_mnist`, with $NNFS_DATA/mnist. Source: LeCun, Cortes and Burges
    (1998).
    """
    found = _read_both(_find_pictures(_MNIST, folder))
    _check_light(found[0], expected="MNIST", other="Fashion-MNIST", dark=True)
    return found


def _read_picture(path: Path) -> np.ndarray:
    """Return a PNG picture as gray values (height, width), uint8; on white ground."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("PNG pictures need Pillow: pip install pillow.") from error
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            if picture.mode.startswith(("I", "F")):
                raise ValueError(f"its pixels are of more than 8 bits, {picture.mode}")
            if picture.has_transparency_data:
                ground = Image.new("RGBA", picture.size, "white")
                ground.alpha_composite(picture.convert("RGBA"))
                return np.asarray(ground.convert("L"))
            return np.asarray(picture.convert("L"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} can't be read as PNG: {error}.") from error


_LEFT_BY_WINDOWS = ("Thumbs.db", "desktop.ini")


def _read_classes(folder: Path, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures (n, height, width) in the folders of that name, and labels.

    A label is the place of the folder's name among the names. Raises ValueError where a
    picture is damaged, or of another size than the first, or a folder has none, or
    other files; those that begin with a dot, or that Windows leaves there, don't count.
    """
    paths = [sorted((folder / name).glob("[!.]*")) for name in names]
    for several in paths:
        several[:] = [path for path in several if path.name not in _LEFT_BY_WINDOWS]
        others = [path for path in several if path.suffix.lower() != ".png"]
        if others:
            counted = f"{len(others)} of {len(several)} files in {others[0].parent}"
            advice = "Save them as PNG, or take them away"
            raise ValueError(f"{counted} are no PNG, as {others[0].name}. {advice}.")
    for name, several in zip(names, paths, strict=True):
        if not several:
            advice = "Add some, or remove this class from train/ and test/"
            raise ValueError(f"{folder / name} has no PNG pictures. {advice}.")
    images: list[np.ndarray] = []
    for path in (path for several in paths for path in several):
        images.append(_read_picture(path))
        if images[-1].shape != images[0].shape:
            sizes = f"{images[-1].shape} and not {images[0].shape} as the first one"
            raise ValueError(f"{path} has the shape {sizes}.")
    labels = np.repeat(np.arange(len(names)), [len(several) for several in paths])
    return np.stack(images), labels


def load_image_folders(
    folder: str | Path,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
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
    X_train, y_train = _read_classes(parts[0], names)
    X_test, y_test = _read_classes(parts[1], names)
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
        for name, value in (("scale", scale), ("offset", offset)):
            if not -math.inf < value < math.inf:
                raise ValueError(f"Rescaling needs a finite {name}, got {value}.")
        self.scale, self.offset = float(scale), float(offset)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs * scale + offset, float32 or wider, as a new array."""
        inputs = np.asarray(inputs)
        dtype = np.result_type(inputs, np.float32)
        self.outputs = np.multiply(inputs, self.scale, dtype=dtype)
        if self.offset:
            self.outputs += self.offset
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
