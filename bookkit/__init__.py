"""The book's machinery: exporter, runner, checks, plots and the website's parts."""

from bookkit.checks import catches, check
from bookkit.files import shipped
from bookkit.library import library_changes, library_map
from bookkit.needs import register

__all__ = ["catches", "check", "library_changes", "library_map", "shipped"]

register()
