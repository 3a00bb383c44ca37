"""Console, built in chapter 11.

Generated from the chapters: edit them, not this file.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__: list[str] = []


@contextmanager
def _progress(
    total: int, *, unit: str, shown: bool
) -> Iterator[Callable[[int], object]]:
    """Give a function to call with what was done: it moves a bar, if tqdm is there.

    total: of how many units. The bar comes after five seconds; short work has none.

    Built in chapter 11.
    """
    bar: Any = None
    done, begin = 0, time.monotonic()
    shown = shown and not os.environ.get("TQDM_DISABLE")

    def add(units: int) -> None:
        nonlocal bar, done, shown
        done += units
        if bar is not None:
            bar.update(units)
        elif shown and time.monotonic() > begin + 5:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                shown = False
                return
            style = {"unit": unit, "unit_scale": True, "leave": False}
            bar = tqdm(total=total, initial=done, **style)

    try:
        yield add
    finally:
        if bar is not None:
            bar.close()
