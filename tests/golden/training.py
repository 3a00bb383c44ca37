"""How PyTorch trains a small regression network: kept for tests that run without PyTorch.

    python tests/golden/training.py

writes training.json beside this file: Dense 1-8-8-1 with ReLU between, mean squared error and
Adam, in float64; the losses and parameters after STEPS. It also keeps how far PyTorch's own
initializers spread. It needs PyTorch, in an environment of its own: optimizers.py says how to
make one.
"""

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from kept import import_torch, keep

FILE = Path(__file__).with_suffix(".json")
SIZES = (1, 8, 8, 1)
STEPS = [1, 2, 5, 10, 20, 50]
SETTINGS = {"learning_rate": 0.01, "epsilon": 1e-7, "beta_1": 0.9, "beta_2": 0.999}
# Name -> PyTorch's name, for layers of 300 inputs and 200 neurons
INITIALIZERS = {"he_normal": "kaiming_normal_", "glorot_uniform": "xavier_uniform_"}
SHAPE = (300, 200)


def draw() -> dict[str, list[Any]]:
    """Return inputs and targets, (20, 1), and parameters in turn, with three digits."""
    rng = np.random.default_rng(4)
    inputs = np.linspace(0.02, 0.97, 20).reshape(-1, 1)
    targets = np.sin(6 * inputs) + 0.5
    drawn = {"inputs": inputs, "targets": targets}
    for number, shape in enumerate(pairwise(SIZES), 1):
        drawn[f"weights {number}"] = rng.standard_normal(shape) * (2 / shape[0]) ** 0.5
        drawn[f"biases {number}"] = 0.3 * rng.standard_normal((1, shape[1]))
    return {name: array.round(3).tolist() for name, array in drawn.items()}


def train(torch: Any, network: dict[str, list[Any]]) -> dict[str, Any]:
    """Return step -> the loss before it, and the parameters after it, by PyTorch."""
    tensors = [torch.tensor(array, dtype=torch.float64) for array in network.values()]
    inputs, targets, *parameters = tensors
    for parameter in parameters:
        parameter.requires_grad_()
    optimizer = torch.optim.Adam(
        parameters,
        lr=SETTINGS["learning_rate"],
        betas=(SETTINGS["beta_1"], SETTINGS["beta_2"]),
        eps=SETTINGS["epsilon"],
    )
    kept = {}
    for step in range(1, STEPS[-1] + 1):
        outputs = inputs
        for number in range(0, len(parameters), 2):
            if number:
                outputs = torch.relu(outputs)
            outputs = outputs @ parameters[number] + parameters[number + 1]
        loss = torch.nn.functional.mse_loss(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step in STEPS:
            arrays = [parameter.detach().flatten().tolist() for parameter in parameters]
            kept[str(step)] = {"loss": loss.item(), "parameters": arrays}
    return kept


def spread(torch: Any, name: str) -> dict[str, float]:
    """Return the standard deviation and the largest of what PyTorch draws."""
    torch.manual_seed(0)
    weights = torch.empty(SHAPE[::-1], dtype=torch.float64)  # PyTorch's are turned
    settings = {"nonlinearity": "relu"} if name == "kaiming_normal_" else {}
    getattr(torch.nn.init, name)(weights, **settings)
    return {"deviation": weights.std().item(), "largest": weights.abs().max().item()}


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    network = draw()
    table = {
        "torch": torch.__version__.partition("+")[0],
        "settings": SETTINGS,
        "network": network,
        "steps": train(torch, network),
        "spread": {
            name: spread(torch, theirs) for name, theirs in INITIALIZERS.items()
        },
    }
    keep(FILE, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
