"""What a function does, for a digest: the book's own code that it reaches, however that is written."""

import ast
import functools
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

IMPORT = (ast.Import, ast.ImportFrom)
OWN = ("bookkit", "nnfs_lib")  # the packages whose code is followed

Place = tuple[str, str]  # a module, and a name at its top


def reached(module: str, name: str) -> list[Any]:
    """Return what defines a name and all names of the book's that it leads to, as plain lists.

    Where the name is not at the top of its module, as that of a function in another, all names there count.
    """
    here = definitions(module)
    waiting = [(module, each) for each in ([name] if name in here else here)]
    found: dict[Place, list[Any]] = {}
    while waiting:
        place = waiting.pop()
        if place not in found:
            found[place], leads = defined(place)
            waiting += leads
    return sorted([*place, code] for place, code in found.items() if code)


@functools.cache
def defined(place: Place) -> tuple[list[Any], list[Place]]:
    """Return what defines a name, as plain lists, and where the names that this uses are."""
    module, name = place
    statements = definitions(module).get(name, [])
    code = [plain(each) for each in statements if not isinstance(each, IMPORT)]
    return code, [lead for each in statements for lead in leads_to(place, each)]


@functools.cache
def definitions(module: str) -> dict[str, list[ast.stmt]]:
    """Return the statements at the top of a module by the names that they bind or change."""
    path = Path(inspect.getfile(importlib.import_module(module)))
    found: dict[str, list[ast.stmt]] = {}
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        for name in names_of(statement):
            found.setdefault(name, []).append(statement)
    return found


def names_of(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds or changes."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, IMPORT):
        return {alias.asname or alias.name for alias in statement.names}
    targets = getattr(statement, "targets", [getattr(statement, "target", statement)])
    nodes = [node for target in targets for node in ast.walk(target)]
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def leads_to(place: Place, statement: ast.stmt) -> Iterator[Place]:
    """Yield where the names that a statement uses are; an import leads on to the name of the place only."""
    module, name = place
    if isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            if name == (alias.asname or alias.name) and own(statement.module):
                yield str(statement.module), alias.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield module, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            for imported in definitions(module).get(node.value.id, []):
                if isinstance(imported, ast.Import) and own(imported.names[0].name):
                    yield imported.names[0].name, node.attr


def own(module: str | None) -> bool:
    """Whether a module is the book's own."""
    return str(module).partition(".")[0] in OWN


def plain(node: Any) -> Any:
    """Return a syntax tree as lists, without docstrings, and what is empty, in which Pythons differ."""
    if isinstance(node, list):
        return [plain(each) for each in node if not does_nothing(each)]
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = [
        [name, plain(value)]
        for name, value in ast.iter_fields(node)
        if value not in (None, [])
    ]
    return [type(node).__name__, *parts]


def does_nothing(node: Any) -> bool:
    """Whether a statement is a string alone, as docstrings are."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
