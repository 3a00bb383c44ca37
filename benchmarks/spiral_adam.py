"""How fast a network learns with nothing but NumPy, beside PyTorch.

    python benchmarks/spiral_adam.py

trains the same networks from the same start twice, by nnfs_lib as chapter 6 does it and by
PyTorch in its eager mode with its default Adam, on one thread each, in float32. The two take
turns, a slice of the epochs each, so that whatever else the machine does hits both. Every epoch
is one step on all the data, and both read their loss in every epoch; float32 rounds, so the
losses part after a few hundred epochs, and both end low. `products` are the matrix products of a
step alone: what remains when everything around them costs nothing.

PyTorch is no dependency of the book: without it, nnfs_lib is timed alone. To compare, install
both into one environment of their own:

    python -m venv ../torch
    ../torch/bin/pip install -e . torch
    ../torch/bin/python benchmarks/spiral_adam.py
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# They are read when NumPy and PyTorch are imported, so they come before.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

import nnfs_lib as nn

# An epoch: trains one step, and returns the loss before it.
Epoch = Callable[[], float]


@dataclass(frozen=True)
class Workload:
    """Something to train: each function starts it afresh and returns its epoch."""

    name: str
    ours: Callable[[], Epoch]
    theirs: Callable[[Any], Epoch]
    products: Callable[[], Epoch]


def spiral() -> tuple[np.ndarray, np.ndarray, nn.Dense, nn.Dense]:
    """Return the 300 points (300, 2), their labels, and the fresh layers of 2-64-3."""
    X, y = nn.spiral_data(100, 3, rng=0)
    return X, y, nn.Dense(2, 64, rng=1), nn.Dense(64, 3, rng=2)


def spiral_ours() -> Epoch:
    """Start the spiral's training with nnfs_lib, as chapter 6 writes it."""
    X, y, hidden, output = spiral()
    layers = [hidden, nn.ReLU(), output]
    loss = nn.SoftmaxCategoricalCrossentropy()
    optimizer = nn.Adam(epsilon=1e-8)  # PyTorch's; with gradients as small it counts

    def epoch() -> float:
        outputs = X
        for layer in layers:
            outputs = layer.forward(outputs)
        value, gradient = loss.value_and_gradient(outputs, y)
        for layer in reversed(layers):
            gradient = layer.backward(gradient)
        optimizer.step(nn.parameters_of(layers))
        return value

    return epoch


def spiral_theirs(torch: Any) -> Epoch:
    """Start the same training with PyTorch, from the same weights."""
    X, y, hidden, output = spiral()
    inputs, targets = torch.from_numpy(X), torch.from_numpy(y)
    model = torch.nn.Sequential(
        torch.nn.Linear(2, 64), torch.nn.ReLU(), torch.nn.Linear(64, 3)
    )
    with torch.no_grad():
        for module, layer in ((model[0], hidden), (model[2], output)):
            module.weight.copy_(torch.from_numpy(layer.weights.T))
            module.bias.copy_(torch.from_numpy(layer.biases[0]))
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())

    def epoch() -> float:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss.item()

    return epoch


def spiral_products() -> Epoch:
    """Return the five matrix products of a step; the network's inputs need no gradient."""
    X, _, hidden, output = spiral()
    outputs = np.dot(X, hidden.weights)
    logits = np.dot(outputs, output.weights)

    def epoch() -> float:
        np.dot(X, hidden.weights)
        np.dot(outputs, output.weights)
        np.dot(outputs.T, logits)
        np.dot(logits, output.weights.T)
        np.dot(X.T, outputs)
        return 0.0

    return epoch


WORKLOADS = [
    Workload("spiral, 300 x 2-64-3, Adam", spiral_ours, spiral_theirs, spiral_products),
]


def slices(epochs: int, rounds: int) -> list[int]:
    """Return how many epochs each round has: all of them together, none empty.

    >>> slices(10, 4)
    [2, 3, 2, 3]
    """
    ends = [epochs * number // rounds for number in range(rounds + 1)]
    return [after - before for before, after in pairwise(ends)]


def timed(epoch: Epoch, epochs: int) -> tuple[float, float]:
    """Run some epochs; return the microseconds of one, and the last loss."""
    begin = time.perf_counter()
    for _ in range(epochs):
        loss = epoch()
    return (time.perf_counter() - begin) / epochs * 1e6, loss


def measure(contestants: dict[str, Epoch], rounds: Iterable[int]) -> None:
    """Let the contestants take turns; print the microseconds of an epoch, and the losses."""
    print(f"{'epochs':>8}" + "".join(f"{name:>14}" for name in contestants))
    times: dict[str, list[float]] = {name: [] for name in contestants}
    losses: dict[str, float] = {}
    done = 0
    for number, epochs in enumerate(rounds):
        # Whoever begins this time comes last the next time.
        turn = number % len(contestants)
        order = [*contestants][turn:] + [*contestants][:turn]
        for name in order:
            microseconds, losses[name] = timed(contestants[name], epochs)
            times[name].append(microseconds)
        done += epochs
        row = "".join(f"{times[name][-1]:>11.1f} us" for name in contestants)
        print(f"{done:>8}{row}", flush=True)
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(
        f"{'median':>8}" + "".join(f"{value:>11.1f} us" for value in medians.values())
    )
    trained = [name for name in contestants if name != "products"]
    print("loss at the end: " + ", ".join(f"{n} {losses[n]:.4f}" for n in trained))
    for name in contestants:
        if name != "nnfs_lib":
            ratio = medians[name] / medians["nnfs_lib"]
            print(f"{name} takes {ratio:.2f} times as long as nnfs_lib")


def import_torch() -> Any:
    """Return PyTorch on one thread, or None where it is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        print("PyTorch is not installed, nnfs_lib is timed alone: pip install torch")
        return None
    torch.set_num_threads(1)
    return torch


def main(argv: list[str] | None = None) -> int:
    """Time every workload."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=10, help="how many turns each")
    arguments = parser.parse_args(argv)
    if not 1 <= arguments.rounds <= arguments.epochs:
        parser.error("every round needs an epoch: --epochs >= --rounds >= 1.")
    torch = import_torch()
    versions = f"NumPy {np.__version__}"
    if torch:
        versions += f", PyTorch {torch.__version__}"
    for workload in WORKLOADS:
        print(f"\n{workload.name}; {versions}, one thread, float32")
        contestants = {"nnfs_lib": workload.ours()}
        if torch:
            contestants["PyTorch"] = workload.theirs(torch)
        contestants["products"] = workload.products()
        measure(contestants, slices(arguments.epochs, arguments.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
