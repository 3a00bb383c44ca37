"""Build small notebooks for the tests of the exporter and the runner."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import nbformat

Cell = nbformat.NotebookNode


def code(source: str, *tags: str) -> Cell:
    cell = nbformat.v4.new_code_cell(dedent(source).strip("\n"))
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def export(module: str, source: str) -> Cell:
    return code(source, f"export:{module}")


def markdown(source: str, *tags: str) -> Cell:
    return nbformat.v4.new_markdown_cell(
        dedent(source).strip("\n"), metadata={"tags": list(tags)} if tags else {}
    )


def stage(number: int) -> Cell:
    """The set-up cell of the chapter after this stage."""
    return code(f"import numpy as np\nfrom nnfs_lib.stages import ch{number:02} as nn")


def write_notebook(path: Path, cells: Sequence[Cell]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{index}"
    nbformat.write(notebook, path)
    return path


def write_chapters(folder: Path, *chapters: Sequence[Cell]) -> Path:
    """Write 01_one.ipynb, 02_two.ipynb, ... and return the folder."""
    names = ["one", "two", "three", "four", "five", "six"]
    for number, cells in enumerate(chapters, start=1):
        write_notebook(folder / f"{number:02}_{names[number - 1]}.ipynb", cells)
    return folder
