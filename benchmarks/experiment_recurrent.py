"""Lab *Sequences*: two marked numbers to add, in sequences of 20, 50, 100 and 200 steps.

A layer of 32 neurons, plain or gated, reads the sequence, and a dense layer answers behind the last step.
Both train for 1,000 steps on fresh batches of 32, by Adam on gradients of norm 1 at most. Each layer and
length has its own rate: the one of RATES with the least error on validation sequences, from one start.
Then it trains from ten others, and two thousand test sequences are read once, at the end of each.
About an hour on a slow core.
"""

import itertools
from typing import Any

import numpy as np

import nnfs_lib as nn
from nnfs_lib.labs.recurrent import RNN, ClippedAdam, LastStep, adding

LENGTHS = (20, 50, 100, 200)
RATES = (0.001, 0.003, 0.01)
SEEDS, TUNING = range(10), 100
STEPS, BATCH, NEURONS = 1000, 32, 32


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x))."""
    return (1 + np.tanh(x / 2)) / 2


class GRU(nn.Layer):
    """A gated recurrent layer (Cho et al., 2014), in PyTorch's form; the lab's last exercise."""

    parameter_names = ("weights", "state_weights", "biases")

    def __init__(self, n_inputs: int, n_neurons: int, **options: Any) -> None:
        """Draw each gate's weights as RNN draws its own."""
        parts = [RNN(n_inputs, n_neurons, **options) for _ in range(3)]
        for name in self.parameter_names:
            arrays = [getattr(part, name) for part in parts]
            setattr(self, name, np.concatenate(arrays, axis=1))

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the states of all steps, (batch, time, n_neurons)."""
        self.inputs = np.asarray(inputs, self.weights.dtype)
        sums = self.inputs @ self.weights + self.biases
        batch, time, n = *sums.shape[:2], sums.shape[2] // 3
        self.states = np.zeros((batch, time + 1, n), sums.dtype)
        self.kept = []
        for t in range(time):
            before = self.states[:, t]
            through = before @ self.state_weights
            gates = sigmoid(sums[:, t, : 2 * n] + through[:, : 2 * n])
            reset, keep = gates[:, :n], gates[:, n:]
            new = np.tanh(sums[:, t, 2 * n :] + reset * through[:, 2 * n :])
            self.states[:, t + 1] = new + keep * (before - new)
            self.kept.append((before, through[:, 2 * n :], reset, keep, new))
        self.outputs = self.states[:, 1:]
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs; keep the parameters' gradients."""
        (batch, time, n), wide = doutputs.shape, self.biases.size
        dsums = np.empty((batch, time, wide), doutputs.dtype)
        dthrough = np.empty_like(dsums)
        from_later = np.zeros((batch, n), doutputs.dtype)
        for t in reversed(range(time)):
            before, through, reset, keep, new = self.kept[t]
            along = doutputs[:, t] + from_later
            dnew = along * (1 - keep) * (1 - new**2)
            dsums[:, t, :n] = dnew * through * reset * (1 - reset)
            dsums[:, t, n : 2 * n] = along * (before - new) * keep * (1 - keep)
            dsums[:, t, 2 * n :] = dnew
            dthrough[:, t] = dsums[:, t]
            dthrough[:, t, 2 * n :] *= reset
            from_later = along * keep + dthrough[:, t] @ self.state_weights.T
        rows = dsums.reshape(-1, wide)
        states = self.states[:, :-1].reshape(-1, n)
        self.dweights = self.inputs.reshape(len(rows), -1).T @ rows
        self.dstate_weights = states.T @ dthrough.reshape(-1, wide)
        self.dbiases = rows.sum(axis=0, keepdims=True)
        return dsums @ self.weights.T


LAYERS = {"plain": RNN, "gated": GRU}


def trained(layer: Any, length: int, rate: float, seed: int) -> nn.Model:
    """Return a network after STEPS steps."""
    rng = np.random.default_rng(seed)
    end = nn.Dense(NEURONS, 1, initializer=nn.glorot_uniform, rng=rng)
    model = nn.Model([layer(2, NEURONS, rng=rng), LastStep(), end])
    model.set(loss=nn.MeanSquaredError(), optimizer=ClippedAdam(rate))
    for _ in range(STEPS):
        model.step(*adding(BATCH, length, rng=rng))
    return model


def error(model: nn.Model, length: int, rng: int, count: int) -> float:
    """Return the mean squared error over so many sequences."""
    X, y = adding(count, length, rng=rng)
    return float(np.mean((model.predict(X, batch_size=500) - y) ** 2))


def run() -> dict[str, Any]:
    """Return a row for each length and layer."""
    rows = []
    for length, (name, layer) in itertools.product(LENGTHS, LAYERS.items()):
        tuning = {
            rate: error(trained(layer, length, rate, TUNING), length, 999, 1000)
            for rate in RATES
        }
        rate = min(tuning, key=lambda each: tuning[each])
        errors = [
            error(trained(layer, length, rate, seed), length, 1000, 2000)
            for seed in SEEDS
        ]
        rows.append({"layer": name, "length": length, "rate": rate, "errors": errors})
        rows[-1]["validation"] = list(tuning.values())
        print(rows[-1], flush=True)
    return {"steps": STEPS, "rates": list(RATES), "rows": rows}
