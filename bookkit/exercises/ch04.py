"""Checkers for the exercises of chapter 4."""

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail
from nnfs_lib import numerical_gradient


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
    return "Once z is negative, no target however far away can wake this neuron."


def judged_layer(layer, inputs, forward, what):
    """Compare a layer's two ways with a formula and with central differences."""
    given = inputs.copy()
    outputs = expect_array(layer.forward(inputs), inputs.shape, "What forward returns")
    expect_close(outputs, forward(inputs), what)
    doutputs = np.random.default_rng(1).standard_normal(inputs.shape)
    kept = doutputs.copy()
    dinputs = expect_array(
        layer.backward(doutputs), inputs.shape, "What backward returns"
    )
    if not (np.array_equal(inputs, given) and np.array_equal(doutputs, kept)):
        fail("Your layer changed what it was given: make new arrays.")
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
        expect_close(dinputs, expected, "backward is not what central differences say.")
    return "With a slope above zero no neuron can die: there is always a way back."


def tanh(answer):
    """Judge a tanh layer."""
    inputs = np.array([[-2.0, 1.5, -0.5], [3.0, -1.0, 0.25]])
    dinputs, expected, doutputs = judged_layer(
        answer(), inputs, np.tanh, "forward should be np.tanh of the inputs."
    )
    outputs = np.tanh(inputs)
    if np.allclose(dinputs, doutputs * outputs * (1 - outputs)):
        fail("That is the sigmoid's derivative. The quotient rule gives another one.")
    if np.allclose(dinputs, 1 - outputs**2):
        fail("That is tanh's own derivative; multiply it by doutputs.")
    expect_close(dinputs, expected, "backward is not what central differences say.")
    return "tanh(z) is 2 sigmoid(2z) - 1: the two are one curve, stretched."


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
            "The mean depends on every input too: each output has a share of -1/J in every slope."
        )
    expect_close(dinputs, expected, "backward is not what central differences say.")
    return "Layer normalization begins with exactly this step."


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
        fail("The array is not as it was: put it back after each direction.")
    if len(asked) < 10 or any(np.array_equal(each, given) for each in asked):
        fail("Ask on both sides of where the array stands, for each of 5 directions.")
    if len(asked) >= 2 * weights.size:
        fail("You ask for every number. Move the whole array along one direction.")
    if any(np.count_nonzero(each != given) < weights.size for each in asked):
        fail("A direction should move every number: rng.standard_normal(array.shape).")
    if not 0 <= error < 1e-6:
        fail(f"A right gradient got the error {error:.1e}: it should be below 1e-6.")
    bent = gradient.copy()
    bent[2, 1] *= 1.1
    error = answer(function, weights, bent, np.random.default_rng(1))
    if not error > 1e-4:
        fail(f"A gradient with one wrong entry got away with the error {error:.1e}.")
    error = answer(function, weights, -gradient, np.random.default_rng(1))
    if not error > 1:
        fail(f"The negative gradient got the error {error:.1e}: compare with the sign.")
    return "Ten passes, however large the network: this is how large ones are checked."


EXERCISES = (
    Exercise("4.1", "a neuron with ReLU", slopes_of_neuron),
    Exercise("4.2", "a leak", leaky_relu),
    Exercise("4.3", "tanh", tanh),
    Exercise("4.4", "a layer that centers", center),
    Exercise("4.5", "a judge in a hurry", check_directions),
)
