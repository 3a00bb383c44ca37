"""Fold the versions of a class into one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import libcst as cst

from bookkit.export import docstrings
from bookkit.export.book import Book
from bookkit.export.definitions import Definition, Member, Statement
from bookkit.export.order import ordered
from bookkit.export.uses import Reference, Uses, When

EMPTY_LINE = cst.EmptyLine(indent=False)


@dataclass(eq=False)
class Folded:
    """One definition of the library. `parts` are the pieces of cells that it is made of."""

    name: str
    kind: str
    node: Statement
    parts: list[tuple[Definition, Uses]]

    def references(self) -> Iterable[tuple[Definition, Reference]]:
        for definition, uses in self.parts:
            for reference in uses.references:
                yield definition, reference


def fold_class(book: Book, versions: list[Definition], built: str) -> Folded:
    """One class: the head of the first version, each member as the last version that has it wrote it."""
    first = versions[0]
    members: dict[str, Member] = {}
    for version in versions:
        members.update(version.members)  # a name that is there already keeps its place
    for name in [
        name for name in members if name.endswith(":") and name[:-1] in members
    ]:
        if any(
            isinstance(small, cst.AnnAssign) for small in _small(members[name[:-1]])
        ):
            del members[name]  # `name: type` and later `name: type = value`
    for member in members.values():
        _check_class_scope(book, first.name, member, members)
    needs = {
        name: member.uses.class_names & set(members) for name, member in members.items()
    }
    body = [
        statement for name in ordered(needs) for statement in members[name].statements
    ]
    documented = [version for version in versions if version.docstring]
    commented = [
        version
        for version in versions
        if any(line.comment for line in version.node.leading_lines)
    ]
    head = first.node
    assert isinstance(head, cst.ClassDef)
    blocks = [
        version.node.body
        for version in versions
        if isinstance(version.node, cst.ClassDef)
    ]
    footers = [block.footer for block in blocks if isinstance(block, cst.IndentedBlock)]
    footer = [line for lines in footers for line in lines if line.comment]
    if footer and body and not isinstance(body[-1], cst.SimpleStatementLine):
        footer.insert(0, EMPTY_LINE)
    spaced = [
        docstrings.statement(documented[-1].docstring if documented else None, built)
    ]
    return Folded(
        first.name,
        "class",
        head.with_changes(
            leading_lines=commented[-1].node.leading_lines
            if commented
            else head.leading_lines,
            body=head.body.with_changes(
                body=[*spaced, *_spaced(members, body)], footer=footer
            ),
        ),
        [
            (first, first.uses),
            *((member.definition, member.uses) for member in members.values()),
        ],
    )


def _small(member: Member) -> list[cst.BaseSmallStatement]:
    return [
        small
        for statement in member.statements
        if isinstance(statement, cst.SimpleStatementLine)
        for small in statement.body
    ]


def _check_class_scope(
    book: Book, owner: str, member: Member, members: Mapping[str, Member]
) -> None:
    """What runs in the class body still finds what it found in its own chapter."""
    definition = member.definition
    for name in sorted(member.uses.class_names & set(members)):
        other = members[name].definition
        if other.chapter != definition.chapter:
            raise definition.error(
                f"{owner}.{member.name} is computed from {name}, which {other.place()} defines again; "
                f"define {member.name} again there too.",
                member.line,
            )
    for reference in member.uses.references:
        if reference.when is When.LATER:
            continue
        target = book.resolve(definition, reference)
        name = target if isinstance(target, str) else reference.path[0]
        if name == owner:
            raise definition.error(
                f"{owner} is used while it is being made; quote the annotation, or use it in a method.",
                reference.line,
            )
        if name in members and members[name].definition is not definition:
            there = members[name].definition.place()
            raise definition.error(
                f"{name} would mean {owner}.{name} ({there}) once folded; rename one.",
                reference.line,
            )


def _spaced(members: Mapping[str, Member], body: list[Statement]) -> list[Statement]:
    """Separate methods by an empty line, and attributes from methods; attributes stay together as written."""
    firsts = {id(member.statements[0]): member for member in members.values()}
    result: list[Statement] = []
    before: Member | None = None
    for statement in body:
        member = firsts.get(id(statement))
        if member:
            lines = [*statement.leading_lines]
            together = before and _is_attribute(before) and _is_attribute(member)
            if (
                not together
                or before is None
                or before.definition is not member.definition
            ):
                lines = without_empty_start(lines)
                if not together:
                    lines = [EMPTY_LINE, *lines]
            statement = statement.with_changes(leading_lines=lines)
            before = member
        result.append(statement)
    return result


def _is_attribute(member: Member) -> bool:
    return isinstance(member.statements[0], cst.SimpleStatementLine)


def without_empty_start(lines: Iterable[cst.EmptyLine]) -> list[cst.EmptyLine]:
    kept = list(lines)
    while kept and kept[0].comment is None:
        del kept[0]
    return kept
