"""Every gradient of small networks is what PyTorch's autograd says; wrong ones are not."""

import json
from types import SimpleNamespace
from typing import Any

import gradients as golden
import numpy as np
import pytest

import nnfs_lib

KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))
NETWORK = {name: np.array(numbers) for name, numbers in KEPT["network"].items()}
# In float64 the largest difference is 2e-16; the closest wrong gradient is 6e-7 off.
TOLERANCE = 1e-12
# kind -> the loss on outputs, and the pair that it replaces
FUSED = {
    "categorical": (
        "SoftmaxCategoricalCrossentropy",
        ("Softmax", "CategoricalCrossentropy"),
    ),
    "binary": ("SigmoidBinaryCrossentropy", ("Sigmoid", "BinaryCrossentropy")),
}
PLAIN = {"squared": "MeanSquaredError", "absolute": "MeanAbsoluteError"}
WAYS = ["fused", "fused, at once", "two steps"]
CASES = [
    *((kind, way) for kind in (*FUSED, "categorical, penalties") for way in WAYS),
    *((kind, "two steps") for kind in (*PLAIN, "squared, penalties")),
]


def dense_layers(nn: Any, kind: str) -> dict[str, Any]:
    """Return the kept network's hidden and output layer, with penalties where it has them."""
    layers = {}
    for name, sizes in (("hidden", (3, 4)), ("output", (4, 3))):
        penalties = golden.PENALTIES[name] if kind.endswith("penalties") else {}
        layers[name] = nn.Dense(*sizes, **penalties, dtype=np.float64)
        layers[name].weights[:] = NETWORK[f"{name} weights"]
        layers[name].biases[:] = NETWORK[f"{name} biases"]
    return layers


def loss_and_gradient(
    nn: Any, kind: str, way: str, outputs: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the loss of the outputs, in a way of WAYS, and its gradient."""
    targets, kind = np.array(KEPT[kind]["targets"]), kind.partition(",")[0]
    fused, pair = FUSED.get(kind, (None, ("Linear", PLAIN.get(kind))))
    if way == "fused, at once":
        return getattr(nn, fused)().value_and_gradient(outputs, targets)
    if way == "fused":
        loss = getattr(nn, fused)()
        return loss.calculate(outputs, targets), loss.backward(outputs, targets)
    activation, loss = (getattr(nn, name)() for name in pair)
    predictions = activation.forward(outputs)
    gradient = activation.backward(loss.backward(predictions, targets))
    return loss.calculate(predictions, targets), gradient


def run(nn: Any, kind: str, way: str) -> tuple[float, dict[str, np.ndarray]]:
    """Return the loss of the kept network, and its gradients under the names of the file."""
    dense = dense_layers(nn, kind)
    layers = [dense["hidden"], nn.ReLU(), dense["output"]]
    outputs = NETWORK["inputs"]
    for layer in layers:
        outputs = layer.forward(outputs)
    value, gradient = loss_and_gradient(nn, kind, way, outputs)
    value += sum(layer.regularization_loss() for layer in layers)
    found = {"logits": gradient}
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    found["inputs"] = gradient
    for name, layer in dense.items():
        found[f"{name} weights"] = layer.dweights
        found[f"{name} biases"] = layer.dbiases
    return value, found


def worst_error(nn: Any, kind: str, way: str) -> float:
    """Return the largest difference from what is kept, of the loss or any gradient."""
    value, found = run(nn, kind, way)
    kept = KEPT[kind]
    assert found.keys() == kept["gradients"].keys()
    errors = [abs(value - kept["loss"]) / kept["loss"]]
    for name, gradient in found.items():
        expected = np.array(kept["gradients"][name])
        assert gradient.shape == expected.shape
        errors.append(np.max(np.abs(gradient - expected)))
    return float(max(errors))


def test_the_kept_network_is_the_scripts():
    advice = "run tests/golden/gradients.py, its first lines say how"
    expected = {name: array.tolist() for name, array in golden.draw().items()}
    assert KEPT["network"] == expected, advice
    for kind, targets in (("categorical", golden.LABELS), ("squared", golden.NUMBERS)):
        assert KEPT[kind]["targets"] == targets, advice
        assert KEPT[f"{kind}, penalties"]["targets"] == targets, advice
    assert KEPT["absolute"]["targets"] == golden.NUMBERS, advice


def test_the_kept_network_bends():
    hidden = NETWORK["inputs"] @ NETWORK["hidden weights"] + NETWORK["hidden biases"]
    assert 0.2 < np.mean(hidden > 0) < 0.8


@pytest.mark.parametrize(("kind", "way"), CASES)
def test_is_what_autograd_says(nn, kind, way):
    assert worst_error(nn, kind, way) < TOLERANCE


@pytest.mark.parametrize("kind", [kind for kind in KEPT if "penalties" in kind])
def test_the_penalties_cost_what_pytorch_says(nn, kind):
    layers = dense_layers(nn, kind).values()
    cost = sum(layer.regularization_loss() for layer in layers)
    assert cost == pytest.approx(KEPT[kind]["penalty"], rel=TOLERANCE)


def wrong_loss(name: str, factor: float) -> type:
    """Return the loss with a gradient that is `factor` times the right one."""
    base = getattr(nnfs_lib, name)

    def backward(self, predictions, targets):
        return factor * base.backward(self, predictions, targets)

    return type(name, (base,), {"backward": backward})


def wrong_dense(
    weights: tuple[str, str], biases: tuple[str, str], **wrong: Any
) -> type:
    """Return Dense, its penalties' gradient from strengths of those names, and more wrong.

    In `wrong`, factors of L1's part and of L2's, and of all that penalties add.
    """

    class Dense(nnfs_lib.Dense):
        def backward(self, doutputs):
            dinputs = np.dot(doutputs, self.weights.T)
            self.dweights = np.dot(self.inputs.T, doutputs)
            self.dbiases = np.sum(doutputs, axis=0, keepdims=True)
            for array, gradient, names in (
                (self.weights, self.dweights, weights),
                (self.biases, self.dbiases, biases),
            ):
                l1, l2 = (getattr(self, name) for name in names)
                added = wrong.get("l1", 1) * l1 * np.sign(array)
                added += wrong.get("l2", 2) * l2 * array
                gradient += wrong.get("all", 1) * added
            return dinputs

    return Dense


WEIGHTS, BIASES = ("weight_l1", "weight_l2"), ("bias_l1", "bias_l2")
OF_PENALTIES = {
    "the 2 of L2 is missing": wrong_dense(WEIGHTS, BIASES, l2=1),
    "L1 has a 2": wrong_dense(WEIGHTS, BIASES, l1=2),
    "the wrong sign": wrong_dense(WEIGHTS, BIASES, all=-1),
    "L1 pushes away": wrong_dense(WEIGHTS, BIASES, l1=-1),
    "biases' strengths from the weights": wrong_dense(WEIGHTS, WEIGHTS),
    "weights' strengths from the biases": wrong_dense(BIASES, BIASES),
    "L1 and L2 the wrong way round": wrong_dense(WEIGHTS[::-1], BIASES[::-1]),
    "a mean over the batch": wrong_dense(WEIGHTS, BIASES, all=1 / 5),
    "a millionth too large": wrong_dense(WEIGHTS, BIASES, all=1 + 1e-6),
}
OF_LOSSES = {
    "the 2 of the square is missing": ("squared", 1 / 2),
    "the wrong sign": ("squared", -1),
    "a mean over the batch alone": ("squared", 3),
    "a mean over the outputs alone": ("squared", 5),
    "a millionth too large": ("squared", 1 + 1e-6),
    "the wrong sign of the absolute": ("absolute", -1),
    "the absolute's mean over the batch alone": ("absolute", 3),
    "the absolute's mean over the outputs alone": ("absolute", 5),
    "the absolute has a 2": ("absolute", 2),
}


def with_wrong(thing: type) -> Any:
    return SimpleNamespace(**{**vars(nnfs_lib), thing.__name__: thing})


def test_the_layer_that_is_made_wrong_below_is_right():
    library = with_wrong(wrong_dense(WEIGHTS, BIASES))
    assert worst_error(library, "squared, penalties", "two steps") < TOLERANCE


@pytest.mark.parametrize("mistake", OF_PENALTIES)
@pytest.mark.parametrize("kind", [kind for kind in KEPT if "penalties" in kind])
def test_wrong_penalties_are_caught(mistake, kind):
    library = with_wrong(OF_PENALTIES[mistake])
    assert worst_error(library, kind, "two steps") > 1000 * TOLERANCE


@pytest.mark.parametrize("mistake", OF_LOSSES)
def test_a_wrong_loss_is_caught(mistake):
    kind, factor = OF_LOSSES[mistake]
    library = with_wrong(wrong_loss(PLAIN[kind], factor))
    assert worst_error(library, kind, "two steps") > 1000 * TOLERANCE
