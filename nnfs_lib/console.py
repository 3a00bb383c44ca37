"""Console, built in chapter 11.

Generated from the chapters: edit them, not this file.
"""

import os
import time
from collections.abc import Generator, Iterable
from contextlib import suppress
from typing import Any


def _progress(steps: Iterable[Any], *, total: int, shown: bool) -> Generator[Any]:
    """Yield the steps one by one; after five seconds tqdm, if there, draws a bar."""
    bar: Any = None
    begin = time.monotonic()
    shown = shown and not os.environ.get("TQDM_DISABLE")
    try:
        for done, step in enumerate(steps, start=1):
            yield step
            if bar is not None:
                bar.update()
            elif shown and time.monotonic() > begin + 5:
                shown = False
                with suppress(ImportError):
                    from tqdm.auto import tqdm

                    bar = tqdm(total=total, initial=done, leave=False)
    finally:
        if bar is not None:
            bar.close()
