"""Wrong answers to the exercises of lab *Sequences*, each with the hint that it should get."""

import numpy as np

import nnfs_lib as nn


def going_on(*, read=lambda sequence: sequence, out=None, look=-1):
    """Return exercise 1's function with one thing changed."""

    def go_on(model, beginning, steps):
        sequence = beginning
        for _ in range(steps):
            guess = model.predict(read(sequence))[:, look, np.newaxis, np.newaxis]
            sequence = np.concatenate([sequence, guess], axis=1)
        new = sequence[:, sequence.shape[1] - steps :, 0]
        return new if out is None else out(sequence, new)

    return go_on


def window(model, beginning, steps):
    sequence, guesses = beginning, []
    for _ in range(steps):
        guesses.append(model.predict(sequence)[:, -1])
        guess = guesses[-1][:, np.newaxis, np.newaxis]
        sequence = np.concatenate([sequence[:, 1:], guess], axis=1)
    return np.array(guesses).reshape(steps, len(beginning)).T


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
    """Return exercise 3's function with one slope changed."""

    def step_back(dstate, state, product, r, z, n, state_weights):
        hn = np.split(product, 3, axis=1)[2]
        slope = dn(dstate, z, n)
        parts = {"r": dr(slope, hn, r), "z": dz(dstate, state, z, n), "n": slope}
        sums = np.concatenate([parts[each] for each in order], axis=1)
        parts["n"] = through(slope, r)
        products = np.concatenate([parts[each] for each in order], axis=1)
        back = products @ state_weights.T
        return out(sums, products, before(dstate * z, back))

    return step_back


def spoils(dstate, state, product, r, z, n, state_weights):
    slopes = gru()(dstate, state, product, r, z, n, state_weights)
    z *= 0.5
    return slopes


WRONG_ANSWERS = [
    ("recurrent.1", at_once, "One look is not enough"),
    ("recurrent.1", going_on(read=lambda s: s[:, -1:]), "one number at a time"),
    ("recurrent.1", window, "The sequence did not grow"),
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
    ("recurrent.3", gru(out=lambda *slopes: slopes[:2]), "Return three arrays"),
    ("recurrent.3", spoils, "Something that was handed in has changed"),
]
