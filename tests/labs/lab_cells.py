"""The cells of a lab's notebook, for the tests that run them."""

from pathlib import Path

import nbformat

FOLDER = Path(__file__).parents[2] / "labs"


def cells(lab):
    return nbformat.read(FOLDER / f"{lab}.ipynb", as_version=4).cells


def tagged(lab, prefix):
    """Return {what follows the prefix: source} of the cells that have such a tag."""
    return {
        tag.removeprefix(prefix): cell.source
        for cell in cells(lab)
        for tag in cell.metadata.get("tags", [])
        if tag.startswith(prefix)
    }


def names(lab, **others):
    """Return what a cell may use: what the lab imports and exports, made anew, and others."""
    found = {"__name__": "lab"}
    for cell in cells(lab):
        if {"setup", "export"} & {*cell.metadata.get("tags", [])}:
            exec(cell.source, found)
    return found | others
