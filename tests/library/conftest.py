"""Every test of the library runs twice: on the folded nnfs_lib and on the last chapter's stage."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

import nnfs_lib

STAGES = sorted(
    path.stem for path in (Path(nnfs_lib.__file__).parent / "stages").glob("ch*.py")
)


@pytest.fixture(params=["nnfs_lib", f"nnfs_lib.stages.{STAGES[-1]}"])
def nn(request: pytest.FixtureRequest) -> ModuleType:
    """Return the library, folded or as the last stage."""
    return importlib.import_module(request.param)
