"""A widget on a page that runs its cells: traits that page and Python share, and messages both ways."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from bookkit.live import engine

KIND = "application/x-explorer"
SYNC = {"sync": True}


class PageWidget(traitlets.HasTraits):
    """What anywidget.AnyWidget is in a notebook, as far as explorers use it."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._hears: list[Callable[[Any, Any, Any], object]] = []
        self._told: str | None = None  # the trait that the page is just setting
        self._session, self._key = engine.keep(self)
        self.observe(self._tell, names=self.trait_names(**SYNC))

    def on_msg(self, hear: Callable[[Any, Any, Any], object]) -> None:
        """Call `hear` with the widget, each message of the page, and no buffers."""
        self._hears.append(hear)

    def send(self, message: Any, buffers: Sequence[bytes] = ()) -> None:
        """Send a message, and bytes beside it, to the page."""
        texts = [base64.b64encode(each).decode() for each in buffers]
        self._session.tell({"widget": self._key, "message": message, "buffers": texts})

    def hear(self, told: dict[str, Any]) -> None:
        """Take what the page says: a message, or a trait's new value."""
        if "message" in told:
            for hear in self._hears:
                hear(self, told["message"], [])
            return
        self._told = told["name"]
        try:
            value = told["value"]
            setattr(
                self, told["name"], base64.b64decode(value) if told["bytes"] else value
            )
        finally:
            self._told = None

    def _tell(self, change: Any) -> None:
        if change.name != self._told:
            value = {"name": change.name, **encoded(change.new)}
            self._session.tell({"widget": self._key, **value})

    def _repr_mimebundle_(self) -> dict[str, Any]:
        state = {
            name: encoded(getattr(self, name)) for name in self.trait_names(**SYNC)
        }
        return {KIND: {"widget": self._key, "state": state}, "text/plain": repr(self)}


def encoded(value: Any) -> dict[str, Any]:
    """Return a trait's value as JSON can hold it."""
    if isinstance(value, bytes):
        return {"value": base64.b64encode(value).decode(), "bytes": True}
    return {"value": value, "bytes": False}
