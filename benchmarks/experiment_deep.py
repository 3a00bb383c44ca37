"""Lab *What lets deep networks learn*: which change lets twenty layers learn, one at a time.

The task: the book's 2,500 garments, 1,600 to train on, 400 to choose by and 500 to test. The network:
twenty hidden layers of 32. The training: batches of 50, fifteen epochs, SGD with momentum 0.9 and a
cosine decay to zero, unless a table says otherwise. Each setting has its own first rate: the one of RATES
with the best mean validation accuracy of two starts. Then it trains from ten others, and the test
pictures are looked at once, at the end of each. A network whose loss became NaN is judged as it is then.
Beside the table of first weights, activations and batch normalization stand networks of fewer layers,
other optimizers, and smaller batches. Half an hour on a slow core.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import nnfs_lib as nn
from bookkit.files import shipped
from nnfs_lib.labs import deep as lab

SEEDS, TUNING = range(10), range(100, 102)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
DEPTH, WIDTH, BATCH, EPOCHS = 20, 32, 50, 15
STEPS = EPOCHS * 1600 // BATCH
STARTS = {"0.01": nn.normal(0.01), "Glorot": nn.glorot_uniform, "He": nn.he_normal}
ACTIVATIONS = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "ReLU": nn.ReLU,
    "leaky ReLU": lab.LeakyReLU,
}
Make = Callable[[float], nn.Optimizer]


def falling(rate: float) -> lab.CosineDecay:
    """Return the schedule of all trainings that have one."""
    return lab.CosineDecay(rate, steps=STEPS)


def warmed(rate: float) -> lab.Warmup:
    """Return the same, behind a warmup that takes a tenth of all steps."""
    steps = STEPS // 10
    return lab.Warmup(lab.CosineDecay(rate, steps=STEPS - steps), steps=steps)


# name -> what makes the optimizer, given the first rate
OPTIMIZERS: dict[str, Make] = {
    "momentum": lambda rate: nn.SGD(falling(rate), momentum=0.9),
    "momentum, constant rate": lambda rate: nn.SGD(rate, momentum=0.9),
    "momentum, warmup": lambda rate: nn.SGD(warmed(rate), momentum=0.9),
    "Nesterov": lambda rate: lab.Nesterov(falling(rate)),
    "Adam": lambda rate: nn.Adam(falling(rate)),
    "Adam, warmup": lambda rate: nn.Adam(warmed(rate)),
    "RAdam": lambda rate: lab.RAdam(falling(rate)),
}
Data = tuple[np.ndarray, np.ndarray]


def garments() -> dict[str, Data]:
    """Return the three parts: pixels with mean 0 and deviation 1, (n, 784), and labels."""
    pictures, y, test_pictures, y_test = nn.load_fashion_mnist(shipped("garments"))
    mean, deviation = pictures[:1600].mean(), pictures[:1600].std()
    X, X_test = (
        ((each.reshape(len(each), -1) - mean) / deviation).astype(np.float32)
        for each in (pictures, test_pictures)
    )
    parts = {"train": (X[:1600], y[:1600]), "validation": (X[1600:], y[1600:])}
    return parts | {"test": (X_test, y_test)}


def trained(
    optimizer: nn.Optimizer,
    seed: int,
    data: Data,
    *,
    batch: int = BATCH,
    **options: Any,
) -> nn.Model:
    """Return a network after STEPS steps on batches of that size, or until its loss was NaN."""
    X, y = data
    rng = np.random.default_rng(seed)
    start = {"depth": DEPTH, "width": WIDTH, **options}
    model = nn.Model(
        [*lab.deep_layers(784, 10, **start, rng=rng), nn.Softmax()], rng=rng
    )
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=optimizer)
    model.set(accuracy=nn.CategoricalAccuracy())
    left = STEPS
    with np.errstate(all="ignore"):
        try:
            while left > 0:
                part = rng.permutation(len(X))[: left * batch]
                model.train(X[part], y[part], batch_size=batch, print_every=0)
                left -= -(-len(part) // batch)
        except FloatingPointError:
            pass
    return model


def accuracy(model: nn.Model, data: Data) -> float:
    """Return the share of right answers."""
    with np.errstate(all="ignore"):
        return round(
            float(np.mean(model.predict(data[0]).argmax(axis=1) == data[1])), 4
        )


def row(
    name: str,
    parts: dict[str, Data],
    make: Make = OPTIMIZERS["momentum"],
    **options: Any,
) -> dict[str, Any]:
    """Return a setting's rate, how it was chosen, and the accuracies of ten starts."""
    tried = {}
    for rate in RATES:
        found = [
            accuracy(
                trained(make(rate), seed, parts["train"], **options),
                parts["validation"],
            )
            for seed in TUNING
        ]
        tried[rate] = round(float(np.mean(found)), 4)
    rate = max(tried, key=lambda each: tried[each])
    models = [trained(make(rate), seed, parts["train"], **options) for seed in SEEDS]
    test = [accuracy(model, parts["test"]) for model in models]
    training = [accuracy(model, parts["train"]) for model in models]
    print(name, rate, np.median(test), min(test), max(test), flush=True)
    named = {"name": name, "rate": rate, "validation": tried}
    return named | {"test": test, "training": training}


def grid(parts: dict[str, Data]) -> list[dict[str, Any]]:
    """Return a row for each activation, first weights, with and without batch normalization."""
    return [
        row(
            f"{activation}, {start}{', batch norm' * norm}",
            parts,
            activation=ACTIVATIONS[activation],
            initializer=STARTS[start],
            batch_norm=norm,
        )
        for norm in (False, True)
        for activation in ACTIVATIONS
        for start in STARTS
    ]


def depths(parts: dict[str, Data]) -> list[dict[str, Any]]:
    """Return rows for fewer layers, ReLU with He's start: what twenty are to be compared with."""
    return [row(f"{depth} hidden layers", parts, depth=depth) for depth in (0, 1, 2, 5)]


def optimizers(parts: dict[str, Data]) -> list[dict[str, Any]]:
    """Return rows for each optimizer, ReLU with He's start, with and without batch normalization."""
    return [
        row(
            f"{name}{', batch norm' * norm}",
            parts,
            make,
            batch_norm=norm,
        )
        for norm in (False, True)
        for name, make in OPTIMIZERS.items()
    ]


def small_batches(parts: dict[str, Data]) -> list[dict[str, Any]]:
    """Return rows for batches of 2 to 50, in as many steps."""
    return [
        row(
            f"batches of {batch}{', batch norm' * norm}",
            parts,
            batch=batch,
            batch_norm=norm,
        )
        for batch in (2, 4, 16, 50)
        for norm in (False, True)
    ]


def run() -> dict[str, Any]:
    """Return the four tables."""
    parts = garments()
    tables = (grid, depths, optimizers, small_batches)
    return {table.__name__: table(parts) for table in tables}
