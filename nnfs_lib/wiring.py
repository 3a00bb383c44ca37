"""Wiring, built in chapters 10 and 13.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from nnfs_lib.activations import Softmax
from nnfs_lib.fused import FUSED
from nnfs_lib.layers import Layer
from nnfs_lib.losses import Loss
from nnfs_lib.metrics import Accuracy, CategoricalAccuracy

__all__ = [
    "COUNTED_ON_LOGITS",
    "check_ending",
    "check_fit",
    "check_kind",
    "describe",
    "lay_out",
    "matched",
    "mode",
    "views_of",
]


def check_kind(value: object, kind: type, *, owner: str) -> None:
    """Raise a ValueError that says what to do, unless value is an instance of kind.

    Built in chapter 10.
    """
    if not isinstance(value, kind):
        what = "the class: call it" if isinstance(value, type) else f"{value!r}"
        expected = f"an instance of {kind.__name__}"
        raise ValueError(f"{owner} expected {expected}, got {what}.")


def describe(layer: Layer) -> str:
    """Return the layer's name, with the sizes of its weights where it has some.

    Built in chapter 10.
    """
    weights = getattr(layer, "weights", None)
    sizes = "" if weights is None else f"({', '.join(map(str, weights.shape))})"
    return type(layer).__name__ + sizes


def check_ending(last: Layer, loss: Loss | None) -> None:
    """Raise a ValueError where a loss on logits comes behind an output activation.

    Built in chapter 10.
    """
    for (activation, plain), fused in FUSED.items():
        if type(loss) is fused and type(last) is activation:
            ways = f"without the {activation.__name__}, or loss={plain.__name__}()"
            raise ValueError(f"{fused.__name__} takes logits: use it {ways}.")


# The highest logit is the highest probability: these need no output activation.
COUNTED_ON_LOGITS: set[tuple[type[Layer], type[Accuracy]]] = {
    (Softmax, CategoricalAccuracy)
}


def views_of(vector: np.ndarray, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return views of a vector, one behind the other, with the shapes of the arrays.

    Built in chapter 10.
    """
    ends = np.cumsum([array.size for array in arrays])
    return [
        vector[end - array.size : end].reshape(array.shape)
        for array, end in zip(arrays, ends, strict=True)
    ]


def lay_out(
    layers: Sequence[Layer],
) -> tuple[np.ndarray, np.ndarray, list[tuple[Layer, str, np.ndarray]]]:
    """Move all parameters into one vector; make one for their gradients beside it.

    The layers' own arrays become views of the first, of the shapes and values they
    had. Returns both vectors, and for each parameter its layer, the name of its
    gradient and the view where that belongs.

    Built in chapter 10.
    """
    owners = [(layer, name) for layer in layers for name in layer.parameter_names]
    arrays = [getattr(layer, name) for layer, name in owners]
    parameters = np.concatenate(arrays, axis=None)
    gradients = np.zeros_like(parameters)
    for (layer, name), view in zip(owners, views_of(parameters, arrays), strict=True):
        setattr(layer, name, view)
    places = [
        (layer, f"d{name}", view)
        for (layer, name), view in zip(owners, views_of(gradients, arrays), strict=True)
    ]
    for layer, name, view in places:
        setattr(layer, f"{name}_view", view)
    return parameters, gradients, places


@contextmanager
def mode(layers: Sequence[Layer], *, training: bool) -> Iterator[None]:
    """Let layers train, or not, while a block runs; then put things back.

    Built in chapter 10.
    """
    before = [layer.training for layer in layers]
    for layer in layers:
        layer.training = training
    try:
        yield
    finally:
        for layer, old in zip(layers, before, strict=True):
            layer.training = old


def check_fit(layers: Sequence[Layer]) -> None:
    """Raise a ValueError that names them, unless all layers fit together.

    One sample of zeros goes through them all: whoever doesn't take it, doesn't fit.

    Built in chapter 10.
    """
    trainable = [layer for layer in layers if layer.parameter_names]
    types = {getattr(each, n).dtype for each in trainable for n in each.parameter_names}
    if len(types) > 1:
        found = " and ".join(sorted(map(str, types)))
        raise ValueError(f"Model needs layers of one dtype, got {found}.")
    n_inputs = len(getattr(trainable[0], trainable[0].parameter_names[0]))
    outputs = np.zeros((1, n_inputs), dtype=types.pop())
    giver = "the network's own input"
    with mode(layers, training=False):
        for place, layer in enumerate(layers):
            name = f"layer {place}, {describe(layer)}"
            try:
                outputs = layer.forward(outputs)
            except ValueError as error:
                message = f"Model: {name}, does not fit behind {giver}: {error}"
                raise ValueError(message) from error
            if layer.parameter_names:
                giver = name


def matched(
    layer: Layer, arrays: Sequence[np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the layer's own parameters, each with its new value, if they are alike.

    Built in chapter 13.
    """
    names, owner = layer.parameter_names, describe(layer)
    if len(arrays) != len(names):
        raise ValueError(f"{owner} expected {', '.join(names)}, got {len(arrays)}.")
    pairs = []
    for name, new in zip(names, arrays, strict=True):
        old, new = getattr(layer, name), np.asarray(new)
        if new.shape != old.shape or new.dtype.kind not in "fiu":
            expected = f"{name} of shape {old.shape}"
            got = f"got {new.dtype} of shape {new.shape}"
            raise ValueError(f"{owner} expected {expected}, {got}.")
        pairs.append((old, new))
    return pairs
