"""Wrong answers to the exercises of lab *Convolution*, each with the hint that it should get."""

import numpy as np

from nnfs_lib import Layer


def cost(*, rows=None, parameters=None, products=None, result=tuple):
    """Return exercise 1's function; each part may be replaced by a function of all settings."""

    def answer(side, n_inputs, n_outputs, kernel_size, stride=1, padding=0):
        given = side, n_inputs, n_outputs, kernel_size, stride, padding
        right = (side + 2 * padding - kernel_size) // stride + 1
        weights = kernel_size**2 * n_inputs * n_outputs
        found = [right, weights + n_outputs, right**2 * weights]
        for place, part in enumerate((rows, parameters, products)):
            if part is not None:
                found[place] = part(*given, right)
        return result(found)

    return answer


class Average(Layer):
    """Exercise 2's layer, right; the wrong ones change a part."""

    def __init__(self, size):
        self.size = size

    def windows(self, inputs):
        self.shape, size = inputs.shape, self.size
        rows, columns = (n // size for n in self.shape[1:3])
        inside = inputs[:, : rows * size, : columns * size]
        return inside.reshape(len(inputs), rows, size, columns, size, -1)

    def forward(self, inputs):
        self.outputs = self.windows(inputs).mean(axis=(2, 4))
        return self.outputs

    def everywhere(self, doutputs):
        return doutputs.repeat(self.size, axis=1).repeat(self.size, axis=2)

    def backward(self, doutputs):
        return self.into_place(self.everywhere(doutputs) / self.size**2)

    def into_place(self, shares):
        dinputs = np.zeros(self.shape)
        dinputs[:, : shares.shape[1], : shares.shape[2]] = shares
        return dinputs


def average(**parts):
    """Return the class with some of its methods replaced."""
    return type("Wrong", (Average,), parts)


def reduced_by(reduce):
    return lambda self, inputs: reduce(self.windows(inputs), axis=(2, 4))


def mean_that_changes(self, inputs):
    outputs = Average.forward(self, inputs)
    inputs[...] = 0
    return outputs


def by_factor(factor):
    """Return a backward whose shares are the slopes times a function of the size."""
    return lambda self, d: self.into_place(self.everywhere(d) * factor(self.size))


def to_the_first(self, doutputs):
    shares = np.zeros_like(self.everywhere(doutputs))
    shares[:, :: self.size, :: self.size] = doutputs
    return self.into_place(shares)


def of_windows_only(self, doutputs):
    return self.everywhere(doutputs) / self.size**2


def over_the_edge(self, doutputs):
    shares = Average.backward(self, doutputs)
    shares[:, 6:] = 0.1
    return shares


def a_quarter(self, doutputs):
    return self.into_place(self.everywhere(doutputs) / 4)


def of_no_layer(size):
    class Alone:
        def forward(self, inputs):
            return inputs

    return Alone()


def holes(weights, dilation):
    size = (len(weights) - 1) * dilation + 1
    wide = np.zeros((size, size, *weights.shape[2:]), weights.dtype)
    wide[::dilation, ::dilation] = weights
    return wide


def behind_the_last(weights, dilation):
    size = len(weights) * dilation
    wide = np.zeros((size, size, *weights.shape[2:]), weights.dtype)
    wide[::dilation, ::dilation] = weights
    return wide


def one_gap(weights, dilation):
    size = len(weights) + dilation - 1
    return np.zeros((size, size, *weights.shape[2:]), weights.dtype)


def rows_only(weights, dilation):
    size = (len(weights) - 1) * dilation + 1
    return np.zeros((size, *weights.shape[1:]), weights.dtype)


def spoils(weights, dilation):
    wide = holes(weights, dilation)
    weights[...] = 0
    return wide


def repeated(weights, dilation):
    wide = weights.repeat(dilation, axis=0).repeat(dilation, axis=1)
    size = (len(weights) - 1) * dilation + 1
    return wide[:size, :size]


WRONG_ANSWERS = [
    ("convolution.1", lambda *handed: 3, "Return three numbers"),
    ("convolution.1", cost(result=lambda found: found[:2]), "Return three numbers"),
    (
        "convolution.1",
        cost(rows=lambda side, i, o, k, s, p, right: (side + p - k) // s + 1),
        "both sides",
    ),
    (
        "convolution.1",
        cost(rows=lambda side, i, o, k, s, p, right: (side - k) // s + 1),
        "makes the picture larger",
    ),
    (
        "convolution.1",
        cost(rows=lambda side, i, o, k, s, p, right: side + 2 * p - k + 1),
        "The stride is missing",
    ),
    ("convolution.1", cost(rows=lambda *given: given[-1] - 1), "so add 1"),
    (
        "convolution.1",
        cost(rows=lambda side, i, o, k, s, p, right: (side + 2 * p - k) / s + 1),
        "divide by //",
    ),
    (
        "convolution.1",
        cost(rows=lambda side, i, o, k, s, p, right: -(-(side + 2 * p - k) // s) + 1),
        "round down",
    ),
    ("convolution.1", cost(rows=lambda *given: 99), "not 99"),
    (
        "convolution.1",
        cost(parameters=lambda side, i, o, k, *rest: k * k * i * o),
        "biases are parameters, too",
    ),
    (
        "convolution.1",
        cost(parameters=lambda side, i, o, k, *rest: k * k * i + 1),
        "one kernel with its bias",
    ),
    (
        "convolution.1",
        cost(
            parameters=lambda side, i, o, k, s, p, right: right**2 * k * k * i * o + o
        ),
        "count once",
    ),
    (
        "convolution.1",
        cost(parameters=lambda side, i, o, k, *rest: k * k * o + o),
        "every input channel",
    ),
    (
        "convolution.1",
        cost(parameters=lambda side, i, o, k, *rest: k * i * o + o),
        "kernel_size wide",
    ),
    ("convolution.1", cost(parameters=lambda *given: 7), "2400 weights and 16 biases"),
    (
        "convolution.1",
        cost(products=lambda side, i, o, k, *rest: k * k * i * o),
        "products of one window",
    ),
    (
        "convolution.1",
        cost(products=lambda side, i, o, k, s, p, right: right * k * k * i * o),
        "multiply by rows twice",
    ),
    (
        "convolution.1",
        cost(
            products=lambda side, i, o, k, s, p, right: right**2 * (k * k * i + 1) * o
        ),
        "in no product",
    ),
    (
        "convolution.1",
        cost(products=lambda side, i, o, k, s, p, right: right**2 * k * k * i),
        "each output channel",
    ),
    ("convolution.1", cost(products=lambda *given: 7), "Each of 196 windows"),
    ("convolution.2", of_no_layer, "Inherit from nn.Layer"),
    ("convolution.2", average(forward=reduced_by(np.max)), "take the mean"),
    ("convolution.2", average(forward=reduced_by(np.sum)), "Those are sums"),
    (
        "convolution.2",
        average(forward=lambda self, x: self.windows(x).sum(axis=(2, 4)) / self.size),
        "divide by size squared",
    ),
    (
        "convolution.2",
        average(forward=lambda self, x: self.windows(x)[:, :, 0, :, 0]),
        "its own window of 2 by 2",
    ),
    ("convolution.2", average(forward=lambda self, x: None), "is None"),
    ("convolution.2", average(forward=lambda self, x: x), "has shape (2, 4, 6, 3)"),
    ("convolution.2", average(forward=mean_that_changes), "inputs were changed"),
    ("convolution.2", average(backward=by_factor(lambda size: 1)), "a quarter of"),
    ("convolution.2", average(backward=by_factor(lambda size: 1 / size)), "among four"),
    ("convolution.2", average(backward=to_the_first), "the same share"),
    ("convolution.2", average(backward=by_factor(lambda size: 7)), "window's slope"),
    (
        "convolution.2",
        average(backward=of_windows_only),
        "pixels are left over has shape",
    ),
    ("convolution.2", average(backward=over_the_edge), "has the gradient 0"),
    ("convolution.2", average(backward=a_quarter), "check_layer says"),
    ("convolution.3", behind_the_last, "Behind the last weight"),
    ("convolution.3", one_gap, "between any two weights"),
    ("convolution.3", lambda weights, dilation: weights, "has to grow"),
    ("convolution.3", rows_only, "between columns"),
    ("convolution.3", lambda weights, dilation: None, "is None"),
    ("convolution.3", spoils, "make a new array"),
    ("convolution.3", repeated, "there should be zeros"),
    (
        "convolution.3",
        lambda weights, dilation: holes(weights[::-1, ::-1], dilation),
        "keep their order",
    ),
    (
        "convolution.3",
        lambda weights, dilation: holes(weights[:, ::-1], dilation),
        "from the first on",
    ),
    (
        "convolution.3",
        lambda weights, dilation: holes(weights.astype(float), dilation),
        "the same type",
    ),
]
