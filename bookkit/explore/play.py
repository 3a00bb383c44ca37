"""The playground: a small network on a small data set, with every setting under the reader's hand.

On a page its front-end trains; in a notebook the library does.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import nnfs_lib as nn
from bookkit.explore.explorer import Explorer
from bookkit.explore.program import CODE, CODES
from bookkit.explore.recipe import EXACT, Field, Frame, Position, Recipe
from bookkit.explore.shared import PLANE, class_bytes, plane
from bookkit.explore.trainings import (
    AXES,
    LOOKS,
    SETTINGS,
    block,
    look,
    points_of,
    words_of,
)
from bookkit.toys import TOYS, toy_parts
from bookkit.training import Training

SIDE = 64  # pixels of the map
NEURON = 20  # pixels of a neuron's own picture
LINE = 100  # places along x, for the curve of a regression
SLICE = 0.015  # seconds that a slice of training may take before the kernel looks at other things

PLACES = plane(SIDE)
NEURON_PLACES = plane(NEURON)
ALONG = np.linspace(0, 1, LINE, dtype=np.float32).reshape(-1, 1)
NEURON_ALONG = ((np.arange(NEURON, dtype=np.float32) + 0.5) / NEURON).reshape(-1, 1)


def frame_of(network: Training, history: np.ndarray) -> Frame:
    """Return what the playground shows of a network in training.

    history: (looks, 3), epoch, loss and test loss, up to now.
    """
    arrays = {
        "history": history,
        "points": points_of(network),
        "neurons": neuron_pictures(network),
        "weights": weights_of(network),
    }
    if network.regression:
        arrays["fit"] = np.column_stack([ALONG, network.predict(ALONG)])
    else:
        arrays["map"] = class_bytes(network.predict(PLACES))
    return Frame(arrays, words_of(network))


def weights_of(network: Training) -> np.ndarray:
    """Return the dense layers' weights in one row: layer by layer, row by row."""
    return np.concatenate([layer.weights.ravel() for layer in network.dense])


def neuron_pictures(network: Training) -> np.ndarray:
    """Return each hidden neuron's output over the inputs, its highest as 255: (depth, width, 20, 20)."""
    places = NEURON_ALONG if network.regression else NEURON_PLACES
    layers = np.array(network.hidden(places), dtype=np.float32)
    if not len(layers):
        return np.zeros((0, 0, NEURON, NEURON))
    if network.regression:
        layers = np.tile(layers, (1, NEURON, 1))
    outputs = np.nan_to_num(layers.clip(min=0), posinf=0)
    highest = outputs.max(axis=1, keepdims=True)
    shares = outputs / np.where(highest > 0, highest, 1)
    width = layers.shape[2]
    pictures = shares.transpose(0, 2, 1).reshape(-1, width, NEURON, NEURON)
    return np.rint(255 * pictures)


class Playground(Explorer):
    """The explorer that trains: a network of the library's layers, or of a reader's own.

    dense, activation: classes to train with instead of the library's; what they raise is shown in words.
    Classes of a reader's own only the kernel can train with.
    """

    def __init__(
        self,
        *,
        dense: Callable[..., Any] | None = None,
        activation: type[nn.Layer] | None = None,
        **options: Any,
    ) -> None:
        self.own = {
            name: given
            for name, given in {"dense": dense, "activation": activation}.items()
            if given is not None
        }
        # The page trains the library's own layers alone, and the program that is copied is of them.
        page = {"engine": {"kind": "playground"}, "code": CODE, "codes": CODES}
        super().__init__(
            RECIPE,
            block=b"" if self.own else block(),
            wide=True,
            address=True,
            **({} if self.own else page),
            **options,
        )

    def _frames(
        self, position: dict[str, Any], watch: bool
    ) -> Iterator[tuple[Position, Frame] | None]:
        """Train to the position's epoch; yield frames on the way, and None for a breath."""
        position = self.recipe.check(position)
        last = int(position["epoch"])
        setting = {name: position[name] for name in SETTINGS} | self.own
        network = Training(**setting)  # type: ignore[arg-type]
        history = [look(network)]
        step = 1
        for stop in stops(last):
            while network.epoch < stop:
                start = time.perf_counter()
                network.advance(min(stop - network.epoch, step))
                fast = time.perf_counter() - start < SLICE
                step = 2 * step if fast else max(step // 2, 1)
                yield None
            if stop:
                history.append(look(network))
            if watch or stop == last:
                place: Position = {**position, "epoch": network.epoch}
                yield place, frame_of(network, np.array(history))


def compute(**position: Any) -> Frame:
    """Return the frame of any position as the page shows it, from a training of its own."""
    epoch = int(position.pop("epoch"))
    network = Training(**position)
    history = [look(network)]
    for stop in stops(epoch)[1:]:
        network.advance(stop - network.epoch)
        history.append(look(network))
    return frame_of(network, np.array(history))


def stops(last: int) -> list[int]:
    """Return the epochs at which one looks at a training on its way; the last is where it ends."""
    return [*(epoch for epoch in LOOKS if epoch < last), last]


ENDS = {
    name: {"labels": ["x"], "classes": 1}
    if y.ndim == 2
    else {
        "labels": ["x\N{SUBSCRIPT ZERO}", "x\N{SUBSCRIPT ONE}"],
        "classes": int(y.max()) + 1,
    }
    for name, y in ((name, toy_parts(name)[0][1]) for name in TOYS)
}
RECIPE = Recipe(
    title="The playground",
    axes=AXES,
    panes=(
        {
            "kind": "map",
            "title": "Answer",
            "place": "answer",
            "field": "map",
            "palette": "classes",
            "points": "points",
            **PLANE,
        },
        {
            "kind": "chart",
            "title": "Answer",
            "place": "answer",
            "needs": "fit",
            "x": [0, 1],
            "y": [-1.6, 1.6],
            "xlabel": "x",
            "ylabel": "y",
            "dots": "points",
            "series": [{"field": "fit", "columns": [0, 1], "color": 1, "width": 3}],
        },
        {
            "kind": "chart",
            "title": "Loss",
            "place": "loss",
            "needs": "history",
            "y": "auto",
            "most": 2.5,
            "xlabel": "epoch",
            "series": [
                {
                    "field": "history",
                    "columns": [0, 2],
                    "label": "test",
                    "color": 1,
                    "dash": [6, 3],
                },
                {
                    "field": "history",
                    "columns": [0, 1],
                    "label": "training",
                    "color": 0,
                },
            ],
        },
        {
            "kind": "network",
            "title": "The network; in a neuron, blue is high",
            "field": "neurons",
            "weights": "weights",
            "by": "data",
            "ends": ENDS,
            "place": "network",
            "below": True,
        },
    ),
    fields={
        "map": Field(),
        "neurons": Field(),
        "fit": EXACT,
        "history": EXACT,
        "points": EXACT,
        "weights": EXACT,
    },
    compute=compute,
    play="epoch",
    trains=True,
)
