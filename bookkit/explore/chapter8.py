"""Chapter 8's explorers: which neurons dropout drops, and what its rate does to a training."""

import functools
from typing import Any

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
from bookkit.explore.shared import start_of, steps
from bookkit.explore.walk import name_of

FINER = steps(0, 0.9, 0.05)

# The first explorer: a 2-8-1 network that learns nothing, and one sample that passes again and again.
NEURONS, STEPS = 8, 60
HIDDEN = [name_of(f"a{number}") for number in range(NEURONS)]
SAMPLE = np.array([[0.8, 0.5]])
SPAN = [-2.0, 4.0]  # of the outputs that are drawn


class Thinned:
    """The 2-8-1 network with dropout behind its hidden neurons, which are all active."""

    def __init__(self, rate: float) -> None:
        rng = np.random.default_rng(29)
        hidden, self.output = (
            nn.Dense(*size, initializer=nn.he_normal, rng=rng, dtype=np.float64)
            for size in ((2, NEURONS), (NEURONS, 1))
        )
        hidden.weights[:] = np.abs(hidden.weights)
        self.dropout = nn.Dropout(rate, rng=0)
        self.hidden = nn.ReLU().forward(hidden.forward(SAMPLE))

    def forward(self, *, training: bool) -> float:
        """Return the network's output; while training, with a new mask."""
        self.dropout.training = training
        return self.output.forward(self.dropout.forward(self.hidden)).item()

    def backward(self) -> np.ndarray:
        """Return the gradient of the output with respect to what each hidden neuron gave, (8,)."""
        return self.dropout.backward(self.output.backward(np.ones((1, 1))))[0]


@functools.lru_cache(maxsize=64)
def passes(rate: float) -> np.ndarray:
    """Return of each step what the neurons hand on, their gradients, and the output: (steps, 17)."""
    network = Thinned(rate)
    rows = []
    for _ in range(STEPS):
        output = network.forward(training=True)
        rows.append([*network.dropout.outputs[0], *network.backward(), output])
    return np.array(rows)


def masks_frame(rate: float, step: int) -> Frame:
    """Return what passes through the network in a step, and the outputs of all steps."""
    rows = passes(rate)
    network = Thinned(rate)
    whole = network.forward(training=False)
    passed, gradients, output = np.split(rows[step - 1], [NEURONS, 2 * NEURONS])
    outputs = rows[:, -1]
    means = outputs.cumsum() / np.arange(1, STEPS + 1)
    states = np.where(passed > 0, 2, 1)
    arrays = {
        "numbers": np.round([*SAMPLE[0], *passed, *output], 3),
        "gradients": np.round([0, 0, *gradients, 0], 3) + 0.0,
        "states": np.array([[2, 2, *states, 2, 0, 0, *states, 0]]),
        "outputs": np.pad([outputs, means], [(0, 0), (1, 0)], constant_values=np.nan),
        "plain": np.array([whole, whole]),
    }
    words = (
        f"Step {step}: {mask_words(rate, network.hidden[0], passed)} Output {short(output.item())}; "
        f"the mean of {step} step{'s' * (step > 1)} is {short(means[step - 1])}, "
        f"and without dropout it is {short(whole)}."
    )
    return Frame(arrays, words.replace("-", "\N{MINUS SIGN}"))


def short(number: float) -> str:
    """Return the number with two digits behind its point, and never minus zero."""
    return f"{round(number, 2) + 0.0:.2f}"


def mask_words(rate: float, hidden: np.ndarray, passed: np.ndarray) -> str:
    """Say which neurons are dropped, and what the others hand on instead of what they have."""
    if not rate:
        return "with a rate of 0 nothing is dropped, and nothing is scaled."
    dropped = [name for name, number in zip(HIDDEN, passed, strict=True) if not number]
    if not dropped:
        words = f"none of the {NEURONS} neurons is dropped."
    else:
        verb = "is" if len(dropped) == 1 else "are"
        words = f"{len(dropped)} of {NEURONS} neurons {verb} dropped, with no gradient: {', '.join(dropped)}."
    if len(dropped) == NEURONS:
        return words
    first, who = int(passed.argmax()), "The others" if dropped else "All"
    return (
        f"{words} {who} hand on 1 / (1 - {rate:g}) = {1 / (1 - rate):.2f} times their number: "
        f"{HIDDEN[first]} {passed[first]:.2f} instead of {hidden[first]:.2f}."
    )


def graph() -> dict[str, Any]:
    """Return the pane with the network: inputs on the left, the output on the right."""
    places = [((number + 0.5) / NEURONS) for number in range(NEURONS)]
    inputs = [
        {"label": name_of(f"x{number}"), "x": 0.15, "y": (0.32, 0.68)[number]}
        for number in (0, 1)
    ]
    hidden = [
        {"label": name, "x": 0.5, "y": y}
        for name, y in zip(HIDDEN, places, strict=True)
    ]
    middle = range(2, 2 + NEURONS)
    return {
        "kind": "graph",
        "place": "beside",
        "title": "What passes in this step, and the gradients (\N{PARTIAL DIFFERENTIAL}) on the way back",
        "field": "numbers",
        "gradients": "gradients",
        "walk": "states",
        "nodes": [*inputs, *hidden, {"label": "z", "x": 0.85, "y": 0.5}],
        "edges": [],
        "links": [
            *([number, neuron] for number in (0, 1) for neuron in middle),
            *([neuron, 2 + NEURONS] for neuron in middle),
        ],
        "rows": [],
    }


MASKS = Recipe(
    title="Every step another network",
    axes=(
        Axis(
            "rate", "Dropout rate", (0.0, 0.1, 0.2, 0.3, 0.5, 0.8), 0.5, FINER, "{:g}"
        ),
        Axis(
            "step",
            "Step",
            (*range(1, 11), 12, 15, 20, 30, 40, 50, STEPS),
            10,
            tuple(range(1, STEPS + 1)),
        ),
    ),
    panes=(
        graph(),
        {
            "kind": "chart",
            "place": "beside",
            "title": "The output of each step so far, and their mean",
            "needs": "outputs",
            "upto": "step",
            "x": [0, STEPS],
            "y": SPAN,
            "xlabel": "step",
            "ylabel": "output",
            "series": [
                {
                    "field": "outputs",
                    "row": 0,
                    "label": "step",
                    "color": 5,
                    "marker": 5,
                },
                {"field": "plain", "label": "without dropout", "dash": [6, 4]},
                {
                    "field": "outputs",
                    "row": 1,
                    "label": "mean",
                    "color": 1,
                    "width": 3,
                    "marker": 1,
                },
            ],
        },
    ),
    fields={
        "numbers": EXACT,
        "gradients": EXACT,
        "states": Field(),
        "outputs": Field(-3, 8, gaps=True),
        "plain": EXACT,
    },
    compute=masks_frame,
    play="step",
    pace=900,
)

# The second explorer: networks that learn.
LAST = 2000
LOOKS = range(0, LAST + 1, 25)
RATE, DECAY = 0.02, 3e-3


class Dropping(Course):
    """A network with two hidden layers of that width, and dropout behind each, learns the spiral."""

    def __init__(self, rate: float, width: int) -> None:
        rng = np.random.default_rng(0)
        layers: list[nn.Layer] = []
        for inputs in (2, width):
            layers.append(nn.Dense(inputs, width, initializer=nn.he_normal, rng=rng))
            layers += [nn.ReLU(), nn.Dropout(rate, rng=rng)]
        layers.append(nn.Dense(width, 3, initializer=nn.he_normal, rng=rng))
        super().__init__(
            layers,
            nn.SoftmaxCategoricalCrossentropy(),
            nn.Adam(RATE, decay=DECAY),
            LOOKS,
            *SPIRALS,
        )


COURSES = Courses(Dropping)


def dropout_frame(rate: float, width: int, epoch: int) -> Frame:
    """Return answers and losses of the network after so many epochs."""
    course = COURSES.at(epoch, rate=rate, width=width)
    seen, training, test = course.history.T
    arrays = {
        "map": spiral_map(course),
        "seen": seen,
        "training": training,
        "test": test,
    }
    words = f"Epoch {epoch}: loss {course.measure(course.train):.3f} with all neurons"
    if epoch:
        words += f" ({course.seen:.3f} as the last step saw it)"
    return Frame(arrays, f"{words}, {spiral_words(course)}.")


DROPOUT = Recipe(
    title="Rate, width and what is learned",
    axes=(
        Axis(
            "rate", "Dropout rate", (0.0, 0.1, 0.2, 0.3, 0.5, 0.8), 0.0, FINER, "{:g}"
        ),
        Axis("width", "Neurons per hidden layer", (16, 32, 64), 32, (8, 24, 48, 128)),
        Axis("epoch", "Epoch", (0, 50, 100, 200, 400, 1000, LAST), LAST, tuple(LOOKS)),
    ),
    panes=(
        answers(),
        losses(
            1.6,
            LAST,
            training="training",
            test="validation",
            seen="training, with dropout",
        ),
    ),
    fields={
        "map": Field(),
        **dict.fromkeys(("seen", "training", "test"), Field(0, 2, gaps=True)),
    },
    compute=dropout_frame,
    play="epoch",
    pace=900,
    trains=True,
    engine={
        "kind": "dropout",
        "plan": {
            "start": "he_normal",
            "loss": "crossentropy",
            "rate": RATE,
            "decay": DECAY,
        },
        "starts": [start_of(0)],
    },
    constants=POINTS,
)

GLANCE = glance(
    MASKS,
    "What becomes of the numbers of the neurons that are not dropped?",
    {**MASKS.panes[0], "title": "What passes in one step"},
    move={"rate": FINER},
    said=(0, 2),
)
