"""Chapter 1's explorers: one neuron's line through the spiral, and the shapes of a layer."""

import numpy as np

import nnfs_lib as nn
from bookkit.explore.glances import glance
from bookkit.explore.recipe import EXACT, Axis, Field, Frame, Recipe
from bookkit.explore.shared import (
    LABELS,
    PLANE,
    POINTS,
    SPIRAL,
    plane,
    signed,
    steps,
)

MARKS = "\N{BLACK CIRCLE}\N{BLACK SQUARE}\N{BLACK UP-POINTING TRIANGLE}"  # of the classes, as they are drawn
SIDE = 24  # the score is linear, so a few pixels stretched are exact


PLACES = plane(SIDE)


def neuron_frame(w0: float, w1: float, bias: float) -> Frame:
    """Return one neuron's score over the plane, and the line on which it is zero."""
    neuron = nn.Dense(2, 1)
    neuron.weights[:] = [[w0], [w1]]
    neuron.biases[:] = bias
    above = [
        int((neuron.forward(POINTS[label == LABELS]) > 0).sum())
        for label in np.unique(LABELS)
    ]
    return Frame(
        {
            "score": neuron.forward(PLACES).reshape(SIDE, SIDE),
            "line": zero_line(w0, w1, bias),
        },
        neuron_words(w0, w1, bias, above),
    )


def zero_line(w0: float, w1: float, bias: float) -> np.ndarray:
    """Return two points far apart on w0 x0 + w1 x1 + bias = 0, NaN where there is no line: (4,)."""
    square = w0 * w0 + w1 * w1
    if not square:
        return np.full(4, np.nan)
    weights = np.array([w0, w1])
    nearest = -bias * weights / square
    along = 8 * np.array([-w1, w0]) / np.sqrt(square)
    return np.concatenate([nearest - along, nearest + along])


def neuron_words(w0: float, w1: float, bias: float, above: list[int]) -> str:
    """Say where the neuron is zero and how many points of each class it likes."""
    if not (w0 or w1):
        return f"Both weights are zero: the score is {bias:.2f} everywhere, and there is no line."
    counts = ", ".join(
        f"{count} of class {label} ({mark})"
        for label, (count, mark) in enumerate(zip(above, MARKS, strict=True))
    )
    return (
        f"The score is zero on the line {w0:.2f} x\N{SUBSCRIPT ZERO} {signed(w1)} x\N{SUBSCRIPT ONE} "
        f"{signed(bias)} = 0. "
        f"On its positive side: {counts}, out of 100 each."
    ).replace("-", "\N{MINUS SIGN}")


NEURON = Recipe(
    title="One neuron and its line",
    axes=(
        Axis(
            "w0",
            "Weight of x\N{SUBSCRIPT ZERO}",
            steps(-2, 2, 0.5),
            1.0,
            steps(-2, 2, 0.05),
            "{:.2f}",
        ),
        Axis(
            "w1",
            "Weight of x\N{SUBSCRIPT ONE}",
            steps(-2, 2, 0.5),
            -0.5,
            steps(-2, 2, 0.05),
            "{:.2f}",
        ),
        Axis("bias", "Bias", steps(-1, 1, 0.25), 0.25, steps(-1, 1, 0.05), "{:.2f}"),
    ),
    panes=(
        {
            "kind": "map",
            "title": "The neuron's score, pink above zero. Drag the line; its ends turn it",
            "field": "score",
            "palette": "diverging",
            "points": "points",
            "line": "line",
            "drag": ["w0", "w1", "bias"],
            **PLANE,
        },
    ),
    fields={"score": Field(-6, 6), "line": EXACT},
    compute=neuron_frame,
    play="bias",
    constants={"points": SPIRAL},
)

# Whole numbers times halves: every result is exact to one decimal.
INPUTS = np.array(
    [[1, 2, -1, 3], [0, 1, 2, -2], [3, -1, 1, 0], [-2, 2, 0, 1]], dtype=np.float32
)
WEIGHTS = np.array(
    [[0.5, -1, 1.5, 0], [1, 0.5, -0.5, 2], [-1.5, 1, 0.5, 1], [0.5, 0, 2, -1]],
    dtype=np.float32,
)
BIASES = np.array([[0.5, -1, 0, 1.5]], dtype=np.float32)


def shapes_frame(batch: int, inputs: int, neurons: int, entry: int) -> Frame:
    """Return the four matrices of one Dense layer, and the entry of the outputs that is followed."""
    layer = nn.Dense(inputs, neurons)
    layer.weights[:] = WEIGHTS[:inputs, :neurons]
    layer.biases[:] = BIASES[:, :neurons]
    samples = INPUTS[:batch, :inputs]
    outputs = layer.forward(samples)
    row, column = divmod(entry - 1, neurons) if entry <= outputs.size else (-1, -1)
    arrays = {
        "inputs": padded(samples),
        "weights": padded(layer.weights),
        "biases": padded(layer.biases)[:1],
        "outputs": padded(outputs),
        "look": np.array([row, column]),
    }
    shapes = f"{samples.shape} @ {layer.weights.shape} + {layer.biases.shape} gives {outputs.shape}."
    return Frame(arrays, f"{shapes} {entry_words(layer, samples, row, column)}")


def entry_words(layer: nn.Dense, samples: np.ndarray, row: int, column: int) -> str:
    """Say how one entry of the outputs comes about; row and column are -1 where there is none."""
    if row < 0:
        return "There are no more outputs to follow."
    products = " + ".join(
        f"{term(x)}\N{DOT OPERATOR}{term(w)}"
        for x, w in zip(samples[row], layer.weights[:, column], strict=True)
    )
    result = layer.forward(samples)[row, column]
    words = (
        f"outputs[{row}, {column}] is row {row} of the inputs times column {column} of the weights, "
        f"plus bias {column}: {products} + {term(layer.biases[0, column])} = {result:g}."
    )
    return words.replace("-", "\N{MINUS SIGN}")


def term(number: float) -> str:
    """Return the number as one writes it inside a sum of products."""
    return f"{number:g}" if number >= 0 else f"({number:g})"


def padded(matrix: np.ndarray) -> np.ndarray:
    """Return the matrix in the corner of a (4, 4) one of NaN."""
    whole = np.full((4, 4), np.nan, dtype=np.float32)
    whole[: len(matrix), : matrix.shape[1]] = matrix
    return whole


SHAPES = Recipe(
    title="The shapes of a layer",
    axes=(
        Axis("batch", "Samples in the batch", (1, 2, 3, 4), 4),
        Axis("inputs", "Inputs", (1, 2, 3, 4), 2),
        Axis("neurons", "Neurons", (1, 2, 3, 4), 4),
        Axis("entry", "Output to follow", tuple(range(1, 17)), 1),
    ),
    panes=(
        {
            "kind": "matrices",
            "title": "inputs @ weights + biases = outputs",
            "needs": "outputs",
            "look": "look",
            "items": [
                {"field": "inputs", "label": "inputs", "look": "row"},
                "@",
                {"field": "weights", "label": "weights", "look": "column"},
                "+",
                {"field": "biases", "label": "biases", "look": "biases"},
                "=",
                {"field": "outputs", "label": "outputs", "look": "both"},
            ],
        },
    ),
    fields=dict.fromkeys(("inputs", "weights", "biases", "outputs", "look"), EXACT),
    compute=shapes_frame,
    play="entry",
    pace=1500,
)

GLANCE = glance(
    NEURON,
    "How many points of one class can you get on the pink side, with none of another?",
    {
        **NEURON.panes[0],
        "title": "Pink is above zero. Drag the line",
        "shift": True,
    },
    move={"bias": steps(-1, 1, 0.05)},
    w0=0.5,
    w1=1.0,
)
