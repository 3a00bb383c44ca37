"""Take an exported cell apart: its constants, functions and classes, and what the classes hold."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import libcst as cst
import libcst.matchers as m

from bookkit.export.names import Names
from bookkit.export.notebooks import Cell, FoldError, Place
from bookkit.export.rewrite import Rewriter
from bookkit.export.uses import Reference, Uses

Statement = cst.SimpleStatementLine | cst.FunctionDef | cst.ClassDef
CONTINUES = (
    m.OneOf(  # a property's setter or deleter, or one more signature of a method
        m.Attribute(
            attr=m.OneOf(m.Name("setter"), m.Name("deleter"), m.Name("getter"))
        ),
        m.Name("overload"),
        m.Attribute(attr=m.Name("overload")),
    )
)

# `Owner.name = name`, or `= classmethod(name)` and the like.
FUNCTION = m.SaveMatchedNode(m.Name(), "value")
DECORATORS = m.Name("classmethod") | m.Name("staticmethod") | m.Name("property")
METHOD = m.SimpleStatementLine(
    body=[
        m.Assign(
            targets=[
                m.AssignTarget(
                    m.Attribute(
                        m.SaveMatchedNode(m.Name(), "owner"),
                        m.SaveMatchedNode(m.Name(), "name"),
                    )
                )
            ],
            value=FUNCTION
            | m.Call(m.SaveMatchedNode(DECORATORS, "kind"), args=[m.Arg(FUNCTION)])
            | m.Call(
                m.SaveMatchedNode(m.Name("property"), "kind"),
                args=[m.Arg(FUNCTION), m.Arg(m.SaveMatchedNode(m.Name(), "setter"))],
            ),
        )
    ]
)


@dataclass(eq=False)
class Member:
    """A method, property or attribute of a class: the statements that define one name."""

    name: str
    line: int
    statements: list[Statement]
    uses: Uses
    definition: "Definition"

    @property
    def is_declaration(self) -> bool:
        """Whether this is only `name: annotation`, which gives the class nothing to find."""
        return self.name.endswith(":")


@dataclass(eq=False)
class Definition:
    """A constant, function or class of an exported cell. The nodes have `nn.X` written as `X` already."""

    name: str
    kind: str
    cell: Cell
    line: int
    position: int  # among the statements of the cell
    node: Statement
    uses: Uses  # of a class: what its decorators and bases use
    bases: list[Reference] = field(default_factory=list)
    docstring: cst.BaseString | None = None
    members: dict[str, Member] = field(default_factory=dict)
    reopens: bool = False  # a class of an earlier chapter
    adds: bool = False  # a method to a class of an earlier cell of its chapter: `Model.train = train`

    @property
    def chapter(self) -> int:
        return self.cell.chapter.number

    def place(self, line: int | None = None) -> Place:
        return self.cell.place(self.line if line is None else line)

    def error(self, message: str, line: int | None = None) -> FoldError:
        return self.place(line).error(message)

    def all_uses(self) -> Iterator[Uses]:
        yield self.uses
        for member in self.members.values():
            yield member.uses


def docstring_of(
    statement: cst.BaseStatement | cst.BaseSmallStatement,
) -> cst.BaseString | None:
    """Return the string if the statement is nothing but a string."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        statement = statement.body[0]
    if isinstance(statement, cst.Expr) and isinstance(
        statement.value, cst.SimpleString | cst.ConcatenatedString
    ):
        return statement.value
    return None


def text_of(string: cst.BaseString) -> str:
    return str(ast.literal_eval(cst.Module([]).code_for_node(string)))


def assigned_name(statement: cst.BaseStatement) -> str | None:
    """Return `name` of `name = value` and `name: type = value`, and `name:` of a bare `name: type`."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    match statement.body[0]:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
        case cst.AnnAssign(target=cst.Name(value=name), value=value):
            return name if value else f"{name}:"
    return None


def definitions(
    cell: Cell, stage_names: Iterable[str]
) -> tuple[list[Definition], str | None]:
    """Return the cell's definitions, and the module docstring if it begins with one."""
    names = Names(cell, stage_names)
    found: list[Definition] = []
    docstring = None
    for position, statement in enumerate(names.tree.body):
        text = docstring_of(statement)
        assigned = assigned_name(statement)
        if text and position == 0:
            docstring = text_of(text)
        elif isinstance(statement, cst.FunctionDef):
            found.append(
                _plain(
                    "function", statement.name.value, statement, position, cell, names
                )
            )
        elif isinstance(statement, cst.ClassDef):
            found.append(_class(statement, position, cell, names))
        elif method := m.extract(statement, METHOD):
            found.append(_method(method, found, position, cell, names))
        elif (
            isinstance(statement, cst.SimpleStatementLine)
            and assigned
            and not assigned.endswith(":")
        ):
            found.append(_plain("constant", assigned, statement, position, cell, names))
        elif not m.matches(
            statement, m.SimpleStatementLine(body=[m.OneOf(m.Import(), m.ImportFrom())])
        ):
            raise cell.place(names.line(statement)).error(
                "an exported cell holds imports, constants (`NAME = value`), functions, classes and their "
                "methods (`Model.train = train`) only; move this to a cell without the tag."
            )
    return found, docstring


def _plain(
    kind: str,
    name: str,
    node: cst.SimpleStatementLine | cst.FunctionDef,
    position: int,
    cell: Cell,
    names: Names,
) -> Definition:
    uses = names.uses(node)
    clean = _with_header(node, position, names).visit(Rewriter(uses.rewritten))
    return Definition(
        name, kind, cell, names.line(node), position, cast(Statement, clean), uses
    )


def _method(
    method: Mapping[str, Any],
    found: list[Definition],
    position: int,
    cell: Cell,
    names: Names,
) -> Definition:
    """`Model.train = train`: the function above becomes a method of a class that is there already."""
    owner, name, value = (method[each].value for each in ("owner", "name", "value"))
    decorator = method.get("kind")
    place = cell.place(names.line(method["owner"]))
    function = next((each for each in found if each.name == value), None)
    if name != value or function is None or function.kind != "function":
        raise place.error(
            f"{owner}.{name} = {value} makes a method of a function of this cell and of the same name; "
            f"write `def {name}(self):` above it."
        )
    statements: list[Statement] = [_as_method(function, owner, decorator, names)]
    found.remove(function)
    if "setter" in method:
        setter = next(
            (each for each in found if each.name == method["setter"].value), None
        )
        if setter is None or setter.kind != "function":
            raise place.error(f"{owner}.{name} needs its setter in this cell too.")
        found.remove(setter)
        mark = cst.Attribute(cst.Name(name), cst.Name("setter"))
        written = _as_method(setter, owner, mark, names)
        blank = [cst.EmptyLine(indent=False)]
        statements.append(
            written.with_changes(name=cst.Name(name), leading_lines=blank)
        )
        function.uses.add(setter.uses)
    shell = cst.ClassDef(cst.Name(owner), cst.IndentedBlock([]))
    added = Definition(owner, "class", cell, function.line, position, shell, Uses())
    added.adds = True
    added.members[name] = Member(name, function.line, statements, function.uses, added)
    return added


def _as_method(
    function: Definition, owner: str, decorator: cst.BaseExpression | None, names: Names
) -> cst.FunctionDef:
    """Write a function as a method: without an annotation of self, and deeper."""
    node = cast(cst.FunctionDef, function.node)
    if any(use.path[0] == "super" for use in function.uses.references):
        raise function.error(
            f"{owner}.{function.name} uses super(), which Python knows inside a class only; write it there."
        )
    first, *rest = node.params.params
    if first.annotation:  # inside the class, nobody annotates self
        written = cast(cst.FunctionDef, names.tree.body[function.position])
        for use in names.uses(
            *filter(None, [written.params.params[0].annotation])
        ).references:
            function.uses.references.remove(use)
        first = first.with_changes(annotation=None)
    decorators = [cst.Decorator(decorator)] if decorator else []
    deeper = cast(cst.FunctionDef, node.visit(_Deeper(node)))
    return deeper.with_changes(
        params=node.params.with_changes(params=[first, *rest]),
        decorators=[*decorators, *node.decorators],
    )


class _Deeper(cst.CSTTransformer):
    """Indents the lines of a function's docstring as those of a method."""

    def __init__(self, function: cst.FunctionDef) -> None:
        self.docstring = docstring_of(function.body.body[0])

    def leave_SimpleString(  # noqa: N802 -- libcst's name
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        if original_node is not self.docstring:
            return updated_node
        return updated_node.with_changes(
            value=re.sub(r"\n(?=[^\n])", "\n    ", updated_node.value)
        )


def _class(node: cst.ClassDef, position: int, cell: Cell, names: Names) -> Definition:
    """Take a class apart; the definition's node keeps its head and the comments at its end."""
    name = node.name.value
    uses = names.uses(*node.decorators, *node.bases, *node.keywords)
    block = (
        node.body if isinstance(node.body, cst.IndentedBlock) else cst.IndentedBlock([])
    )
    shell = _with_header(
        node.with_changes(body=block.with_changes(body=[])), position, names
    )
    head = cast(Statement, shell.visit(Rewriter(uses.rewritten)))
    definition = Definition(name, "class", cell, names.line(node), position, head, uses)
    definition.bases = names.uses(*node.bases).references
    definition.reopens = any(
        base.path[0] in names.stage_names and base.path[1:] == (name,)
        for base in definition.bases
    )
    statements = node.body.body
    if statements and (docstring := docstring_of(statements[0])):
        definition.docstring = docstring
        statements = statements[1:]
    for statement in statements:
        _add_to_class(definition, statement, names)
    return definition


def _add_to_class(
    definition: Definition,
    statement: cst.BaseStatement | cst.BaseSmallStatement,
    names: Names,
) -> None:
    """Sort one statement of the class body to the name that it defines."""
    uses, line = names.uses(statement), names.line(statement)
    if isinstance(statement, cst.BaseSmallStatement):  # class X(Base): pass
        statement = cst.SimpleStatementLine([statement])
    if m.matches(
        statement, m.SimpleStatementLine(body=[m.Pass() | m.Expr(value=m.Ellipsis())])
    ):
        return
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        name = statement.name.value
    else:
        name = assigned_name(statement) or ""
    before = definition.members.get(name)
    if docstring_of(statement) and definition.members:  # the text below an attribute
        before = list(definition.members.values())[-1]
    elif not name:
        raise definition.error(
            "a class body holds a docstring, methods and attributes (`name = value`) only; "
            "write one name on each line, and move the rest into a method.",
            line,
        )
    elif before and not _continues(before, statement):
        raise definition.error(
            f"{definition.name} defines {name} twice; keep one of them.", line
        )
    clean = cast(Statement, statement.visit(Rewriter(uses.rewritten)))
    if before:
        before.statements.append(clean)
        before.uses.add(uses)
    else:
        definition.members[name] = Member(name, line, [clean], uses, definition)


def _continues(before: Member, statement: cst.BaseStatement) -> bool:
    """Whether the statement goes on with the name before: a property's setter, a method its overloads."""
    decorators = [*_decorators(before.statements[-1]), *_decorators(statement)]
    return isinstance(statement, cst.FunctionDef) and any(
        m.matches(each, CONTINUES) for each in decorators
    )


def _decorators(statement: cst.BaseStatement) -> list[cst.BaseExpression]:
    return (
        [each.decorator for each in statement.decorators]
        if isinstance(statement, cst.FunctionDef)
        else []
    )


def _with_header(node: Statement, position: int, names: Names) -> Statement:
    """Give the first statement of a cell the comments above it, which libcst keeps elsewhere."""
    if position > 0:
        return node
    return node.with_changes(leading_lines=[*names.tree.header, *node.leading_lines])
