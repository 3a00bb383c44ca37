"""The judge is judged: right gradients pass, and one that is wrong by 0.1 % anywhere does not."""

import math
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

same_library = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def line(array, *slopes):
    """Return a function whose gradient is `slopes`, wherever the array is."""
    return lambda: float(np.dot(array, slopes))


class TestNumericalGradient:
    def test_by_hand(self, nn):
        x = np.array([[2.0, 3.0], [5.0, -1.0]])
        found = nn.numerical_gradient(
            lambda: x[0, 0] * x[0, 1] ** 2 - 4 * x[1, 0] + x[1, 1] ** 2, x
        )
        np.testing.assert_allclose(found, [[9, 12], [-4, -2]], rtol=1e-8)

    def test_looks_to_both_sides_by_the_step(self, nn):
        x = np.array([1.0])
        # (1.5^3 - 0.5^3) / 1
        assert nn.numerical_gradient(lambda: x[0] ** 3, x, step=0.5) == [3.25]

    def test_moves_one_entry_at_a_time(self, nn):
        x, seen = np.zeros(2), []
        nn.numerical_gradient(lambda: seen.append(x.tolist()) or 0.0, x, step=0.25)
        assert seen == [[0.25, 0], [-0.25, 0], [0, 0.25], [0, -0.25]]

    def test_of_a_single_number(self, nn):
        x = np.array(3.0)
        found = nn.numerical_gradient(lambda: float(x) ** 2, x)
        assert found.shape == ()
        assert found == pytest.approx(6, rel=1e-8)

    def test_puts_the_array_back_to_the_bit(self, nn):
        x = np.random.default_rng(0).standard_normal((3, 4))
        kept = x.tobytes()
        nn.numerical_gradient(lambda: float(np.sum(x**2)), x)
        assert x.tobytes() == kept

    @pytest.mark.parametrize("calls", [0, 1, 2, 3])
    def test_puts_the_array_back_when_the_function_fails(self, nn, calls):
        x, left = np.array([0.1, 0.7]), iter(range(calls))

        def function():
            next(left)
            return 0.0

        with pytest.raises(StopIteration):
            nn.numerical_gradient(function, x)
        assert x.tolist() == [0.1, 0.7]

    @pytest.mark.parametrize("dtype", ["float32", "float16", "int64"])
    def test_too_few_digits(self, nn, dtype):
        advice = 'use array.astype("float64"), or dtype=np.float64 in Dense.'
        message = re.escape(f"Differences need float64, got {dtype}: {advice}")
        with pytest.raises(ValueError, match=message):
            nn.numerical_gradient(lambda: 0.0, np.ones(2, dtype))


class TestCheckGradient:
    def test_a_right_one_passes_with_its_error(self, nn):
        x = np.array([[1.0, -2.0], [0.5, 3.0]])
        worst = nn.check_gradient(lambda: float(np.sum(x**2)), x, 2 * x)
        assert isinstance(worst, float)
        assert worst < 1e-8

    @same_library
    @given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.data())
    def test_wrong_by_a_thousandth_in_any_entry(self, nn, shape, data):
        seed = data.draw(st.integers(0, 2**32))
        index = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
        x = np.random.default_rng(seed).uniform(0.5, 2, shape)
        gradient = 3 * x**2
        nn.check_gradient(lambda: float(np.sum(x**3)), x, gradient)
        gradient[index] *= 1.001
        place = re.escape(f"gradient[{', '.join(map(str, index))}] is ")
        with pytest.raises(AssertionError, match=f"^{place}"):
            nn.check_gradient(lambda: float(np.sum(x**3)), x, gradient)

    def test_names_the_worst_entry_and_both_values(self, nn):
        x = np.zeros((2, 3))
        gradient = np.full((2, 3), 2.0)
        gradient[0, 1], gradient[1, 2] = 2.25, -2.5
        message = r"^dweights\[1, 2\] is -2.5, differences say 2\.$"
        with pytest.raises(AssertionError, match=message):
            nn.check_gradient(lambda: 2 * float(x.sum()), x, gradient, name="dweights")

    def test_another_shape(self, nn):
        message = r"^dbiases has shape \(3,\), what it belongs to \(1, 3\)\.$"
        with pytest.raises(AssertionError, match=message):
            nn.check_gradient(
                lambda: 0.0, np.zeros((1, 3)), np.zeros(3), name="dbiases"
            )

    @pytest.mark.parametrize(
        ("claimed", "error"), [(2.0, 0.0), (4.0, 0.5), (0.0, 1.0), (-2.0, 2.0)]
    )
    def test_errors_are_relative_to_the_larger_value(self, nn, claimed, error):
        x = np.zeros(1)
        found = nn.check_gradient(line(x, 2), x, np.array([claimed]), tolerance=2.1)
        assert found == pytest.approx(error, abs=1e-12)

    def test_tolerance(self, nn):
        x = np.zeros(1)
        for gradient, least in ((2 + 1e-6, 5e-7), (2 + 1e-3, 5e-4)):
            claimed = np.array([gradient])
            found = nn.check_gradient(line(x, 2), x, claimed, tolerance=1.1 * least)
            assert found == pytest.approx(least, rel=1e-3)
            with pytest.raises(AssertionError):
                nn.check_gradient(line(x, 2), x, claimed, tolerance=0.9 * least)

    def test_passes_up_to_a_millionth(self, nn):
        x = np.zeros(1)
        nn.check_gradient(line(x, 2), x, np.array([2 + 1.9e-6]))
        with pytest.raises(AssertionError):
            nn.check_gradient(line(x, 2), x, np.array([2 + 2.1e-6]))

    @pytest.mark.parametrize(
        ("slope", "claimed"), [(1, 1.001), (0.1, 0.1001), (0.001, -0.001), (0, 0.001)]
    )
    def test_a_small_entry_beside_a_large_one(self, nn, slope, claimed):
        x = np.zeros(2)
        nn.check_gradient(line(x, 1000, slope), x, np.array([1000, slope]))
        with pytest.raises(AssertionError, match=r"^gradient\[1\] is "):
            nn.check_gradient(line(x, 1000, slope), x, np.array([1000, claimed]))

    def test_what_is_lost_beside_a_large_one(self, nn):
        x = np.zeros(2)
        # A hundredth of the largest is 10: beside it a millionth is no error any more.
        worst = nn.check_gradient(line(x, 1000, 1e-3), x, np.array([1000, 1.001e-3]))
        assert worst == pytest.approx(1e-7, rel=1e-3)

    def test_a_gradient_of_nothing_but_zeros(self, nn):
        x = np.ones((2, 2))
        assert nn.check_gradient(lambda: 5.0, x, np.zeros((2, 2))) == 0
        claimed = np.array([[0, 0], [0, 1e-9]])
        message = r"^gradient\[1, 1\] is 1e-09, differences say 0\.$"
        with pytest.raises(AssertionError, match=message):
            nn.check_gradient(lambda: 5.0, x, claimed)
        # Relative to 1e-4, the least that anything is measured by.
        worst = nn.check_gradient(lambda: 5.0, x, claimed / 100)
        assert worst == pytest.approx(1e-7)

    @pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
    @pytest.mark.parametrize("entry", [0, 1, 2])
    def test_a_claim_that_is_no_number(self, nn, entry, number):
        x = np.zeros(3)
        gradient = np.array([1.0, 2.0, 3.0])
        gradient[entry] = number
        message = rf"^gradient\[{entry}\] is {number}, differences say {entry + 1}\.$"
        with (
            np.errstate(invalid="ignore"),
            pytest.raises(AssertionError, match=message),
        ):
            nn.check_gradient(line(x, 1, 2, 3), x, gradient)

    def test_a_function_that_is_no_number(self, nn):
        x = np.zeros(2)
        message = r"^gradient\[1\] is 1, differences say nan\.$"
        with pytest.raises(AssertionError, match=message):
            nn.check_gradient(
                lambda: x[0] if x[1] == 0 else math.nan, x, np.array([1.0, 1.0])
            )


def wrong_dense(nn, gradient, entry):
    """Return a dense layer with one entry of one gradient a thousandth too large."""

    class Wrong(nn.Dense):
        def backward(self, doutputs):
            dinputs = super().backward(doutputs)
            array = dinputs if gradient == "dinputs" else getattr(self, gradient)
            array[entry] *= 1.001
            return dinputs

    return Wrong(3, 2, rng=0, dtype=np.float64)


class TestCheckLayer:
    inputs = np.random.default_rng(0).standard_normal((4, 3))

    def test_judges_inputs_and_every_parameter(self, nn):
        verdict = nn.check_layer(nn.Dense(3, 2, rng=0, dtype=np.float64), self.inputs)
        assert list(verdict) == ["dinputs", "dweights", "dbiases"]
        assert max(verdict.values()) < 1e-7
        assert list(nn.check_layer(nn.ReLU(), self.inputs)) == ["dinputs"]

    @pytest.mark.parametrize(
        ("gradient", "entry"), [("dinputs", (3, 1)), ("dweights", (0, 1))]
    )
    def test_names_what_is_wrong(self, nn, gradient, entry):
        layer = wrong_dense(nn, gradient, entry)
        # So that the entry is among the large ones, whatever was drawn.
        layer.weights[:] = [[1, 2], [2, -1], [1, 1]]
        place = re.escape(f"{gradient}[{entry[0]}, {entry[1]}] is ")
        with pytest.raises(AssertionError, match=f"^{place}"):
            nn.check_layer(layer, self.inputs)

    def test_names_wrong_biases(self, nn):
        layer = wrong_dense(nn, "dbiases", (0, 0))
        with pytest.raises(AssertionError, match=r"^dbiases\[0, 0\] is "):
            nn.check_layer(layer, self.inputs)

    def test_a_wrong_softmax_has_nowhere_to_hide(self, nn):
        # Its outputs sum to one: a plain sum of them would have no slope at all.
        class Flat(nn.Softmax):
            def backward(self, doutputs):
                return np.zeros_like(doutputs)

        with pytest.raises(AssertionError, match=r"is 0, differences say "):
            nn.check_layer(Flat(), self.inputs)

    def test_a_gradient_of_another_shape(self, nn):
        class Transposed(nn.ReLU):
            def backward(self, doutputs):
                return super().backward(doutputs).T

        with pytest.raises(AssertionError, match=r"^dinputs has shape \(3, 4\), what"):
            nn.check_layer(Transposed(), self.inputs)

    def test_leaves_inputs_and_parameters_as_they_were(self, nn):
        layer, inputs = nn.Dense(3, 2, rng=0, dtype=np.float64), self.inputs.copy()
        kept = layer.weights.tobytes(), layer.biases.tobytes(), inputs.tobytes()
        nn.check_layer(layer, inputs)
        found = layer.weights.tobytes(), layer.biases.tobytes(), inputs.tobytes()
        assert found == kept

    def test_takes_inputs_that_nobody_may_change(self, nn):
        inputs = self.inputs.copy()
        inputs.flags.writeable = False
        assert nn.check_layer(nn.Softmax(), inputs)["dinputs"] < 1e-7

    def test_takes_integers_and_single_precision(self, nn):
        for dtype in (np.int64, np.uint8, np.float32):
            nn.check_layer(nn.Sigmoid(), np.array([[0, 1], [2, 3]], dtype))

    def test_draws_the_weighting_from_what_is_handed_in(self, nn):
        class Watched(nn.ReLU):
            def backward(self, doutputs):
                self.seen = doutputs
                return super().backward(doutputs)

        layer = Watched()
        for rng in (5, np.random.default_rng(5)):
            nn.check_layer(layer, self.inputs, rng=rng)
            expected = np.random.default_rng(5).standard_normal((4, 3))
            np.testing.assert_array_equal(layer.seen, expected)


class TestCheckLoss:
    predictions = np.array([[0.5, 0.3, 0.2], [0.25, 0.25, 0.5]])

    def test_a_right_one(self, nn):
        loss, kept = nn.CategoricalCrossentropy(), self.predictions.copy()
        assert nn.check_loss(loss, self.predictions, np.array([0, 2])) < 1e-7
        assert nn.check_loss(loss, np.float32(kept), np.array([0, 2])) < 1e-7
        np.testing.assert_array_equal(self.predictions, kept)

    @pytest.mark.parametrize("entry", [(0, 0), (1, 2)])
    def test_wrong_by_a_thousandth(self, nn, entry):
        class Wrong(nn.CategoricalCrossentropy):
            def backward(self, predictions, targets):
                gradient = super().backward(predictions, targets)
                gradient[entry] *= 1.001
                return gradient

        place = re.escape(f"gradient[{entry[0]}, {entry[1]}] is ")
        with pytest.raises(AssertionError, match=f"^{place}"):
            nn.check_loss(Wrong(), self.predictions, np.array([0, 2]))

    def test_a_forgotten_mean(self, nn):
        class Sum(nn.CategoricalCrossentropy):
            def backward(self, predictions, targets):
                return len(predictions) * super().backward(predictions, targets)

        message = r"gradient\[0, 0\] is -2, differences say -1\."
        with pytest.raises(AssertionError, match=message):
            nn.check_loss(Sum(), self.predictions, np.array([0, 2]))


def test_a_layer_in_single_precision_is_told_to_be_in_double(nn):
    with pytest.raises(ValueError, match="Differences need float64, got float32"):
        nn.check_layer(nn.Dense(3, 2, rng=0), np.ones((4, 3)))


def test_a_claimed_list_that_is_wrong(nn):
    with pytest.raises(AssertionError, match=r"gradient\[0\] is 1, differences say 0"):
        nn.check_gradient(lambda: 0.0, np.ones(2), [1.0, 0.0])


def test_nothing_to_judge(nn):
    with pytest.raises(ValueError, match=r"nothing to check in an array of \(0, 2\)"):
        nn.check_layer(nn.ReLU(), np.empty((0, 2)))
