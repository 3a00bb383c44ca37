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
    for labels, classes in ((np.array([2, 0, 1, 2]), 4), (np.array([1, 0]), 2)):
        what = f"Your result, for {len(labels)} labels and {classes} classes,"
        rows = expect_array(answer(labels, classes), (len(labels), classes), what)
        for n, label in enumerate(labels):
            if rows[n].sum() != 1 or rows[n].max() != 1:
                fail(f"Row {n} is {rows[n]}: it should hold one 1 and otherwise zeros.")
            if rows[n, label] != 1:
                fail(
                    f"Row {n} belongs to class {label}: its 1 should be in column {label}."
                )
        if rows.dtype != np.float32:
            fail(f"The rows are of type {rows.dtype}; float32 is asked for.")
    return "np.eye(classes, dtype=np.float32)[labels] does it too: it picks rows."


def perplexity(answer):
    """Judge a perplexity."""
    result = answer(np.full((2, 5), 0.2), np.array([0, 3]))
    actual = expect_array(result, (), "The number you return")
    if np.isclose(actual, np.log(5)):
        fail("That is the loss. Which number K has the logarithm ln K?")
    expect_close(
        actual,
        5,
        "For five equal probabilities it should be 5: take exp of the mean loss.",
    )
    picked = PREDICTIONS[np.arange(4), LABELS]
    actual = answer(PREDICTIONS, LABELS)
    if np.isclose(actual, np.mean(1 / picked)):
        fail("You took the mean of the exponentials; take the exponential of the mean.")
    if np.isclose(actual, 1 / np.mean(picked)):
        fail(
            "You averaged the probabilities; average their logarithms, as the loss does."
        )
    expected = np.prod(picked) ** (-1 / 4)
    expect_close(actual, expected, "Only for equal probabilities is the number right.")
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
            f"The counts add up to {matrix.sum()}, but there are {len(LABELS)} samples."
        )
    if not np.array_equal(matrix, expected):
        fail(
            "The counts are in the wrong places: add 1 at [true class, answered class]."
        )
    repeated = answer(np.repeat(PREDICTIONS, 3, axis=0), np.repeat(LABELS, 3))
    if not np.array_equal(repeated, 3 * expected):
        fail(
            "Repeated pairs are counted once: matrix[rows, columns] += 1 adds only once "
            "for equal indices. Use a loop or np.add.at."
        )
    try:
        absent = answer(np.eye(5)[[0, 4]], np.array([0, 0]))
    except IndexError:
        absent = np.empty((0, 0))
    if np.shape(absent) != (5, 5):
        fail(
            "A class without a target needs its row too: there are predictions.shape[1]."
        )
    return "The diagonal is what is right; its sum over the number of samples is the accuracy."


def crossentropy_of_logits(answer):
    """Judge a cross-entropy that takes logits."""
    logits = np.array([[2.0, 1.0, 0.0], [-1.0, 0.5, 0.3], [0.0, 0.0, 4.0]])
    labels, given = np.array([0, 1, 1]), logits.copy()
    largest = logits.max(axis=1)
    losses = expect_array(answer(logits, labels), (3,), "Your result, for 3 samples,")
    if not np.array_equal(logits, given):
        fail("Your function changed the logits it was given: make a new array.")
    expected = CategoricalCrossentropy().forward(Softmax().forward(logits), labels)
    if np.allclose(losses, -expected):
        fail("The sign is turned around: a loss is never negative.")
    if np.allclose(losses, expected - largest):
        fail("You shifted the logits in the sum, but not z_t: shift both, or neither.")
    expect_close(losses, expected, "The losses are not ln(sum_j exp(z_j)) - z_t.")
    with np.errstate(all="ignore"):
        far = np.array([[3000.0, 1000.0], [-2000.0, -2000.0], [-5000.0, -4999.0]])
        large = np.asarray(answer(far, np.array([1, 0, 0])))
    if not np.isfinite(large).all():
        fail(
            "For logits in the thousands something overflows, or the logarithm of 0 is "
            "taken: subtract from each row its own largest logit (axis=1, keepdims=True)."
        )
    if large[0] < 100:
        fail("A difference of 2000 logits should cost 2000, not 16: no probabilities.")
    known = [2000, np.log(2), np.log(1 + np.e)]
    expect_close(large, known, "For logits in the thousands the loss is not right.")
    return "Chapter 5 builds this into the library, together with its gradient."


def climb(answer):
    """Judge a hill climber."""

    def bowl(vector):
        tried.append(np.array(vector, dtype=float))
        return float(np.sum((vector - target) ** 2))

    def flat(vector):
        return 1.0

    def run(loss_of, step_size, steps, seed):
        result = answer(loss_of, start, step_size, steps, np.random.default_rng(seed))
        if np.any(start != 0):
            fail("Your function changed `start`: begin with a copy.")
        if not isinstance(result, tuple | list) or len(result) != 2:
            fail("Return two things: `return best, losses`.")
        best = expect_array(
            result[0], (3,), "The best vector, for a start of shape (3,),"
        )
        what = f"The list of losses, for {steps} steps,"
        return best, expect_array(result[1], (steps + 1,), what)

    start, target = np.zeros(3), np.array([1.0, -2.0, 3.0])
    tried: list[np.ndarray] = []
    best, losses = run(bowl, 0.5, 400, 0)
    expect_close(losses[0], 14, "The first loss should be that of `start`.")
    if np.any(np.diff(losses) > 0):
        fail("The losses rise somewhere: record the best so far, not the last tried.")
    moves = _moves(tried, start, bowl)
    if any(np.count_nonzero(move) > 1 for move in moves):
        fail(
            "A step changed more than one entry of the best vector so far: choose one with "
            "rng.integers, and work on a copy, or a rejected change stays in."
        )
    changed = np.array([np.flatnonzero(move)[0] for move in moves if move.any()])
    if set(changed.tolist()) != {0, 1, 2}:
        fail(f"Only the entries {sorted(set(changed.tolist()))} of 3 are ever changed.")
    if all(len(set(changed[n : n + 3].tolist())) == 3 for n in range(0, 30, 3)):
        fail("The entries are changed in turn: choose one at random with rng.integers.")
    sizes = np.concatenate([move[move != 0] for move in moves])
    if not (0.4 < sizes.std() < 0.6 and np.abs(sizes.mean()) < 0.1):
        fail(
            f"With step_size=0.5 the changes have mean {sizes.mean():.2f} and standard "
            f"deviation {sizes.std():.2f}: add step_size * rng.standard_normal()."
        )
    expect_close(
        losses[-1], bowl(best), "The last loss is not that of your best vector."
    )
    if losses[-1] > 0.1:
        fail(
            f"After 400 steps the loss is still {losses[-1]:.2f}: keep what lowers it."
        )
    if np.any(run(flat, 0.5, 20, 0)[0] != start):
        fail(
            "A change that leaves the loss as it was should not be kept: only a lower one."
        )
    if not np.array_equal(losses, run(bowl, 0.5, 400, 0)[1]):
        fail(
            "Two generators with the same seed give different runs: draw from `rng` only."
        )
    if np.array_equal(losses, run(bowl, 0.5, 400, 1)[1]):
        fail(
            "Two seeds give the same run: draw from `rng`, not from your own generator."
        )
    return (
        "Three numbers are found in a few hundred tries. Try a bowl with three hundred."
    )


def _moves(tried, start, loss_of):
    """Return how each vector that was tried differs from the best before it."""
    best, lowest, moves = start, np.inf, []
    for vector in tried.copy():
        value = loss_of(vector)
        moves.append(vector - best)
        if value < lowest:
            best, lowest = vector, value
    return moves


EXERCISES = (
    Exercise("3.1", "one-hot", to_one_hot),
    Exercise("3.2", "how many classes does it feel like?", perplexity),
    Exercise("3.3", "the confusion matrix", confusion_matrix),
    Exercise("3.4", "straight from the logits", crossentropy_of_logits),
    Exercise("3.5", "your own hill climber", climb),
)
