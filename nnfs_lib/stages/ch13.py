"""Chapter 13, Save and load, on top of chapter 12.

Generated from chapters/13_save_and_load.ipynb: edit that.
"""

import hashlib
import io
import json
import math
import os
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nnfs_lib.stages import appendix
from nnfs_lib.stages import ch12 as nn
from nnfs_lib.stages.ch12 import (
    _DEEPEST,
    _EPSILON,
    _FASHION_MNIST,
    _HEADER,
    _IDX_FILES,
    _IDX_TYPES,
    _MNIST,
    _NO_BRACKETS,
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
    _download,
    _draw_weights,
    _Evaluation,
    _fetch,
    _fill_cache,
    _find_pictures,
    _fused_for,
    _in_two_halves,
    _kept_outputs,
    _lay_out,
    _load,
    _Network,
    _no_numbers,
    _one_hot_like,
    _penalty,
    _penalty_gradient,
    _PictureSet,
    _Place,
    _png_files,
    _product,
    _progress,
    _Rate,
    _read_array,
    _read_idx,
    _read_labelled,
    _read_picture,
    _read_pictures,
    _read_text,
    _rows,
    _same,
    _shifted,
    _short,
    _signed_errors,
    _strength,
    _training_mode,
    _unpack,
)
from nnfs_lib.stages.ch12 import *


class Model(nn.Model):
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


def _array_names(layer: object) -> tuple[str, ...]:
    """Return the names of a layer's arrays: its parameters, and its class's `state`."""
    state = getattr(type(layer), "state", ())
    return (*getattr(layer, "parameter_names", ()), *state)


def _fitting(
    layer: nn.Layer, names: Sequence[str], arrays: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    """Return copies of arrays by name; ValueError unless they fit the layer's."""
    owner = nn._describe(layer)
    if len(arrays) != len(names):
        raise ValueError(f"{owner} expected {', '.join(names)}, got {len(arrays)}.")
    copies = {name: np.array(new) for name, new in zip(names, arrays, strict=True)}
    for name, new in copies.items():
        shape = np.shape(getattr(layer, name))
        if new.shape != shape or new.dtype.kind not in "fiu":
            got = f"got {new.dtype} of shape {new.shape}"
            raise ValueError(f"{owner} expected {name} of shape {shape}, {got}.")
    return copies


def _fitting_all(
    layers: Sequence[nn.Layer], parameters: Iterable[Sequence[np.ndarray]]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return every array with a copy of what it becomes, if all of them fit."""
    layers = [layer for layer in layers if _array_names(layer)]
    try:
        given = [tuple(each) for each in parameters]
    except TypeError as error:
        got = f"got {parameters!r}: hand in what get_parameters returns"
        raise ValueError(f"Parameters come in a list of pairs, {got}.") from error
    if len(given) != len(layers):
        counts = f"{len(layers)} layers, got those of {len(given)}"
        raise ValueError(f"Model expected the parameters of {counts}.")
    return [
        (getattr(layer, name), new)
        for layer, arrays in zip(layers, given, strict=True)
        for name, new in _fitting(layer, _array_names(layer), arrays).items()
    ]


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
    finally:
        beside.unlink(missing_ok=True)  # still there only if something failed


def _pack(config: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return an .npz file of the arrays, the config in it as JSON, with a checksum.

    The checksum is the comment at the archive's end: the SHA-256 of all before it. The
    same config and arrays give the same bytes.
    """
    members = {"text.json": json.dumps(config).encode("utf-8")}
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


# Of the files that are written: a new one whenever an old library could not read it.
_VERSION = 1


def _read_packed(
    content: bytes, kind: str
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return config and arrays of a file's content, if of this kind and version."""
    config, arrays = appendix._unpack(content)
    if config.get("kind") != kind:
        raise ValueError(f"it holds {config.get('kind')!r}, not {kind!r}")
    if config.get("version") != _VERSION:
        wants = f"this library reads {_VERSION}: another release may read it"
        raise ValueError(f"it is of version {config.get('version')!r}, {wants}")
    return config, arrays


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


def load_parameters(self: Model, path: str | Path) -> None:
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


Model.save_parameters = save_parameters
Model.load_parameters = load_parameters


class Dense(nn.Dense):
    settings: tuple[str, ...] = ("weight_l1", "weight_l2", "bias_l1", "bias_l2")


class Dropout(nn.Dropout):
    settings: tuple[str, ...] = ("rate",)


class Rescaling(nn.Rescaling):
    settings: tuple[str, ...] = ("scale", "offset")


class SGD(nn.SGD):
    settings: tuple[str, ...] = ("learning_rate", "decay", "momentum")


class Adagrad(nn.Adagrad):
    settings: tuple[str, ...] = ("learning_rate", "decay", "epsilon")


class RMSprop(nn.RMSprop):
    settings: tuple[str, ...] = ("learning_rate", "decay", "epsilon", "rho")


class Adam(nn.Adam):
    settings: tuple[str, ...] = (
        "learning_rate",
        "decay",
        "epsilon",
        "beta_1",
        "beta_2",
    )


_LAYERS = (Dense, Dropout, nn.Flatten, Rescaling)
_ACTIVATIONS = (nn.ReLU, nn.Sigmoid, nn.Tanh, nn.Softmax, nn.Linear)
_CROSSENTROPIES = (nn.CategoricalCrossentropy, nn.BinaryCrossentropy)
_FUSED_LOSSES = (nn.SoftmaxCategoricalCrossentropy, nn.SigmoidBinaryCrossentropy)
_ERRORS = (nn.MeanSquaredError, nn.MeanAbsoluteError)
_ACCURACIES = (nn.CategoricalAccuracy, nn.BinaryAccuracy, nn.RegressionAccuracy)
_OPTIMIZERS = (SGD, Adagrad, RMSprop, Adam)
_LOSSES = (*_CROSSENTROPIES, *_FUSED_LOSSES, *_ERRORS)
_PARTS = (*_LAYERS, *_ACTIVATIONS, *_LOSSES, *_ACCURACIES, *_OPTIMIZERS)

# All that a file can name: whatever else it says, nothing else is made.
_CLASSES: dict[str, type] = {each.__name__: each for each in _PARTS}


def _settings_of(made: type) -> tuple[str, ...]:
    """Return the names of a class's settings; ValueError where it doesn't say."""
    if made.__name__ in _CLASSES:
        return getattr(_CLASSES[made.__name__], "settings", ())
    if not hasattr(made, "settings"):
        says = "it doesn't say how it is made: give the class settings"
        raise ValueError(f"{says}, the names of its constructor's arguments, or ()")
    return made.settings


def _from_config(
    config: Any, kind: type, known: Mapping[str, type], arrays: Mapping[str, np.ndarray]
) -> Any:
    """Return the part that `_to_config` described, if it is of that kind."""
    if config is None:
        return None
    name, settings = config["name"], config["settings"]
    made = known.get(name)
    if made is None or not issubclass(made, kind):
        advice = "a class of your own goes into layers=[...]"
        raise ValueError(f"it names {name!r}, no known {kind.__name__}: {advice}")
    plain = {int, float} if name in _CLASSES else {int, float, bool, str, type(None)}
    types = {type(value) for value in settings.values()}
    if set(settings) != set(_settings_of(made)) or not types <= {*plain, dict}:
        raise ValueError(f"{name} can't be made of {settings!r}")
    sizes: tuple[int, ...] = ()
    options = dict(settings)
    for each, value in settings.items():
        if isinstance(value, dict):  # it has settings of its own, as a schedule has
            options[each] = _from_config(value, object, known, {})
    if issubclass(made, Dense):
        sizes, dtype = arrays["weights"].shape, arrays["weights"].dtype
        options |= {"initializer": nn.constant(0.0), "dtype": dtype}
    part: Any = made(*sizes, **options)
    if {*arrays} != {*_array_names(part)}:
        raise ValueError(f"{name} has other arrays than {', '.join(arrays) or 'none'}")
    for each, array in _fitting(part, [*arrays], [*arrays.values()]).items():
        setattr(part, each, array)
    return part


def _named(part: object, known: dict[str, type]) -> dict[str, Any]:
    """Return a part's name and settings, for JSON; its class joins those known."""
    name = type(part).__name__
    if not issubclass(known.setdefault(name, type(part)), type(part)):
        raise ValueError(f"another class is called {name}, too: give it another name")
    settings: dict[str, Any] = {}
    for each in _settings_of(type(part)):
        value = getattr(part, each)
        if hasattr(type(value), "settings"):
            value = _named(value, known)
        elif callable(value):
            advice = "make it a class with settings and __call__"
            raise ValueError(f"its {each} is a function: {advice}")
        elif isinstance(value, np.generic | np.ndarray):
            value = value.item()  # a plain number: JSON knows none of NumPy's
        settings[each] = value
    return {"name": name, "settings": settings}


def _to_config(
    part: object, kind: type, arrays: Mapping[str, np.ndarray]
) -> dict[str, Any] | None:
    """Return a part's name and settings; ValueError if it would not come back."""
    if part is None:
        return None
    known = dict(_CLASSES)
    try:
        config = _named(part, known)
        _from_config(config, kind, known, arrays)
    except Exception as error:  # a class of the reader's own may raise anything
        refused = f"Model can't be saved, {type(part).__name__} would not come back"
        raise ValueError(f"{refused}: {error}") from error
    return config


def _owners_of_generators(model: Any) -> list[Any]:
    """Return what draws random numbers: the model, and layers such as dropout."""
    kind = np.random.Generator
    draw = [each for each in model.layers if isinstance(getattr(each, "rng", 0), kind)]
    return [model, *draw]


def _check_memories(model: Any, memories: Mapping[str, np.ndarray]) -> None:
    """Raise a ValueError where the memories are not of the model's parameters."""
    count = model.parameters.size
    if any(np.size(memory) != count for memory in memories.values()):
        raise ValueError("its optimizer has moved another number of parameters")


def _training_to_config(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what training needs to go on, beside the parameters: text and arrays."""
    memories = model.optimizer.get_state()
    done = memories.pop("steps_done")
    try:
        _check_memories(model, memories)
    except ValueError as error:
        advice = "give the model an optimizer of its own: call set(optimizer=...)"
        raise ValueError(f"Model can't be saved, {error}: {advice}.") from error
    owners = _owners_of_generators(model)
    distinct = {id(owner.rng): owner.rng for owner in owners}
    states = [rng.bit_generator.state for rng in distinct.values()]
    for state in states:
        if state["bit_generator"] != "PCG64":
            got = f"got {state['bit_generator']}"
            raise ValueError(f"Only generators of default_rng can be saved, {got}.")
    config = {
        "optimizer": _to_config(model.optimizer, nn.Optimizer, {}),
        "done": done,
        "owners": [[*distinct].index(id(owner.rng)) for owner in owners],
        "generators": states,
    }
    return config, {f"optimizer.{name}": array for name, array in memories.items()}


def _resume_training(
    model: Any, config: Any, known: Mapping[str, type], memories: dict[str, np.ndarray]
) -> None:
    """Give a model the optimizer and the generators that the config describes."""
    optimizer = _from_config(config["optimizer"], nn.Optimizer, known, {})
    _check_memories(model, memories)
    optimizer.set_state({"steps_done": config["done"], **memories})
    generators = [np.random.default_rng(0) for _ in config["generators"]]
    for rng, state in zip(generators, config["generators"], strict=True):
        rng.bit_generator.state = state
    owners = _owners_of_generators(model)
    for owner, number in zip(owners, config["owners"], strict=True):
        owner.rng = generators[number]
    model.set(optimizer=optimizer)


def _model_to_config(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the text and the arrays that describe a model, without its training."""
    layers = []
    arrays: dict[str, np.ndarray] = {}
    for place, layer in enumerate(model.layers):
        own = {name: getattr(layer, name) for name in _array_names(layer)}
        layers.append(_to_config(layer, nn.Layer, own))
        arrays |= {f"{place}.{name}": array for name, array in own.items()}
    config: dict[str, Any] = {"kind": "model", "version": _VERSION, "layers": layers}
    config["loss"] = _to_config(model.loss, nn.Loss, {})
    config["accuracy"] = _to_config(model.accuracy, nn.Accuracy, {})
    return config, arrays


def _fill(model: Any, content: bytes, known: Mapping[str, type]) -> None:
    """Give an empty model all that the bytes of a file describe."""
    config, arrays = _read_packed(content, "model")
    owned: dict[str, dict[str, np.ndarray]] = {}
    for full_name, array in arrays.items():
        owner, _, name = full_name.partition(".")
        owned.setdefault(owner, {})[name] = array
    for place, each in enumerate(config["layers"]):
        model.add(_from_config(each, nn.Layer, known, owned.get(str(place), {})))
    model.set(loss=_from_config(config["loss"], nn.Loss, known, {}))
    model.set(accuracy=_from_config(config["accuracy"], nn.Accuracy, known, {}))
    model.finalize()
    if "training" in config:
        memories = owned.get("optimizer", {})
        _resume_training(model, config["training"], known, memories)


def save(self: Model, path: str | Path, *, include_optimizer: bool = False) -> None:
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


def load(cls: type[Model], path: str | Path, *, layers: Iterable[type] = ()) -> "Model":
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


Model.save = save
Model.load = classmethod(load)


class EarlyStopping(nn.EarlyStopping):
    def __call__(self, model: Model, history: nn.History) -> bool:
        """Return whether to stop; then the model has its best parameters."""
        losses = history.val_loss or history.loss
        loss = math.inf if math.isnan(losses[-1]) else losses[-1]
        if len(losses) == 1 or loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, len(losses)
            self.best_parameters = model.get_parameters()
        if len(losses) - self.best_epoch < self.patience:
            return False
        if self.restore_best:
            model.set_parameters(self.best_parameters)
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
