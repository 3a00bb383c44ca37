"""A small regression network trains as PyTorch's does, step by step; wrong ones do not."""

import json
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import training as golden

import nnfs_lib

KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))
# In float64 the largest difference is 2e-16; the closest wrong training is 1e-6 off.
TOLERANCE = 1e-12


def worst_error(nn: Any, **settings: float) -> float:
    """Return the largest difference from the kept losses and parameters, after training."""
    arrays = [np.array(array) for array in KEPT["network"].values()]
    inputs, targets, *parameters = arrays
    layers = []
    for weights, biases in zip(parameters[::2], parameters[1::2], strict=True):
        dense = nn.Dense(*weights.shape, dtype=np.float64)
        dense.weights[:], dense.biases[:] = weights, biases
        layers += [dense, nn.ReLU()]
    layers[-1] = nn.Linear()
    trained = layers[::2]
    loss = nn.MeanSquaredError()
    optimizer = nn.Adam(**{**KEPT["settings"], **settings})
    worst = 0.0
    for step in range(1, golden.STEPS[-1] + 1):
        outputs = inputs
        for layer in layers:
            outputs = layer.forward(outputs)
        value, gradient = loss.value_and_gradient(outputs, targets)
        for layer in reversed(layers):
            gradient = layer.backward(gradient)
        pairs = [(layer.weights, layer.dweights) for layer in trained]
        pairs += [(layer.biases, layer.dbiases) for layer in trained]
        optimizer.step(pairs)
        if step in golden.STEPS:
            kept = KEPT["steps"][str(step)]
            found = [a for layer in trained for a in (layer.weights, layer.biases)]
            errors = [np.abs(value / kept["loss"] - 1)]
            errors += [
                np.max(np.abs(array.ravel() - expected))
                for array, expected in zip(found, kept["parameters"], strict=True)
            ]
            worst = max(worst, *map(float, errors))
    return worst


def test_what_is_kept_is_the_scripts():
    advice = "run tests/golden/training.py, its first lines say how"
    assert KEPT["network"] == golden.draw(), advice
    assert KEPT["settings"] == golden.SETTINGS, advice
    assert list(KEPT["steps"]) == [str(step) for step in golden.STEPS], advice
    assert KEPT["spread"].keys() == golden.INITIALIZERS.keys(), advice


def test_the_kept_training_learns():
    losses = [step["loss"] for step in KEPT["steps"].values()]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.1 * losses[0]


def test_the_script_says_how_to_get_pytorch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    with pytest.raises(SystemExit, match=r"(?s)PyTorch is not.*optimizers.py says"):
        golden.main()


def test_trains_as_pytorch_does(nn):
    assert worst_error(nn) < TOLERANCE


class WithoutFactor(nnfs_lib.MeanSquaredError):
    """Adam hardly sees a factor of the gradient: only its epsilon does."""

    value_and_gradient = nnfs_lib.Loss.value_and_gradient

    def backward(self, predictions, targets):
        return 0.5 * nnfs_lib.MeanSquaredError.backward(self, predictions, targets)


class WrongSign(nnfs_lib.MeanSquaredError):
    value_and_gradient = nnfs_lib.Loss.value_and_gradient

    def backward(self, predictions, targets):
        return -nnfs_lib.MeanSquaredError.backward(self, predictions, targets)


class WithPenalty(nnfs_lib.Dense):
    def __init__(self, n_inputs, n_neurons, *, dtype):
        super().__init__(n_inputs, n_neurons, weight_l2=1e-6, dtype=dtype)


class BendsNowhere(nnfs_lib.ReLU):
    def backward(self, doutputs):
        return doutputs


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("MeanSquaredError", WithoutFactor),
        ("MeanSquaredError", WrongSign),
        ("Dense", WithPenalty),
        ("ReLU", BendsNowhere),
    ],
)
def test_a_wrong_library_is_caught(name, wrong):
    library = SimpleNamespace(**{**vars(nnfs_lib), name: wrong})
    assert worst_error(library) > 1000 * TOLERANCE


@pytest.mark.parametrize("name", golden.SETTINGS)
def test_a_wrong_setting_is_caught(name):
    wrong = 1.001 * golden.SETTINGS[name] if name != "beta_2" else 0.9991
    assert worst_error(nnfs_lib, **{name: wrong}) > 1000 * TOLERANCE


@pytest.mark.parametrize("name", golden.INITIALIZERS)
def test_weights_start_as_far_apart_as_pytorchs(nn, name):
    drawn = getattr(nn, name)(golden.SHAPE, np.random.default_rng(0), np.float64)
    kept = KEPT["spread"][name]
    # Of 60,000 numbers.
    assert drawn.std() == pytest.approx(kept["deviation"], rel=0.015)
    ends = 0.001 if name == "glorot_uniform" else 0.2
    assert np.abs(drawn).max() == pytest.approx(kept["largest"], rel=ends)
