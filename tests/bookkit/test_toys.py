"""The playground's data: the book's own spiral, and shapes that are what their names say."""

import numpy as np
import pytest

from bookkit.toys import TOYS, toy_data
from nnfs_lib import spiral_data

SIZES = {
    "spiral 3": (3, 100),
    "spiral 2": (2, 100),
    "circles": (2, 100),
    "moons": (2, 100),
    "xor": (2, 100),
}


def parts(name: str, **settings: object) -> list[tuple[np.ndarray, np.ndarray]]:
    X_train, y_train, X_test, y_test = toy_data(name, **settings)
    return [(X_train, y_train), (X_test, y_test)]


def test_every_set_is_tested_here():
    assert {*SIZES, "sine"} == set(TOYS)


@pytest.mark.parametrize("name", SIZES)
def test_size_types_and_frame(name):
    classes, each = SIZES[name]
    for X, y in parts(name):
        assert X.shape == (classes * each, 2)
        assert X.dtype == np.float32
        assert np.issubdtype(y.dtype, np.integer)
        assert np.bincount(y).tolist() == [each] * classes
        assert 0.75 < np.abs(X).max() < 1.15
        assert np.abs(X.mean(axis=0)).max() < 0.15


@pytest.mark.parametrize("arms", [2, 3])
def test_the_spirals_are_the_books(arms):
    X, y, X_test, _ = toy_data(f"spiral {arms}")
    expected_X, expected_y = spiral_data(100, arms, rng=0)
    np.testing.assert_array_equal(X, expected_X)
    np.testing.assert_array_equal(y, expected_y)
    radius = np.tile(np.linspace(0, 1, 100), arms)
    np.testing.assert_allclose(np.hypot(*X_test.T), radius, atol=1e-6)


def test_circles_have_two_radii():
    for X, y in parts("circles"):
        radius = np.hypot(*X.T)
        assert radius[y == 0].mean() == pytest.approx(0.4, abs=0.02)
        assert radius[y == 1].mean() == pytest.approx(0.85, abs=0.02)
        assert radius[y == 0].std() == pytest.approx(0.06, abs=0.015)
        for label in (0, 1):  # all the way round
            angles = np.arctan2(*X[y == label].T)
            assert np.histogram(angles, bins=4)[0].min() > 10


def test_moons_reach_into_each_other_and_no_line_parts_them():
    for X, y in parts("moons"):
        upper, lower = X[y == 0], X[y == 1]
        assert upper[:, 1].mean() > 0.2
        assert lower[:, 1].mean() < -0.2
        assert upper[:, 0].max() > lower[:, 0].min() + 0.4
        assert lower[:, 1].max() > upper[:, 1].min() + 0.2
        columns = np.column_stack((X, np.ones(len(X))))
        weights = np.linalg.lstsq(columns, 2.0 * y - 1, rcond=None)[0]
        right = np.mean((columns @ weights > 0) == (y == 1))
        assert 0.75 < right < 0.97


def test_xor_is_one_class_on_each_diagonal():
    for X, y in parts("xor"):
        assert (((X[:, 0] > 0) != (X[:, 1] > 0)) == (y == 1)).all()
        quadrant = 2 * (X[:, 0] > 0) + (X[:, 1] > 0)
        assert np.bincount(quadrant).tolist() == [50] * 4


def test_sine_is_the_sine():
    for X, y in parts("sine"):
        assert X.shape == y.shape == (100, 1)
        assert X.dtype == y.dtype == np.float32
        assert (np.diff(X[:, 0]) >= 0).all()
        assert X.min() >= 0
        assert X.max() <= 1
        np.testing.assert_allclose(y, np.sin(2 * np.pi * X.astype(float)), atol=1e-6)


@pytest.mark.parametrize("name", TOYS)
def test_seeds_and_the_test_part(name):
    first, again = toy_data(name, rng=3), toy_data(name, rng=np.random.default_rng(3))
    assert [a.tobytes() for a in first] == [a.tobytes() for a in again]
    X_train, _, X_test, _ = first
    assert X_train.tobytes() != X_test.tobytes()
    assert X_train.tobytes() != toy_data(name, rng=4)[0].tobytes()


@pytest.mark.parametrize("name", TOYS)
def test_noise_moves_the_same_points_by_its_size(name):
    clean, some, more = (toy_data(name, noise=noise) for noise in (0, 0.1, 0.2))
    for part in (0, 2):
        moving, still = (part + 1, part) if name == "sine" else (part, part + 1)
        np.testing.assert_array_equal(clean[still], some[still])
        moved = some[moving] - clean[moving]
        assert moved.std() == pytest.approx(0.1, rel=0.2)
        np.testing.assert_allclose(more[moving] - clean[moving], 2 * moved, atol=1e-6)
        assert some[moving].dtype == np.float32


def test_what_it_says():
    with pytest.raises(ValueError, match=r"no data set 'spirals': take one of \['spir"):
        toy_data("spirals")
    for noise in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="Noise is zero or more, got"):
            toy_data("moons", noise=noise)
