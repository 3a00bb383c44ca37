"""Checkers for the exercises of chapter 5."""

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail
from nnfs_lib import Sigmoid, Softmax, SoftmaxCategoricalCrossentropy, check_loss


def logit_of_yes(answer):
    """Judge the one logit that stands for two."""
    logits = np.array([[0.5, 2.0], [3.0, -1.0], [1000.0, 1001.0]])
    given = logits.copy()
    result = expect_array(answer(logits), (3, 1), "Your result, for three samples,")
    if not np.array_equal(logits, given):
        fail("Your function changed the logits it was given: make a new array.")
    yes = Softmax().forward(logits)[:, 1:]
    if np.allclose(result, yes):
        fail("That is the probability. Which logit does the sigmoid turn into it?")
    if np.allclose(Sigmoid().forward(result), 1 - yes):
        fail("That is the logit of no: turn the difference around.")
    expect_close(
        Sigmoid().forward(result),
        yes,
        "Its sigmoid is not softmax's probability of yes. Divide above and below by e to the second logit.",
    )
    return "Only the difference counts: one of the two logits was never needed."


def smooth(answer):
    """Judge smoothed target rows."""
    labels = np.array([2, 0, 1, 2])
    rows = expect_array(answer(labels, 4, 0.2), (4, 4), "Your result")
    sure = np.eye(4)[labels]
    if np.allclose(rows, sure):
        fail("These are plain one-hot rows: where is the share?")
    if np.allclose(rows, np.where(sure == 1, 0.8, 0.2 / 3)):
        fail(
            "You spread the share over the other classes; it goes to all, the true one included."
        )
    if np.allclose(rows, np.where(sure == 1, 0.8, 0.05)):
        fail("The rows sum to 0.95: the true class gets its part of the share as well.")
    expect_close(rows.sum(axis=1), 1, "Each row should sum to 1.")
    expect_close(
        rows,
        0.8 * sure + 0.05,
        "The true class should have 0.85, each other class 0.05.",
    )
    expect_close(
        answer(labels, 4, 0.0), sure, "With a share of 0 the rows are one-hot."
    )
    return "The loss takes such rows as they are, and pulls back a network that is too sure."


def weighted_crossentropy(answer):
    """Judge a cross-entropy with a weight for each class."""
    logits = np.array(
        [[2.0, 1.0, 0.0], [0.5, -1.0, 0.0], [0.0, 0.0, 3.0], [1.0, 1.0, 0.0]]
    )
    targets = np.array([0, 2, 1, 1])
    weights = np.array([1.0, 5.0, 0.5])
    loss, plain = answer(weights), SoftmaxCategoricalCrossentropy()
    losses = expect_array(loss.forward(logits, targets), (4,), "What forward returns")
    alike = plain.forward(logits, targets)
    if np.allclose(losses, alike):
        fail("The weights change nothing: weights[targets] has one for each sample.")
    expect_close(
        losses,
        weights[targets] * alike,
        "forward: each sample's loss times the weight of its class.",
    )
    try:
        gradient = loss.backward(logits, targets)
    except ValueError as error:
        if "broadcast" not in str(error):
            raise
        fail(
            "backward: (batch,) doesn't meet (batch, classes): make the weights a column."
        )
    gradient = expect_array(gradient, (4, 3), "What backward returns")
    if np.allclose(gradient, plain.backward(logits, targets)):
        fail("backward: the weights belong in the gradient too.")
    if np.allclose(gradient, weights * plain.backward(logits, targets)):
        fail(
            "backward: you weighted the columns. The weight is that of the sample, for its whole row."
        )
    if np.allclose(
        4 * gradient, weights[targets].reshape(-1, 1) * plain.backward(logits, targets)
    ):
        fail(
            "backward: divided by the batch size twice; the fused class does it already."
        )
    try:
        check_loss(loss, logits, targets)
    except AssertionError as error:
        fail(f"backward is not forward's gradient: {error}")
    return "With weights that are one over how often a class occurs, every class has the same say."


def exponential_poisson(answer):
    """Judge the fused pair for counts."""
    logits = np.array([[0.5, -1.0], [2.0, 0.0], [-3.0, 1.0]])
    targets = np.array([[2, 0], [5, 1], [0, 4]])
    loss = answer()
    losses = expect_array(loss.forward(logits, targets), (3,), "What forward returns")
    expected = np.exp(logits) - targets * logits
    if np.allclose(losses, expected.sum(axis=1)):
        fail("forward: the mean over a sample's outputs, not their sum.")
    if np.allclose(
        losses, np.mean(logits - targets * np.log(np.abs(logits) + 1e-300), axis=1)
    ):
        fail(
            "forward: you took the logit for the expected count, which is its exponential."
        )
    expect_close(
        losses,
        expected.mean(axis=1),
        "forward: with ln(e^z) = z, what is left of the loss?",
    )
    with np.errstate(all="ignore"):
        rare = np.asarray(loss.forward(np.array([[-800.0]]), np.array([[2]])))
    if not np.allclose(rare, 1600):
        fail(
            "forward: at -800 e^z is 0, and its logarithm infinite: ln(e^z) is just z."
        )
    gradient = expect_array(
        loss.backward(logits, targets), (3, 2), "What backward returns"
    )
    wrong = np.exp(logits) - targets
    if np.allclose(gradient, wrong):
        fail(
            "backward: the loss is a mean over batch and outputs: divide by the number of both."
        )
    if np.allclose(gradient, (logits - targets) / 6):
        fail("backward: the prediction is the expected count, the logit's exponential.")
    if np.allclose(gradient, -wrong / 6):
        fail("backward: the sign is turned. What was said, minus what was true.")
    if np.allclose(gradient, (1 - targets / np.exp(logits)) / 6):
        fail(
            "backward: that is the slope along the expected count; go on to the logit."
        )
    if np.allclose(gradient, wrong / 3):
        fail("backward: divide by the outputs too, not only by the batch.")
    try:
        check_loss(loss, logits, targets)
    except AssertionError as error:
        fail(f"backward is not forward's gradient: {error}")
    return (
        "Predictions minus targets once more: statisticians call such a pair canonical."
    )


EXERCISES = (
    Exercise("5.1", "two logits or one", logit_of_yes),
    Exercise("5.2", "never quite sure", smooth),
    Exercise("5.3", "rare classes count more", weighted_crossentropy),
    Exercise("5.4", "a pair of your own", exponential_poisson),
)
