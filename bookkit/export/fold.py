"""Fold the versions of each name into one definition, and put the definitions in an order that imports."""

from collections.abc import Iterable, Mapping

import libcst as cst

from bookkit.export import docstrings
from bookkit.export.book import Book
from bookkit.export.classes import Folded, fold_class
from bookkit.export.definitions import Definition
from bookkit.export.notebooks import Import
from bookkit.export.order import CycleError, ordered
from bookkit.export.uses import Reference, When


def fold(book: Book) -> dict[str, list[Folded]]:
    """Return the definitions of each module, in order."""
    modules: dict[str, list[Folded]] = {module: [] for module in sorted(book.modules)}
    for name, versions in book.history.items():
        modules[book.module_of(name)].append(_fold(book, name, versions))
    return {
        module: _in_order(book, definitions) for module, definitions in modules.items()
    }


def _fold(book: Book, name: str, versions: list[Definition]) -> Folded:
    last = versions[-1]
    built = docstrings.built_in(version.chapter for version in versions)
    if last.kind == "class":
        folded = fold_class(book, versions, built)
    else:
        node = last.node
        # A helper says what it does; the module's own docstring says which chapters.
        if isinstance(node, cst.FunctionDef) and not name.startswith("_"):
            node = docstrings.close(node, built)
        folded = Folded(name, last.kind, node, [(last, last.uses)])
    _check_constants(book, folded)
    return folded


def _check_constants(book: Book, folded: Folded) -> None:
    """What is computed from a constant must not be older than the constant."""
    for definition, reference in folded.references():
        target = book.resolve(definition, reference)
        if (
            reference.when is not When.NOW
            or not isinstance(target, str)
            or target == folded.name
        ):
            continue
        latest = book.history[target][-1]
        if latest.kind == "constant" and latest.chapter > definition.chapter:
            raise definition.error(
                f"{folded.name} is computed from {target}, which {latest.place()} defines again; "
                f"define {folded.name} again there too.",
                reference.line,
            )


def _in_order(book: Book, definitions: list[Folded]) -> list[Folded]:
    """Keep the order of first definition, except that what runs on import comes after what it needs."""
    by_name = {folded.name: folded for folded in definitions}
    names: dict[str, dict[When, set[str]]] = {}
    for folded in definitions:
        names[folded.name] = {when: set() for when in When}
        for definition, reference in folded.references():
            target = book.resolve(definition, reference)
            if isinstance(target, str) and target in by_name and target != folded.name:
                names[folded.name][reference.when].add(target)
    needs = {
        name: uses[When.NOW] | uses[When.ANNOTATION] for name, uses in names.items()
    }
    called = {
        name: needs[name] | _reached(names, uses[When.NOW])
        for name, uses in names.items()
    }
    try:
        order = ordered(called)  # also what a function calls that is called on import
    except CycleError:
        try:
            order = ordered(needs)
        except CycleError as error:
            last = by_name[error.names[0]].parts[-1][0]
            raise last.error(
                f"definitions need each other on import: {error}; put an annotation in quotes, "
                "or use one of them inside a function only."
            ) from None
    return [by_name[name] for name in order]


def _reached(
    names: Mapping[str, Mapping[When, set[str]]], start: Iterable[str]
) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(set().union(*names[name].values()))
    return found


def imports_of(
    book: Book, definitions: Iterable[Folded]
) -> tuple[list[Import], dict[str, tuple[Definition, Reference]]]:
    """Return the imports that the definitions use, and the exported names with where each is used first."""
    bound: list[Import] = []
    names: dict[str, tuple[Definition, Reference]] = {}
    for folded in definitions:
        for definition, reference in folded.references():
            target = book.resolve(definition, reference)
            if isinstance(target, str):
                names.setdefault(target, (definition, reference))
            elif target:
                bound.extend(definition.cell.chapter.imports[target.name])
        for definition, _ in folded.parts:
            bound.extend(definition.cell.chapter.future)
    return bound, names
