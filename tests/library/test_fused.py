"""Fused losses: the same as two steps where those still can, and right where they cannot."""

import math

import numpy as np
import pytest
from differences import slope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CATEGORICAL = "SoftmaxCategoricalCrossentropy"
BINARY = "SigmoidBinaryCrossentropy"
LN2 = math.log(2)
same_library = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
batches = st.integers(1, 6)
seeds = st.integers(0, 2**32)


def draw(name, batch, width, seed, form="soft"):
    """Return logits and targets for a fused loss; categorical ones have width + 1 classes."""
    rng = np.random.default_rng(seed)
    if name == BINARY:
        logits = 2 * rng.standard_normal((batch, width))
        targets = rng.random(logits.shape)
        return logits, targets if form == "soft" else targets.round()
    logits = 2 * rng.standard_normal((batch, width + 1))
    labels = rng.integers(width + 1, size=batch)
    if form == "soft":
        return logits, rng.dirichlet(np.ones(width + 1), batch)
    return logits, labels if form == "labels" else np.eye(width + 1)[labels]


class TestByHand:
    @pytest.mark.parametrize("targets", [[2, 0], [[0, 0, 1], [1, 0, 0]]])
    def test_categorical(self, nn, targets):
        logits = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 4.0]])
        loss, targets = nn.SoftmaxCategoricalCrossentropy(), np.array(targets)
        losses = loss.forward(logits, targets)
        np.testing.assert_allclose(losses, [math.log(1.6), math.log(10 / 3)])
        np.testing.assert_allclose(
            loss.backward(logits, targets),
            [[0.0625, 0.125, -0.1875], [-0.35, 0.15, 0.2]],
        )
        assert loss.calculate(logits, targets) == pytest.approx(math.log(16 / 3) / 2)

    def test_categorical_with_targets_split_over_classes(self, nn):
        logits, targets = np.zeros((1, 4)), np.array([[0.5, 0.25, 0.25, 0]])
        loss = nn.SoftmaxCategoricalCrossentropy()
        assert loss.calculate(logits, targets) == pytest.approx(2 * LN2)
        assert loss.backward(logits, targets).tolist() == [[-0.25, 0, 0, 0.25]]

    @pytest.mark.parametrize("dtype", [np.uint8, bool, np.int64, np.float32])
    def test_binary(self, nn, dtype):
        logits = np.array([[0, math.log(3)], [-math.log(3), 0]])
        loss, targets = nn.SigmoidBinaryCrossentropy(), np.array([[1, 0], [0, 0]])
        losses = loss.forward(logits, targets.astype(dtype))
        expected = [(LN2 + math.log(4)) / 2, (math.log(4 / 3) + LN2) / 2]
        np.testing.assert_allclose(losses, expected, rtol=1e-14)
        np.testing.assert_allclose(
            4 * loss.backward(logits, targets.astype(dtype)),
            [[-0.5, 0.75], [0.25, 0.5]],
            rtol=1e-14,
        )

    def test_binary_with_targets_between_no_and_yes(self, nn):
        loss, target = nn.SigmoidBinaryCrossentropy(), np.array([[0.25]])
        # The best answer is the target itself; what is left is its own uncertainty.
        logits = np.array([[-math.log(3)]])
        np.testing.assert_allclose(loss.backward(logits, target), 0, atol=1e-16)
        least = 2 * LN2 - 0.75 * math.log(3)
        assert loss.calculate(logits, target) == pytest.approx(least)


class TestDifferences:
    @pytest.mark.parametrize("name", [CATEGORICAL, BINARY])
    @same_library
    @given(
        batches, st.integers(1, 4), seeds, st.sampled_from(["labels", "hot", "soft"])
    )
    def test_gradient(self, nn, name, batch, width, seed, form):
        logits, targets = draw(name, batch, width, seed, form)
        loss = getattr(nn, name)()
        found = loss.backward(logits, targets)
        expected = slope(lambda: loss.calculate(logits, targets), logits)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


class TestInsteadOfTwoSteps:
    """The table, each entry of which stands for the pair that is its key."""

    def test_says_what_takes_the_place_of_what(self, nn):
        expected = {
            (nn.Softmax, nn.CategoricalCrossentropy): nn.SoftmaxCategoricalCrossentropy,
            (nn.Sigmoid, nn.BinaryCrossentropy): nn.SigmoidBinaryCrossentropy,
        }
        found = dict(nn.FUSED)
        assert found == expected

    @pytest.mark.parametrize("place", [0, 1])
    @same_library
    @given(
        batches, st.integers(1, 4), seeds, st.sampled_from(["labels", "hot", "soft"])
    )
    def test_is_the_same(self, nn, place, batch, width, seed, form):
        (activation, loss), fused = list(nn.FUSED.items())[place]
        logits, targets = draw(fused.__name__, batch, width, seed, form)
        layer, loss, fused = activation(), loss(), fused()
        predictions = layer.forward(logits)
        np.testing.assert_allclose(
            fused.forward(logits, targets),
            loss.forward(predictions, targets),
            rtol=1e-9,
        )
        np.testing.assert_allclose(
            fused.backward(logits, targets),
            layer.backward(loss.backward(predictions, targets)),
            rtol=1e-9,
            atol=1e-12,
        )

    def test_keeps_the_slope_that_two_steps_lose(self, nn):
        logits, targets = np.array([[0.0, 40.0]]), np.array([0])
        layer, loss = nn.Softmax(), nn.CategoricalCrossentropy()
        lost = layer.backward(loss.backward(layer.forward(logits), targets))
        assert np.abs(lost).max() < 1e-9
        found = nn.SoftmaxCategoricalCrossentropy().backward(logits, targets)
        np.testing.assert_allclose(found, [[-1, 1]], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
class TestLogitsOfAnySize:
    def test_categorical(self, nn, dtype):
        inf = math.inf
        logits = np.array(
            [[1000, -1000], [1000, -1000], [inf, 0], [inf, inf], [-inf, -inf]], dtype
        )
        loss, targets = nn.SoftmaxCategoricalCrossentropy(), np.array([0, 1, 0, 0, 1])
        with np.errstate(all="raise", under="ignore"):
            losses = loss.forward(logits, targets)
            gradient = loss.backward(logits, targets)
        assert losses.dtype == gradient.dtype == dtype
        np.testing.assert_allclose(losses, [0, 2000, 0, LN2, LN2], rtol=1e-6)
        expected = [[0, 0], [1, -1], [0, 0], [-0.5, 0.5], [0.5, -0.5]]
        np.testing.assert_allclose(5 * gradient, expected, rtol=1e-6)

    def test_binary(self, nn, dtype):
        inf = math.inf
        logits = np.array([[1000], [1000], [-1000], [-1000], [inf], [-inf]], dtype)
        targets = np.array([[1], [0], [1], [0], [1], [0]])
        loss = nn.SigmoidBinaryCrossentropy()
        with np.errstate(all="raise", under="ignore"):
            losses = loss.forward(logits, targets)
            gradient = loss.backward(logits, targets)
        assert losses.dtype == gradient.dtype == dtype
        assert losses.tolist() == [0, 1000, 1000, 0, 0, 0]
        np.testing.assert_allclose(
            6 * gradient, [[0], [1], [-1], [0], [0], [0]], rtol=1e-6
        )

    @pytest.mark.parametrize("size", ["largest", "infinite"])
    @pytest.mark.parametrize("name", [CATEGORICAL, BINARY])
    def test_a_batch_of_endless_mistakes_has_a_mean(self, nn, name, size, dtype):
        far = math.inf if size == "infinite" else np.finfo(dtype).max
        logits, targets = np.array([[-far, far]] * 4, dtype), np.array([[1, 0]] * 4)
        with np.errstate(all="raise", under="ignore"):
            loss = getattr(nn, name)()
            mean, gradient = loss.value_and_gradient(logits, targets)
        # As far as the loss goes: the root of the largest number.
        assert mean == pytest.approx(math.sqrt(np.finfo(dtype).max), rel=1e-5)
        share = 4 if name == CATEGORICAL else 8
        assert (share * gradient).tolist() == [[-1, 1]] * 4

    def test_keeps_the_digits_of_small_losses(self, nn, dtype):
        logit = 15.0 if dtype == np.float32 else 30.0
        losses = nn.SigmoidBinaryCrossentropy().forward(
            np.array([[logit], [-logit]], dtype), np.array([[1], [0]])
        )
        np.testing.assert_allclose(losses, math.exp(-logit), rtol=1e-6)


def test_a_shift_of_all_logits_changes_nothing(nn):
    loss, logits = nn.SoftmaxCategoricalCrossentropy(), np.array([[1.0, 2.0, 4.0]])
    for targets in (np.array([1]), np.array([[0.5, 0.25, 0.25]])):
        value, gradient = loss.value_and_gradient(logits, targets)
        again, same = loss.value_and_gradient(logits - 2.0**20, targets)
        assert again == value
        assert same.tolist() == gradient.tolist()


ALL = ["CategoricalCrossentropy", "BinaryCrossentropy", CATEGORICAL, BINARY]


class TestValueAndGradient:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("name", ALL)
    @same_library
    @given(
        batches, st.integers(1, 4), seeds, st.sampled_from(["labels", "hot", "soft"])
    )
    def test_is_both_to_the_bit(self, nn, name, dtype, batch, width, seed, form):
        fused = BINARY if "Binary" in name else CATEGORICAL
        predictions, targets = draw(fused, batch, width, seed, form)
        if name not in (CATEGORICAL, BINARY):
            predictions = 1 / (1 + np.exp(-predictions))
        predictions = predictions.astype(dtype)
        loss = getattr(nn, name)()
        value, gradient = loss.value_and_gradient(predictions, targets)
        assert value == loss.calculate(predictions, targets)
        expected = loss.backward(predictions, targets)
        assert gradient.tolist() == expected.tolist()
        assert gradient.dtype == expected.dtype == dtype
        assert gradient.shape == predictions.shape
        assert isinstance(value, float)

    @pytest.mark.parametrize("name", ALL)
    def test_of_an_empty_batch(self, nn, name):
        message = f"{name} got an empty batch: a mean needs at least one sample"
        with pytest.raises(ValueError, match=message):
            getattr(nn, name)().value_and_gradient(np.empty((0, 2)), np.empty((0, 2)))

    def test_comes_from_the_parts_of_a_loss_of_your_own(self, nn):
        class Halved(nn.Loss):
            def forward(self, predictions, targets):
                return np.array([1.0, 2.0, 6.0])

            def backward(self, predictions, targets):
                return predictions / 2

        value, gradient = Halved().value_and_gradient(np.ones((3, 1)), np.zeros(3))
        assert value == 3
        assert gradient.tolist() == [[0.5]] * 3


@pytest.mark.parametrize("name", [CATEGORICAL, BINARY])
class TestBoth:
    logits = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
    targets = np.array([[0, 1, 0], [0, 0, 1]])

    @pytest.mark.parametrize("target_type", [np.uint8, np.int64, np.float64])
    def test_stay_in_single_precision(self, nn, name, target_type):
        loss, logits = getattr(nn, name)(), np.float32(self.logits)
        targets = self.targets.astype(target_type)
        assert loss.forward(logits, targets).dtype == np.float32
        assert loss.backward(logits, targets).dtype == np.float32
        assert loss.value_and_gradient(logits, targets)[1].dtype == np.float32

    def test_change_neither_logits_nor_targets(self, nn, name):
        loss = getattr(nn, name)()
        logits, targets = self.logits.copy(), self.targets.astype(float)
        loss.forward(logits, targets)[:] = 99
        loss.backward(logits, targets)[:] = 99
        loss.value_and_gradient(logits, targets)[1][:] = 99
        np.testing.assert_array_equal(logits, self.logits)
        np.testing.assert_array_equal(targets, self.targets)

    def test_a_broken_logit_shows_in_loss_and_gradient(self, nn, name):
        logits = self.logits.copy()
        logits[0, 1] = math.nan
        loss = getattr(nn, name)()
        value, gradient = loss.value_and_gradient(logits, self.targets)
        assert math.isnan(value)
        assert math.isnan(loss.calculate(logits, self.targets))
        assert np.isnan(loss.forward(logits, self.targets)).tolist() == [True, False]
        for found in (gradient, loss.backward(logits, self.targets)):
            assert np.isnan(found[0, 1])
            assert np.isfinite(found[1]).all()

    def test_backward_of_an_empty_batch(self, nn, name):
        found = getattr(nn, name)().backward(np.empty((0, 3)), np.empty((0, 3)))
        assert found.shape == (0, 3)

    @pytest.mark.parametrize(
        "method", ["forward", "backward", "calculate", "value_and_gradient"]
    )
    def test_flat_logits(self, nn, name, method):
        message = rf"{name} expected predictions of shape \(batch, \w+\), got \(3,\)"
        with pytest.raises(ValueError, match=message):
            getattr(getattr(nn, name)(), method)(np.zeros(3), np.array([0, 1, 1]))


@pytest.mark.parametrize("method", ["forward", "backward", "value_and_gradient"])
class TestRefusals:
    @pytest.mark.parametrize(
        ("targets", "message"),
        [
            ([0, 3], "labels 0 to 2, got 0 to 3: there are 3 classes"),
            ([[0], [1]], r"got \(2, 1\): labels are targets.reshape\(-1\)"),
            ([0.0, 1.0], r"expected integer labels, got float64: use targets.astype"),
            ([[1, 1, 0], [1, 0, 0]], "expected one-hot rows, which sum to 1, got the"),
        ],
    )
    def test_categorical(self, nn, method, targets, message):
        call = getattr(nn.SoftmaxCategoricalCrossentropy(), method)
        with pytest.raises(ValueError, match=f"{CATEGORICAL} .*{message}"):
            call(np.zeros((2, 3)), np.array(targets))

    def test_a_single_class(self, nn, method):
        call = getattr(nn.SoftmaxCategoricalCrossentropy(), method)
        with pytest.raises(ValueError, match=f"{CATEGORICAL} needs 2 classes or more"):
            call(np.zeros((2, 1)), np.array([0, 0]))

    @pytest.mark.parametrize(
        ("targets", "message"),
        [
            ([0, 1], r"got \(2,\): use targets.reshape\(2, 1\)"),
            ([[0], [2]], r"expected targets from 0 \(no\) to 1 \(yes\), got 0 to 2"),
            ([[-1], [1]], r"expected targets from 0 \(no\) to 1 \(yes\), got -1 to 1"),
            ([[0], [math.nan]], r"targets from 0 \(no\) to 1 \(yes\), got nan to nan"),
        ],
    )
    def test_binary(self, nn, method, targets, message):
        call = getattr(nn.SigmoidBinaryCrossentropy(), method)
        with pytest.raises(ValueError, match=f"{BINARY} .*{message}"):
            call(np.zeros((2, 1)), np.array(targets))


def test_scores_are_what_a_fused_loss_wants(nn):
    # The plain losses refuse these: no probabilities.
    scores = np.array([[5.0, -3.0]])
    categorical, binary = (getattr(nn, name)() for name in (CATEGORICAL, BINARY))
    assert categorical.calculate(scores, np.array([0])) == pytest.approx(
        math.log(1 + math.exp(-8))
    )
    assert binary.calculate(scores, np.array([[1, 0]])) == pytest.approx(
        (math.log(1 + math.exp(-5)) + math.log(1 + math.exp(-3))) / 2
    )


@pytest.mark.parametrize("method", ["calculate", "value_and_gradient"])
def test_a_loss_with_a_method_of_its_own_is_not_passed_over(nn, method):
    """Neither by the fused loss in its place, nor by a shortcut that it inherits."""

    def hundredfold(self, predictions, targets):
        found = getattr(nn.CategoricalCrossentropy, method)(self, predictions, targets)
        return 100 * found if method == "calculate" else (100 * found[0], found[1])

    made = type("Own", (nn.CategoricalCrossentropy,), {method: hundredfold})
    X, y = nn.spiral_data(5, 3, rng=0)
    losses = []
    for loss in (nn.CategoricalCrossentropy(), made()):
        model = nn.Model([nn.Dense(2, 3, rng=0), nn.Softmax()])
        model.set(loss=loss, optimizer=nn.SGD(1e-9))
        losses += model.train(X, y, print_every=0).loss
    assert losses[1] == pytest.approx(100 * losses[0], rel=1e-4)


def test_calculate_of_ones_own_is_called_by_value_and_gradient(nn):
    class Doubled(nn.MeanSquaredError):
        def calculate(self, predictions, targets):
            return 2 * super().calculate(predictions, targets)

    ones = np.ones((3, 1))
    assert Doubled().value_and_gradient(3 * ones, ones)[0] == 8.0
