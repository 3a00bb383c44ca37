"""A small network in training, as the explorers of chapters 7 to 11 follow it."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

import nnfs_lib as nn
from bookkit.explore.shared import PLANE, class_bytes, plane

Data = tuple[np.ndarray, np.ndarray]


class Course:
    """A network on its way: `advance` trains it, and keeps its losses at some epochs.

    looks: those epochs, in rising order. history: (looks, 3), the loss that the optimizer saw in its last
    step, that of the whole training data, and that of the test data; NaN where training has not come yet.
    """

    def __init__(
        self,
        layers: Sequence[nn.Layer],
        loss: nn.Loss,
        optimizer: nn.Optimizer,
        looks: Sequence[int],
        train: Data,
        test: Data,
    ) -> None:
        """Look at the network before it learns anything."""
        self.layers, self.loss, self.optimizer = list(layers), loss, optimizer
        self.train, self.test = train, test
        self.looks = np.array(looks)
        self.history = np.full((len(looks), 3), np.nan)
        self.epoch, self.seen = 0, np.nan
        self.look()

    def forward(self, inputs: np.ndarray, *, training: bool = False) -> np.ndarray:
        """Return what the last layer makes of the inputs."""
        for layer in self.layers:
            layer.training = training
            inputs = layer.forward(inputs)
        return inputs

    def measure(self, data: Data) -> float:
        """Return the loss on some data, without penalties and dropout."""
        inputs, targets = data
        return self.loss.calculate(self.forward(inputs), targets)

    def look(self) -> None:
        """Keep the losses, if this is one of the epochs for it."""
        there = self.looks == self.epoch
        if there.any():
            both = self.measure(self.train), self.measure(self.test)
            self.history[there] = self.seen, *both

    def advance(self, epoch: int) -> None:
        """Train on all the data until that epoch, one step of the optimizer each."""
        inputs, targets = self.train
        while self.epoch < epoch:
            outputs = self.forward(inputs, training=True)
            self.seen, gradient = self.loss.value_and_gradient(outputs, targets)
            for layer in reversed(self.layers):
                gradient = layer.backward(gradient)
            self.optimizer.step(nn.parameters_of(self.layers))
            self.epoch += 1
            self.look()

    def lowest(self) -> tuple[int, float]:
        """Return at which of the looks so far the test loss was lowest, and how low."""
        place = int(np.nanargmin(self.history[:, 2]))
        return int(self.looks[place]), float(self.history[place, 2])


class Going(Protocol):
    """What can be trained further, until some epoch."""

    epoch: int

    def advance(self, epoch: int) -> None: ...


Kind = TypeVar("Kind", bound=Going)


class Courses(Generic[Kind]):
    """Courses by their settings, of which the last one is kept: from epoch to epoch it goes on.

    begin: makes a fresh course of a setting, given by keyword.
    """

    def __init__(self, begin: Callable[..., Kind]) -> None:
        self.begin = begin
        self.setting: dict[str, Any] | None = None
        self.course: Kind | None = None

    def at(self, epoch: int, **setting: Any) -> Kind:
        """Return the course with that setting after so many epochs."""
        course = self.course
        if course is None or setting != self.setting or course.epoch > epoch:
            course = self.course = self.begin(**setting)
            self.setting = setting
        course.advance(epoch)
        return course


# What chapters 7 and 8 train on: few points, so that a network can learn them by heart.
SPIRALS = nn.spiral_data(60, 3, rng=0), nn.spiral_data(100, 3, rng=1)
# The first to learn from, the second to be validated with: x, y and class of every point.
POINTS = {
    name: np.column_stack(data)
    for name, data in zip(("points", "tests"), SPIRALS, strict=True)
}
SIDE, LEVELS = 40, 7
PLACES = plane(SIDE)


def spiral_map(course: Course) -> np.ndarray:
    """Return what a network for the spiral answers over the plane, as bytes: (40, 40)."""
    probabilities = nn.Softmax().forward(course.forward(PLACES))
    return class_bytes(probabilities, LEVELS)


def spiral_words(course: Course) -> str:
    """Say how well a network for the spiral does on the validation points, and when it did best."""
    inputs, labels = course.test
    right = nn.CategoricalAccuracy().calculate(course.forward(inputs), labels)
    best, lowest = course.lowest()
    words = f"on the validation points {course.measure(course.test):.3f}, with {right:.0%} of them right"
    return f"{words} (lowest so far: {lowest:.3f}, at epoch {best})"


def answers() -> dict[str, Any]:
    """Return the pane with a network's answers over the plane, and all points."""
    return {
        "kind": "map",
        "title": "What it answers; small points are validation points",
        "field": "map",
        "palette": "classes",
        "points": "points",
        "small": "tests",
        **PLANE,
    }


def losses(high: float, last: int, **labels: str) -> dict[str, Any]:
    """Return the pane with the loss curves; labels: field -> what the curve is called."""
    looks: list[dict[str, Any]] = [
        {"color": 0, "marker": 0},
        {"color": 1, "marker": 1, "dash": [7, 3]},
        {"color": 2, "width": 1},
    ]
    series = [
        {"field": field, "label": label, **look}
        for (field, label), look in zip(labels.items(), looks, strict=False)
    ]
    return {
        "kind": "chart",
        "title": "The loss so far",
        "needs": next(iter(labels)),
        "x": [0, last],
        "y": [0, high],
        "xlabel": "epoch",
        "ylabel": "loss",
        "series": series[::-1],  # the first is drawn last, above the others
    }
