"""The book's machinery: exporter, runner, checks, plots and the website's parts.

Importing it costs nothing: each name is loaded when it is first asked for, so that `python -m bookkit export`
can make the library that other parts of the machinery need.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bookkit.checks import catches, check
    from bookkit.files import shipped
    from bookkit.library import library_changes, library_map

MODULES = {
    "catches": "bookkit.checks",
    "check": "bookkit.checks",
    "library_changes": "bookkit.library",
    "library_map": "bookkit.library",
    "shipped": "bookkit.files",
}
__all__ = ["catches", "check", "library_changes", "library_map", "shipped"]


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(MODULES[name]), name)


if "IPython" in sys.modules:
    from bookkit.needs import register

    register()
