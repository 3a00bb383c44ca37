"""A glance: one question, one picture and one control of an explorer, for a chapter's first screen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bookkit.explore.recipe import Axis, Recipe, Value

Kept = Mapping[str, tuple[Value, ...]]
# What of a pane is only read, and names no array.
READ = {"title", "label", "labels", "xlabel", "ylabel"}


@dataclass(frozen=True)
class Glance(Recipe):
    """A small recipe with a question that it answers, shown above its picture.

    An axis of one value has no control. said: of a frame's sentences, the first that is said, and the first
    that is not any more.
    """

    question: str = ""
    said: tuple[int, int] = (0, 9)


def glance(
    recipe: Recipe,
    question: str,
    *panes: dict[str, Any],
    move: Kept,
    said: tuple[int, int] = (0, 9),
    **at: Value,
) -> Glance:
    """Return a small part of a recipe, whose frames are computed as the recipe's are.

    panes: what is drawn of it. move: the axes that are left under the reader's hand, each with the values
    whose frames are kept. at: where an axis begins; what is not moved stays there, or at the recipe's start.
    """
    axes = tuple(part_of(axis, move, at) for axis in recipe.axes)
    chosen = {pane.get("by") for pane in panes}
    words = (each for axis in axes if axis.name in chosen for each in axis.values)
    shown = {*texts(panes), *words}
    parts = {
        "title": f"{recipe.title}, at a glance",
        "axes": axes,
        "panes": panes,
        "fields": {name: how for name, how in recipe.fields.items() if name in shown},
        "constants": {
            name: array for name, array in recipe.constants.items() if name in shown
        },
        "play": next(iter(move)),
        "trains": False,
        "engine": None,
    }
    return Glance(**{**vars(recipe), **parts}, question=question, said=said)


def part_of(axis: Axis, move: Kept, at: Mapping[str, Value]) -> Axis:
    """Return the axis with the values that are kept of it: its start alone, if nobody moves it."""
    start = at.get(axis.name, axis.start)
    if axis.name not in move:
        return replace(axis, values=(start,), start=start, more=())
    return replace(axis, values=move[axis.name], start=start, more=axis.offered)


def texts(part: object) -> Iterator[str]:
    """Yield the texts in what describes panes: the names of the arrays that they draw are among them."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from texts([part[key] for key in part if key not in READ])
    elif isinstance(part, list | tuple):
        for each in part:
            yield from texts(each)
