"""Lab *What lets deep networks learn*'s explorer: how large signals and gradients are, layer by layer."""

import numpy as np

import nnfs_lib as nn
from bookkit.explore.recipe import Axis, Field, Frame, Recipe
from bookkit.files import shipped
from nnfs_lib.labs.deep import LeakyReLU, deep_layers, signal_sizes

DEEPEST = 30
LOWEST, HIGHEST = -12, 3  # powers of ten
STARTS = {
    "normal(0.01)": nn.normal(0.01),
    "Glorot": nn.glorot_uniform,
    "He": nn.he_normal,
}
ACTIVATIONS = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "ReLU": nn.ReLU,
    "leaky ReLU": LeakyReLU,
}
NORMALIZED = {"no": False, "yes": True}


def batch() -> tuple[np.ndarray, np.ndarray]:
    """Return a hundred garments, pixels with mean 0 and deviation 1, and their labels."""
    X, y, _, _ = nn.load_fashion_mnist(shipped("garments"))
    chosen = np.random.default_rng(0).permutation(len(X))[:100]
    pixels = X[chosen].reshape(100, -1).astype(float)
    return (pixels - pixels.mean()) / pixels.std(), y[chosen]


X, Y = batch()


def depth_frame(depth: int, activation: str, start: str, normalized: str) -> Frame:
    """Return the sizes in a network that has learned nothing yet, as powers of ten."""
    layers = deep_layers(
        X.shape[1],
        10,
        depth=depth,
        activation=ACTIVATIONS[activation],
        initializer=STARTS[start],
        batch_norm=NORMALIZED[normalized],
        rng=0,
        dtype=np.float64,
    )
    sizes = signal_sizes(layers, nn.SoftmaxCategoricalCrossentropy(), X, Y)
    forward, backward = (padded(each) for each in sizes)
    return Frame({"forward": forward, "backward": backward}, depth_words(*sizes))


def padded(sizes: list[float]) -> np.ndarray:
    """Return their logarithms, NaN below the picture and behind the last layer: (30,)."""
    found = np.full(DEEPEST, np.nan)
    with np.errstate(divide="ignore"):
        found[: len(sizes)] = np.log10(sizes)
    return np.where(found < LOWEST, np.nan, found)


def depth_words(forward: list[float], backward: list[float]) -> str:
    """Say how large both are at either end, and what a layer makes of the gradient."""
    words = (
        f"Activations: {forward[0]:.2g} in the first hidden layer, {forward[-1]:.2g} in the last. "
        f"Gradients along them: {backward[-1]:.2g} in the last, {backward[0]:.2g} in the first"
    )
    if len(backward) > 1 and backward[0]:
        share = (backward[0] / backward[-1]) ** (1 / (len(backward) - 1))
        words += f", {share:.3g} times as large with each layer back"
    return f"{words}.".replace("-", "\N{MINUS SIGN}")


DEPTH = Recipe(
    title="Signals and gradients, layer by layer",
    axes=(
        Axis(
            "depth",
            "Layers",
            (1, 2, 3, 4, 5, 7, 10, 13, 16, 20, 25, 30),
            20,
            tuple(range(1, DEEPEST + 1)),
        ),
        Axis("activation", "Activation", tuple(ACTIVATIONS), "sigmoid"),
        Axis("start", "First weights", tuple(STARTS), "Glorot"),
        Axis("normalized", "Batch normalization", tuple(NORMALIZED), "no"),
    ),
    panes=(
        {
            "kind": "chart",
            "title": "Root of the mean square, before any training",
            "x": [1, DEEPEST],
            "y": [LOWEST, HIGHEST],
            "ends": [
                "10\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT TWO}",
                "1000",
            ],
            "xlabel": "hidden layer",
            "ylabel": "size",
            "series": [
                {
                    "field": "forward",
                    "label": "activations",
                    "color": 0,
                    "dash": [],
                    "marker": 0,
                },
                {
                    "field": "backward",
                    "label": "gradients",
                    "color": 1,
                    "dash": [6, 3],
                    "marker": 1,
                },
            ],
        },
    ),
    fields=dict.fromkeys(("forward", "backward"), Field(LOWEST, HIGHEST, gaps=True)),
    compute=depth_frame,
    play="depth",
)
