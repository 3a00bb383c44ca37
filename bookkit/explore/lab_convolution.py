"""Lab *Convolution*'s explorer: nine weights under the reader's hand, and what they make of a garment."""

from typing import Any

import numpy as np

from bookkit.explore.judge import SIDE, drawn
from bookkit.explore.recipe import Axis, Field, Frame, Recipe
from bookkit.explore.shared import steps
from bookkit.garments import CLASSES
from nnfs_lib.labs.convolution import Conv2D

REACH = 2  # the largest weight
SHOWN = 4  # the largest output that has a color of its own
WEIGHTS = tuple(f"w{row}{column}" for row in range(3) for column in range(3))
# What the buttons set the nine weights to.
FILTERS = {
    "Left edges": (-1, 0, 1, -2, 0, 2, -1, 0, 1),
    "Upper edges": (-1, -2, -1, 0, 0, 0, 1, 2, 1),
    "Outlines": (0, 1, 0, 1, -2, 1, 0, 1, 0),
    "Blur": (0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25, 0),
    "As it is": (0, 0, 0, 0, 1, 0, 0, 0, 0),
}
SETS = {
    label: dict(zip(WEIGHTS, map(float, weights), strict=True))
    for label, weights in FILTERS.items()
}
START = SETS["Left edges"]
SUBSCRIPTS = "\N{SUBSCRIPT ZERO}\N{SUBSCRIPT ONE}\N{SUBSCRIPT TWO}"


def kernel_frame(garment: str, padding: int, stride: int, **weights: float) -> Frame:
    """Return the garment, the nine weights and what they make of it."""
    kernel = np.array([weights[name] for name in WEIGHTS]).reshape(3, 3)
    layer = Conv2D(1, 1, 3, stride=stride, padding=padding, dtype=np.float64)
    layer.weights[...] = kernel.reshape(3, 3, 1, 1)
    picture = drawn()[list(CLASSES).index(garment)]
    # Of whole pixels and quarters, every sum is exact.
    outputs = layer.forward(picture.reshape(1, SIDE, SIDE, 1).astype(float))
    outputs = outputs[0, :, :, 0] / 255
    arrays = {
        "picture": picture[::-1],
        "kernel": kernel[::-1],
        "outputs": outputs[::-1],
    }
    return Frame(arrays, kernel_words(kernel.sum(), outputs))


def kernel_words(total: float, outputs: np.ndarray) -> str:
    """Say how many outputs there are, where the largest is, and what an even area gives."""
    side, place = len(outputs), int(outputs.argmax())
    row, column = divmod(place, side)
    words = (
        f"{SIDE} by {SIDE} pixels become {side} by {side} outputs, from {outputs.min():.2f} to "
        f"{outputs.max():.2f}; the largest is in row {row}, column {column}. "
        f"The nine weights add up to {total:g}: an even area of brightness 1 gives {total:g}."
    )
    return words.replace("-", "\N{MINUS SIGN}")


def square(title: str, field: str, side: int, **more: Any) -> dict[str, Any]:
    """Return a pane that shows a square of numbers, row 0 on top."""
    x = [0, side]
    return {
        "kind": "map",
        "title": title,
        "field": field,
        "x": x,
        "y": x,
        "bare": True,
        **more,
    }


KERNEL = Recipe(
    title="A filter on a garment",
    axes=(
        *(
            Axis(
                name,
                f"w{SUBSCRIPTS[place // 3]}{SUBSCRIPTS[place % 3]}",
                (START[name],),
                START[name],
                steps(-REACH, REACH, 0.25),
                "{:g}",
            )
            for place, name in enumerate(WEIGHTS)
        ),
        Axis("garment", "Garment", tuple(CLASSES), "Trouser"),
        Axis("padding", "Padding", (0,), 0, (0, 1)),
        Axis("stride", "Stride", (1,), 1, (1, 2)),
    ),
    panes=(
        square("The garment", "picture", SIDE, palette="gray"),
        square(
            "Weights: drag one",
            "kernel",
            3,
            palette="diverging",
            drag=list(WEIGHTS),
            cells=True,
        ),
        square("Outputs, pink above zero", "outputs", SIDE, palette="diverging"),
    ),
    fields={
        "picture": Field(),
        "kernel": Field(-REACH, REACH),
        "outputs": Field(-SHOWN, SHOWN),
    },
    compute=kernel_frame,
    play="garment",
    pace=900,
    engine={"kind": "kernel", "shown": SHOWN, "reach": REACH},
)
