"""The drawn garments: their format, and that each can be seen and fills its frame."""

import numpy as np
import pytest

from bookkit.garments import CLASSES, STEP, draw_garments

IMAGES, LABELS = draw_garments(12, np.random.default_rng(7))
EACH_CLASS = pytest.mark.parametrize("label", range(10), ids=list(CLASSES))


def test_the_format_is_that_of_fashion_mnist():
    assert IMAGES.shape == (120, 28, 28)
    assert LABELS.shape == (120,)
    assert IMAGES.dtype == LABELS.dtype == np.uint8
    assert len(CLASSES) == 10
    assert np.bincount(LABELS).tolist() == [12] * 10


def test_greys_are_few_and_reach_from_black_to_white():
    greys = np.unique(IMAGES)
    assert np.all(greys % STEP == 0)
    assert (greys.min(), greys.max()) == (0, 255)


def test_the_same_rng_draws_the_same_pictures():
    images, labels = draw_garments(12, np.random.default_rng(7))
    np.testing.assert_array_equal(images, IMAGES)
    np.testing.assert_array_equal(labels, LABELS)
    assert not np.array_equal(draw_garments(12, np.random.default_rng(8))[0], IMAGES)


@EACH_CLASS
def test_a_garment_is_seen_whole_and_fills_its_frame(label):
    images = IMAGES[np.equal(LABELS, label)]
    for image in images > 0:
        rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) >= 18
        assert 50 < image.sum() < 700
    assert np.mean([image[image > 0].mean() for image in images]) > 90


@EACH_CLASS
def test_no_two_garments_are_alike(label):
    images = IMAGES[np.equal(LABELS, label)]
    assert len({image.tobytes() for image in images}) == 12


def test_no_garments_is_an_empty_set():
    images, labels = draw_garments(0, np.random.default_rng(0))
    assert (images.shape, labels.shape) == ((0, 28, 28), (0,))
