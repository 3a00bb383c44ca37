"""Checkers for the exercises of chapter 4."""

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail
from nnfs_lib import numerical_gradient


def expect_slopes(dinputs, expected):
    """Fail with the entry that is farthest from central differences, unless all are close."""
    if np.allclose(dinputs, expected, rtol=1e-5, atol=1e-5):
        return
    n, j = np.unravel_index(np.argmax(np.abs(dinputs - expected)), expected.shape)
    fail(
        f"backward: entry [{n}, {j}] is {dinputs[n, j]:.4g}, central differences say "
        f"{expected[n, j]:.4g}. Which derivative is it, and what is it multiplied by?"
    )


def slopes_of_neuron(answer):
    """Judge the gradient of one ReLU neuron with a squared distance."""
    x, w = np.array([2.0, -1.0, 0.5]), np.array([0.5, 0.25, 1.0])
    for b, y in ((0.25, 0.5), (0.25, 3.0), (-2.0, 1.0)):
        result = answer(x, w, b, y)
        if not isinstance(result, tuple | list) or len(result) != 2:
            fail("Return two things: the slopes of the weights, and that of the bias.")
        dw = expect_array(result[0], (3,), "dL/dw")
        bias = np.array([b])

        def loss(bias=bias, y=y):
            return float((max(0.0, np.dot(x, w) + bias[0]) - y) ** 2)

        expected_w = numerical_gradient(loss, w)
        expected_b = numerical_gradient(loss, bias)[0]
        if not expected_b and (np.any(dw) or result[1]):
            fail(
                "Where z is negative the neuron is silent: the gate lets no slope pass."
            )
        if np.allclose(dw, expected_w / 2) and expected_b:
            fail("Half of it: the derivative of a square has a 2 in front.")
        if np.allclose(dw, -expected_w) and expected_b:
            fail("The sign is turned: raise a, and a - y grows.")
        expect_close(dw, expected_w, "dL/dw is not what trying finds: is x in it?")
        expect_close(result[1], expected_b, "dL/db is not what trying finds.")
    dw, db = answer(x, w, -1.25, 1.0)  # where z is 0
    if np.any(dw) or db:
        fail("At z = 0 exactly the slope of ReLU is taken as 0: open only where z > 0.")
    return "Once z is negative, no target however far away can wake this neuron."


def judged_layer(layer, inputs, forward, what):
    """Compare a layer's two ways with a formula and with central differences."""
    given = inputs.copy()
    outputs = expect_array(layer.forward(inputs), inputs.shape, "What forward returns")
    if not np.array_equal(inputs, given):
        fail("Your forward changed its inputs: make a new array.")
    expect_close(outputs, forward(inputs), what)
    doutputs = np.random.default_rng(1).standard_normal(inputs.shape)
    kept = doutputs.copy()
    dinputs = expect_array(
        layer.backward(doutputs), inputs.shape, "What backward returns"
    )
    if not (np.array_equal(inputs, given) and np.array_equal(doutputs, kept)):
        fail("Your backward changed what it was given: make new arrays.")
    expected = numerical_gradient(
        lambda: float(np.sum(forward(inputs) * doutputs)), inputs
    )
    return dinputs, expected, doutputs


def leaky_relu(answer):
    """Judge a leaky ReLU that goes backward."""
    inputs = np.array([[-2.0, 1.5, -0.5], [3.0, -1.0, 0.25]])
    for slope in (0.1, 0.5):

        def forward(z, slope=slope):
            return np.where(z > 0, z, slope * z)

        dinputs, expected, doutputs = judged_layer(
            answer(slope),
            inputs,
            forward,
            "forward: negative numbers should be multiplied by the slope.",
        )
        if np.allclose(dinputs, np.where(inputs > 0, doutputs, 0)):
            fail("That is ReLU's gate: on the negative side the slope passes a part.")
        if np.allclose(dinputs, forward(doutputs)):
            fail("The gate depends on the sign of the inputs, not of doutputs.")
        if np.allclose(dinputs * doutputs, expected):
            fail("That is the leak's own derivative; multiply it by doutputs.")
        fixed = np.where(inputs > 0, doutputs, 0.1 * doutputs)
        if slope != 0.1 and np.allclose(dinputs, fixed):
            fail("It works for a slope of 0.1 only: use self.slope.")
        expect_slopes(dinputs, expected)
        layer = answer(slope)
        layer.forward(np.zeros((1, 1)))
        if not np.isclose(layer.backward(np.ones((1, 1)))[0, 0], slope):
            fail("Zero is not positive: at exactly 0 backward has the slope, too.")
    return "With a slope above zero no neuron can die: there is always a way back."


def softplus(answer):
    """Judge a ReLU with a rounded corner."""
    inputs = np.array([[-2.0, 1.5, -0.5], [3.0, -1.0, 0.25]])

    def forward(z):
        return np.logaddexp(0, z)

    dinputs, expected, doutputs = judged_layer(
        answer(), inputs, forward, "forward should be ln(1 + e^z) of each input."
    )
    sigmoid = 1 / (1 + np.exp(-inputs))
    for wrong, hint in (
        (sigmoid, "That is softplus's own derivative; multiply it by doutputs."),
        (
            doutputs * sigmoid * (1 - sigmoid),
            "One derivative too many: sigmoid (1 - sigmoid) is the slope of the sigmoid.",
        ),
        (
            doutputs * (1 - sigmoid),
            "That is 1 / (1 + e^z). The chain rule puts the derivative of e^z on top.",
        ),
        (doutputs * (inputs > 0), "That is ReLU's gate: here the corner is rounded."),
        (
            doutputs / (1 + np.exp(-forward(inputs))),
            "Right, but for the inputs: you put the outputs in.",
        ),
        (
            doutputs * np.exp(inputs),
            "The chain rule: divide by what the logarithm was taken of, 1 + e^z.",
        ),
    ):
        if np.allclose(dinputs, wrong):
            fail(hint)
    expect_slopes(dinputs, expected)
    layer, far = answer(), np.array([[-1000.0, 1000.0]])
    with np.errstate(all="ignore"):
        outputs = layer.forward(far.copy())
        slopes = layer.backward(np.ones((1, 2)))
    if not np.allclose(outputs, [[0.0, 1000.0]]):
        fail("forward: at 1000 the exponential overflows; np.logaddexp(0, z) doesn't.")
    if not np.allclose(slopes, [[0.0, 1.0]]):
        fail("backward: at 1000 an exponential overflows; Sigmoid's forward doesn't.")
    return "So the sigmoid is the slope of a rounded ReLU. GELU is another such curve."


def center(answer):
    """Judge a layer that subtracts each row's mean."""
    inputs = np.array([[-2.0, 1.5, -0.5], [3.0, -1.0, 0.25]])
    dinputs, expected, doutputs = judged_layer(
        answer(),
        inputs,
        lambda z: z - z.mean(axis=1, keepdims=True),
        "forward: each row should sum to zero. Is the mean that of its own row?",
    )
    if np.allclose(dinputs, doutputs):
        fail(
            "The mean depends on every input too: each output has a share of -1/M in every slope."
        )
    if np.allclose(dinputs, doutputs * (1 - 1 / 3)):
        fail(
            "That is the Jacobian's diagonal only: every output depends on every input."
        )
    if np.allclose(dinputs, doutputs - doutputs.sum(axis=1, keepdims=True)):
        fail(
            "backward: each output has a share of 1/M, so it is the mean, not the sum."
        )
    for mean in (doutputs.mean(axis=0), doutputs.mean()):
        if np.allclose(dinputs, doutputs - mean):
            fail(
                "backward: the mean goes along the row, axis=1. Samples don't touch each other."
            )
    if np.allclose(dinputs, inputs - inputs.mean(axis=1, keepdims=True)):
        fail(
            "backward: that is forward again, of the inputs. What came in is doutputs."
        )
    expect_slopes(dinputs, expected)
    return "Layer normalization begins with exactly this step."


def errors_along(function, array, gradient, rng, step=1e-5):
    """Return what a gradient claims along five random directions, and what differences measure."""
    kept, claims, measures = array.copy(), [], []
    for _ in range(5):
        direction = rng.standard_normal(array.shape)
        array[:] = kept + step * direction
        above = function()
        array[:] = kept - step * direction
        measured = (above - function()) / (2 * step)
        array[:] = kept
        claims.append(np.sum(gradient * direction))
        measures.append(measured)
    return np.array(claims), np.array(measures)


WORST_THIRD = 23  # a seed


def judge_errors(error, claims, measures):
    """Compare an answer with the worst relative error, and with what slips give."""
    larger = np.maximum(np.abs(claims), np.abs(measures))
    relative, absolute = np.abs(claims - measures) / larger, np.abs(claims - measures)
    if np.isclose(error, relative.max(), rtol=1e-4):
        return
    by_value = absolute / np.maximum(claims, measures)
    signed = (claims - measures) / larger
    for wrong, hint in (
        (relative.min(), "That is the least of the five errors: return the worst."),
        (relative.mean(), "That is the mean of the five errors: return the worst."),
        (relative[-1], "That is the last direction's error: return the worst."),
        (absolute.max(), "Divide each difference by the larger of the two values."),
        (by_value.max(), "Divide by the larger in size: abs() of each of the two."),
        (signed.max(), "A difference below zero is an error, too: take its abs()."),
    ):
        if np.isclose(error, wrong, rtol=1e-4):
            fail(hint)
    fail(
        f"A gradient with one wrong entry got the error {error:.2e}, {relative.max():.2e} is right. "
        "Each direction is rng.standard_normal(array.shape); divide by the larger, without its sign."
    )


def check_directions(answer):
    """Judge a gradient check along random directions."""
    weights = np.random.default_rng(0).standard_normal((4, 3))
    given = weights.copy()
    asked = []

    def function():
        asked.append(weights.copy())
        return float(np.sum(weights**3 + 2 * weights))

    gradient = 3 * weights**2 + 2
    error = answer(function, weights, gradient, np.random.default_rng(1))
    if error is None:
        fail("Your function returns None: return the worst error.")
    if not np.array_equal(weights, given):
        if np.allclose(weights, given, rtol=0, atol=1e-9):
            fail(
                "Nearly: += and -= leave rounding behind. Keep a copy, and put it back."
            )
        fail("The array is not as it was: put it back after each direction.")
    if len(asked) < 10 or any(np.array_equal(each, given) for each in asked):
        fail("Ask on both sides of where the array stands, for each of 5 directions.")
    if len({each.tobytes() for each in asked}) < len(asked):
        fail("Draw a new direction each time: all five were the first.")
    if len(asked) >= 2 * weights.size:
        fail("You ask for every number. Move the whole array along one direction.")
    if any(np.count_nonzero(each != given) < weights.size for each in asked):
        fail("A direction should move every number: rng.standard_normal(array.shape).")
    if not 0 <= error < 1e-6:
        fail(f"A right gradient got the error {error:.1e}: it should be below 1e-6.")
    bent = gradient.copy()
    bent[2, 1] *= 1.5
    # Of these five directions the third is the worst, and the slopes have both signs. With all
    # signs turned every slip with a sign shows.
    for sign in (1, -1):

        def signed(sign=sign):
            return sign * function()

        error = answer(signed, weights, sign * bent, np.random.default_rng(WORST_THIRD))
        judge_errors(
            error,
            *errors_along(
                signed, weights, sign * bent, np.random.default_rng(WORST_THIRD)
            ),
        )
    asked.clear()
    answer(function, weights, gradient, np.random.default_rng(1), 3, 1e-3)
    if len(asked) != 6:
        fail("`directions` is an argument: 3 directions ask the function six times.")
    moves = np.array(asked) - given
    if not 3e-4 < moves.std() < 3e-3:
        fail(
            "`step` is an argument: with 1e-3 the array should move a hundred times as far."
        )
    error = answer(function, weights, -gradient, np.random.default_rng(1))
    if not error > 1:
        fail(f"The negative gradient got the error {error:.1e}: compare with the sign.")
    return "Ten passes, however large the network: this is how large ones are checked."


EXERCISES = (
    Exercise("4.1", "a neuron with ReLU", slopes_of_neuron),
    Exercise("4.2", "a leak", leaky_relu),
    Exercise("4.3", "a rounded corner", softplus),
    Exercise("4.4", "a layer that centers", center),
    Exercise("4.5", "a judge in a hurry", check_directions),
)
