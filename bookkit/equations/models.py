"""Whole models: their gradients, their loss in batches, and what comes back out of a file."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.measures import Library, Rng, difference, draw, sizes


def classifier(library: Library, rng: Rng) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return a model of two dense layers with random parameters, inputs for it, and labels."""
    batch, n_inputs, n_hidden = sizes(rng)
    classes = int(rng.integers(2, 5))
    strengths = {"weight_l2": 0.01, "bias_l1": 0.02, "dtype": np.float64}
    model = library.Model(
        [
            library.Dense(n_inputs, n_hidden, **strengths),
            library.Sigmoid(),  # without a bend, where differences would be off
            library.Dense(n_hidden, classes, **strengths),
            library.Softmax(),
        ],
        rng=int(rng.integers(1000)),
    )
    # Steps too short to move a parameter: what is measured is what a step computes.
    model.set(loss=library.CategoricalCrossentropy(), optimizer=library.SGD(1e-300))
    model.finalize()
    model.parameters[:] = draw(rng, model.parameters.size) / 2
    return model, draw(rng, batch, n_inputs), rng.integers(classes, size=batch)


def probabilities(model: Any, X: np.ndarray) -> list[list[float]]:
    """Return the model's predictions, by loops."""
    first, _, second, _ = model.layers
    hidden = oracles.dense(X.tolist(), first.weights.tolist(), first.biases[0].tolist())
    logits = oracles.dense(
        oracles.sigmoid(hidden), second.weights.tolist(), second.biases[0].tolist()
    )
    return oracles.softmax(logits)


def gradients(library: Library, rng: Rng) -> float:
    """Compare all gradients of a step with the slopes of the whole loss."""
    model, X, y = classifier(library, rng)

    def loss() -> float:
        data_loss = model.loss.calculate(model.forward(X), y)
        return float(data_loss + model.regularization_loss())

    return difference(model.gradients(X, y), oracles.slope(loss, model.parameters))


def training_loss(library: Library, rng: Rng) -> float:
    """Compare the data loss of an epoch with loops."""
    model, X, y = classifier(library, rng)
    history = model.train(X, y, print_every=0)
    expected = oracles.mean(oracles.categorical(probabilities(model, X), y.tolist()))
    return difference(history.data_loss, [expected])


def loss_in_batches(library: Library, rng: Rng) -> float:
    """Compare the loss of an evaluation in batches with loops over all samples."""
    model, X, y = classifier(library, rng)
    found = model.evaluate(X, y, batch_size=int(rng.integers(1, len(X) + 1))).loss
    expected = oracles.mean(oracles.categorical(probabilities(model, X), y.tolist()))
    return difference([found], [expected])


def rescaling(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a rescaling of random numbers, and inputs for it."""
    return library.Rescaling(*draw(rng, 2).tolist()), draw(rng, *sizes(rng))


def rescaled(library: Library, rng: Rng) -> float:
    """Compare rescaled inputs with plain Python."""
    layer, inputs = rescaling(library, rng)
    expected = [x * layer.scale + layer.offset for x in inputs.ravel().tolist()]
    return difference(layer.forward(inputs).ravel(), expected)


def flatten(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a flattening, and inputs for it."""
    return library.Flatten(), draw(rng, *sizes(rng))


def loaded_outputs(library: Library, rng: Rng) -> float:
    """Compare what a loaded model predicts with loops over the saved one's parameters."""
    model, X, _ = classifier(library, rng)
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.npz")
        loaded = library.Model.load(Path(folder) / "model.npz")
    return difference(loaded.predict(X), probabilities(model, X))


def resumed(library: Library, rng: Rng) -> float:
    """Compare the parameters of a training that went on from a file with one that never stopped."""
    model, X, y = classifier(library, rng)
    model.set(optimizer=library.Adam(0.01, decay=0.1))
    options = {"epochs": 3, "batch_size": 2, "print_every": 0}
    model.train(X, y, **options)
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.npz", include_optimizer=True)
        other = library.Model.load(Path(folder) / "model.npz")
    model.train(X, y, **options)
    other.train(X, y, **options)
    return difference(other.parameters, model.parameters)
