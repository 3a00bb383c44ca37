"""A pair without its list is refused before anything moves."""

import numpy as np
import pytest


@pytest.mark.parametrize("optimizer", ["SGD", "Adagrad", "RMSprop", "Adam"])
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_pair_without_its_list(nn, optimizer, rows):
    array, gradient = np.ones((rows, 3)), np.full((rows, 3), 0.5)
    message = rf"^{optimizer} expected a list of \(array, gradient\) pairs\.$"
    with pytest.raises(ValueError, match=message):
        getattr(nn, optimizer)(1.0).step((array, gradient))
    assert (array == 1).all()
    assert (gradient == 0.5).all()


def test_two_arrays_of_two_rows_in_a_list(nn):
    array, gradient = np.ones((2, 3)), np.full((2, 3), 0.5)
    with pytest.raises(
        ValueError, match=r"expected a list of \(array, gradient\) pairs"
    ):
        nn.SGD(1.0).step([array, gradient])
    assert (array == 1).all()
