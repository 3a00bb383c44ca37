"""Checkers for the exercises of chapter 3."""

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail
from nnfs_lib.activations import Softmax
from nnfs_lib.losses import CategoricalCrossentropy

PREDICTIONS = np.array(
    [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.6, 0.2], [0.5, 0.4, 0.1]]
)
LABELS = np.array([0, 2, 1, 1])


def to_one_hot(answer):
    """Judge one-hot rows."""
    labels = np.array([2, 0, 1, 2])
    rows = expect_array(
        answer(labels, 4), (4, 4), "Your result, for 4 labels and 4 classes,"
    )
    for n, label in enumerate(labels):
        if rows[n].sum() != 1 or rows[n].max() != 1:
            fail(f"Row {n} is {rows[n]}: it should hold one 1 and otherwise zeros.")
        if rows[n, label] != 1:
            fail(
                f"Row {n} belongs to class {label}, and should have its 1 in column {label}."
            )
    if rows.dtype != np.float32:
        fail(f"The rows are of type {rows.dtype}; float32 is asked for.")
    return "np.eye(classes, dtype=np.float32)[labels] does it too: it picks rows of the unit matrix."


def perplexity(answer):
    """Judge a perplexity."""
    actual = expect_array(
        answer(np.full((2, 5), 0.2), np.array([0, 3])), (), "The number you return"
    )
    if np.isclose(actual, np.log(5)):
        fail("That is the loss. Which number K has the logarithm ln K?")
    expect_close(
        actual,
        5,
        "For five equal probabilities it should be 5: take the exponential of the mean loss.",
    )
    picked = PREDICTIONS[np.arange(4), LABELS]
    if np.isclose(answer(PREDICTIONS, LABELS), np.mean(1 / picked)):
        fail("You took the mean of the exponentials; take the exponential of the mean.")
    expected = np.prod(picked) ** (-1 / 4)
    expect_close(
        answer(PREDICTIONS, LABELS),
        expected,
        "For unequal probabilities the number is not right.",
    )
    return "A certain and right network has the perplexity 1: no hesitation."


def confusion_matrix(answer):
    """Judge a confusion matrix."""
    expected = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    matrix = expect_array(
        answer(PREDICTIONS, LABELS), (3, 3), "Your matrix, for 3 classes,"
    )
    if np.array_equal(matrix, expected.T):
        fail("Rows and columns are swapped: the true class is the row.")
    if matrix.sum() != len(LABELS):
        fail(
            f"The counts add up to {matrix.sum()}, but there are {len(LABELS)} samples: does each count once?"
        )
    if not np.array_equal(matrix, expected):
        fail(
            "The counts are in the wrong places: add 1 at [true class, predicted class] for each sample."
        )
    repeated = answer(np.repeat(PREDICTIONS, 3, axis=0), np.repeat(LABELS, 3))
    if not np.array_equal(repeated, 3 * expected):
        fail(
            "Repeated pairs are counted once: matrix[rows, columns] += 1 adds only once for equal indices. "
            "Use a loop or np.add.at."
        )
    absent = answer(PREDICTIONS[:2], np.array([0, 0]))
    if np.shape(absent) != (3, 3):
        fail(
            "A class without a target still needs its row: take the number of classes from the predictions."
        )
    return "The diagonal holds what is right; its sum over the number of samples is the accuracy."


def crossentropy_of_logits(answer):
    """Judge a cross-entropy that takes logits."""
    logits = np.array([[2.0, 1.0, 0.0], [-1.0, 0.5, 0.3], [0.0, 0.0, 4.0]])
    labels = np.array([0, 1, 1])
    losses = expect_array(answer(logits, labels), (3,), "Your result, for 3 samples,")
    expected = CategoricalCrossentropy().forward(Softmax().forward(logits), labels)
    if np.allclose(losses, -expected):
        fail("The sign is turned around: a loss is never negative.")
    expect_close(losses, expected, "The losses are not ln(sum_j exp(z_j)) - z_t.")
    with np.errstate(all="ignore"):
        large = np.asarray(
            answer(np.array([[3000.0, 1000.0], [-2000.0, -2000.0]]), np.array([1, 0]))
        )
    if not np.isfinite(large).all():
        fail(
            "For logits in the thousands the exponential overflows: subtract each row's largest logit first."
        )
    if large[0] < 100:
        fail(
            "A difference of 2000 logits should cost 2000, not 16: don't go through the probabilities."
        )
    expect_close(
        large, [2000, np.log(2)], "For logits in the thousands the loss is not right."
    )
    return "Chapter 5 builds this into the library, together with its gradient."


def climb(answer):
    """Judge a hill climber."""

    def bowl(vector):
        return float(np.sum((vector - [1.0, -2.0, 3.0]) ** 2))

    start = np.zeros(3)
    result = answer(bowl, start, 0.5, 400, np.random.default_rng(0))
    if np.any(start != 0):
        fail("Your function changed `start`: begin with a copy.")
    if not isinstance(result, tuple) or len(result) != 2:
        fail("Return two things: `return best, losses`.")
    best = expect_array(result[0], (3,), "The best vector, for a start of shape (3,),")
    losses = expect_array(result[1], (401,), "The list of losses, for 400 steps,")
    expect_close(losses[0], 14, "The first loss should be that of `start`.")
    if np.any(np.diff(losses) > 0):
        fail(
            "The losses rise somewhere: keep a change only where the loss falls, and record the best so far."
        )
    expect_close(
        losses[-1],
        bowl(best),
        "The last loss is not the loss of the vector you return.",
    )
    if losses[-1] > 0.1:
        fail(
            f"After 400 steps the loss is still {losses[-1]:.2f}: does each step start from the best so far?"
        )
    first = answer(bowl, start, 0.5, 1, np.random.default_rng(0))[0]
    if np.count_nonzero(first - start) > 1:
        fail(
            "One step changed more than one entry: choose a single one with rng.integers."
        )
    again = answer(bowl, start, 0.5, 400, np.random.default_rng(0))[1]
    if not np.array_equal(losses, again):
        fail(
            "Two generators with the same seed give different runs: draw from `rng` only."
        )
    return (
        "Three numbers are found in a few hundred tries. Try a bowl with three hundred."
    )


EXERCISES = (
    Exercise("3.1", "one-hot", to_one_hot),
    Exercise("3.2", "how many classes does it feel like?", perplexity),
    Exercise("3.3", "the confusion matrix", confusion_matrix),
    Exercise("3.4", "straight from the logits", crossentropy_of_logits),
    Exercise("3.5", "your own hill climber", climb),
)
