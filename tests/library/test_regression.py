"""Losses and accuracy of networks that predict numbers: by hand, judged, and refusals."""

import math
import re

import numpy as np
import pytest
from differences import slope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LOSSES = ["MeanSquaredError", "MeanAbsoluteError"]
ALL = [*LOSSES, "RegressionAccuracy"]
PREDICTIONS = np.array([[1.0, 2.0], [3.0, 5.0]])
TARGETS = np.array([[0, 2], [5, 8]])  # errors of 1, 0, -2, -3
same_library = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class TestByHand:
    def test_squared(self, nn):
        loss = nn.MeanSquaredError()
        assert loss.forward(PREDICTIONS, TARGETS).tolist() == [0.5, 6.5]
        assert loss.calculate(PREDICTIONS, TARGETS) == 3.5
        gradient = loss.backward(PREDICTIONS, TARGETS)
        assert gradient.tolist() == [[0.5, 0], [-1, -1.5]]

    def test_absolute(self, nn):
        loss = nn.MeanAbsoluteError()
        assert loss.forward(PREDICTIONS, TARGETS).tolist() == [0.5, 2.5]
        assert loss.calculate(PREDICTIONS, TARGETS) == 1.5
        gradient = loss.backward(PREDICTIONS, TARGETS)
        assert gradient.tolist() == [[0.25, 0], [-0.25, -0.25]]

    def test_one_output(self, nn):
        predictions, targets = np.array([[1.0], [4.0], [-1.0], [0.0]]), np.zeros((4, 1))
        squared, absolute = nn.MeanSquaredError(), nn.MeanAbsoluteError()
        assert squared.forward(predictions, targets).tolist() == [1, 16, 1, 0]
        assert squared.calculate(predictions, targets) == 4.5
        assert squared.backward(predictions, targets).tolist() == [
            [0.5],
            [2],
            [-0.5],
            [0],
        ]
        assert absolute.forward(predictions, targets).tolist() == [1, 4, 1, 0]
        assert absolute.calculate(predictions, targets) == 1.5
        gradient = absolute.backward(predictions, targets)
        assert gradient.tolist() == [[0.25], [0.25], [-0.25], [0]]

    def test_one_sample_of_three_outputs(self, nn):
        predictions, targets = np.array([[6.0, -3.0, 1.0]]), np.array([[0.0, 0.0, 1.0]])
        squared, absolute = nn.MeanSquaredError(), nn.MeanAbsoluteError()
        assert squared.calculate(predictions, targets) == 15
        assert squared.backward(predictions, targets).tolist() == [[4, -2, 0]]
        assert absolute.calculate(predictions, targets) == 3
        np.testing.assert_allclose(
            absolute.backward(predictions, targets), [[1 / 3, -1 / 3, 0]], rtol=1e-15
        )

    def test_absolute_has_no_slope_where_it_is_right(self, nn):
        predictions, targets = np.array([[0.0, -0.0, 7.0]]), np.array([[0.0, 0.0, 7.0]])
        gradient = nn.MeanAbsoluteError().backward(predictions, targets)
        assert gradient.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("name", LOSSES)
class TestEveryLoss:
    @same_library
    @given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32))
    def test_gradient(self, nn, name, batch, outputs, seed):
        rng = np.random.default_rng(seed)
        targets = rng.standard_normal((batch, outputs))
        errors = rng.choice([-1, 1], targets.shape) * rng.uniform(
            0.05, 3, targets.shape
        )
        predictions, loss = targets + errors, getattr(nn, name)()
        found = loss.backward(predictions, targets)
        expected = slope(lambda: loss.calculate(predictions, targets), predictions)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)

    @same_library
    @given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32))
    def test_value(self, nn, name, batch, outputs, seed):
        rng = np.random.default_rng(seed)
        predictions, targets = rng.standard_normal((2, batch, outputs))
        power = 2 if name == "MeanSquaredError" else 1
        costs = [
            math.fsum(abs(p - t) ** power for p, t in zip(*rows, strict=True)) / outputs
            for rows in zip(predictions, targets, strict=True)
        ]
        loss = getattr(nn, name)()
        np.testing.assert_allclose(
            loss.forward(predictions, targets), costs, rtol=1e-12
        )
        value = loss.calculate(predictions, targets)
        assert type(value) is float
        assert value == pytest.approx(math.fsum(costs) / batch, rel=1e-12)

    def test_the_books_judge_agrees(self, nn, name):
        predictions, targets = np.random.default_rng(0).standard_normal((2, 4, 3))
        assert nn.check_loss(getattr(nn, name)(), predictions, targets) < 1e-7

    @pytest.mark.parametrize("part", ["factor", "sign", "mean"])
    def test_the_books_judge_rejects(self, nn, name, part):
        class Wrong(getattr(nn, name)):
            def backward(self, predictions, targets):
                right = getattr(nn, name).backward(self, predictions, targets)
                factors = {"factor": 1.001, "sign": -1, "mean": predictions.shape[1]}
                return factors[part] * right

        predictions, targets = np.random.default_rng(0).standard_normal((2, 4, 3))
        with pytest.raises(AssertionError, match=r"^gradient\[\d, \d\] is "):
            nn.check_loss(Wrong(), predictions, targets)

    def test_value_and_gradient(self, nn, name):
        loss = getattr(nn, name)()
        value, gradient = loss.value_and_gradient(PREDICTIONS, TARGETS)
        assert value == loss.calculate(PREDICTIONS, TARGETS)
        np.testing.assert_array_equal(gradient, loss.backward(PREDICTIONS, TARGETS))

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.int8, np.int64, bool])
    def test_targets_of_any_type_never_wrap(self, nn, name, dtype):
        predictions = np.array([[0.5], [-3.0], [0.0]])
        targets = np.array([[1], [1], [1]]).astype(dtype)
        loss = getattr(nn, name)()
        errors = [-0.5, -4, -1]
        if name == "MeanSquaredError":
            expected = (
                [error**2 for error in errors],
                [error * 2 / 3 for error in errors],
            )
        else:
            expected = [0.5, 4, 1], [-1 / 3] * 3
        assert loss.forward(predictions, targets).tolist() == expected[0]
        gradient = loss.backward(predictions, targets)[:, 0]
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-15)

    @pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool])
    def test_predictions_that_are_integers_never_wrap(self, nn, name, dtype):
        predictions, targets = np.array([[0], [1]], dtype), np.array([[1], [0]], dtype)
        loss = getattr(nn, name)()
        assert loss.forward(predictions, targets).tolist() == [1, 1]
        gradient = loss.backward(predictions, targets)
        assert np.sign(gradient).tolist() == [[-1], [1]]

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("of_targets", [np.float32, np.float64, np.int64, np.uint8])
    def test_keeps_the_predictions_type(self, nn, name, dtype, of_targets):
        loss, targets = getattr(nn, name)(), TARGETS.astype(of_targets)
        predictions = PREDICTIONS.astype(dtype)
        assert loss.forward(predictions, targets).dtype == dtype
        assert loss.backward(predictions, targets).dtype == dtype
        assert type(loss.calculate(predictions, targets)) is float

    def test_each_sample_has_its_share_of_the_mean(self, nn, name):
        loss = getattr(nn, name)()
        once = loss.backward(PREDICTIONS, TARGETS)
        thrice = loss.backward(np.tile(PREDICTIONS, (3, 1)), np.tile(TARGETS, (3, 1)))
        np.testing.assert_allclose(thrice, np.tile(once / 3, (3, 1)), rtol=1e-15)

    def test_changes_neither_predictions_nor_targets(self, nn, name):
        predictions, targets = PREDICTIONS.copy(), TARGETS.astype(float)
        getattr(nn, name)().forward(predictions, targets)[:] = 99
        getattr(nn, name)().backward(predictions, targets)[:] = 99
        np.testing.assert_array_equal(predictions, PREDICTIONS)
        np.testing.assert_array_equal(targets, TARGETS)

    def test_an_empty_batch(self, nn, name):
        loss, nothing = getattr(nn, name)(), np.empty((0, 3), np.float32)
        with pytest.raises(
            ValueError, match=f"^{name} got an empty batch: a mean needs at least one"
        ):
            loss.calculate(nothing, nothing)
        assert loss.forward(nothing, nothing).shape == (0,)
        gradient = loss.backward(nothing, nothing)
        assert gradient.shape == (0, 3)
        assert gradient.dtype == np.float32

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_large_numbers(self, nn, name, dtype):
        # As large as a square may be.
        large = 0.5 * math.sqrt(float(np.finfo(dtype).max))
        predictions, targets = np.array([[large], [-large]], dtype), np.zeros((2, 1))
        loss = getattr(nn, name)()
        cost = large**2 if name == "MeanSquaredError" else large
        with np.errstate(all="raise"):
            value = loss.calculate(predictions, targets)
            gradient = loss.backward(predictions, targets)
        assert value == pytest.approx(cost, rel=1e-6)
        pull = large if name == "MeanSquaredError" else 0.5
        np.testing.assert_allclose(gradient, [[pull], [-pull]], rtol=1e-6)

    def test_a_broken_prediction_shows(self, nn, name):
        predictions, loss = PREDICTIONS.copy(), getattr(nn, name)()
        predictions[0, 1] = math.nan
        assert math.isnan(loss.calculate(predictions, TARGETS))
        found = loss.backward(predictions, TARGETS)
        assert np.isnan(found).tolist() == [[False, True], [False, False]]

    def test_takes_lists(self, nn, name):
        loss = getattr(nn, name)()
        assert loss.calculate([[1]], [[3]]) == (4 if name == "MeanSquaredError" else 2)
        assert loss.backward([[1]], [[3]]).tolist() == [
            [-4 if name == "MeanSquaredError" else -1]
        ]


@pytest.mark.parametrize("name", ALL)
class TestRefusals:
    def calls(self, nn, name):
        thing = getattr(nn, name)()
        methods = ("forward", "backward") if name in LOSSES else ("compare",)
        return [thing.calculate, *(getattr(thing, method) for method in methods)]

    def refused(self, nn, name, predictions, targets, message):
        message = f"^{name} expected {re.escape(message)}$"
        for call in self.calls(nn, name):
            with pytest.raises(ValueError, match=message):
                call(np.zeros(predictions), np.zeros(targets))

    def test_a_column_never_meets_a_row(self, nn, name):
        shapes = "targets of the predictions' shape (3, 1), got (3,)"
        advice = "use targets.reshape(3, 1)"
        self.refused(nn, name, (3, 1), (3,), f"{shapes}: {advice}.")

    @pytest.mark.parametrize("targets", [(1, 2), (3, 1), (1, 1), (), (2,), (2, 3)])
    def test_nothing_is_broadcast(self, nn, name, targets):
        shapes = f"targets of the predictions' shape (3, 2), got {targets}"
        self.refused(nn, name, (3, 2), targets, f"{shapes}: one for each output.")

    def test_flat_predictions(self, nn, name):
        shapes = "predictions of shape (batch, outputs), got (3,)"
        reshape = "predictions.reshape"
        advice = f"one sample is {reshape}(1, -1), many samples of one number are"
        message = f"{shapes}: {advice} {reshape}(-1, 1)."
        self.refused(nn, name, (3,), (3,), message)


class TestAccuracy:
    # Their standard deviation is 250: what is off by 1 is right.
    targets = np.array([[-250.0], [250.0], [-250.0], [250.0]])

    def test_by_hand(self, nn):
        predictions = self.targets + np.array([[0.5], [-0.75], [1.5], [-2.0]])
        accuracy = nn.RegressionAccuracy()
        assert accuracy.compare(predictions, self.targets).tolist() == [1, 1, 0, 0]
        value = accuracy.calculate(predictions, self.targets)
        assert type(value) is float
        assert value == 0.5

    def test_the_edge_is_right(self, nn):
        beyond = 1 + 1e-9
        predictions = self.targets + np.array([[1.0], [-1.0], [beyond], [-beyond]])
        found = nn.RegressionAccuracy().compare(predictions, self.targets)
        assert found.tolist() == [1, 1, 0, 0]

    def test_several_outputs(self, nn):
        # One deviation for all outputs: theirs together.
        targets = np.array([[-250.0, 250.0], [250.0, -250.0]])
        predictions = targets + np.array([[0.5, 2.0], [-0.5, 0.25]])
        accuracy = nn.RegressionAccuracy()
        assert accuracy.compare(predictions, targets).tolist() == [0.5, 1]
        assert accuracy.calculate(predictions, targets) == 0.75

    def test_the_deviation_is_that_of_all_targets(self, nn):
        # In each column all targets are the same, in each row they are not.
        targets = np.array([[-250.0, 250.0]] * 3)
        found = nn.RegressionAccuracy().calculate(targets + 0.9, targets)
        assert found == 1
        assert nn.RegressionAccuracy().calculate(targets.T + 0.9, targets.T) == 1

    def test_targets_that_are_all_the_same(self, nn):
        targets = np.full((3, 1), 4.0)
        predictions = np.array([[4.0], [4.0 + 1e-12], [4.0]])
        found = nn.RegressionAccuracy().compare(predictions, targets)
        assert found.tolist() == [1, 0, 1]

    @pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
    def test_targets_of_any_type(self, nn, dtype):
        targets = np.array([[0], [250], [0], [250]]).astype(dtype)  # within 0.5
        predictions = np.array([[-0.25], [250.25], [1.0], [249.0]])
        for kind in (np.float32, np.float64):
            found = nn.RegressionAccuracy().compare(predictions.astype(kind), targets)
            assert found.tolist() == [1, 1, 0, 0]

    def test_lists(self, nn):
        assert nn.RegressionAccuracy().calculate([[0], [3]], [[0], [2]]) == 0.5

    def test_a_broken_prediction_is_wrong(self, nn):
        predictions = self.targets.copy()
        predictions[1] = math.nan
        assert nn.RegressionAccuracy().calculate(predictions, self.targets) == 0.75

    def test_an_empty_batch(self, nn):
        accuracy, nothing = nn.RegressionAccuracy(), np.empty((0, 2))
        assert accuracy.compare(nothing, nothing).shape == (0,)
        with pytest.raises(ValueError, match="RegressionAccuracy got an empty batch"):
            accuracy.calculate(nothing, nothing)

    def test_changes_nothing(self, nn):
        predictions, targets = PREDICTIONS.copy(), TARGETS.copy()
        nn.RegressionAccuracy().compare(predictions, targets)
        np.testing.assert_array_equal(predictions, PREDICTIONS)
        np.testing.assert_array_equal(targets, TARGETS)


class TestSignedErrors:
    def test_by_hand(self, inside):
        found = inside._signed_errors(PREDICTIONS, TARGETS, owner="Own")
        assert found.tolist() == [[1, 0], [-2, -3]]
        found = inside._signed_errors(np.uint8([[1]]), np.uint8([[3]]), owner="Own")
        assert found.tolist() == [[-2]]
        assert found.dtype == np.float32

    def test_the_owner_speaks(self, inside):
        with pytest.raises(ValueError, match="Own expected targets of the predic"):
            inside._signed_errors(PREDICTIONS, TARGETS[:1], owner="Own")


@pytest.mark.parametrize("name", ["MeanSquaredError", "MeanAbsoluteError"])
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("dtype", ["<U1", complex, object])
def test_what_is_no_real_number(nn, name, side, dtype):
    arrays = [np.ones((2, 1)), np.ones((2, 1))]
    arrays[side] = arrays[side].astype(int).astype(dtype)
    with pytest.raises(
        ValueError, match=f"^{name} expected \\w+ of real numbers, got "
    ):
        getattr(nn, name)().calculate(*arrays)
