"""Checkers for the exercises of lab *Sequences*."""

import numpy as np

import nnfs_lib as nn
from bookkit.checks import Exercise, expect_array, fail
from nnfs_lib.labs.recurrent import RNN


class Adder:
    """A model whose guess is half the sum of all that it has read, and which counts what it is asked."""

    def __init__(self):
        self.shapes = []

    def predict(self, X, batch_size=None):
        self.shapes.append(np.shape(X))
        if np.ndim(X) != 3 or np.shape(X)[2] != 1:
            fail(f"predict takes (batch, time, 1), and got {np.shape(X)}.")
        return np.cumsum(X[:, :, 0], axis=1) / 2


def going_on(beginning, steps):
    """Return what Adder writes behind the beginning."""
    rows = [list(row) for row in beginning[:, :, 0]]
    for row in rows:
        for _ in range(steps):
            row.append(sum(row) / 2)
    return np.array(rows)[:, beginning.shape[1] :]


def go_on(answer):
    """Judge a function that lets a model read what it wrote."""
    beginning = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]])[:, :, np.newaxis]
    kept = beginning.copy()
    for steps in (4, 1, 0):
        model = Adder()
        found = answer(model, beginning, steps)
        if not np.array_equal(beginning, kept):
            fail("The beginning has changed: make a new array at each step.")
        if np.shape(found) == (2, 3 + steps) and steps:
            fail("Return the new numbers alone, without the beginning.")
        if np.shape(found) == (2, steps, 1):
            fail("Return (batch, steps): the last axis, of size 1, has to go.")
        found = expect_array(found, (2, steps), f"What comes for {steps} steps")
        expected = going_on(beginning, steps)
        if np.allclose(found, expected):
            continue
        lengths = [shape[1] for shape in model.shapes]
        if len(lengths) > 1 and set(lengths) == {1}:
            fail("The model saw one number at a time: give it the whole sequence.")
        if len(lengths) > 1 and len(set(lengths)) == 1:
            fail("The sequence did not grow: the guess has to join what was there.")
        if len(lengths) == 1 and steps > 1:
            fail("One look is not enough: each guess is read before the next is made.")
        if np.allclose(found, expected[:, ::-1]):
            fail("The new numbers come in the wrong order: the first guess first.")
        fail("The guess behind the last step is the last of what predict returns.")
    return "What it writes it reads, and so its own errors add up as well."


def true_last(answer):
    """Judge the layer that picks each sequence's own last step."""
    inputs = np.random.default_rng(0).standard_normal((4, 5, 3))
    lengths = np.array([5, 2, 1, 2])
    layer, expected = answer(), inputs[np.arange(4), lengths - 1]
    layer.lengths = lengths
    found = layer.forward(inputs)
    if np.array_equal(found, inputs[:, -1]):
        fail("That is the last step of the array: look at lengths.")
    if np.shape(found) == (4, 4, 3):
        fail("Each sequence has one length: index with np.arange(len(inputs)) as well.")
    found = expect_array(found, (4, 3), "What forward returns")
    if np.array_equal(found[1:], inputs[np.arange(1, 4), lengths[1:]]):
        fail("A sequence of two steps ends at place 1: subtract 1 from its length.")
    if not np.array_equal(found, expected):
        fail("Of sequence n, step lengths[n] - 1 was expected.")
    doutputs = np.random.default_rng(1).standard_normal((4, 3))
    dinputs = layer.backward(doutputs)
    if np.shape(dinputs) != inputs.shape:
        got = f"got {np.shape(dinputs)}"
        fail(f"The gradient has the inputs' shape, (4, 5, 3); {got}.")
    wanted = np.zeros_like(inputs)
    wanted[np.arange(4), lengths - 1] = doutputs
    if np.array_equal(dinputs[:, -1], doutputs) and not dinputs[:, :-1].any():
        fail("The gradient went to the array's last step, and not to the true one.")
    if not np.allclose(dinputs, wanted):
        fail("Slopes go where the numbers came from; all other steps get 0.")
    layer.lengths = [1, 1, 1, 1]
    if not np.array_equal(layer.forward(inputs), inputs[:, 0]):
        fail("With other lengths it picks the old places: find them in forward.")
    if layer.lengths is not None and not np.array_equal(layer.lengths, [1, 1, 1, 1]):
        fail("The lengths have changed: they belong to whoever set them.")
    layer.lengths = lengths
    nn.check_layer(layer, inputs)
    return (
        "A recurrent layer may read on into the zeros: nobody asks what it says there."
    )


def sigmoid(x):
    """Return 1 / (1 + exp(-x))."""
    return (1 + np.tanh(x / 2)) / 2


class GRU(nn.Layer):
    """A gated layer, whose way back through one step is the reader's."""

    parameter_names = ("weights", "state_weights", "biases")

    def __init__(self, step_back, n_inputs, n_neurons, rng):
        self.step_back = step_back
        parts = [RNN(n_inputs, n_neurons, rng=rng, dtype=np.float64) for _ in range(3)]
        self.weights = np.concatenate([part.weights for part in parts], axis=1)
        self.biases = np.concatenate([part.biases for part in parts], axis=1)
        states = [part.state_weights for part in parts]
        self.state_weights = np.concatenate(states, axis=1)

    def forward(self, inputs):
        self.inputs = inputs
        sums = inputs @ self.weights + self.biases
        state, states, self.kept = np.zeros_like(sums[:, 0, ::3]), [], []
        for t in range(inputs.shape[1]):
            product = state @ self.state_weights
            (xr, xz, xn), (hr, hz, hn) = (
                np.split(each, 3, axis=1) for each in (sums[:, t], product)
            )
            r, z = sigmoid(xr + hr), sigmoid(xz + hz)
            n = np.tanh(xn + r * hn)
            self.kept.append((state, product, r, z, n))
            state = z * state + (1 - z) * n
            states.append(state)
        self.outputs = np.stack(states, axis=1)
        return self.outputs

    def backward(self, doutputs):
        (batch, time, n), wide = doutputs.shape, self.biases.size
        dstate = np.zeros((batch, n))
        dsums, dproducts = np.empty((2, time, batch, wide))
        for t in reversed(range(time)):
            along = dstate + doutputs[:, t]
            slopes = self.step_back(along, *self.kept[t], self.state_weights)
            dsums[t], dproducts[t], dstate = slopes
        inputs = self.inputs.swapaxes(0, 1).reshape(time * batch, -1)
        states = np.concatenate([kept[0] for kept in self.kept])
        self.dweights = inputs.T @ dsums.reshape(-1, wide)
        self.dstate_weights = states.T @ dproducts.reshape(-1, wide)
        self.dbiases = dsums.sum(axis=(0, 1))[np.newaxis]
        return (dsums @ self.weights.T).swapaxes(0, 1)


PARTS = ("along x W + b", "along h U", "along the state before")


def gru(answer):
    """Judge the way back through one step of a GRU."""
    inputs = np.random.default_rng(0).standard_normal((3, 4, 2))
    layer = GRU(answer, 2, 3, rng=np.random.default_rng(1))
    layer.forward(inputs)
    dstate = np.random.default_rng(2).standard_normal((3, 3))
    handed = dstate, *layer.kept[2], layer.state_weights
    copies = [each.copy() for each in handed]
    found = answer(*handed)
    if not isinstance(found, tuple | list) or len(found) != 3:
        fail("Return three arrays: the slopes " + ", ".join(PARTS) + ".")
    for name, wide, slopes in zip(PARTS, (9, 9, 3), found, strict=True):
        expect_array(slopes, (3, wide), f"The slope {name}")
    if not all(map(np.array_equal, handed, copies)):
        fail("Something that was handed in has changed: make new arrays.")
    judge_parts(*handed, found)
    nn.check_layer(layer, inputs)
    return "With it, two numbers that lie two hundred steps apart are added: see above."


def judge_parts(dstate, state, product, r, z, n, state_weights, found):
    """Hint at which part of the slopes is off."""
    hn = product[:, 6:]
    dn = dstate * (1 - z) * (1 - n**2)
    wanted = {
        "n": dn,
        "z": dstate * (state - n) * z * (1 - z),
        "r": dn * hn * r * (1 - r),
    }
    slopes = dict(zip("rzn", np.split(np.asarray(found[0]), 3, axis=1), strict=True))
    for gate, right in wanted.items():
        if np.allclose(slopes[gate], right):
            continue
        if any(np.allclose(slopes[gate], each) for each in wanted.values()):
            fail("The three parts stand in another order: r, then z, then n.")
        if gate == "z" and np.allclose(slopes[gate], -right):
            fail("The slope along z has the wrong sign: h = z * before + (1 - z) * n.")
        if gate == "n" and np.allclose(slopes[gate], dstate * z * (1 - n**2)):
            fail("n has the share 1 - z of the new state, and not z.")
        fail(
            f"The slope along the sum of {gate} is off: what did {gate} multiply, and what "
            f"is the slope of its {'tanh' if gate == 'n' else 'sigmoid'}?"
        )
    through = np.concatenate([wanted["r"], wanted["z"], dn * r], axis=1)
    if np.allclose(found[1], found[0]):
        fail("Along h U, the part of n is multiplied by r: only r * (h U) went in.")
    if not np.allclose(found[1], through):
        fail("Along h U: as along the sums for r and z, and times r for n.")
    if np.allclose(found[2], through @ state_weights.T):
        fail("The state before has a second way: z * before went into the new state.")
    if np.allclose(found[2], dstate * z):
        fail("The state before has a second way: through the product h U.")
    if not np.allclose(found[2], dstate * z + through @ state_weights.T):
        fail("Along the state before two ways add up: by z, and through h U.")


EXERCISES = (
    Exercise("recurrent.1", "let it go on by itself", go_on),
    Exercise("recurrent.2", "sequences of different lengths", true_last),
    Exercise("recurrent.3", "a gate", gru),
)
