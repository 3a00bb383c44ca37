"""Chapter 6's race: each optimizer tuned on one grid, then run from ten starts.

The network is 2-64-3 on the spiral of 300 points, all points in every step, 10,000 steps.
Each rule gets the same grid of rates, and those with decay the same decays. Every setting runs
from one start, and the best three of a rule from two more (TUNING); the one with the lowest
median loss then runs from ten others (SEEDS). Last, eight runs of two of the winners differ by
one unit in the last place of one weight. An hour on a slow core.
"""

from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

import nnfs_lib as nn

# As dense layers of the early chapters begin.
SMALL = nn.normal(0.01)

STEPS = 10_000
TUNING = (100, 101, 102)
SEEDS = range(10)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
DECAYS = (1e-4, 1e-3)


def with_momentum(learning_rate: float, decay: float) -> nn.Optimizer:
    """Return SGD with the usual momentum."""
    return nn.SGD(learning_rate, decay, momentum=0.9)


# name -> the rule, and the decays among which it may choose
CONTESTANTS: dict[str, tuple[Callable[..., nn.Optimizer], tuple[float, ...]]] = {
    "SGD": (nn.SGD, (0.0,)),
    "with decay": (nn.SGD, DECAYS),
    "with momentum": (with_momentum, (0.0,)),
    "with both": (with_momentum, DECAYS),
    "Adagrad": (nn.Adagrad, (0.0, *DECAYS)),
    "RMSprop": (nn.RMSprop, (0.0, *DECAYS)),
    "Adam": (nn.Adam, (0.0, *DECAYS)),
}

X, y = nn.spiral_data(100, 3, rng=0)
loss, accuracy = nn.SoftmaxCategoricalCrossentropy(), nn.CategoricalAccuracy()


def forward(layers: list[nn.Layer]) -> np.ndarray:
    """Return the logits of all points, (300, 3)."""
    outputs = X
    for layer in layers:
        outputs = layer.forward(outputs)
    return outputs


def train(
    optimizer: nn.Optimizer, seed: int, nudged: int | None = None
) -> tuple[float, float]:
    """Return accuracy and loss at the end; `nudged` is a weight to move by its last bit."""
    rng = np.random.default_rng(seed)
    layers = [
        nn.Dense(2, 64, initializer=SMALL, rng=rng),
        nn.ReLU(),
        nn.Dense(64, 3, initializer=SMALL, rng=rng),
    ]
    if nudged is not None:
        weights = layers[0].weights.reshape(-1)
        weights[nudged] = np.nextafter(weights[nudged], np.float32(np.inf))
    for _ in range(STEPS):
        gradient = loss.backward(forward(layers), y)
        for layer in reversed(layers):
            gradient = layer.backward(gradient)
        optimizer.step(
            [
                (getattr(layer, name), getattr(layer, f"d{name}"))
                for layer in layers
                for name in layer.parameter_names
            ]
        )
    logits = forward(layers)
    value = loss.calculate(logits, y)
    return round(accuracy.calculate(logits, y), 4), round(value, 4)


def run() -> dict[str, Any]:
    """Return the grid's losses from the first start, and how every run after it ended."""
    grid, rows = [], []
    for name, (make, decays) in CONTESTANTS.items():
        first, *others = TUNING
        tried = [
            (train(make(rate, decay), first)[1], rate, decay)
            for decay in decays
            for rate in RATES
        ]
        best = []
        for value, rate, decay in sorted(tried)[:3]:
            more = [train(make(rate, decay), seed)[1] for seed in others]
            best.append((median([value, *more]), rate, decay))
        grid += [
            {"name": name, "rate": rate, "decay": decay, "loss": value}
            for value, rate, decay in tried
        ]
        _, rate, decay = min(best)
        ends = [train(make(rate, decay), seed) for seed in SEEDS]
        rows.append({"name": name, "rate": rate, "decay": decay, **columns(ends)})
        print(name, rate, decay, rows[-1]["accuracy"], flush=True)
    rounding = []
    for row in rows:
        if row["name"] in ("with both", "Adam"):
            make, _ = CONTESTANTS[row["name"]]
            ends = [train(make(row["rate"], row["decay"]), 0, bit) for bit in range(8)]
            rounding.append({"name": row["name"], **columns(ends)})
    return {"grid": grid, "rows": rows, "rounding": rounding}


def columns(ends: list[tuple[float, float]]) -> dict[str, list[float]]:
    """Return the accuracies and the losses of some runs."""
    return {
        "accuracy": [right for right, _ in ends],
        "loss": [value for _, value in ends],
    }
