"""The notebook around us: IPython's, or where there is none, the page that runs our cells."""

__all__ = ["display", "get_ipython"]

try:
    from IPython.core.getipython import get_ipython
    from IPython.display import display
except ModuleNotFoundError:  # in the reader's browser
    from bookkit.live.engine import display, get_ipython  # type: ignore[assignment]
