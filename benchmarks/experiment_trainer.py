"""Lab "Loaders and a trainer": two tasks of other systems, as these do them and with one thing changed.

HJLNet: 20 sin(2 pi x), 1-25-1, weights from 0 to 1, half the squared error, rate 0.03, batches of 90.
LDDL: 2 sin x with noise, 1-16-64-16-1, batches of 4, as printed and with one to three mends.
Momentum is a running mean there: velocity = 0.9 velocity + 0.1 gradient.
Three starts each. About five minutes on one core.
"""

import itertools

import numpy as np

import nnfs_lib as nn
from nnfs_lib.labs.trainer import (
    ArrayDataset,
    Config,
    DataLoader,
    Trainer,
    mse,
    mse_gradient,
    two_waves,
)

SEEDS = 3
EPOCHS = (400, 1000, 2000, 10_000)
MENDS = ("start", "momentum", "mean")


def waves(shuffle: bool, seed: int) -> list[float]:
    """Return HJLNet's squared error over all points after each number of epochs."""
    trainer = Trainer(Config(shuffle=shuffle, seed=seed, learning_rate=0.03))
    x, y = two_waves()
    errors, done = [], 0
    for epochs in EPOCHS:
        trainer.model.train(trainer.loader, epochs=epochs - done, print_every=0)
        errors.append(float(mse(trainer.model.predict(x), y)))
        done = epochs
    return errors


def book_waves(seed: int) -> float:
    """Return the error of the same sizes as this book would train them, after 1,000 epochs."""
    x, y = two_waves()
    rng = np.random.default_rng(seed)
    model = nn.Model([nn.Dense(1, 25, rng=rng), nn.Tanh(), nn.Dense(25, 1, rng=rng)])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.Adam(0.1, decay=1e-3))
    loader = DataLoader(ArrayDataset(2 * (x - 1), y / 20), 20, shuffle=True, rng=rng)
    model.train(loader, epochs=1000, print_every=0)
    return float(mse(20 * model.predict(2 * (x - 1)), y))


class Reduced(nn.MeanSquaredError):
    """The squared error, with the gradient of its sum or of its mean."""

    def __init__(self, reduction: str) -> None:
        self.reduction = reduction

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return mse_gradient(predictions, targets, self.reduction)


def noisy_sine(mends: tuple[str, ...], seed: int) -> float | None:
    """Return LDDL's error against the sine without noise, or None where it diverged."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-np.pi, np.pi, 100, dtype=np.float32).reshape(-1, 1)
    y = 2 * np.sin(x) + 0.2 * rng.standard_normal(x.shape).astype(np.float32)
    start = nn.he_normal if "start" in mends else nn.normal(0.01)
    layers: list[nn.Layer] = []
    for n_inputs, n_neurons in itertools.pairwise((1, 16, 64, 16, 1)):
        layers += [
            nn.Dense(n_inputs, n_neurons, initializer=start, rng=rng),
            nn.ReLU(),
        ]
    model = nn.Model(layers[:-1])
    # Thrown away after each step, the velocity is a tenth of the gradient.
    momentum = 0.9 if "momentum" in mends else 0.0
    loss = Reduced("mean" if "mean" in mends else "sum")
    model.set(loss=loss, optimizer=nn.SGD(0.1 * 0.01, momentum=momentum))
    loader = DataLoader(ArrayDataset(x, y), 4, shuffle=True, drop_last=True, rng=rng)
    try:
        with np.errstate(all="ignore"):
            model.train(loader, epochs=1000, print_every=0)
    except FloatingPointError:
        return None
    return float(mse(model.predict(x), 2 * np.sin(x)))


def run() -> dict[str, object]:
    """Return the errors of every start, by setting."""
    tables: dict[str, object] = {"epochs": list(EPOCHS)}
    tables["order kept"] = [waves(False, seed) for seed in range(SEEDS)]
    tables["reshuffled"] = [waves(True, seed) for seed in range(SEEDS)]
    tables["book"] = [book_waves(seed) for seed in range(SEEDS)]
    print(tables, flush=True)
    rows = []
    for count in range(len(MENDS) + 1):
        for mends in itertools.combinations(MENDS, count):
            rows.append(
                {
                    "mends": list(mends),
                    "errors": [noisy_sine(mends, seed) for seed in range(SEEDS)],
                }
            )
            print(rows[-1], flush=True)
    return tables | {"sine": rows}
