"""The bar of long work: none before five seconds, none where it isn't wanted or tqdm is missing."""

import sys
import time
from types import SimpleNamespace

import pytest


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until its `now` is changed."""
    hands = SimpleNamespace(now=100.0)
    monkeypatch.setattr(time, "monotonic", lambda: hands.now)
    return hands


@pytest.fixture
def bars(monkeypatch):
    """The bars that are made, each with what it was told."""
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    made = []

    class Bar:
        def __init__(self, **how):
            self.how, self.told = how, []
            made.append(self)

        def update(self):
            self.told.append("one more")

        def close(self):
            self.told.append("closed")

    monkeypatch.setitem(sys.modules, "tqdm.auto", SimpleNamespace(tqdm=Bar))
    return made


def test_no_bar_comes_where_tqdm_is_disabled(inside, clock, bars, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    for _ in inside._progress(range(3), total=3, shown=True):
        clock.now += 60
    assert bars == []


def test_a_bar_comes_after_five_seconds(inside, clock, bars):
    seen = []
    for step in inside._progress("abcde", total=20, shown=True):
        seen.append(step)
        clock.now += 2
    (bar,) = bars
    assert seen == list("abcde")
    assert bar.how == {"total": 20, "initial": 3, "leave": False}
    assert bar.told == ["one more", "one more", "closed"]


def test_one_that_is_closed_closes_it(inside, clock, bars):
    steps = inside._progress(range(9), total=9, shown=True)
    next(steps)
    clock.now += 6
    next(steps)
    steps.close()
    assert bars[0].told == ["closed"]


def test_none_where_it_is_not_wanted(inside, clock, bars):
    for _ in inside._progress(range(3), total=3, shown=False):
        clock.now += 6
    assert bars == []


def test_none_without_tqdm(inside, clock, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    seen = []
    for step in inside._progress(range(3), total=3, shown=True):
        seen.append(step)
        clock.now += 6
    assert seen == [0, 1, 2]
