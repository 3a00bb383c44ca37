"""Wiring, built in chapter 10.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from nnfs_lib.activations import Linear, ReLU, Sigmoid, Softmax, Tanh
from nnfs_lib.fused import FUSED
from nnfs_lib.layers import Dense, Layer
from nnfs_lib.losses import CategoricalCrossentropy, Loss


def _check_kind(value: object, kind: type, *, owner: str) -> None:
    """Raise a ValueError that says what to do, unless value is an instance of kind."""
    if not isinstance(value, kind):
        what = "the class: call it" if isinstance(value, type) else f"{value!r}"
        expected = f"an instance of {kind.__name__}"
        raise ValueError(f"{owner} expected {expected}, got {what}.")


def _describe(layer: Layer) -> str:
    """Return the layer's name, with the sizes of its weights where it has some."""
    weights = getattr(layer, "weights", None)
    sizes = "" if weights is None else f"({', '.join(map(str, weights.shape))})"
    return type(layer).__name__ + sizes


def _same(one: type, other: type) -> bool:
    """Whether a class has another's methods for what a step computes."""
    names = ("forward", "backward", "calculate", "value_and_gradient")
    return all(getattr(one, name, 0) is getattr(other, name, 0) for name in names)


def _fused_for(last: Layer, loss: Loss) -> Loss | None:
    """Return the fused loss that takes the place of both, or None."""
    for (activation, plain), fused in FUSED.items():
        if _same(type(last), activation) and _same(type(loss), plain):
            return fused()
    return None


def _check_ending(
    last: Layer, loss: Loss, outputs: np.ndarray | None = None
) -> None:
    """Raise a ValueError where the last layer and the loss don't belong together.

    A loss on logits has no output activation before it, a loss of probabilities has
    its own. Of a layer that the library doesn't know, it looks at the outputs (batch,
    classes), where there are any: probabilities of two classes or more add up to 1.
    """
    known = (Dense, ReLU, Linear, Sigmoid, Tanh, Softmax)
    for (activation, plain), fused in FUSED.items():
        own, name = activation.__name__, type(last).__name__
        if _same(type(loss), fused) and isinstance(last, Sigmoid | Softmax):
            ways = f"without the {name}"
            if isinstance(last, activation):
                ways += f", or loss={plain.__name__}()"
            raise ValueError(f"{fused.__name__} takes logits: use it {ways}.")
        without = _same(type(loss), plain) and not isinstance(last, activation)
        if without and isinstance(last, known):
            needs = f"takes probabilities, the network ends in {name}"
            raise ValueError(f"{plain.__name__} {needs}: let it end in {own}().")
    if _same(type(loss), CategoricalCrossentropy) and outputs is not None:
        sums = outputs.sum(axis=-1)
        if outputs.shape[-1] < 2 or not np.allclose(sums, 1, atol=1e-3):
            needs = "takes probabilities of two classes or more that add up to 1"
            raise ValueError(f"CategoricalCrossentropy {needs}, got {outputs[0]}.")


# A parameter: its layer, its name, and the parts of both vectors that belong to it.
_Place = tuple[Layer, str, np.ndarray, np.ndarray]


def _lay_out(layers: Sequence[Layer]) -> tuple[np.ndarray, np.ndarray, list[_Place]]:
    """Move all parameters into one vector, and make one for their gradients.

    The layers' arrays become views of the first. Returns both, and every parameter.
    """
    owners = [(layer, name) for layer in layers for name in layer.parameter_names]
    arrays = [getattr(layer, name) for layer, name in owners]
    parameters = np.concatenate(arrays, axis=None) if arrays else np.empty(0)
    gradients = np.zeros_like(parameters)
    places, end = [], 0
    for (layer, name), array in zip(owners, arrays, strict=True):
        start, end = end, end + array.size
        values = parameters[start:end].reshape(array.shape)
        slopes = gradients[start:end].reshape(array.shape)
        setattr(layer, name, values)
        setattr(layer, f"d{name}_view", slopes)
        places.append((layer, name, values, slopes))
    return parameters, gradients, places


def _in_two_halves(layer: Layer) -> bool:
    """Whether the class that wrote a layer's backward wrote keep_gradients as well."""
    writer = next(kind for kind in type(layer).__mro__ if "backward" in vars(kind))
    return "keep_gradients" in vars(writer)


@contextmanager
def _training_mode(layers: Sequence[Layer], training: bool) -> Iterator[None]:
    """Let layers train, or not, while a block runs; then put things back."""
    before = [(layer, layer.training) for layer in layers]
    try:
        for layer in layers:
            layer.training = training
        yield
    finally:
        for layer, old in before:
            layer.training = old


def _check_fit(layers: Sequence[Layer]) -> np.ndarray | None:
    """Raise a ValueError that names them, unless all layers fit together.

    A sample of zeros goes through all from the first Dense on, whose number of inputs
    is known: a layer that refuses it doesn't fit. Returns what comes out at the end.
    """
    types: dict[np.dtype, str] = {}
    for place, layer in enumerate(layers):
        for name in layer.parameter_names:
            of = f"in layer {place}, {_describe(layer)}"
            types.setdefault(getattr(layer, name).dtype, of)
    if len(types) > 1:
        found = " and ".join(f"{dtype} {of}" for dtype, of in types.items())
        raise ValueError(f"Model needs layers of one dtype, got {found}.")
    dense = next((layer for layer in layers if isinstance(layer, Dense)), None)
    if dense is None:
        return None
    start = layers.index(dense)
    outputs = np.zeros((1, len(dense.weights)), dense.weights.dtype)
    giver = "the network's own input"
    with _training_mode(layers, False):
        for place, layer in enumerate(layers[start:], start):
            name = f"layer {place}, {_describe(layer)}"
            try:
                outputs = layer.forward(outputs)
            except ValueError as error:
                message = f"Model: {name}, does not fit behind {giver}: {error}"
                raise ValueError(message) from error
            if layer.parameter_names:
                giver = name
    return outputs
