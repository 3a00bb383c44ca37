"""Checkers for the exercises of chapter 2."""

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail
from nnfs_lib.activations import ReLU, Softmax


def leaky_relu(answer):
    """Judge a ReLU with a small slope on the negative side."""
    inputs = np.array([[-10.0, -1.0, 0.0, 2.0], [4.0, -0.1, 0.1, -3.0]])
    given = inputs.copy()
    outputs = expect_array(
        answer(inputs, 0.1), (2, 4), "Your result, for inputs of shape (2, 4),"
    )
    if not np.array_equal(inputs, given):
        fail("Your function changed its input: return a new array.")
    positive = given > 0
    expect_close(
        outputs[positive], given[positive], "Positive numbers should pass unchanged."
    )
    if np.all(outputs[~positive] == 0):
        fail(
            "That is ReLU: negative numbers should be multiplied by the slope, not set to zero."
        )
    expect_close(
        outputs[~positive],
        0.1 * given[~positive],
        "Negative numbers should be multiplied by the slope.",
    )
    expect_close(
        answer(np.array([-1.0]), 0.5),
        [-0.5],
        "The slope is an argument: is yours fixed?",
    )
    return "For slopes below 1, np.maximum(z, slope * z) says it in one call."


def hat(answer):
    """Judge a hat function made of corners."""
    x = np.concatenate([np.linspace(-2, 5, 141), [10.0, 100.0]])
    given = x.copy()
    outputs = expect_array(answer(x), x.shape, "Your result")
    if not np.array_equal(x, given):
        fail("Your function changed its input: return a new array.")
    for part, hint in (
        (x <= 0, "Up to x = 0 the hat should be 0."),
        (
            (x > 0) & (x <= 1),
            "Between 0 and 1 the hat should rise with slope 1: the first bend is at 0.",
        ),
        (
            (x > 1) & (x <= 2),
            "Between 1 and 2 the hat should fall: from 1 on, take away twice the slope.",
        ),
        (
            x > 2,
            "From x = 2 on the hat should stay 0: a third bend has to stop the fall.",
        ),
    ):
        expected = np.interp(x[part], [0, 1, 2], [0, 1, 0])
        expect_close(outputs[part], expected, hint)
    return "Many hats side by side, each as high as the function at its tip: there is this chapter's sine."


def softmax_with_temperature(answer):
    """Judge a softmax with a temperature."""
    logits = np.array([[2.0, 1.0, 0.0], [-1.0, 3.0, 3.0]])
    given = logits.copy()
    result = answer(logits, 2.0)
    outputs = expect_array(result, (2, 3), "Your result, for logits of shape (2, 3),")
    if not np.array_equal(logits, given):
        fail("Your function changed the logits it was given: make a new array.")
    if np.allclose(outputs, Softmax().forward(logits)):
        fail(
            "The temperature changes nothing: divide the logits by it before the exponential."
        )
    if np.allclose(outputs, Softmax().forward(logits * 2)):
        fail(
            "You multiplied by the temperature: a high one should make the classes more alike, so divide."
        )
    if np.allclose(outputs, Softmax().forward(logits) / 2):
        fail(
            "You divided the probabilities: now the rows don't sum to one. Divide the logits."
        )
    expect_close(outputs.sum(axis=1), 1, "The rows don't sum to one.")
    expect_close(
        outputs,
        Softmax().forward(logits / 2),
        "These are not the probabilities of logits / temperature.",
    )
    with np.errstate(all="ignore"):
        cold = answer(logits, 0.001)
    if not np.all(np.isfinite(cold)):
        fail(
            "At T = 0.001 the logits are thousands and the exponential overflows: subtract the row's largest."
        )
    expect_close(
        cold[0],
        [1, 0, 0],
        "At a very low temperature the largest logit should take all.",
    )
    return "Two equal logits share equally, however cold it gets."


def logits_of(answer):
    """Judge the inverse of softmax."""
    probabilities = np.array(
        [[0.7, 0.2, 0.1], [0.05, 0.05, 0.9], [1 / 3, 1 / 3, 1 / 3]]
    )
    given = probabilities.copy()
    result = answer(probabilities)
    logits = expect_array(
        result, (3, 3), "Your result, for probabilities of shape (3, 3),"
    )
    if not np.array_equal(probabilities, given):
        fail("Your function changed the probabilities it was given: make a new array.")
    logs = np.log(probabilities)
    for wrong in (logs - logs.max(), logs - logs.max(axis=0), logs - logs.max(axis=1)):
        if np.allclose(logits, wrong):
            fail("Shift each row by its own largest: axis=1, and keepdims=True.")
    back = Softmax().forward(logits)
    expect_close(
        back, probabilities, "softmax(your logits) is not `probabilities`: use np.log."
    )
    expect_close(
        logits.max(axis=1), 0, "They fit; now shift each row so that its largest is 0."
    )
    return "The logarithm of a probability comes back in chapter 3: it is the loss."


def xor_network(answer):
    """Judge a network that computes exclusive or."""
    result = answer()
    if not isinstance(result, tuple | list) or len(result) != 2:
        fail("Return two layers: `return hidden, output`.")
    hidden, output = result
    for name, layer, shape in (("hidden", hidden, (2, 2)), ("output", output, (2, 1))):
        if not hasattr(layer, "weights"):
            fail(f"`{name}` should be an nn.Dense layer.")
        expect_array(layer.weights, shape, f"`{name}.weights`")
        expect_array(layer.biases, (1, shape[1]), f"`{name}.biases`")
    inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
    outputs = output.forward(ReLU().forward(hidden.forward(inputs)))[:, 0]
    right = np.abs(outputs - [0, 1, 1, 0]) < 1e-3
    if not right.all():
        n = int(np.flatnonzero(~right)[0])
        said = f"For ({inputs[n, 0]:.0f}, {inputs[n, 1]:.0f}) the network says {outputs[n]:.2f}"
        if right[:3].all():
            fail(
                f"{said}; only that one is wrong. Let a neuron wake up there, and subtract it."
            )
        fail(f"{said}. What does x0 + x1 say about each of the four points?")
    return "Two hidden neurons did what no single layer can."


EXERCISES = (
    Exercise("2.1", "a leak", leaky_relu),
    Exercise("2.2", "a hat out of three bends", hat),
    Exercise("2.3", "temperature", softmax_with_temperature),
    Exercise("2.4", "back from probabilities to logits", logits_of),
    Exercise("2.5", "XOR by hand", xor_network),
)
