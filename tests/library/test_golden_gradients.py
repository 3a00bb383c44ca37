"""Every gradient of two small networks is what PyTorch's autograd says."""

import json
from typing import Any

import gradients as golden
import numpy as np
import pytest

KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))
NETWORK = {name: np.array(numbers) for name, numbers in KEPT["network"].items()}
# kind -> the loss on logits, and the pair that it replaces
LOSSES = {
    "categorical": (
        "SoftmaxCategoricalCrossentropy",
        ("Softmax", "CategoricalCrossentropy"),
    ),
    "binary": ("SigmoidBinaryCrossentropy", ("Sigmoid", "BinaryCrossentropy")),
}
WAYS = ["fused", "fused, at once", "two steps"]


def run(nn: Any, kind: str, way: str) -> tuple[float, dict[str, np.ndarray]]:
    """Return the loss of the kept network, and its gradients under the names of the file."""
    fused, pair = LOSSES[kind]
    targets = np.array(KEPT[kind]["targets"])
    hidden, output = nn.Dense(3, 4, dtype=np.float64), nn.Dense(4, 3, dtype=np.float64)
    for layer, name in ((hidden, "hidden"), (output, "output")):
        layer.weights[:] = NETWORK[f"{name} weights"]
        layer.biases[:] = NETWORK[f"{name} biases"]
    layers = [hidden, nn.ReLU(), output]
    outputs = NETWORK["inputs"]
    for layer in layers:
        outputs = layer.forward(outputs)
    if way == "fused, at once":
        value, gradient = getattr(nn, fused)().value_and_gradient(outputs, targets)
    elif way == "fused":
        loss = getattr(nn, fused)()
        value, gradient = (
            loss.calculate(outputs, targets),
            loss.backward(outputs, targets),
        )
    else:
        activation, loss = (getattr(nn, name)() for name in pair)
        outputs = activation.forward(outputs)
        value = loss.calculate(outputs, targets)
        gradient = activation.backward(loss.backward(outputs, targets))
    found = {"logits": gradient}
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    found["inputs"] = gradient
    for layer, name in ((hidden, "hidden"), (output, "output")):
        found[f"{name} weights"] = layer.dweights
        found[f"{name} biases"] = layer.dbiases
    return value, found


def test_the_kept_network_is_the_scripts():
    advice = "run tests/golden/gradients.py, its first lines say how"
    expected = {name: array.tolist() for name, array in golden.draw().items()}
    assert KEPT["network"] == expected, advice


def test_the_kept_network_bends():
    hidden = NETWORK["inputs"] @ NETWORK["hidden weights"] + NETWORK["hidden biases"]
    assert 0.2 < np.mean(hidden > 0) < 0.8


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", LOSSES)
def test_is_what_autograd_says(nn, kind, way):
    value, found = run(nn, kind, way)
    kept = KEPT[kind]
    assert value == pytest.approx(kept["loss"], rel=1e-12)
    assert found.keys() == kept["gradients"].keys()
    for name, gradient in found.items():
        expected = np.array(kept["gradients"][name])
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-12, err_msg=name)
