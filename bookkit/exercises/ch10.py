"""Checkers for the exercises of chapter 10."""

import contextlib
import io
from itertools import pairwise

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, fail


def count(answer):
    """Judge the number of parameters for given sizes."""
    for sizes, right in (([2, 64, 3], 387), ([1, 1], 2), ([784, 64, 64, 10], 55050)):
        found = answer(sizes)
        if found is None:
            fail("Return the number.")
        weights = sum(n * m for n, m in pairwise(sizes))
        if found == weights:
            fail("Those are the weights; every neuron has a bias as well.")
        if found != right:
            fail(
                f"For {sizes} it is {right}, not {found}: a layer from n to m has n * m weights and m biases."
            )
    return "(n + 1) m for each layer: the bias is one more input, which is always 1."


def clip(answer):
    """Judge the clipping of a gradient in place."""
    long = np.array([3.0, -4.0, 0.0, 12.0])  # of length 13
    kept = long.copy()
    found = answer(long, 6.5)
    if found is None or np.ndim(found) != 0:
        fail("Return the length from before, a number.")
    if np.array_equal(long, kept):
        fail(
            "Nothing changed: write into the vector that you were given, gradients *= ..."
        )
    expect_close(
        float(found), 13.0, "3, -4, 0, 12 has the length 13: return that of before."
    )
    if np.isclose(np.abs(long).max(), 6.5):
        fail("All numbers share one factor, limit / length; none is cut by itself.")
    expect_close(
        long, kept / 2, "A length of 13 with a limit of 6.5: halve every number."
    )
    short = np.array([0.3, 0.4])
    expect_close(float(answer(short, 1.0)), 0.5, "0.3, 0.4 has the length 0.5.")
    expect_close(short, [0.3, 0.4], "What is shorter than the limit stays as it is.")
    zeros = np.zeros(3)
    if answer(zeros, 1.0) != 0 or zeros.any():
        fail("A gradient of zeros has the length 0, and stays.")
    return "The direction is the same, only the step is shorter."


def until(answer):
    """Judge a training that goes on until an accuracy is reached."""
    train_until, model_class, nn = answer
    X, y = nn.spiral_data(50, 2, rng=0)

    def model():
        made = model_class(
            [
                nn.Dense(2, 32, rng=1),
                nn.ReLU(),
                nn.Dense(32, 2, rng=2),
                nn.Softmax(),
            ]
        )
        made.set(
            loss=nn.CategoricalCrossentropy(),
            optimizer=nn.Adam(0.05),
            accuracy=nn.CategoricalAccuracy(),
        )
        return made

    one = model()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        found = train_until(one, X, y, 0.8, at_a_time=20, most=2000)
    if printed.getvalue():
        fail("It should train silently: print_every=0.")
    if not isinstance(found, list) or not all(
        isinstance(each, float) for each in found
    ):
        fail("Return one flat list of numbers: history.accuracy, piece by piece.")
    if len(found) != one.optimizer.steps_done:
        fail(
            f"{one.optimizer.steps_done} epochs were trained, {len(found)} accuracies came back."
        )
    if not found or max(found) < 0.8:
        fail("It stopped before the accuracy was reached.")
    if max(found[:-20], default=0.0) >= 0.8:
        fail("It trained on: stop after the first piece that has it.")
    if len(found) % 20:
        fail("With at_a_time=20 it trains 20 epochs, looks, and trains 20 more.")
    never = model()
    found = train_until(never, X, y, 1.1, at_a_time=20, most=50)
    if never.optimizer.steps_done != 50 or len(found) != 50:
        fail(
            f"most=50 and at_a_time=20 are 20, 20 and 10 epochs; trained {never.optimizer.steps_done}."
        )
    return "Measured on the training data, mind: chapter 11 stops on others."


def scale(answer):
    """Judge a layer with a parameter of its own, in a model."""
    layer_class, model_class, nn = answer
    layer = layer_class(3)
    names = getattr(layer, "parameter_names", ())
    if not isinstance(names, tuple) or "factors" not in names:
        fail(
            'A model trains what the layer names, in a tuple: parameter_names = ("factors",).'
        )
    expect_array(layer.factors, (1, 3), "factors")
    if layer.factors.dtype != np.float32 or not (layer.factors == 1).all():
        fail("factors begin as float32, and all as 1.")
    layer.factors = np.array([[1.0, -2.0, 0.5]])
    inputs = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    doutputs = np.array([[1.0, 1.0, 2.0], [0.0, -1.0, 1.0]])
    outputs = expect_array(layer.forward(inputs), (2, 3), "What forward returns")
    expect_close(outputs, [[1, -4, 1.5], [4, -10, 3]], "outputs = inputs * factors.")
    dinputs = expect_array(layer.backward(doutputs), (2, 3), "What backward returns")
    expect_close(
        dinputs,
        doutputs * layer.factors,
        "dinputs = doutputs * factors, sample by sample.",
    )
    found = expect_array(layer.dfactors, (1, 3), "dfactors")
    expect_close(
        found,
        [[1.0, -3.0, 12.0]],
        "dfactors is the sum of doutputs * inputs over the batch: one factor serves all samples.",
    )
    X, y = nn.spiral_data(30, 2, rng=0)
    model = model_class([layer_class(2), nn.Dense(2, 2, rng=0), nn.Softmax()])
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.SGD(1.0))
    model.train(X, y, epochs=5, print_every=0)
    if (model.layers[0].factors == 1).all():
        fail(
            "In a model the factors didn't move: is dfactors a new array of (1, features)?"
        )
    return "The model laid it into the vector and copied its gradient there, for it makes its own arrays."


EXERCISES = (
    Exercise("10.1", "How many parameters?", count),
    Exercise("10.2", "Clip a gradient", clip),
    Exercise("10.3", "Go on until it is good", until),
    Exercise("10.4", "A layer with a parameter of its own", scale),
)
