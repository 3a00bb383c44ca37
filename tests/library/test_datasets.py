"""The spiral: its size, its geometry and its seeds."""

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
