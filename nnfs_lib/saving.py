"""Saving, built in chapter 13.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nnfs_lib.activations import Linear, ReLU, Sigmoid, Softmax, Tanh
from nnfs_lib.files import _VERSION, _read_packed
from nnfs_lib.fused import SigmoidBinaryCrossentropy, SoftmaxCategoricalCrossentropy
from nnfs_lib.initializers import constant
from nnfs_lib.layers import Dense, Dropout, Flatten, Layer, Rescaling
from nnfs_lib.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
)
from nnfs_lib.metrics import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    RegressionAccuracy,
)
from nnfs_lib.optimizers import SGD, Adagrad, Adam, Optimizer, RMSprop
from nnfs_lib.wiring import _describe


def _array_names(layer: object) -> tuple[str, ...]:
    """Return the names of a layer's arrays: its parameters, and its class's `state`."""
    state = getattr(type(layer), "state", ())
    return (*getattr(layer, "parameter_names", ()), *state)


def _fitting(
    layer: Layer, names: Sequence[str], arrays: Sequence[np.ndarray]
) -> dict[str, np.ndarray]:
    """Return copies of arrays by name; ValueError unless they fit the layer's."""
    owner = _describe(layer)
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
    layers: Sequence[Layer], parameters: Iterable[Sequence[np.ndarray]]
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


_LAYERS = (Dense, Dropout, Flatten, Rescaling)
_ACTIVATIONS = (ReLU, Sigmoid, Tanh, Softmax, Linear)
_CROSSENTROPIES = (CategoricalCrossentropy, BinaryCrossentropy)
_FUSED_LOSSES = (SoftmaxCategoricalCrossentropy, SigmoidBinaryCrossentropy)
_ERRORS = (MeanSquaredError, MeanAbsoluteError)
_ACCURACIES = (CategoricalAccuracy, BinaryAccuracy, RegressionAccuracy)
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
        options |= {"initializer": constant(0.0), "dtype": dtype}
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
        "optimizer": _to_config(model.optimizer, Optimizer, {}),
        "done": done,
        "owners": [[*distinct].index(id(owner.rng)) for owner in owners],
        "generators": states,
    }
    return config, {f"optimizer.{name}": array for name, array in memories.items()}


def _resume_training(
    model: Any, config: Any, known: Mapping[str, type], memories: dict[str, np.ndarray]
) -> None:
    """Give a model the optimizer and the generators that the config describes."""
    optimizer = _from_config(config["optimizer"], Optimizer, known, {})
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
        layers.append(_to_config(layer, Layer, own))
        arrays |= {f"{place}.{name}": array for name, array in own.items()}
    config: dict[str, Any] = {"kind": "model", "version": _VERSION, "layers": layers}
    config["loss"] = _to_config(model.loss, Loss, {})
    config["accuracy"] = _to_config(model.accuracy, Accuracy, {})
    return config, arrays


def _fill(model: Any, content: bytes, known: Mapping[str, type]) -> None:
    """Give an empty model all that the bytes of a file describe."""
    config, arrays = _read_packed(content, "model")
    owned: dict[str, dict[str, np.ndarray]] = {}
    for full_name, array in arrays.items():
        owner, _, name = full_name.partition(".")
        owned.setdefault(owner, {})[name] = array
    for place, each in enumerate(config["layers"]):
        model.add(_from_config(each, Layer, known, owned.get(str(place), {})))
    model.set(loss=_from_config(config["loss"], Loss, known, {}))
    model.set(accuracy=_from_config(config["accuracy"], Accuracy, known, {}))
    model.finalize()
    if "training" in config:
        memories = owned.get("optimizer", {})
        _resume_training(model, config["training"], known, memories)
