"""The chapters as tests read them: cells by tag, and a namespace to run single cells in."""

import importlib
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))
LABS = sorted((ROOT / "labs").glob("*.ipynb"))
FIVE_SYSTEMS = ROOT / "five_systems.ipynb"
APPENDIX = ROOT / "chapters/appendix_files_from_strangers.ipynb"


def cells(path: Path, kind: str = "code") -> list[Any]:
    """Return the notebook's cells of one kind."""
    return [
        cell
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == kind
    ]


def tags(cell: Any) -> list[str]:
    """Return the cell's tags."""
    return list(cell.metadata.get("tags", []))


def tagged(path: Path, prefix: str) -> dict[str, str]:
    """Return {what follows the prefix: source} of the code cells with such a tag, in order."""
    return {
        tag.removeprefix(prefix): cell.source
        for cell in cells(path)
        for tag in tags(cell)
        if tag.startswith(prefix)
    }


def exports(cell: Any) -> bool:
    """Whether the cell goes into the library."""
    return any(tag.partition(":")[0] == "export" for tag in tags(cell))


def part(path: Path) -> int | str:
    """Return a chapter's number, or a lab's name: by it its exercises are known."""
    return path.stem if path in LABS else int(path.name[:2])


def namespace(path: Path) -> dict[str, Any]:
    """Return what a cell of this chapter or lab may use: its set-up cell, and what it exports."""
    name = f"stages.{'appendix' if path == APPENDIX else f'ch{path.name[:2]}'}"
    if path in LABS:
        name = f"labs.{path.stem}"
    stage = importlib.import_module(f"nnfs_lib.{name}")
    names = {name: each for name, each in vars(stage).items() if name[:2] != "__"}
    exec(next(cell.source for cell in cells(path) if "setup" in tags(cell)), names)
    return names
