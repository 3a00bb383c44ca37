"""The explorer: one widget for the website, JupyterLab and every other front-end that knows anywidget."""

import asyncio
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import traitlets

from bookkit.explore.recipe import EXACT, Frame, Position, Recipe
from bookkit.explore.sheet import sheet
from bookkit.explore.widget import Widget

HERE = Path(__file__).parent
PARTS = (
    *("engines", "random", "training", "numbers", "pictures", "trainer"),
    *("playground", "courses", "race", "kernel"),
    *("brush", "classes", "panes", "view", "drag", "pixels", "garment", "explorer"),
)
FRONT = "\n".join(
    (HERE / f"front/{part}.js").read_text(encoding="utf-8") for part in PARTS
)


class Explorer(Widget):
    """Sliders, pictures and a sentence; `position` is where the reader stands, a value for each axis.

    Set `position` and the pictures follow; what it leaves out goes back to the start. A value between
    the grid's is computed in the kernel.
    """

    _esm = FRONT
    _css = HERE / "explorer.css"
    title = traitlets.Unicode().tag(sync=True)
    axes: Any = traitlets.List().tag(sync=True)
    panes: Any = traitlets.List().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)
    sheet = traitlets.Bytes().tag(sync=True)
    position = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        recipe: Recipe,
        *,
        block: bytes | None = None,
        **options: Any,
    ) -> None:
        """Show the recipe; its frames come from `block`, or from the grid of the recipe.

        options: what else the front-end knows, such as `sets`, buttons that set several controls at
        once, {label: position}, or `thirds`, controls three in a line.
        """
        self.recipe = recipe
        self._task: asyncio.Task[None] | None = None
        self._number = 0
        super().__init__(
            title=recipe.title,
            axes=[axis.describe() for axis in recipe.axes],
            panes=list(recipe.panes),
            options={
                "play": recipe.play,
                "pace": recipe.pace,
                **({"time": recipe.play} if recipe.trains else {}),
                **({"engine": recipe.engine} if recipe.engine else {}),
                **options,
            },
            sheet=sheet(recipe) if block is None else block,
            position=recipe.start(),
        )
        self.on_msg(self._hear)

    @traitlets.validate("position")
    def _check_position(self, proposal: Any) -> Position:
        return self.recipe.check(proposal["value"])

    def __repr__(self) -> str:
        """Say what is here, where nothing can show it."""
        return f"[Explorer] {self.title}: run this cell to play with it."

    # The kernel engine. The front-end says hello, ask or stop; we answer ready, frame, done or error.

    def _hear(self, widget: Any, message: dict[str, Any], buffers: Any) -> None:
        """Take one message of the front-end; a new question ends the work on the one before."""
        kind, number = message.get("kind"), message.get("id", 0)
        if kind == "hello":
            self.send({"kind": "ready"})
        elif kind == "ask" or (kind == "stop" and number == self._number):
            if self._task:
                self._task.cancel()
                self._task = None
            if kind == "ask":
                self._number = number
                work = self._answer(
                    number, message["position"], bool(message.get("watch"))
                )
                self._task = asyncio.get_running_loop().create_task(work)

    async def _answer(self, number: int, position: dict[str, Any], watch: bool) -> None:
        """Send the frames for a position, and let the kernel breathe between two."""
        try:
            for found in self._frames(position, watch):
                if found:
                    self._send_frame(number, *found)
                await asyncio.sleep(0.001)
            self.send({"kind": "done", "id": number})
        except Exception as error:  # whatever a reader's own layer raises
            self.send({"kind": "error", "id": number, "words": in_words(error)})

    def _frames(
        self, position: dict[str, Any], watch: bool
    ) -> Iterator[tuple[Position, Frame] | None]:
        """Yield the frame of the position; where it takes long, first those on the way if one watches.

        None is a moment in which the kernel may do other things.
        """
        position = self.recipe.check(position)
        if watch and self.recipe.trains:
            time = self.recipe.play
            axis = next(axis for axis in self.recipe.axes if axis.name == time)
            for stop in axis.offered:
                if float(stop) < float(position[time]):
                    place = {**position, time: stop}
                    yield place, self.recipe.compute(**place)
        yield position, self.recipe.compute(**position)

    def _send_frame(self, number: int, position: Position, frame: Frame) -> None:
        how = {name: self.recipe.fields.get(name, EXACT) for name in frame.arrays}
        message = {
            "kind": "frame",
            "id": number,
            "position": position,
            "words": frame.words,
            "fields": {
                name: how[name].describe(array.shape)
                for name, array in frame.arrays.items()
            },
        }
        self.send(
            message,
            buffers=[how[name].encode(array) for name, array in frame.arrays.items()],
        )


def in_words(error: Exception) -> str:
    """Return what went wrong, and where in the reader's own code it did."""
    words = f"{type(error).__name__}: {error}"
    own = [
        place
        for place in traceback.extract_tb(error.__traceback__)
        if "ipykernel" in place.filename or place.filename.startswith("<")
    ]
    return f"{words} (line {own[-1].lineno} of {own[-1].name})" if own else words
