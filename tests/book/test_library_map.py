"""The map and the difference: read out of stages, one new class and one that grows."""

import pytest

from bookkit import library, library_changes, library_map

STAGE_1 = """
class Dense:
    def __init__(self, size: int, *, scale: float = 1.0) -> None: ...
    def forward(self, inputs): ...
    def _helper(self): ...

def _private(): ...

__all__ = ["Dense"]
"""
STAGE_2 = """
class Dense(nn.Dense):
    def forward(self, inputs): ...
    def backward(self, doutputs): ...

class ReLU:
    def forward(self, inputs): ...

LIMIT: float = 3

__all__ = ["Dense", "ReLU", "LIMIT"]
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return the folder of a small library of two stages, which the map reads."""
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages/ch01.py").write_text(STAGE_1)
    (tmp_path / "stages/ch02.py").write_text(STAGE_2)
    (tmp_path / "layers.py").write_text("class Dense:\n    size = 1\nLIMIT = 3\n")
    (tmp_path / "activations.py").write_text("class ReLU:\n    size = 1\n")
    monkeypatch.setattr(library, "package_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def shown(monkeypatch):
    """Return the list to which displayed bundles are added."""
    bundles = []
    monkeypatch.setattr(library, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def test_changes_tell_new_from_grown(package):
    dense, relu, limit = library.changes(2)
    assert (dense.new, dense.added, dense.rewritten) == (
        False,
        ("backward(doutputs)",),
        ("forward(inputs)",),
    )
    assert (relu.new, relu.module, relu.note) == (True, "activations", "new")
    assert (limit.name, limit.heading) == ("LIMIT", "LIMIT")
    assert library.changes(1)[0].added == (
        "__init__(size, *, scale=1.0)",
        "forward(inputs)",
    )


def test_the_map_shows_what_is_new_and_folds_the_rest_away(package, shown):
    library_map(2)
    assert shown[0]["text/plain"].splitlines() == [
        "layers:       Dense (+ backward), LIMIT (new)",
        "activations:  ReLU (new)",
        "What was there before: 1 in 1 module",
    ]
    open_part, _, folded = shown[0]["text/html"].partition("<details")
    assert open_part.count(library.LIT) == 3
    assert "Dense" in folded
    assert "ReLU" not in folded
    library_map(1)
    assert "ReLU" not in shown[1]["text/html"]
    assert "<details" not in shown[1]["text/html"]


def test_the_difference_marks_added_and_rewritten(package, shown):
    library_changes(2)
    assert shown[0]["text/plain"].splitlines() == [
        "  nnfs_lib/layers.py",
        "  class Dense",
        "+     backward(doutputs)",
        "~     forward(inputs)",
        "+ LIMIT",
        "  nnfs_lib/activations.py",
        "+ class ReLU",
        "+     forward(inputs)",
    ]


def test_attributes_are_members_like_methods(package):
    (package / "stages/ch03.py").write_text(
        "class Dense(nn.Dense):\n    names: tuple = ()\n    _own: int = 1\n\n"
        "    def train(self): ...\n"
    )
    (dense,) = library.changes(3)
    assert dense.added == ("names", "train()")
    assert dense.note == "+ names, + train"


def test_a_constant_is_told_only_where_its_value_has_changed(package, shown):
    stage = package / "stages/ch03.py"
    stage.write_text("class ReLU(nn.ReLU):\n    size = 1\n\nLIMIT: float = 3\n")
    assert [change.name for change in library.changes(3)] == ["ReLU"]
    library_changes(3)
    assert "LIMIT" not in shown[0]["text/plain"]
    stage.write_text("LIMIT: float = 4\n")
    assert [change.note for change in library.changes(3)] == ["rewritten"]


def test_a_chapter_that_was_not_exported(package):
    with pytest.raises(
        RuntimeError, match="Chapter 3 has not been exported yet: run `make export`"
    ):
        library_map(3)


def test_the_real_library():
    changes = {change.name for change in library.changes(1)}
    assert changes == {"Layer", "Dense", "spiral_data"}
    adam = next(each for each in library.changes(13) if each.name == "Adam")
    assert adam.note == "+ settings"
