"""Checkers for the exercises of chapter 10."""

import contextlib
import io
from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, expect_number, fail


def count(answer):
    """Judge the number of parameters for given sizes."""
    for sizes, right in (([2, 64, 3], 387), ([1, 1], 2), ([784, 64, 64, 10], 55050)):
        given = list(sizes)
        found = answer(given)
        if given != sizes:
            fail("The list that you were given has changed: leave it as it was.")
        found = expect_number(found, "The number of parameters")
        weights = sum(n * m for n, m in pairwise(sizes))
        if found == weights:
            fail("Those are the weights; every neuron has a bias as well.")
        if found != right:
            fail(
                f"For {sizes} it is {right}, not {found:g}: a layer from n to m has n * m weights "
                "and m biases."
            )
    return "(n + 1) m for each layer: the bias is one more input, which is always 1."


def walk(answer):
    """Judge the losses on the straight line between two vectors of parameters."""
    walk, model_class, nn = answer
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((8, 2)), np.arange(8) % 3

    def model():
        options = {"weight_l2": 0.5, "rng": 0, "dtype": np.float64}
        made = model_class([nn.Dense(2, 3, **options), nn.Softmax()])
        made.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.SGD(1.0))
        made.finalize()
        return made

    one = model()
    start, end = rng.standard_normal((2, 9))
    kept = start.copy(), end.copy()
    before = one.parameters.copy()
    shares = [0.0, 0.25, 1.0, 0.5, 1.5]
    found = walk(one, X, y, start, end, shares)
    if not isinstance(found, list):
        fail("Return the losses as a list.")
    if len(found) != len(shares):
        fail(f"{len(shares)} shares are {len(shares)} losses, not {len(found)}.")
    found = [expect_number(each, "A loss") for each in found]
    if not (np.array_equal(start, kept[0]) and np.array_equal(end, kept[1])):
        fail("start or end has changed: make a new vector for each share.")

    def right(t, added=False):
        other = model()
        other.parameters[...] = (1 - t) * kept[0] + t * kept[1]
        value = other.loss.calculate(other.forward(X), y)
        return value + added * other.regularization_loss()

    if np.isclose(found[0], right(1.0)):
        fail("At a share of 0 it stands at the start, at 1 at the end: turn t around.")
    if np.isclose(found[0], right(0.0, added=True)):
        fail("The data loss is asked for, without the penalty.")
    if np.isclose(found[1], 0.75 * right(0.0) + 0.25 * right(1.0)):
        fail(
            "The parameters are mixed, not the losses: put them into the model and ask."
        )
    if np.ptp(found) == 0:
        fail(
            "All losses are the same: write into the vector, model.parameters[...] = ..."
        )
    for t, loss in zip(shares, found, strict=True):
        expect_close(
            loss,
            right(t),
            f"At a share of {t} the loss is {right(t):.4f}, not {loss:.4f}. Each place is "
            "(1 - t) start + t end, whatever came before it.",
        )
    if one.optimizer.steps_done:
        fail("The walk took a step of training: forward alone is enough.")
    if not np.array_equal(one.parameters, before):
        fail(
            "The model has other parameters than before: keep a copy of them first, "
            "model.parameters.copy(), and write it back."
        )
    return "Between two trainings from different starts there usually is a hill."


def until(answer):
    """Judge a training that goes on until an accuracy is reached."""
    train_until, model_class, nn = answer
    X, y = nn.spiral_data(50, 2, rng=0)

    def model(kind=model_class):
        made = kind(
            [
                nn.Dense(2, 32, initializer=nn.normal(0.01), rng=1),
                nn.ReLU(),
                nn.Dense(32, 2, initializer=nn.normal(0.01), rng=2),
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
    optimizer = one.optimizer
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        found = train_until(one, X, y, 0.8, at_a_time=20, most=2000)
    if printed.getvalue():
        fail("It should train silently: print_every=0.")
    if not isinstance(found, list) or not all(
        isinstance(each, float) for each in found
    ):
        fail("Return one flat list of numbers: history.accuracy, piece by piece.")
    if one.optimizer is not optimizer:
        fail("The model has another optimizer than before: it goes on with its own.")
    if len(found) != one.optimizer.steps_done:
        fail(
            f"{one.optimizer.steps_done} epochs were trained, {len(found)} accuracies came back."
        )
    if not found or max(found) < 0.8:
        fail("It stopped before the accuracy was reached.")
    if max(found[:-20], default=0.0) >= 0.8:
        fail(
            "It trained on: stop after the first piece in which an epoch has it, as its history says."
        )
    if len(found) % 20:
        fail("With at_a_time=20 it trains 20 epochs, looks, and trains 20 more.")
    never = model()
    found = train_until(never, X, y, 1.1, at_a_time=20, most=50)
    if never.optimizer.steps_done != 50 or len(found) != 50:
        fail(
            f"most=50 and at_a_time=20 are 20, 20 and 10 epochs; trained {never.optimizer.steps_done}."
        )
    _follows_a_script(train_until, model, model_class)
    return "Measured on the training data, mind: chapter 11 stops on others."


def _follows_a_script(train_until, model, model_class):
    """Judge when it stops, with a model whose accuracies were written beforehand."""

    class Scripted(model_class):  # type: ignore[misc,valid-type]
        script: tuple[float, ...] = ()

        def train(self, X, y, *, epochs=1, print_every=1, **others):
            self.asked = [*getattr(self, "asked", []), epochs]
            done = sum(self.asked)
            found = [float(each) for each in self.script[done - epochs : done]]
            return SimpleNamespace(accuracy=found, loss=found, interrupted=False)

    # accuracies, at_a_time, what should be trained, hint
    cases = (
        (
            (0.5, 0.6, 0.7, 0.6, 0.9, 0.9, 0.9, 0.9),
            3,
            [3, 3],
            "With at_a_time=3 it trains three epochs, looks, and trains three more.",
        ),
        (
            (0.5, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
            4,
            [4],
            "The second of four epochs had it: every epoch of the piece counts, as its history has it.",
        ),
        (
            (0.5, 0.8, 0.5, 0.5),
            2,
            [2],
            "0.8 were asked for and reached: equal is enough.",
        ),
    )
    for script, size, right, hint in cases:
        scripted = model(Scripted)
        scripted.script = script
        train_until(
            scripted, np.ones((4, 2)), np.zeros(4, int), 0.8, at_a_time=size, most=8
        )
        if getattr(scripted, "asked", []) != right:
            fail(
                f"Epochs with accuracies {', '.join(map(str, script))}: it trained pieces of "
                f"{', '.join(map(str, getattr(scripted, 'asked', [])))}. {hint}"
            )


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
    factors = np.array([[1.0, -2.0, 0.5]])
    layer.factors = factors.copy()
    inputs = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    doutputs = np.array([[1.0, 1.0, 2.0], [0.0, -1.0, 1.0]])
    given = inputs.copy(), doutputs.copy()
    outputs = expect_array(layer.forward(inputs), (2, 3), "What forward returns")
    if not np.array_equal(inputs, given[0]):
        fail("forward changed its inputs: make a new array, inputs * factors.")
    expect_close(outputs, [[1, -4, 1.5], [4, -10, 3]], "outputs = inputs * factors.")
    dinputs = expect_array(layer.backward(doutputs), (2, 3), "What backward returns")
    if not np.array_equal(doutputs, given[1]):
        fail("backward changed doutputs: make a new array.")
    if not np.array_equal(layer.factors, factors):
        fail(
            "backward moved the factors: steps are the optimizer's, keep dfactors only."
        )
    expect_close(
        dinputs,
        given[1] * factors,
        "dinputs = doutputs * factors, sample by sample.",
    )
    found = expect_array(layer.dfactors, (1, 3), "dfactors")
    expect_close(
        found,
        [[1.0, -3.0, 12.0]],
        "dfactors is the sum of doutputs * inputs over the batch: one factor serves all samples.",
    )
    layer.backward(doutputs)
    if not np.allclose(layer.dfactors, found):
        fail(
            "Called twice, backward added up: dfactors is that of the last batch alone."
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
    Exercise("10.2", "Walk along a line", walk, ("walk", "Model", "nn")),
    Exercise("10.3", "Go on until it is good", until, ("train_until", "Model", "nn")),
    Exercise(
        "10.4", "A layer with a parameter of its own", scale, ("Scale", "Model", "nn")
    ),
)
