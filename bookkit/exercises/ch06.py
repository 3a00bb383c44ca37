"""Checkers for the exercises of chapter 6."""

import math

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail


def clip(answer):
    """Judge the clipping of gradients by their joint length."""
    first, second = np.array([[3.0, 0.0]]), np.array([0.0, 4.0, 12.0])  # 13 long
    kept = first.copy(), second.copy()
    length = answer([first, second], 100.0)
    if length is None:
        fail("Return the length that the gradients had before.")
    if np.ndim(length) or not np.isclose(length, 13):
        fail(
            f"The joint length here is 13, yours is {length:.4g}: the root of the sum of all squares."
        )
    if not (np.array_equal(first, kept[0]) and np.array_equal(second, kept[1])):
        fail("13 is below the limit of 100: then the gradients stay as they are.")
    length = answer([first, second], 6.5)
    if np.array_equal(first, kept[0]) and np.array_equal(second, kept[1]):
        fail("The arrays are as before: `gradient *= ...` changes one in place.")
    if not np.isclose(second[2], 3 * second[1]):
        fail("The numbers were cut one by one; one factor for all keeps the direction.")
    if not np.isclose(4 * first[0, 0], 3 * second[1]):
        fail(
            "Each array was clipped by itself; one factor for all keeps the direction."
        )
    for gradient, old in zip((first, second), kept, strict=True):
        expect_close(
            gradient, old / 2, "13 with a limit of 6.5: every number should be halved."
        )
    expect_close(length, 13, "Return the length before clipping, not after.")
    small = np.array([5e-6, 12e-6])
    answer([small], 6.5e-6)
    if not np.isclose(np.linalg.norm(small), 6.5e-6, rtol=1e-4):
        fail("Add nothing to the length: for gradients as small as 1e-5 it shows.")
    zeros = [np.zeros(3)]
    with np.errstate(all="raise"):
        answer(zeros, 1.0)
    expect_close(zeros[0], 0, "A gradient of zeros should stay zero.")
    return "The length before is worth printing: it jumps before the loss does."


def rate_at(answer):
    """Judge a schedule that warms up and cools down."""
    rates = [answer(step, 20, 5, 0.1) for step in range(20)]
    if any(rate is None for rate in rates):
        fail("Your function returns None for some step.")
    seen = expect_array(rates, (20,), "What your function returns for 20 steps")
    expect_close(
        seen[0],
        0.02,
        "The first of 5 steps of warming up should have a fifth of the peak.",
    )
    expect_close(
        seen[:5],
        np.arange(1, 6) * 0.02,
        "Warming up should be a straight line up to the peak.",
    )
    expect_close(seen[4], 0.1, "The last step of warming up has the peak.")
    expect_close(seen[-1], 0, "The last step should have the rate 0: there p is 1.")
    shares = np.arange(1, 16) / 15
    for curve in (1 - shares, np.cos(math.pi * shares / 2)):
        if np.allclose(seen[5:], 0.1 * curve):
            fail("p is right, the curve is not: half a cosine is (1 + cos(pi p)) / 2.")
    expect_close(
        seen[5:],
        0.05 * (1 + np.cos(math.pi * shares)),
        "Between the peak at step 4 and the end at step 19, p should grow by 1/15 a step.",
    )
    try:
        short = [answer(step, 3, 1, 0.1) for step in range(3)]
    except ZeroDivisionError:
        fail("A warmup of 1 divides by zero: then step 0 is the peak already.")
    expect_close(
        short, [0.1, 0.05, 0], "With a warmup of 1, step 0 should be the peak."
    )
    return (
        "An optimizer follows it when you set optimizer.learning_rate before each step."
    )


def nesterov(answer):
    """Judge Nesterov's momentum against its formula, spelled out in plain numbers."""
    optimizer = answer(0.5, momentum=0.5)
    given = np.array([2.0])
    optimizer.step([(np.zeros(1), given)])
    if given[0] != 2.0:
        fail(
            "Your update changed the gradient: write into `change` and the velocity only."
        )
    optimizer = answer(0.5, momentum=0.75)
    place, velocity, expected = np.array([1.0]), 0.0, 1.0
    stops, plain = [], []
    for gradient in (2.0, -1.0, 3.0):
        optimizer.step([(place, np.array([gradient]))])
        velocity = 0.75 * velocity + 0.5 * gradient
        expected -= 0.75 * velocity + 0.5 * gradient
        stops.append((place[0], expected))
        plain.append(velocity)
    if np.isclose(stops[0][0], 1 - plain[0]):
        fail("That is the plain momentum: the change is mu v + rate g, with the new v.")
    if np.isclose(stops[0][0], 1.0):
        fail("The parameter doesn't move: fill `change` in place, change[:] = ...")
    expect_close(
        stops[0][0],
        stops[0][1],
        "The first change should be mu * v + rate * g with v = rate * g.",
    )
    places, right = np.array(stops).T
    expect_close(
        places,
        right,
        "The first step is right, later ones are not. Does the velocity stay in self.memory, and is it "
        "rate * g that you add to mu * v, not the plain change?",
    )
    if not np.allclose(optimizer.memory.get("velocity", np.nan), velocity):
        fail(
            'Right, but self.memory["velocity"] doesn\'t hold the velocity: kept anywhere else, '
            "it is lost where training stops and goes on."
        )
    optimizer = answer(1.0, decay=1.0, momentum=0.5)
    place = np.array([0.0])
    for _ in range(2):
        optimizer.step([(place, np.array([1.0]))])
    expect_close(
        place, -(1.5 + 1.0), "With decay it goes wrong: use self.current_learning_rate."
    )
    return "Set it to run in the ravine above: it swings less than the plain momentum."


def adamw(answer):
    """Judge Adam with decoupled weight decay."""
    optimizer = answer(0.1, weight_decay=0.5)
    place = np.array([2.0, -4.0])
    optimizer.step([(place, np.array([0.0, 0.0]))])
    if np.allclose(place, [2.0, -4.0]):
        fail("Without a gradient the parameters should still shrink, in place.")
    if np.allclose(place, np.array([2.0, -4.0]) * 0.5):
        fail(
            "They shrink by 1 - lambda; the learning rate belongs in it: 1 - rate * lambda."
        )
    expect_close(
        place,
        np.array([2.0, -4.0]) * 0.95,
        "With a rate of 0.1, a decay of 0.5 and no gradient, every parameter should become 0.95 times "
        "itself: multiply the arrays, so that the decay doesn't go through Adam's root.",
    )
    optimizer = answer(0.1, weight_decay=0.5)
    place = np.array([2.0, -4.0])
    pairs = [(place, np.array([3.0, -1.0]))]
    used_up = "were the pairs used up? Make a list of them first."
    try:
        optimizer.step(iter(pairs))
    except ValueError as error:
        if "got no parameters" not in str(error):
            raise
        fail(f"Adam's step finds no pairs any more: {used_up}")
    moved = np.array([2.0, -4.0]) * 0.95 - np.array([0.1, -0.1])
    if np.allclose(place, (np.array([2.0, -4.0]) - np.array([0.1, -0.1])) * 0.95):
        fail("First shrink, then move as by Adam: yours does it the other way round.")
    if np.allclose(place, np.array([2.0, -4.0]) * 0.95):
        fail(f"The parameters shrink but don't move: {used_up}")
    expect_close(
        place,
        moved,
        "The first step: times 0.95, then 0.1 against the gradient's sign.",
    )
    optimizer = answer(0.1, weight_decay=0.5)
    optimizer.decay = 1.0  # so that the second step has half the rate
    first, second = np.array([2.0, -4.0]), np.array([[1.0]])
    pairs = [(first, np.zeros(2)), (second, np.zeros((1, 1)))]
    try:
        for _ in range(2):
            optimizer.step(pairs)
    except ValueError as error:
        if "so far" not in str(error):
            raise
        fail("With two arrays it stops: hand Adam's step all pairs in one call.")
    if np.allclose(second, 0.95 * 0.95):
        fail("The rate of this step belongs there: self.current_learning_rate.")
    expect_close(second, 0.95 * 0.975, "With two arrays and two steps it goes wrong.")
    expect_close(
        first, np.array([2.0, -4.0]) * 0.95 * 0.975, "Shrink every array once."
    )
    return "It is what large language models are trained with."


def try_rates(answer):
    """Judge a learning-rate finder in a parabola."""
    curvatures = np.array([1.0, 4.0])
    place = np.array([1.0, 1.0])
    asked = []

    def loss_and_gradients():
        asked.append(place.copy())
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.sum(curvatures * place**2) / 2), [curvatures * place]

    result = answer(loss_and_gradients, [place], 0.01, 1.5, 100)
    if not isinstance(result, tuple | list) or len(result) != 2:
        fail("Return two lists: `return rates, losses`.")
    rates, losses = (list(each) for each in result)
    if not np.array_equal(place, [1.0, 1.0]):
        fail("The array is not as it was: put it back, in place, with array[:] = ...")
    if len(rates) != len(losses):
        fail(
            f"There should be as many rates as losses; yours are {len(rates)} and {len(losses)}."
        )
    expected: list[float] = []
    here = np.array([1.0, 1.0])
    while not expected or expected[-1] <= 4 * min(expected):
        expected.append(float(np.sum(curvatures * here**2) / 2))
        here = here - 0.01 * 1.5 ** (len(expected) - 1) * curvatures * here
    if rates and not np.isclose(rates[0], 0.01):
        fail("The first rate should be the lowest: factor to the power of 0 is 1.")
    if losses and not np.isclose(losses[0], 2.5):
        fail("The first loss should be that of the start, before any step.")
    if len(losses) > 1 and np.allclose(losses, losses[0]):
        fail("The arrays don't move: change them in place, array -= ...")
    if len(losses) == 100:
        fail("It never stopped: look at each loss as soon as you have it.")
    if len(losses) == len(expected) - 1:
        fail("The last loss, the one that exploded, belongs in the list too.")
    if len(losses) != len(expected):
        fail(
            f"It should stop after {len(expected)} losses here, yours has {len(losses)}."
        )
    powers = 0.01 * 1.5 ** np.arange(len(expected))
    expect_close(rates, powers, "Each rate should be the one before, times the factor.")
    expect_close(
        losses,
        expected,
        "The losses are not those of plain gradient descent at these rates.",
    )
    place[:] = 1.0
    rates, losses = answer(lambda: (math.nan, [place]), [place], 0.01, 1.5, 100)
    if len(losses) != 1:
        fail(
            "A loss of NaN should stop it at once: NaN > anything is False, so ask the other way."
        )
    for given, hint in (
        (
            [10.0, 1.0, 3.0, 9.0, 9.0],
            "four times the lowest so far, not the one before",
        ),
        ([1.0, 4.0, 5.0, 5.0], "more than four times: exactly four times goes on"),
    ):
        told = iter(given)

        def scripted(told=told):
            return next(told), [np.zeros(2)]

        losses = answer(scripted, [place], 0.01, 1.5, len(given))[1]
        expected_length = len(given) - 1
        if len(losses) != expected_length:
            fail(
                f"Of the losses {given} the first {expected_length} should be in the list, yours has "
                f"{len(losses)}: stop at {hint}."
            )
    rates, losses = answer(loss_and_gradients, [place], 0.01, 1.5, 3)
    if len(losses) != 3:
        fail("With steps=3 there should be three losses.")
    return "A usual first choice is a tenth of the rate at which it exploded."


EXERCISES = (
    Exercise("6.1", "clipping", clip),
    Exercise("6.2", "warm up, cool down", rate_at),
    Exercise("6.3", "look ahead", nesterov),
    Exercise("6.4", "AdamW", adamw),
    Exercise("6.5", "find a rate", try_rates),
)
