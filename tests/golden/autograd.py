"""What PyTorch says of expressions and a small network: for lab *Gradients by themselves*.

    python tests/golden/autograd.py

writes autograd.json beside this file, in float64: the gradients of EXPRESSIONS, which are the same
text in the lab and in PyTorch; those of a network; and where it gets to in twenty steps of each
optimizer. It needs PyTorch, in an environment of its own: optimizers.py says how to make one.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from kept import import_torch, keep

FILE = Path(__file__).with_suffix(".json")
# The maximum along an axis is PyTorch's amax.
EXPRESSIONS = (
    "a + b + c",
    "1.5 - a - b",
    "a * b * c",
    "2 / a / c",
    "a**3 + b**-0.5 + a**0",
    "-a",
    "a.transpose(0, 1) @ c",
    "batch @ a @ matrix",
    "(a - 1).exp()",
    "a.log()",
    "(a - 1).tanh()",
    "(a - 1).relu()",
    "(9 * (a - 1)).sigmoid()",
    "a.sum() * b",
    "a.sum(axis=1) * c.sum()",
    "batch.sum(axis=(0, 2), keepdims=True) * b.reshape(3, 1, 1)",
    "a.mean() + batch.mean(axis=1)",
    "a.max()",
    "ties.max()",
    "a.amax(axis=1, keepdims=True) * c",
    "ties.amax(axis=0)",
    "a.reshape(3, 2) @ c",
    "a[1] * b",
    "b[[0, 0, 2]] * a[:, 1:].sum()",
    "a[[0, 1, 1], [2, 0, 0]] * b",
)
# batch, inputs, hidden neurons with ReLU, outputs
SIZES = (5, 3, 4, 3)
LABELS = [2, 0, 1, 1, 0]
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"lr": 0.1}),
    "SGD, momentum": ("SGD", {"lr": 0.1, "momentum": 0.9}),
    "Adam": ("Adam", {"lr": 0.1}),
    "Adam, all its own": ("Adam", {"lr": 0.05, "betas": (0.7, 0.9), "eps": 1e-3}),
}
STEPS = 20


def draw() -> dict[str, np.ndarray]:
    """Return the arrays of the expressions, with three digits, as a file can hold."""
    rng = np.random.default_rng(0)
    shapes = {"a": (2, 3), "b": (3,), "c": (2, 1), "batch": (4, 3, 2), "matrix": (3, 2)}
    arrays = {
        name: rng.uniform(0.5, 2, shape).round(3) for name, shape in shapes.items()
    }
    return {**arrays, "ties": np.array([[1.0, 3.0, 3.0], [3.0, 2.0, 3.0]])}


def draw_network() -> dict[str, np.ndarray]:
    """Return inputs, and weights (n_inputs, n_outputs) and biases (n_outputs,), as the lab has them."""
    batch, n_inputs, n_hidden, n_outputs = SIZES
    shapes = {
        "inputs": (batch, n_inputs),
        "hidden weight": (n_inputs, n_hidden),
        "hidden bias": (n_hidden,),
        "output weight": (n_hidden, n_outputs),
        "output bias": (n_outputs,),
    }
    rng = np.random.default_rng(1)
    return {name: rng.standard_normal(shape).round(3) for name, shape in shapes.items()}


def gradients(torch: Any, expression: str) -> dict[str, Any]:
    """Return the sum of the squares of an expression, and its slopes along every array in it."""
    tensors = {n: torch.tensor(a, requires_grad=True) for n, a in draw().items()}
    value = (eval(expression, {}, tensors) ** 2).sum()
    value.backward()
    found = {n: t.grad.tolist() for n, t in tensors.items() if t.grad is not None}
    return {"value": value.item(), "gradients": found}


def network(torch: Any) -> Any:
    """Return the network as PyTorch has it: its weights are (n_outputs, n_inputs)."""
    arrays = draw_network()
    layers = {}
    for name in ("hidden", "output"):
        weight, bias = arrays[f"{name} weight"], arrays[f"{name} bias"]
        layers[name] = torch.nn.Linear(*weight.shape, dtype=torch.float64)
        with torch.no_grad():
            layers[name].weight.copy_(torch.tensor(weight.T))
            layers[name].bias.copy_(torch.tensor(bias))
    return torch.nn.Sequential(layers["hidden"], torch.nn.ReLU(), layers["output"])


def as_the_lab(parameters: Any) -> list[Any]:
    """Return arrays of the network's parameters in the lab's layout."""
    return [each.T.tolist() if each.ndim == 2 else each.tolist() for each in parameters]


def losses(torch: Any) -> dict[str, Any]:
    """Return each loss of the network with the gradients of its four parameters."""
    inputs = torch.tensor(draw_network()["inputs"])
    labels = torch.tensor(LABELS)
    rows = torch.eye(SIZES[-1], dtype=torch.float64)[labels]
    found = {}
    for name in ("CrossEntropyLoss", "SquareLoss"):
        net = network(torch)
        if name == "CrossEntropyLoss":
            value = torch.nn.CrossEntropyLoss()(net(inputs), labels)
        else:
            # Half the sum over the outputs, where MSELoss takes the mean.
            value = torch.nn.MSELoss()(net(inputs).sigmoid(), rows) * SIZES[-1] / 2
        value.backward()
        slopes = as_the_lab(each.grad for each in net.parameters())
        found[name] = {"value": value.item(), "gradients": slopes}
    return found


def steps(torch: Any, name: str, settings: dict[str, Any]) -> list[Any]:
    """Return where the parameters are after STEPS steps."""
    inputs, labels = torch.tensor(draw_network()["inputs"]), torch.tensor(LABELS)
    net = network(torch)
    optimizer = getattr(torch.optim, name)(net.parameters(), **settings)
    for _ in range(STEPS):
        optimizer.zero_grad()
        torch.nn.CrossEntropyLoss()(net(inputs), labels).backward()
        optimizer.step()
    return as_the_lab(each.detach() for each in net.parameters())


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    table = {
        "torch": torch.__version__.partition("+")[0],
        "arrays": {name: array.tolist() for name, array in draw().items()},
        "network": {name: array.tolist() for name, array in draw_network().items()},
        "expressions": {text: gradients(torch, text) for text in EXPRESSIONS},
        "losses": losses(torch),
        "steps": {name: steps(torch, *case) for name, case in OPTIMIZERS.items()},
    }
    keep(FILE, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
