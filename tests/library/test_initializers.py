"""The weights a layer starts with: how far they spread, whose draws they are, and refusals."""

import math
import re

import numpy as np
import pytest

from nnfs_lib.stages import ch01

SHAPE = (50, 400)  # 20,000 numbers
# name -> the variance of a layer from 50 inputs to 400 neurons
SPREADS = {"he_normal": 2 / 50, "glorot_uniform": 2 / 450}
NAMES = [*SPREADS, "normal", "constant"]


def initializer(nn, name):
    """Return the initializer of that name; those that take a number get 0.25."""
    made = getattr(nn, name)
    return made(0.25) if name in ("normal", "constant") else made


def draw(nn, name, shape=SHAPE, seed=0, dtype=np.float32):
    return initializer(nn, name)(shape, np.random.default_rng(seed), dtype)


@pytest.mark.parametrize("name", NAMES)
class TestEvery:
    @pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 2)])
    @pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, "float32"])
    def test_shape_and_type(self, nn, name, shape, dtype):
        weights = draw(nn, name, shape, dtype=dtype)
        assert weights.shape == shape
        assert weights.dtype == dtype
        assert weights.flags.writeable

    def test_same_seed_same_bits(self, nn, name):
        assert draw(nn, name).tobytes() == draw(nn, name).tobytes()
        another = draw(nn, name, seed=1)
        assert (another.tobytes() == draw(nn, name).tobytes()) == (name == "constant")

    def test_both_types_are_the_same_draws(self, nn, name):
        np.testing.assert_allclose(
            draw(nn, name), draw(nn, name, dtype=np.float64), rtol=1e-6
        )

    def test_dense_takes_it(self, nn, name):
        layer = nn.Dense(*SHAPE, initializer=initializer(nn, name), rng=0)
        assert layer.weights.tobytes() == draw(nn, name).tobytes()
        assert layer.weights.dtype == np.float32
        assert not layer.biases.any()

    def test_dense_draws_once_and_in_order(self, nn, name):
        rng, beside = np.random.default_rng(3), np.random.default_rng(3)
        for shape in ((2, 3), (3, 4)):
            layer = nn.Dense(*shape, initializer=initializer(nn, name), rng=rng)
            expected = initializer(nn, name)(shape, beside, np.float32)
            np.testing.assert_array_equal(layer.weights, expected)
        assert rng.random() == beside.random()

    def test_two_layers_share_nothing(self, nn, name):
        made = initializer(nn, name)
        first, second = (nn.Dense(2, 3, initializer=made, rng=0) for _ in range(2))
        kept = second.weights.copy()
        first.weights[:] = 99
        np.testing.assert_array_equal(second.weights, kept)


class TestSpread:
    @pytest.mark.parametrize("name", SPREADS)
    def test_mean_and_variance(self, nn, name):
        weights = draw(nn, name, dtype=np.float64)
        deviation = math.sqrt(SPREADS[name])
        assert abs(weights.mean()) < 4 * deviation / math.sqrt(weights.size)
        # Four deviations of a variance of 20,000 normal numbers.
        assert weights.var() == pytest.approx(SPREADS[name], rel=0.04)

    @pytest.mark.parametrize("scale", [0, 0.3, 2])
    def test_normal(self, nn, scale):
        weights = nn.normal(scale)(SHAPE, np.random.default_rng(0), np.float64)
        assert abs(weights.mean()) <= 4 * scale / math.sqrt(weights.size)
        assert weights.std() == pytest.approx(scale, rel=0.02)

    @pytest.mark.parametrize("name", ["he_normal", "normal"])
    def test_normal_numbers_have_a_bell(self, nn, name):
        weights = draw(nn, name)
        for deviations, share in ((1, 0.6827), (2, 0.9545), (3, 0.9973)):
            within = np.mean(np.abs(weights) < deviations * weights.std())
            assert within == pytest.approx(share, abs=0.014)

    def test_uniform_numbers_have_ends(self, nn):
        weights, limit = draw(nn, "glorot_uniform"), math.sqrt(6 / 450)
        assert weights.max() == pytest.approx(limit, rel=1e-3)
        assert weights.min() == pytest.approx(-limit, rel=1e-3)
        assert np.abs(weights).max() <= limit * (1 + 1e-7)
        counts, _ = np.histogram(weights, bins=10, range=(-limit, limit))
        assert counts == pytest.approx(2000, rel=0.1)

    def test_he_counts_the_inputs_and_glorot_both_sides(self, nn):
        turned = SHAPE[::-1]
        he = draw(nn, "he_normal", turned).std() / draw(nn, "he_normal").std()
        assert he == pytest.approx(math.sqrt(50 / 400), rel=0.03)
        glorot = [draw(nn, "glorot_uniform", shape).std() for shape in (SHAPE, turned)]
        assert glorot[0] == pytest.approx(glorot[1], rel=0.03)

    def test_he_keeps_the_size_through_layers_of_relu(self, nn):
        rng = np.random.default_rng(0)
        outputs = rng.standard_normal((200, 300))
        before = np.mean(np.square(outputs))
        for _ in range(5):
            layer = nn.Dense(300, 300, initializer=nn.he_normal, rng=rng)
            outputs = nn.ReLU().forward(layer.forward(outputs))
        # The mean square before ReLU is twice that after it, and 2 / n_inputs makes up for it.
        assert np.mean(np.square(outputs)) == pytest.approx(before, rel=0.3)

    def test_constant(self, nn):
        assert nn.constant(-1.5)((2, 3), None, np.float64).tolist() == [[-1.5] * 3] * 2
        rng = np.random.default_rng(0)
        nn.constant(0)((2, 3), rng, np.float32)
        assert rng.random() == np.random.default_rng(0).random()  # draws nothing


class TestDefault:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_is_hes_to_the_bit(self, nn, dtype):
        layer = nn.Dense(30, 40, rng=5, dtype=dtype)
        expected = nn.he_normal((30, 40), np.random.default_rng(5), dtype)
        assert layer.weights.tobytes() == expected.tobytes()

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_hundredth_is_as_chapter_1_left_it(self, nn, dtype):
        rng, first = np.random.default_rng(5), np.random.default_rng(5)
        for shape in ((2, 3), (3, 1)):
            small = nn.normal(0.01)
            layer = nn.Dense(*shape, initializer=small, rng=rng, dtype=dtype)
            expected = ch01.Dense(*shape, rng=first, dtype=dtype).weights
            assert layer.weights.tobytes() == expected.tobytes()
        assert rng.random() == first.random()


class TestOfYourOwn:
    def test_is_called_once_with_what_it_needs(self, nn):
        calls, rng = [], np.random.default_rng(0)

        def own(shape, rng, dtype):
            calls.append((shape, rng, dtype))
            return np.ones(shape, dtype)

        layer = nn.Dense(2, 3, initializer=own, rng=rng, dtype=np.float64)
        assert calls == [((2, 3), rng, np.float64)]
        assert layer.weights.tolist() == [[1, 1, 1], [1, 1, 1]]

    def test_a_seed_is_made_a_generator(self, nn):
        def own(shape, rng, dtype):
            return rng.random(shape, dtype)

        layer = nn.Dense(2, 3, initializer=own, rng=8)
        expected = np.random.default_rng(8).random((2, 3), np.float32)
        np.testing.assert_array_equal(layer.weights, expected)

    @pytest.mark.parametrize(
        ("returned", "got"),
        [
            (np.zeros((3, 2), np.float32), "float32 of shape (3, 2)"),
            (np.zeros((2, 3)), "float64 of shape (2, 3)"),
            (np.zeros((2, 3), np.int64), "int64 of shape (2, 3)"),
            (np.zeros(6, np.float32), "float32 of shape (6,)"),
            (0.5, "float64 of shape ()"),
            (np.float32(0.5), "float32 of shape ()"),
            ([0.5, 0.5], "float64 of shape (2,)"),
            ([[0.5] * 3] * 2, "float64 of shape (2, 3)"),
            (None, "object of shape ()"),
        ],
    )
    def test_returns_what_does_not_fit(self, nn, returned, got):
        expected = "float32 of shape (2, 3)"
        message = f"An initializer has to return {expected}, got {got}."
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            nn.Dense(2, 3, initializer=lambda shape, rng, dtype: returned)

    def test_the_weights_are_the_layers_own(self, nn):
        trained = np.ones((2, 3), np.float32)
        for kept in (trained, np.broadcast_to(np.float32(1), (2, 3))):
            layer = nn.Dense(2, 3, initializer=lambda shape, rng, dtype, k=kept: k)
            layer.weights += 1
            assert layer.weights.tolist() == [[2] * 3] * 2
        assert trained.tolist() == [[1] * 3] * 2

    def test_draw_weights_hands_on_what_fits(self, inside):
        def own(shape, rng, dtype):
            return np.full(shape, 2, dtype)

        found = inside._draw_weights(own, (2, 3), np.random.default_rng(0), np.float64)
        assert found.tolist() == [[2, 2, 2], [2, 2, 2]]


@pytest.mark.parametrize("scale", [-0.1, -math.inf, math.inf, math.nan])
def test_scales_that_make_no_sense(nn, scale):
    message = f"normal needs a finite scale of 0 or more, got {scale}."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        nn.normal(scale)


@pytest.mark.parametrize("wrong", ["he_normal", None, "normal without its scale"])
def test_what_cannot_be_called_so(nn, wrong):
    given = nn.normal if wrong == "normal without its scale" else wrong
    message = r"^An initializer is called with \(shape, rng, dtype\), as he_normal and"
    with pytest.raises(ValueError, match=message):
        nn.Dense(2, 3, initializer=given)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(nn, value):
    message = "^An initializer has to return finite weights: some are not.$"
    with pytest.raises(ValueError, match=message):
        nn.Dense(2, 3, initializer=nn.constant(value))
