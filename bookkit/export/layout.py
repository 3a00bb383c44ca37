"""Lay out imports and `__all__` the way ruff does."""

import re
import sys
from collections.abc import Iterable, Sequence

from bookkit.export.notebooks import Import

WIDTH = 88


def rank(name: str) -> tuple[int, list[tuple[int, str]], list[tuple[int, str]]]:
    """Sort constants before classes before the rest, without regard to case; name_2 before name_10."""
    return _kind(name), natural(name.lower()), natural(name)


def _kind(name: str) -> int:
    constant = len(name) > 1 and name.isupper()
    return 0 if constant else 1 if name[:1].isupper() else 2


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts numbers inside names by their value."""
    return [
        (int(part), "") if part.isdigit() else (-1, part)
        for part in re.split(r"(\d+)", name)
        if part
    ]


def import_block(bound: Iterable[Import], package: str) -> str:
    """Return import statements: standard library, NumPy, then our own."""
    sections: dict[int, list[Import]] = {}
    for each in set(bound):
        sections.setdefault(_section(each.module.split(".")[0], package), []).append(
            each
        )
    return "\n\n".join(_statements(sections[number]) for number in sorted(sections))


def all_names(names: Iterable[str]) -> str:
    """Return the `__all__` of these names."""
    # ruff sorts these as the interpreter does, the names of an import without regard to case
    written = [
        f'"{name}"'
        for name in sorted(names, key=lambda name: (_kind(name), natural(name)))
    ]
    return (
        _wrapped("__all__ = [", written, "]") if written else "__all__: list[str] = []"
    )


def _section(root: str, package: str) -> int:
    if root == "__future__":
        return 0
    if root in sys.stdlib_module_names:
        return 1
    return 3 if root == package else 2


def _statements(bound: Iterable[Import]) -> str:
    plain = [each for each in bound if each.member is None]
    lines = [
        f"import {each.module}" + (f" as {each.alias}" if each.alias else "")
        for each in sorted(
            plain, key=lambda each: (natural(each.module.lower()), each.alias or "")
        )
    ]
    together: dict[str, list[str]] = {}
    froms: list[tuple[str, list[str], str]] = []
    for each in bound:
        if each.member and (each.alias or each.member == "*"):  # on a line of its own
            alias = f" as {each.alias}" if each.alias else ""
            froms.append((each.module, [each.member], alias))
        elif each.member:
            together.setdefault(each.module, []).append(each.member)
    froms += [
        (module, sorted(names, key=rank), "") for module, names in together.items()
    ]
    for module, names, alias in sorted(
        froms, key=lambda each: (natural(each[0].lower()), rank(each[1][0]), each[2])
    ):
        line = f"from {module} import {', '.join(names)}{alias}"
        lines.append(
            line
            if len(line) <= WIDTH
            else _wrapped(f"from {module} import (", names, ")")
        )
    return "\n".join(lines)


def _wrapped(head: str, items: Sequence[str], tail: str) -> str:
    line = head + ", ".join(items) + tail
    if len(line) <= WIDTH:
        return line
    return head + "\n" + "".join(f"    {item},\n" for item in items) + tail
