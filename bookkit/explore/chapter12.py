"""Chapter 12's explorers: a picture under the reader's hand, and what a trained network says of it.

The network travels with the large one, and the page computes its answers: that needs no kernel.
"""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

import nnfs_lib as nn
from bookkit.explore.explorer import FRONT, HERE
from bookkit.explore.glances import Glance
from bookkit.explore.judge import (
    SIDE,
    Network,
    books_model,
    drawn,
    measured,
    network_of,
)
from bookkit.explore.recipe import EXACT, Axis, Field, Frame
from bookkit.explore.shared import bars
from bookkit.explore.sheet import pack
from bookkit.explore.widget import Widget
from bookkit.garments import CLASSES


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
        judge = books_model() if model is None else model
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


# The glance: one garment, turned.
DRESS = list(CLASSES).index("Dress")
NAMED = ("Dress", "Sandal", "Bag")  # what the network takes it for, at most angles
PLACES = [list(CLASSES).index(name) for name in NAMED]
MARGIN = SIDE // 2  # black around a picture, for what turns in


@functools.cache
def books_network() -> Network:
    """Return the book's own network."""
    return network_of(books_model())


def turned(picture: np.ndarray, degrees: float) -> np.ndarray:
    """Return the picture turned clockwise: (28, 28), each pixel from the four around where it comes from."""
    angle, center = np.radians(degrees), (SIDE - 1) / 2
    down, right = np.indices((SIDE, SIDE)) - center
    rows = np.cos(angle) * down - np.sin(angle) * right + center + MARGIN
    columns = np.cos(angle) * right + np.sin(angle) * down + center + MARGIN
    wide = np.pad(picture.astype(float), MARGIN)
    row, column = np.floor(rows).astype(int), np.floor(columns).astype(int)
    below, beside = rows - row, columns - column
    upper = (1 - beside) * wide[row, column] + beside * wide[row, column + 1]
    lower = (1 - beside) * wide[row + 1, column] + beside * wide[row + 1, column + 1]
    return np.rint((1 - below) * upper + below * lower).astype(np.uint8)


def turn_frame(turn: float) -> Frame:
    """Return the dress turned by so many degrees, and what the network says of it."""
    picture = turned(drawn()[DRESS], turn)
    [answers] = books_network().predict(picture[np.newaxis])
    shares = answers[PLACES]
    first, second = answers.argsort()[::-1][:2]
    names = list(CLASSES)
    angle = f"{turn:g}".replace("-", "\N{MINUS SIGN}")
    words = (
        f"Turned by {angle} degrees, the network takes it for: {names[first]}, {answers[first]:.0%}. "
        f"Next comes {names[second]}, {answers[second]:.0%}."
    )
    arrays = {
        "picture": picture[::-1],
        "answers": np.array([*shares, 1 - shares.sum()]),
    }
    return Frame(arrays, words)


GLANCE = Glance(
    title="A dress, turned",
    question="How far can you turn a dress before the network takes it for a sandal?",
    axes=(
        Axis(
            "turn",
            "Turn",
            tuple(range(-90, 91, 10)),
            0,
            tuple(range(-180, 181, 5)),
            unit="degrees",
        ),
    ),
    panes=(
        {
            "kind": "map",
            "title": "The dress",
            "field": "picture",
            "palette": "gray",
            "x": [0, SIDE],
            "y": [0, SIDE],
            "bare": True,
        },
        bars(
            "What the network says",
            "answers",
            [0, 1],
            2,
            labels=[*NAMED, "others"],
        ),
    ),
    fields={"picture": Field(), "answers": EXACT},
    compute=turn_frame,
    play="turn",
)
