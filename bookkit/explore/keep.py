"""python -m bookkit explorers: compute the explorers' frames, and keep them in the book."""

import argparse
import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bookkit import explore
from bookkit.explore import sheet
from bookkit.explore.recipe import Recipe
from bookkit.files import replace


class Kept(NamedTuple):
    """A block that the book keeps: its name, the digest of what makes it, and how it is made."""

    name: str
    digest: str
    build: Callable[[], bytes]

    def current(self) -> bool:
        """Whether the book's block is of today."""
        return sheet.stored(self.name) == self.digest


def recipes() -> dict[str, Recipe]:
    """Return the recipes of all explorers by their titles: the chapters' in their order, then the labs'."""
    names = [each.name for each in pkgutil.iter_modules(explore.__path__)]
    chapters = [name for name in names if name.startswith("chapter")]
    chapters.sort(key=lambda name: int(name.removeprefix("chapter")))
    found: list[object] = []
    for name in chapters + [name for name in names if name.startswith("lab_")]:
        found += vars(importlib.import_module(f"{explore.__name__}.{name}")).values()
    return {each.title: each for each in found if isinstance(each, Recipe)}


def blocks() -> Iterator[Kept]:
    """Yield all blocks that the book keeps: one a recipe."""
    for recipe in recipes().values():
        build = functools.partial(sheet.compute, recipe)
        yield Kept(sheet.name_of(recipe), sheet.digest(recipe), build)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a way to look without computing."""
    parser.add_argument(
        "--check", action="store_true", help="only say which are not current"
    )


def main(arguments: argparse.Namespace) -> int:
    """Compute what is not current; remove what nothing makes any more."""
    every = list(blocks())
    old = [each for each in every if not each.current()]
    paths = {sheet.path_of(each.name) for each in every}
    left = [path for path in sheet.SHEETS.glob("*") if path not in paths]
    if arguments.check:
        names = [each.name for each in old] + [path.stem for path in left]
        if names:
            print(f"Not current: {', '.join(names)}. Run `make explorers`.")
        return bool(names)
    for path in left:
        path.unlink()
    for each in old:
        block = each.build()
        replace(sheet.path_of(each.name), f"{each.digest}\n".encode() + block)
        print(f"{each.name}: {len(block) / 1024:.0f} KB")
    return 0
