"""The examples in the docstrings of the website's machinery are true."""

import doctest

import pytest

from bookkit.site import equations, prune, search, sphinx_ext


@pytest.mark.parametrize("module", [equations, prune, search, sphinx_ext])
def test_examples_are_true(module) -> None:
    failed, tried = doctest.testmod(module)
    assert tried > 0
    assert failed == 0
