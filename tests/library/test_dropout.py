"""Dropout: what it drops, that the expectation stays, and the way back through the same mask."""

import math
import re

import numpy as np
import pytest
from differences import slope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RATES = [0.0001, 0.1, 0.25, 0.5, 0.8, 0.999]
same_library = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def training(nn, rate, rng=0):
    """Return a layer that drops, as in training."""
    layer = nn.Dropout(rate, rng=rng)
    layer.training = True
    return layer


def held(nn, rate, seed=3):
    """Return a layer that draws the same mask in every forward."""

    class Held(nn.Dropout):
        def forward(self, inputs):
            self.rng = np.random.default_rng(seed)
            return nn.Dropout.forward(self, inputs)

    layer = Held(rate)
    layer.training = True
    return layer


class EveryNumber:
    """In place of a generator: each number of 16 bits comes exactly once."""

    def integers(self, high, *, size, dtype):
        assert (high, size, dtype) == (2**64, 65536 // 4, np.uint64)
        return np.arange(65536, dtype=np.uint16).view(np.uint64)


class TestMask:
    @pytest.mark.parametrize("rate", RATES)
    def test_drops_its_share(self, nn, rate):
        outputs = training(nn, rate).forward(np.ones((1000, 400)))
        found = np.mean(outputs == 0)
        deviation = math.sqrt(rate * (1 - rate) / outputs.size)
        assert abs(found - rate) < 4 * deviation + 0.5 / 65536

    @pytest.mark.parametrize("rate", RATES[:-1])
    def test_keeps_the_expectation(self, nn, rate):
        outputs = training(nn, rate).forward(np.full((1000, 400), 3.0))
        deviation = 3 * math.sqrt(rate / (1 - rate) / outputs.size)
        assert abs(outputs.mean() - 3) < 4 * deviation + 3e-5

    @pytest.mark.parametrize("rate", [*RATES, 1 / 3, 1e-6, 0.999999, 1 - 1e-16])
    def test_its_mean_over_every_draw_is_one(self, nn, rate):
        layer = training(nn, rate)
        layer.rng = EveryNumber()
        mask = layer.forward(np.ones((256, 256)))
        dropped = np.count_nonzero(mask == 0)
        # To the nearest of the 65536 numbers, but one of them always stays.
        assert abs(dropped - min(65536 * rate, 65535)) <= 0.5
        assert np.unique(mask[mask > 0]).tolist() == [65536 / (65536 - dropped)]
        assert math.fsum(mask.ravel()) / 65536 == pytest.approx(1, rel=1e-12)

    def test_by_hand(self, nn):
        outputs = training(nn, 0.25).forward(np.full((50, 40), 3.0, np.float32))
        assert np.unique(outputs).tolist() == [0, 4]

    @pytest.mark.parametrize("rate", [0.999999, 1 - 1e-16])
    def test_something_always_may_stay(self, nn, rate):
        outputs = training(nn, rate).forward(np.ones((1000, 2000), np.float32))
        assert np.unique(outputs).tolist() == [0, 65536]
        assert 5 < np.count_nonzero(outputs) < 80  # about 30

    @pytest.mark.parametrize("rate", [0, 0.0, 1e-6])
    def test_next_to_nothing_drops_nothing(self, nn, rate):
        layer, inputs = training(nn, rate), np.linspace(-3, 3, 10000).reshape(100, 100)
        np.testing.assert_array_equal(layer.forward(inputs), inputs)
        np.testing.assert_array_equal(layer.backward(inputs), inputs)

    def test_numbers_are_dropped_each_for_itself(self, nn):
        drops = training(nn, 0.3).forward(np.ones((500, 401))) == 0
        for step in (1, 2, 3, 4, 401):
            near = np.corrcoef(drops.ravel()[:-step], drops.ravel()[step:])[0, 1]
            assert abs(near) < 4 / math.sqrt(drops.size)
        for axis in (0, 1):  # neither whole samples nor whole features
            shares = drops.mean(axis=axis)
            expected = math.sqrt(0.3 * 0.7 / drops.shape[axis])
            assert shares.std() == pytest.approx(expected, rel=0.15)

    @pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 3), (2, 4), (5, 7), (0, 3)])
    def test_of_any_shape(self, nn, shape):
        layer = training(nn, 0.5)
        inputs = np.ones(shape)
        outputs = layer.forward(inputs)
        assert outputs.shape == shape
        assert set(np.unique(outputs)) <= {0, 2}
        assert layer.backward(inputs).tolist() == outputs.tolist()


class TestDraws:
    inputs = np.ones((20, 30))

    def test_same_seed_same_bits(self, nn):
        first, again = training(nn, 0.5, rng=4), training(nn, 0.5, rng=4)
        for _ in range(3):
            outputs = first.forward(self.inputs)
            assert outputs.tobytes() == again.forward(self.inputs).tobytes()
        other = training(nn, 0.5, rng=5).forward(self.inputs)
        assert (other != training(nn, 0.5, rng=4).forward(self.inputs)).any()

    def test_another_mask_in_every_forward(self, nn):
        layer = training(nn, 0.5)
        found = [layer.forward(self.inputs) for _ in range(4)]
        assert len({outputs.tobytes() for outputs in found}) == 4

    def test_a_generator_is_used_and_shared(self, nn):
        rng = np.random.default_rng(9)
        first, second = training(nn, 0.5, rng=rng), training(nn, 0.5, rng=rng)
        alone = training(nn, 0.5, rng=9)
        for layer in (first, second, first):
            outputs = layer.forward(self.inputs)
            np.testing.assert_array_equal(outputs, alone.forward(self.inputs))
        assert first.rng is second.rng is rng

    def test_without_a_seed_layers_differ(self, nn):
        found = [training(nn, 0.5, None).forward(self.inputs) for _ in range(2)]
        assert (found[0] != found[1]).any()

    @pytest.mark.parametrize(("rate", "trains"), [(0.5, False), (0, True)])
    def test_dropping_nothing_draws_nothing(self, nn, rate, trains):
        rng = np.random.default_rng(2)
        layer = nn.Dropout(rate, rng=rng)
        layer.training = trains
        layer.forward(self.inputs)
        assert rng.random() == np.random.default_rng(2).random()

    def test_the_global_state_is_left_alone(self, nn):
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        training(nn, 0.5).forward(self.inputs)
        np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


class TestOutsideTraining:
    inputs = np.random.default_rng(0).standard_normal((50, 20))

    @pytest.mark.parametrize("rate", [0, 0.5, 0.999999])
    def test_passes_everything(self, nn, rate):
        layer = nn.Dropout(rate, rng=0)
        assert layer.training is False
        np.testing.assert_array_equal(layer.forward(self.inputs), self.inputs)
        doutputs = 2 * self.inputs
        np.testing.assert_array_equal(layer.backward(doutputs), doutputs)

    def test_after_training(self, nn):
        layer = training(nn, 0.5)
        layer.forward(self.inputs)
        layer.training = False
        np.testing.assert_array_equal(layer.forward(self.inputs), self.inputs)
        np.testing.assert_array_equal(layer.backward(self.inputs), self.inputs)

    @pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float16, np.float32])
    def test_keeps_the_type(self, nn, dtype):
        assert nn.Dropout(0.5).forward(np.ones((2, 3), dtype)).dtype == dtype

    def test_takes_lists(self, nn):
        layer = nn.Dropout(0.5)
        assert layer.forward([[1, 2]]).tolist() == [[1, 2]]
        assert layer.backward([[3, 4]]).tolist() == [[3, 4]]


class TestBackward:
    ones = np.ones((6, 5))

    def test_hands_back_what_was_passed_on(self, nn):
        layer = training(nn, 0.5)
        outputs = layer.forward(self.ones)
        assert 0 < np.count_nonzero(outputs) < outputs.size
        np.testing.assert_array_equal(layer.backward(self.ones), outputs)
        np.testing.assert_array_equal(layer.backward(-3 * self.ones), -3 * outputs)

    def test_uses_the_mask_of_the_last_forward(self, nn):
        layer = training(nn, 0.5)
        first = layer.forward(self.ones)
        last = layer.forward(self.ones)
        assert (first != last).any()
        np.testing.assert_array_equal(layer.backward(self.ones), last)

    def test_training_ends_between_forward_and_backward(self, nn):
        layer = training(nn, 0.5)
        outputs = layer.forward(self.ones)
        layer.training = False
        np.testing.assert_array_equal(layer.backward(self.ones), outputs)

    def test_training_begins_between_forward_and_backward(self, nn):
        layer = nn.Dropout(0.5, rng=0)
        layer.forward(self.ones)
        layer.training = True
        np.testing.assert_array_equal(layer.backward(self.ones), self.ones)

    @same_library
    @given(
        st.integers(1, 5),
        st.integers(1, 5),
        st.integers(0, 2**32),
        st.sampled_from([0, 0.2, 0.5, 0.9]),
    )
    def test_is_the_slope_while_the_mask_is_held(self, nn, batch, features, seed, rate):
        rng = np.random.default_rng(seed)
        inputs, doutputs = rng.standard_normal((2, batch, features))
        layer = held(nn, rate, seed)
        layer.forward(inputs)
        found = layer.backward(doutputs)
        expected = slope(
            lambda: float(np.sum(layer.forward(inputs) * doutputs)), inputs
        )
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)

    def test_the_judge_accepts_a_mask_that_is_held_and_no_other(self, nn):
        inputs = np.random.default_rng(0).standard_normal((5, 4))
        assert nn.check_layer(held(nn, 0.5), inputs)["dinputs"] < 1e-7
        with pytest.raises(AssertionError, match=r"^dinputs\[\d, \d\] is "):
            nn.check_layer(training(nn, 0.5), inputs)

    @pytest.mark.parametrize("trains", [False, True])
    def test_before_forward(self, nn, trains):
        layer = nn.Dropout(0.5)
        layer.training = trains
        with pytest.raises(
            RuntimeError, match=r"^Dropout\.backward came before forward: run forward"
        ):
            layer.backward(self.ones)

    @pytest.mark.parametrize("trains", [False, True])
    @pytest.mark.parametrize("shape", [(1, 5), (5,), (6, 1), ()])
    def test_doutputs_of_another_shape(self, nn, trains, shape):
        layer = nn.Dropout(0.5, rng=0)
        layer.training = trains
        layer.forward(self.ones)
        got = re.escape(str(shape))
        message = (
            rf"^Dropout expected doutputs of the outputs' shape \(6, 5\), got {got}\.$"
        )
        with pytest.raises(ValueError, match=message):
            layer.backward(np.ones(shape))

    def test_leaves_inputs_and_doutputs_alone(self, nn):
        layer, inputs, doutputs = training(nn, 0.5), self.ones.copy(), 2 * self.ones
        layer.forward(inputs)[:] = 99
        layer.backward(doutputs)[:] = 99
        assert (inputs == 1).all()
        assert (doutputs == 2).all()


class TestTypes:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("rate", [0.3, np.float64(0.3), np.float32(0.3)])
    def test_floats_stay_what_they_are(self, nn, dtype, rate):
        layer = training(nn, rate)
        inputs = np.ones((4, 5), dtype)
        assert layer.forward(inputs).dtype == dtype
        assert layer.mask.dtype == dtype
        assert layer.backward(inputs).dtype == dtype

    @pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, bool])
    def test_integers_become_floats_and_never_wrap(self, nn, dtype):
        inputs = np.full((20, 20), 100).astype(dtype)
        outputs = training(nn, 0.75).forward(inputs)
        assert outputs.dtype in (np.float32, np.float64)
        assert np.unique(outputs).tolist() == [0, 4 if dtype is bool else 400]

    def test_lists(self, nn):
        layer = training(nn, 0.5)
        outputs = layer.forward([[1, 1, 1, 1]])
        assert layer.backward([[1, 1, 1, 1]]).tolist() == outputs.tolist()


class TestLayer:
    @pytest.mark.parametrize("rate", [0.25, np.float32(0.25), np.float64(0.25)])
    def test_is_a_layer_without_parameters(self, nn, rate):
        layer = nn.Dropout(rate)
        assert isinstance(layer, nn.Layer)
        assert layer.parameter_names == ()
        assert type(layer.rate) is float
        assert layer.rate == 0.25

    @pytest.mark.parametrize("rate", [-0.1, -1e-9, 1, 1.5, math.nan, math.inf])
    def test_rates_that_make_no_sense(self, nn, rate):
        message = (
            f"Dropout needs a rate from 0 to below 1, got {rate}: 0.1 drops a tenth."
        )
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            nn.Dropout(rate)

    @pytest.mark.parametrize("trains", [False, True])
    def test_an_empty_batch(self, nn, trains):
        layer = nn.Dropout(0.5, rng=0)
        layer.training = trains
        assert layer.forward(np.empty((0, 3))).shape == (0, 3)
        assert layer.backward(np.empty((0, 3))).shape == (0, 3)
