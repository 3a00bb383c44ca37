"""Chapter 3's explorers: the loss as a landscape over two weights, and the price of confidence."""

import numpy as np

import nnfs_lib as nn
from bookkit.explore.glances import glance
from bookkit.explore.recipe import EXACT, Axis, Field, Frame, Recipe
from bookkit.explore.shared import (
    LABELS,
    PLANE,
    POINTS,
    SPIRAL,
    bars,
    class_bytes,
    plane,
    steps,
)

# As dense layers of the early chapters begin.
SMALL = nn.normal(0.01)

SIDE = 40
PLACES = plane(SIDE)
REACH = 4.0
CLASSES = 3


class Landscape:
    """The chapter's 2-4-3 network, of which two weights are moved from where they start."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.hidden, self.output = (
            nn.Dense(2, 4, initializer=SMALL, rng=rng),
            nn.Dense(4, CLASSES, initializer=SMALL, rng=rng),
        )
        self.hidden.weights *= 100
        self.output.weights *= 100
        self.start = self.hidden.weights[1, 1], self.output.weights[2, 2]

    def predict(self, across: float, along: float, inputs: np.ndarray) -> np.ndarray:
        """Return probabilities, (batch, 3), with the two weights moved by that much."""
        self.hidden.weights[1, 1] = self.start[0] + np.float32(across)
        self.output.weights[2, 2] = self.start[1] + np.float32(along)
        hidden = nn.ReLU().forward(self.hidden.forward(inputs))
        return nn.Softmax().forward(self.output.forward(hidden))

    def loss(self, across: float, along: float) -> float:
        """Return the loss on the spiral."""
        predictions = self.predict(across, along, POINTS)
        return nn.CategoricalCrossentropy().calculate(predictions, LABELS)


LANDSCAPE_OF = Landscape()


def heights(side: int = 80, bands: int = 15) -> np.ndarray:
    """Return the loss over both weights in bands, from 0 where it is lowest to 255 at most: (side, side)."""
    ticks = (np.arange(side) + 0.5) / side * 2 * REACH - REACH
    losses = np.array([[LANDSCAPE_OF.loss(x, y) for x in ticks] for y in ticks])
    # The square root shows the valley, which one steep slope would else make look flat.
    scaled = np.sqrt((losses - losses.min()) / np.ptp(losses))
    return np.floor(scaled * bands) / bands * 255


def landscape_frame(across: float, along: float) -> Frame:
    """Return the answers over the plane for two moved weights, and in words where downhill is."""
    predictions = LANDSCAPE_OF.predict(across, along, POINTS)
    loss = nn.CategoricalCrossentropy().calculate(predictions, LABELS)
    accuracy = nn.CategoricalAccuracy().calculate(predictions, LABELS)
    arrays = {"classes": class_bytes(LANDSCAPE_OF.predict(across, along, PLACES))}
    words = f"Loss {loss:.3f}, accuracy {accuracy:.1%}. {downhill(across, along)}"
    return Frame(arrays, words.replace("-", "\N{MINUS SIGN}"))


def downhill(across: float, along: float, step: float = 0.05) -> str:
    """Say how the loss changes for a small step of each weight, or that this is the bottom."""
    here = LANDSCAPE_OF.loss(across, along)
    stride = 10 * step
    around = [
        LANDSCAPE_OF.loss(across + x, along + y)
        for x in (-stride, 0, stride)
        for y in (-stride, 0, stride)
    ]
    if here <= min(around):
        return f"This is the bottom: every step of {stride:g} leads uphill."
    slopes = {
        "hidden": (LANDSCAPE_OF.loss(across + step, along) - here) / step,
        "output": (LANDSCAPE_OF.loss(across, along + step) - here) / step,
    }
    ways = [
        f"{'raise' if slope < 0 else 'lower'} the {name} weight (slope {slope:.3f})"
        for name, slope in slopes.items()
    ]
    return f"Downhill: {', '.join(ways)}."


CHANGES = steps(-4, 4, 0.5)
FINER = steps(-4, 4, 0.05)
LANDSCAPE = Recipe(
    title="The loss as a landscape",
    axes=(
        Axis(
            "across",
            "Change of the hidden weight",
            CHANGES,
            0.0,
            FINER,
            "{:+.2f}",
        ),
        Axis("along", "Change of the output weight", CHANGES, 0.0, FINER, "{:+.2f}"),
    ),
    panes=(
        {
            "kind": "map",
            "title": "The loss: the bluer, the higher. Drag the ring",
            "field": "heights",
            "palette": "sequential",
            "mark": ["across", "along"],
            "drag": ["across", "along"],
            "x": [-REACH, REACH],
            "y": [-REACH, REACH],
            "xlabel": "hidden weight",
            "ylabel": "output weight",
        },
        {
            "kind": "map",
            "title": "What the network answers there",
            "field": "classes",
            "palette": "classes",
            "points": "points",
            **PLANE,
        },
    ),
    fields={"classes": Field()},
    compute=landscape_frame,
    play="across",
    constants={"points": SPIRAL, "heights": heights()},
)

CONFIDENCES = (
    0.001,
    0.003,
    0.01,
    0.03,
    0.05,
    0.1,
    0.15,
    0.2,
    0.25,
    0.3,
    0.35,
    0.4,
    0.45,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    0.95,
    0.99,
    0.999,
)
CURVE = np.linspace(0.0005, 1, 200)


def confidence_frame(truth: float, rest: float) -> Frame:
    """Return three probabilities with `truth` at the true class, the rest split between the others."""
    others = 1 - truth
    predictions = np.array([[truth, others * rest, others * (1 - rest)]])
    target = np.array([0])
    loss = nn.CategoricalCrossentropy().calculate(predictions, target)
    accuracy = nn.CategoricalAccuracy().calculate(predictions, target)
    # With so much at the truth, it overtakes the larger of the others.
    border = max(rest, 1 - rest) / (1 + max(rest, 1 - rest))
    arrays = {
        "predictions": predictions[0],
        "target": np.array([0]),
        "here": np.array([truth, loss]),
        "wrong": np.array([[0, 1], [border, 1], [border, 0], [1, 0]]),
    }
    verdict = "right" if accuracy else "wrong"
    words = (
        f"The true class got {truth:g}: \N{MINUS SIGN}ln {truth:g} = {loss:.3f}. "
        f"Half that probability would cost {np.log(2):.3f} more. "
        f"Accuracy only says: {verdict}; it changes its mind at {border:.2f}."
    )
    return Frame(arrays, words)


CONFIDENCE = Recipe(
    title="The price of confidence",
    axes=(
        Axis(
            "truth",
            "Probability of the true class",
            CONFIDENCES,
            0.3,
            steps(0.001, 0.999, 0.002),
            "{:g}",
        ),
        Axis(
            "rest",
            "Share of the rest for class 1",
            steps(0, 1, 0.25),
            0.5,
            steps(0, 1, 0.05),
            "{:.2f}",
        ),
    ),
    panes=(
        bars(
            "The prediction; the true class is framed",
            "predictions",
            [0, 1],
            3,
            target="target",
        ),
        {
            "kind": "chart",
            "title": "What it costs",
            "needs": "here",
            "x": [0, 1],
            "y": [0, 8],
            "xlabel": "probability of the true class",
            "ylabel": "cost",
            "at": "here",
            "series": [
                {
                    "field": "surprise",
                    "columns": [0, 1],
                    "label": "loss",
                    "color": 0,
                    "width": 3,
                },
                {
                    "field": "wrong",
                    "columns": [0, 1],
                    "label": "wrong answers",
                    "color": 1,
                    "dash": [7, 4],
                },
            ],
        },
    ),
    fields=dict.fromkeys(("predictions", "target", "here", "wrong"), EXACT),
    compute=confidence_frame,
    play="truth",
    constants={"surprise": np.column_stack([CURVE, -np.log(CURVE)])},
)

GLANCE = glance(
    LANDSCAPE,
    "Where is the loss lowest?",
    {**LANDSCAPE.panes[0], "title": "Blue is high. Drag the ring"},
    move={"across": CHANGES, "along": CHANGES},
    across=-3.0,
    along=3.0,
)
