"""Every test of the library runs twice: on the folded nnfs_lib and on the last chapter's stage."""

import importlib
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import nnfs_lib

STAGES = sorted(
    path.stem for path in (Path(nnfs_lib.__file__).parent / "stages").glob("ch*.py")
)


PARTS = sorted(path.stem for path in Path(nnfs_lib.__file__).parent.glob("[a-z]*.py"))


@pytest.fixture
def inside(nn: ModuleType) -> SimpleNamespace:
    """Return all names of the library: what it offers, and the helpers that it keeps to itself."""
    names = dict(vars(nn))
    if nn is nnfs_lib:
        for part in PARTS:
            names |= vars(importlib.import_module(f"nnfs_lib.{part}"))
    return SimpleNamespace(**names)


@pytest.fixture(params=["nnfs_lib", f"nnfs_lib.stages.{STAGES[-1]}"])
def nn(request: pytest.FixtureRequest) -> ModuleType:
    """Return the library, folded or as the last stage."""
    return importlib.import_module(request.param)
