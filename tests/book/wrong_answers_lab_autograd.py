"""Wrong answers to the exercises of lab *Gradients by themselves*, each with the hint that it should get."""

import numpy as np

from nnfs_lib.labs.autograd import Module, Tensor


def larger(outputs=np.maximum, to_a=None, to_b=None):
    """Return exercise 1's operation; to_a and to_b take a, b and d."""

    def maximum(a, b):
        ways = []
        for way, share in ((to_a, a > b), (to_b, b > a)):
            if way is None:
                ways.append(lambda d, share=share: d * np.where(a == b, 0.5, share))
            else:
                ways.append(lambda d, way=way: way(a, b, d))
        return outputs(a, b), tuple(ways)

    return maximum


def spoils(a, b, d):
    d *= np.where(a == b, 0.5, a > b)
    return d


def at_once(a, b):
    return np.maximum(a, b), (a > b, b > a)


class Dropout(Module):
    """Exercise 2's module, right; the wrong ones change a part."""

    def __init__(self, rate, rng=None):
        self.rate = rate
        self.rng = np.random.default_rng(rng)

    def mask(self, inputs):
        stays = self.rng.random(inputs.shape) >= self.rate
        return (stays / (1 - self.rate)).astype(inputs.data.dtype)

    def forward(self, inputs):
        return inputs * self.mask(inputs) if self.training else inputs


def dropout(**parts):
    """Return the class with some of its methods replaced."""
    return type("Wrong", (Dropout,), parts)


def mask_of(factor, *, stays=lambda draws, rate: draws >= rate, shape=tuple):
    """Return a mask: where what stays is multiplied by a factor of the rate."""

    def mask(self, inputs):
        draws = self.rng.random(shape(inputs.shape))
        kept = stays(draws, self.rate) * factor(self.rate)
        return np.broadcast_to(kept, inputs.shape).astype(inputs.data.dtype)

    return mask


def grown(rate):
    return 1 / (1 - rate)


def always(self, inputs):
    return inputs * self.mask(inputs)


def grows_in_evaluation(self, inputs):
    if self.training:
        return inputs * self.mask(inputs)
    return inputs * (1 - self.rate)


def off_the_tape(self, inputs):
    return Tensor(inputs.data * self.mask(inputs)) if self.training else inputs


def an_array(self, inputs):
    return inputs.data * self.mask(inputs)


def in_double(self, inputs):
    if not self.training:
        return inputs
    return inputs * ((self.rng.random(inputs.shape) >= self.rate) / (1 - self.rate))


def once(self, inputs):
    if not hasattr(self, "drawn"):
        self.drawn = self.mask(inputs)
    return inputs * self.drawn if self.training else inputs


def its_own_seed(self, inputs):
    if not hasattr(self, "made"):
        self.made = np.random.default_rng(0)
    self.rng = self.made
    return Dropout.forward(self, inputs)


def no_seed(self, inputs):
    self.rng = np.random.default_rng()
    return Dropout.forward(self, inputs)


def pieces(
    *,
    anew="once",
    weight=lambda piece, X: len(piece) / len(X),
    back=True,
    together=False,
    whole=False,
    last=True,
    moves=False,
    result=float,
):
    """Return exercise 3's function, with what a reader may get wrong."""

    def gradients_in_pieces(network, loss, X, y, size):
        if anew == "once":
            network.zero_grad()
        total, sums = 0.0, Tensor(0.0)
        size = len(X) if whole else size
        for start in range(0, len(X) if last else len(X) - size + 1, size):
            if anew == "always":
                network.zero_grad()
            piece = X[start : start + size]
            part = loss(network(Tensor(piece)), y[start : start + size])
            part = part * weight(piece, X)
            sums = sums + part
            if back and not together:
                part.backward()
            total += part.item()
        if together:
            sums.backward()
        if moves:
            for parameter in network.parameters():
                parameter.data -= 0.1 * parameter.grad
        return result(total)

    return gradients_in_pieces


def equal_shares(network, loss, X, y, size):
    """Weight all pieces alike, also the last."""
    count = -(-len(X) // size)
    return pieces(weight=lambda piece, X: 1 / count)(network, loss, X, y, size)


def shares_of_shares(network, loss, X, y, size):
    """Weight each piece, and then all of them once more."""
    count = -(-len(X) // size)
    weighted = pieces(weight=lambda piece, X: len(piece) / len(X) / count)
    return weighted(network, loss, X, y, size)


def mean_of_means(network, loss, X, y, size):
    """Weight the gradients as it should be, but not the loss."""
    value = pieces()(network, loss, X, y, size)
    starts = range(0, len(X), size)
    return value * len(starts) * 1.01


WRONG_ANSWERS = [
    ("autograd.1", lambda a, b: np.maximum(a, b), "Return two things"),
    ("autograd.1", lambda a, b: (np.maximum(a, b), lambda d: d), "one to each"),
    ("autograd.1", at_once, "A way back is a function of d"),
    ("autograd.1", larger(outputs=np.minimum), "smaller ones"),
    ("autograd.1", larger(outputs=np.add), "should be the larger"),
    (
        "autograd.1",
        larger(to_a=lambda a, b, d: d * (a >= b), to_b=lambda a, b, d: d * (b >= a)),
        "add up to d, half of it each",
    ),
    (
        "autograd.1",
        larger(to_a=lambda a, b, d: d * (a > b), to_b=lambda a, b, d: d * (b > a)),
        "add up to d, half of it each",
    ),
    (
        "autograd.1",
        larger(to_a=lambda a, b, d: d * (a >= b), to_b=lambda a, b, d: d * (b > a)),
        "each gets half of d",
    ),
    (
        "autograd.1",
        larger(
            to_a=lambda a, b, d: np.where(a == b, 0.5, a > b),
            to_b=lambda a, b, d: np.where(a == b, 0.5, b > a),
        ),
        "multiply them by d",
    ),
    (
        "autograd.1",
        larger(
            to_a=lambda a, b, d: d * np.where(a == b, 0.5, b > a),
            to_b=lambda a, b, d: d * np.where(a == b, 0.5, a > b),
        ),
        "The other way round",
    ),
    (
        "autograd.1",
        larger(to_a=lambda a, b, d: d, to_b=lambda a, b, d: d),
        "did not count",
    ),
    ("autograd.1", larger(to_a=lambda a, b, d: d * (d > 0)), "not the sign of d"),
    ("autograd.1", larger(to_a=spoils), "make new arrays"),
    ("autograd.1", larger(to_a=lambda a, b, d: (d * (a > b)).sum()), "has shape ()"),
    ("autograd.1", larger(to_b=lambda a, b, d: -d * (b > a)), "To a goes d where"),
    ("autograd.2", dropout(forward=always), "After eval() nothing is dropped"),
    ("autograd.2", dropout(forward=grows_in_evaluation), "pass as they are"),
    ("autograd.2", dropout(forward=off_the_tape), "The tape ends here"),
    ("autograd.2", dropout(forward=an_array), "should return a Tensor, not ndarray"),
    ("autograd.2", dropout(forward=in_double), "float32 went in and float64 came out"),
    ("autograd.2", dropout(forward=once), "draw anew in forward"),
    ("autograd.2", dropout(forward=its_own_seed), "is rng used?"),
    ("autograd.2", dropout(forward=no_seed), "draw from rng only"),
    ("autograd.2", dropout(forward=lambda self, x: x), "Nothing was dropped"),
    ("autograd.2", dropout(forward=lambda self, x: None), "not NoneType"),
    ("autograd.2", dropout(mask=mask_of(lambda rate: 1)), "What stays has to grow"),
    ("autograd.2", dropout(mask=mask_of(lambda rate: 1 / rate)), "grew 5 times"),
    (
        "autograd.2",
        dropout(mask=mask_of(grown, stays=lambda draws, rate: draws < rate)),
        "but 0.8 were",
    ),
    (
        "autograd.2",
        dropout(mask=mask_of(grown, stays=lambda draws, rate: draws >= rate / 2)),
        "and not 0.2",
    ),
    (
        "autograd.2",
        dropout(mask=mask_of(grown, shape=lambda shape: (shape[0], 1))),
        "Whole rows or columns",
    ),
    ("autograd.2", lambda rate, rng=None: object(), "Inherit from Module"),
    ("autograd.3", pieces(anew="never"), "begin with zero_grad"),
    ("autograd.3", pieces(anew="always"), "zero_grad once, before the first"),
    ("autograd.3", pieces(weight=lambda piece, X: 1), "2 times too large"),
    ("autograd.3", pieces(weight=lambda piece, X: len(piece)), "gradient of the sum"),
    ("autograd.3", equal_shares, "the last piece is smaller"),
    ("autograd.3", shares_of_shares, "a share was taken twice"),
    ("autograd.3", pieces(back=False), "call backward for each piece"),
    ("autograd.3", pieces(together=True), "on a tape at the same time"),
    ("autograd.3", pieces(whole=True), "10 samples were on the tape at once"),
    ("autograd.3", pieces(last=False), "the last piece is shorter"),
    ("autograd.3", pieces(moves=True), "leave the step out"),
    ("autograd.3", pieces(result=Tensor), "item() takes it off the tape"),
    ("autograd.3", pieces(result=lambda total: None), "is None"),
    ("autograd.3", mean_of_means, "Weight each piece by its share"),
    ("autograd.3", lambda *handed: 0.0, "The network was not called"),
]
