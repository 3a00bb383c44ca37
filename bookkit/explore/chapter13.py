"""Chapter 13's explorer: how many bits a trained network's parameters need, and in which layer."""

import functools
from typing import Any, NamedTuple

import numpy as np

import nnfs_lib as nn
from bookkit.explore.glances import glance
from bookkit.explore.model_course import classifier
from bookkit.explore.recipe import EXACT, Axis, Field, Frame, Recipe
from bookkit.explore.shared import PLANE, class_bytes, plane

FULL = 32
RATE = 0.01
BITS = tuple(range(2, 13))
LAYERS = {
    "all three": (0, 1, 2),
    "the first": (0,),
    "the second": (1,),
    "the last": (2,),
}
SIDE, LEVELS = 40, 7
PLACES = plane(SIDE)
TRAIN, TEST = nn.spiral_data(1000, 3, rng=0), nn.spiral_data(1000, 3, rng=100)
Parameters = list[tuple[np.ndarray, ...]]


class Trained(NamedTuple):
    """A model, what it has learned, and how often it is right with that rounded: layers -> accuracies."""

    model: nn.Model
    kept: Parameters
    full: float
    curves: dict[str, np.ndarray]


@functools.lru_cache(maxsize=4)
def trained(width: int) -> Trained:
    """Train a 2-width-width-3 model for the spiral, and try every number of bits on it.

    It learns in float64, so that another processor comes to the same network, and is kept in float32.
    """
    kept = learned(width)
    model = classifier(width, RATE)
    curves = {
        layers: np.array([accuracy(model, coarse(kept, bits, layers)) for bits in BITS])
        for layers in LAYERS
    }
    return Trained(model, kept, accuracy(model, kept), curves)


def learned(width: int) -> Parameters:
    """Return what a model of that width has learned, in float32."""
    model = classifier(width, RATE)
    for layer in model.layers:
        for name in layer.parameter_names:
            setattr(layer, name, getattr(layer, name).astype(np.float64))
    X, y = TRAIN
    model.train(X.astype(np.float64), y, epochs=60, batch_size=100, print_every=0)
    return [
        tuple(array.astype(np.float32) for array in pair)
        for pair in model.get_parameters()
    ]


def accuracy(model: nn.Model, parameters: Parameters) -> float:
    """Return how many of the test points the model gets right with these parameters."""
    model.set_parameters(parameters)
    return model.evaluate(*TEST).accuracy


def coarse(kept: Parameters, bits: int, layers: str) -> Parameters:
    """Return the parameters, those of some layers rounded."""
    return [
        tuple(rounded(array, bits) for array in pair)
        if place in LAYERS[layers]
        else pair
        for place, pair in enumerate(kept)
    ]


def rounded(array: np.ndarray, bits: int) -> np.ndarray:
    """Return the array with each number at the nearest of 2**bits - 1 levels, as in chapter 13."""
    largest = np.abs(array).max()
    if bits >= FULL or not largest:
        return array
    steps = 2 ** (bits - 1) - 1
    return (np.round(array / largest * steps) / steps * largest).astype(array.dtype)


def bytes_of(kept: Parameters, bits: int, layers: str) -> int:
    """Return how many bytes the numbers take: packed, and of each rounded array its largest."""
    total = 0
    for place, pair in enumerate(kept):
        for array in pair:
            few = place in LAYERS[layers] and bits < FULL
            total += 4 + -(-array.size * bits // 8) if few else 4 * array.size
    return total


def bits_frame(bits: int, layers: str, width: int) -> Frame:
    """Return what the rounded network answers, and how right any number of bits is."""
    model, kept, full, curves = trained(width)
    parameters = coarse(kept, bits, layers)
    right = accuracy(model, parameters)
    there = bits <= BITS[-1]
    arrays = {
        "map": class_bytes(model.predict(PLACES), LEVELS),
        "here": np.array([bits, right]) if there else np.full(2, np.nan),
        "full": np.full(2, full),
        **curves,
    }
    takes, whole = bytes_of(kept, bits, layers), bytes_of(kept, FULL, layers)
    which = "all three layers" if layers == "all three" else f"{layers} layer"
    words = (
        f"{bits} bits a parameter in {which}: {2**bits - 1:,} levels. "
        if bits < FULL
        else "32 bits a parameter: nothing is rounded. "
    )
    words += (
        f"Test accuracy {right:.1%}, with 32 bits {full:.1%}. "
        f"The network's {model.parameters.size:,} parameters take {takes:,} bytes, "
        f"{takes / whole:.0%} of {whole:,}."
    )
    return Frame(arrays, words)


SERIES: dict[str, dict[str, Any]] = {
    "all three": {"color": 0, "width": 3},
    "the first": {"color": 1, "dash": [7, 3]},
    "the second": {"color": 3, "dash": [2, 3]},
    "the last": {"color": 2, "dash": [10, 3, 2, 3]},
}
HOW_FEW = Recipe(
    title="How few bits, and where",
    axes=(
        Axis("bits", "Bits a parameter", (*BITS, FULL), 8, (13, 14, 15, 16, 20, 24)),
        Axis("layers", "Rounded layers", tuple(LAYERS), "all three"),
        Axis("width", "Neurons per hidden layer", (16, 32, 64), 64, (8, 12, 24, 48)),
    ),
    panes=(
        {
            "kind": "map",
            "title": "What it answers; some of the test points",
            "field": "map",
            "palette": "classes",
            "points": "points",
            **PLANE,
        },
        {
            "kind": "chart",
            "place": "beside",
            "title": "Test accuracy by bits; the ring is where you are",
            "needs": "all three",
            "x": [BITS[0], BITS[-1]],
            "y": [0, 1],
            "xlabel": "bits a parameter",
            "ylabel": "accuracy",
            "at": "here",
            "series": [
                {"field": "full", "label": "32 bits", "width": 1},
                *(
                    {"field": layers, "label": layers, **look}
                    for layers, look in SERIES.items()
                ),
            ],
        },
    ),
    fields={
        "map": Field(),
        "here": EXACT,
        "full": Field(0, 1),
        **dict.fromkeys(LAYERS, Field(0, 1)),
    },
    compute=bits_frame,
    play="bits",
    pace=900,
    constants={"points": np.column_stack(TEST)[::10]},
)

GLANCE = glance(
    HOW_FEW,
    "How few bits for each number are enough to answer as well as with 32?",
    HOW_FEW.panes[0],
    move={"bits": HOW_FEW.axes[0].values},
    bits=FULL,
)
