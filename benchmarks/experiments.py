"""The book's longer experiments: run by hand, their results kept for the chapters to print.

    python benchmarks/experiments.py race

runs experiment_race.py beside this file and writes what its `run()` returns, a table that
JSON can hold, into bookkit/experiments/race.json, with the versions it ran on. Without a name
it lists the experiments. A chapter runs a few seeds live, and prints the kept table.
"""

import importlib
import json
import platform
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parents[1] / "bookkit/experiments"


def as_text(table: dict[str, Any]) -> str:
    """Return the table as JSON, each innermost list and each row in one line."""
    text = json.dumps(table, indent=1)
    for brackets in (r"\[([^][{}]*)\]", r"\{([^{}]*)\}"):
        text = re.sub(brackets, lambda found: " ".join(found[0].split()), text)
    return text + "\n"


def main(names: list[str]) -> int:
    """Run the experiments named on the command line."""
    known = [
        path.stem[11:] for path in sorted(Path(__file__).parent.glob("experiment_*.py"))
    ]
    if not names or not set(names) <= set(known):
        print(f"usage: experiments.py NAME ...; there are: {', '.join(known)}")
        return 2
    for name in names:
        start = time.perf_counter()
        table = importlib.import_module(f"experiment_{name}").run()
        versions = {"python": platform.python_version(), "numpy": np.__version__}
        path = FOLDER / f"{name}.json"
        path.write_text(as_text({"versions": versions, **table}), encoding="utf-8")
        minutes = (time.perf_counter() - start) / 60
        print(f"wrote {path.name} after {minutes:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
