"""Wrong answers to the exercises of lab *Sequences*, each with the hint that it should get."""

import numpy as np

import nnfs_lib as nn
from nnfs_lib.labs.recurrent import RNN, _as_rows


def going_on(*, read=lambda sequence: sequence, grow=True, out=None, look=-1):
    """Return exercise 1's function with one thing changed."""

    def go_on(model, beginning, steps):
        sequence = beginning
        for _ in range(steps):
            guess = model.predict(read(sequence))[:, look, np.newaxis, np.newaxis]
            whole = np.concatenate([sequence, guess], axis=1)
            sequence = whole if grow else whole[:, 1:]
        new = sequence[:, sequence.shape[1] - steps :, 0]
        return new if out is None else out(sequence, new)

    return go_on


def at_once(model, beginning, steps):
    return np.repeat(model.predict(beginning)[:, -1:], steps, axis=1)


def into_the_beginning(model, beginning, steps):
    new = going_on()(model, beginning, steps)
    beginning[:, 0] = 0
    return new


class TrueLast(nn.Layer):
    """Exercise 2's layer, right; the wrong ones change a part."""

    lengths = None

    def places(self, inputs):
        return np.arange(len(inputs)), np.asarray(self.lengths) - 1

    def forward(self, inputs):
        self.inputs, self.kept = inputs, self.places(inputs)
        return inputs[self.kept]

    def backward(self, doutputs):
        dinputs = np.zeros_like(self.inputs)
        dinputs[self.kept] = doutputs
        return dinputs


def last(**parts):
    """Return the class with some of its methods replaced."""
    return type("Wrong", (TrueLast,), parts)


def to_the_end(self, doutputs):
    dinputs = np.zeros_like(self.inputs)
    dinputs[:, -1] = doutputs
    return dinputs


def to_every_step(self, doutputs):
    return np.repeat(doutputs[:, np.newaxis], self.inputs.shape[1], axis=1)


def once(self, inputs):
    if not hasattr(self, "kept"):
        self.kept = self.places(inputs)
    self.inputs = inputs
    return inputs[self.kept]


def counts_down(self, inputs):
    kept = self.places(inputs)
    self.lengths = np.asarray(self.lengths) - 1
    self.inputs, self.kept = inputs, kept
    return inputs[kept]


def sigmoid(x):
    return (1 + np.tanh(x / 2)) / 2


class Gated(nn.Layer):
    """Exercise 3's layer, but for the way back through one step."""

    parameter_names = ("weights", "state_weights", "biases")

    def __init__(self, n_inputs, n_neurons, **options):
        parts = [RNN(n_inputs, n_neurons, **options) for _ in range(3)]
        for name in self.parameter_names:
            arrays = [getattr(part, name) for part in parts]
            setattr(self, name, np.concatenate(arrays, axis=1))

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
        dstate, dsums, dproducts = 0, [], []
        for t in reversed(range(doutputs.shape[1])):
            slopes = self.step_back(t, doutputs[:, t] + dstate)
            dsums.insert(0, slopes[0])
            dproducts.insert(0, slopes[1])
            dstate = slopes[2]
        before = np.concatenate([kept[0] for kept in self.kept])
        self.dweights = _as_rows(self.inputs).T @ _as_rows(np.stack(dsums, axis=1))
        self.dstate_weights = before.T @ np.concatenate(dproducts)
        self.dbiases = np.sum(dsums, axis=(0, 1))[np.newaxis]
        return np.stack(dsums, axis=1) @ self.weights.T


def gru(
    *,
    dn=lambda d, z, n: d * (1 - z) * (1 - n**2),
    dz=lambda d, h, z, n: d * (h - n) * z * (1 - z),
    dr=lambda dn, hn, r: dn * hn * r * (1 - r),
    order="rzn",
    through=lambda dn, r: dn * r,
    before=lambda direct, back: direct + back,
    out=lambda *slopes: slopes,
):
    """Return the class with one slope changed."""

    class GRU(Gated):
        def step_back(self, t, dstate):
            h, product, r, z, n = self.kept[t]
            hn = np.split(product, 3, axis=1)[2]
            slope = dn(dstate, z, n)
            parts = {"r": dr(slope, hn, r), "z": dz(dstate, h, z, n), "n": slope}
            sums = np.concatenate([parts[each] for each in order], axis=1)
            parts["n"] = through(slope, r)
            products = np.concatenate([parts[each] for each in order], axis=1)
            back = products @ self.state_weights.T
            return out(sums, products, before(dstate * z, back))

    return GRU


def spoils(self, t, dstate):
    h, product, r, z, n = self.kept[t]
    z *= 0.5
    return np.zeros((3, 9)), np.zeros((3, 9)), np.zeros((3, 3))


WRONG_ANSWERS = [
    ("recurrent.1", at_once, "One look is not enough"),
    ("recurrent.1", going_on(read=lambda s: s[:, -1:]), "one number at a time"),
    ("recurrent.1", going_on(grow=False), "The sequence did not grow"),
    (
        "recurrent.1",
        going_on(out=lambda whole, new: whole[:, :, 0]),
        "without the beginning",
    ),
    (
        "recurrent.1",
        going_on(out=lambda whole, new: new[:, :, np.newaxis]),
        "the last axis, of size 1, has to go",
    ),
    ("recurrent.1", going_on(out=lambda w, new: new[:, ::-1]), "in the wrong order"),
    ("recurrent.1", going_on(look=0), "the last of what predict returns"),
    ("recurrent.1", going_on(read=lambda s: s[:, :, 0]), "predict takes (batch, time"),
    ("recurrent.1", into_the_beginning, "The beginning has changed"),
    (
        "recurrent.2",
        last(places=lambda self, X: (np.arange(len(X)), -np.ones(len(X), int))),
        "look at lengths",
    ),
    (
        "recurrent.2",
        last(places=lambda self, X: (slice(None), np.asarray(self.lengths) - 1)),
        "index with np.arange",
    ),
    (
        "recurrent.2",
        last(
            places=lambda self, X: (
                np.arange(len(X)),
                np.minimum(self.lengths, X.shape[1] - 1),
            )
        ),
        "subtract 1 from its length",
    ),
    ("recurrent.2", last(backward=to_the_end), "to the array's last step"),
    ("recurrent.2", last(backward=to_every_step), "all other steps get 0"),
    ("recurrent.2", last(backward=lambda self, d: d), "The gradient has the inputs'"),
    ("recurrent.2", last(forward=once), "it picks the old places"),
    ("recurrent.2", last(forward=counts_down), "The lengths have changed"),
    ("recurrent.3", gru(order="zrn"), "in another order"),
    (
        "recurrent.3",
        gru(dz=lambda d, h, z, n: d * (n - h) * z * (1 - z)),
        "wrong sign",
    ),
    ("recurrent.3", gru(dn=lambda d, z, n: d * z * (1 - n**2)), "the share 1 - z"),
    (
        "recurrent.3",
        gru(dn=lambda d, z, n: d * (1 - z)),
        "what is the slope of its tanh",
    ),
    (
        "recurrent.3",
        gru(dr=lambda dn, hn, r: dn * hn),
        "The slope along the sum of r is off",
    ),
    ("recurrent.3", gru(through=lambda dn, r: dn), "the part of n is multiplied by r"),
    ("recurrent.3", gru(before=lambda direct, back: back), "z * before went into"),
    ("recurrent.3", gru(before=lambda direct, back: direct), "through the product h U"),
    ("recurrent.3", gru(out=lambda *slopes: slopes[:2]), "returns three arrays"),
    (
        "recurrent.3",
        type("Spoils", (Gated,), {"step_back": spoils}),
        "Something in kept has changed",
    ),
]
