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

        def update(self, units):
            self.told.append(units)

        def close(self):
            self.told.append("closed")

    monkeypatch.setitem(sys.modules, "tqdm.auto", SimpleNamespace(tqdm=Bar))
    return made


def test_no_bar_comes_where_tqdm_is_disabled(inside, clock, bars, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    with inside._progress(20, unit=" steps", shown=True) as add:
        clock.now += 60
        add(3)
    assert bars == []


def test_a_bar_comes_after_five_seconds(inside, clock, bars):
    with inside._progress(20, unit=" steps", shown=True) as add:
        add(3)
        clock.now += 5
        add(4)
        assert bars == []
        clock.now += 0.1
        add(5)
        add(6)
    (bar,) = bars
    assert bar.how == {
        "total": 20,
        "initial": 12,
        "unit": " steps",
        "unit_scale": True,
        "leave": False,
    }
    assert bar.told == [6, "closed"]


def test_an_error_closes_it(inside, clock, bars):
    def work():
        with inside._progress(2, unit="", shown=True) as add:
            clock.now += 6
            add(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert bars[0].told == ["closed"]


def test_none_where_it_is_not_wanted(inside, clock, bars):
    with inside._progress(2, unit="", shown=False) as add:
        clock.now += 6
        add(1)
        add(1)
    assert bars == []


def test_none_without_tqdm(inside, clock, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with inside._progress(2, unit="", shown=True) as add:
        clock.now += 6
        add(1)
        add(1)
