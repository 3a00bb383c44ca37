"""Checkers for the exercises of chapter 1."""

import copy

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail
from nnfs_lib.layers import Dense


def count_parameters(answer):
    """Judge the number of weights and biases of a layer."""
    if answer(2, 3) is None:
        fail("Your function returns None: end it with `return ...`.")
    if answer(2, 3) == 6:
        fail("You counted the weights. Every neuron has a bias too.")
    if answer(2, 3) == 8:
        fail("There is one bias for each neuron, not for each input.")
    for sizes, expected in {(2, 3): 9, (1, 1): 2, (784, 64): 50_240}.items():
        if answer(*sizes) != expected:
            fail(
                f"A layer of {sizes[0]} inputs and {sizes[1]} neurons has another number: draw its matrix."
            )
    return "The first layer of chapter 12's network, 784 inputs and 64 neurons, has 50,240 of them."


def zero_line(answer):
    """Judge the line on which a neuron with two inputs is zero."""
    weights, bias, x0 = np.array([3.0, 2.0]), 1.0, 5.0
    actual = expect_array(answer(weights, bias, x0), (), "The x1 you return")
    if np.isclose(actual, 8.0):
        fail("Check the sign: what you add on one side, you subtract on the other.")
    if np.isclose(actual, -16.0):
        fail("Divide everything by weights[1], not only the bias.")
    if np.isclose(actual, -7.0):
        fail(
            "The bias has the same sign as x0 * weights[0] on its side of the equation."
        )
    rest = x0 * weights[0] + actual * weights[1] + bias
    expect_close(
        rest,
        0,
        f"Put your x1 back into the sum: it gives {rest:.2f}, and it should give 0.",
    )
    several = np.asarray(answer(weights, bias, np.array([0.0, 1.0, 2.0])))
    if several.shape != (3,) or not np.allclose(several, [-0.5, -2.0, -3.5]):
        fail("Let it work for an array of x0 as well: one x1 for each.")
    return (
        "With weights[1] = 0 the line stands upright, and there is no x1 to solve for."
    )


def forward_in_python(answer):
    """Judge a forward pass made of lists."""
    inputs = [[1.0, 2.0, 3.0], [0.0, -1.0, 4.0]]
    weights = [[0.5, -1.0], [2.0, 0.0], [1.0, 3.0]]
    biases = [0.1, 0.2]
    given = copy.deepcopy((inputs, weights, biases))
    result = answer(inputs, weights, biases)
    if (inputs, weights, biases) != given:
        fail("Your function changed the lists it was given: build new ones.")
    if isinstance(result, np.ndarray):
        fail("The result is a NumPy array: this time, do it with lists.")
    outputs = expect_array(result, (2, 2), "Your result, of 2 samples and 2 neurons,")
    expected = np.dot(inputs, weights)
    if np.allclose(outputs, expected):
        fail("The sums are right, but where are the biases?")
    expect_close(
        outputs[0],
        expected[0] + biases,
        "The first sample's row is wrong: follow sum_i x_i W_ij + b_j.",
    )
    expect_close(
        outputs,
        expected + biases,
        "Only the first row is right: does a total start afresh each time?",
    )
    return "Three loops: batch times neurons times inputs multiplications. np.dot does exactly as many."


def ring_data(answer):
    """Judge a data set of two rings."""
    result = answer(50, 0.0, np.random.default_rng(0))
    if not isinstance(result, tuple) or len(result) != 2:
        fail("Return two arrays: `return X, y`.")
    X = expect_array(result[0], (100, 2), "X, for 50 samples a ring,")
    y = expect_array(result[1], (100,), "y, for 50 samples a ring,")
    if X.dtype != np.float32:
        fail(
            f"X is of type {X.dtype}; the book's networks take float32: X.astype(np.float32)."
        )
    if not np.issubdtype(y.dtype, np.integer):
        fail(f"y is of type {y.dtype}; labels are integers.")
    if y.tolist() != [0] * 50 + [1] * 50:
        fail("y should hold 50 zeros for the inner ring and then 50 ones: np.repeat.")
    radius = np.hypot(X[:, 0], X[:, 1])
    expect_close(
        radius[:50],
        0.5,
        "Without noise, every point of class 0 has the distance 0.5 from the center.",
    )
    expect_close(
        radius[50:],
        1.0,
        "Without noise, every point of class 1 has the distance 1 from the center.",
    )
    for ring in (X[:50], X[50:]):
        gaps = np.hypot(*(ring - np.roll(ring, 1, axis=0)).T)
        if gaps.max() > 1.01 * gaps.min():
            fail(
                "The points are not evenly spread: neighbors should all be equally far apart. "
                "If only two are too close, the last point repeats the first: leave out the full turn."
            )
    clean, noisy, other = (
        answer(2000, noise, np.random.default_rng(seed))[0]
        for noise, seed in ((0.0, 0), (0.1, 0), (0.1, 1))
    )
    if not np.array_equal(noisy, answer(2000, 0.1, np.random.default_rng(0))[0]):
        fail("Two generators with the same seed give different points: use `rng` only.")
    if np.array_equal(noisy, other):
        fail("Two seeds give the same points: draw the noise from `rng`.")
    moved = np.asarray(noisy - clean, dtype=float)
    if not np.all(np.abs(moved.std(axis=0) - 0.1) < 0.01):
        spread = moved.std(axis=0).round(3)
        fail(f"With noise=0.1 the coordinates move by {spread} (standard deviation).")
    columns = np.column_stack([moved[:2000], moved[2000:]])
    if np.abs(np.corrcoef(columns.T) - np.eye(4)).max() > 0.2:
        fail("Some coordinates move together: draw a number of its own for each.")
    if not 0.66 < np.mean(np.abs(moved) < 0.1) < 0.71:
        fail("The noise is not normal: rng.standard_normal(X.shape).")
    return "A straight line cannot part these two either."


def merge(answer):
    """Judge one layer that stands for two."""
    rng = np.random.default_rng(0)
    first, second = Dense(4, 5, rng=rng), Dense(5, 3, rng=rng)
    for layer in (first, second):
        layer.weights[:] = rng.standard_normal(layer.weights.shape)
        layer.biases[:] = rng.standard_normal(layer.biases.shape)
    before = [
        array.copy()
        for layer in (first, second)
        for array in (layer.weights, layer.biases)
    ]
    merged = answer(first, second)
    after = [
        array for layer in (first, second) for array in (layer.weights, layer.biases)
    ]
    if any(not np.array_equal(b, a) for b, a in zip(before, after, strict=True)):
        fail("One of the two layers was changed: make a new one.")
    if not hasattr(merged, "weights"):
        fail("Return a Dense layer.")
    weights = expect_array(
        merged.weights, (4, 3), "The new layer's weights, for layers 4 to 5 and 5 to 3,"
    )
    biases = expect_array(merged.biases, (1, 3), "The new layer's biases")
    expect_close(
        weights,
        first.weights @ second.weights,
        "The weights are not the product W1 W2.",
        1e-4,
    )
    if np.allclose(
        biases, first.biases[:, :3] + second.biases, atol=1e-4
    ) or np.allclose(biases, second.biases):
        fail(
            "The first layer's biases go through the second layer's weights before they arrive: b1 W2 + b2."
        )
    expected = first.biases @ second.weights + second.biases
    expect_close(
        biases,
        expected,
        "The biases are not b1 W2 + b2: multiply out (X W1 + b1) W2 + b2.",
        1e-4,
    )
    return "However many dense layers you stack: one would do. Something has to stand between them."


EXERCISES = (
    Exercise("1.1", "count the parameters", count_parameters),
    Exercise("1.2", "where is the neuron zero?", zero_line),
    Exercise("1.3", "a layer in plain Python", forward_in_python),
    Exercise("1.4", "another data set", ring_data),
    Exercise("1.5", "two layers are one", merge),
)
