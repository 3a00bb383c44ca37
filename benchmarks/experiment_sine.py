"""Chapter 9: how many of thirty networks stick at the sine, by learning rate and first weights.

1-64-64-1 with ReLU, the full batch of 100 points, Adam without decay. A network is free once its
loss is below 0.01, and stuck once the loss has stood near 0.0328 for 3,000 epochs. (Single steps jump
off at the highest rate: what has to stand is the median of a hundred.) Half an hour on a slow core.
"""

import numpy as np

import nnfs_lib as nn

# standard deviation of the first weights, learning rate, most epochs
SETTINGS = (
    (0.01, 0.01, 20_000),
    (0.01, 0.001, 20_000),
    (0.01, 0.0001, 60_000),
    (0.1, 0.01, 20_000),
    (0.1, 0.001, 20_000),
)
SEEDS = 30


def sticks(start: float, rate: float, most: int, seed: int) -> bool | None:
    """Train one network; return whether it stuck, or None where the epochs did not suffice."""
    X, y = nn.sine_data(100)
    rng = np.random.default_rng(seed)
    layers: list[nn.Layer] = []
    for n_inputs, n_neurons in ((1, 64), (64, 64), (64, 1)):
        layers.append(
            nn.Dense(n_inputs, n_neurons, initializer=nn.normal(start), rng=rng)
        )
        layers.append(nn.ReLU())
    model = nn.Model([*layers[:-1], nn.Linear()])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.Adam(rate))
    standing = 0
    for _ in range(most // 100):
        losses = model.train(X, y, epochs=100, print_every=0).loss
        if losses[-1] < 0.01:
            return False
        standing = standing + 100 if abs(np.median(losses) - 0.0328) < 2e-3 else 0
        if standing >= 3000:
            return True
    return None


def run() -> dict[str, object]:
    """Return a row for each setting: how many of the seeds are stuck, free, and undecided."""
    rows = []
    for start, rate, most in SETTINGS:
        found = [sticks(start, rate, most, seed) for seed in range(SEEDS)]
        counts = [found.count(True), found.count(False), found.count(None)]
        rows.append([start, rate, *counts])
        print(rows[-1], flush=True)
    return {"columns": ["start", "rate", "stuck", "free", "undecided"], "rows": rows}
