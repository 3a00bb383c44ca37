"""The landing page's small pictures: drawn as the front-end draws, without a browser."""

import base64
import io
import json
import math

import numpy as np
import pytest
from notebook_cells import ROOT
from PIL import Image

from bookkit.site import thumbnails
from bookkit.site.canvas import SCALE, Canvas

BLUE, ORANGE, WHITE = (0, 0, 255), (255, 128, 0), (255, 255, 255)


def drawn(*calls):
    """Return a function (x, y) -> color, of a canvas of 20 x 20 pixels on which these were called."""
    canvas = Canvas(20)
    canvas.replay(calls)
    image = canvas.image()
    return lambda x, y: image.getpixel((round(SCALE * x), round(SCALE * y)))


FILL = ("set", ["fillStyle", "#0000ff"])
PEN = [("set", ["strokeStyle", "rgb(255, 128, 0)"]), ("set", ["lineWidth", 2])]


def test_y_counts_from_above():
    color = drawn(FILL, ("fillRect", [2, 3, 10, 4]))
    assert [color(3, 4), color(11, 6)] == [BLUE, BLUE]
    assert [color(1, 4), color(3, 2), color(3, 8), color(13, 4)] == [WHITE] * 4


def test_lines_have_their_width_their_dashes_and_their_color():
    line = [("beginPath", []), ("moveTo", [0, 10]), ("lineTo", [20, 10])]
    whole = drawn(*PEN, *line, ("stroke", []))
    assert [whole(5, 9.3), whole(5, 10.6)] == [ORANGE] * 2
    assert [whole(5, 8), whole(5, 12)] == [WHITE] * 2
    dashed = drawn(*PEN, ("setLineDash", [[4, 4]]), *line, ("stroke", []))
    assert [dashed(x, 10) for x in (2, 6, 10, 14)] == [ORANGE, WHITE] * 2


def test_a_circle_a_clip_and_what_is_restored():
    circle = [("beginPath", []), ("arc", [10, 10, 6, 0, 2 * math.pi]), ("fill", [])]
    clip = [("beginPath", []), ("rect", [0, 0, 10, 20]), ("clip", [])]
    color = drawn(FILL, ("save", []), *clip, *circle, ("restore", []))
    assert color(6, 10) == BLUE
    assert [color(12, 10), color(5, 5)] == [WHITE] * 2
    color = drawn(FILL, ("save", []), *clip, ("restore", []), *circle)
    assert color(12, 10) == BLUE


def test_texts_are_left_out_and_colors_may_be_pale():
    pale = [FILL, ("set", ["globalAlpha", 0.5]), ("fillText", ["words", 3, 3])]
    color = drawn(*pale, ("fillRect", [10, 0, 10, 20]))
    assert color(3, 3) == WHITE
    assert color(15, 10) == pytest.approx((127, 127, 255), abs=1)


def test_pictures_keep_their_sides():
    data = [*BLUE, 255, *ORANGE, 255, *WHITE, 255, *WHITE, 255]
    image = {"width": 2, "height": 2, "data": data}
    color = drawn(("drawImage", [image, 4, 4, 8, 8]))
    assert color(4.2, 4.2) == BLUE
    assert color(11.8, 4.2) == ORANGE
    assert color(11.8, 11.8) == WHITE
    assert color(2, 2) == WHITE


def test_every_chapter_has_a_small_one(tmp_path):
    thumbnails.write_files(ROOT / "chapters", tmp_path)
    chapters = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
    for chapter in chapters:
        path = tmp_path / f"thumbnails/{chapter.stem}.webp"
        assert path.stat().st_size <= 6 * 1024
        with Image.open(path) as picture:
            assert picture.size == (144, 144)
            assert (
                np.ptp(np.asarray(picture), axis=(0, 1)).min() > 40
            )  # something is there


def notebook(tmp_path, *outputs, metadata=()):
    path = tmp_path / "20_new.ipynb"
    cells = [{"metadata": dict(metadata), "outputs": [{"data": o} for o in outputs]}]
    path.write_text(json.dumps({"metadata": {}, "cells": cells}))
    return path


def test_without_an_explorer_the_first_figure_is_shown(tmp_path):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), BLUE).save(buffer, format="png")
    png = base64.b64encode(buffer.getvalue()).decode()
    look = {"mystnb": {"image": {"alt": "Blue.", "classes": "photo"}}}
    path = notebook(tmp_path, {"text/plain": "1"}, {"image/png": png}, metadata=look)
    source = thumbnails.source_of(path)
    assert source.figure == buffer.getvalue()
    assert source.photo
    with pytest.raises(ValueError, match="has neither an explorer nor a figure"):
        thumbnails.source_of(notebook(tmp_path, {"text/plain": "1"}))
