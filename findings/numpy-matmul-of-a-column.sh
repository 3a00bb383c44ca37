#!/usr/bin/env bash
# NumPy 2.4.6, from PyPI: `a @ b` of a column and a row, (500, 1) and (1, 64), float32, takes several times as
# long as np.dot(a, b), which returns the same to the last bit. With two columns and two rows both take about
# as long. Seen with OpenBLAS on one thread: the column took 4 to 6 times as long, two columns 0.9 to 1.3 times.
#
# Fails where the column no longer takes twice as long, or two columns do.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q numpy==2.4.6
OPENBLAS_NUM_THREADS=1 "$folder/venv/bin/python" - <<'PYTHON'
import timeit

import numpy as np


def ratio(width):
    """Return how many times as long `@` takes as np.dot, timed in turns."""
    a, b = np.ones((500, width), np.float32), np.ones((width, 64), np.float32)
    assert np.array_equal(a @ b, np.dot(a, b))
    times = {"@": [], "dot": []}
    for _ in range(20):
        times["@"].append(timeit.timeit(lambda: a @ b, number=200))
        times["dot"].append(timeit.timeit(lambda: np.dot(a, b), number=200))
    return min(times["@"]) / min(times["dot"])


one, two = ratio(1), ratio(2)
print(f"NumPy {np.__version__}: @ / np.dot is {one:.1f} for a column and a row, {two:.1f} for two of each")
raise SystemExit(0 if one > 2 > two else "this has changed")
PYTHON
