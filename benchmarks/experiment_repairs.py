"""Chapter 9: where networks for the sine end from four starts, ten each, at three learning rates.

1-64-64-1 with ReLU, 2,000 epochs of Adam on the full batch of 100 points, as the chapter trains three of
them. Two minutes on a slow core.
"""

import numpy as np

import nnfs_lib as nn

RATES = (0.01, 0.005, 0.001)
SEEDS = range(10)
# name -> the first weights, and whether the inputs are centered: from -1 to 1 instead of 0 to 1
STARTS = {
    "normal(0.01)": (nn.normal(0.01), False),
    "normal(0.1)": (nn.normal(0.1), False),
    "normal(0.01), centered": (nn.normal(0.01), True),
    "he_normal": (nn.he_normal, False),
}


def reached(start: str, rate: float, seed: int) -> float:
    """Train one network and return its last loss."""
    initializer, centered = STARTS[start]
    X, y = nn.sine_data(100)
    rng = np.random.default_rng(seed)
    layers: list[nn.Layer] = []
    for size in ((1, 64), (64, 64), (64, 1)):
        layers += [nn.Dense(*size, initializer=initializer, rng=rng), nn.ReLU()]
    model = nn.Model([*layers[:-1], nn.Linear()])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.Adam(rate, decay=1e-3))
    inputs = 2 * X - 1 if centered else X
    return float(model.train(inputs, y, epochs=2000, print_every=0).loss[-1])


def run() -> dict[str, object]:
    """Return a row for each start and rate: the last losses, by seed."""
    rows = []
    for start in STARTS:
        for rate in RATES:
            losses = [round(reached(start, rate, seed), 5) for seed in SEEDS]
            rows.append([start, rate, losses])
            print(rows[-1], flush=True)
    return {"columns": ["start", "rate", "losses"], "rows": rows}
