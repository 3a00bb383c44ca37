"""Checkers for the exercises of chapter 8."""

import math

import numpy as np

import nnfs_lib as nn
from bookkit.checks import Exercise, expect_array, expect_close, fail


def noise(answer):
    """Judge mean and standard deviation of what dropout makes of a number."""
    found = answer(3.0, 0.5)
    if found is None or np.shape(found) != (2,):
        fail("Return two numbers: mean and standard deviation.")
    expect_close(found[0], 3.0, "The mean of 0 and 6, equally likely, is 3.")
    if np.isclose(found[1], 9.0):
        fail("9 is the variance for x = 3 and p = 0.5: take its root.")
    expect_close(
        found[1],
        3.0,
        "3 becomes 0 or 6, each 3 away from the mean: the deviation is 3.",
    )
    for x, rate in ((2.0, 0.2), (-4.0, 0.3), (1.5, 0.0), (0.0, 0.9)):
        mean, deviation = answer(x, rate)
        expect_close(mean, x, f"The mean for x = {x} should be {x} at any rate.")
        if deviation < 0:
            fail("A standard deviation is never negative: |x|, not x.")
        # Twice the probability-weighted squares, spelled out.
        squares = rate * (0 - x) ** 2 + (1 - rate) * (x / (1 - rate) - x) ** 2
        expect_close(
            deviation,
            math.sqrt(squares),
            f"For x = {x} and p = {rate}: weigh the squared distances of 0 and of x / (1 - p) "
            "from x by how likely each is.",
        )
    return "At a rate of one half the noise is as large as the number itself."


def first_dropout(answer):
    """Judge the first version of dropout, which scales in use."""
    layer = _layer(answer, 0.25)
    inputs = np.full((200, 100), 2.0)
    layer.training = True
    outputs = expect_array(layer.forward(inputs), (200, 100), "What forward returns")
    if not (inputs == 2.0).all():
        fail("forward changed its inputs: make a new array.")
    share = np.mean(outputs == 0)
    if np.isclose(outputs.max(), 2 / 0.75):
        fail("While training this version doesn't scale: 2 stays 2, or becomes 0.")
    if np.isclose(share, 0.75, atol=0.05):
        fail("Three quarters were dropped: the rate is the share to drop.")
    if not np.isclose(share, 0.25, atol=0.05):
        fail(
            f"{share:.0%} of the numbers became 0; with a rate of 0.25 a quarter should."
        )
    if set(np.unique(outputs)) != {0.0, 2.0}:
        fail("While training this version doesn't scale: 2 stays 2, or becomes 0.")
    if (outputs == outputs[0]).all():
        fail("All samples lost the same numbers: the mask has the inputs' whole shape.")
    _outputs_are_kept(layer, outputs)
    layer.training = False  # what backward does was decided by forward
    _backward_fits(layer, outputs / inputs, "while training")
    layer.training = True
    if np.array_equal(layer.forward(inputs), outputs):
        fail("The same numbers were dropped twice: draw a mask at every call.")
    layer.training = False
    in_use = layer.forward(inputs)
    if np.array_equal(in_use, inputs):
        fail("In use nothing is scaled: multiply by 1 - rate.")
    if np.any(np.asarray(in_use) == 0):
        fail("In use nothing should be dropped: look at self.training.")
    expect_close(in_use, 1.5, "In use, 2 times 1 - 0.25 is 1.5.")
    _outputs_are_kept(layer, in_use)
    _backward_fits(layer, np.full(inputs.shape, 0.75), "in use")
    return (
        "The inverted form moves that factor into training, so that use costs nothing."
    )


def gaussian_dropout(answer):
    """Judge multiplicative normal noise with dropout's variance."""
    layer = _layer(answer, 0.2)
    inputs = np.full((400, 100), 3.0)
    untouched = layer.forward(inputs)
    if not np.array_equal(untouched, inputs):
        fail("In use it should do nothing: look at self.training.")
    _backward_fits(layer, np.ones(inputs.shape), "in use")
    layer.training = True
    outputs = expect_array(layer.forward(inputs), (400, 100), "What forward returns")
    if not (inputs == 3.0).all():
        fail("forward changed its inputs: make a new array.")
    if np.ptp(outputs) == 0:
        fail("While training nothing happens: where is the noise?")
    if np.ptp(outputs, axis=0).max() == 0 or np.ptp(outputs, axis=1).max() == 0:
        fail("Every number of every sample should get a draw of its own.")
    factors = outputs / 3.0
    if np.mean(factors == 0) > 0.001:
        fail("Some numbers became 0: here nothing is dropped, all get noise.")
    if np.isclose(factors.mean(), 0, atol=0.05):
        fail("The mean of the factors is 0: add 1.")
    expect_close(factors.mean(), 1, "The factors should have a mean of 1.", 0.02)
    deviation = factors.std()
    if np.isclose(deviation, 0.25, atol=0.02):
        fail("p / (1 - p) is the variance: multiply the draws by its root.")
    if np.isclose(deviation, 0.5 / 3, atol=0.02):
        fail("The noise is added; multiply, so that large numbers get more of it.")
    expect_close(
        deviation, 0.5, "At a rate of 0.2 the factors should deviate by 0.5.", 0.02
    )
    if not np.isclose(np.mean(np.abs(factors - 1) < 0.5), 0.683, atol=0.02):
        fail("The draws should be normal: self.rng.standard_normal.")
    halved = np.full((400, 100), -0.5)
    layer.rng = np.random.default_rng(1)
    expect_close(
        np.asarray(layer.forward(halved)).std(),
        0.25,
        "The noise should be in proportion to the number: multiply, don't add.",
        0.02,
    )
    layer.training = False  # what backward does was decided by forward
    _backward_fits(layer, np.asarray(layer.outputs) / halved, "while training")
    return "It comes out of theory too, as noise on the weights."


def ask_many_times(answer):
    """Judge Monte Carlo dropout: the spread of many answers, and modes put back.

    answer: the function, and the class Dropout by which it knows what to switch on.
    """
    answer, dropout = answer
    rng = np.random.default_rng(0)
    other = _Counts()
    layers = [
        nn.Dense(2, 30, initializer=nn.normal(1.0), rng=rng),
        other,
        dropout(0.5, rng=rng),
        nn.Dense(30, 3, initializer=nn.normal(1.0), rng=rng),
        dropout(0.5, rng=rng),
    ]
    layers[4].training = True  # one that was on already
    inputs = rng.standard_normal((4, 2)).astype(np.float32)
    found = answer(layers, inputs, 200)
    if found is None or len(found) != 2:
        fail("Return two arrays: mean and standard deviation.")
    mean = expect_array(found[0], (4, 3), "The mean")
    deviation = expect_array(found[1], (4, 3), "The standard deviation")
    if other.seen_training:
        fail("A layer that is no Dropout was switched on: choose by isinstance.")
    if other.calls != 200:
        fail(f"200 passes were asked for, {other.calls} were made.")
    _modes_are_back(layers)
    if not np.allclose(mean.sum(axis=1), 1, atol=1e-4):
        fail("The mean probabilities should add up to 1: softmax before the mean.")
    if deviation.max() == 0:
        fail("All passes gave the same: were the Dropout layers on?")
    _compare_with_own_passes(layers, inputs, mean, deviation)
    _survives_an_error(answer, layers, inputs)
    return "Color a map by the deviation: it is high where the arms meet. Far outside it says nothing."


def _compare_with_own_passes(layers, inputs, mean, deviation):
    """Hint unless mean and deviation are about those of many passes of our own."""
    modes = [layer.training for layer in layers]
    layers[2].training = layers[4].training = True
    answers = []
    for _ in range(4000):
        outputs = inputs
        for layer in layers:
            outputs = layer.forward(outputs)
        answers.append(nn.Softmax().forward(outputs))
    for layer, mode in zip(layers, modes, strict=True):
        layer.training = mode
    if not np.allclose(mean, np.mean(answers, axis=0), atol=0.15):
        fail(
            "The mean is not that of the passes: average the probabilities, not the logits."
        )
    if np.allclose(deviation, np.var(answers, axis=0), atol=0.03):
        fail("That is the variance: the deviation is its root.")
    if not np.allclose(deviation, np.std(answers, axis=0), atol=0.08):
        fail("The deviation should be that of the probabilities over the passes.")


def _survives_an_error(answer, layers, inputs):
    """Hint unless the modes are put back when a layer raises in the middle."""

    class Broken(nn.Layer):
        def forward(self, inputs):
            raise ZeroDivisionError("on purpose")

    broken = [*layers, Broken()]
    try:
        answer(broken, inputs, 2)
    except ZeroDivisionError:
        pass
    else:
        fail("A layer raised an error, and yours hid it: let it pass on.")
    if layers[2].training or not layers[4].training:
        fail("After an error the modes were not put back: use try and finally.")


def _modes_are_back(layers):
    if layers[2].training:
        fail("A Dropout that was off is on afterwards: put every mode back.")
    if not layers[4].training:
        fail("A Dropout that was on before is off now: put back what was there.")


class _Counts(nn.Layer):
    """Pass everything on; remember how often, and whether in training."""

    def __init__(self):
        self.calls, self.seen_training = 0, False

    def forward(self, inputs):
        self.calls += 1
        self.seen_training = self.seen_training or self.training
        return inputs


def _layer(answer, rate):
    layer = answer(rate, rng=0)
    if not isinstance(layer, nn.Layer) and not hasattr(layer, "forward"):
        fail("Write a class with forward and backward.")
    layer.training = False
    return layer


def _outputs_are_kept(layer, outputs):
    kept = getattr(layer, "outputs", None)
    if kept is None or not np.array_equal(kept, outputs):
        fail("Keep what forward returns in self.outputs, at every call.")


def _backward_fits(layer, factors, when):
    """Hint unless backward multiplies by the factors of the last forward."""
    doutputs = np.random.default_rng(2).standard_normal(factors.shape)
    kept = doutputs.copy()
    found = expect_array(
        layer.backward(doutputs), factors.shape, "What backward returns"
    )
    if not np.array_equal(doutputs, kept):
        fail("backward changed doutputs: make a new array.")
    expect_close(
        found,
        doutputs * factors,
        f"backward, {when}, should multiply by the factors that forward used last.",
    )


EXERCISES = (
    Exercise("8.1", "how noisy?", noise),
    Exercise("8.2", "dropout as it was first written", first_dropout),
    Exercise("8.3", "noise without zeros", gaussian_dropout),
    Exercise("8.4", "ask it many times", ask_many_times, ("ask_many_times", "Dropout")),
)
