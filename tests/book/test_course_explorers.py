"""The explorers of chapters 7 to 9: what they show is what networks of the library come to, trained anew.

Rounding grows in a training, and other processors round differently: numbers are compared while it is
young; of what comes later, what it says of itself, and what holds with a wide margin.
"""

import re

import numpy as np
import pytest
from explorer_blocks import numbers_in, sample, sheet_of, visit

import nnfs_lib as nn
from bookkit.explore.chapter7 import EDGES, FINE, PENALTIES
from bookkit.explore.chapter8 import DROPOUT, MASKS
from bookkit.explore.chapter9 import REGRESSION

TRAIN, TEST = nn.spiral_data(60, 3, rng=0), nn.spiral_data(100, 3, rng=1)
PIXELS = (np.arange(40) + 0.5) / 40 * 2.3 - 1.15
PLANE = np.array([[x, y] for y in PIXELS for x in PIXELS], dtype=np.float32)
LOOKS = np.arange(0, 2001, 25)
learners = pytest.mark.parametrize(
    "recipe", [PENALTIES, DROPOUT], ids=["L1-L2", "rate"]
)


def run(layers, inputs, training=False):
    for layer in layers:
        layer.training = training
        inputs = layer.forward(inputs)
    return inputs


def train(layers, loss, optimizer, data, epochs):
    """Train, and return the loss of the last step before it was made."""
    seen = np.nan
    for _ in range(epochs):
        seen, gradient = loss.value_and_gradient(run(layers, data[0], True), data[1])
        for layer in layers[::-1]:
            gradient = layer.backward(gradient)
        optimizer.step(nn.parameters_of(layers))
    return seen


def dense(*sizes, rng, **penalties):
    return nn.Dense(*sizes, initializer=nn.he_normal, rng=rng, **penalties)


def penalized(l1, l2):
    """Return the network of chapter 7's explorer, its optimizer, and no more."""
    rng = np.random.default_rng(0)
    strengths = {"weight_l1": l1, "weight_l2": l2}
    hidden = dense(2, 64, rng=rng, **strengths)
    output = dense(64, 3, rng=rng, **strengths)
    return [hidden, nn.ReLU(), output], nn.Adam(0.05, decay=1e-3)


def dropping(rate, width):
    """Return the network of chapter 8's second explorer, and its optimizer."""
    rng, layers = np.random.default_rng(0), []
    for inputs in (2, width):
        layers += [dense(inputs, width, rng=rng), nn.ReLU(), nn.Dropout(rate, rng=rng)]
    return [*layers, dense(width, 3, rng=rng)], nn.Adam(0.02, decay=3e-3)


def ends(recipe, field):
    """Return a field where training ends, by the other axes: the last axis is the epoch."""
    values = sheet_of(recipe.title).fields[field]
    shape = [len(axis.values) for axis in recipe.axes]
    return values.reshape(*shape, *values.shape[1:])[..., -1, :]


class TestLearners:
    @learners
    def test_a_training_of_our_own_comes_to_the_same(self, recipe):
        make = {PENALTIES.title: penalized, DROPOUT.title: dropping}[recipe.title]
        loss = nn.SoftmaxCategoricalCrossentropy()
        sheet = sheet_of(recipe.title)
        for position in sample(recipe, 12):
            setting = {name: position[name] for name in list(position)[:-1]}
            for epoch in (0, 50):
                layers, optimizer = make(**setting)
                seen = train(layers, loss, optimizer, TRAIN, epoch)
                arrays = sheet.arrays({**setting, "epoch": epoch})
                words = sheet.words({**setting, "epoch": epoch})
                shown = {"training": TRAIN, "test": TEST}
                losses = {
                    name: loss.calculate(run(layers, X), y)
                    for name, (X, y) in shown.items()
                }
                if "seen" in arrays and epoch:
                    losses["seen"] = seen
                    assert f"({seen:.3f} as the last step saw it)" in words
                for name, value in losses.items():
                    byte = recipe.fields[name].step
                    last = arrays[name][list(LOOKS).index(epoch)]
                    assert last == pytest.approx(value, abs=0.51 * byte + 1e-5)
                assert f"loss {losses['training']:.3f}" in words
                assert f"on the validation points {losses['test']:.3f}, with" in words
                right = run(layers, TEST[0]).argmax(axis=1) == TEST[1]
                assert f"with {right.mean():.0%} of them right" in words
                self.judge_map(arrays["map"], nn.Softmax().forward(run(layers, PLANE)))

    @staticmethod
    def judge_map(codes, probabilities):
        """Fail unless the map shows the classes, and how sure the network is, in eight levels."""
        classes, sure = np.divmod(codes.ravel(), 32)
        assert (classes == probabilities.argmax(axis=1)).mean() > 0.999
        expected = (probabilities.max(axis=1) - 1 / 3) * 3 / 2
        assert np.abs(sure / 31 - expected).max() < 1 / 14 + 0.02
        assert len(set(sure)) <= 8

    @learners
    def test_curves_go_as_far_as_the_training(self, recipe):
        sheet = sheet_of(recipe.title)
        for position, arrays, _ in visit(recipe):
            there = position["epoch"] >= LOOKS
            end = sheet.arrays({**position, "epoch": 2000})
            for name in ("training", "test"):
                np.testing.assert_array_equal(np.isfinite(arrays[name]), there)
                # Of one training, however far it went.
                np.testing.assert_array_equal(arrays[name][there], end[name][there])

    @learners
    def test_the_sentence_knows_the_lowest_test_loss(self, recipe):
        byte = recipe.fields["test"].step
        for position, arrays, words in visit(recipe):
            found = re.search(r"\(lowest so far: ([\d.]+), at epoch (\d+)\)", words)
            lowest, epoch = float(found[1]), int(found[2])
            assert epoch <= position["epoch"]
            curve = arrays["test"]
            assert lowest == pytest.approx(np.nanmin(curve), abs=byte)
            assert curve[epoch // 25] == pytest.approx(
                np.nanmin(curve), abs=1.01 * byte
            )
            assert words.startswith(f"Epoch {position['epoch']}: loss ")

    @learners
    def test_the_points_are_those_of_training_and_test(self, recipe):
        constants = sheet_of(recipe.title).constants
        for name, data in (("points", TRAIN), ("tests", TEST)):
            np.testing.assert_allclose(
                constants[name], np.column_stack(data), rtol=1e-6
            )


class TestPenalties:
    def test_the_histogram_has_every_weight(self):
        byte = PENALTIES.fields["weights"].step
        for _, arrays, words in visit(PENALTIES):
            steps = arrays["weights"].reshape(-1, FINE)
            assert (np.ptp(steps, axis=1) == 0).all()
            assert len(steps) == len(EDGES) - 1
            counts = np.rint(steps[:, 0] ** 2)
            assert counts.sum() == 128
            assert np.abs(np.sqrt(counts) - steps[:, 0]).max() <= 0.51 * byte
            near, largest = numbers_in(words)[-3], numbers_in(words)[-1]
            assert arrays["zeros"][1, 1] ** 2 == pytest.approx(near, abs=1e-3)
            assert near <= counts[len(counts) // 2]
            filled = np.flatnonzero(counts)
            reach = np.maximum(np.abs(EDGES[filled]), np.abs(EDGES[filled + 1])).max()
            assert largest <= reach + 0.006 or reach == EDGES[-1]

    def test_weights_of_a_training_of_our_own(self):
        loss, sheet = nn.SoftmaxCategoricalCrossentropy(), sheet_of(PENALTIES.title)
        for l1, l2 in ((0.0, 0.0), (0.001, 0.0), (0.0, 0.01), (0.0001, 0.0003)):
            layers, optimizer = penalized(l1, l2)
            train(layers, loss, optimizer, TRAIN, 50)
            position = {"l1": l1, "l2": l2, "epoch": 50}
            weights = layers[0].weights
            counts = np.histogram(weights, EDGES)[0]
            shown = sheet.arrays(position)["weights"][::FINE] ** 2
            assert np.abs(np.rint(shown) - counts).sum() <= 2
            every = [layer.weights for layer in layers[::2]]
            penalty = sum(l1 * np.abs(w).sum() + l2 * (w**2).sum() for w in every)
            *_, added, of, near, zero, largest = numbers_in(sheet.words(position))
            assert added == pytest.approx(penalty, abs=0.0011)
            assert (of, zero) == (128, 0.01)
            assert abs(near - np.count_nonzero(np.abs(weights) < 0.01)) <= 1
            assert largest == pytest.approx(np.abs(weights).max(), abs=0.011)

    def test_too_little_enough_and_too_much(self):
        test, training = ends(PENALTIES, "test"), ends(PENALTIES, "training")
        none, last = test[0, 0], test[..., -1]
        assert none[-1] > 1.3 * np.nanmin(none)  # learns by heart
        assert last[0].argmin() not in (0, last.shape[1] - 1)
        assert last[0].min() < 0.8 * none[-1]
        assert last[:, 0].min() < 0.9 * none[-1]
        for most in (training[-1, 0], training[0, -1]):
            assert most[-1] > 1  # hardly better than guessing, ln 3 = 1.099

    def test_l1_makes_zeros_and_l2_small_weights(self):
        sheet = sheet_of(PENALTIES.title)
        found = {}
        for name in ("l1", "l2"):
            place = {**PENALTIES.start(), name: 0.001}
            found[name] = sheet.arrays(place)["zeros"][1, 1] ** 2
        assert found["l1"] > 1.5 * found["l2"]
        assert found["l1"] > 64


class TestMasks:
    @staticmethod
    def plain():
        """Return what the hidden neurons give, and the output's weights: what passes at a rate of 0."""
        arrays = sheet_of(MASKS.title).arrays({"rate": 0.0, "step": 1})
        return arrays["numbers"][2:10], arrays["gradients"][2:10]

    def test_masks_are_those_that_dropout_draws(self):
        plain, weights = self.plain()
        assert plain.min() > 0  # so that a zero says that a neuron was dropped
        for rate in MASKS.axes[0].values:
            dropout = nn.Dropout(rate, rng=0)
            dropout.training = True
            for step in range(1, 61):
                mask = dropout.forward(np.ones((1, 8)))[0]
                if step not in MASKS.axes[1].values:
                    continue
                arrays = sheet_of(MASKS.title).arrays({"rate": rate, "step": step})
                atol = 1e-3 * mask.max()
                passed, gradients = arrays["numbers"][2:10], arrays["gradients"][2:10]
                np.testing.assert_allclose(passed, plain * mask, atol=atol)
                np.testing.assert_allclose(gradients, weights * mask, atol=atol)
                [states] = arrays["states"]
                there = np.where(mask > 0, 2, 1)
                np.testing.assert_array_equal(
                    states, [2, 2, *there, 2, 0, 0, *there, 0]
                )

    def test_the_output_is_a_sum_of_what_is_left(self):
        plain, _ = self.plain()
        for _, arrays, words in visit(MASKS):
            output = arrays["numbers"][10]
            assert output == pytest.approx(plain @ arrays["gradients"][2:10], abs=0.02)
            *_, said, _, _, _ = numbers_in(words.replace("step ", "steps "))
            assert said == pytest.approx(output, abs=0.0056)

    def test_the_mean_comes_close_to_the_network_without_dropout(self):
        byte = MASKS.fields["outputs"].step
        for position, arrays, words in visit(MASKS):
            outputs, means = arrays["outputs"][:, 1:]
            assert np.isnan(arrays["outputs"][:, 0]).all()
            step = position["step"]
            expected = outputs.cumsum() / np.arange(1, 61)
            np.testing.assert_allclose(means, expected, atol=1.1 * byte)
            assert outputs[step - 1] == pytest.approx(arrays["numbers"][10], abs=byte)
            *_, steps, mean, plain = numbers_in(words)
            assert steps == step
            assert mean == pytest.approx(means[step - 1], abs=byte)
            assert plain == pytest.approx(arrays["plain"][0], abs=0.0051)
            error = outputs.std() / np.sqrt(60)
            assert abs(means[-1] - arrays["plain"][0]) <= 3 * error + byte

    def test_the_sentence_says_who_is_dropped_and_what_the_others_count(self):
        plain, _ = self.plain()
        for position, arrays, words in visit(MASKS):
            passed = arrays["numbers"][2:10]
            subscripts = "₀₁₂₃₄₅₆₇"
            names = [f"a{subscripts[i]}" for i in np.flatnonzero(passed == 0)]
            if position["rate"] == 0:
                assert "nothing is dropped, and nothing is scaled" in words
                assert not names
                continue
            if names:
                verb = "is" if len(names) == 1 else "are"
                said = f"{len(names)} of 8 neurons {verb} dropped, with no gradient: "
                assert f"{said}{', '.join(names)}." in words
            else:
                assert "none of the 8 neurons is dropped. All hand on" in words
            found = re.search(
                r"= ([\d.]+) times .*: a(.) ([\d.]+) instead of ([\d.]+)\.", words
            )
            if len(names) == 8:
                assert not found
                continue
            times, neuron, now, before = found.groups()
            assert float(times) == pytest.approx(1 / (1 - position["rate"]), abs=0.0051)
            assert float(now) == pytest.approx(
                passed[subscripts.index(neuron)], abs=0.0056
            )
            assert float(before) == pytest.approx(
                plain[subscripts.index(neuron)], abs=0.0056
            )


class TestDropout:
    def test_dropout_hinders_learning_by_heart_until_it_hinders_learning(self):
        test, training = ends(DROPOUT, "test"), ends(DROPOUT, "training")
        rates = list(DROPOUT.axes[0].values)
        for width in range(len(DROPOUT.axes[1].values)):
            last = test[:, width, -1]
            assert last[0] > 1.5 * np.nanmin(test[0, width])
            assert last.min() < 0.75 * last[0]
            assert last.argmin() not in (0, len(rates) - 1)
            assert training[0, width, -1] < 0.1
            assert training[-1, width, -1] > 0.7

    def test_a_wide_network_bears_more(self):
        best = ends(DROPOUT, "test")[..., -1].argmin(axis=0)
        assert best[0] < best[-1]

    def test_what_the_optimizer_sees_is_worse_than_what_all_neurons_do(self):
        seen, training = ends(DROPOUT, "seen"), ends(DROPOUT, "training")
        byte = DROPOUT.fields["seen"].step
        assert np.isnan(seen[..., 0]).all()
        gap = (seen - training)[..., 1:].mean(axis=-1)
        assert np.abs(gap[0]).max() < 2 * byte
        assert (gap[1:] > 2 * byte).all()


SINE_X, SINE_Y = nn.sine_data(100)


class TestRegression:
    SCALES = (0.01, 0.03, 0.1, 0.3, 1)

    def network(self, start, seed):
        rng = np.random.default_rng(seed)
        named = {f"normal({scale:g})": nn.normal(scale) for scale in self.SCALES}
        initializer = {**named, "He": nn.he_normal, "Glorot": nn.glorot_uniform}[start]
        layers = []
        for sizes in ((1, 64), (64, 64), (64, 1)):
            layers += [nn.Dense(*sizes, initializer=initializer, rng=rng), nn.ReLU()]
        return layers[:-1]

    def test_a_training_of_our_own_comes_to_the_same(self):
        loss, sheet = nn.MeanSquaredError(), sheet_of(REGRESSION.title)
        for position in sample(REGRESSION, 20):
            for epoch in (0, 5):
                place = {**position, "epoch": epoch}
                layers = self.network(position["start"], position["seed"])
                optimizer = nn.Adam(position["rate"], decay=1e-3)
                train(layers, loss, optimizer, (SINE_X, SINE_Y), epoch)
                arrays = sheet.arrays(place)
                curve = run(layers, SINE_X)
                value = loss.calculate(curve, SINE_Y)
                # What is off the picture ends at its border.
                for name, expected in (
                    ("curve", curve[:, 0].clip(-1.6, 1.6)),
                    ("losses", np.log10([value]).clip(-6, 1.2)),
                ):
                    shown = arrays[name][np.isfinite(arrays[name])][-len(expected) :]
                    atol = 0.6 * REGRESSION.fields[name].step
                    np.testing.assert_allclose(shown, expected, atol=atol)
                for name, gate in (("first", layers[1]), ("second", layers[3])):
                    counts = (gate.outputs > 0).sum(axis=1)
                    assert np.abs(arrays[name] - counts).mean() < 0.5
                self.judge_kinks(arrays["kinks"], layers[0])

    @staticmethod
    def judge_kinks(kinks, layer):
        """Fail unless each neuron's sum is zero at its kink and positive on the side that is told."""
        weights, biases = layer.weights[0], layer.biases[0]
        for (x, height, right), w, b in zip(kinks, weights, biases, strict=True):
            assert right == (w > 0)
            assert (height > 0) == (w > 0)
            if np.isnan(x):
                assert not 0.003 < -b / w < 0.997
            else:
                assert abs(w * x + b) <= abs(w) * 0.51 / 256 + 1e-6

    def test_counts_change_where_a_kink_is(self):
        places = SINE_X[:, 0]
        for _, arrays, _ in visit(REGRESSION):
            kinks = arrays["kinks"][np.isfinite(arrays["kinks"][:, 0])]
            for begin, end in ((1, 50), (50, 99), (20, 80)):
                inside = (places[begin] < kinks[:, 0]) & (kinks[:, 0] <= places[end])
                change = np.where(kinks[inside, 2] == 1, 1, -1).sum()
                near = np.abs(kinks[:, :1] - places[[begin, end]]).min(axis=1) < 1 / 250
                seen = arrays["first"][end] - arrays["first"][begin]
                assert abs(seen - change) <= near.sum()

    def test_the_sentence_counts_and_measures(self):
        for position, arrays, words in visit(REGRESSION):
            epoch, loss, place, first, of, second, *_ = numbers_in(words)
            assert (epoch, place, of) == (position["epoch"], 0.2, 64)
            assert (first, second) == (arrays["first"][20], arrays["second"][20])
            last = 10 ** arrays["losses"][np.isfinite(arrays["losses"])][-1]
            if 1e-6 < loss < 10:  # on the picture
                assert 0.9 * loss < last < 1.1 * loss

    def test_where_no_neuron_switches_the_curve_is_straight(self):
        step = REGRESSION.fields["curve"].step
        flat = 0
        for _, arrays, words in visit(REGRESSION):
            begin, end = (round(x * 99) for x in numbers_in(words)[-2:])
            for name in ("first", "second"):
                assert np.ptp(arrays[name][begin : end + 1]) == 0
            piece = arrays["curve"][begin : end + 1]
            if np.abs(piece).max() > 1.55:
                continue  # off the picture
            chord = np.linspace(piece[0], piece[-1], len(piece))
            assert np.abs(piece - chord).max() <= 1.1 * step
            if "and flat" in words:
                flat += 1
                assert np.ptp(piece) <= 1.01 * step
                assert not arrays["first"][begin : end + 1].any()
        assert flat

    def test_a_small_start_sticks_where_its_kinks_have_passed(self):
        sheet = sheet_of(REGRESSION.title)
        for rate in REGRESSION.axes[1].values:
            place = {**REGRESSION.start(), "rate": rate}
            arrays, words = sheet.arrays(place), sheet.words(place)
            assert "Active at x = 0.2: 0 of the 64 neurons in the first layer" in words
            assert words.endswith(
                "and flat, for no neuron of the first layer is active."
            )
            assert 10 ** arrays["losses"][-1] == pytest.approx(0.0328, abs=0.002)
            # The best constant there: the mean of the sine.
            silent = arrays["first"] == 0
            level = arrays["curve"][silent].mean()
            assert level == pytest.approx(SINE_Y[silent].mean(), abs=0.02)
            for seed in (0, 1, 4):
                spread = sheet.arrays({**place, "start": "normal(0.1)", "seed": seed})
                assert 10 ** spread["losses"][-1] < 1e-3
                assert spread["first"][20] > 0
