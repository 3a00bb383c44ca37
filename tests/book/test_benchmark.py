"""The benchmark runs, and trains, where there is no PyTorch; what it measures is no test's affair."""

import re
import subprocess
import sys

import pytest
from notebook_cells import ROOT

SCRIPT = ROOT / "benchmarks/spiral_adam.py"
# The script as a main program, in a Python that has no torch even where it is installed.
RUN = (
    "import runpy, sys; sys.modules['torch'] = None; "
    "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", RUN, str(SCRIPT), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_few_epochs():
    done = run("--epochs", "5", "--rounds", "2")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("PyTorch is not installed, nnfs_lib is timed alone: pip")
    times = [re.fullmatch(r" *(\d+)( +[\d.]+ us){2}", line) for line in lines]
    assert [found[1] for found in times if found] == ["2", "5"]


@pytest.mark.parametrize(("epochs", "losses"), [(1, "1.0986"), (500, r"1\.04\d+")])
def test_it_trains(epochs, losses):
    done = run("--epochs", str(epochs), "--rounds", "1")
    assert re.search(f"^loss at the end: nnfs_lib {losses}$", done.stdout, re.MULTILINE)


def test_rounds_without_an_epoch():
    done = run("--epochs", "2", "--rounds", "3")
    assert done.returncode == 2
    assert "every round needs an epoch" in done.stderr
