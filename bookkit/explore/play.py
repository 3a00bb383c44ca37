"""The playground: a small network on a small data set, with every setting under the reader's hand.

On the website it replays trainings that were done beforehand; in a notebook it trains.
"""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import nnfs_lib as nn
from bookkit import ahead, toys, training
from bookkit.explore import replay
from bookkit.explore.chapter1 import EXTENT, plane
from bookkit.explore.chapter3 import class_bytes
from bookkit.explore.explorer import Explorer
from bookkit.explore.recipe import EXACT, Axis, Field, Frame, Position, Recipe
from bookkit.explore.sheet import cached, digest
from bookkit.toys import TOYS
from bookkit.training import ACTIVATIONS, OPTIMIZERS, Training

FOLDER = "playground"  # of the site's static files, where the chunks are
SIDE = 64  # pixels of the map
NEURON = 20  # pixels of a neuron's own picture
LINE = 100  # places along x, for the curve of a regression
LOOKS = 60  # frames of a training that one watches
SLICE = 0.015  # seconds that a slice of training may take before the kernel looks at other things

EPOCHS = (0, 10, 25, 50, 100, 150, 200, 300, 500)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


def spaced(last: int, number: int) -> tuple[int, ...]:
    """Return up to that many epochs from 0 to `last`, close together first."""
    epochs = np.geomspace(1, last + 1, number).round().astype(int) - 1
    return tuple(dict.fromkeys(epochs.tolist()))


CURVE = tuple(
    sorted({*EPOCHS, *spaced(EPOCHS[-1], 28)})
)  # the epochs at which the losses of a run are kept


def powers(low: int, high: int, parts: int) -> tuple[float, ...]:
    """Return 10**low to 10**high, `parts` to each decade, to three digits."""
    exponents = np.arange(low * parts, high * parts + 1) / parts
    return tuple(float(f"{10.0**exponent:.3g}") for exponent in exponents)


AXES = (
    Axis("data", "Data set", tuple(TOYS), "spiral 3"),
    Axis(
        "learning_rate",
        "Learning rate",
        RATES,
        0.03,
        more=powers(-4, 1, 20),
        form="{:g}",
    ),
    Axis("depth", "Hidden layers", (0, 1, 2, 3, 4), 2, more=(5, 6)),
    Axis("epoch", "Epoch", EPOCHS, 200, more=(*CURVE, *spaced(5000, 40))),
    Axis("width", "Neurons per layer", (4, 8, 12, 16), 12, more=tuple(range(1, 33))),
    Axis("activation", "Activation", tuple(ACTIVATIONS), "ReLU"),
    Axis("optimizer", "Optimizer", tuple(OPTIMIZERS), "Adam"),
    Axis("l1", "L1 penalty", (0.0, 0.001, 0.01), 0.0, powers(-5, -1, 4), "{:g}"),
    Axis("l2", "L2 penalty", (0.0, 0.001, 0.01), 0.0, powers(-5, -1, 4), "{:g}"),
    Axis(
        "dropout",
        "Dropout rate",
        (0.0, 0.1, 0.3),
        0.0,
        tuple(i / 20 for i in range(17)),
        "{:g}",
    ),
    Axis(
        "noise",
        "Extra noise",
        (0.0, 0.05, 0.1),
        0.0,
        tuple(i / 50 for i in range(26)),
        "{:g}",
    ),
)
SETTINGS = tuple(axis.name for axis in AXES if axis.name != "epoch")
PLAIN = {axis.name: axis.start for axis in AXES if axis.name != "epoch"}


@dataclass(frozen=True)
class Chunk:
    """Trainings that the website loads together: a part of the grid."""

    name: str
    settings: tuple[Position, ...]


def grid(data: str, width: int) -> tuple[Position, ...]:
    """Return every depth with every learning rate, on one data set."""
    depths = range(5)
    return tuple(
        {**PLAIN, "data": data, "width": width, "depth": depth, "learning_rate": rate}
        for depth, rate in itertools.product(depths, RATES)
    )


def one_changed() -> tuple[Position, ...]:
    """Return the three-armed spiral with one further setting changed, at some learning rates."""
    changes: list[tuple[str, Any, tuple[float, ...]]] = [
        *(("optimizer", name, RATES) for name in OPTIMIZERS),
        *((name, value, RATES[2:5]) for name, value in OTHERS),
    ]
    return tuple(
        {**PLAIN, name: value, "learning_rate": rate}
        for name, value, rates in changes
        if value != PLAIN[name]
        for rate in rates
    )


OTHERS = [
    (axis.name, value)
    for axis in AXES
    if axis.name in ("width", "activation", "l1", "l2", "dropout", "noise")
    for value in axis.values
]
# The first travels with the widget, the others are loaded when they are needed.
CHUNKS = (
    Chunk("spiral-3", grid("spiral 3", 12)),
    Chunk("changed", one_changed()),
    *(
        Chunk(data.replace(" ", "-"), grid(data, 8))
        for data in TOYS
        if data != "spiral 3"
    ),
)


def block(chunk: Chunk) -> bytes:
    """Return what is kept of the chunk's trainings, from the cache where it has them."""
    modules = [training, toys, ahead]
    settings = [chunk.name, [list(each.values()) for each in chunk.settings]]
    return cached(digest(settings, modules), lambda: train(chunk))


def train(chunk: Chunk) -> bytes:
    """Train the chunk's networks and return what is kept of them."""
    points: dict[str, np.ndarray] = {}
    runs = [record(setting, points) for setting in chunk.settings]
    header: dict[str, Any] = {"epochs": EPOCHS, "curve": CURVE}
    if chunk is CHUNKS[0]:
        header["chunks"] = {
            each.name: [list(setting.values()) for setting in each.settings]
            for each in CHUNKS
        }
    return replay.block_of(runs, points, **header)


def record(setting: Position, points: dict[str, np.ndarray]) -> replay.Run:
    """Train one network and keep what the page needs; add its points to those of the chunk."""
    network = Training(**setting)  # type: ignore[arg-type]
    name = f"{setting['data']}, noise {setting['noise']:g}"
    points.setdefault(name, points_of(network))
    parameters, words, curve = [], [], []
    for epoch in CURVE:
        network.advance(epoch - network.epoch)
        if epoch in EPOCHS:
            parameters.append(parameters_of(network))
            words.append(words_of(network))
        curve.append(look(network)[1:])
    return replay.Run(
        list(setting.values()), np.array(parameters), np.array(curve), words, name
    )


def parameters_of(network: Training) -> np.ndarray:
    """Return the parameters of all dense layers in one row: weights row by row, then biases."""
    return np.concatenate(
        [
            getattr(layer, name).ravel()
            for layer in network.layers
            for name in layer.parameter_names
        ]
    )


# Frames, as a notebook's kernel computes them and as the page does.

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


def points_of(network: Training) -> np.ndarray:
    """Return what the network is trained on: (n, 3), x0, x1 and class, or x, y and 0."""
    columns = (network.X_train, network.y_train)
    whole = np.column_stack(columns).astype(np.float32)
    return np.pad(whole, ((0, 0), (0, 3 - whole.shape[1])))


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


def words_of(network: Training) -> str:
    """Say how far the training is and how well it does."""
    seen = network.measure()
    start = f"Epoch {network.epoch}"
    if not np.isfinite(seen["loss"]):
        return (
            f"{start}: the loss is no number any more. The steps were too large: "
            "lower the learning rate."
        )
    numbers = (
        f"{start}: loss {seen['loss']:.3f}, on the test points {seen['test_loss']:.3f}."
    )
    if network.regression:
        return numbers
    numbers += (
        " "
        f"Accuracy {seen['accuracy']:.1%}, on the test points {seen['test_accuracy']:.1%}."
    )
    guessing = seen["accuracy"] < 1.05 / len(np.unique(network.y_train))
    return f"{numbers} No better than guessing." if guessing else numbers


def look(network: Training) -> list[float]:
    """Return epoch, loss and test loss."""
    seen = network.measure()
    return [network.epoch, seen["loss"], seen["test_loss"]]


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
    """Return the frame of any position, from a training of its own."""
    epoch = int(position.pop("epoch"))
    network = Training(**position)
    history = [look(network)]
    for stop in [
        *(stop for stop in CURVE if 0 < stop < epoch),
        *([epoch] * (epoch > 0)),
    ]:
        network.advance(stop - network.epoch)
        history.append(look(network))
    return frame_of(network, np.array(history))


# A setting as a program. {{name}} stands for the value of an axis, or for what CODES makes of one.
CODE = '''\
"""A setting of the playground, as a program: {{data}}."""

from bookkit import ahead as nn  # nnfs_lib, and what its coming chapters will add
from bookkit.toys import toy_data
import numpy as np

X, y, X_test, y_test = toy_data("{{data}}", noise={{noise}})
rng = np.random.default_rng(0)
sizes = [X.shape[1], *[{{width}}] * {{depth}}, {{outputs}}]

layers = []
for n_inputs, n_neurons in zip(sizes[:-1], sizes[1:]):
    if layers:
        layers.append(nn.{{activation}}())
{{dropping}}    dense = nn.Dense(n_inputs, n_neurons{{penalties_1}}{{penalties_2}})
    dense.weights[:] = nn.{{start}}(dense.weights.shape, rng, dense.weights.dtype)
    layers.append(dense)

loss = nn.{{loss}}()
{{accuracy}}optimizer = nn.{{optimizer}}


def forward(inputs, training=False):
    for layer in layers:
        layer.training = training
        inputs = layer.forward(inputs)
    return inputs


with np.errstate(all="ignore"):  # a network that diverges may overflow
    for epoch in range({{epoch}}):
        gradient = loss.backward(forward(X, training=True), y)
        for layer in reversed(layers):
            gradient = layer.backward(gradient)
        optimizer.step(nn.parameters_of(layers))

    for name, inputs, targets in (("training", X, y), ("test", X_test, y_test)):
        outputs = forward(inputs)
        print(f"{name}: loss {loss.calculate(outputs, targets):.3f}")
{{report}}'''


def by_data(regression: str, classes: str) -> dict[str, Any]:
    """Return what a placeholder stands for on each data set."""
    table = {name: regression if name == "sine" else classes for name in TOYS}
    return {"axis": "data", "table": table}


def unless_zero(axis: str, text: str) -> dict[str, Any]:
    """Return what a placeholder stands for where an axis is not at zero."""
    return {"axis": axis, "table": {"0": ""}, "other": text}


CODES: dict[str, dict[str, Any]] = {
    "outputs": {
        "axis": "data",
        "table": {name: {"spiral 3": "3", "sine": "1"}.get(name, "2") for name in TOYS},
    },
    "start": {
        "axis": "activation",
        "table": {"ReLU": "he_normal", "Sigmoid": "glorot_uniform"},
    },
    "loss": by_data("MeanSquaredError", "SoftmaxCategoricalCrossentropy"),
    "accuracy": by_data("", "accuracy = nn.CategoricalAccuracy()\n"),
    "report": by_data(
        "",
        '        print(f"{name}: accuracy {accuracy.calculate(outputs, targets):.1%}")\n',
    ),
    "dropping": unless_zero(
        "dropout", "        layers.append(nn.Dropout({{dropout}}, rng=rng))\n"
    ),
    "penalties_1": unless_zero("l1", ", weight_l1={{l1}}"),
    "penalties_2": unless_zero("l2", ", weight_l2={{l2}}"),
    "optimizer": {
        "axis": "optimizer",
        "table": {
            **{
                name: f"{name}(learning_rate={{{{learning_rate}}}})"
                for name in OPTIMIZERS
            },
            "SGD with momentum": "SGD(learning_rate={{learning_rate}}, momentum=0.9)",
        },
    },
}


def code_of(position: Position) -> str:
    """Return the position as a program: what the button on the page copies."""
    parts = {
        name: value if isinstance(value, str) else f"{value:g}"
        for name, value in position.items()
    }
    for name, how in CODES.items():
        parts[name] = how["table"].get(parts[how["axis"]], how.get("other"))
    text = CODE
    for _ in range(2):  # a part may hold a placeholder itself
        text = re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], text)
    return text


PLANE = {
    "x": [-EXTENT, EXTENT],
    "y": [-EXTENT, EXTENT],
    "xlabel": "x\N{SUBSCRIPT ZERO}",
    "ylabel": "x\N{SUBSCRIPT ONE}",
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
