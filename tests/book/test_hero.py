"""The landing page's picture: drawn by the library, and told in its own numbers."""

import argparse
import json
import math

import pytest
from notebook_cells import ROOT
from PIL import Image

from bookkit.site import hero


def size(path):
    """Return the picture's width and height in pixels."""
    with Image.open(path) as picture:
        return picture.size


def test_the_shipped_frames_are_those_of_the_search():
    description = json.loads((ROOT / "assets/hero.json").read_text(encoding="utf-8"))
    frames = description["frames"]
    assert len(frames) == hero.COLUMNS * hero.ROWS
    assert frames[-1]["tries"] == hero.TRIES
    sheet = (hero.COLUMNS * hero.PIXELS, hero.ROWS * hero.PIXELS)
    assert size(ROOT / "assets/hero.png") == sheet
    search = hero.Search()
    assert search.best == pytest.approx(math.log(3), abs=1e-3)
    # The early frames: later, which changes are kept depends on how a processor rounds.
    for frame in frames[:6]:
        search.run_until(frame["tries"])
        assert frame["loss"] == pytest.approx(search.best, abs=1e-3)


def test_the_command_draws_every_frame(tmp_path, capsys):
    assert hero.main(argparse.Namespace(folder=tmp_path, tries=400)) == 0
    frames = json.loads((tmp_path / "hero.json").read_text())["frames"]
    assert [frames[0]["tries"], frames[-1]["tries"]] == [0, 400]
    losses = [frame["loss"] for frame in frames]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] - 0.01
    assert size(tmp_path / "hero.png") == (1920, 1280)
    assert "400 tries: loss" in capsys.readouterr().out


def test_too_few_tries(tmp_path, capsys):
    assert hero.main(argparse.Namespace(folder=tmp_path, tries=99)) == 1
    assert "--tries is 99: give at least 100." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
