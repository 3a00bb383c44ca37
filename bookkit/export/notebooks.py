"""Read the chapters: their exported cells, and what each notebook imports."""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from keyword import iskeyword
from pathlib import Path
from typing import Any

import libcst as cst

from bookkit.stable import loads

TAG = "export:"
CHAPTER_FILE = re.compile(r"(\d\d)_\w+\.ipynb")
APPENDIX_FILE = "appendix_*.ipynb"
STAGE = re.compile(r"ch\d+|appendix")
# What IPython understands and Python does not: %magic, !command, name = !command, name?
MAGIC = re.compile(
    r"^([ \t]*)(?:[%!?].*|[\w., ]+=\s*[%!].*|.*\S\?)[ \t]*$", re.MULTILINE
)
RESERVED_MODULES = {"stages", "__init__", "__main__"}


class FoldError(ValueError):
    """The chapters cannot be folded into a library. The text says where, why and what to do."""


@dataclass(frozen=True)
class Place:
    """A line of a cell; cells and lines count from 1."""

    notebook: str
    cell: int
    line: int

    def __str__(self) -> str:
        return f"{self.notebook}, cell {self.cell}, line {self.line}"

    def error(self, message: str) -> FoldError:
        return FoldError(f"{self}: {message}")


@dataclass(frozen=True)
class Import:
    """One name that an import statement binds: `import module as alias`, or `from module import member`."""

    module: str
    member: str | None = None
    alias: str | None = None
    place: Place | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        return self.alias or self.member or self.module.partition(".")[0]


@dataclass(eq=False)
class Cell:
    """An exported cell."""

    chapter: "Chapter"
    number: int
    module: str
    source: str
    tree: cst.Module

    def place(self, line: int = 1) -> Place:
        return Place(self.chapter.notebook, self.number, line)


@dataclass(eq=False)
class Chapter:
    """A notebook, as far as the exporter needs it; `code` holds every code cell, `cells` what goes out."""

    number: int
    path: Path
    title: str = ""
    code: list[tuple[Place, ast.Module]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    imports: dict[str, list[Import]] = field(default_factory=dict)

    @property
    def notebook(self) -> str:
        return self.path.name

    @property
    def stage(self) -> str:
        """The name of its stage: chapter 0 is the appendix."""
        return f"ch{self.number:02}" if self.number else "appendix"

    def ambiguous(self, name: str) -> bool:
        """Whether the notebook imports different things by this name; `import os` and `os.path` are one."""
        return (
            len(
                {
                    each if each.member or each.alias else None
                    for each in self.imports[name]
                }
            )
            > 1
        )

    @property
    def future(self) -> list[Import]:
        """The notebook's `from __future__ import ...`."""
        return [
            each
            for bound in self.imports.values()
            for each in bound
            if each.module == "__future__"
        ]


def read_chapters(folder: Path) -> list[Chapter]:
    """Read `NN_slug.ipynb`, numbered from 01 without a gap, after the appendix, which is on its own."""
    paths = sorted(
        path for path in folder.glob("*.ipynb") if CHAPTER_FILE.fullmatch(path.name)
    )
    if not paths:
        raise FoldError(
            f"{folder}: no chapters here; they are named like 01_dense_layer.ipynb."
        )
    for number, path in enumerate(paths, start=1):
        found = int(path.name[:2])
        if found < number:
            raise FoldError(
                f"{path.name}: the number {found:02} is taken twice; give it another."
            )
        if found > number:
            raise FoldError(
                f"{path.name}: chapter {number:02} is missing; number the chapters without a gap."
            )
    appendices = sorted(folder.glob(APPENDIX_FILE))
    if len(appendices) > 1:
        raise FoldError(
            f"{appendices[1].name}: {appendices[0].name} is the appendix; make one of the two."
        )
    first = 1 - len(appendices)
    return [
        read_chapter(number, path)
        for number, path in enumerate([*appendices, *paths], start=first)
    ]


def read_lab(path: Path) -> Chapter:
    """Read a lab's notebook: its exported cells go into one module, of its own name."""
    return read_chapter(0, path, lab=path.stem)


def read_chapter(number: int, path: Path, lab: str | None = None) -> Chapter:
    """Read one notebook; its outputs do not matter."""
    chapter = Chapter(number, path)
    for index, cell in enumerate(read_cells(path), start=1):
        place = Place(path.name, index, 1)
        source = cell["source"]
        module = exported_module(cell, place, lab)
        if cell["cell_type"] == "code":
            tree = parse_exported(source, place) if module else parse_tolerantly(source)
            chapter.code.append((place, tree))
            for bound in imports(tree, place, strict=module is not None):
                chapter.imports.setdefault(bound.name, []).append(bound)
        elif not chapter.title and (
            heading := re.search(r"^# +(.+?)\s*$", source, re.MULTILINE)
        ):
            chapter.title = re.sub(r"^(Chapter\s+)?\d+\s*[.:,-]?\s*", "", heading[1])
        if module:
            chapter.cells.append(
                Cell(chapter, index, module, source, cst.parse_module(source))
            )
    return chapter


def read_cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook as its file holds them, each source in one piece."""
    try:
        cells: list[dict[str, Any]] = loads(path.read_text(encoding="utf-8"))["cells"]
    except ValueError as error:
        raise FoldError(f"{path.name}: this is not a notebook: {error}.") from error
    return cells


def exported_module(
    cell: dict[str, Any], place: Place, lab: str | None = None
) -> str | None:
    """Return the module into which the cell goes, if it has a tag that says so."""
    tags: list[str] = cell["metadata"].get("tags", [])
    modules = [tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG)]
    plain = TAG.removesuffix(":")
    if lab and modules:
        raise place.error(f"a lab goes into one module; tag the cell {plain}.")
    if plain in tags and not lab:
        raise place.error(
            f"the tag {plain} says no module; tag the cell like {TAG}layers."
        )
    if lab and plain in tags:
        modules = [lab]
    if not modules:
        return None
    if cell["cell_type"] != "code":
        raise place.error(
            f"a {cell['cell_type']} cell has the tag {TAG}{modules[0]}; only code cells are exported."
        )
    if len(modules) > 1:
        raise place.error(
            f"this cell goes to {' and '.join(modules)}; a cell has one {TAG}<module> tag."
        )
    [module] = modules
    if not module.isidentifier() or iskeyword(module) or module in RESERVED_MODULES:
        raise place.error(
            f"{module!r} cannot name a module; tag the cell like {TAG}layers."
        )
    return module


def parse_exported(source: str, place: Place) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        line = error.lineno or 1
        here = Place(place.notebook, place.cell, line)
        if MAGIC.match(
            source.splitlines()[line - 1] if line <= len(source.splitlines()) else ""
        ):
            raise here.error(
                "IPython magic in an exported cell; move it to a cell of its own."
            ) from None
        raise here.error(
            f"this is not Python: {error.msg}. Run the cell, and mend it."
        ) from None


def parse_tolerantly(source: str) -> ast.Module:
    """Parse a cell that IPython runs: magics do nothing here, and what still is not Python is skipped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        for text in (source, MAGIC.sub(r"\1pass", source)):
            try:
                return ast.parse(text)
            except SyntaxError:
                continue
    return ast.Module([], [])


def imports(tree: ast.Module, place: Place, *, strict: bool) -> Iterator[Import]:
    """Yield what the top-level imports bind; `strict` refuses relative and star imports."""
    for node in tree.body:
        here = Place(place.notebook, place.cell, getattr(node, "lineno", 1))
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(name.name, alias=name.asname, place=here)
        elif isinstance(node, ast.ImportFrom):
            if strict and (node.level or node.names[0].name == "*"):
                kind = "a relative import" if node.level else "a star import"
                raise here.error(
                    f"{kind} in an exported cell; import each name from its full module."
                )
            for name in node.names:
                if not node.level and name.name != "*":
                    alias = name.asname if name.asname != name.name else None
                    yield Import(node.module or "", name.name, alias, here)
