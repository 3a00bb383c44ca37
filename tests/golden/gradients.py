"""What PyTorch's autograd says of small networks: kept for tests that run without PyTorch.

    python tests/golden/gradients.py

writes gradients.json beside this file: inputs, parameters, targets, loss and every gradient, in
float64. It needs PyTorch, in an environment of its own: optimizers.py says how to make one.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from kept import import_torch, keep

FILE = Path(__file__).with_suffix(".json")
# batch, inputs, hidden neurons with ReLU, outputs
SIZES = (5, 3, 4, 3)
# layer -> its penalties, as Dense calls them; no two are the same
PENALTIES = {
    "hidden": {"weight_l1": 0.03, "weight_l2": 0.05, "bias_l1": 0.07, "bias_l2": 0.11},
    "output": {"weight_l1": 0.13, "weight_l2": 0.17, "bias_l1": 0.19, "bias_l2": 0.23},
}
LABELS = [2, 0, 1, 1, 0]
NUMBERS = [[0.5, -1, 2], [1, 0.25, 0], [-2, 3, 0.75], [1.5, -0.5, 1], [0, 4, -3]]


def draw() -> dict[str, np.ndarray]:
    """Return the inputs and parameters of a network, with three digits, as a file can hold."""
    batch, n_inputs, n_hidden, n_outputs = SIZES
    shapes = {
        "inputs": (batch, n_inputs),
        "hidden weights": (n_inputs, n_hidden),
        "hidden biases": (1, n_hidden),
        "output weights": (n_hidden, n_outputs),
        "output biases": (1, n_outputs),
    }
    rng = np.random.default_rng(0)
    return {name: rng.standard_normal(shape).round(3) for name, shape in shapes.items()}


def penalty(arrays: dict[str, Any]) -> Any:
    """Return what PENALTIES cost, from tensors under the names of `draw`."""
    cost = 0
    for layer, strengths in PENALTIES.items():
        for kind, array in (
            ("weight", arrays[f"{layer} weights"]),
            ("bias", arrays[f"{layer} biases"]),
        ):
            cost = cost + strengths[f"{kind}_l1"] * array.abs().sum()
            cost = cost + strengths[f"{kind}_l2"] * array.pow(2).sum()
    return cost


def run(
    torch: Any, loss: Any, targets: list[Any], dtype: Any, *, penalties: bool = False
) -> dict[str, Any]:
    """Return the loss of the network behind `draw`, and its gradients by autograd.

    loss: takes outputs, (5, 3), and targets, and returns the mean over batch (and outputs).
    With penalties, theirs comes to the loss, and is kept as "penalty" too.
    """
    arrays = {
        name: torch.tensor(array, requires_grad=True) for name, array in draw().items()
    }
    inputs, *parameters = arrays.values()
    weights, biases, output_weights, output_biases = parameters
    hidden = torch.relu(inputs @ weights + biases)
    logits = hidden @ output_weights + output_biases
    logits.retain_grad()
    value = loss(logits, torch.tensor(targets, dtype=dtype))
    cost = penalty(arrays) if penalties else torch.tensor(0.0, dtype=torch.float64)
    value = value + cost
    value.backward()
    gradients = {name: array.grad.tolist() for name, array in arrays.items()}
    gradients["logits"] = logits.grad.tolist()
    kept = {"targets": targets, "loss": value.item(), "gradients": gradients}
    return {**kept, "penalty": cost.item()} if penalties else kept


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    functional = torch.nn.functional
    yes_or_no = [[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 0]]
    binary = functional.binary_cross_entropy_with_logits
    table = {
        "torch": torch.__version__.partition("+")[0],
        "network": {name: array.tolist() for name, array in draw().items()},
        "categorical": run(torch, functional.cross_entropy, LABELS, torch.int64),
        "binary": run(torch, binary, yes_or_no, torch.float64),
        "squared": run(torch, functional.mse_loss, NUMBERS, torch.float64),
        "absolute": run(torch, functional.l1_loss, NUMBERS, torch.float64),
        "categorical, penalties": run(
            torch, functional.cross_entropy, LABELS, torch.int64, penalties=True
        ),
        "squared, penalties": run(
            torch, functional.mse_loss, NUMBERS, torch.float64, penalties=True
        ),
    }
    keep(FILE, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
