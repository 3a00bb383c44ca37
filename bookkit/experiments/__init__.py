"""What the longer experiments under benchmarks/ measured: a JSON file each, part of the package."""

import json
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def kept(name: str) -> dict[str, Any]:
    """Return the table that `python benchmarks/experiments.py NAME` wrote."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        raise FileNotFoundError(
            f"{path.name} is missing: python benchmarks/experiments.py {name} writes it."
        )
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table


def seeds(count: int, browser: int = 1) -> range:
    """Return the seeds of an experiment, from 0 on; where Python runs in a browser fewer, and say so."""
    if sys.platform == "emscripten":
        starts = "start" if browser == 1 else "starts"
        print(f"[Python in a browser is slow: {browser} {starts} here, not {count}.]")
        return range(browser)
    return range(count)
