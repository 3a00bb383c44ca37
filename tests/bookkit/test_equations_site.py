"""The badge's words, and a site without the measurements."""

import pytest

from bookkit.site import equations


@pytest.mark.parametrize(
    ("errors", "text"),
    [
        ([3e-16], "1 equation checked, worst relative error\u00a03·10⁻¹⁶"),
        ([2e-9, 1e-10, 0.0], "3 equations checked, worst relative error\u00a02·10⁻⁹"),
        ([0.0, 0.0], "2 equations checked, worst relative error\u00a00"),
    ],
)
def test_summary(errors, text):
    assert equations.summary([{"worst": error} for error in errors]) == text


def test_no_measurements(tmp_path):
    with pytest.raises(FileNotFoundError, match="run `python -m bookkit equations`"):
        equations.read(tmp_path)
