"""What PyTorch says of convolutions, their transposes and pools: for lab *Convolution*.

    python tests/golden/convolution.py

writes convolution.json beside this file, in float64: of each layer of LAYERS its outputs and the
gradients of its inputs, weights and biases, for a random weighting of the outputs. All arrays are in the
lab's layout, (batch, height, width, channels) and (kernel, kernel, ...). It needs PyTorch, in an
environment of its own: optimizers.py says how to make one.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from kept import import_torch, keep

FILE = Path(__file__).with_suffix(".json")
# kind, (batch, height, width, channels), and what the layer is made with; strides that fit and that don't
LAYERS: list[tuple[str, tuple[int, ...], dict[str, int]]] = [
    ("Conv2D", (2, 4, 5, 1), {"n_outputs": 1, "kernel_size": 3}),
    ("Conv2D", (1, 5, 4, 3), {"n_outputs": 2, "kernel_size": 2, "padding": 1}),
    (
        "Conv2D",
        (2, 7, 6, 2),
        {"n_outputs": 3, "kernel_size": 3, "stride": 2, "padding": 1},
    ),
    ("Conv2D", (1, 9, 8, 1), {"n_outputs": 2, "kernel_size": 5, "padding": 2}),
    ("Conv2D", (1, 8, 9, 2), {"n_outputs": 1, "kernel_size": 2, "stride": 3}),
    ("Conv2D", (2, 3, 3, 4), {"n_outputs": 3, "kernel_size": 1}),
    (
        "Conv2D",
        (1, 6, 7, 1),
        {"n_outputs": 2, "kernel_size": 3, "stride": 3, "padding": 2},
    ),
    ("Conv2D", (1, 5, 12, 2), {"n_outputs": 4, "kernel_size": 4, "stride": 2}),
    ("ConvTranspose2D", (2, 3, 4, 1), {"n_outputs": 1, "kernel_size": 3}),
    (
        "ConvTranspose2D",
        (1, 4, 3, 2),
        {"n_outputs": 3, "kernel_size": 4, "stride": 2, "padding": 1},
    ),
    (
        "ConvTranspose2D",
        (1, 3, 3, 3),
        {"n_outputs": 2, "kernel_size": 5, "stride": 2, "padding": 2},
    ),
    (
        "ConvTranspose2D",
        (1, 3, 2, 2),
        {"n_outputs": 1, "kernel_size": 2, "stride": 3},
    ),
    ("MaxPool2D", (2, 4, 6, 2), {"size": 2}),
    ("MaxPool2D", (1, 7, 6, 2), {"size": 3, "stride": 2}),
    ("MaxPool2D", (1, 5, 5, 1), {"size": 2, "stride": 1}),
    ("MaxPool2D", (1, 7, 5, 1), {"size": 2, "stride": 3}),
]


def draw(number: int) -> dict[str, np.ndarray]:
    """Return a layer's inputs, and weights and biases where it has some, with two digits.

    A pool's inputs are whole numbers from 0 to 3: most windows have several that are the largest.
    """
    kind, shape, settings = LAYERS[number]
    rng = np.random.default_rng(number)
    if kind == "MaxPool2D":
        return {"inputs": rng.integers(0, 4, shape).astype(float)}
    size, n_outputs = settings["kernel_size"], settings["n_outputs"]
    channels = (shape[3], n_outputs)
    if kind == "ConvTranspose2D":
        channels = (n_outputs, shape[3])
    shapes = {
        "inputs": shape,
        "weights": (size, size, *channels),
        "biases": (1, n_outputs),
    }
    return {name: rng.standard_normal(each).round(2) for name, each in shapes.items()}


def weighting(number: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return what stands for the loss's gradient, with two digits."""
    return np.random.default_rng(100 + number).standard_normal(shape).round(2)


def ask(torch: Any, number: int) -> dict[str, Any]:
    """Return the outputs and gradients of one layer, rounded to thirteen digits."""
    kind, _, settings = LAYERS[number]
    arrays = {n: torch.tensor(a, requires_grad=True) for n, a in draw(number).items()}
    pictures = arrays["inputs"].permute(0, 3, 1, 2).contiguous()
    how = {name: settings[name] for name in ("stride", "padding") if name in settings}
    functions = torch.nn.functional
    if kind == "MaxPool2D":
        outputs = functions.max_pool2d(pictures, settings["size"], **how)
    else:
        names = {"Conv2D": "conv2d", "ConvTranspose2D": "conv_transpose2d"}
        # PyTorch has (n_outputs, n_inputs, k, k), and the transposed one (n_inputs, n_outputs, k, k).
        weights = arrays["weights"].permute(3, 2, 0, 1).contiguous()
        function = getattr(functions, names[kind])
        outputs = function(pictures, weights, arrays["biases"][0], **how)
    outputs = outputs.permute(0, 2, 3, 1)
    outputs.backward(torch.tensor(weighting(number, tuple(outputs.shape))))
    found = {"outputs": outputs} | {f"d{n}": t.grad for n, t in arrays.items()}
    return {
        name: {
            "shape": list(each.shape),
            "values": [float(f"{v:.13g}") for v in each.detach().ravel().tolist()],
        }
        for name, each in found.items()
    }


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    table = {
        "torch": torch.__version__.partition("+")[0],
        "layers": [ask(torch, number) for number in range(len(LAYERS))],
    }
    keep(FILE, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
