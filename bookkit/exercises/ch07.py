"""Checkers for the exercises of chapter 7."""

import math

import numpy as np

import nnfs_lib as nn
from bookkit.checks import Exercise, expect_array, expect_close, fail


def decayed_step(answer):
    """Judge a step of SGD in which the L2 penalty shrinks the weights."""
    weights, gradient = np.array([[2.0, -4.0]]), np.array([[1.0, 0.0]])
    kept = weights.copy(), gradient.copy()
    found = expect_array(answer(weights, gradient, 0.1, 0.5), (1, 2), "The new weights")
    if not (np.array_equal(weights, kept[0]) and np.array_equal(gradient, kept[1])):
        fail("Return a new array; what was handed in should stay as it was.")
    # 1 - 2 * 0.1 * 0.5 = 0.9: by hand 2 * 0.9 - 0.1 and -4 * 0.9.
    if np.isclose(found[0, 1], -3.8):
        fail(
            "The weight without a gradient should shrink to 0.9 of itself: where is the 2?"
        )
    if np.isclose(found[0, 1], -4.4):
        fail("The weights grew: the factor is below 1.")
    if np.isclose(found[0, 0], 1.9):
        fail("The step goes against the gradient: subtract it.")
    if np.isclose(found[0, 0], 1.8):
        fail("The weights shrink, but where is the step along the data's gradient?")
    if np.isclose(found[0, 0], 0.9 * 1.9):
        fail("Shrink first, then subtract the step: the step itself is not shrunk.")
    expect_close(
        found,
        [[1.7, -3.6]],
        "With rate 0.1 and strength 0.5 the factor should be 1 - 2 * 0.1 * 0.5 = 0.9.",
    )
    rng = np.random.default_rng(0)
    weights, gradient = rng.standard_normal((2, 3, 4))
    expect_close(
        answer(weights, gradient, 0.3, 0.2),
        weights - 0.3 * (gradient + 2 * 0.2 * weights),
        "It should equal a step along the gradient of both terms of the loss.",
        tolerance=1e-12,
    )
    return "For plain SGD it is the same; for Adam it is not (exercise 6.4)."


def shrink(answer):
    """Judge soft thresholding."""
    weights = np.array([[3.0, -2.0], [0.25, -0.5], [0.0, 0.75]])
    before = weights.copy()
    answer(weights, 0.5)
    if np.array_equal(weights, before):
        fail("The array is as before: `weights[...] = ...` changes it in place.")
    if weights[1, 0] < 0:
        fail("0.25 moved by 0.5 has crossed zero: it should stop there.")
    if weights[0, 1] < -2 or weights[1, 1] < -0.5:
        fail("Negative weights should come nearer to zero too: -2 becomes -1.5.")
    if weights[0, 0] == 3.0:
        fail("Large weights move too: 3 becomes 2.5.")
    expect_close(
        weights,
        [[2.5, -1.5], [0, 0], [0, 0.25]],
        "Every weight should come nearer to zero by 0.5, or stop there.",
        tolerance=1e-12,
    )
    if np.count_nonzero(weights) != 3:
        fail("Those that stop should be zero exactly, not nearly.")
    line = np.array([0.5, -3.0])
    answer(line, 0.0)
    if not np.array_equal(line, [0.5, -3.0]):
        fail("An amount of 0 should change nothing.")
    return "Use it after each step, with amount = rate * l1: the zeros are real then."


def make_cheaper(answer):
    """Judge the rescaling of hidden neurons to the lowest L2 price."""
    first = nn.Dense(2, 4, rng=0, dtype=np.float64)
    last = nn.Dense(4, 2, rng=1, dtype=np.float64)
    # Lengths in: 5, 2, 0, 1; lengths out: 20, 0.5, 1, 0.
    first.weights[:] = [[3.0, 2.0, 0.0, 0.6], [4.0, 0.0, 0.0, 0.8]]
    first.biases[:] = [[1.0, -0.4, 2.0, 0.5]]
    last.weights[:] = [[12.0, 16.0], [0.3, 0.4], [1.0, 0.0], [0.0, 0.0]]
    last.biases[:] = [[0.7, -0.2]]
    arrays = first.weights, first.biases, last.weights, last.biases
    before = [array.copy() for array in arrays]
    inputs = np.random.default_rng(0).standard_normal((50, 2))

    def answers():
        return last.forward(nn.ReLU().forward(first.forward(inputs)))

    expected = answers()
    with np.errstate(all="raise"):
        answer(first, last)
    now = first.weights, first.biases, last.weights, last.biases
    if any(new is not old for new, old in zip(now, arrays, strict=True)):
        fail("Work in place: first.weights *= ..., and not first.weights = ...")
    if all(np.array_equal(old, new) for old, new in zip(before, arrays, strict=True)):
        fail("Both layers are as before: change their weights in place.")
    if not all(np.isfinite(array).all() for array in arrays):
        fail("A length of 0 was divided by: leave such a neuron as it is.")
    if not np.array_equal(last.biases, before[3]):
        fail("The biases of the last layer belong to no hidden neuron: they stay.")
    if not np.allclose(answers(), expected):
        if np.array_equal(first.biases, before[1]):
            fail(
                "The answers have changed: a neuron's bias goes with its incoming weights."
            )
        fail(
            "The answers have changed: what multiplies a neuron's incoming weights and bias, "
            "columns of `first`, has to divide its outgoing ones, a row of `last`."
        )
    if not (
        np.array_equal(first.weights[:, 2:], before[0][:, 2:])
        and np.array_equal(last.weights[2:], before[2][2:])
        and np.array_equal(first.biases[:, 2:], before[1][:, 2:])
    ):
        fail(
            "The last two neurons have a length of 0 on one side: leave them as they are."
        )
    # By hand: c^2 = b / a = 4, so the first neuron's lengths become 10 and 10.
    length = np.linalg.norm(first.weights[:, 0])
    if np.isclose(length, 2.5):
        fail(
            "The other way round: c is the root of out / in, so that the longer side shrinks."
        )
    if np.isclose(length, 20):
        fail(
            "c = out / in makes the lengths change places: c^2 is the ratio, so take its root."
        )
    expect_close(
        [length, np.linalg.norm(last.weights[0])],
        [10, 10],
        "The first neuron's lengths are 5 in and 20 out. c^2 25 + 400 / c^2 is smallest where both "
        "terms are equal: 10 in and 10 out.",
    )
    expect_close(
        [np.linalg.norm(first.weights[:, 1]), np.linalg.norm(last.weights[1])],
        [1, 1],
        "The second neuron has 2 in and 0.5 out, and needs a c of its own: 1 in and 1 out.",
    )
    return "At its lowest, the price is 2 a b for each neuron: L2 on two layers is L1 on slopes."


def stop_early(answer):
    """Judge early stopping on losses that fall, rise, tie and break."""
    runs: list[tuple[list[float], int, tuple[int, int], str]] = [
        ([5, 4, 3, 4, 4, 2], 2, (2, 4), "The best is at 2; at 4, two have failed."),
        ([5, 4, 3, 4, 2, 3, 3], 2, (4, 6), "A new best should start the count again."),
        ([3, 3, 3, 3], 3, (0, 3), "The same loss again is not better."),
        ([3, 2, 1], 5, (2, 2), "Where patience doesn't run out, it is the last epoch."),
        ([1, 2], 1, (0, 1), "With a patience of 1, the first failure ends it."),
        (
            [5, 1, 4, 3, 2.5, 2.2],
            2,
            (1, 3),
            "Compare with the best so far, not with the epoch before.",
        ),
        ([4, math.nan, 3, math.nan, math.nan], 2, (2, 4), "NaN is never better."),
        ([7], 1, (0, 0), "One epoch is the best and the last."),
        ([0, -1, -2, -1], 1, (2, 3), "Losses may be zero or negative as well."),
        ([5, 3, 4, 4, 4, 1], 2, (1, 3), "What comes after the stop is not known."),
    ]
    for losses, patience, expected, hint in runs:
        found = answer(list(losses), patience)
        if not isinstance(found, tuple | list) or len(found) != 2:
            fail("Return two numbers: (best epoch, last epoch trained).")
        if tuple(found) != expected:
            fail(
                f"Losses {losses} with patience {patience}: {tuple(found)} came, {expected} "
                f"is right. {hint}"
            )
    return "Keep a copy of the parameters at the best epoch, and go back to it."


def cross_validation(answer):
    """Judge the split into folds, and the choice of a strength by it."""
    folds, best_strength = answer
    pairs = folds(10, 3, np.random.default_rng(0))
    if pairs is None:
        fail("folds returns None: return a list of pairs.")
    if len(pairs) != 3:
        fail(f"Three folds were asked for, {len(pairs)} came.")
    for train, left_out in pairs:
        if sorted([*train, *left_out]) != list(range(10)):
            fail("Training samples and those left out should be all, each once.")
    left_out = [np.asarray(out) for _, out in pairs]
    if sorted(np.concatenate(left_out).tolist()) != list(range(10)):
        fail("Every sample should be left out exactly once.")
    if sorted(map(len, left_out)) != [3, 3, 4]:
        fail("Ten samples in three folds: 4, 3 and 3; sizes may differ by one.")
    if all(np.ptp(out) == len(out) - 1 for out in left_out):
        fail(
            "The folds are neighbors: shuffle, or a sorted set has folds of one class."
        )
    again = folds(10, 3, np.random.default_rng(0))
    if any(list(a[1]) != list(b[1]) for a, b in zip(pairs, again, strict=True)):
        fail("The same rng should give the same folds: shuffle with the one given.")
    _judge_choice(best_strength)
    return "Now train once more on all of the training data, with that strength."


def _judge_choice(best_strength):
    """Judge whether the strength with the lowest mean is chosen, on the same folds."""
    calls = []

    def loss_of(strength, train, left_out):
        calls.append((strength, tuple(np.sort(left_out).tolist())))
        if len(train) + len(left_out) != 9:
            fail(
                "loss_of should get all samples: those to train on, and those left out."
            )
        # The middle strength has the lowest mean; the first one the lowest single loss.
        place = sum(1 for strength_, _ in calls if strength_ == strength) - 1
        return {0.1: [0.0, 5.0, 5.0], 0.2: [2.0, 2.0, 2.0], 0.3: [5.0, 1.0, 1.0]}[
            strength
        ][min(place, 2)]

    found = best_strength(loss_of, [0.1, 0.2, 0.3], 9, 3, np.random.default_rng(1))
    if found is None:
        fail("best_strength returns None: return one of the strengths.")
    seen = {
        strength: {fold for s, fold in calls if s == strength} for strength, _ in calls
    }
    if len(calls) != 9:
        fail(f"Three strengths on three folds are 9 trainings, {len(calls)} ran.")
    if len({frozenset(each) for each in seen.values()}) != 1:
        fail("Each strength got folds of its own: make the folds once, for all.")
    if found == 0.1:
        fail("You chose by the lowest single loss: the mean over the folds counts.")
    if found == 1:
        fail("Return the strength itself, not its place in the list.")
    if found != 0.2:
        fail(f"{found} came; the lowest mean is that of 0.2.")


EXERCISES = (
    Exercise("7.1", "decay", decayed_step),
    Exercise("7.2", "real zeros", shrink),
    Exercise("7.3", "the same network, cheaper", make_cheaper),
    Exercise("7.4", "stopping early", stop_early),
    Exercise("7.5", "which strength?", cross_validation, ("folds", "best_strength")),
)
