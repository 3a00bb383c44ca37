"""Where PyTorch's own optimizers go: written once, by hand, for tests that run without PyTorch.

In an environment of its own, so that the book never depends on it:

    python -m venv ../torch
    ../torch/bin/pip install numpy torch
    ../torch/bin/python tests/golden/optimizers.py

writes optimizers.json beside this file: a hundred steps in float64, for each case the positions
at STEPS. Run it again after a change here; the test says when the file is older than the cases.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from kept import import_torch, keep

FILE = Path(__file__).with_suffix(".json")
STEPS = [1, 2, 5, 10, 20, 50, 100]
EPSILON = 1e-7
Pairs = list[tuple[np.ndarray, np.ndarray]]

# The way leads down a robust regression: L = sum ln(1 + r^2) / 2, r = INPUTS @ weights + biases
# - TARGETS. It is no parabola, and needs only + - * /, which are the same everywhere.
INPUTS = np.array([[1.0, -0.5], [0.25, 2.0], [-1.5, 0.75], [0.5, 0.5], [-0.25, -1.0]])
TARGETS = np.array(
    [[1.0, -2.0, 0.5], [0.5, 3.0, -1.0], [-2.0, 0.25, 1.5], [4.0, 0.5, 0.0], [0, -1, 2]]
)
# weights (2, 3) and biases (1, 3)
START = ([[0.5, -0.25, 1.0], [-0.75, 0.125, 0.375]], [[0.25, -0.5, 0.75]])

# name -> the optimizer and its arguments, as nnfs_lib calls them
CASES: dict[str, tuple[str, dict[str, float]]] = {
    "SGD": ("SGD", {"learning_rate": 0.1}),
    "SGD, decay": ("SGD", {"learning_rate": 0.2, "decay": 0.05}),
    "SGD, momentum": ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    "SGD, decay and momentum": (
        "SGD",
        {"learning_rate": 0.1, "decay": 0.05, "momentum": 0.8},
    ),
    "Adagrad": ("Adagrad", {"learning_rate": 0.3, "epsilon": EPSILON}),
    "Adagrad, decay": (
        "Adagrad",
        {"learning_rate": 0.5, "decay": 0.02, "epsilon": EPSILON},
    ),
    # So slow that it never comes near the minimum: around it, RMSprop's steps stay as long as
    # they are, and make a difference in the last digit one in the third.
    "RMSprop": ("RMSprop", {"learning_rate": 0.003, "epsilon": EPSILON, "rho": 0.9}),
    "RMSprop, decay and a long memory": (
        "RMSprop",
        {"learning_rate": 0.02, "decay": 0.03, "epsilon": EPSILON, "rho": 0.99},
    ),
    "Adam": ("Adam", {"learning_rate": 0.001, "epsilon": EPSILON}),
    "Adam, other betas and decay": (
        "Adam",
        {
            "learning_rate": 0.05,
            "decay": 0.01,
            "epsilon": EPSILON,
            "beta_1": 0.8,
            "beta_2": 0.95,
        },
    ),
}


def gradient(weights: np.ndarray, biases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return dL/dweights, (2, 3), and dL/dbiases, (1, 3), at a place; both sides call this."""
    residuals = INPUTS @ weights + biases - TARGETS
    slopes = residuals / (1 + residuals * residuals)
    return INPUTS.T @ slopes, slopes.sum(axis=0, keepdims=True)


def flat(weights: np.ndarray, biases: np.ndarray) -> list[float]:
    """Return a place as nine plain numbers, the weights first."""
    return [float(number) for array in (weights, biases) for number in np.ravel(array)]


def torch_optimizer(
    torch: Any, name: str, arguments: dict[str, float], parameters: list[Any]
) -> Any:
    """Return PyTorch's optimizer of that name, set as nnfs_lib's would be, without its decay."""
    betas = (arguments.get("beta_1", 0.9), arguments.get("beta_2", 0.999))
    settings: dict[str, dict[str, Any]] = {
        "SGD": {"momentum": arguments.get("momentum", 0.0)},
        "Adagrad": {"eps": EPSILON},
        "RMSprop": {"eps": EPSILON, "alpha": arguments.get("rho")},
        "Adam": {"eps": EPSILON, "betas": betas},
    }
    make = getattr(torch.optim, name)
    return make(parameters, lr=arguments["learning_rate"], **settings[name])


def trajectory(
    torch: Any, name: str, arguments: dict[str, float]
) -> dict[str, list[float]]:
    """Return step -> position, after PyTorch has gone there.

    The rate of step t (from 0) is learning_rate / (1 + decay * t), by LambdaLR. With momentum,
    PyTorch multiplies its whole buffer by the rate of the day; nnfs_lib, as Keras, keeps the rate
    in the velocity, so that an old gradient goes on with its own rate. A constant rate makes
    them the same. With decay and momentum PyTorch gets a rate of 1 and gradients that are
    multiplied by the rate: its buffer then is nnfs_lib's velocity, and its momentum is judged.
    """
    parameters = [torch.tensor(array, dtype=torch.float64) for array in START]
    optimizer = torch_optimizer(torch, name, arguments, parameters)
    decay, rate = arguments.get("decay", 0.0), arguments["learning_rate"]
    in_gradient = bool(decay and arguments.get("momentum"))
    if in_gradient:
        optimizer.param_groups[0]["lr"] = 1.0
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: 1.0 if in_gradient else 1 / (1 + decay * t)
    )
    return walk(
        torch,
        parameters,
        (optimizer, scheduler),
        lambda t: rate / (1 + decay * t) if in_gradient else 1.0,
    )


def walk(
    torch: Any,
    parameters: list[Any],
    movers: tuple[Any, Any],
    factor: Callable[[int], float] = lambda t: 1.0,
) -> dict[str, list[float]]:
    """Let optimizer and scheduler take the steps, on gradients times factor(t); return step -> position."""
    places = {}
    for step in range(1, STEPS[-1] + 1):
        slopes = gradient(*(parameter.numpy() for parameter in parameters))
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.grad = torch.from_numpy(factor(step - 1) * slope)
        for mover in movers:
            mover.step()
        if step in STEPS:
            places[str(step)] = flat(*(parameter.numpy() for parameter in parameters))
    return places


def worst_error(kept: Any, step: Callable[[Pairs], None], case: str) -> float:
    """Return the largest relative difference of a rule from the kept positions of a case."""
    arrays, worst = [np.array(array) for array in START], 0.0
    for number in range(1, STEPS[-1] + 1):
        step(list(zip(arrays, gradient(*arrays), strict=True)))
        if number in STEPS:
            expected = np.array(kept["cases"][case]["positions"][str(number)])
            errors = np.abs(np.array(flat(*arrays)) / expected - 1)
            worst = max(worst, float(errors.max()))
    return worst


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    cases = {
        case: {
            "optimizer": name,
            "arguments": arguments,
            "positions": trajectory(torch, name, arguments),
        }
        for case, (name, arguments) in CASES.items()
    }
    version = torch.__version__.partition("+")[0]
    keep(FILE, {"torch": version, "start": flat(*START), "cases": cases})
    return 0


if __name__ == "__main__":
    sys.exit(main())
