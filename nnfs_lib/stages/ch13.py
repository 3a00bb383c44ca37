"""Chapter 13, Save and load, on top of chapter 12.

Generated from chapters/13_save_and_load.ipynb: edit that.
"""

import hashlib
import io
import json
import math
import os
import shutil
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nnfs_lib.stages import ch12 as nn
from nnfs_lib.stages.ch12 import (
    _EPSILON,
    _FASHION_MNIST,
    _IDX_KINDS,
    _LEFT_BY_WINDOWS,
    _MNIST,
    _as_answers,
    _as_classes,
    _as_float,
    _as_line,
    _as_numbers,
    _check_batch,
    _check_callbacks,
    _check_count,
    _check_download,
    _check_ending,
    _check_finite,
    _check_fit,
    _check_float64,
    _check_kind,
    _check_labels,
    _check_light,
    _check_not_empty,
    _check_pairs,
    _check_probabilities,
    _check_same_shape,
    _check_samples,
    _check_sizes,
    _check_state,
    _describe,
    _download,
    _draw_weights,
    _Evaluation,
    _fetch,
    _find_pictures,
    _fused_for,
    _is_fused,
    _kept_outputs,
    _lay_out,
    _no_numbers,
    _one_hot_like,
    _penalty,
    _penalty_gradient,
    _PictureSet,
    _Place,
    _progress,
    _read_both,
    _read_classes,
    _read_idx,
    _read_labelled,
    _read_picture,
    _RemoteFile,
    _rows,
    _same,
    _shifted,
    _short,
    _signed_errors,
    _strength,
    _training_mode,
)
from nnfs_lib.stages.ch12 import *


def _as_tuple(arrays: Any) -> tuple[Any, ...]:
    """Return a list, tuple or iterator as a tuple; ValueError for anything else."""
    try:
        return tuple(arrays)
    except TypeError as error:
        got = f"got {arrays!r}: hand in what get_parameters returns"
        raise ValueError(f"Parameters come in a list, {got}.") from error


def _matched(
    layer: nn.Layer, arrays: Sequence[np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the layer's own parameters, each with its new value, if they are alike."""
    names, owner, given = layer.parameter_names, nn._describe(layer), _as_tuple(arrays)
    if len(given) != len(names):
        raise ValueError(f"{owner} expected {', '.join(names)}, got {len(given)}.")
    pairs = []
    for name, new in zip(names, given, strict=True):
        old, new = getattr(layer, name), np.array(new)  # it might be one of the old
        if new.shape != old.shape or new.dtype.kind not in "fiu":
            expected = f"{name} of shape {old.shape}"
            got = f"got {new.dtype} of shape {new.shape}"
            raise ValueError(f"{owner} expected {expected}, {got}.")
        pairs.append((old, new))
    return pairs


class Model(nn.Model):
    def get_parameters(self) -> list[tuple[np.ndarray, ...]]:
        """Return copies: (weights, biases) of each trainable layer, first to last."""
        return [
            tuple(getattr(layer, name).copy() for name in layer.parameter_names)
            for layer in self.layers
            if layer.parameter_names
        ]

    def set_parameters(self, parameters: Sequence[Sequence[np.ndarray]]) -> None:
        """Take what `get_parameters` of a like model returned, in copies.

        Raises ValueError unless every array fits; then nothing has changed.
        """
        trainable = [layer for layer in self.layers if layer.parameter_names]
        given = _as_tuple(parameters)
        if len(given) != len(trainable):
            counts = f"{len(trainable)} layers, got those of {len(given)}"
            raise ValueError(f"Model expected the parameters of {counts}.")
        changes = [
            change
            for layer, arrays in zip(trainable, given, strict=True)
            for change in _matched(layer, arrays)
        ]
        for old, new in changes:
            old[...] = new


def _write_whole(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place, then renamed into it."""
    path = Path(path).resolve()  # where a link leads; the link stays
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}: make it first.")
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is no file that could be replaced.")
    beside = path.with_name(f".{os.urandom(8).hex()}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _pack(text: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return an .npz file of the arrays, the text in it as JSON, with a checksum.

    The checksum is the comment at the archive's end: the SHA-256 of all before it. The
    same text and arrays give the same bytes.
    """
    members = {"text.json": json.dumps(text).encode("utf-8")}
    for name, array in arrays.items():
        npy = io.BytesIO()
        np.save(npy, array, allow_pickle=False)
        members[f"{name}.npy"] = npy.getvalue()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = b"0" * 64  # room for the checksum
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # of no date
    content = file.getvalue()[:-64]
    return content + hashlib.sha256(content).hexdigest().encode("ascii")


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a member's bytes; ValueError where it is packed: it might be endless."""
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed, which this book never does")
    return archive.read(name)


def _as_array(content: bytes) -> np.ndarray:
    """Return the array in the bytes of an .npy file of floats or integers.

    Its header is believed only where it says what the file has: an array that claims to
    be larger than its bytes is a ValueError before any room is made for it.
    """
    file = io.BytesIO(content)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("an array is of a version that this book does not write")
    try:
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    except Exception as error:  # it is parsed as Python, so it can fail in many ways
        raise ValueError(f"an array has no header ({type(error).__name__})") from error
    size, claimed = len(content) - file.tell(), math.prod(shape) * dtype.itemsize
    possible = all(type(each) is int and 0 <= each < 2**31 for each in shape)
    if dtype.kind not in "fiu" or claimed != size or not possible:
        raise ValueError(f"an array claims to be {dtype} of {shape}, in {size} bytes")
    file.seek(0)
    return np.load(file, allow_pickle=False)


def _unpack(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what `pack` was given; ValueError unless it is that, to the last bit."""
    digest = hashlib.sha256(content[:-64]).hexdigest()
    if content[-64:] != digest.encode("ascii"):
        raise ValueError("it is damaged, or something else: the checksum is wrong")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = [each.compress_size for each in archive.infolist()]
            names = archive.namelist()
            if sum(sizes) > len(content) or len(set(names)) < len(names):
                raise ValueError("its parts overlap, or have one name")
            members = {each: _member(archive, each) for each in names}
        text = json.loads(members.pop("text.json"))
    except (
        zipfile.BadZipFile,
        KeyError,
        RuntimeError,
        EOFError,
        OSError,
        OverflowError,
        struct.error,
    ) as error:
        raise ValueError(f"it is no archive of ours ({error!r})") from error
    arrays = {
        name.removesuffix(".npy"): _as_array(each) for name, each in members.items()
    }
    if not isinstance(text, dict):
        raise ValueError("its text describes nothing")
    return text, arrays


# Of the files that are written: a new one whenever an old library could not read it.
_VERSION = 1


def _read_packed(
    content: bytes, kind: str
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return text and arrays of a file's content, if of this kind and version."""
    text, arrays = _unpack(content)
    if text.get("kind") != kind:
        raise ValueError(f"it holds {text.get('kind')!r}, not {kind!r}")
    if text.get("version") != _VERSION:
        wants = f"this library reads {_VERSION}: another release may read it"
        raise ValueError(f"it is of version {text.get('version')!r}, {wants}")
    return text, arrays


def _cannot_load(path: str | Path, error: Exception) -> ValueError:
    """Return the error that says which file can't be loaded, and why."""
    reason = str(error).rstrip(".") or type(error).__name__
    return ValueError(f"{path} can't be loaded, nothing has changed: {reason}.")


def save_parameters(self: Model, path: str | Path) -> None:
    """Write all weights and biases to an .npz file, whole or not at all."""
    arrays = {
        f"{place}.{number}": array
        for place, several in enumerate(self.get_parameters())
        for number, array in enumerate(several)
    }
    _write_whole(path, _pack({"kind": "parameters", "version": _VERSION}, arrays))


Model.save_parameters = save_parameters


def load_parameters(self: Model, path: str | Path) -> None:
    """Take what `save_parameters` of a like model wrote.

    Raises ValueError for a file that is damaged, or of another kind, version or
    shape; then nothing has changed.
    """
    try:
        arrays = _read_packed(Path(path).read_bytes(), "parameters")[1]
        own = self.get_parameters()
        names = [
            [f"{place}.{number}" for number in range(len(several))]
            for place, several in enumerate(own)
        ]
        if set(arrays) != {name for several in names for name in several}:
            counts = f"{len(arrays)} arrays, the model has {sum(map(len, own))}"
            raise ValueError(f"it is of another model: {counts}")
        self.set_parameters([[arrays[n] for n in several] for several in names])
    except ValueError as error:
        raise _cannot_load(path, error) from error


Model.load_parameters = load_parameters


class _Recipe(NamedTuple):
    """How a part of a model comes back: what makes it, and from which numbers."""

    make: type[Any]
    settings: tuple[str, ...] = ()


# All that a file can name: whatever else it says, nothing else is made.
_RECIPES = {
    recipe.make.__name__: recipe
    for recipe in (
        _Recipe(nn.Dense, ("weight_l1", "weight_l2", "bias_l1", "bias_l2")),
        _Recipe(nn.Dropout, ("rate",)),
        _Recipe(nn.Rescaling, ("scale", "offset")),
        _Recipe(nn.Flatten),
        _Recipe(nn.ReLU),
        _Recipe(nn.Sigmoid),
        _Recipe(nn.Tanh),
        _Recipe(nn.Softmax),
        _Recipe(nn.Linear),
        _Recipe(nn.CategoricalCrossentropy),
        _Recipe(nn.BinaryCrossentropy),
        _Recipe(nn.MeanSquaredError),
        _Recipe(nn.MeanAbsoluteError),
        _Recipe(nn.SoftmaxCategoricalCrossentropy),
        _Recipe(nn.SigmoidBinaryCrossentropy),
        _Recipe(nn.CategoricalAccuracy),
        _Recipe(nn.BinaryAccuracy),
        _Recipe(nn.RegressionAccuracy),
        _Recipe(nn.SGD, ("learning_rate", "decay", "momentum")),
        _Recipe(nn.Adagrad, ("learning_rate", "decay", "epsilon")),
        _Recipe(nn.RMSprop, ("learning_rate", "decay", "epsilon", "rho")),
        _Recipe(nn.Adam, ("learning_rate", "decay", "epsilon", "beta_1", "beta_2")),
    )
}


def _as_text(part: object) -> dict[str, Any] | None:
    """Return what JSON can hold of a part of a model: its name and its settings."""
    if part is None:
        return None
    name = type(part).__name__
    recipe = _RECIPES.get(name)
    if recipe is None or recipe.make is not type(part):
        advice = "save_parameters keeps the numbers; your own code makes the model"
        raise ValueError(f"Model.save knows no {name}: {advice}.")
    # A plain number each: JSON knows none of NumPy's.
    numbers = {each: np.asarray(getattr(part, each)).item() for each in recipe.settings}
    return {"name": name, "settings": numbers}


def _from_text(text: Any, kind: type, **more: Any) -> Any:
    """Return the part that `as_text` described, if it is of that kind."""
    if text is None:
        return None
    recipe = _RECIPES.get(text["name"])
    if recipe is None or not issubclass(recipe.make, kind):
        name = text["name"]
        raise ValueError(f"it names {name!r}, which is no known {kind.__name__}")
    settings = text["settings"]
    numbers = all(type(value) in (int, float) for value in settings.values())
    if set(settings) != set(recipe.settings) or not numbers:
        raise ValueError(f"{text['name']} can't be made of {settings!r}")
    return recipe.make(**settings, **more)


def _layer_from(text: Any, arrays: Mapping[str, np.ndarray], place: int) -> nn.Layer:
    """Return the layer at that place, with its parameters out of the arrays.

    The sizes are those of the arrays: no text can claim others.
    """
    weights = arrays.get(f"{place}.weights")
    if weights is None:
        return _from_text(text, nn.Layer)
    sizes = dict(zip(("n_inputs", "n_neurons"), weights.shape, strict=True))
    zeros = nn.constant(0.0)
    layer = _from_text(text, nn.Layer, **sizes, initializer=zeros, dtype=weights.dtype)
    found = [arrays[f"{place}.{name}"] for name in layer.parameter_names]
    for old, new in _matched(layer, found):
        old[...] = new
    return layer


def _generators_of(model: Model) -> list[tuple[Any, int]]:
    """Return what draws random numbers, each with the number of its generator.

    Owners that share a generator share its number, and share it again after loading.
    """
    owners: list[Any] = [model]
    owners += [layer for layer in model.layers if hasattr(layer, "rng")]
    distinct: list[np.random.Generator] = []
    for owner in owners:
        if not any(owner.rng is each for each in distinct):
            distinct.append(owner.rng)
    return [
        (owner, next(n for n, each in enumerate(distinct) if owner.rng is each))
        for owner in owners
    ]


def _training_as_text(model: Model) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what training needs to go on, beside the parameters: text and arrays."""
    if model.optimizer is None:
        advice = "leave include_optimizer out, or call set(optimizer=...)"
        raise RuntimeError(f"Model has no optimizer to save: {advice}.")
    vectors = model.optimizer.get_state()
    text = {"optimizer": _as_text(model.optimizer), "done": vectors.pop("steps_done")}
    numbered = _generators_of(model)
    states = {number: owner.rng.bit_generator.state for owner, number in numbered}
    for state in states.values():
        if state["bit_generator"] != "PCG64":
            got = f"got {state['bit_generator']}"
            raise ValueError(f"Only generators of default_rng can be saved, {got}.")
    text["owners"] = [number for _, number in numbered]
    text["generators"] = [states[number] for number in range(len(states))]
    return text, {f"optimizer.{name}": vector for name, vector in vectors.items()}


def _go_on(model: Model, text: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Give a model the optimizer and the generators that the text describes."""
    optimizer = _from_text(text["optimizer"], nn.Optimizer)
    vectors = {
        name.removeprefix("optimizer."): array
        for name, array in arrays.items()
        if name.startswith("optimizer.")
    }
    optimizer.set_state({"steps_done": text["done"], **vectors})
    if optimizer.size not in (None, model.parameters.size):
        raise ValueError("its optimizer has moved another number of parameters")
    generators = []
    for state in text["generators"]:
        generators.append(np.random.default_rng(0))
        generators[-1].bit_generator.state = state
    owners = [owner for owner, _ in _generators_of(model)]
    for owner, number in zip(owners, text["owners"], strict=True):
        owner.rng = generators[number]
    model.set(optimizer=optimizer)


def from_content(cls: type[Model], content: bytes) -> "Model":
    """Return the model in the bytes of a file; ValueError where there is none."""
    try:
        text, arrays = _read_packed(content, "model")
        layers = enumerate(text["layers"])
        model = cls([_layer_from(each, arrays, place) for place, each in layers])
        model.set(loss=_from_text(text["loss"], nn.Loss))
        model.set(accuracy=_from_text(text["accuracy"], nn.Accuracy))
        model.finalize()
        if "training" in text:
            _go_on(model, text["training"], arrays)
    except (
        TypeError,
        LookupError,
        RuntimeError,
        AttributeError,
        OverflowError,
    ) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    return model


Model.from_content = classmethod(from_content)


def save(self: Model, path: str | Path, *, include_optimizer: bool = False) -> None:
    """Write the model to one file, whole or not at all: `Model.load` reads it.

    Layers, parameters, loss and accuracy; on request also the optimizer, with what
    it remembers, and the random generators: then training goes on as if it had
    never stopped, to the last bit on the same machine with as many threads.
    ValueError for what `load` could not read.
    """
    self.finalize()
    text: dict[str, Any] = {"kind": "model", "version": _VERSION}
    text["layers"] = [_as_text(layer) for layer in self.layers]
    text |= {"loss": _as_text(self.loss), "accuracy": _as_text(self.accuracy)}
    arrays = {
        f"{place}.{name}": getattr(layer, name)
        for place, layer in enumerate(self.layers)
        for name in layer.parameter_names
    }
    if include_optimizer:
        text["training"], vectors = _training_as_text(self)
        arrays |= vectors
    content = _pack(text, arrays)
    try:
        Model.from_content(content)
    except ValueError as error:
        message = f"Model can't be saved, no file would bring it back: {error}"
        raise ValueError(message) from error
    _write_whole(path, content)


Model.save = save


def load(cls: type[Model], path: str | Path) -> "Model":
    """Return the model in a file of `save`, ready to predict.

    Where its optimizer was saved, `train` goes on; otherwise `set` one first.
    Raises ValueError for a file that is damaged, or of another kind or version.
    """
    content = Path(path).read_bytes()
    try:
        return cls.from_content(content)
    except ValueError as error:
        raise _cannot_load(path, error) from error


Model.load = classmethod(load)


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
