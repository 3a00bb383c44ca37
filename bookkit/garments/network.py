"""python -m bookkit garment: train the network of chapter 12's explorer, on Fashion-MNIST itself.

It writes the network, its measured accuracy, and which of the book's own drawn garments the explorer shows.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

import nnfs_lib as nn
from bookkit.files import ROOTS, replace, shipped
from bookkit.garments import CLASSES
from nnfs_lib.datasets import _read_labelled

FOLDER = ROOTS[0] / "assets/garment"  # where the command writes
NETWORK, MEASURED = "network.npz", "measured.json"
NEURONS, EPOCHS, BATCH, SEED = 64, 10, 100, 0


def untrained(pixels: int, classes: int, *, seed: int = SEED) -> nn.Model:
    """Return a network with two hidden layers of 64, which takes pictures as they are."""
    rng = np.random.default_rng(seed)

    def dense(n_inputs: int, n_neurons: int) -> nn.Dense:
        return nn.Dense(n_inputs, n_neurons, initializer=nn.he_normal, rng=rng)

    layers = [
        *(nn.Rescaling(1 / 255), nn.Flatten()),
        *(dense(pixels, NEURONS), nn.ReLU()),
        *(dense(NEURONS, NEURONS), nn.ReLU()),
        *(dense(NEURONS, classes), nn.Softmax()),
    ]
    model = nn.Model(layers, rng=rng)
    model.set(
        loss=nn.CategoricalCrossentropy(),
        optimizer=nn.Adam(0.001, decay=1e-3),
        accuracy=nn.CategoricalAccuracy(),
    )
    return model


def halve(model: nn.Model) -> None:
    """Round every weight and bias to half precision: the page's, the file's and NumPy's are then the same."""
    halves = [
        [array.astype(np.float16) for array in layer]
        for layer in model.get_parameters()
    ]
    model.set_parameters(halves)


def choose(model: nn.Model, images: np.ndarray, labels: np.ndarray) -> list[int]:
    """Return for each class the picture to which the network gives it the highest probability."""
    probabilities = model.predict(images)
    return [
        int(np.where(labels == label, probabilities[:, label], -1).argmax())
        for label in range(probabilities.shape[1])
    ]


def measure(model: nn.Model) -> dict[str, Any]:
    """Return how often it is right on the drawn garments, and which of them to show."""
    images, labels = _read_labelled(shipped("garments"), "train")
    return {
        "drawn_accuracy": model.evaluate(images, labels).accuracy,
        "drawn_pictures": len(images),
        "shown": choose(model, images, labels),
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder to write to."""
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where the files go"
    )


def main(arguments: argparse.Namespace) -> int:
    """Train, round, measure on the test pictures before and after, and write."""
    X, y, X_test, y_test = nn.load_fashion_mnist()
    model = untrained(X[0].size, len(CLASSES))
    model.train(X, y, epochs=EPOCHS, batch_size=BATCH)
    trained = model.evaluate(X_test, y_test).accuracy
    halve(model)
    rounded = model.evaluate(X_test, y_test).accuracy
    measured = {
        "accuracy": rounded,
        "accuracy_before_rounding": trained,
        "pictures": len(X_test),
        **measure(model),
    }
    arguments.folder.mkdir(parents=True, exist_ok=True)
    model.save(arguments.folder / NETWORK)
    replace(arguments.folder / MEASURED, json.dumps(measured, indent=2) + "\n")
    print(
        f"right on {trained:.2%} of {len(X_test)} test pictures, rounded {rounded:.2%}"
    )
    print(f"right on {measured['drawn_accuracy']:.1%} of the drawn ones")
    return 0
