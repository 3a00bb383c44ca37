"""Checkers for the exercises of chapter 9."""

import math

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail


def r_squared(answer):
    """Judge the coefficient of determination, per output."""
    targets = np.array([[1.0, 100.0], [2.0, 200.0], [3.0, 300.0], [6.0, 400.0]])
    found = answer(targets.copy(), targets)
    if found is None or np.ndim(found):
        fail("Return one number.")
    expect_close(found, 1.0, "A perfect prediction should score 1.")
    mean = np.tile(targets.mean(axis=0), (4, 1))
    expect_close(
        answer(mean, targets),
        0.0,
        "Always guessing the mean, that of each output, should score 0: sums run over the samples.",
    )
    # By hand: the first output is off by 1 in one of four, of a spread of 14; the second is right.
    off = targets.copy()
    off[0, 0] += 1
    found = answer(off, targets)
    if np.isclose(found, 1 - 1 / (14 + 50000)):
        fail("Both outputs went into one sum: large units would drown small ones.")
    if np.isclose(found, 1 - 1 / 14):
        fail("Return the mean over the outputs, not the score of one.")
    expect_close(
        found,
        1 - 1 / 28,
        "One output off by 1 where the spread is 14, one right: (1 - 1/14 + 1) / 2.",
    )
    worse = np.array([[9.0, 100], [-9, 200], [9, 300], [-9, 400]])
    if answer(worse, targets) >= 0:
        fail("Predictions worse than the mean should score below 0.")
    narrow = answer(np.array([[2.0], [2.0]]), np.array([[1.0], [3.0]]))
    expect_close(narrow, 0.0, "With one output it should work as well.")
    return "On noisy data it tells more than a tolerance."


def huber(answer):
    """Judge Huber's loss and its gradient."""
    loss = answer(2.0)
    predictions = np.array([[1.0, 0.0], [3.0, -5.0]])
    targets = np.zeros((2, 2))
    kept = predictions.copy()
    # By hand, delta 2: 1/2, 0, 2 * (3 - 1) = 4, 2 * (5 - 1) = 8.
    found = expect_array(
        loss.forward(predictions, targets), (2,), "What forward returns"
    )
    if np.allclose(found, [0.5, 12]):
        fail("The loss of a sample is the mean over its outputs, not the sum.")
    if np.allclose(found, [0.25, 8.5]):
        fail(
            "Errors of 3 and 5 are beyond the limit of 2: there it is a straight line."
        )
    if np.allclose(found, [0.25, 8.0]):
        fail("The line has to continue the parabola: subtract half of delta.")
    expect_close(
        found,
        [0.25, 6.0],
        "With delta 2, errors of 1, 0, 3 and 5 should cost 0.5, 0, 4 and 8.",
    )
    edge = loss.forward(np.array([[2.0], [-2.0]]), np.zeros((2, 1)))
    expect_close(edge, [2, 2], "At the limit both formulas give delta^2 / 2.")
    gradient = expect_array(
        loss.backward(predictions, targets), (2, 2), "What backward returns"
    )
    if not np.array_equal(predictions, kept):
        fail("The predictions were changed: make new arrays.")
    if np.allclose(gradient, np.array([[-1, 0], [-2, 2]]) / 4):
        fail("The sign is turned: prediction minus target.")
    if np.allclose(gradient, [[1, 0], [2, -2]]):
        fail("backward is the gradient of the mean: divide by batch times outputs.")
    if np.allclose(gradient, np.array([[1, 0], [2, -2]]) / 2):
        fail(
            "Twice too large: divide by batch times outputs, 4 here, and the parabola's one half "
            "has taken the 2."
        )
    if np.allclose(gradient, np.array([[1, 0], [1, -1]]) / 4):
        fail("Beyond the limit the slope is delta, not 1.")
    expect_close(
        gradient,
        np.array([[1, 0], [2, -2]]) / 4,
        "The slopes for errors of 1, 0, 3 and -5 should be 1, 0, 2 and -2, divided by 4.",
    )
    try:
        loss.forward(np.zeros((3, 1)), np.zeros(3))
    except ValueError:
        pass
    else:
        fail(
            "Targets of shape (3,) were taken for predictions of (3, 1), and made a table of 3 by 3: use "
            "signed_errors, or refuse shapes that differ."
        )
    rng = np.random.default_rng(0)
    predictions, targets = rng.normal(0, 2, (2, 6, 3))
    step = 1e-6 * rng.standard_normal((6, 3))
    ahead = loss.calculate(predictions + step, targets)
    behind = loss.calculate(predictions - step, targets)
    slope = np.sum(2 * step * loss.backward(predictions, targets))
    if not math.isclose(ahead - behind, slope, rel_tol=1e-4, abs_tol=1e-12):
        fail("forward and backward don't belong together: check_loss says where.")
    return "A large delta makes it the squared error, a small one the absolute one."


def standardize(answer):
    """Judge standardizing by the training data's figures."""
    train = np.array([[1.0, 5.0, 10.0], [3.0, 5.0, 30.0]])  # means 2, 5 and 20
    test = np.array([[2.0, 6.0, 40.0]])
    kept = train.copy(), test.copy()
    with np.errstate(all="ignore"):
        found = answer(train, test)
    if not isinstance(found, tuple | list) or len(found) != 2:
        fail("Return two arrays: training data and test data.")
    first = expect_array(found[0], (2, 3), "The training data")
    second = expect_array(found[1], (1, 3), "The test data")
    if not (np.array_equal(train, kept[0]) and np.array_equal(test, kept[1])):
        fail("Return new arrays; what was handed in should stay as it was.")
    if not np.isfinite(first).all() or not np.isfinite(second).all():
        fail("A feature that never changes was divided by zero: divide it by 1.")
    if np.allclose(np.abs(first[:, 0]), math.sqrt(0.5)):
        fail("Divide by np.std as it is, the root of the mean square (ddof=0).")
    expect_close(
        first[:, [0, 2]],
        [[-1, -1], [1, 1]],
        "Each feature of the training data should have mean 0 and deviation 1: one mean and one "
        "deviation for each column, from the training data alone.",
    )
    expect_close(
        first[:, 1], 0, "A feature that never changes in training should be 0 there."
    )
    if np.allclose(second[:, [0, 2]], 0):
        fail(
            "The test data were measured by themselves: use the training data's figures."
        )
    expect_close(
        second[:, [0, 2]],
        [[0, 2]],
        "A test sample of 2 and 40 should become 0 and 2: shifted by 2 and 20, divided by 1 and 10.",
    )
    expect_close(
        second[0, 1],
        1,
        "The feature that never changed in training is shifted there and in the test, and divided "
        "by 1.",
    )
    # A feature may be small and still change: 0.002 and 0.006, with a deviation of 0.002.
    small = np.array([[0.002, 1e-6], [0.006, 3e-6]])
    shrunk = np.asarray(answer(small, small)[0])
    if not np.allclose(shrunk, [[-1, -1], [1, 1]]):
        fail(
            "A feature of 0.002 and 0.006 does change: it is divided by its deviation, however small. "
            "Only one whose values are all the same is divided by 1."
        )
    # Ten times 1.1 in float32: their mean is not quite 1.1, so their deviation is not quite 0.
    nearly, other = np.full((10, 1), 1.1, np.float32), np.array([[1.2]], np.float32)
    if np.abs(answer(nearly, other)[1]).max() > 1:
        fail(
            "Ten times 1.1 never changes, but its deviation is 1e-7, as the mean is rounded: ask "
            "whether largest and smallest are the same."
        )
    return "Keep mean and deviation with the model: whoever uses it needs them."


def orthogonal(answer):
    """Judge an initializer with orthonormal columns or rows."""
    draw = answer()
    if not callable(draw):
        fail("Return a function (shape, rng, dtype) -> weights.")
    for shape in ((6, 4), (4, 6), (5, 5), (3, 1), (1, 3)):
        weights = draw(shape, np.random.default_rng(0), np.float64)
        weights = expect_array(weights, shape, f"What it draws for {shape}")
        small = weights.T @ weights if shape[0] >= shape[1] else weights @ weights.T
        which = "columns" if shape[0] >= shape[1] else "rows"
        expect_close(
            small,
            np.eye(min(shape)),
            f"For {shape} the {which} should be orthonormal: their products should be I.",
        )
    doubled = answer(2.0)((5, 5), np.random.default_rng(0), np.float64)
    expect_close(
        doubled.T @ doubled, 4 * np.eye(5), "With a gain of 2 it stretches by 2."
    )
    single = draw((4, 3), np.random.default_rng(0), np.float32)
    if single.dtype != np.float32:
        fail(f"float32 was asked for, {single.dtype} came: end with astype(dtype).")
    draws = np.random.default_rng(1)
    first, second = (draw((4, 4), draws, np.float64) for _ in range(2))
    if not np.array_equal(first, draw((4, 4), np.random.default_rng(1), np.float64)):
        fail("The same seed gave other weights: draw from the rng that is handed in.")
    if np.array_equal(first, second):
        fail("Two draws are alike: draw from the rng that is handed in.")
    # qr alone makes the first diagonal entry negative, always; a fair draw does so half of the time.
    corners = [draw((3, 3), draws, np.float64)[0, 0] > 0 for _ in range(400)]
    if not 0.35 < np.mean(corners) < 0.65:
        fail("Some turns come more often than others: multiply by the signs of R.")
    tops = [draw((3, 3), draws, np.float64)[2] > 0 for _ in range(400)]
    if not (np.abs(np.mean(tops, axis=0) - 0.5) < 0.15).all():
        fail("Some turns come more often than others: a sign for each column of Q.")
    _turns_fairly(draw, draws)
    return "With a gain of sqrt(2) a signal passes a hundred layers of ReLU."


def _turns_fairly(draw, draws):
    """Hint unless signs belong to columns, in every shape, and the numbers are normal."""
    for shape in 4 * ((4, 2), (2, 4), (3, 3)):
        # The same normal numbers, by the recipe: q, and a sign for each of its columns.
        seed = int(draws.integers(1000))
        found = np.asarray(draw(shape, np.random.default_rng(seed), np.float64))
        q = found if shape[0] >= shape[1] else found.T
        normal = np.random.default_rng(seed).standard_normal(q.shape)
        other = np.random.default_rng(seed).standard_normal(q.shape[::-1]).T
        # What is left of R after Q is taken away has a positive diagonal, for one of the two.
        diagonals = [np.diagonal(q.T @ each) for each in (normal, other)]
        if not any((diagonal > 0).all() for diagonal in diagonals):
            fail(
                f"For {shape} the signs, or the numbers, are not those of the recipe: draw with "
                "rng.standard_normal, and multiply each column of Q by the sign of the diagonal "
                "entry of R there."
            )


def quantile(answer):
    """Judge the loss whose least mean is at a quantile, and its gradient."""
    loss = answer(0.9)
    predictions = np.array([[1.0, 0.0], [3.0, -5.0]])
    targets = np.zeros((2, 2))
    kept = predictions.copy()
    # By hand, share 0.9: too high by 1 and 3 costs 0.1 and 0.3, too low by 5 costs 4.5.
    found = expect_array(
        loss.forward(predictions, targets), (2,), "What forward returns"
    )
    if np.allclose(found, [0.1, 4.8]):
        fail("The loss of a sample is the mean over its outputs, not the sum.")
    if np.allclose(found, [0.45, 1.6]):
        fail("The other way round: a prediction that is too low costs `share` a unit.")
    if np.allclose(found, [0.5, 4.0]):
        fail(
            "That is the absolute error: too low and too high have prices of their own."
        )
    if np.allclose(found, [0.05, -2.1]) or np.any(np.asarray(found) < 0):
        fail("A loss is never below 0: too low by 5 costs 0.9 times 5, not minus that.")
    expect_close(
        found,
        [0.05, 2.4],
        "With a share of 0.9, predictions that are off by 1, 0, 3 and -5 should cost 0.1, 0, 0.3 and "
        "4.5.",
    )
    gradient = expect_array(
        loss.backward(predictions, targets), (2, 2), "What backward returns"
    )
    if not np.array_equal(predictions, kept):
        fail("The predictions were changed: make new arrays.")
    right = np.array([[0.1, 0.0], [0.1, -0.9]]) / 4
    if np.allclose(gradient, -right):
        fail(
            "The sign is turned: where the prediction is too high, the slope is above 0."
        )
    if np.allclose(gradient, 4 * right):
        fail("backward is the gradient of the mean: divide by batch times outputs.")
    if np.allclose(gradient, 2 * right):
        fail("Divide by batch times outputs, 4 here, and not by the batch alone.")
    others = right != 0
    if np.allclose(gradient[others], right[others]) and gradient[0, 1] != 0:
        fail("Where a prediction is exactly right, take 0, as for the absolute error.")
    expect_close(
        gradient,
        right,
        "The slopes should be 0.1 where the prediction is too high and -0.9 where it is too low, "
        "divided by 4.",
    )
    middle = answer()
    if not np.allclose(middle.forward(predictions, targets), [0.25, 2.0]):
        fail(
            "Without an argument the share is 0.5, which is half of the absolute error."
        )
    rng = np.random.default_rng(0)
    heights = np.sort(rng.standard_normal((101, 1)), axis=0)
    tried = [
        loss.calculate(np.full((101, 1), height), heights) for height in heights[:, 0]
    ]
    if int(np.argmin(tried)) != 90:
        fail("For 101 numbers and a share of 0.9, the best single answer is the 91st.")
    if hasattr(answer(0.2), "share") and answer(0.2).share != 0.2:
        fail("Keep the share that the constructor was given.")
    return "Two such networks, with 0.05 and 0.95, say where nine targets of ten should lie."


EXERCISES = (
    Exercise("9.1", "better than the mean?", r_squared),
    Exercise("9.2", "squared nearby, absolute far away", huber),
    Exercise("9.3", "one scale for all", standardize),
    Exercise("9.4", "an initializer that turns", orthogonal),
    Exercise("9.5", "not the middle, but the edge", quantile),
)
