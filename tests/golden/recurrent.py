"""What PyTorch says of a recurrent layer: for lab *Sequences*.

    python tests/golden/recurrent.py

writes recurrent.json beside this file, in float64: for each of SIZES, what torch.nn.RNN with tanh
makes of sequences, and the gradients of a weighted sum of its outputs. Weights are as the lab has them,
(n_inputs, n_neurons). It needs PyTorch, in an environment of its own: optimizers.py says how to make one.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from kept import import_torch, keep

FILE = Path(__file__).with_suffix(".json")
# batch, time, inputs, neurons
SIZES = ((1, 1, 1, 1), (2, 5, 3, 4), (3, 8, 1, 2), (1, 20, 2, 3))


def draw(size: tuple[int, int, int, int]) -> dict[str, np.ndarray]:
    """Return inputs, parameters and the weighting of the outputs, with three digits."""
    batch, time, inputs, neurons = size
    rng = np.random.default_rng(0)
    shapes = {
        "inputs": (batch, time, inputs),
        "weights": (inputs, neurons),
        "state_weights": (neurons, neurons),
        "biases": (1, neurons),
        "doutputs": (batch, time, neurons),
    }
    return {name: rng.standard_normal(shape).round(3) for name, shape in shapes.items()}


def ask(torch: Any, size: tuple[int, int, int, int]) -> dict[str, Any]:
    """Return PyTorch's outputs and gradients."""
    arrays = {name: torch.tensor(array) for name, array in draw(size).items()}
    layer = torch.nn.RNN(size[2], size[3], batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(arrays["weights"].T)
        layer.weight_hh_l0.copy_(arrays["state_weights"].T)
        layer.bias_ih_l0.copy_(arrays["biases"][0])
        layer.bias_hh_l0.zero_()
    inputs = arrays["inputs"].requires_grad_()
    outputs, _ = layer(inputs)
    (outputs * arrays["doutputs"]).sum().backward()
    return {
        "size": size,
        "outputs": outputs.tolist(),
        "dinputs": inputs.grad.tolist(),
        "dweights": layer.weight_ih_l0.grad.T.tolist(),
        "dstate_weights": layer.weight_hh_l0.grad.T.tolist(),
        "dbiases": [layer.bias_ih_l0.grad.tolist()],
    }


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    version = torch.__version__.partition("+")[0]
    keep(FILE, {"torch": version, "layers": [ask(torch, size) for size in SIZES]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
