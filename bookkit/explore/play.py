"""The playground: a small network on a small data set, with every setting under the reader's hand.

On the website it replays trainings that were done beforehand; in a notebook it trains.
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
    CHUNKS,
    CURVE,
    SETTINGS,
    block,
    look,
    points_of,
    spaced,
    words_of,
)
from bookkit.training import Training

FOLDER = "playground"  # of the site's static files, where the chunks are
SIDE = 64  # pixels of the map
NEURON = 20  # pixels of a neuron's own picture
LINE = 100  # places along x, for the curve of a regression
LOOKS = 60  # frames of a training that one watches
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
    }
    if network.regression:
        arrays["fit"] = np.column_stack([ALONG, network.predict(ALONG)])
    else:
        arrays["map"] = class_bytes(network.predict(PLACES))
    return Frame(arrays, words_of(network))


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
    With classes of a reader's own there is nothing to replay: the kernel computes every frame.
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
        # What is kept, and the program that is copied, are of the library's own layers.
        kept = {"replays": FOLDER, "code": CODE, "codes": CODES}
        super().__init__(
            RECIPE,
            block=b"" if self.own else block(CHUNKS[0]),
            time="epoch",
            wide=True,
            address=True,
            **({} if self.own else kept),
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
        for stop in spaced(last, LOOKS):
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
    for stop in sorted({*(stop for stop in CURVE if stop < epoch), epoch} - {0}):
        network.advance(stop - network.epoch)
        history.append(look(network))
    return frame_of(network, np.array(history))


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
            "kind": "gallery",
            "title": "Each hidden neuron: the bluer, the higher its output",
            "field": "neurons",
            "place": "neurons",
            "below": True,
        },
    ),
    fields={
        "map": Field(),
        "neurons": Field(),
        "fit": EXACT,
        "history": EXACT,
        "points": EXACT,
    },
    compute=compute,
    play="epoch",
)
