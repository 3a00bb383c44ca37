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
        if definition.adds:
            _check_method(definition, versions)
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
    if last.chapter == definition.chapter and not definition.adds:
        raise definition.error(
            f"{name} is already defined in {last.place()}; write it once in a chapter, "
            f"or, for more methods of a class, `def method(self):` and `{name}.method = method`."
        )
    if definition.adds:
        _check_method(definition, versions)
        return
    if last.kind != definition.kind:
        raise definition.error(
            f"{name} is a {last.kind} in {last.place()} and a {definition.kind} here; rename one."
        )
    if definition.kind == "class":
        _check_reopening(book, definition, versions[0])


def _check_method(definition: Definition, versions: list[Definition]) -> None:
    """A method is added to a class of its own chapter, and is new in it."""
    name, [method] = definition.name, definition.members
    if method in BUILTINS:
        raise definition.error(
            f"{method} is a builtin of Python, and a function of that name would hide it in the "
            f"notebook; write {name}.{method} inside `class {name}:`."
        )
    here = [
        version
        for version in versions[: versions.index(definition)]
        if version.chapter == definition.chapter
    ]
    if not here or here[0].kind != "class":
        raise definition.error(
            f"{name}.{method} is added to a class of another chapter, which would change it there; "
            f"write `class {name}(nn.{name}):` first."
        )
    for version in here:
        if method in version.members:
            raise definition.error(
                f"{name}.{method} is already defined in {version.place()}; write it once in a chapter."
            )


def _check_reopening(book: Book, definition: Definition, first: Definition) -> None:
    name = definition.name
    renewed = [
        base for base in book.bases(name) if book.defined_in(base, definition.chapter)
    ]
    bases = ", ".join([f"nn.{name}", *renewed])
    again = f"to re-open it, write `class {name}({bases}):`"
    if not definition.reopens:
        other = (
            "has another base here" if definition.bases else "is defined a second time"
        )
        raise definition.error(
            f"{name}, which {first.place()} defines, {other}; {again}, or choose another name."
        )
    assert isinstance(definition.node, cst.ClassDef)
    assert isinstance(first.node, cst.ClassDef)
    written = [
        target
        for base in definition.bases
        if isinstance(target := book.resolve(definition, base), str)
    ]
    if written != [name, *renewed] or definition.node.keywords:
        why = (
            f"inherits from {' and '.join(renewed)}, which this chapter re-opens too"
            if renewed
            else "is re-opened with more bases than itself"
        )
        raise definition.error(f"{name} {why}; {again}.")
    for base in renewed:
        if (
            book.version_in(base, definition.chapter).cell.number
            > definition.cell.number
        ):
            raise definition.error(
                f"{name} is re-opened before {base}, from which it inherits; do {base} first."
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
            if reference.path[0] == "super" and definition.reopens:
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
    """No class of a chapter inherits from one that the chapter's stage lays on another base."""
    if definition.kind != "class" or definition.adds:
        return
    for base in book.bases(definition.name):
        if base in book.laid_anew(definition.chapter):
            raise definition.error(
                f"{definition.name} inherits from {base}, whose own base this chapter re-opens; "
                f"re-open {base} too."
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
