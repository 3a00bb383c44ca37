"""How fast the book's networks train with nothing but NumPy, beside PyTorch and scikit-learn.

    python benchmarks/compare.py
    python benchmarks/compare.py --only spiral --rounds 20
    python benchmarks/compare.py --against a31ca2f

trains each network by nnfs_lib's `Model.train`, by PyTorch in its eager mode with its default
Adam, by JAX, whose steps are compiled (`jit`) and run 100 at a time (`lax.scan`), with optax's Adam,
and by scikit-learn's MLPClassifier or MLPRegressor, on one thread each, in float32. They take
turns, a slice of the epochs each, so that whatever else the machine does hits all. nnfs_lib, JAX
and PyTorch begin with the same weights, shuffle mini-batches anew in every epoch, and read loss
and accuracy of every step; scikit-learn draws weights of its own, reads its loss, counts no
accuracy, and has no dropout. JAX leaves out a last, shorter batch. `products` are the matrix products
of the steps alone: what remains when everything around them costs nothing.

What is measured is the processor's time: on a calm machine the time that passes, and on a busy
one still the time that the work took.

The others are no dependencies of the book: what is not installed is left out. To compare, install
all into one environment of their own:

    python -m venv ../compare
    ../compare/bin/pip install -e ".[compare]"
    ../compare/bin/python benchmarks/compare.py

With --against, the only other one is nnfs_lib as a commit of this repository has it; the peak of the
memory that NumPy takes in an epoch is compared, too.
"""

import argparse
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

# They are read when NumPy and PyTorch are imported, so they come before.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = (
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np

import nnfs_lib as nn

# What trains so many epochs on, and returns loss and accuracy of the last one.
Training = Callable[[int], tuple[float, float]]
NOTHING = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Workload:
    """A network and its data: full batches without a batch_size, a regression with one output.

    `l2` is on the first layer's weights and biases, and dropout behind its activation.
    """

    name: str
    data: Callable[[], tuple[np.ndarray, np.ndarray]]
    sizes: tuple[int, ...]
    batch_size: int | None = None
    l2: float = 0.0
    dropout: float = 0.0

    @property
    def regression(self) -> bool:
        """Whether a number is asked for, and not a class."""
        return self.sizes[-1] == 1

    def layers(self, library: Any = nn) -> list[Any]:
        """Return the fresh dense layers, the same ones every time."""
        return [
            library.Dense(
                *pair,
                weight_l2=0.0 if place else self.l2,
                bias_l2=0.0 if place else self.l2,
                initializer=library.he_normal,
                rng=place,
            )
            for place, pair in enumerate(pairwise(self.sizes))
        ]


def pictures(samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noise of Fashion-MNIST's shape, (samples, 784), and labels."""
    rng = np.random.default_rng(0)
    X = rng.random((samples, 784), dtype=np.float32)
    return X, rng.integers(10, size=samples)


WORKLOADS = [
    Workload(
        "spiral 300 x 2-64-3",
        lambda: nn.spiral_data(100, 3, rng=0),
        (2, 64, 3),
    ),
    Workload(
        "spiral 3,000 x 2-512-3, L2, dropout",
        lambda: nn.spiral_data(1000, 3, rng=0),
        (2, 512, 3),
        l2=5e-4,
        dropout=0.1,
    ),
    Workload("sine 500 x 1-64-64-1", lambda: nn.sine_data(500), (1, 64, 64, 1)),
    Workload(
        "784-64-64-10, batch 100", lambda: pictures(10_000), (784, 64, 64, 10), 100
    ),
    Workload(
        "784-128-128-10, batch 128", lambda: pictures(10_000), (784, 128, 128, 10), 128
    ),
    Workload(
        "784-400-100-10, batch 128", lambda: pictures(10_000), (784, 400, 100, 10), 128
    ),
]


def ours(work: Workload, library: Any = nn) -> Training:
    """Start the training with nnfs_lib, or with another version of it."""
    X, y = work.data()
    model = library.Model(rng=0)
    for place, dense in enumerate(work.layers(library)):
        if place:
            model.add(library.ReLU())
        if place == 1 and work.dropout:
            model.add(library.Dropout(work.dropout, rng=0))
        model.add(dense)
    # PyTorch's epsilon: with gradients as small as here it counts.
    model.set(optimizer=library.Adam(epsilon=1e-8))
    if work.regression:
        model.add(library.Linear())
        loss, accuracy = library.MeanSquaredError(), library.RegressionAccuracy()
    else:
        model.add(library.Softmax())
        loss, accuracy = (
            library.CategoricalCrossentropy(),
            library.CategoricalAccuracy(),
        )
    model.set(loss=loss, accuracy=accuracy)

    def train(epochs: int) -> tuple[float, float]:
        history = model.train(
            X, y, epochs=epochs, batch_size=work.batch_size, print_every=0
        )
        return history.loss[-1], history.accuracy[-1]

    return train


def torch_model(torch: Any, work: Workload) -> Any:
    """Return the same network as a PyTorch module, with the same weights."""
    modules = []
    for place, dense in enumerate(work.layers()):
        if place:
            modules.append(torch.nn.ReLU())
        if place == 1 and work.dropout:
            modules.append(torch.nn.Dropout(work.dropout))
        linear = torch.nn.Linear(*dense.weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(dense.weights.T))
            linear.bias.copy_(torch.from_numpy(dense.biases[0]))
        modules.append(linear)
    return torch.nn.Sequential(*modules)


def pytorch(work: Workload) -> Training:
    """Start the same training with PyTorch, as its tutorials write it."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    X, y = (torch.from_numpy(array) for array in work.data())
    model = torch_model(torch, work)
    criterion = torch.nn.MSELoss() if work.regression else torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())
    precision = float(y.double().std(correction=0)) / 250

    def step(inputs: Any, targets: Any) -> tuple[float, float]:
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        if work.l2:
            squares = [array.square().sum() for array in model[0].parameters()]
            loss = loss + work.l2 * sum(squares)
        loss.backward()
        optimizer.step()
        if work.regression:
            right = (outputs.detach() - targets).abs() <= precision
        else:
            right = outputs.argmax(dim=1) == targets
        return loss.item(), right.float().mean().item()

    def train(epochs: int) -> tuple[float, float]:
        for _ in range(epochs):
            if work.batch_size is None:
                found = [step(X, y)]
            else:
                parts = torch.randperm(len(X)).split(work.batch_size)
                found = [step(X[part], y[part]) for part in parts]
        loss, accuracy = (
            statistics.fmean(column) for column in zip(*found, strict=True)
        )
        return loss, accuracy

    return train


def jax_scan(work: Workload) -> Training:
    """Start the same training with JAX and optax: 100 steps in one compiled loop."""
    jax, optax = importlib.import_module("jax"), importlib.import_module("optax")
    jnp = jax.numpy
    X, y = (jnp.asarray(array) for array in work.data())
    parameters = [
        (jnp.asarray(dense.weights), jnp.asarray(dense.biases))
        for dense in work.layers()
    ]
    adam = optax.adam(1e-3)
    precision = float(np.std(work.data()[1])) / 250
    size = work.batch_size or len(X)

    def loss_of(parameters: Any, inputs: Any, targets: Any, key: Any) -> Any:
        outputs = inputs
        for place, (weights, biases) in enumerate(parameters):
            if place:
                outputs = jax.nn.relu(outputs)
            if place == 1 and work.dropout:
                kept = jax.random.bernoulli(key, 1 - work.dropout, outputs.shape)
                outputs = jnp.where(kept, outputs / (1 - work.dropout), 0)
            outputs = outputs @ weights + biases
        if work.regression:
            loss = jnp.mean((outputs - targets) ** 2)
            right = jnp.abs(outputs - targets) <= precision
        else:
            loss = optax.softmax_cross_entropy_with_integer_labels(
                outputs, targets
            ).mean()
            right = outputs.argmax(axis=1) == targets
        squares = sum(jnp.sum(array**2) for array in parameters[0])
        return loss + work.l2 * squares, right.mean()

    def step(state: Any, part: Any) -> Any:
        parameters, memory, key = state
        key, one = jax.random.split(key)
        slope = jax.value_and_grad(loss_of, has_aux=True)
        found, gradients = slope(parameters, X[part], y[part], one)
        updates, memory = adam.update(gradients, memory)
        return (optax.apply_updates(parameters, updates), memory, key), found

    @partial(jax.jit, static_argnums=1)
    def run(state: Any, epochs: int) -> Any:
        def epoch(state: Any, _: Any) -> Any:
            parameters, memory, key = state
            key, one = jax.random.split(key)
            order = jnp.arange(len(X))
            if work.batch_size:
                order = jax.random.permutation(one, order)
            count = (
                len(X) // size
            )  # a last, shorter batch would have to be compiled apart
            parts = order[: count * size].reshape(count, size)
            state, found = jax.lax.scan(step, (parameters, memory, key), parts)
            return state, jax.tree.map(jnp.mean, found)

        return jax.lax.scan(epoch, state, None, length=epochs)

    state = (parameters, adam.init(parameters), jax.random.key(0))

    def train(epochs: int) -> tuple[float, float]:
        nonlocal state
        done = 0
        while done < epochs:  # few lengths, as each is compiled anew
            length = min(100, 1 << (epochs - done).bit_length() - 1)
            state, (losses, rights) = run(state, length)
            done += length
        return float(losses[-1]), float(rights[-1])

    return train


def scikit_learn(work: Workload) -> Training | None:
    """Start a like training with scikit-learn, or return None where it can't be had."""
    neural = importlib.import_module("sklearn.neural_network")
    if work.dropout:
        return None
    X, y = work.data()
    kind = neural.MLPRegressor if work.regression else neural.MLPClassifier
    network = kind(
        hidden_layer_sizes=work.sizes[1:-1],
        alpha=0.0,
        batch_size=work.batch_size or len(X),
        shuffle=work.batch_size is not None,
        tol=0.0,
        n_iter_no_change=10**9,
        random_state=0,
        warm_start=True,
    )
    targets = y.ravel()

    def train(epochs: int) -> tuple[float, float]:
        network.max_iter = epochs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged
            network.fit(X, targets)
        return network.loss_, float("nan")

    return train


def products(work: Workload) -> Training:
    """Return the steps' matrix products; the network's inputs need no gradient."""
    samples = len(work.data()[0])
    size = work.batch_size or samples
    rng = np.random.default_rng(0)
    batch = [rng.random((size, width), dtype=np.float32) for width in work.sizes]
    matrices = [dense.weights for dense in work.layers()]
    triples = [
        triple
        for place, (weights, inputs, outputs) in enumerate(
            zip(matrices, batch, batch[1:], strict=False)
        )
        for triple in (
            (inputs, weights, np.empty_like(outputs)),
            (inputs.T, outputs, np.empty_like(weights)),
            (outputs, weights.T, np.empty_like(inputs)),
        )[: 3 if place else 2]
    ]

    def train(epochs: int) -> tuple[float, float]:
        for _ in range(epochs * -(-samples // size)):
            for left, right, result in triples:
                np.dot(left, right, out=result)
        return NOTHING

    return train


CONTESTANTS: dict[str, Callable[[Workload], Training | None]] = {
    "nnfs_lib": ours,
    "PyTorch": pytorch,
    "JAX": jax_scan,
    "scikit-learn": scikit_learn,
    "products": products,
}


def timed(train: Training, epochs: int) -> tuple[float, tuple[float, float]]:
    """Train so many epochs; return the seconds of one, and what was read last."""
    begin = time.process_time()
    found = train(epochs)
    return (time.process_time() - begin) / epochs, found


def fitting(train: Training, seconds: float) -> int:
    """Return how many epochs last about so long; what it tries, warms everything up."""
    epochs = 1
    while (needed := timed(train, epochs)[0] * epochs) < seconds / 4:
        epochs *= 2
    return max(1, round(epochs * seconds / needed))


def measure(
    work: Workload, names: list[str], rounds: int, epochs: int | None
) -> dict[str, float]:
    """Let the contestants take turns; print and return the median seconds of an epoch."""
    started = {name: CONTESTANTS[name](work) for name in names}
    trainings = {name: train for name, train in started.items() if train}
    if epochs is None:
        epochs = fitting(ours(work), seconds=0.2)
    print(f"\n{work.name}: {rounds} rounds of {epochs} epochs")
    times: dict[str, list[float]] = {name: [] for name in trainings}
    found: dict[str, tuple[float, float]] = {}
    for number in range(rounds):
        # Whoever begins this time comes last the next time.
        turn = number % len(trainings)
        for name in [*trainings][turn:] + [*trainings][:turn]:
            seconds, found[name] = timed(trainings[name], epochs)
            times[name].append(seconds)
    medians = {name: statistics.median(each) for name, each in times.items()}
    for name, median in medians.items():
        loss, accuracy = found[name]
        said = f", loss {loss:.4f}" if loss == loss else ""
        said += f", accuracy {accuracy:.3f}" if accuracy == accuracy else ""
        print(f"  {name:<12} {median * 1e6:>11,.1f} us an epoch{said}", flush=True)
    return medians


def table(results: dict[str, dict[str, float]], names: list[str]) -> str:
    """Return how many times as long as nnfs_lib each one takes; a dash for what can't be had.

    >>> print(table({"spiral": {"nnfs_lib": 2.0, "PyTorch": 5.0}}, ["PyTorch", "products"]))
    time of an epoch / nnfs_lib's      PyTorch    products
    spiral                                2.50           -
    """
    width = max(30, *(len(name) for name in results))
    lines = [f"{'time of an epoch / nnfs_lib' + chr(39) + 's':<{width}}"]
    lines[0] += "".join(f"{name:>{max(12, len(name) + 2)}}" for name in names)
    for work, medians in results.items():
        line = f"{work:<{width}}"
        for name in names:
            ratio = medians[name] / medians["nnfs_lib"] if name in medians else None
            text = "-" if ratio is None else f"{ratio:.2f}"
            line += f"{text:>{max(12, len(name) + 2)}}"
        lines.append(line)
    return "\n".join(lines)


def as_of(commit: str) -> Any:
    """Return nnfs_lib as a commit of this repository has it, under a name of its own."""
    root = Path(__file__).parents[1]
    git = ["git", "-C", str(root)]
    shown = [*git, "ls-tree", "--name-only", commit, "nnfs_lib/"]
    names = subprocess.run(shown, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:  # what is imported needs it no more
        package = Path(folder) / "nnfs_before"
        package.mkdir()
        for name in names.split():
            if name.endswith(".py"):
                show = [*git, "show", f"{commit}:{name}"]
                done = subprocess.run(show, capture_output=True, text=True, check=True)
                text = done.stdout.replace("nnfs_lib", package.name)
                (package / Path(name).name).write_text(text, encoding="utf-8")
        sys.path.insert(0, folder)
        return importlib.import_module(package.name)


def peak(train: Training) -> int:
    """Return how many bytes an epoch needs at its most."""
    train(1)
    tracemalloc.start()
    train(1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def compare_with(
    commit: str, chosen: list[Workload], rounds: int, epochs: int | None
) -> None:
    """Print how long an epoch takes, and how much memory, beside the same at a commit."""
    before = as_of(commit)
    CONTESTANTS[commit] = partial(ours, library=before)
    results = {
        work: measure(work, ["nnfs_lib", commit], rounds, epochs) for work in chosen
    }
    width = max(30, *(len(work.name) for work in results))
    print(f"\n{'nnfs_lib / as of ' + commit:<{width}}{'time':>10}{'peak':>10}")
    for work, medians in results.items():
        most = [peak(ours(work, library)) for library in (nn, before)]
        ratio = medians["nnfs_lib"] / medians[commit]
        print(f"{work.name:<{width}}{ratio:>10.2f}{most[0] / most[1]:>10.2f}")


def installed() -> tuple[list[str], str]:
    """Return who can take part, and their versions; say who is not installed."""
    names, versions = ["nnfs_lib"], [f"NumPy {np.__version__}"]
    for name, module, package in (
        ("PyTorch", "torch", "torch"),
        ("JAX", "jax", "jax optax"),
        ("scikit-learn", "sklearn", "scikit-learn"),
    ):
        try:
            version = importlib.import_module(module).__version__
            if name == "JAX":
                importlib.import_module("optax")  # whose Adam it takes
        except ModuleNotFoundError:
            print(f"{name} is not installed, it is left out: pip install {package}")
        else:
            names.append(name)
            versions.append(f"{name} {version}")
    return [*names, "products"], ", ".join(versions)


def main(argv: list[str] | None = None) -> int:
    """Time every workload, and print one table of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15, help="how many turns each")
    parser.add_argument(
        "--epochs", type=int, help="in a turn; default: what lasts 0.2 s"
    )
    parser.add_argument("--only", default="", help="workloads with this in their name")
    parser.add_argument(
        "--against", metavar="COMMIT", help="another version of nnfs_lib"
    )
    parser.add_argument("--quick", action="store_true", help="one round of one epoch")
    arguments = parser.parse_args(argv)
    rounds, epochs = arguments.rounds, arguments.epochs
    if arguments.quick:
        rounds, epochs = 1, epochs or 1
    if rounds < 1 or (epochs is not None and epochs < 1):
        parser.error("--rounds and --epochs begin at 1.")
    chosen = [work for work in WORKLOADS if arguments.only in work.name]
    if not chosen:
        names = "; ".join(work.name for work in WORKLOADS)
        parser.error(f"no workload has {arguments.only!r} in its name: {names}.")
    if arguments.against:
        compare_with(arguments.against, chosen, rounds, epochs)
        return 0
    names, versions = installed()
    print(f"{versions}; one thread, float32, Adam")
    results = {work.name: measure(work, names, rounds, epochs) for work in chosen}
    print(f"\n{table(results, names[1:])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
