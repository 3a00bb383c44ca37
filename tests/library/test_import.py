"""What importing the library loads: NumPy and next to nothing; and what its tests need."""

import ast
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# NumPy loads its random numbers when they are first asked for, so they are asked for first.
ADDED = """
import numpy.random, sys
before = set(sys.modules)
import nnfs_lib
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""
# Of Python's own: what data classes, JSON, and zipped and gzipped files come with; newer versions of NumPy
# load some of it first. What reaches the network, draws bars or reads pictures is loaded by the function
# that needs it. benchmarks/import_time.py times it.
EXPECTED = {
    "_bz2", "_compression", "_json", "_lzma", "_opcode", "bz2", "compression", "copy", "dataclasses", "dis",
    "gzip", "inspect", "json", "linecache", "lzma", "nnfs_lib", "numpy", "opcode", "shutil", "token",
    "tokenize", "zipfile", "zlib",
}  # fmt: skip


def test_import_loads_nothing_but_numpy_and_a_little_of_python():
    done = subprocess.run(
        [sys.executable, "-c", ADDED], capture_output=True, text=True, check=True
    )
    added = set(done.stdout.split())
    assert "nnfs_lib" in added
    assert added <= EXPECTED


def test_these_tests_need_neither_jupyter_nor_the_books_machinery():
    own = {
        path.stem
        for folder in (HERE, HERE.parent / "golden")
        for path in folder.glob("*.py")
    }
    known = own | {"hypothesis", "nnfs_lib", "numpy", "PIL", "pytest", "tqdm"}
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module]
            needed = {name.partition(".")[0] for name in names}
            assert needed <= known | sys.stdlib_module_names, path.name


def test_public_names():
    import nnfs_lib

    promised = """Layer Dense ReLU Sigmoid Tanh Softmax Loss CategoricalCrossentropy BinaryCrossentropy
    CategoricalAccuracy BinaryAccuracy spiral_data Dropout Linear MeanSquaredError
    MeanAbsoluteError RegressionAccuracy normal constant glorot_uniform he_normal sine_data"""
    assert set(promised.split()) <= set(nnfs_lib.__all__)
    for name in nnfs_lib.__all__:
        assert getattr(nnfs_lib, name).__doc__, f"{name} has no docstring"
