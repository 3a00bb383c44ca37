"""What explorers are made of: anywidget's widget, and its like on a page that runs its cells."""

__all__ = ["Widget"]

try:
    from anywidget import AnyWidget as Widget
except ModuleNotFoundError:  # in the reader's browser
    from bookkit.live.widget import PageWidget as Widget  # type: ignore[assignment]
