"""Checkers for the exercises of lab *Convolution*."""

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_number, fail
from nnfs_lib import Layer, check_layer
from nnfs_lib.labs.convolution import Conv2D


def cost(answer):
    """Judge rows, parameters and products of a convolution."""
    # LeNet's second layer; a stride that doesn't fit; no padding
    for settings in ((14, 6, 16, 5, 1, 2), (28, 3, 8, 3, 2, 1), (9, 2, 4, 4, 3, 0)):
        side, n_inputs, n_outputs, size, stride, padding = settings
        found = answer(*settings)
        if not isinstance(found, tuple | list) or len(found) != 3:
            fail("Return three numbers: rows, parameters and products.")
        names = ("The number of rows", "The parameters", "The products")
        rows, parameters, products = (
            expect_number(each, name) for each, name in zip(found, names, strict=True)
        )
        layer = Conv2D(n_inputs, n_outputs, size, stride=stride, padding=padding, rng=0)
        outputs = layer.forward(np.zeros((1, side, side, n_inputs)))
        judge_rows(rows, outputs.shape[1], settings)
        judge_counts(parameters, products, layer, outputs.shape[1])
    return "For LeNet's second layer, 2,416 parameters are in 470,400 products."


def judge_rows(rows, expected, settings):
    """Hint at what is wrong with the number of rows."""
    side, _, _, size, stride, padding = settings
    where = f"For {side} pixels, kernel {size}, stride {stride} and padding {padding}"
    if rows == expected:
        return
    if rows == (side + padding - size) // stride + 1 and padding:
        fail("Padding is on both sides: it counts twice.")
    if rows == (side - size) // stride + 1 and padding:
        fail("The padding makes the picture larger before the kernel slides over it.")
    if rows == side + 2 * padding - size + 1:
        fail("The stride is missing: only every stride-th window counts.")
    if rows == expected - 1:
        fail(
            f"{where} there are {expected} rows: the first window counts, too, so add 1."
        )
    if rows != int(rows):
        fail("Where the stride doesn't fit, rows are rounded down: divide by //.")
    if rows == expected + 1:
        fail(f"{where} the last window would reach beyond the edge: round down.")
    fail(f"{where} there are {expected} rows of outputs, not {rows:g}.")


def judge_counts(parameters, products, layer, rows):
    """Hint at what is wrong with the parameters or the products."""
    weights, biases = layer.weights.size, layer.biases.size
    per_kernel = weights // layer.n_outputs
    if parameters == weights:
        fail("The biases are parameters, too: one for each output channel.")
    if parameters == per_kernel + 1:
        fail("That is one kernel with its bias: there is one for each output channel.")
    if parameters == rows**2 * weights + biases:
        fail("The same weights are used at every place: they count once.")
    if parameters == weights // layer.n_inputs + biases:
        fail("A kernel has weights for every input channel.")
    if parameters == weights // layer.kernel_size + biases:
        fail("A kernel is kernel_size high and kernel_size wide.")
    if parameters != weights + biases:
        fail(f"There are {weights} weights and {biases} biases here.")
    if products == weights:
        fail("Those are the products of one window: there are rows times rows windows.")
    if products == rows * weights:
        fail("There are as many columns of windows as rows: multiply by rows twice.")
    if products == rows**2 * (weights + biases):
        fail("A bias is added, and is in no product.")
    if products == rows**2 * per_kernel:
        fail("Every window is multiplied by the kernel of each output channel.")
    if products == rows**2 * weights * 128:
        fail("One picture is asked for, and no batch.")
    if products != rows**2 * weights:
        fail(f"Each of {rows * rows} windows is multiplied by {weights} weights.")


def average(answer):
    """Judge a layer that returns the mean of every window."""
    rng = np.random.default_rng(0)
    layer, inputs = answer(2), rng.standard_normal((2, 4, 6, 3))
    kept = inputs.copy()
    if not isinstance(layer, Layer):
        fail("Inherit from nn.Layer, so that a Model takes it.")
    outputs = expect_array(layer.forward(inputs), (2, 2, 3, 3), "What forward returns")
    windows = kept.reshape(2, 2, 2, 3, 2, 3)
    if np.allclose(outputs, windows.max(axis=(2, 4))):
        fail("Those are the largest numbers: take the mean.")
    if np.allclose(outputs, windows.sum(axis=(2, 4))):
        fail("Those are sums: divide by the number of pixels in a window.")
    if np.allclose(outputs, windows.sum(axis=(2, 4)) / 2):
        fail("A window of 2 by 2 has four numbers: divide by size squared.")
    if not np.allclose(outputs, windows.mean(axis=(2, 4))):
        fail("Each output is the mean of its own window of 2 by 2, in its own channel.")
    if not np.array_equal(inputs, kept):
        fail("The inputs were changed: leave them as they are.")
    slopes = rng.standard_normal(outputs.shape)
    found = expect_array(layer.backward(slopes), inputs.shape, "What backward returns")
    judge_shares(found, slopes)
    odd = answer(3)
    outputs = expect_array(
        odd.forward(rng.standard_normal((1, 7, 8, 2))),
        (1, 2, 2, 2),
        "With pixels left over",
    )
    found = odd.backward(np.ones_like(outputs))
    found = expect_array(
        found, (1, 7, 8, 2), "What goes back where pixels are left over"
    )
    if found[:, 6:].any() or found[:, :, 6:].any():
        fail("What no window looks at has the gradient 0.")
    judge_whole(answer(3), rng)
    return (
        "A mean loses no slope and prefers nobody: it blurs, where a maximum chooses."
    )


def judge_shares(found, slopes):
    """Hint at what is wrong with the way back of windows of 2 by 2."""
    everywhere = slopes.repeat(2, axis=1).repeat(2, axis=2)
    if np.allclose(found, everywhere):
        fail(
            "Each pixel counts for a quarter of the mean: it gets a quarter of the slope."
        )
    if np.allclose(found, everywhere / 2):
        fail("A window of 2 by 2 shares its slope among four: divide by size squared.")
    shares = found.reshape(2, 2, 2, 3, 2, 3)
    if np.allclose(shares.sum(axis=(2, 4)), slopes) and np.any(found == 0):
        fail("All pixels of a window get the same share, and not only one of them.")
    if not np.allclose(found, everywhere / 4):
        fail(
            "Every pixel of a window gets the window's slope, divided by size squared."
        )


def judge_whole(layer, rng):
    """Let the judge of layers look at it; hint where it finds a wrong gradient."""
    try:
        check_layer(layer, rng.standard_normal((2, 7, 6, 2)))
    except AssertionError as error:
        fail(f"check_layer says of windows of 3 by 3: {error}")


def holes(answer):
    """Judge weights with zeros in between."""
    rng = np.random.default_rng(0)
    for size, dilation in ((3, 2), (2, 3), (3, 1)):
        weights = rng.standard_normal((size, size, 2, 4)).astype(np.float32)
        kept = weights.copy()
        wide = (size - 1) * dilation + 1
        found = answer(weights, dilation)
        judge_size(found, size, dilation, weights)
        found = expect_array(found, (wide, wide, 2, 4), "The wider kernel")
        if not np.array_equal(weights, kept):
            fail("The weights that were handed in were changed: make a new array.")
        if np.count_nonzero(found) > weights.size:
            fail("Between the weights there should be zeros.")
        if np.allclose(found[::dilation, ::dilation], weights[::-1, ::-1]):
            fail("The weights keep their order: nothing is turned here.")
        if not np.array_equal(found[::dilation, ::dilation], weights):
            fail("Every dilation-th row and column has the weights, from the first on.")
        if found.dtype != weights.dtype:
            fail(
                f"float32 went in and {found.dtype} came out: give zeros the same type."
            )
    return "Four such layers, with dilations 1, 2, 4 and 8, see 31 pixels wide."


def judge_size(found, size, dilation, weights):
    """Hint at a kernel of another size than one with holes has."""
    shape, right = np.shape(found), (size - 1) * dilation + 1
    if shape == (size * dilation, size * dilation, 2, 4) and dilation > 1:
        fail("Behind the last weight there is no gap: one row and column less per gap.")
    one_gap = size + dilation - 1
    if right != one_gap and shape[:2] == (one_gap, one_gap):
        fail(f"There is a gap between any two weights: {size} weights have {size - 1}.")
    if dilation > 1 and shape == weights.shape:
        fail("The kernel has to grow: with a dilation of 2, one of 3 becomes 5 wide.")
    if len(shape) == 4 and shape[0] != shape[1]:
        fail("Zeros belong between rows and between columns.")


EXERCISES = (
    Exercise("convolution.1", "what a layer costs", cost),
    Exercise("convolution.2", "average pooling", average),
    Exercise("convolution.3", "a kernel with holes", holes),
)
