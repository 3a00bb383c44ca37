"""Chapter 7's explorer: what penalties do to a network that else learns its points by heart."""

import numpy as np

import nnfs_lib as nn
from bookkit.explore.course import (
    POINTS,
    SPIRALS,
    Course,
    Courses,
    answers,
    losses,
    spiral_map,
    spiral_words,
)
from bookkit.explore.glances import glance
from bookkit.explore.recipe import EXACT, Axis, Field, Frame, Recipe
from bookkit.explore.shared import powers, start_of

NEURONS, LAST = 64, 2000
LOOKS = range(0, LAST + 1, 25)
RATE, DECAY = 0.05, 1e-3
STRENGTHS = (0.0, 0.00003, 0.0001, 0.0003, 0.001, 0.01)
ZERO = 0.01  # a weight nearer to 0 than this is as good as none
# The histogram of the weights: a bin is WIDE, those beyond REACH count in the last one, and the front-end
# gets FINE equal numbers for each bin, which it joins to steps.
REACH, WIDE, FINE = 10.5, 0.6, 6
EDGES = np.linspace(-REACH, REACH, round(2 * REACH / WIDE) + 1)


class Penalized(Course):
    """A 2-64-3 network with these penalties on all its weights learns the spiral."""

    def __init__(self, l1: float, l2: float) -> None:
        rng = np.random.default_rng(0)
        self.hidden, self.output = (
            nn.Dense(
                *size, weight_l1=l1, weight_l2=l2, initializer=nn.he_normal, rng=rng
            )
            for size in ((2, NEURONS), (NEURONS, 3))
        )
        super().__init__(
            [self.hidden, nn.ReLU(), self.output],
            nn.SoftmaxCategoricalCrossentropy(),
            nn.Adam(RATE, decay=DECAY),
            LOOKS,
            *SPIRALS,
        )


COURSES = Courses(Penalized)


def penalties_frame(l1: float, l2: float, epoch: int) -> Frame:
    """Return answers, weights and losses of the network after so many epochs."""
    course = COURSES.at(epoch, l1=l1, l2=l2)
    weights = course.hidden.weights.ravel()
    near = int(np.count_nonzero(np.abs(weights) < ZERO))
    arrays = {
        "map": spiral_map(course),
        "weights": np.sqrt(np.repeat(heights(weights), FINE)),
        "zeros": spike(near),
        "training": course.history[:, 1],
        "test": course.history[:, 2],
    }
    penalty = sum(layer.regularization_loss() for layer in course.layers)
    words = (
        f"Epoch {epoch}: loss {course.measure(course.train):.3f}, {spiral_words(course)}. "
        f"The penalties add {penalty:.3f}. Of the first layer's {len(weights)} weights "
        f"{near} {'is' if near == 1 else 'are'} within {ZERO:g} of zero, "
        f"and the largest is {np.abs(weights).max():.2f}."
    )
    return Frame(arrays, words)


def heights(weights: np.ndarray) -> np.ndarray:
    """Return how many weights there are in each bin."""
    return np.histogram(weights.clip(-REACH, REACH), EDGES)[0]


def spike(near: int) -> np.ndarray:
    """Return the outline of a bar at zero, so many weights high: (4, 2)."""
    high = np.sqrt(near)
    return np.array([[-1, 0], [-1, high], [1, high], [1, 0]]) * [WIDE / 2, 1]


def strength(name: str, label: str) -> Axis:
    """Return the axis of a penalty's strength."""
    return Axis(name, label, STRENGTHS, 0.0, powers(-5, -2, 4), "{:g}")


PENALTIES = Recipe(
    title="Too little penalty, enough, too much",
    axes=(
        strength("l1", "L1 penalty"),
        strength("l2", "L2 penalty"),
        Axis(
            "epoch",
            "Epoch",
            (0, 50, 100, 200, 300, 500, 1000, LAST),
            LAST,
            tuple(LOOKS),
        ),
    ),
    panes=(
        answers(),
        losses(1.6, LAST, training="training", test="validation"),
        {
            "kind": "chart",
            "place": "row",
            "title": "How many weights of the first layer are how large (square roots)",
            "needs": "weights",
            "x": [-REACH, REACH],
            "y": [0, np.sqrt(2 * NEURONS).item()],
            "ends": ["0", str(2 * NEURONS)],
            "xlabel": "weight",
            "ylabel": "how many",
            "series": [
                {"field": "weights", "color": 0},
                {
                    "field": "zeros",
                    "columns": [0, 1],
                    "label": "practically zero",
                    "color": 1,
                    "width": 3,
                },
            ],
        },
    ),
    fields={
        "map": Field(),
        "weights": Field(0, np.sqrt(2 * NEURONS).item()),
        "zeros": EXACT,
        "training": Field(0, 2, gaps=True),
        "test": Field(0, 2, gaps=True),
    },
    compute=penalties_frame,
    play="epoch",
    pace=900,
    trains=True,
    engine={
        "kind": "penalties",
        "plan": {
            "sizes": [2, NEURONS, 3],
            "start": "he_normal",
            "loss": "crossentropy",
            "rate": RATE,
            "decay": DECAY,
        },
        "starts": [start_of(0)],
        "bins": {"reach": REACH, "wide": WIDE, "fine": FINE, "zero": ZERO},
    },
    constants=POINTS,
)

GLANCE = glance(
    PENALTIES,
    "Which strength of the penalty makes the loss on the validation points lowest?",
    PENALTIES.panes[0],
    move={"l2": STRENGTHS},
    said=(0, 1),
)
