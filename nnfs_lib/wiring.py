"""Wiring, built in chapter 10.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from nnfs_lib.activations import Linear, ReLU, Sigmoid, Softmax
from nnfs_lib.fused import FUSED
from nnfs_lib.layers import Dense, Layer
from nnfs_lib.losses import CategoricalCrossentropy, Loss
from nnfs_lib.metrics import Accuracy, CategoricalAccuracy

__all__: list[str] = []


def _check_kind(value: object, kind: type, *, owner: str) -> None:
    """Raise a ValueError that says what to do, unless value is an instance of kind.

    Built in chapter 10.
    """
    if not isinstance(value, kind):
        what = "the class: call it" if isinstance(value, type) else f"{value!r}"
        expected = f"an instance of {kind.__name__}"
        raise ValueError(f"{owner} expected {expected}, got {what}.")


def _describe(layer: Layer) -> str:
    """Return the layer's name, with the sizes of its weights where it has some.

    Built in chapter 10.
    """
    weights = getattr(layer, "weights", None)
    sizes = "" if weights is None else f"({', '.join(map(str, weights.shape))})"
    return type(layer).__name__ + sizes


def _check_ending(
    last: Layer, loss: Loss | None, outputs: np.ndarray | None = None
) -> None:
    """Raise a ValueError where the last layer and the loss don't belong together.

    A loss on logits has no output activation before it, a loss of probabilities has
    its own. Of a layer that the library doesn't know, it looks at the outputs (batch,
    classes), where there are any: probabilities of two classes or more add up to 1.

    Built in chapter 10.
    """
    known = (Dense, ReLU, Linear, Sigmoid, Softmax)
    for (activation, plain), fused in FUSED.items():
        own, name = activation.__name__, type(last).__name__
        if type(loss) is fused and isinstance(last, Sigmoid | Softmax):
            ways = f"without the {name}"
            if isinstance(last, activation):
                ways += f", or loss={plain.__name__}()"
            raise ValueError(f"{fused.__name__} takes logits: use it {ways}.")
        without = type(loss) is plain and not isinstance(last, activation)
        if without and isinstance(last, known):
            needs = f"takes probabilities, the network ends in {name}"
            raise ValueError(f"{plain.__name__} {needs}: let it end in {own}().")
    if type(loss) is CategoricalCrossentropy and outputs is not None:
        sums = outputs.sum(axis=-1)
        if outputs.shape[-1] < 2 or not np.allclose(sums, 1, atol=1e-3):
            needs = "takes probabilities of two classes or more that add up to 1"
            raise ValueError(f"CategoricalCrossentropy {needs}, got {outputs[0]}.")


# The highest logit is the highest probability: these need no output activation.
_COUNTED_ON_LOGITS: set[tuple[type[Layer], type[Accuracy]]] = {
    (Softmax, CategoricalAccuracy)
}


def _views_of(vector: np.ndarray, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return views of a vector, one behind the other, with the shapes of the arrays.

    Built in chapter 10.
    """
    ends = np.cumsum([array.size for array in arrays])
    return [
        vector[end - array.size : end].reshape(array.shape)
        for array, end in zip(arrays, ends, strict=True)
    ]


def _lay_out(
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
    for (layer, name), view in zip(owners, _views_of(parameters, arrays), strict=True):
        setattr(layer, name, view)
    places = [
        (layer, f"d{name}", view)
        for (layer, name), view in zip(
            owners, _views_of(gradients, arrays), strict=True
        )
    ]
    for layer, name, view in places:
        setattr(layer, f"{name}_view", view)
    return parameters, gradients, places


def _shortcut(part: Any, base: type, name: str, *replaced: str) -> Callable[..., Any]:
    """Return the part's method of that name, if it still does what it replaces.

    Otherwise, where a subclass has redefined one of the methods that it `replaced`,
    return that of the base class, which calls them.

    Built in chapter 10.
    """
    order = type(part).__mro__  # the class itself, the one it derives from, and so on

    def place(method: str) -> int:
        return next(n for n, each in enumerate(order) if method in vars(each))

    if all(place(name) <= place(method) for method in replaced):
        return getattr(part, name)
    return partial(getattr(base, name), part)


@contextmanager
def _mode(layers: Sequence[Layer], *, training: bool) -> Iterator[None]:
    """Let layers train, or not, while a block runs; then put things back.

    Built in chapter 10.
    """
    before = [layer.training for layer in layers]
    try:
        for layer in layers:
            layer.training = training
        yield
    finally:
        for layer, old in zip(layers, before, strict=True):
            layer.training = old


def _check_fit(layers: Sequence[Layer]) -> np.ndarray | None:
    """Raise a ValueError that names them, unless all layers fit together.

    A sample of zeros goes through all from the first Dense on, whose number of inputs
    is known: a layer that refuses it doesn't fit. Returns what comes out at the end.

    Built in chapter 10.
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
    with _mode(layers, training=False):
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


def _check_same(vector: np.ndarray, value: object, name: str) -> None:
    """Raise an AttributeError that says what to write, unless value is the vector.

    Built in chapter 10.
    """
    if value is not vector:
        first = "" if vector.size else "call finalize(), then "
        held = f"Model.{name} is the vector whose parts the layers use"
        raise AttributeError(f"{held}: {first}write model.{name}[...] = new.")
