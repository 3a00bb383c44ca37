"""Cells that need a full data set: run where it is, skipped with a reason where it isn't, and kept."""

import sys

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from notebook_builder import code, write_notebook

from bookkit import needs
from bookkit.run import execute
from bookkit.stable import loads
from nnfs_lib.downloads import _IDX_FILES

FILES = list(_IDX_FILES)


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A home without a cache, and no folder named by the environment."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NNFS_DATA", raising=False)
    return tmp_path


def put(folder, names):
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()


def test_where_it_looks(alone, monkeypatch):
    reason = needs.missing("mnist")
    assert reason.startswith("Skipped: this cell needs all of mnist, which is not")
    assert "nnfs_lib.load_mnist() downloads it, or set NNFS_DATA" in reason
    put(alone / "home/.cache/nnfs_lib/mnist", FILES[:3])
    assert needs.missing("mnist")
    (alone / "home/.cache/nnfs_lib/mnist" / FILES[3]).touch()
    assert needs.missing("mnist") is None
    assert needs.missing("fashion-mnist")
    put(alone / "data/fashion-mnist", [name.removesuffix(".gz") for name in FILES])
    monkeypatch.setenv("NNFS_DATA", str(alone / "data"))
    assert needs.missing("fashion-mnist") is None


def test_other_words_in_a_browser(alone, monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert needs.missing("fashion-mnist") == (
        "Skipped: this cell needs all of fashion-mnist, which Python in a browser can't load.\n"
        "Run the notebook on a computer: nnfs_lib.load_fashion_mnist() downloads it there."
    )
    put(alone / "home/.cache/nnfs_lib/fashion-mnist", FILES)
    assert needs.missing("fashion-mnist") is None


def test_an_unknown_name():
    with pytest.raises(ValueError, match="There is no data set 'cifar': take one of"):
        needs.missing("cifar")


def test_a_cell_runs_or_says_why_not(alone, monkeypatch, capsys):
    shell = InteractiveShell()
    monkeypatch.setattr(needs, "get_ipython", lambda: shell)
    needs.register()
    shell.run_cell("%%needs mnist\nseen = 1")
    assert capsys.readouterr().out.startswith("Skipped: this cell needs all of mnist")
    assert "seen" not in shell.user_ns
    put(alone / "home/.cache/nnfs_lib/mnist", FILES)
    shell.run_cell("%%needs mnist\nseen = 1")
    assert shell.user_ns["seen"] == 1


def test_a_run_without_the_data_keeps_what_was_shown(alone):
    cells = [code("import bookkit"), code("%%needs mnist\nprint('measured')")]
    path = write_notebook(alone / "01_one.ipynb", cells)
    notebook = loads(path.read_text(encoding="utf-8"))
    shown = nbformat.v4.new_output("stream", name="stdout", text="measured\n")
    notebook["cells"][1]["outputs"] = [shown]
    kept = execute(notebook, path).cells[1]
    assert kept.outputs[0]["text"] == "measured\n"
    assert kept.execution_count == 2
    notebook = loads(path.read_text(encoding="utf-8"))  # nothing was ever shown
    fresh = execute(notebook, path).cells[1]
    assert fresh.outputs[0]["text"].startswith("Skipped: this cell needs all of mnist")
