"""The benchmark runs, and trains, where nothing else is installed; what it measures is no test's affair."""

import re
import subprocess
import sys

import pytest
from notebook_cells import ROOT

SCRIPT = ROOT / "benchmarks/compare.py"
# The script as a main program, in a Python that has neither even where they are installed.
RUN = (
    "import runpy, sys; sys.modules['torch'] = sys.modules['sklearn'] = None; "
    "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", RUN, str(SCRIPT), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_every_workload_once():
    done = run("--quick")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "PyTorch is not installed, it is left out: pip install torch",
        "JAX is not installed, it is left out: pip install jax optax",
        "scikit-learn is not installed, it is left out: pip install scikit-learn",
    ]
    names = [
        line.split(": 1 rounds of 1 epochs")[0] for line in lines if ": 1 r" in line
    ]
    assert len(names) == 6
    title, *rows = lines[-7:]
    assert re.fullmatch(r"time of an epoch / nnfs_lib's +products", title)
    for name, row in zip(names, rows, strict=True):
        assert re.fullmatch(rf"{re.escape(name)} +\d+\.\d\d", row)


@pytest.mark.parametrize(
    ("workload", "epochs", "found"),
    [
        # Of the first step: the loss of the drawn weights, the same every time.
        ("300", 1, "loss 1.2022, accuracy 0.267"),
        ("300", 8000, r"loss 0\.[123]\d+, accuracy 0\.9\d+"),
        ("sine", 1500, r"loss 0\.000\d+, accuracy 0\.\d+"),
    ],
)
def test_it_trains(workload, epochs, found):
    done = run("--only", workload, "--epochs", str(epochs), "--rounds", "1")
    assert re.search(
        rf"^  nnfs_lib .* us an epoch, {found}$", done.stdout, re.MULTILINE
    )


@pytest.mark.parametrize("options", [("--epochs", "0"), ("--rounds", "0")])
def test_rounds_without_an_epoch(options):
    done = run(*options)
    assert done.returncode == 2
    assert "--rounds and --epochs begin at 1." in done.stderr


def test_a_workload_that_is_not_there():
    done = run("--only", "moons")
    assert done.returncode == 2
    assert "no workload has 'moons' in its name: spiral 300 x 2-64-3; " in done.stderr
