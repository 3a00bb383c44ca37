"""Lab *Gradients by themselves*: how far sixteen neurons come on real MNIST, and why no further.

784-16-16-10 with ReLU, ReLU, sigmoid and the square loss, by SGD in batches of 100, from three starts,
and beside it one change at a time: cross-entropy in place of the loss (on logits), 64 neurons in place
of 16, both, and no hidden layer at all. The rate of each is the best of RATES on 10,000 pictures held
out of the training, after five epochs; then all 60,000 train, and the test pictures are looked at
after the epochs at which they are reported. The last five epochs have a tenth of the rate. Beside
them stands momentum 0.9 with the square loss, at the rate of 1 and at a tenth of it. All of it runs on
the lab's own tensors. NNFS_DATA names the folder with mnist/ in it. Half an hour on a slow core.
"""

import numpy as np

import nnfs_lib as nn
from nnfs_lib.labs import autograd as lab

RATES, SEEDS, BATCH = (0.1, 0.3, 1.0), 3, 100
REPORTED = (1, 2, 5, 10, 20, 30, 60, 100)
# name -> sizes of the hidden layers, loss, epochs before the five of a tenth of the rate
SETTINGS = {
    "square loss, 16 and 16": ((16, 16), "square", 100),
    "cross-entropy, 16 and 16": ((16, 16), "cross-entropy", 60),
    "square loss, 64 and 64": ((64, 64), "square", 60),
    "cross-entropy, 64 and 64": ((64, 64), "cross-entropy", 60),
    "cross-entropy, no hidden layer": ((), "cross-entropy", 30),
}


def network(hidden: tuple[int, ...], loss: str, seed: int) -> lab.Sequential:
    """Return the network; with the square loss it ends in a sigmoid, else in logits."""
    rng = np.random.default_rng(seed)
    layers: list[lab.Module] = []
    for n_inputs, n_neurons in zip((784, *hidden), hidden, strict=False):
        layers += [lab.Linear(n_inputs, n_neurons, rng=rng), lab.ReLU()]
    layers.append(lab.Linear((784, *hidden)[-1], 10, rng=rng))
    return lab.Sequential(*layers, *[lab.Sigmoid()] * (loss == "square"))


def accuracy(net: lab.Module, X: np.ndarray, y: np.ndarray) -> float:
    """Return the share of right answers."""
    with lab.no_grad():
        return round(float(np.mean(net(lab.Tensor(X)).data.argmax(axis=1) == y)), 4)


def epoch(
    net: lab.Module,
    loss: str,
    optimizer: lab.SGD,
    X: np.ndarray,
    y: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Train on every picture once."""
    criterion = lab.SquareLoss() if loss == "square" else lab.CrossEntropyLoss()
    rows = np.eye(10, dtype=np.float32)
    for batch, labels in nn.batches(X, y, BATCH, rng=rng):
        targets = rows[labels] if loss == "square" else labels
        optimizer.zero_grad()
        criterion(net(lab.Tensor(batch)), targets).backward()
        optimizer.step()


def best_rate(hidden: tuple[int, ...], loss: str, X: np.ndarray, y: np.ndarray) -> dict:
    """Return the accuracy on pictures held out, for every rate of RATES."""
    order = np.random.default_rng(0).permutation(len(X))
    val, train = order[:10_000], order[10_000:]
    found = {}
    for rate in RATES:
        net = network(hidden, loss, SEEDS)
        optimizer = lab.SGD(net.parameters(), lr=rate)
        rng = np.random.default_rng(SEEDS)
        for _ in range(5):
            epoch(net, loss, optimizer, X[train], y[train], rng)
        found[rate] = accuracy(net, X[val], y[val])
    return found


def momentum(rate: float, data: tuple[np.ndarray, ...]) -> dict[str, object]:
    """Return test accuracies of the square loss with momentum 0.9, and the last largest output."""
    X, y, X_test, y_test = data
    row: dict[str, object] = {"rate": rate, "epochs": [5, 30]}
    row["test"], row["largest output"] = [], []
    for seed in range(SEEDS):
        net, rng = network((16, 16), "square", seed), np.random.default_rng(seed)
        optimizer, test = lab.SGD(net.parameters(), lr=rate, momentum=0.9), []
        for number in range(1, 31):
            epoch(net, "square", optimizer, X, y, rng)
            if number in row["epochs"]:
                test.append(accuracy(net, X_test, y_test))
        with lab.no_grad():
            largest = float(net(lab.Tensor(X_test)).data.max())
        row["test"].append(test)
        row["largest output"].append(float(f"{largest:.1e}"))
        print("momentum", rate, seed, test, largest, flush=True)
    return row


def run() -> dict[str, object]:
    """Return for each setting its rate, and the accuracies of every start at the epochs reported."""
    pictures, y, test_pictures, y_test = nn.load_mnist()
    X, X_test = (
        (each.reshape(len(each), -1) / 255).astype(np.float32)
        for each in (pictures, test_pictures)
    )
    rows = []
    for name, (hidden, loss, epochs) in SETTINGS.items():
        tried = best_rate(hidden, loss, X, y)
        rate = max(tried, key=lambda each: tried[each])
        row: dict[str, object] = {"name": name, "rate": rate, "held out": tried}
        row["epochs"] = [*(each for each in REPORTED if each <= epochs), epochs + 5]
        for part in ("test", "training"):
            row[part] = []
        print(name, tried, flush=True)
        for seed in range(SEEDS):
            net = network(hidden, loss, seed)
            optimizer = lab.SGD(net.parameters(), lr=rate)
            rng = np.random.default_rng(seed)
            test, training = [], []
            for number in range(1, epochs + 6):
                optimizer.lr = rate if number <= epochs else rate / 10
                epoch(net, loss, optimizer, X, y, rng)
                if number in row["epochs"]:
                    test.append(accuracy(net, X_test, y_test))
                    training.append(accuracy(net, X, y))
            row["test"].append(test)
            row["training"].append(training)
            print(seed, test, training, flush=True)
        rows.append(row)
    data = X, y, X_test, y_test
    return {"rows": rows, "momentum": [momentum(rate, data) for rate in (1.0, 0.1)]}
