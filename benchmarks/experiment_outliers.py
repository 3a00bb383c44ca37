"""Lab *What lets deep networks learn*: Huber's loss beside two others, on targets of which some are wrong.

A sine with noise of 0.1 at 200 places to train on, and 100 to choose by; in the second table every tenth
target, of both parts, is 5 instead. The network is 1-32-32-1 with tanh, trained by 1,500 steps of Adam on
all 200 with a cosine decay. Each loss has its own first rate: the one of RATES with the smallest median of
the absolute errors on the 100, the mean of two starts. Then it trains from ten others, data included,
and what is reported is the root of the mean squared distance to the sine without noise. Two minutes.
"""

from typing import Any

import numpy as np

import nnfs_lib as nn
from nnfs_lib.labs import deep as lab

SEEDS, TUNING, STEPS = range(10), range(100, 102), 1500
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
LOSSES = {
    "squared error": nn.MeanSquaredError(),
    "Huber, delta 1": lab.Huber(1.0),
    "Huber, delta 0.2": lab.Huber(0.2),
    "absolute error": nn.MeanAbsoluteError(),
}


def noisy_sine(
    samples: int, wrong: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y, (samples, 1), float32; a share of the targets says 5."""
    x = rng.uniform(0, 1, (samples, 1))
    y = np.sin(2 * np.pi * x) + 0.1 * rng.standard_normal(x.shape)
    broken = rng.permutation(samples)[: round(wrong * samples)]
    y[broken] = 5
    return x.astype(np.float32), y.astype(np.float32)


def fit(loss: nn.Loss, rate: float, seed: int, wrong: float) -> tuple[float, float]:
    """Return the median error where to choose, and the distance to the sine itself."""
    rng = np.random.default_rng(seed)
    x, y = noisy_sine(200, wrong, rng)
    others, their_targets = noisy_sine(100, wrong, rng)
    layers = [nn.Dense(1, 32, rng=rng), nn.Tanh(), nn.Dense(32, 32, rng=rng)]
    model = nn.Model([*layers, nn.Tanh(), nn.Dense(32, 1, rng=rng)])
    model.set(loss=loss, optimizer=nn.Adam(lab.CosineDecay(rate, steps=STEPS)))
    model.train(x, y, epochs=STEPS, print_every=0)
    places = np.linspace(0, 1, 201, dtype=np.float32).reshape(-1, 1)
    distances = model.predict(places) - np.sin(2 * np.pi * places)
    median = np.median(np.abs(model.predict(others) - their_targets))
    return float(median), round(float(np.sqrt(np.mean(distances**2))), 4)


def run() -> dict[str, Any]:
    """Return a row for each share of wrong targets and each loss."""
    rows = []
    for wrong in (0.0, 0.1):
        for name, loss in LOSSES.items():
            tried = {
                rate: float(
                    np.mean([fit(loss, rate, seed, wrong)[0] for seed in TUNING])
                )
                for rate in RATES
            }
            rate = min(tried, key=lambda each: tried[each])
            errors = [fit(loss, rate, seed, wrong)[1] for seed in SEEDS]
            print(wrong, name, rate, np.median(errors), errors, flush=True)
            rows.append({"wrong": wrong, "name": name, "rate": rate, "errors": errors})
    return {"rows": rows}
