"""Lab *Convolution*: a garment that moves, and LeNet on real digits and garments, beside dense networks.

On the book's 2,500 garments, ten starts each: no hidden layer, dense layers, LeNet with its pools, with
strides in their place, and dense layers that see every picture moved by up to two pixels, another way in
each epoch. On MNIST and Fashion-MNIST, three starts each: no hidden layer, dense layers, and a
convolutional network with about as many parameters. All are trained by Adam in batches. What is chosen,
the rate for the 2,500 and the decay for the 60,000, is the best for each network on pictures held out
of the training, from a start of its own; then all training pictures train, and the test pictures are
looked at once: as they are, and moved by one and two pixels up, down, left and right.
NNFS_DATA names the folder with mnist/ and fashion-mnist/ in it. An hour on a slow core.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

import nnfs_lib as nn
from bookkit import shipped
from nnfs_lib.labs.convolution import Conv2D, MaxPool2D, _cut

Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
Layers = Callable[[np.random.Generator], list[nn.Layer]]
EPOCHS = 10  # on the photographs
SHIFTS = {
    0: [(0, 0)],
    1: [(1, 0), (-1, 0), (0, 1), (0, -1)],
    2: [(2, 0), (-2, 0), (0, 2), (0, -2)],
}


def ending(sizes: tuple[int, ...], rng: np.random.Generator) -> list[nn.Layer]:
    """Return dense layers of these sizes, ReLU between them."""
    layers: list[nn.Layer] = [nn.Flatten()]
    for n_inputs, n_neurons in pairwise(sizes):
        layers += [nn.Dense(n_inputs, n_neurons, rng=rng), nn.ReLU()]
    return layers[:-1]


def dense(*sizes: int) -> Layers:
    """Return what makes a dense network of these sizes."""
    return lambda rng: ending(sizes, rng)


def lenet(rng: np.random.Generator) -> list[nn.Layer]:
    """Return the layers of tinynn's LeNet."""
    return [
        *(Conv2D(1, 6, 5, padding=2, rng=rng), nn.ReLU(), MaxPool2D(2)),
        *(Conv2D(6, 16, 5, padding=2, rng=rng), nn.ReLU(), MaxPool2D(2)),
        *ending((784, 120, 84, 10), rng),
    ]


def striding(rng: np.random.Generator) -> list[nn.Layer]:
    """Return LeNet's layers with strides in the place of its pools."""
    return [
        *(Conv2D(1, 6, 5, stride=2, padding=2, rng=rng), nn.ReLU()),
        *(Conv2D(6, 16, 5, stride=2, padding=2, rng=rng), nn.ReLU()),
        *ending((784, 120, 84, 10), rng),
    ]


def wider(rng: np.random.Generator) -> list[nn.Layer]:
    """Return more and smaller windows; ReLU comes behind the pools, where there is less to do."""
    return [
        *(Conv2D(1, 16, 3, padding=1, rng=rng), MaxPool2D(2), nn.ReLU()),
        *(Conv2D(16, 32, 3, padding=1, rng=rng), MaxPool2D(2), nn.ReLU()),
        *ending((1568, 64, 10), rng),
    ]


NETWORKS: dict[str, Layers] = {
    "784-10": dense(784, 10),
    "784-120-84-10": dense(784, 120, 84, 10),
    "LeNet": lenet,
}
ON_GARMENTS = {**NETWORKS, "LeNet, strides for pools": striding}
MOVED = "784-120-84-10, moved in training"
ON_FASHION = {**NETWORKS, "3x3x16, 3x3x32, 64": wider}
del ON_FASHION["LeNet"]


def model_of(layers: Layers, seed: int, optimizer: nn.Optimizer) -> nn.Model:
    """Return a network that takes pictures as they are stored."""
    rng = np.random.default_rng(seed)
    model = nn.Model([nn.Rescaling(1 / 255), *layers(rng), nn.Softmax()], rng=rng)
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=optimizer)
    model.set(accuracy=nn.CategoricalAccuracy())
    return model


def with_channel(data: Data) -> Data:
    """Return the pictures with one channel, (n, 28, 28, 1)."""
    X, y, X_test, y_test = data
    return X[..., np.newaxis], y, X_test[..., np.newaxis], y_test


def held_out(X: np.ndarray, y: np.ndarray) -> Data:
    """Return five sixths of the pictures to train on, and one sixth to choose by."""
    order = np.random.default_rng(0).permutation(len(X))
    val, train = np.split(order, [len(X) // 6])
    return X[train], y[train], X[val], y[val]


def moved(X: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return the pictures moved; black comes in."""
    return _cut(X, -down, -right, *X.shape[1:3])


def each_moved(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return every picture moved by up to two pixels down or up, and to a side."""
    ways, result = rng.integers(-2, 3, (len(X), 2)), np.empty_like(X)
    for down, right in np.unique(ways, axis=0).tolist():
        chosen = (ways == (down, right)).all(axis=1)
        result[chosen] = moved(X[chosen], down, right)
    return result


def shifted(model: nn.Model, X: np.ndarray, y: np.ndarray) -> list[float]:
    """Return the accuracy on pictures moved by 0, 1 and 2 pixels, in the mean of the ways."""
    found = [
        np.mean([model.evaluate(moved(X, *way), y, batch_size=500)[1] for way in ways])
        for ways in SHIFTS.values()
    ]
    return [round(float(each), 4) for each in found]


def on_garments(name: str, layers: Layers, data: Data) -> dict[str, object]:
    """Return the rate of a network, and the accuracies of ten starts."""
    X, y, X_test, y_test = data

    def trained(rate: float, seed: int, X: np.ndarray, y: np.ndarray) -> nn.Model:
        model = model_of(layers, seed, nn.Adam(rate))
        if name != MOVED:
            model.train(X, y, epochs=20, batch_size=64, print_every=0)
            return model
        rng = np.random.default_rng(seed)
        for _ in range(20):
            model.train(each_moved(X, rng), y, batch_size=64, print_every=0)
        return model

    X_train, y_train, X_val, y_val = held_out(X, y)
    tried = {
        rate: trained(rate, 10, X_train, y_train).evaluate(X_val, y_val).accuracy
        for rate in (1e-3, 3e-3)
    }
    rate = max(tried, key=lambda each: tried[each])
    row: dict[str, object] = {"name": name, "rate": rate}
    row["test"] = [shifted(trained(rate, s, X, y), X_test, y_test) for s in range(10)]
    print(name, tried, np.mean(row["test"], axis=0), flush=True)
    return row


def on_photographs(name: str, layers: Layers, data: Data) -> dict[str, object]:
    """Return the decay of a network, and the accuracies of three starts."""
    X, y, X_test, y_test = data

    def trained(decay: float, seed: int, X: np.ndarray, y: np.ndarray) -> nn.Model:
        model = model_of(layers, seed, nn.Adam(1e-3, decay=decay))
        model.train(X, y, epochs=EPOCHS, batch_size=128, print_every=0)
        return model

    X_train, y_train, X_val, y_val = held_out(X, y)
    tried = {}
    for decay in (0.0, 1e-3):
        model = trained(decay, 3, X_train, y_train)
        tried[decay] = model.evaluate(X_val, y_val, batch_size=500).accuracy
    decay = max(tried, key=lambda each: tried[each])
    print(name, tried, flush=True)
    row: dict[str, object] = {"name": name, "decay": decay, "epochs": EPOCHS}
    row["parameters"] = model.parameters.size
    row["held out"] = {str(each): round(float(tried[each]), 4) for each in tried}
    tests = []
    for seed in range(3):
        tests.append(shifted(trained(decay, seed, X, y), X_test, y_test))
        print(seed, tests[-1], flush=True)
    row["test"] = tests
    return row


def run() -> dict[str, object]:
    """Return a row a network for the book's garments, for MNIST and for Fashion-MNIST."""
    garments = with_channel(nn.load_fashion_mnist(shipped("garments")))
    several = {**ON_GARMENTS, MOVED: NETWORKS["784-120-84-10"]}
    found: dict[str, object] = {
        "garments": [on_garments(*each, garments) for each in several.items()]
    }
    for name, load, networks in (
        ("mnist", nn.load_mnist, NETWORKS),
        ("fashion", nn.load_fashion_mnist, ON_FASHION),
    ):
        data = with_channel(load())
        found[name] = [on_photographs(*each, data) for each in networks.items()]
    return found
