"""What the playground trains: its axes, its data sets, and what it says of a network on its way."""

from typing import Any

import numpy as np

from bookkit.explore.recipe import EXACT, Axis
from bookkit.explore.shared import start_of
from bookkit.explore.sheet import pack
from bookkit.toys import TOYS, toy_parts
from bookkit.training import ACTIVATIONS, OPTIMIZERS, Training

LAST = 5000  # epochs


def spaced(last: int, each: int, growth: float) -> tuple[int, ...]:
    """Return epochs from 0 on: every one up to `each`, then further and further apart."""
    found = list(range(each + 1))
    while found[-1] < last:
        found.append(min(last, max(found[-1] + 1, round(found[-1] * growth))))
    return tuple(found)


def decades(low: int, high: int, steps: tuple[float, ...]) -> tuple[float, ...]:
    """Return these numbers times 10**low, and so on, up to 10**high."""
    exponents = range(low, high)
    found = [float(f"{step}e{each}") for each in exponents for step in steps]
    return (*found, float(f"1e{high}"))


# The epochs at which one looks at a training, round ones among them.
LOOKS = tuple(sorted({*spaced(LAST, 60, 1.02), 100, 200, 300, 500, 1000, 2000}))
RATES = decades(-4, 1, (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8))
PENALTIES = (0.0, *decades(-5, -1, (1, 2, 5)))
AXES = (
    Axis("data", "Data set", tuple(TOYS), "spiral 3"),
    Axis("learning_rate", "Learning rate", RATES, 0.03, form="{:g}"),
    Axis("depth", "Hidden layers", tuple(range(7)), 2),
    Axis("epoch", "Epoch", LOOKS, 200),
    Axis("width", "Neurons per layer", tuple(range(1, 33)), 12),
    Axis("activation", "Activation", tuple(ACTIVATIONS), "ReLU"),
    Axis("optimizer", "Optimizer", tuple(OPTIMIZERS), "Adam"),
    Axis("l1", "L1 penalty", PENALTIES, 0.0, form="{:g}"),
    Axis("l2", "L2 penalty", PENALTIES, 0.0, form="{:g}"),
    Axis("dropout", "Dropout rate", tuple(i / 20 for i in range(17)), 0.0, form="{:g}"),
    Axis("noise", "Extra noise", tuple(i / 40 for i in range(21)), 0.0, form="{:g}"),
)
SETTINGS = tuple(axis.name for axis in AXES if axis.name != "epoch")


def block() -> bytes:
    """Return what a page needs to train as `Training` does: the data sets and the generator's first state.

    Its arrays, of each data set for training and then for the test: X, y, and what a noise of 1 adds.
    """
    parts = {name: toy_parts(name) for name in TOYS}
    arrays = [array for both in parts.values() for part in both for array in part]
    shapes = {
        name: [[EXACT.describe(array.shape) for array in part] for part in both]
        for name, both in parts.items()
    }
    header = {"start": start_of(0), "sets": shapes}
    return pack(header, [EXACT.encode(array) for array in arrays])


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


def look(network: Training) -> list[Any]:
    """Return epoch, loss and test loss."""
    seen = network.measure()
    return [network.epoch, seen["loss"], seen["test_loss"]]
