"""Console, built in chapter 11.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]


@contextmanager
def progress(
    total: int, *, unit: str, shown: bool
) -> Iterator[Callable[[int], object]]:
    """Give a function to call with what was done: it moves a bar, if tqdm is there.

    total: of how many units. The bar comes after five seconds; short work has none.

    Built in chapter 11.
    """
    try:
        from tqdm.auto import tqdm
    except ImportError:
        shown = False
    if not shown:
        yield int  # which does nothing
        return
    style = {"unit": unit, "unit_scale": True, "delay": 5, "leave": False}
    with tqdm(total=total, **style) as bar:
        yield bar.update
