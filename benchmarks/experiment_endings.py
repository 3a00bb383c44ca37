"""Chapter 4's training from twelve starts: where gradient descent ends.

The network 2-64-3 on the spiral: 19,000 steps with a rate of 1, and a thousand with 0.1.
"""

from typing import Any

import numpy as np

import nnfs_lib as nn

# As dense layers of the early chapters begin.
SMALL = nn.normal(0.01)

X, y = nn.spiral_data(100, 3, rng=0)


def train(seed: int) -> tuple[float, float]:
    """Return loss and accuracy after 20,000 steps from one start."""
    rng = np.random.default_rng(seed)
    hidden, output = (
        nn.Dense(2, 64, initializer=SMALL, rng=rng),
        nn.Dense(64, 3, initializer=SMALL, rng=rng),
    )
    relu, softmax = nn.ReLU(), nn.Softmax()
    loss, accuracy = nn.CategoricalCrossentropy(), nn.CategoricalAccuracy()
    for step in range(20_001):
        scores = output.forward(relu.forward(hidden.forward(X)))
        predictions = softmax.forward(scores)
        if step == 20_000:
            break
        gradient = softmax.backward(loss.backward(predictions, y))
        hidden.backward(relu.backward(output.backward(gradient)))
        for dense in (hidden, output):
            rate = 1.0 if step < 19_000 else 0.1
            dense.weights -= rate * dense.dweights
            dense.biases -= rate * dense.dbiases
    value = loss.calculate(predictions, y)
    return round(value, 4), round(accuracy.calculate(predictions, y), 4)


def run() -> dict[str, Any]:
    """Return the losses and accuracies, one for each start."""
    ends = [train(seed) for seed in range(12)]
    return {"loss": [value for value, _ in ends], "accuracy": [end for _, end in ends]}
