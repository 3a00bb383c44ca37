"""How fast a step of LeNet is with the lab's layers, beside PyTorch's and tinynn's.

    python benchmarks/convolution.py
    python benchmarks/convolution.py --rounds 30 --keep

takes steps on one batch of 128 pictures, 28 by 28 with one channel: conv 5x5x6, ReLU, pool, conv
5x5x16, ReLU, pool, 120, ReLU, 84, ReLU, 10, by Adam, on one thread, in float32. nnfs_lib, PyTorch in
its eager mode, and tinynn 0.1.1 take turns, some steps each. Beside them stand: `im2col`, nnfs_lib with
the windows of the whole batch laid out at once, a row for each; `windows`, the laying out in a step of
nnfs_lib and nothing else; and `products`, the matrix products of a step alone, with all windows laid out
beforehand. What is measured is the processor's time, as in compare.py, and the peak of the memory that
NumPy takes in a step; PyTorch's memory can't be seen in this way.

With --keep the table goes into bookkit/experiments/lenet_step.json, from where the lab prints it. The
others are no dependencies of the book: what is not installed is left out. `pip install torch` and
`pip install --no-deps tinynn` into the environment of compare.py let them take part.
"""

import argparse
import contextlib
import importlib
import statistics
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

from compare import NOTHING, Training, peak, timed

# isort: split
# The line above allows one thread, which counts when NumPy is imported: it comes before.
import numpy as np
from experiment_convolution import lenet
from experiments import FOLDER, as_text

import nnfs_lib as nn
from nnfs_lib.labs import convolution as lab

BATCH = 128


def data() -> tuple[np.ndarray, np.ndarray]:
    """Return noise of MNIST's shape, (128, 28, 28, 1), and labels."""
    rng = np.random.default_rng(0)
    X = rng.random((BATCH, 28, 28, 1), dtype=np.float32)
    return X, rng.integers(10, size=BATCH)


def model() -> nn.Model:
    """Return LeNet as the lab has it, with PyTorch's epsilon."""
    made = nn.Model([*lenet(np.random.default_rng(0)), nn.Softmax()])
    made.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.Adam(epsilon=1e-8))
    return made


def ours() -> Training:
    """Start the training with nnfs_lib."""
    X, y = data()
    network = model()

    def train(steps: int) -> tuple[float, float]:
        for _ in range(steps):
            loss, outputs = network.step(X, y)
        return loss, float(np.mean(outputs.argmax(axis=1) == y))

    return train


@contextlib.contextmanager
def all_at_once() -> Iterator[None]:
    """Let the lab lay out all windows of a batch at once, each in a row of its own."""
    before = lab._BLOCK, lab._ABREAST
    lab._BLOCK, lab._ABREAST = 2**62, 1
    try:
        yield
    finally:
        lab._BLOCK, lab._ABREAST = before


def im2col() -> Training:
    """Start the same training without what makes it fast."""
    train = ours()

    def slowly(steps: int) -> tuple[float, float]:
        with all_at_once():
            return train(steps)

    return slowly


def pytorch() -> Training:
    """Start the same training with PyTorch, as its tutorials write it."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    nets = torch.nn
    network = nets.Sequential(
        *(nets.Conv2d(1, 6, 5, padding=2), nets.ReLU(), nets.MaxPool2d(2)),
        *(nets.Conv2d(6, 16, 5, padding=2), nets.ReLU(), nets.MaxPool2d(2)),
        *(nets.Flatten(), nets.Linear(784, 120), nets.ReLU()),
        *(nets.Linear(120, 84), nets.ReLU(), nets.Linear(84, 10)),
    )
    criterion = nets.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters())
    pictures, labels = data()
    X = torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
    y = torch.from_numpy(labels)

    def train(steps: int) -> tuple[float, float]:
        for _ in range(steps):
            optimizer.zero_grad()
            outputs = network(X)
            loss = criterion(outputs, y)
            loss.backward()
            optimizer.step()
        right = outputs.argmax(dim=1) == y
        return loss.item(), right.float().mean().item()

    return train


def tinynn() -> Training:
    """Start the same training with tinynn's own layers."""
    core = "tinynn.core"
    layers = importlib.import_module(f"{core}.layer")
    network = importlib.import_module(f"{core}.net").Net(
        [
            *(
                layers.Conv2D([5, 5, 1, 6]),
                layers.ReLU(),
                layers.MaxPool2D([2, 2], [2, 2]),
            ),
            *(
                layers.Conv2D([5, 5, 6, 16]),
                layers.ReLU(),
                layers.MaxPool2D([2, 2], [2, 2]),
            ),
            *(layers.Flatten(), layers.Dense(120), layers.ReLU()),
            *(layers.Dense(84), layers.ReLU(), layers.Dense(10)),
        ]
    )
    whole = importlib.import_module(f"{core}.model").Model(
        net=network,
        loss=importlib.import_module(f"{core}.loss").SoftmaxCrossEntropy(),
        optimizer=importlib.import_module(f"{core}.optimizer").Adam(),
    )
    X, y = data()
    rows = np.eye(10, dtype=np.float32)[y]

    def train(steps: int) -> tuple[float, float]:
        for _ in range(steps):
            outputs = whole.forward(X)
            loss, gradients = whole.backward(outputs, rows)
            whole.apply_grads(gradients)
        return float(loss), float(np.mean(outputs.argmax(axis=1) == y))

    return train


def windows() -> Training:
    """Lay out the windows of a step, and do nothing with them."""
    first, second = (layer for layer in model().layers if isinstance(layer, lab.Conv2D))
    rng = np.random.default_rng(0)
    maps = [
        rng.random((BATCH, n, n, c), dtype=np.float32) for n, c in ((32, 1), (18, 6))
    ]
    slopes = rng.random((BATCH, 18, 18, 16), dtype=np.float32)
    turned = second.weights.swapaxes(2, 3)
    passes = []  # both ways of both layers, and the second's gradient of its inputs
    for pictures, weights, columns, count in (
        (maps[0], first.weights, 28, 2),
        (maps[1], second.weights, 14, 2),
        (slopes, turned, 14, 1),
    ):
        zeros, parts = lab._abreast(weights, 1, columns)
        passes += count * [(pictures, zeros.shape[:2], (1, len(parts)))]

    def train(steps: int) -> tuple[float, float]:
        for _ in range(steps):
            for each in passes:
                for _ in lab._blocks(*each):
                    pass
        return NOTHING

    return train


def products() -> Training:
    """Return the step's matrix products, windows laid out; the pictures need no gradient."""
    rng = np.random.default_rng(0)
    sizes = [
        *((BATCH * 28 * 28, 25, 6), (BATCH * 14 * 14, 150, 16)),
        *((BATCH, 784, 120), (BATCH, 120, 84), (BATCH, 84, 10)),
    ]
    triples = []
    for place, (rows, n_inputs, n_outputs) in enumerate(sizes):
        shapes = (rows, n_inputs), (n_inputs, n_outputs), (rows, n_outputs)
        inputs, weights, outputs = (rng.random(s, dtype=np.float32) for s in shapes)
        triples += [(inputs, weights, outputs), (inputs.T, outputs, weights)]
        if place:
            triples.append((outputs, weights.T, np.empty_like(inputs)))

    def train(steps: int) -> tuple[float, float]:
        for _ in range(steps):
            for left, right, _ in triples:
                np.dot(left, right)
        return NOTHING

    return train


CONTESTANTS: dict[str, Callable[[], Training]] = {
    "nnfs_lib": ours,
    "im2col": im2col,
    "PyTorch": pytorch,
    "tinynn": tinynn,
    "windows": windows,
    "products": products,
}
PACKAGES = {"PyTorch": "torch", "tinynn": "tinynn"}


def installed() -> dict[str, str]:
    """Return the versions of who can take part; say who is not installed."""
    versions = {"NumPy": np.__version__}
    for name, module in PACKAGES.items():
        try:
            importlib.import_module(module)
        except ModuleNotFoundError:
            print(f"{name} is not installed, it is left out: pip install {module}")
        else:
            versions[name] = version(module).partition("+")[0]
    return versions


def measure(names: list[str], rounds: int, steps: int) -> dict[str, dict[str, Any]]:
    """Let the contestants take turns; return each one's median time of a step, and its peak."""
    trainings = {name: CONTESTANTS[name]() for name in names}
    found = {name: timed(train, 1)[1] for name, train in trainings.items()}  # warm
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        # Whoever begins this time comes last the next time.
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds, found[name] = timed(trainings[name], steps)
            times[name].append(seconds)
    rows: dict[str, dict[str, Any]] = {}
    for name, train in trainings.items():
        row: dict[str, Any] = {"ms": round(1e3 * statistics.median(times[name]), 2)}
        # A ratio a round: whatever slowed the machine down then, slowed down both.
        pairs = zip(times[name], times["nnfs_lib"], strict=True)
        row["ratio"] = round(statistics.median(one / own for one, own in pairs), 2)
        if name != "PyTorch":
            row["MB"] = round(peak(train) / 1e6, 1)
        rows[name] = row
    return rows


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Return a line for each contestant; a dash for a memory that can't be seen.

    >>> print(table({"nnfs_lib": {"ms": 20.0, "ratio": 1.0, "MB": 9.5}}))
    a step of LeNet        ms  / nnfs_lib's   peak in MB
    nnfs_lib            20.00          1.00          9.5
    """
    lines = [f"{'a step of LeNet':<15}{'ms':>10}{'/ nnfs_lib' + chr(39) + 's':>14}"]
    lines[0] += f"{'peak in MB':>13}"
    for name, row in rows.items():
        most = f"{row['MB']:.1f}" if "MB" in row else "-"
        lines.append(f"{name:<15}{row['ms']:>10.2f}{row['ratio']:>14.2f}{most:>13}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Time the steps, and print one table of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15, help="how many turns each")
    parser.add_argument("--steps", type=int, default=5, help="how many steps a turn")
    parser.add_argument(
        "--keep", action="store_true", help="keep the table for the lab"
    )
    arguments = parser.parse_args(argv)
    if arguments.rounds < 1 or arguments.steps < 1:
        parser.error("--rounds and --steps begin at 1.")
    versions = installed()
    names = [each for each in CONTESTANTS if each not in PACKAGES or each in versions]
    told = ", ".join(f"{name} {each}" for name, each in versions.items())
    print(f"{told}; batch {BATCH}, one thread, float32, Adam\n")
    rows = measure(names, arguments.rounds, arguments.steps)
    print(table(rows))
    if arguments.keep:
        kept = {"versions": versions, "rounds": arguments.rounds, "rows": rows}
        (FOLDER / "lenet_step.json").write_text(as_text(kept), encoding="utf-8")
        print("wrote lenet_step.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
