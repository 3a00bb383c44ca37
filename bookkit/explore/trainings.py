"""The playground's grid: which trainings the website replays, and how they are done and kept."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from bookkit.explore.recipe import Axis, Position
from bookkit.explore.replay import Run, block_of
from bookkit.explore.sheet import digest_of, kept
from bookkit.toys import TOYS
from bookkit.training import ACTIVATIONS, OPTIMIZERS, Training

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
    """Return what is kept of the chunk's trainings, which are done once."""
    return kept(name_of(chunk), digest(chunk), lambda: train(chunk))


def name_of(chunk: Chunk) -> str:
    """Return the name of the chunk's block; that of the first is in the book."""
    return f"playground-{chunk.name}"


def digest(chunk: Chunk) -> str:
    """Return a text that changes with all that makes the chunk's trainings."""
    settings = [list(each.values()) for each in chunk.settings]
    return digest_of([chunk is CHUNKS[0], settings], train)


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
    return block_of(runs, points, **header)


def record(setting: Position, points: dict[str, np.ndarray]) -> Run:
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
    return Run(
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


def points_of(network: Training) -> np.ndarray:
    """Return what the network is trained on: (n, 3), x0, x1 and class, or x, y and 0."""
    columns = (network.X_train, network.y_train)
    whole = np.column_stack(columns).astype(np.float32)
    return np.pad(whole, ((0, 0), (0, 3 - whole.shape[1])))


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
