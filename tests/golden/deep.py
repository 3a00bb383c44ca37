"""What PyTorch says of the pieces of lab *What lets deep networks learn*.

    python tests/golden/deep.py

writes deep.json beside this file: batch normalization in both modes, of rows and of pictures, with
its running statistics; two activations and a loss with their gradients; and where RAdam and SGD with
Nesterov's momentum go, the way of optimizers.py. All in float64. It needs PyTorch, in an environment
of its own: optimizers.py says how to make one.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from kept import import_torch, keep
from optimizers import START, flat, gradient

FILE = Path(__file__).with_suffix(".json")
# name -> shape of the inputs, features last; epsilon, and the share of the old running means
NORMS: dict[str, tuple[tuple[int, ...], float, float]] = {
    "rows": ((5, 3), 1e-5, 0.9),
    "two rows": ((2, 3), 1e-3, 0.8),
    "pictures": ((2, 3, 4, 2), 1e-5, 0.9),
    "one picture": ((1, 3, 2, 2), 1e-2, 0.5),
}
STEPS = [1, 2, 3, 4, 5, 6, 7, 10, 15, 20, 30]
# So small that it doesn't matter where it is added: PyTorch's RAdam has it at another place.
TINY = 1e-13
# name -> the optimizer and its arguments, as the lab calls them
WALKS: dict[str, tuple[str, dict[str, float]]] = {
    "RAdam": ("RAdam", {"learning_rate": 0.01, "epsilon": TINY}),
    "RAdam, other betas": (
        "RAdam",
        {"learning_rate": 0.05, "epsilon": TINY, "beta_1": 0.8, "beta_2": 0.95},
    ),
    "RAdam, never trusted": (
        "RAdam",
        {"learning_rate": 0.05, "epsilon": TINY, "beta_2": 0.6},
    ),
    "Nesterov": ("Nesterov", {"learning_rate": 0.05}),
    "Nesterov, less": ("Nesterov", {"learning_rate": 0.1, "momentum": 0.5}),
}


def draw(name: str) -> dict[str, np.ndarray]:
    """Return two batches of inputs, a gradient, scale and shift, the same every time."""
    shape, _, _ = NORMS[name]
    rng = np.random.default_rng(len(name))
    arrays = {
        "first": 2 * rng.standard_normal(shape) + 1,
        "second": rng.standard_normal(shape),
        "doutputs": rng.standard_normal(shape),
        "scale": rng.uniform(0.5, 2, shape[-1]),
        "shift": rng.standard_normal(shape[-1]),
    }
    return {key: array.round(3) for key, array in arrays.items()}


def errors() -> tuple[np.ndarray, np.ndarray]:
    """Return predictions and targets, (4, 2): errors on both sides of one and of two."""
    targets = np.array([[0.5, -1.0], [2.0, 0.0], [-0.25, 3.0], [1.0, 1.0]])
    offsets = np.array([[0.25, -0.75], [1.5, -2.5], [0.0, 0.9], [-3.0, 12.0]])
    return targets + offsets, targets


def norm(torch: Any, name: str) -> dict[str, Any]:
    """Return PyTorch's outputs, gradients and running statistics, features last again."""
    shape, epsilon, momentum = NORMS[name]
    arrays = {key: torch.from_numpy(array) for key, array in draw(name).items()}
    kind = torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d
    layer = kind(shape[-1], eps=epsilon, momentum=1 - momentum, dtype=torch.float64)
    with torch.no_grad():
        layer.weight[:], layer.bias[:] = arrays["scale"], arrays["shift"]
    found: dict[str, Any] = {}
    layer(arrays["first"].movedim(-1, 1))  # only the running statistics see this one
    for mode in ("training", "evaluation"):
        layer.train(mode == "training")
        layer.zero_grad()
        inputs = arrays["second"].clone().requires_grad_()
        outputs = layer(inputs.movedim(-1, 1)).movedim(1, -1)
        outputs.backward(arrays["doutputs"])
        found[mode] = {
            "outputs": outputs.detach().flatten().tolist(),
            "dinputs": inputs.grad.flatten().tolist(),
            "dscale": layer.weight.grad.tolist(),
            "dshift": layer.bias.grad.tolist(),
        }
    found["running_mean"] = layer.running_mean.tolist()
    found["running_variance"] = layer.running_var.tolist()
    return found


POINTS = [-1000.0, -30.0, -2.0, -0.5, 0.0, 0.5, 3.0, 19.0, 1000.0]


def activation(torch: Any, module: Any) -> dict[str, list[float]]:
    """Return outputs and slopes at POINTS."""
    inputs = torch.tensor(POINTS, dtype=torch.float64, requires_grad=True)
    outputs = module(inputs)
    outputs.sum().backward()
    return {"outputs": outputs.detach().tolist(), "slopes": inputs.grad.tolist()}


def huber(torch: Any, delta: float) -> dict[str, Any]:
    """Return the loss and its gradient."""
    predictions, targets = map(torch.from_numpy, errors())
    predictions.requires_grad_()
    value = torch.nn.HuberLoss(delta=delta)(predictions, targets)
    value.backward()
    return {"value": value.item(), "gradient": predictions.grad.flatten().tolist()}


def walk(torch: Any, name: str, arguments: dict[str, float]) -> dict[str, list[float]]:
    """Return step -> position at STEPS."""
    parameters = [torch.tensor(array, dtype=torch.float64) for array in START]
    rate = arguments["learning_rate"]
    if name == "RAdam":
        betas = (arguments.get("beta_1", 0.9), arguments.get("beta_2", 0.999))
        optimizer = torch.optim.RAdam(parameters, lr=rate, betas=betas, eps=TINY)
    else:
        momentum = arguments.get("momentum", 0.9)
        chosen = {"lr": rate, "momentum": momentum, "nesterov": True}
        optimizer = torch.optim.SGD(parameters, **chosen)
    places = {}
    for step in range(1, STEPS[-1] + 1):
        slopes = gradient(*(parameter.numpy() for parameter in parameters))
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.grad = torch.from_numpy(slope)
        optimizer.step()
        if step in STEPS:
            places[str(step)] = flat(*(parameter.numpy() for parameter in parameters))
    return places


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    table = {
        "torch": torch.__version__.partition("+")[0],
        "norms": {name: norm(torch, name) for name in NORMS},
        "activations": {
            "LeakyReLU": activation(torch, torch.nn.LeakyReLU(0.01)),
            "LeakyReLU, 0.2": activation(torch, torch.nn.LeakyReLU(0.2)),
            "Softplus": activation(torch, torch.nn.Softplus()),
        },
        "huber": {str(delta): huber(torch, delta) for delta in (0.5, 1.0, 2.0)},
        "walks": {
            case: {"arguments": arguments, "positions": walk(torch, name, arguments)}
            for case, (name, arguments) in WALKS.items()
        },
    }
    keep(FILE, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
