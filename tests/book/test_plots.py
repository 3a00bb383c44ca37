"""Figures: an alternative text, the same bytes each time, and the reader's settings left alone."""

import base64

import matplotlib as mpl
import numpy as np
import pytest

from bookkit import plots
from nnfs_lib import spiral_data
from nnfs_lib.labs.autograd import Tensor

ALT = "A sentence that says what the figure shows."


@pytest.fixture
def shown(monkeypatch):
    """Return the list to which displayed figures are added, as (bundle, metadata)."""
    bundles = []
    monkeypatch.setattr(
        plots,
        "display",
        lambda bundle, metadata, raw: bundles.append((bundle, metadata)),
    )
    return bundles


def draw_all():
    """Draw one figure of each kind."""
    X, y = spiral_data(20, 3, rng=0)
    x = np.linspace(0, 1, 5)
    plots.points(X, y, alt=ALT)
    plots.regions(
        {"left or right": lambda places: (places[:, 0] > 0).astype(int)}, X, y, alt=ALT
    )
    plots.zero_lines(np.eye(2), np.zeros((1, 2)), X, y, alt=ALT)
    plots.curves(
        {"one": {"a": (x, x)}, "two": {"a": (x, x), "b": (x, 1 + x)}},
        x="x",
        y="y",
        log="y",
        alt=ALT,
    )
    plots.histogram(x, x="x", y="n", line=0.5, line_label="half", alt=ALT)
    plots.bars({"one": {"a": 1.0}, "two": {"a": 0.5}}, y="y", alt=ALT)
    plots.ranges({"one": {"a": [1.0, 2.0], "b": x}, "two": {"c": x}}, x="x", alt=ALT)
    plots.landscape(x, x, np.add.outer(x, x), x="x", y="y", mark=(0.5, 0.5), alt=ALT)
    plots.maps(
        {"left": (lambda places: (places[:, 0] > 0).astype(int), X[:20], y[:20])},
        alt=ALT,
    )
    plots.maps(
        {"sure": (lambda places: np.tile([0.2, 0.3, 0.5], (len(places), 1)), X, y)},
        alt=ALT,
    )
    plots.histograms({"one": x, "two": 1 - 3 * x}, x="x", y="n", log=True, alt=ALT)
    plots.cells({"one": np.eye(3), "two": 2 * np.eye(2)}, x="x", y="y", alt=ALT)
    plots.grids(
        {"a": [[1, -2]], "b": [[3]]}, signs=["="], marks={"a": (0, 1, 1, 1)}, alt=ALT
    )
    plots.network([["a", "b"], ["c"]], weights=[[[1.0], [None]]], alt=ALT)
    a, b = Tensor([1.0, 2.0], requires_grad=True), Tensor(3.0, requires_grad=True)
    plots.tape((2 * a * a.exp() + b).sum(), {"a": a, "b": b}, alt=ALT)


@pytest.fixture(scope="module")
def twice():
    """Return all figures, drawn twice, and the settings before and after."""
    drawn, settings = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            plots,
            "display",
            lambda bundle, metadata, raw: drawn.append((bundle, metadata)),
        )
        for _ in range(2):
            settings.append({name: mpl.rcParams[name] for name in plots.STYLE})
            draw_all()
    return drawn, settings


def test_every_figure_carries_its_text(twice):
    drawn, _ = twice
    assert len(drawn) == 2 * 15
    for bundle, metadata in drawn:
        assert metadata["image/png"]["alt"] == ALT
        assert bundle["text/plain"] == f"[Figure] {ALT}"
        assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_the_same_figure_is_the_same_bytes(twice):
    drawn, _ = twice
    half = len(drawn) // 2
    assert [bundle["image/png"] for bundle, _ in drawn[:half]] == [
        bundle["image/png"] for bundle, _ in drawn[half:]
    ]


def test_the_readers_settings_stay(twice):
    _, (before, after) = twice
    assert before == after != plots.STYLE


@pytest.mark.parametrize("alt", ["", "a plot"])
def test_a_figure_without_words_is_refused(shown, alt):
    with pytest.raises(ValueError, match="say in a sentence what the figure shows"):
        plots.points(np.zeros((1, 2)), np.array([0]), alt=alt)
    assert shown == []


def brightness(color):
    """Return the relative luminance of a color, as WCAG defines it."""
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in mpl.colors.to_rgb(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_count_of_a_confusion_can_be_read_by_day_and_by_night(monkeypatch):
    figures = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: figures.append(figure))
    plots.confusion(np.array([[9, 5], [3, 8]]), ["a", "b"], alt=ALT)
    (axes,) = figures[0].axes
    table = axes.images[0]
    for text in axes.texts:
        x, y = text.get_position()
        paper, ink = table.to_rgba(table.get_array())[y, x, :3], text.get_color()
        assert contrast(paper, ink) >= 4.5
        # The site's invert(0.925), which for grays is all that it does.
        night = [
            [0.925 - 0.85 * part for part in mpl.colors.to_rgb(each)]
            for each in (paper, ink)
        ]
        assert contrast(*night) >= 4.5


def test_a_grid_has_every_number_and_frames_what_is_marked(monkeypatch):
    figures = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: figures.append(figure))
    plots.grids(
        {"a": [[1, 2, -3], [4, 5, 6]], "b": [[7]]},
        signs=["="],
        marks={"a": (0, 1, 2, 2)},
        alt=ALT,
    )
    (axes,) = figures[0].axes
    places = {text.get_text(): text.get_position() for text in axes.texts}
    assert set(places) == {*"12", "\N{MINUS SIGN}3", *"4567", "a", "b", "="}
    assert len(axes.patches) == 7 + 1
    frame = axes.patches[6].get_bbox()  # the seventh, before the cell of "b"
    inside = [text for text, (x, y) in places.items() if frame.contains(x, y)]
    assert sorted(inside) == ["2", "5", "6", "\N{MINUS SIGN}3"]
