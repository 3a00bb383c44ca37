"""Chapter 9's explorer: where a regression's kinks start, where they go, and when it sticks."""

from collections.abc import Callable

import numpy as np

import nnfs_lib as nn
from bookkit.explore.course import Course, Courses
from bookkit.explore.glances import Glance
from bookkit.explore.recipe import EXACT, Axis, Field, Frame, Recipe
from bookkit.explore.shared import powers, start_of, steps

LAST = 3000
DECAY = 1e-3
NEURONS = 64
DATA = nn.sine_data(100)
X, Y = DATA
PLACE = 0.2  # where the sentence counts neurons
HIGH = 1.5  # of the picture, which goes as far down
LOWEST, HIGHEST = -6, 1  # powers of ten, of the losses
EPOCHS = (0, 5, 10, 20, 30, 50, 100, 300, 1000, LAST)
# Evenly spaced in the logarithm, as the picture shows them, but for those that the reader can choose.
LOOKS = np.geomspace(1, LAST + 1, 73).round().astype(int) - 1
LOOKS[np.abs(LOOKS[:, None] - EPOCHS).argmin(axis=0)] = EPOCHS
SCALES = {f"normal({scale:g})": scale for scale in (0.01, 0.03, 0.1, 0.3, 1)}
STARTS: dict[str, Callable[..., np.ndarray]] = {
    **{name: nn.normal(scale) for name, scale in SCALES.items()},
    "Glorot": nn.glorot_uniform,
    "He": nn.he_normal,
}


class Fit(Course):
    """A 1-64-64-1 network with weights from that initializer learns the sine."""

    def __init__(self, start: str, rate: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.first, second, last = (
            nn.Dense(*size, initializer=STARTS[start], rng=rng)
            for size in ((1, NEURONS), (NEURONS, NEURONS), (NEURONS, 1))
        )
        self.gates = nn.ReLU(), nn.ReLU()
        super().__init__(
            [self.first, self.gates[0], second, self.gates[1], last, nn.Linear()],
            nn.MeanSquaredError(),
            nn.Adam(rate, decay=DECAY),
            LOOKS.tolist(),
            DATA,
            DATA,
        )


COURSES = Courses(Fit)


def regression_frame(start: str, rate: float, seed: int, epoch: int) -> Frame:
    """Return the curve, the kinks of the first layer, and how many neurons are active where."""
    course = COURSES.at(epoch, start=start, rate=rate, seed=seed)
    curve = course.forward(X)[:, 0]
    active = [np.count_nonzero(gate.outputs, axis=1) for gate in course.gates]
    arrays = {
        "curve": curve,
        "kinks": kinks(course.first),
        "first": active[0],
        "second": active[1],
        "losses": np.log10(course.history[:, 1]).clip(LOWEST, HIGHEST + 0.2),
    }
    here = int(np.abs(X[:, 0] - PLACE).argmin())
    words = (
        f"Epoch {epoch}: loss {short(course.measure(DATA))}. Active at x = {PLACE:g}: "
        f"{active[0][here]} of the {NEURONS} neurons in the first layer, {active[1][here]} in the second. "
        f"{straight_words(course)}"
    )
    return Frame(arrays, words)


def short(loss: float) -> str:
    """Return a loss in two digits: "31", "0.033", "1.7e-6" with a proper minus."""
    text = f"{loss:.0f}" if loss >= 10 else f"{loss:.2g}"
    return text.replace("e-0", "e\N{MINUS SIGN}")


def kinks(layer: nn.Dense) -> np.ndarray:
    """Return where each neuron's sum is zero, and on which side of it is active: (64, 3).

    x, the height at which it is drawn, and a class: 1 active to the right of it, 0 to the left. NaN where
    there is none from 0 to 1.
    """
    weights, biases = layer.weights[0], layer.biases[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        places = np.where(weights == 0, np.nan, -biases / weights)
    places[(places < 0) | (places > 1)] = np.nan
    right = weights > 0
    heights = np.where(right, 1, -1) * (HIGH - 0.1)
    return np.column_stack([np.round(places * 256) / 256, heights, right])


def straight_words(course: Fit) -> str:
    """Say where the longest piece of the curve is on which no neuron of either layer switches."""
    first, second = (gate.outputs > 0 for gate in course.gates)
    both = np.hstack([first, second])
    switches = np.flatnonzero((both[1:] != both[:-1]).any(axis=1))
    borders = np.array([-1, *switches, len(X) - 1])
    longest = int(np.diff(borders).argmax())
    begin, end = borders[longest] + 1, borders[longest + 1]
    words = f"From {X[begin, 0]:.2f} to {X[end, 0]:.2f} no neuron switches: there the curve is straight"
    if first[begin].any():
        return f"{words}."
    return f"{words}, and flat, for no neuron of the first layer is active."


REGRESSION = Recipe(
    title="Where a curve can bend",
    axes=(
        Axis("start", "Initial weights", tuple(STARTS), "normal(0.01)"),
        Axis(
            "rate",
            "Learning rate",
            (0.001, 0.003, 0.01),
            0.003,
            powers(-4, -1, 4),
            "{:g}",
        ),
        Axis("seed", "Seed", (0, 1, 4), 0, tuple(range(10))),
        Axis("epoch", "Epoch", EPOCHS, LAST, tuple(LOOKS.tolist())),
    ),
    panes=(
        {
            "kind": "chart",
            "place": "row",
            "title": "The fit, and the first layer's kinks: active to the right (above), to the left (below)",
            "needs": "curve",
            "x": [0, 1],
            "y": [-HIGH, HIGH],
            "xlabel": "x",
            "ylabel": "y",
            "dots": "kinks",
            "series": [
                {"field": "sine", "label": "sine", "dash": [6, 4]},
                {"field": "curve", "label": "prediction", "color": 2, "width": 3},
            ],
        },
        {
            "kind": "chart",
            "title": "How many neurons are active at each x",
            "needs": "first",
            "x": [0, 1],
            "y": [0, NEURONS],
            "xlabel": "x",
            "ylabel": "neurons",
            "series": [
                {
                    "field": "second",
                    "label": "second layer",
                    "color": 3,
                    "dash": [6, 3],
                },
                {"field": "first", "label": "first layer", "color": 0, "width": 3},
            ],
        },
        {
            "kind": "chart",
            "title": "The loss so far (logarithm)",
            "needs": "losses",
            "x": [0, LAST],
            "y": [LOWEST, HIGHEST],
            "ends": ["10\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT SIX}", "10"],
            "xlabel": "epoch (logarithm)",
            "series": [{"field": "losses", "color": 1, "marker": 1}],
        },
    ),
    fields={
        "curve": Field(-HIGH - 0.1, HIGH + 0.1),
        "kinks": EXACT,
        "first": Field(),
        "second": Field(),
        "losses": Field(LOWEST, HIGHEST + 0.25, gaps=True),
    },
    compute=regression_frame,
    play="epoch",
    pace=900,
    trains=True,
    engine={
        "kind": "regression",
        "plan": {
            "sizes": [1, NEURONS, NEURONS, 1],
            "loss": "squaredError",
            "decay": DECAY,
            "looks": LOOKS.tolist(),
        },
        "starts": [start_of(seed) for seed in range(10)],
        "draws": {**SCALES, "Glorot": "glorot_uniform", "He": "he_normal"},
        "place": PLACE,
        "high": HIGH,
        "losses": [LOWEST, HIGHEST + 0.2],
    },
    constants={"sine": Y[:, 0]},
)


def rectified(inputs: np.ndarray, places: tuple[float, ...]) -> np.ndarray:
    """Return what ReLU neurons of weight 1 give that have their kinks at these places: (batch, neurons)."""
    hidden = nn.Dense(1, len(places), dtype=np.float64)
    hidden.weights[:], hidden.biases[:] = 1, -np.array([places])
    return nn.ReLU().forward(hidden.forward(inputs.astype(np.float64)))


def best_fit(places: tuple[float, ...]) -> nn.Dense:
    """Return the output layer that follows the sine best behind such neurons: least squares, no training."""
    outputs = rectified(X, places)
    columns = np.column_stack([outputs, np.ones(len(X))])
    *weights, bias = np.linalg.lstsq(columns, Y.astype(np.float64), rcond=None)[0]
    output = nn.Dense(len(places), 1, dtype=np.float64)
    output.weights[:], output.biases[:] = weights, bias
    return output


def error_of(places: tuple[float, ...]) -> float:
    """Return the mean squared error of the best fit with these kinks."""
    predictions = best_fit(places).forward(rectified(X, places))
    return nn.MeanSquaredError().calculate(predictions, Y.astype(np.float64))


STRAIGHT = error_of((0.0,))  # a kink at 0, where the picture begins, bends nothing


def bends_frame(first: float, second: float) -> Frame:
    """Return the line with two bends that follows the sine best, and how wrong it is."""
    places = (0.0, first, second)
    corners = np.array([[0.0], *sorted([[first], [second]]), [1.0]])
    heights = best_fit(places).forward(rectified(corners, places))
    # What nobody sees on a screen need not travel.
    curve = np.hstack([corners, np.rint(512 * heights) / 512])
    words = (
        f"Bent at {first:.2f} and at {second:.2f}, a line comes as near to the sine as this: "
        f"its mean squared error is {error_of(places):.4f}. That of a straight line is {STRAIGHT:.4f}."
    )
    bends = np.column_stack([curve[1:3], [1, 1]])
    return Frame({"curve": curve, "kinks": bends}, words)


def kink(name: str, label: str, start: float) -> Axis:
    """Return the axis of a kink's place."""
    return Axis(
        name, label, steps(0.05, 0.95, 0.05), start, steps(0.01, 0.99, 0.01), "{:.2f}"
    )


GLANCE = Glance(
    title="Two kinks and a sine",
    question="Where must a line bend to follow the sine?",
    axes=(kink("first", "One kink", 0.4), kink("second", "The other kink", 0.6)),
    panes=(
        {
            "kind": "chart",
            "title": "The best line with two kinks. Drag them",
            "needs": "curve",
            "x": [0, 1],
            "y": [-HIGH, HIGH],
            "xlabel": "x",
            "ylabel": "y",
            "dots": "kinks",
            "drag": ["first", "second"],
            "series": [
                {"field": "sine", "label": "sine", "dash": [6, 4]},
                {
                    "field": "curve",
                    "columns": [0, 1],
                    "label": "line",
                    "color": 2,
                    "width": 3,
                },
            ],
        },
    ),
    fields={"curve": EXACT, "kinks": EXACT},
    compute=bends_frame,
    play="first",
    constants={"sine": Y[:, 0]},
)
