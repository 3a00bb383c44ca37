"""Every name that an exported cell uses must be one that the library has."""

import sys

from bookkit.export.book import LIBRARY, Book
from bookkit.export.definitions import Definition
from bookkit.export.notebooks import Chapter, Import, Place
from bookkit.export.uses import BUILTINS, Reference

# What a function may import while it runs: what it does without, or says how to install.
OPTIONAL = {"PIL", "tqdm"}


def check_references(book: Book, definition: Definition) -> None:
    """Refuse names that are neither builtin, exported by this chapter, imported, nor `nn.X`."""
    for uses in definition.all_uses():
        for message, line in uses.refused:
            raise definition.error(f"{message}.", line)
        for module, line in uses.imports:
            if module.split(".")[0] not in OPTIONAL:
                check_module(module, definition.place(line))
        for reference in uses.references:
            _check_reference(book, definition, reference)


def _check_reference(book: Book, definition: Definition, reference: Reference) -> None:
    name, chapter = reference.path[0], definition.cell.chapter
    place = definition.place(reference.line)
    bound = chapter.imports.get(name)
    if bound and chapter.ambiguous(name):
        first, last = bound[0].place, bound[-1].place
        raise place.error(
            f"{name} is imported as different things ({first} and {last}); rename one."
        )
    if bound and name in book.stage_names[chapter.number]:
        _check_stage(book, chapter, bound[0], reference, place)
    elif bound:
        _check_import(book, chapter, bound[0], place)
    elif book.defined_in(name, chapter.number):
        return
    elif name in book.exported_by(chapter.number):
        raise place.error(f"{name} comes from an earlier chapter; write nn.{name}.")
    elif name not in BUILTINS:
        raise place.error(
            f"{name} is neither exported by this chapter nor imported; "
            f"tag the cell that defines it export:{definition.cell.module}, or import it."
        )


def _check_stage(
    book: Book, chapter: Chapter, bound: Import, reference: Reference, place: Place
) -> None:
    name, stage = reference.path[0], (bound.member or bound.module).rpartition(".")[2]
    number = 0 if stage == "appendix" else int(stage[2:])
    if number not in (0, chapter.number - 1):
        right = (
            f"import ch{chapter.number - 1:02} instead"
            if chapter.number > 1
            else "chapter 1 has none"
        )
        raise place.error(
            f"{name} is stage {stage}, not the chapter right before this one; {right}."
        )
    if name in book.history:
        raise place.error(
            f"{name} is exported by the book too; import the stage as another name."
        )
    if len(reference.path) == 1:
        raise place.error(
            f"{name} is used as a whole; write {name}.X for the name you need."
        )
    wanted = reference.path[1]
    if wanted not in book.exported_by(number):
        raise place.error(
            f"stage {stage} has no {wanted}; check the spelling, or export it there."
        )
    if wanted in reference.local:
        raise place.error(
            f"{name}.{wanted} stands where {wanted} is a local name; rename the local one."
        )
    if reference.stored:
        raise place.error(
            f"{'.'.join(reference.path)} is assigned to; the library keeps no global state."
        )


def _check_import(book: Book, chapter: Chapter, bound: Import, place: Place) -> None:
    if bound.module.split(".")[0] in (LIBRARY, book.package):
        before = f"ch{max(chapter.number - 1, 1):02}"
        raise place.error(
            f"{bound.name} is imported from {bound.module}; import the stage before as a module, "
            f"`from {LIBRARY}.stages import {before} as nn`, and write nn.{bound.member or 'X'}."
        )
    if bound.name in book.history:
        raise place.error(
            f"{bound.name} is imported here and exported by the book; import it as another name."
        )
    check_module(bound.module, place)


def check_module(module: str, place: Place) -> None:
    root = module.split(".")[0]
    if root != "numpy" and root not in sys.stdlib_module_names:
        raise place.error(
            f"{module} is used here, but {LIBRARY} needs NumPy alone; use the standard library, NumPy "
            "or the stage before, or move the code to a cell without the tag."
        )
