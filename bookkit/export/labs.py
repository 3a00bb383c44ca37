"""Write each lab's exported cells, as they stand, as one module of `nnfs_lib.labs`."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from pathlib import Path

from bookkit.export import docstrings
from bookkit.export.book import LIBRARY, Book
from bookkit.export.definitions import Definition, definitions
from bookkit.export.layout import all_names, import_block
from bookkit.export.names import Names
from bookkit.export.notebooks import Cell, Chapter, FoldError, Import, Place, read_lab
from bookkit.export.references import check_module
from bookkit.export.rewrite import Rewriter
from bookkit.export.uses import BUILTINS, Reference
from bookkit.export.write import BY_CHAPTERS, body, paragraphs, public_names

# What a lab's function may import while it runs: it does without, or says how to install it.
OPTIONAL = {"matplotlib", "tqdm"}
COMMAND = 'if __name__ == "__main__":\n    main()\n'
PACKAGE = f"The labs, one module each; `import {LIBRARY}` does not import them."


@dataclass(eq=False)
class Lab:
    """A lab's notebook, with what it exports: name -> where it is defined first."""

    chapter: Chapter
    name: str
    library_names: set[str]  # by which the notebook knows the library: nn
    found: dict[str, Definition] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)  # functions that a class is given
    docstring: str | None = None

    def has(self, name: str) -> bool:
        return name in self.found or name in self.methods


def labs(folder: Path, book: Book) -> dict[str, str]:
    """Return the files of `labs/` in the package: path -> text; none where there are no notebooks."""
    paths = sorted(folder.glob("*.ipynb"))
    files = {f"labs/{path.stem}.py": _module(_collect(path), book) for path in paths}
    if files:
        files["labs/__init__.py"] = paragraphs(
            docstrings.module(f"{PACKAGE}\n\n{BY_CHAPTERS}")
        )
    for path, written in files.items():
        ast.parse(written, filename=path)
    return files


def _collect(path: Path) -> Lab:
    """Read a lab and what it defines."""
    if not path.stem.isidentifier():
        raise FoldError(
            f"{path.name}: a lab is named as its module, in small letters: autograd.ipynb."
        )
    chapter = read_lab(path)
    whole = {
        name
        for name, bound in chapter.imports.items()
        if any(each.module == LIBRARY and not each.member for each in bound)
    }
    lab = Lab(chapter, path.stem, whole)
    for number, cell in enumerate(chapter.cells):
        several, docstring = definitions(cell, whole)
        if docstring is not None:
            if number:
                raise cell.place().error(
                    f"only the first cell of {lab.name} may begin with a docstring; write a comment."
                )
            lab.docstring = docstring
        for definition in several:
            _check_definition(lab, definition)
            lab.found.setdefault(definition.name, definition)
            if definition.adds:
                lab.methods |= {*definition.members}
    return lab


def _check_definition(lab: Lab, definition: Definition) -> None:
    name, first = definition.name, lab.found.get(definition.name)
    if definition.adds and first is None:
        [method] = definition.members
        raise definition.error(
            f"{name}.{method} is added to a class that is not this lab's; inherit from it."
        )
    if first and not definition.adds:
        raise definition.error(
            f"{name} is already defined in {first.place()}; write it once in a lab."
        )
    if name in BUILTINS:
        raise definition.error(f"{name} is a builtin of Python; choose another name.")
    if definition.reopens:
        raise definition.error(f"a lab re-opens nothing; give {name} another name.")
    if bound := lab.chapter.imports.get(name):
        raise definition.error(
            f"{name} is also imported ({bound[0].place}); choose another name."
        )


def _module(lab: Lab, book: Book) -> str:
    """The lab's module."""
    said = lab.docstring or f"{lab.chapter.title}."
    folder = lab.chapter.path.resolve().parent.name
    source = f"Generated from {folder}/{lab.chapter.notebook}: edit that."
    bound: list[Import] = [*lab.chapter.future]
    code = []
    for cell in lab.chapter.cells:
        names = Names(cell, lab.library_names)
        uses = names.uses(*names.tree.body)
        for message, line in uses.refused:
            raise cell.place(line).error(f"{message}.")
        for module, line in uses.imports:
            if line not in _top_lines(cell) and module.split(".")[0] not in OPTIONAL:
                check_module(module, cell.place(line))
        for reference in uses.references:
            bound += _imports(lab, book, reference, cell.place(reference.line))
        code.append(body(names.tree.visit(Rewriter(uses.rewritten)).code))
    public = public_names(lab.found)
    parts = [
        docstrings.module(f"{cleandoc(said)}\n\n{source}"),
        import_block(bound, book.package),
        all_names(public),
    ]
    if "main" in lab.found:
        code.append(COMMAND.rstrip())
    return paragraphs(*filter(None, parts)) + "".join(
        f"\n\n{each}\n" for each in code if each
    )


def _top_lines(cell: Cell) -> set[int]:
    """Return the lines of a cell's own imports, which are checked where they are used."""
    return {
        node.lineno
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    }


def _imports(
    lab: Lab, book: Book, reference: Reference, place: Place
) -> Iterator[Import]:
    """Yield the imports that a name needs; refuse one that the module would not have."""
    name = reference.path[0]
    bound: Mapping[str, list[Import]] = lab.chapter.imports
    if name in lab.library_names:
        yield _from_library(lab, book, reference, place)
    elif name in bound:
        if lab.chapter.ambiguous(name):
            raise place.error(f"{name} is imported as different things; rename one.")
        first = bound[name][0]
        full = f"{first.module}.{first.member}"
        if not full.startswith(LIBRARY):
            check_module(first.module, place)
        elif not full.startswith(f"{LIBRARY}.labs."):
            raise place.error(
                f"{name} is imported from {first.module}; write `import {LIBRARY} as nn`, "
                f"and nn.{first.member or 'X'}."
            )
        yield from bound[name]
    elif not lab.has(name) and name not in BUILTINS and name != "super":
        raise place.error(
            f"{name} is neither exported by this lab nor imported; "
            "tag the cell that defines it `export`, or import it."
        )


def _from_library(lab: Lab, book: Book, reference: Reference, place: Place) -> Import:
    """Return the import of the X that `nn.X` means, from the module where it lives."""
    name, *rest = reference.path
    if not rest:
        raise place.error(
            f"{name} is used as a whole; write {name}.X for the name you need."
        )
    wanted = rest[0]
    if wanted not in book.history or wanted.startswith("_"):
        raise place.error(
            f"{LIBRARY} offers no {wanted}; check the spelling, or write it in the lab."
        )
    if (
        wanted in lab.found
        or wanted in reference.local
        or wanted in lab.chapter.imports
    ):
        raise place.error(
            f"{name}.{wanted} stands where {wanted} is something else; rename that."
        )
    if reference.stored:
        raise place.error(
            f"{'.'.join(reference.path)} is assigned to; the library keeps no global state."
        )
    return Import(f"{book.package}.{book.module_of(wanted)}", wanted)
