"""The book's machinery: exporter, runner, checks, plots and the website's parts."""

from bookkit.checks import catches, check
from bookkit.library import library_changes, library_map

__all__ = ["catches", "check", "library_changes", "library_map"]
