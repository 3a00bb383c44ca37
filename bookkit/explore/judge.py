"""A network that looks at pictures: what chapter 12's explorers take from a model, and the book's own."""

import json
from typing import Any, NamedTuple

import numpy as np

import nnfs_lib as nn
from bookkit.files import shipped
from bookkit.garments.network import MEASURED, NETWORK
from nnfs_lib.datasets import _read_labelled

SIDE = 28
FRONT_LAYERS, INNER_LAYERS = {"Rescaling", "Flatten"}, {"Dense", "ReLU", "Dropout"}
TAKEN = "Rescaling or Flatten first, then Dense, ReLU or Dropout, and Softmax last"

Step = tuple[np.ndarray, np.ndarray]


class Network(NamedTuple):
    """What the page computes: pixels * scale + offset, then the steps, then a softmax.

    steps: (weights, biases) of a dense layer, or None for a ReLU.
    """

    scale: float
    offset: float
    steps: list[Step | None]

    @property
    def classes(self) -> int:
        """How many outputs there are."""
        return self.dense[-1][1].size

    @property
    def dense(self) -> list[Step]:
        """The steps that have parameters; the first takes the pixels."""
        return [step for step in self.steps if step]

    def predict(self, pictures: np.ndarray) -> np.ndarray:
        """Return probabilities (n, classes) for pictures (n, 28, 28)."""
        values = pictures.reshape(len(pictures), -1) * self.scale + self.offset
        for step in self.steps:
            values = values @ step[0] + step[1] if step else np.maximum(values, 0)
        powers = np.exp(values - values.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


def network_of(model: nn.Model) -> Network:
    """Return what the page computes in the model's place; ValueError where it cannot.

    A layer is known by the name of its class: one that a notebook defines itself counts as well.
    """
    layers: list[Any] = list(model.layers)
    kinds = [type(layer).__name__ for layer in layers]
    front = [kind in FRONT_LAYERS for kind in [*kinds, ""]].index(False)
    inner = kinds[front:-1]
    if inner[:1] != ["Dense"] or not INNER_LAYERS.issuperset(inner):
        raise ValueError(f"The explorer takes {TAKEN}, got {kinds}.")
    if kinds[-1] != "Softmax":
        raise ValueError(
            f"The explorer shows probabilities: it takes {TAKEN}, got {kinds}."
        )
    scale, offset = 1.0, 0.0
    for layer, kind in zip(layers[:front], kinds, strict=False):
        if kind == "Rescaling":
            scale, offset = scale * layer.scale, offset * layer.scale + layer.offset
    steps = [
        (layer.weights, layer.biases.ravel()) if kind == "Dense" else None
        for layer, kind in zip(layers[front:-1], inner, strict=True)
        if kind != "Dropout"
    ]
    network = Network(scale, offset, steps)
    n_inputs = len(network.dense[0][0])
    if n_inputs != SIDE * SIDE:
        raise ValueError(
            f"The explorer's pictures have 784 pixels, the network takes {n_inputs}."
        )
    if not all(np.isfinite(array).all() for step in network.dense for array in step):
        raise ValueError("The network has weights that are NaN or infinite.")
    return network


def measured() -> dict[str, Any]:
    """Return what was measured when the book's network was trained."""
    found: dict[str, Any] = json.loads(
        (shipped("garment", "assets") / MEASURED).read_text(encoding="utf-8")
    )
    return found


def drawn() -> np.ndarray:
    """Return ten garments of the book's own drawing, one of each class."""
    images, _ = _read_labelled(shipped("garments"), "train")
    return images[measured()["shown"]]


def books_model() -> nn.Model:
    """Return the model that the book has trained on photographs of clothes."""
    return nn.Model.load(shipped("garment", "assets") / NETWORK)
