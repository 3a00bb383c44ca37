"""Refuse what folding the chapters into one library would change."""

import ast

import libcst as cst

from bookkit.export.book import Book
from bookkit.export.definitions import Definition
from bookkit.export.notebooks import Chapter, Place
from bookkit.export.references import check_references
from bookkit.export.uses import BUILTINS, Reference, When

WHOLE = "Write the method out whole."


def check(book: Book) -> None:
    """Check all rules; the first that is broken raises a FoldError."""
    for definition in book.definitions():
        _check_name(book, definition)
        _check_versions(book, definition)
    for definition in book.definitions():
        check_references(book, definition)
    for definition in book.definitions():
        _check_folded_away(book, definition)
        _check_bases(book, definition)
    for chapter in book.chapters:
        _check_later_cells(book, chapter)


def _check_name(book: Book, definition: Definition) -> None:
    name = definition.name
    if name in BUILTINS:
        raise definition.error(f"{name} is a builtin of Python; choose another name.")
    if name.startswith("__") and name.endswith("__"):
        raise definition.error(
            f"{name} belongs to Python and to the exporter; choose another name."
        )
    if name in book.modules:
        raise definition.error(
            f"{name} is the name of a module too; choose another name."
        )
    if bound := definition.cell.chapter.imports.get(name):
        raise definition.error(
            f"{name} is also imported ({bound[0].place}); choose another name."
        )


def _check_versions(book: Book, definition: Definition) -> None:
    """A name belongs to one module and is defined once a chapter; a class is re-opened."""
    name = definition.name
    versions = book.history[name]
    if definition is versions[0]:
        if definition.reopens:
            raise definition.error(
                f"{name} is re-opened, but no earlier chapter exports it; "
                f"write `class {name}:`, or tag the cell that defines it."
            )
        return
    last = versions[versions.index(definition) - 1]
    if last.cell.module != definition.cell.module:
        verb = "re-opened" if definition.reopens else "defined"
        raise definition.error(
            f"{name} is {verb} in {definition.cell.module}, but {last.place()} exports it to "
            f"{last.cell.module}; tag this cell export:{last.cell.module}, or choose another name."
        )
    if last.chapter == definition.chapter:
        _check_continuation(definition, last, versions)
    elif definition.continues:
        raise definition.error(
            f"{name} goes on here, but its last cell is {last.place()}; "
            f"to re-open it, write `class {name}(nn.{name}):`."
        )
    if last.kind != definition.kind:
        raise definition.error(
            f"{name} is a {last.kind} in {last.place()} and a {definition.kind} here; rename one."
        )
    if definition.kind == "class":
        _check_reopening(definition, versions[0])


def _check_continuation(
    definition: Definition, last: Definition, versions: list[Definition]
) -> None:
    """A class may go on in a later cell of its chapter, with members that are new in it."""
    name = definition.name
    if not definition.continues or last.kind != "class":
        raise definition.error(
            f"{name} is already defined in {last.place()}; write it once in a chapter, "
            f"or, for more methods of a class, `class {name}({name}):`."
        )
    for version in versions[: versions.index(definition)]:
        twice = sorted(set(version.members) & set(definition.members))
        if version.chapter == definition.chapter and twice:
            raise definition.error(
                f"{name}.{twice[0]} is already defined in {version.place()}; write it once in a chapter.",
                definition.members[twice[0]].line,
            )


def _check_reopening(definition: Definition, first: Definition) -> None:
    name = definition.name
    again = f"to re-open it, write `class {name}(nn.{name}):`"
    if not (definition.reopens or definition.continues):
        other = (
            "has another base here" if definition.bases else "is defined a second time"
        )
        raise definition.error(
            f"{name}, which {first.place()} defines, {other}; {again}, or choose another name."
        )
    assert isinstance(definition.node, cst.ClassDef)
    assert isinstance(first.node, cst.ClassDef)
    if len(definition.node.bases) > 1 or definition.node.keywords:
        raise definition.error(
            f"{name} is re-opened with more bases than itself; {again} alone."
        )
    if definition.node.decorators or first.node.decorators:
        raise definition.error(
            f"{name} has a decorator, which would see another class; "
            f"a decorated class is complete when first written: move this to {first.place()}."
        )


def _check_folded_away(book: Book, definition: Definition) -> None:
    """`nn.f`, `nn.X.m` and `super().m` still mean the same once each is there once."""
    for uses in definition.all_uses():
        for reference in uses.references:
            if reference.path[0] in book.stage_names[definition.chapter]:
                _check_old_version(book, definition, reference)
                if len(reference.path) > 2:
                    _check_member(book, definition, reference)
            if reference.path[0] == "super" and (
                definition.reopens or definition.continues
            ):
                _check_super(book, definition, reference)


def _check_old_version(
    book: Book, definition: Definition, reference: Reference
) -> None:
    stage, name = reference.path[:2]
    for version in book.history[name]:
        if version.chapter == definition.chapter and version.kind != "class":
            raise definition.error(
                f"{stage}.{name} is not the {name} that stays: {version.place()} defines it again; "
                f"write {name} if you mean the new one, or write the old one out whole.",
                reference.line,
            )


def _check_member(book: Book, definition: Definition, reference: Reference) -> None:
    stage, owner, member = reference.path[:3]
    for version in book.history[owner]:
        if version.chapter >= definition.chapter and member in version.members:
            raise definition.error(
                f"{stage}.{owner}.{member} is not the {member} that stays: "
                f"{version.place()} defines it again. {WHOLE}",
                reference.line,
            )
    if owner == definition.name and reference.when is When.NOW:
        raise definition.error(
            f"{stage}.{owner}.{member} is read while {owner} is being made; write its value out whole.",
            reference.line,
        )


def _check_super(book: Book, definition: Definition, reference: Reference) -> None:
    if len(reference.path) == 1:
        raise definition.error(
            f"a re-opened class uses super() as `super().name` only. {WHOLE}",
            reference.line,
        )
    member = reference.path[1]
    versions = book.history[definition.name]
    for version in versions[: versions.index(definition)]:
        if member in version.members:
            raise definition.error(
                f"super().{member} means the {member} of {version.place()}, "
                f"which is the same class once folded. {WHOLE}",
                reference.line,
            )


def _check_bases(book: Book, definition: Definition) -> None:
    """A class that others inherit from is complete when first written."""
    if definition.kind != "class" or definition.reopens or definition.continues:
        return
    for base in definition.bases:
        target = book.resolve(definition, base)
        if not isinstance(target, str):
            continue
        first, *others = book.history[target]
        reopened = [version for version in others if version.chapter > first.chapter]
        if reopened and first.kind == "class":
            raise reopened[0].error(
                f"{target} is re-opened, but {definition.name} ({definition.place()}) inherits from it; "
                f"base classes are complete when first written: move this to {first.place()}."
            )


def _check_later_cells(book: Book, chapter: Chapter) -> None:
    """No cell, exported or not, runs on what its own chapter has replaced by then."""
    stage_names = book.stage_names[chapter.number]
    replaced = {
        definition.name: definition
        for definition in reversed(list(book.definitions()))
        if definition.chapter == chapter.number
        and definition is not book.history[definition.name][0]
    }
    for place, tree in chapter.code:
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in stage_names
                and node.attr in replaced
            ):
                continue
            new = replaced[node.attr]
            if place.cell > new.cell.number:
                here = Place(place.notebook, place.cell, node.lineno)
                raise here.error(
                    f"{node.value.id}.{node.attr} is the {node.attr} that {new.place()} replaced: "
                    f"write {node.attr}. To compare the two, name the old one in a cell before that."
                )
