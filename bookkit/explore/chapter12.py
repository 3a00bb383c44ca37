"""Chapter 12's explorer: a picture under the reader's hand, and what a trained network says of it.

The network travels with the widget and the page computes its answers: that needs no kernel.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import traitlets

import nnfs_lib as nn
from bookkit.explore.explorer import FRONT, HERE
from bookkit.explore.sheet import pack
from bookkit.explore.widget import Widget
from bookkit.files import shipped
from bookkit.garments import CLASSES
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


def check_same(model: nn.Model, network: Network, pictures: np.ndarray) -> None:
    """Raise ValueError where the page would say something else than the model does."""
    flat = any(type(layer).__name__ == "Flatten" for layer in model.layers)
    inputs = pictures if flat else pictures.reshape(len(pictures), -1)
    if not np.allclose(model.predict(inputs), network.predict(pictures), atol=1e-3):
        raise ValueError(
            "The model's answers are not what layers of these names compute: "
            "the explorer can't show a layer of your own."
        )


def checked(pictures: np.ndarray) -> np.ndarray:
    """Return the pictures; ValueError unless they are (n, 28, 28) of uint8, one at least."""
    pictures = np.asarray(pictures)
    shape = pictures.shape
    if pictures.dtype != np.uint8 or shape[1:] != (SIDE, SIDE) or not shape[0]:
        got = f"{pictures.dtype} of shape {shape}"
        raise ValueError(f"pictures should be uint8 of shape (n, 28, 28), got {got}.")
    return pictures


def named(names: Sequence[str] | None, outputs: int) -> list[str]:
    """Return a name for each output; the garments' where none are given."""
    found = list(CLASSES if names is None else names)
    if len(found) != outputs or not all(isinstance(name, str) for name in found):
        raise ValueError(
            f"The network has {outputs} outputs: give names, {outputs} texts."
        )
    return found


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


def about_network(network: Network) -> str:
    """Say what the book's network is, and how good."""
    found = measured()
    sizes = [len(weights) for weights, _ in network.dense] + [network.classes]
    return (
        f"The network ({'-'.join(map(str, sizes))}) was trained on the photographs of Fashion-MNIST "
        f"and is right on {found['accuracy']:.1%} of the {found['pictures']:,} test pictures there, "
        f"and on {found['drawn_accuracy']:.0%} of {found['drawn_pictures']:,} garments that this "
        "book has drawn."
    )


def about_drawn(network: Network) -> str:
    """Say where the ten drawn garments come from, and how many of them the network knows."""
    answers = network.predict(drawn()).argmax(axis=1)
    right = int((answers == np.arange(len(answers))).sum())
    return (
        "The ten above are drawings, for each class the one of which the book's network is surest: "
        f"the network here is right on {right} of the {len(answers)}."
    )


def block_of(network: Network, pictures: np.ndarray, **header: Any) -> bytes:
    """Return all that the page needs, as bookkit.explore.sheet packs it.

    The numbers come layer by layer, weights row by row and then biases: as half-precision where that is
    exact, first all low bytes and then all high ones, which packs better, or else as float32. Then the
    pictures.
    """
    numbers = np.concatenate(
        [array.ravel() for step in network.dense for array in step]
    )
    with np.errstate(over="ignore"):
        halves = numbers.astype("<f2")
    exact = bool((halves == numbers).all())
    pairs = halves.view(np.uint8).reshape(-1, 2)
    codes = pairs.T.tobytes() if exact else numbers.astype("<f4").tobytes()
    header |= {
        "scale": network.scale,
        "offset": network.offset,
        "half": exact,
        "steps": [step[0].shape if step else "ReLU" for step in network.steps],
    }
    return pack(header, [codes, pictures.tobytes()])


class Garment(Widget):
    """A picture to turn, shift, draw on and spoil; `picture` is what the reader has made of it."""

    _esm = FRONT
    _css = HERE / "explorer.css"
    title = traitlets.Unicode().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    network = traitlets.Bytes().tag(sync=True)
    # The page sends a view of memory, which Bytes would refuse.
    seen = traitlets.Bytes().tag(sync=True, from_json=lambda sent, widget: bytes(sent))

    def __init__(
        self,
        model: nn.Model | None = None,
        pictures: np.ndarray | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        """Show pictures to a model; the book's own stand for what is not given."""
        shown = drawn() if pictures is None else checked(pictures)
        labels = [f"Picture {number + 1}" for number in range(len(shown))]
        judge = (
            nn.Model.load(shipped("garment", "assets") / NETWORK)
            if model is None
            else model
        )
        network = network_of(judge)
        check_same(judge, network, shown)
        classes = named(names, network.classes)
        about = [about_network(network)] if model is None else []
        if pictures is None:
            labels = list(CLASSES)
            about += [about_drawn(network)] if names is None else []
        self.first = shown[0]
        super().__init__(
            title="A garment in your hand",
            caption=" ".join(about),
            network=block_of(network, shown, names=classes, labels=labels),
        )

    @property
    def picture(self) -> np.ndarray:
        """The picture as the network gets it now: (28, 28), uint8."""
        found = np.frombuffer(self.seen or self.first.tobytes(), dtype=np.uint8)
        return found.reshape(SIDE, SIDE).copy()

    def __repr__(self) -> str:
        """Say what is here, where nothing can show it."""
        return f"[Explorer] {self.title}: run this cell to play with it."
