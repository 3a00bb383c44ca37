"""How long `import nnfs_lib` takes on top of `import numpy`.

    python benchmarks/import_time.py
    python benchmarks/import_time.py --rounds 50

starts Python anew each time, with NumPy and the library in turns, and prints the median of each and
their difference in milliseconds. NumPy's random numbers, which the library uses, count as NumPy's.
"""

import argparse
import statistics
import subprocess
import sys

PROGRAM = """
import time
start = time.perf_counter()
import {}
print(time.perf_counter() - start)
"""


def milliseconds(imported: str) -> float:
    """Return how long the import takes in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(imported)],
        capture_output=True,
        text=True,
        check=True,
    )
    return 1000 * float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {
        "numpy.random": [],
        "numpy.random, nnfs_lib": [],
    }
    for _ in range(rounds):
        for imported, found in times.items():
            found.append(milliseconds(imported))
    medians = [statistics.median(found) for found in times.values()]
    for imported, median in zip(times, medians, strict=True):
        print(f"import {imported:24} {median:6.1f} ms")
    print(f"nnfs_lib alone                  {medians[1] - medians[0]:6.1f} ms")


if __name__ == "__main__":
    main()
