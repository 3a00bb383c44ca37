"""What it costs to import the library: NumPy and next to nothing."""

import subprocess
import sys

TIME = """
import numpy, time
start = time.perf_counter()
import nnfs_lib
print(time.perf_counter() - start)
"""
# NumPy loads its random numbers when they are first asked for, so they are asked for first.
OTHERS = """
import numpy.random, sys
before = set(sys.modules)
import nnfs_lib
added = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(added - set(sys.stdlib_module_names) - {"numpy", "nnfs_lib"}))
"""


def printed_by(program):
    """Return what the program prints in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_numpy_alone_is_needed():
    assert printed_by(OTHERS) == ""


def test_import_adds_less_than_50_milliseconds():
    # One of several is enough: a busy machine makes an import slower, never quicker.
    assert any(float(printed_by(TIME)) < 0.05 for _ in range(20))


def test_public_names():
    import nnfs_lib

    promised = """Layer Dense ReLU Sigmoid Tanh Softmax Loss CategoricalCrossentropy BinaryCrossentropy
    CategoricalAccuracy BinaryAccuracy spiral_data Dropout Linear MeanSquaredError
    MeanAbsoluteError RegressionAccuracy normal constant glorot_uniform he_normal sine_data"""
    assert set(promised.split()) <= set(nnfs_lib.__all__)
    for name in nnfs_lib.__all__:
        assert getattr(nnfs_lib, name).__doc__, f"{name} has no docstring"
