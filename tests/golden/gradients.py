"""What PyTorch's autograd says of two small networks: kept for tests that run without PyTorch.

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


def run(torch: Any, loss: Any, targets: list[Any], dtype: Any) -> dict[str, Any]:
    """Return the loss of the network behind `draw`, and its gradients by autograd.

    loss: takes logits, (5, 3), and targets, and returns the mean over batch (and outputs).
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
    value.backward()
    gradients = {name: array.grad.tolist() for name, array in arrays.items()}
    gradients["logits"] = logits.grad.tolist()
    return {"targets": targets, "loss": value.item(), "gradients": gradients}


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    functional = torch.nn.functional
    labels = [2, 0, 1, 1, 0]
    yes_or_no = [[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 0]]
    binary = functional.binary_cross_entropy_with_logits
    table = {
        "torch": torch.__version__.partition("+")[0],
        "network": {name: array.tolist() for name, array in draw().items()},
        "categorical": run(torch, functional.cross_entropy, labels, torch.int64),
        "binary": run(torch, binary, yes_or_no, torch.float64),
    }
    keep(FILE, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
