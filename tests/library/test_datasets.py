"""The spiral and the sine: their sizes, geometry and seeds."""

import math

import numpy as np
import pytest


def test_three_arms_of_one_hundred_points(nn):
    X, y = nn.spiral_data(100, 3, rng=0)
    assert X.shape == (300, 2)
    assert X.dtype == np.float32
    assert np.issubdtype(y.dtype, np.integer)
    assert y.tolist() == [0] * 100 + [1] * 100 + [2] * 100


def test_radius_grows_evenly_and_the_angle_with_it(nn):
    samples, classes = 2000, 4
    X, y = nn.spiral_data(samples, classes, rng=3)
    radius = np.hypot(X[:, 0], X[:, 1])
    np.testing.assert_allclose(
        radius, np.tile(np.linspace(0, 1, samples), classes), atol=1e-6
    )
    # Turn every point back by the angle it would have without noise: what is left is the noise.
    expected = 10 * (y + radius)
    turn = np.arctan2(X[:, 0], X[:, 1]) - expected
    noise = (turn + np.pi) % (2 * np.pi) - np.pi
    noise = noise[radius > 0]
    assert noise.mean() == pytest.approx(0, abs=0.02)
    assert noise.std() == pytest.approx(2.5 * 0.2, rel=0.03)


def test_seeds(nn):
    first, again = (
        nn.spiral_data(20, 2, rng=1)[0],
        nn.spiral_data(20, 2, rng=np.random.default_rng(1))[0],
    )
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != nn.spiral_data(20, 2, rng=2)[0].tobytes()
    assert nn.spiral_data(20, 2)[0].tobytes() != nn.spiral_data(20, 2)[0].tobytes()


@pytest.mark.parametrize("sizes", [(0, 3), (100, 0), (-1, 2)])
def test_sizes_below_one(nn, sizes):
    with pytest.raises(
        ValueError,
        match=f"needs at least one of each, got samples={sizes[0]}, classes={sizes[1]}",
    ):
        nn.spiral_data(*sizes)


class TestSine:
    @pytest.mark.parametrize("samples", [1, 2, 5, 1000])
    def test_shape_and_type(self, nn, samples):
        X, y = nn.sine_data(samples)
        assert X.shape == y.shape == (samples, 1)
        assert X.dtype == y.dtype == np.float32

    def test_a_thousand_by_default(self, nn):
        assert [len(array) for array in nn.sine_data()] == [1000, 1000]

    def test_by_hand(self, nn):
        X, y = nn.sine_data(5)
        assert X[:, 0].tolist() == [0, 0.25, 0.5, 0.75, 1]
        np.testing.assert_allclose(y[:, 0], [0, 1, 0, -1, 0], atol=1e-7)

    def test_one_turn_of_the_sine(self, nn):
        X, y = nn.sine_data(241)
        expected = [math.sin(math.tau * k / 240) for k in range(241)]
        np.testing.assert_allclose(X[:, 0], np.arange(241) / 240, rtol=1e-7)
        np.testing.assert_allclose(y[:, 0], expected, rtol=1e-6, atol=1e-7)

    def test_a_single_sample_is_the_start(self, nn):
        assert [array.tolist() for array in nn.sine_data(1)] == [[[0]], [[0]]]

    def test_every_time_the_same(self, nn):
        for first, again in zip(nn.sine_data(50), nn.sine_data(50), strict=True):
            assert first.tobytes() == again.tobytes()

    @pytest.mark.parametrize("samples", [0, -3])
    def test_sizes_below_one(self, nn, samples):
        message = rf"^sine_data needs at least one sample, got samples={samples}\.$"
        with pytest.raises(ValueError, match=message):
            nn.sine_data(samples)
