"""The explorers of chapters 10, 11 and 13: what they show is what loops of our own come to.

Rounding grows in a training, and other processors round differently: numbers are compared while it is
young; of what comes later, what it says of itself, and what holds with a wide margin.
"""

import itertools

import numpy as np
import pytest
from explorer_blocks import block_of, numbers_in, sample, sheet_of, visit

import nnfs_lib as nn
from bookkit import explore
from bookkit.explore.chapter10 import LOOKS, THREE_TASKS
from bookkit.explore.chapter11 import CLASSES, EVERY, MINIBATCHES, ONCE
from bookkit.explore.chapter13 import HOW_FEW
from bookkit.explore.model_course import ModelCourse

PIXELS = (np.arange(40) + 0.5) / 40 * 2.3 - 1.15
PLANE = np.array([[x, y] for y in PIXELS for x in PIXELS], dtype=np.float32)
ALL = [THREE_TASKS, MINIBATCHES, HOW_FEW]
each = pytest.mark.parametrize("recipe", ALL, ids=["tasks", "minibatches", "bits"])


def network(*sizes):
    """Return the layers of a network with ReLU between them: weights of He's from one generator."""
    rng, layers = np.random.default_rng(0), []
    for size in itertools.pairwise(sizes):
        layers += [nn.Dense(*size, initializer=nn.he_normal, rng=rng), nn.ReLU()]
    return layers[:-1]


def run(layers, inputs):
    for layer in layers:
        inputs = layer.forward(inputs)
    return inputs


def step(layers, loss, optimizer, X, y):
    """Take a step as chapter 6 did; return loss and outputs from before it."""
    outputs = run(layers, X)
    value, gradient = loss.value_and_gradient(outputs, y)
    for layer in layers[::-1]:
        gradient = layer.backward(gradient)
    optimizer.step(nn.parameters_of(layers))
    return value, outputs


def judge_map(codes, probabilities):
    """Fail unless the map shows the classes, and how sure the network is, in eight levels."""
    classes, sure = np.divmod(codes.ravel(), 32)
    guessing = 1 / probabilities.shape[1]
    assert (classes == probabilities.argmax(axis=1)).mean() > 0.999
    expected = (probabilities.max(axis=1) - guessing) / (1 - guessing)
    assert np.abs(sure / 31 - expected).max() < 1 / 14 + 0.02
    assert len(set(sure)) <= 8


def last(recipe, **position):
    """Return arrays and words where training ends."""
    position = {**recipe.start(), "epoch": recipe.axes[-1].values[-1], **position}
    found = sheet_of(recipe.title)
    return found.arrays(position), found.words(position)


class TestAll:
    @each
    def test_the_whole_widget_fits_into_its_budget(self, recipe):
        assert len(block_of(recipe.title)) * 4 / 3 < 140 * 1024

    @each
    def test_sentences_differ_where_pictures_do(self, recipe):
        sheet = sheet_of(recipe.title)
        for place, other in itertools.pairwise(sample(recipe)):
            one, two = sheet.arrays(place), sheet.arrays(other)
            same = all(np.array_equal(one[n], two[n], equal_nan=True) for n in one)
            assert same or sheet.words(place) != sheet.words(other)

    @pytest.mark.parametrize(
        ("make", "wrong", "words"),
        [
            (explore.tasks, {"width": 1000}, "give a number from 1 to 128"),
            (explore.tasks, {"rate": "fast"}, "give a number from 0.0001 to 1"),
            (explore.minibatches, {"batch_size": 601}, "give a number from 4 to 600"),
            (explore.minibatches, {"order": "sorted"}, "choose one of 'shuffled anew'"),
            (explore.bits, {"bits": 1}, "give a number from 2 to 32"),
            (explore.bits, {"layers": "none"}, "choose one of 'all three'"),
            (explore.bits, {"byte": 1}, "the axes are bits, layers, width"),
        ],
    )
    def test_a_wrong_position_is_refused(self, monkeypatch, make, wrong, words):
        monkeypatch.setattr("bookkit.explore.explorer.sheet", lambda recipe: b"")
        explorer = make()
        with pytest.raises(ValueError, match=words):
            explorer.position = wrong
        assert explorer.position == explorer.recipe.start()
        assert repr(explorer).startswith(f"[Explorer] {explorer.title}")


class TestModelCourse:
    @staticmethod
    def course():
        model = nn.Model([*network(2, 8, 3), nn.Softmax()], rng=3)
        model.set(
            loss=nn.CategoricalCrossentropy(),
            optimizer=nn.Adam(0.01),
            accuracy=nn.CategoricalAccuracy(),
        )
        X, y = nn.spiral_data(10, 3, rng=0)
        return ModelCourse(model, X, y, batch_size=7, validation_data=(X, y))

    def test_in_parts_it_is_the_same_training(self):
        parts, whole = self.course(), self.course()
        for epoch in (0, 1, 1, 4, 9):
            parts.advance(epoch)
        whole.advance(9)
        assert parts.history == whole.history
        assert parts.epoch == whole.epoch == len(whole.history.val_loss) == 9
        np.testing.assert_array_equal(parts.model.parameters, whole.model.parameters)

    def test_entries_count_from_one_and_end_where_the_training_is(self):
        course = self.course()
        looks = np.array([1, 2, 5, 20])
        assert np.isnan(course.entries("loss", looks)).all()
        course.advance(5)
        found = course.entries("loss", looks)
        assert found[:3].tolist() == [course.history.loss[i] for i in (0, 1, 4)]
        assert np.isnan(found[3])


SINE_X, SINE_Y = nn.sine_data(100)
TWO, THREE = nn.spiral_data(100, 2, rng=0), nn.spiral_data(100, 3, rng=0)
TASKS = {
    "binary": (TWO[0], TWO[1].reshape(-1, 1), nn.SigmoidBinaryCrossentropy),
    "three": (*THREE, nn.SoftmaxCategoricalCrossentropy),
    "sine": (2 * SINE_X - 1, SINE_Y, nn.MeanSquaredError),
}


def guess(name, y):
    """Return what one says everywhere who knows nothing: logits of 0, or the mean."""
    if name == "sine":
        return np.full_like(y, y.mean())
    return np.zeros((len(y), {"three": 3}.get(name, 1)), dtype=np.float32)


class TestTasks:
    def test_a_training_of_our_own_comes_to_the_same(self):
        sheet = sheet_of(THREE_TASKS.title)
        for position in sample(THREE_TASKS, 6):
            width, rate = position["width"], position["rate"]
            for epoch in (0, 5):
                place = {"width": width, "rate": rate, "epoch": epoch}
                arrays, words = sheet.arrays(place), sheet.words(place)
                found = {}
                for name, (X, y, loss) in TASKS.items():
                    outputs = {"three": 3}.get(name, 1)
                    layers = network(X.shape[1], width, width, outputs)
                    optimizer, values = nn.Adam(rate, decay=1e-3), []
                    for _ in range(epoch):
                        value, seen = step(layers, loss(), optimizer, X, y)
                        values.append(value)
                    found[name] = layers
                    shown = arrays[f"{name} loss"][np.isin(LOOKS, range(1, epoch + 1))]
                    guessing = loss().calculate(guess(name, y), y)
                    expected = np.divide(values, guessing).clip(0, 2.19)
                    expected = expected[LOOKS[epoch >= LOOKS] - 1]
                    half = 0.51 * THREE_TASKS.fields[f"{name} loss"].step + 1e-3
                    np.testing.assert_allclose(shown, expected, rtol=0, atol=half)
                    if epoch and name == "three":
                        right = (seen.argmax(axis=1) == y).mean()
                        assert f"three classes loss {value:.3f}, " in words
                        assert (
                            f"three classes loss {value:.3f}, accuracy {right:.1%}"
                            in words
                        )
                yes = nn.Sigmoid().forward(run(found["binary"], PLANE))
                judge_map(arrays["binary"], np.hstack([1 - yes, yes]))
                three = nn.Softmax().forward(run(found["three"], PLANE))
                judge_map(arrays["three"], three)
                curve = run(found["sine"], TASKS["sine"][0])[:, 0].clip(-1.6, 1.6)
                half = 0.51 * THREE_TASKS.fields["curve"].step + 1e-3
                np.testing.assert_allclose(arrays["curve"], curve, rtol=0, atol=half)

    def test_histories_go_as_far_as_the_training(self):
        for position, arrays, words in visit(THREE_TASKS):
            there = position["epoch"] >= LOOKS
            for name, what in itertools.product(TASKS, ("loss", "accuracy")):
                entries = arrays[f"{name} {what}"]
                np.testing.assert_array_equal(np.isfinite(entries), there)
            assert words.startswith(f"Epoch {position['epoch']}. ")
            assert ("histories are empty" in words) == (position["epoch"] == 0)

    def test_the_sentence_measures_the_pictures(self):
        step = THREE_TASKS.fields["curve"].step
        for position, arrays, words in visit(THREE_TASKS):
            off = numbers_in(words)[-1]
            shown = np.abs(arrays["curve"] - SINE_Y[:, 0]).max()
            if np.abs(arrays["curve"]).max() < 1.59:
                assert off == pytest.approx(shown, abs=step + 0.0051)
            if position["epoch"] >= 20:
                loss, accuracy = numbers_in(words)[1:3]
                there = arrays["binary loss"][position["epoch"] >= LOOKS][-1]
                if position["epoch"] in LOOKS:
                    assert loss / np.log(2) == pytest.approx(there, abs=0.01)
                assert 0 <= accuracy <= 100

    def test_tasks_differ_in_what_they_need(self):
        _, words = last(THREE_TASKS, width=16, rate=0.03)
        _, small = last(THREE_TASKS, width=8, rate=0.03)
        _, fast = last(THREE_TASKS, width=16, rate=0.3)
        two, three = numbers_in(words)[-3:-1]
        assert two > 94
        assert 75 < three < 90
        assert numbers_in(small)[-2] < three - 5
        assert numbers_in(fast)[-2] < 45
        assert numbers_in(fast)[-3] < 80


X, Y = nn.spiral_data(200, 3, rng=0)
VALID = nn.spiral_data(200, 3, rng=100)
MIXED = np.random.default_rng(1).permutation(600)


class TestMinibatches:
    @pytest.mark.parametrize("batch_size", [8, 100, 600])
    @pytest.mark.parametrize("order", [EVERY, ONCE, CLASSES])
    def test_a_training_of_our_own_comes_to_the_same(self, batch_size, order):
        rng = np.random.default_rng(0)
        layers, loss = network(2, 64, 64, 3), nn.SoftmaxCategoricalCrossentropy()
        optimizer, sheet = nn.Adam(0.01, decay=1e-3), sheet_of(MINIBATCHES.title)
        for epoch in range(2):
            place = {"batch_size": batch_size, "order": order, "epoch": epoch}
            arrays, words = sheet.arrays(place), sheet.words(place)
            if epoch:
                samples = MIXED if order == ONCE else np.arange(600)
                if order == EVERY and batch_size < 600:
                    samples = rng.permutation(600)
                sums = np.zeros(2)
                for start in range(0, 600, batch_size):
                    batch = samples[start : start + batch_size]
                    value, seen = step(layers, loss, optimizer, X[batch], Y[batch])
                    right = (seen.argmax(axis=1) == Y[batch]).sum()
                    sums += value * len(batch), right
                outputs = run(layers, VALID[0])
                expected = {
                    "training loss": sums[0] / 600,
                    "training accuracy": sums[1] / 600,
                    "validation loss": loss.calculate(outputs, VALID[1]),
                    "validation accuracy": (outputs.argmax(axis=1) == VALID[1]).mean(),
                }
                for name, value in expected.items():
                    half = 0.51 * MINIBATCHES.fields[name].step
                    value = min(value, 2 - 2 / 255)
                    assert arrays[name][0] == pytest.approx(value, abs=half + 3e-3)
                    assert np.isnan(arrays[name][1:]).all()
            judge_map(arrays["map"], nn.Softmax().forward(run(layers, PLANE)))
            each = -(-600 // batch_size)
            assert numbers_in(words)[1:3] == [epoch * each, each] or epoch * each > 999

    def test_the_sentence_says_the_last_entries(self):
        for position, arrays, words in visit(MINIBATCHES):
            epoch, numbers = position["epoch"], numbers_in(words.replace(",", ""))
            each = -(-600 // position["batch_size"])
            assert numbers[:3] == [epoch, epoch * each, each]
            assert sum(numbers[-6::2]) == 600
            if not epoch:
                continue
            names = [
                f"{p} {w}"
                for w in ("loss", "accuracy")
                for p in ("training", "validation")
            ]
            for name, said in zip(names, numbers[3:7], strict=True):
                share = said / 100 if "accuracy" in name else said
                shown, byte = arrays[name][epoch - 1], MINIBATCHES.fields[name].step
                assert shown == pytest.approx(min(share, 2), abs=1.01 * byte + 0.0006)

    def test_more_steps_get_further_in_as_many_epochs(self):
        accuracies = [
            last(MINIBATCHES, batch_size=size)[0]["validation accuracy"][-1]
            for size in (600, 300, 100, 30)
        ]
        assert all(a < b for a, b in itertools.pairwise(accuracies))
        assert accuracies[0] < 0.6
        assert accuracies[-1] > 0.8

    def test_where_the_order_matters_and_where_not(self):
        for size in (8, 30, 100):
            for order, least, most in ((ONCE, 0.7, 1), (CLASSES, 0.2, 0.6)):
                arrays, _ = last(MINIBATCHES, batch_size=size, order=order)
                assert least < arrays["validation accuracy"][-1] < most
        whole = [
            last(MINIBATCHES, batch_size=600, order=order)[0]["validation loss"]
            for order in (EVERY, ONCE, CLASSES)
        ]
        np.testing.assert_allclose(whole[1:], [whole[0]] * 2, atol=0.02)


TRAIN, TEST = nn.spiral_data(1000, 3, rng=0), nn.spiral_data(1000, 3, rng=100)
PLACES = {"all three": [0, 2, 4], "the first": [0], "the second": [2], "the last": [4]}


def to_levels(numbers, bits):
    """Return the numbers at the nearest of 2**bits - 1 levels, found by looking at all of them."""
    largest = np.abs(numbers).max()
    levels = np.linspace(-largest, largest, 2**bits - 1)
    nearest = np.abs(numbers[..., None] - levels).argmin(axis=-1)
    return levels[nearest].astype(np.float32)


@pytest.fixture(scope="module")
def learned():
    """Return the layers of a network of width 16, trained in float64 by a loop of our own."""
    layers, rng = network(2, 16, 16, 3), np.random.default_rng(0)
    for dense in layers[::2]:
        dense.weights = dense.weights.astype(float)
        dense.biases = dense.biases.astype(float)
    loss, optimizer = nn.SoftmaxCategoricalCrossentropy(), nn.Adam(0.01, decay=1e-3)
    X, y = TRAIN[0].astype(float), TRAIN[1]
    for _ in range(60):
        order = rng.permutation(3000)
        for batch in np.split(order, 30):
            step(layers, loss, optimizer, X[batch], y[batch])
    return layers


class TestBits:
    @pytest.mark.parametrize("bits", [2, 3, 5, 8, 32])
    @pytest.mark.parametrize("which", PLACES)
    def test_a_network_of_our_own_rounds_to_the_same(self, learned, bits, which):
        layers = [*network(2, 16, 16, 3)]
        for place in (0, 2, 4):
            for name in ("weights", "biases"):
                array = getattr(learned[place], name).astype(np.float32)
                few = bits < 32 and place in PLACES[which]
                setattr(layers[place], name, to_levels(array, bits) if few else array)
        position = {"bits": bits, "layers": which, "width": 16}
        found = sheet_of(HOW_FEW.title)
        arrays, words = found.arrays(position), found.words(position)
        right = (run(layers, TEST[0]).argmax(axis=1) == TEST[1]).mean()
        said = numbers_in(words.split("accuracy")[1])[0]
        assert said == pytest.approx(100 * right, abs=0.11)
        judge_map(arrays["map"], nn.Softmax().forward(run(layers, PLANE)))
        if bits < 32:
            assert arrays["here"] == pytest.approx([bits, right], abs=1.1e-3)
            assert arrays[which][bits - 2] == pytest.approx(right, abs=1 / 255)
        else:
            assert np.isnan(arrays["here"]).all()
            assert arrays["full"] == pytest.approx([right] * 2, abs=1 / 255)

    def test_curves_and_ring_agree(self):
        for position, arrays, words in visit(HOW_FEW):
            right = numbers_in(words.split("accuracy")[1])[0] / 100
            if position["bits"] <= 12:
                assert arrays["here"] == pytest.approx(
                    [position["bits"], right], abs=6e-4
                )
                shown = arrays[position["layers"]][position["bits"] - 2]
                assert shown == pytest.approx(right, abs=1 / 255)
                assert f"{2 ** position['bits'] - 1:,} levels" in words

    def test_bytes(self):
        found = sheet_of(HOW_FEW.title)
        for bits, which, expected in (
            # Arrays of 32, 16, 256, 16, 48 and 3 numbers; 4 bytes more for each that is rounded.
            (32, "all three", 4 * 371),
            (8, "all three", 371 + 6 * 4),
            (5, "the last", 4 * 320 + 30 + 2 + 2 * 4),
            (2, "the second", 4 * 99 + 64 + 4 + 2 * 4),
        ):
            words = found.words({"bits": bits, "layers": which, "width": 16})
            assert f"371 parameters take {expected:,} bytes" in words
            assert words.endswith(f"{expected / 1484:.0%} of 1,484.")

    def test_eight_bits_do_and_three_do_not(self):
        for width in (16, 32, 64):
            arrays = sheet_of(HOW_FEW.title).arrays({**HOW_FEW.start(), "width": width})
            full, rounded = arrays["full"][0], arrays["all three"]
            assert np.abs(rounded[6:] - full).max() < 0.02
            assert rounded[:2].max() < full - 0.25
            for which in ("the first", "the second", "the last"):
                assert arrays[which][2:].mean() > rounded[2:].mean()
        assert full > 0.87

    def test_the_test_points_are_some_of_those_that_count(self):
        points = sheet_of(HOW_FEW.title).constants["points"]
        np.testing.assert_allclose(points, np.column_stack(TEST)[::10], rtol=1e-6)
