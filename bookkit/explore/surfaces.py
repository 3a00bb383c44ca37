"""The surfaces on which chapter 6's optimizers race: formulas, and the loss of a network."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import nnfs_lib as nn
from bookkit.explore.shared import LABELS, POINTS

# As dense layers of the early chapters begin.
SMALL = nn.normal(0.01)

REACH = 4.0  # the map goes so far to each side
SIDE = 64
BANDS = 15


class Surface(NamedTuple):
    """Heights over the map: height(x, y), the gradient there, and where the racers start."""

    height: Callable[[float, float], float]
    gradient: Callable[[float, float], tuple[float, float]]
    start: tuple[float, float]
    lowest: float = 0.0


class Spiral:
    """The loss of a trained 2-8-3 network on the spiral, as two of its weights are moved."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self.hidden = nn.Dense(2, 8, initializer=SMALL, rng=rng, dtype=np.float64)
        self.output = nn.Dense(8, 3, initializer=SMALL, rng=rng, dtype=np.float64)
        self.hidden.weights *= 100
        self.output.weights *= 50
        self.relu, self.loss = nn.ReLU(), nn.SoftmaxCategoricalCrossentropy()
        optimizer = nn.Adam(0.05)
        for _ in range(300):
            self.backward()
            optimizer.step(nn.parameters_of([self.hidden, self.output]))
        self.found = self.hidden.weights[:, 1].copy()

    def forward(self) -> np.ndarray:
        """Return the logits, (300, 3)."""
        hidden = self.relu.forward(self.hidden.forward(POINTS))
        return self.output.forward(hidden)

    def backward(self) -> None:
        """Compute the gradient of every parameter."""
        gradient = self.loss.backward(self.forward(), LABELS)
        self.hidden.backward(self.relu.backward(self.output.backward(gradient)))

    def move(self, x: float, y: float) -> None:
        """Move the two weights of one hidden neuron away from what training found."""
        self.hidden.weights[:, 1] = self.found + np.array([x, y])

    def height(self, x: float, y: float) -> float:
        """Return the loss there."""
        self.move(x, y)
        return self.loss.calculate(self.forward(), LABELS)

    def gradient(self, x: float, y: float) -> tuple[float, float]:
        """Return its gradient with respect to the two weights."""
        self.move(x, y)
        self.backward()
        across, along = self.hidden.dweights[:, 1]
        return float(across), float(along)


def lowest_of(height: Callable[[float, float], float]) -> float:
    """Return the lowest height on the map, looking closer and closer around the lowest so far."""
    best, at, reach = np.inf, (0.0, 0.0), REACH
    for _ in range(8):
        ticks = np.linspace(-reach, reach, 17)
        found = [(at[0] + x, at[1] + y) for x in ticks for y in ticks]
        best, at = min([(height(x, y), (x, y)) for x, y in found] + [(best, at)])
        reach /= 4
    return best


def turned(surface: Surface, degrees: float) -> Surface:
    """Return the surface and its start, turned around the middle of the map."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def back(x: float, y: float) -> tuple[float, float]:
        return cosine * x + sine * y, cosine * y - sine * x

    def ahead(x: float, y: float) -> tuple[float, float]:
        return cosine * x - sine * y, sine * x + cosine * y

    return Surface(
        lambda x, y: surface.height(*back(x, y)),
        lambda x, y: ahead(*surface.gradient(*back(x, y))),
        start=ahead(*surface.start),
        lowest=surface.lowest,
    )


SPIRAL = Spiral()
# The parameters of its network, layer by layer the weights, row by row, then the biases.
NETWORK = np.concatenate(
    [
        array.ravel()
        for layer in (SPIRAL.hidden, SPIRAL.output)
        for array in (layer.weights, layer.biases)
    ]
)
SURFACES = {
    "bowl": Surface(
        lambda x, y: (x * x + y * y) / 2,
        lambda x, y: (x, y),
        start=(-3.2, 2.4),
    ),
    "ravine": Surface(
        lambda x, y: 0.1 * x * x + 4 * y * y,
        lambda x, y: (0.2 * x, 8 * y),
        start=(-3.5, 1.2),
    ),
    "saddle": Surface(
        lambda x, y: x * x / 2 - y * y / 2 + y**4 / 24 + 1.5,
        lambda x, y: (x, y**3 / 6 - y),
        start=(-3.0, 0.02),
    ),
    "spiral": Surface(
        SPIRAL.height,
        SPIRAL.gradient,
        start=(-3.3, -2.6),
        lowest=lowest_of(SPIRAL.height),
    ),
}


def heights_of(surface: Surface) -> np.ndarray:
    """Return the heights over the map in bands, from 0 where it is lowest to 255 at most: (side, side)."""
    ticks = (np.arange(SIDE) + 0.5) / SIDE * 2 * REACH - REACH
    heights = np.array([[surface.height(x, y) for x in ticks] for y in ticks])
    # The square root shows the bottom, which the steep slopes would else make look flat.
    scaled = np.sqrt((heights - heights.min()) / np.ptp(heights))
    return np.floor(scaled * BANDS) * (255 // BANDS)
