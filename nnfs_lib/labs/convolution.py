"""Lab: Convolution.

Generated from labs/convolution.ipynb: edit that.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnfs_lib.initializers import he_normal
from nnfs_lib.layers import Dense, Layer

__all__ = ["Conv2D", "ConvTranspose2D", "MaxPool2D"]


def _cut(
    pictures: np.ndarray, top: int, left: int, height: int, width: int
) -> np.ndarray:
    """Return the part of pictures that begins at (top, left); outside of them is 0.

    pictures: (batch, rows, columns, channels); (batch, height, width, channels) comes.
    """
    batch, rows, columns, channels = pictures.shape
    part = np.zeros((batch, height, width, channels), pictures.dtype)
    first, last = max(top, 0), min(top + height, rows)
    start, end = max(left, 0), min(left + width, columns)
    if first < last and start < end:
        inside = pictures[:, first:last, start:end]
        part[:, first - top : last - top, start - left : end - left] = inside
    return part


_BLOCK = 2**18  # bytes of windows at a time: few enough for a processor's cache


def _blocks(
    pictures: np.ndarray, size: Sequence[int], steps: tuple[int, int]
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield a few pictures' place in the batch, and their windows, one in each row.

    size: (height, width) of a window; steps: how far it moves down, and to the right.
    What is yielded is written over the next time.
    """
    views = sliding_window_view(pictures, tuple(size), axis=(1, 2))
    views = views[:, :: steps[0], :: steps[1]].transpose(0, 1, 2, 4, 5, 3)
    one_picture = views.itemsize * math.prod(views.shape[1:])
    count = max(1, min(len(views), _BLOCK // max(one_picture, 1)))
    memory = np.empty((count, *views.shape[1:]), views.dtype)
    for start in range(0, len(views), count):
        several = views[start : start + count]
        block = memory[: len(several)]
        block[...] = several
        windows = block.reshape(-1, math.prod(views.shape[3:]))
        yield slice(start, start + count), windows


_ABREAST = 48  # numbers that come out of one row of the product, at most


def _abreast(
    weights: np.ndarray, stride: int, columns: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return zeros for the weights of n windows side by side, and each one's part.

    weights: (height, width, n_inputs, n_outputs); columns: how many windows there are
    from left to right, of which n is a divisor. The zeros are (height, width + (n - 1)
    * stride, n_inputs, n, n_outputs); the parts are views of the weights' shape.
    """
    height, width, n_inputs, n_outputs = weights.shape
    most = min(width // stride, _ABREAST // n_outputs)
    n = max((n for n in range(2, most + 1) if columns % n == 0), default=1)
    wide = width + (n - 1) * stride
    zeros = np.zeros((height, wide, n_inputs, n, n_outputs), weights.dtype)
    starts = [place * stride for place in range(n)]
    parts = [zeros[:, s : s + width, :, place] for place, s in enumerate(starts)]
    return zeros, parts


def _slide(pictures: np.ndarray, weights: np.ndarray, stride: int) -> np.ndarray:
    """Return every window of the pictures times the weights.

    pictures: (batch, height, width, n_inputs), weights: (kernel height, kernel width,
    n_inputs, n_outputs). Returns (batch, rows, columns, n_outputs).
    """
    height, width, _, n_outputs = weights.shape
    rows = (pictures.shape[1] - height) // stride + 1
    columns = (pictures.shape[2] - width) // stride + 1
    matrix, parts = _abreast(weights, stride, columns)
    for part in parts:
        part[...] = weights
    outputs = np.empty((len(pictures), rows, columns, n_outputs), weights.dtype)
    steps = (stride, stride * len(parts))
    for which, windows in _blocks(pictures, matrix.shape[:2], steps):
        several = outputs[which].reshape(len(windows), -1)
        np.dot(windows, matrix.reshape(windows.shape[1], -1), out=several)
    return outputs


def _kernel_gradient(
    pictures: np.ndarray, doutputs: np.ndarray, weights: np.ndarray, stride: int
) -> np.ndarray:
    """Return dL/dweights for dL/doutputs of `_slide`, of the weights' shape."""
    total, parts = _abreast(weights, stride, doutputs.shape[2])
    steps = (stride, stride * len(parts))
    for which, windows in _blocks(pictures, total.shape[:2], steps):
        slopes = doutputs[which].reshape(len(windows), -1)
        total += np.dot(windows.T, slopes).reshape(total.shape)
    return sum(parts[1:], start=parts[0])


def _spread(
    doutputs: np.ndarray,
    weights: np.ndarray,
    stride: int,
    padding: int,
    shape: Sequence[int],
) -> np.ndarray:
    """Return dL/dpictures for dL/doutputs of `_slide`, less the padding.

    shape: (height, width) of the pictures without their padding.
    """
    dpictures = np.zeros((len(doutputs), *shape, weights.shape[2]), weights.dtype)
    phases = range(min(stride, len(weights)))
    for i, j in itertools.product(phases, phases):
        # The pixels that every stride-th row and column of the kernel can reach.
        up, left = (i - padding) % stride, (j - padding) % stride
        pixels = dpictures[:, up::stride, left::stride]
        if not pixels.size:
            continue
        part = weights[i::stride, j::stride]
        around = len(part) - 1, part.shape[1] - 1
        first = (up + padding) // stride - around[0]
        start = (left + padding) // stride - around[1]
        height, width = pixels.shape[1] + around[0], pixels.shape[2] + around[1]
        slopes = _cut(doutputs, first, start, height, width)
        pixels[...] = _slide(slopes, part[::-1, ::-1].swapaxes(2, 3), 1)
    return dpictures


class _Kernels(Layer):
    """What both convolutions are made of: weights for a window, a bias a channel."""

    parameter_names = ("weights", "biases")
    settings = ("n_inputs", "n_outputs", "kernel_size", "stride", "padding")
    transposed = False

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        kernel_size: int,
        *,
        stride: int = 1,
        padding: int = 0,
        initializer: Callable[..., np.ndarray] = he_normal,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        """Draw weights by `initializer`; rng is a generator or a seed. Biases are 0."""
        _check_whole(self, 1, n_inputs=n_inputs, n_outputs=n_outputs)
        _check_whole(self, 1, kernel_size=kernel_size, stride=stride)
        _check_whole(self, 0, padding=padding)
        self.n_inputs, self.n_outputs = n_inputs, n_outputs
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        n_added = kernel_size**2 * n_inputs  # products in one output
        shape = (kernel_size, kernel_size, n_inputs, n_outputs)
        if self.transposed:
            n_added = max(1, round(n_added / stride**2))
            shape = (kernel_size, kernel_size, n_outputs, n_inputs)
        count = math.prod(shape)
        sizes = n_added, -(-count // n_added)
        dense = Dense(*sizes, initializer=initializer, rng=rng, dtype=dtype)
        self.weights: np.ndarray = dense.weights.ravel()[:count].reshape(shape)
        self.biases: np.ndarray = np.zeros((1, n_outputs), dtype)


class Conv2D(_Kernels):
    """A convolution: every window of a picture through the same few neurons.

    outputs[b, y, x] = sum over (i, j) of inputs[b, y * stride + i, x * stride + j] @
    weights[i, j] + biases, on inputs with `padding` zeros around them. Inputs (batch,
    height, width, n_inputs), weights (kernel_size, kernel_size, n_inputs, n_outputs),
    biases (1, n_outputs), outputs (batch, rows, columns, n_outputs); there are (height
    + 2 * padding - kernel_size) // stride + 1 rows. Where the stride leaves pixels over
    at the right and below, they are not looked at, as in PyTorch: their gradient is 0.
    Source: Fukushima (1980), LeCun et al. (1989).
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs; the padded inputs are kept."""
        inputs = _as_pictures(self, inputs, self.n_inputs)
        self.shape = height, width = inputs.shape[1:3]
        wide = 2 * self.padding
        _check_room(self, self.kernel_size, height + wide, width + wide)
        inputs = inputs.astype(self.weights.dtype, copy=False)
        around = -self.padding, -self.padding
        self.padded = _cut(inputs, *around, height + wide, width + wide)
        self.outputs = _slide(self.padded, self.weights, self.stride)
        self.outputs += self.biases
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs, of their shape; keep dweights and dbiases."""
        self.keep_gradients(doutputs)
        doutputs = np.asarray(doutputs, self.weights.dtype)
        return _spread(doutputs, self.weights, self.stride, self.padding, self.shape)

    def keep_gradients(self, doutputs: np.ndarray) -> None:
        """Keep dweights and dbiases; that is all a network's first layer needs."""
        doutputs = _as_slopes(self, doutputs)
        self.dweights = _kernel_gradient(
            self.padded, doutputs, self.weights, self.stride
        )
        self.dbiases = _sum_of_places(doutputs)


def _sum_of_places(doutputs: np.ndarray) -> np.ndarray:
    """Return the sum over pictures, rows and columns, (1, channels), as a product."""
    rows = doutputs.reshape(-1, doutputs.shape[3])
    return np.dot(np.ones((1, len(rows)), rows.dtype), rows)


def _check_whole(layer: Layer, least: int, **sizes: int) -> None:
    """Raise a ValueError unless all are whole numbers, `least` or more."""
    owner = type(layer).__name__
    for name, size in sizes.items():
        whole = isinstance(size, int | np.integer) and not isinstance(size, bool)
        if not whole or size < least:
            needs = f"{owner} needs {name} as a whole number, {least} or more"
            raise ValueError(f"{needs}, got {size!r}.")


def _as_pictures(layer: Layer, inputs: Any, channels: int | None) -> np.ndarray:
    """Return inputs as an array (batch, height, width, channels), or say what to do.

    channels: how many there have to be; None for any number.
    """
    array = np.asarray(inputs)
    owner, wanted = type(layer).__name__, channels or "channels"
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{owner} expected pictures of numbers, got {array.dtype}.")
    if array.ndim == 4 and channels in (None, array.shape[3]):
        return array
    advice = "one picture is inputs[np.newaxis]"
    if array.ndim == 3:
        advice = f"gray pictures are inputs[..., np.newaxis], {advice}"
    elif array.ndim == 4:
        advice = f"each pixel has {array.shape[3]} channels"
        if array.shape[1] == channels:
            advice = "channels come last, inputs.transpose(0, 2, 3, 1)"
    expected = f"(batch, height, width, {wanted}), got {array.shape}"
    raise ValueError(f"{owner} expected inputs of shape {expected}: {advice}.")


def _check_room(layer: Layer, size: int, height: int, width: int) -> None:
    """Raise a ValueError unless a window fits into a picture, its padding included."""
    if min(height, width) < size:
        where = f"{size} x {size} window doesn't fit into {height} x {width} pixels"
        owner = type(layer).__name__
        raise ValueError(f"{owner}: a {where}; take a smaller one, or larger pictures.")


def _as_slopes(layer: Any, doutputs: Any) -> np.ndarray:
    """Return doutputs in the outputs' type; an error unless they have their shape."""
    owner = type(layer).__name__
    outputs = getattr(layer, "outputs", None)
    if outputs is None:
        raise RuntimeError(f"{owner}.backward came before forward: run forward first.")
    if np.shape(doutputs) != outputs.shape:
        expected = f"the outputs' shape {outputs.shape}, got {np.shape(doutputs)}"
        raise ValueError(f"{owner} expected doutputs of {expected}.")
    return np.asarray(doutputs, dtype=outputs.dtype)


class MaxPool2D(Layer):
    """Max pooling: of every window, in every channel, the largest number.

    Inputs (batch, height, width, channels), outputs (batch, rows, columns, channels);
    rows = (height - size) // stride + 1. Without a stride, windows lie side by side.
    Where several numbers of a window are the largest, the gradient goes to the first of
    them, row by row, as in PyTorch; what no window looks at has the gradient 0.
    """

    settings = ("size", "stride")

    def __init__(self, size: int, stride: int | None = None) -> None:
        """Take the side of a window in pixels, and how far it moves."""
        self.size, self.stride = size, size if stride is None else stride
        _check_whole(self, 1, size=size, stride=self.stride)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the largest number of each window; keep which one that was."""
        inputs = _as_pictures(self, inputs, None)
        self.shape = inputs.shape
        _check_room(self, self.size, *self.shape[1:3])
        candidates = np.stack(list(self.places(inputs)))
        self.outputs = candidates.max(axis=0)
        self.winners = candidates == self.outputs
        free = ~self.winners[0]  # where none has won yet
        for winners in self.winners[1:]:
            winners &= free
            free ^= winners
        return self.outputs

    def places(self, pictures: np.ndarray) -> Iterator[np.ndarray]:
        """Yield a view for each place in a window: what stands there in all windows."""
        height, width = pictures.shape[1:3]
        rows, columns = (height - self.size) + 1, (width - self.size) + 1
        for i, j in np.ndindex(self.size, self.size):
            yield pictures[:, i : i + rows : self.stride, j : j + columns : self.stride]

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return doutputs where each window's winner was, and 0 elsewhere."""
        doutputs = _as_slopes(self, doutputs)
        dinputs = np.zeros(self.shape, doutputs.dtype)
        for place, winners in zip(self.places(dinputs), self.winners, strict=True):
            place += winners * doutputs
        return dinputs


class ConvTranspose2D(_Kernels):
    """A transposed convolution: every input pixel paints its kernel into the outputs.

    It is the way back of a Conv2D from n_outputs to n_inputs channels, with the same
    weights, (kernel_size, kernel_size, n_outputs, n_inputs), and the same stride and
    padding: inputs are what that one's gradient would be. Inputs (batch, rows, columns,
    n_inputs), outputs (batch, height, width, n_outputs); height = (rows - 1) * stride -
    2 * padding + kernel_size; biases (1, n_outputs). Source: Zeiler et al. (2010).
    """

    transposed = True

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs; the inputs are kept."""
        inputs = _as_pictures(self, inputs, self.n_inputs)
        grown = self.kernel_size - self.stride - 2 * self.padding
        shape = [size * self.stride + grown for size in inputs.shape[1:3]]
        _check_room(self, 1, *shape)
        self.inputs = inputs.astype(self.weights.dtype, copy=False)
        how = self.stride, self.padding
        self.outputs = _spread(self.inputs, self.weights, *how, shape)
        self.outputs += self.biases
        return self.outputs

    def backward(self, doutputs: np.ndarray) -> np.ndarray:
        """Return dL/dinputs, of their shape; keep dweights and dbiases."""
        doutputs = _as_slopes(self, doutputs)
        height, width = doutputs.shape[1:3]
        wide, around = 2 * self.padding, (-self.padding, -self.padding)
        padded = _cut(doutputs, *around, height + wide, width + wide)
        self.dweights = _kernel_gradient(padded, self.inputs, self.weights, self.stride)
        self.dbiases = _sum_of_places(doutputs)
        return _slide(padded, self.weights, self.stride)
