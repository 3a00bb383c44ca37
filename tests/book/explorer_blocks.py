"""What explorers keep, read as its format says: a second reader, written for the tests."""

import base64
import functools
import importlib
import itertools
import json
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import numpy as np
from notebook_cells import CHAPTERS, LABS, ROOT

from bookkit.explore import keep
from bookkit.explore.glances import Glance
from bookkit.explore.recipe import Axis, Recipe
from bookkit.explore.sheet import compute, sheet

PLAYGROUND = ROOT / "playground.ipynb"
WITH_EXPLORERS = ("convolution", "deep", "recurrent")
NOTEBOOKS = [
    *CHAPTERS,
    *(lab for lab in LABS if lab.stem in WITH_EXPLORERS),
    PLAYGROUND,
]
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
GARMENT = "A garment in your hand"  # chapter 12's, which no recipe makes
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?")


def open_block(block: bytes) -> tuple[dict[str, Any], bytes]:
    """Return a block's header and the bytes behind it."""
    data = zlib.decompress(block)
    [length] = struct.unpack_from("<I", data)
    return json.loads(data[4 : 4 + length]), data[4 + length :]


def cut(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Yield pieces of these sizes; nothing may be left."""
    ends = list(itertools.accumulate(sizes, initial=0))
    assert ends[-1] == len(data)
    for start, end in itertools.pairwise(ends):
        yield data[start:end]


def numbers_of(data: bytes, how: dict[str, Any], frames: int) -> np.ndarray:
    """Return (frames, *shape) numbers of an array that is described like that."""
    shape = (frames, *how["shape"])
    if how["exact"]:
        return np.frombuffer(data, "<f4").reshape(shape).astype(float)
    codes = np.frombuffer(data, np.uint8).reshape(shape)
    numbers = how["low"] + codes / 255 * (how["high"] - how["low"])
    return np.where(codes == 255, np.nan, numbers) if how.get("gaps") else numbers


@dataclass
class Sheet:
    """All frames of a recipe's grid."""

    recipe: Recipe
    header: dict[str, Any]
    fields: dict[str, np.ndarray]
    constants: dict[str, np.ndarray]

    def index(self, position: dict[str, Any]) -> int:
        """Return the frame's number; the last axis moves fastest."""
        axes = self.recipe.axes
        places = tuple(axis.values.index(position[axis.name]) for axis in axes)
        return int(
            np.ravel_multi_index(places, tuple(len(axis.values) for axis in axes))
        )

    def arrays(self, position: dict[str, Any]) -> dict[str, np.ndarray]:
        """Return the arrays at one position."""
        index = self.index(position)
        return {name: field[index] for name, field in self.fields.items()}

    def words(self, position: dict[str, Any]) -> str:
        """Return the sentence there, with hyphens for minus signs."""
        return plain(self.header["words"][self.index(position)])


def open_sheet(recipe: Recipe, block: bytes) -> Sheet:
    header, data = open_block(block)
    frames = len(header["words"])
    parts = [(name, how, frames) for name, how in header["fields"].items()]
    parts += [(name, how, 1) for name, how in header["constants"].items()]
    sizes = [
        times * int(np.prod(how["shape"])) * (4 if how["exact"] else 1)
        for _, how, times in parts
    ]
    pieces = zip(parts, cut(data, sizes), strict=True)
    found = {name: numbers_of(piece, how, n) for (name, how, n), piece in pieces}
    fields = {name: found[name] for name in header["fields"]}
    constants = {name: found[name][0] for name in header["constants"]}
    return Sheet(recipe, header, fields, constants)


recipes = functools.cache(keep.recipes)


def whole_recipes() -> dict[str, Recipe]:
    """Return those that are no glances."""
    return {
        title: recipe
        for title, recipe in recipes().items()
        if not isinstance(recipe, Glance)
    }


@functools.cache
def block_of(title: str) -> bytes:
    """Return the block of the recipe with this title: the book's, if it is current."""
    return sheet(recipes()[title])


@functools.cache
def sheet_of(title: str) -> Sheet:
    """Return the frames of the recipe with this title: the book's, if they are current."""
    return open_sheet(recipes()[title], block_of(title))


def fresh(recipe: Recipe) -> Sheet:
    """Return frames at the ends of each axis and at the start, computed now.

    Of a recipe that trains, those of the first two epochs: later on, frames are what they are on one
    processor, for rounding grows in a training.
    """
    axes = [ends_and_start(axis) for axis in recipe.axes]
    if trains(recipe):
        early = recipe.axes[-1].values[:2]
        axes[-1] = replace(recipe.axes[-1], values=early, start=early[0])
    small = replace(recipe, axes=tuple(axes))
    return open_sheet(small, compute(small))


def trains(recipe: Recipe) -> bool:
    """Whether the recipe's last axis is the epoch of a training."""
    return recipe.axes[-1].name == "epoch"


def ends_and_start(axis: Axis) -> Axis:
    few = {axis.values[0], axis.start, axis.values[-1]}
    return replace(axis, values=tuple(each for each in axis.values if each in few))


def module(name: str) -> ModuleType:
    """Return a module of bookkit.explore, some of whose functions have the names of modules."""
    return importlib.import_module(f"bookkit.explore.{name}")


def sample(recipe: Recipe, number: int = 60) -> list[dict[str, Any]]:
    """Return the start, the corners of the grid and some positions between them."""
    corners = itertools.product(*({ax.values[0], ax.values[-1]} for ax in recipe.axes))
    rng = np.random.default_rng(len(recipe.title))
    picked = [
        tuple(axis.values[rng.integers(len(axis.values))] for axis in recipe.axes)
        for _ in range(number)
    ]
    names = [axis.name for axis in recipe.axes]
    places = [dict(zip(names, values, strict=True)) for values in (*corners, *picked)]
    return [recipe.start(), *places]


Visit = tuple[dict[str, Any], dict[str, np.ndarray], str]


def visit(recipe: Recipe) -> Iterator[Visit]:
    """Yield sampled positions, with the arrays and the words that are kept there."""
    sheet = sheet_of(recipe.title)
    for position in sample(recipe):
        yield position, sheet.arrays(position), sheet.words(position)


def plain(words: str) -> str:
    """Return the words with hyphens instead of minus signs."""
    return words.replace("\N{MINUS SIGN}", "-")


def numbers_in(words: str) -> list[float]:
    """Return the numbers that a sentence holds."""
    return [float(found) for found in NUMBER.findall(plain(words))]


def agree(words: str, others: str) -> bool:
    """Whether sentences are the same, but for one unit in the last digit of their numbers."""
    if NUMBER.sub("#", plain(words)) != NUMBER.sub("#", plain(others)):
        return False
    pairs = zip(
        NUMBER.findall(plain(words)), NUMBER.findall(plain(others)), strict=True
    )
    return all(
        abs(float(one) - float(other)) <= 1.01 * 10.0 ** -len(one.partition(".")[2])
        for one, other in pairs
    )


# The widgets that a notebook holds.


@dataclass
class Widget:
    """The saved state of one explorer."""

    entry: dict[str, Any]

    @property
    def state(self) -> dict[str, Any]:
        return self.entry["state"]

    @property
    def block(self) -> bytes:
        [data] = self.entry["buffers"]
        assert (data["path"], data["encoding"]) == (["sheet"], "base64")
        return base64.b64decode(data["data"])


@functools.cache
def widgets(path: Path) -> dict[str, Widget]:
    """Return the explorers of a notebook by the titles, in the order of the cells."""
    notebook = nbformat.read(path, as_version=4)
    state = notebook.metadata.get("widgets", {}).get(STATE, {"state": {}})["state"]
    shown = [
        output.data[VIEW]["model_id"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if VIEW in output.get("data", {})
    ]
    found = [Widget(state[key]) for key in shown if "anywidget" in str(state[key])]
    return {widget.state["title"]: widget for widget in found}
