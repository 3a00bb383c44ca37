"""Lay out imports and `__all__` the way ruff does."""

import sys
from collections.abc import Iterable, Sequence

from bookkit.export.notebooks import Import

WIDTH = 110


def rank(name: str) -> tuple[int, str, str]:
    """Sort constants before classes before the rest."""
    constant = len(name) > 1 and name.isupper()
    kind = 0 if constant else 1 if name[:1].isupper() else 2
    return kind, name.lower(), name


def import_block(bound: Iterable[Import], package: str) -> str:
    """Return import statements: standard library, NumPy, then our own."""
    sections: dict[int, list[Import]] = {}
    for each in set(bound):
        sections.setdefault(_section(each.module.split(".")[0], package), []).append(each)
    return "\n\n".join(_statements(sections[number]) for number in sorted(sections))


def all_names(names: Iterable[str]) -> str:
    """Return the `__all__` of these names."""
    # ruff sorts these as the interpreter does, the names of an import without regard to case
    written = [f'"{name}"' for name in sorted(names, key=lambda name: (rank(name)[0], name))]
    return _wrapped("__all__ = [", written, "]") if written else "__all__: list[str] = []"


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
        for each in sorted(plain, key=lambda each: (each.module.lower(), each.module, each.alias or ""))
    ]
    members: dict[tuple[str, str], list[str]] = {}  # a renamed member has a line of its own
    for each in bound:
        if each.member:
            text = f"{each.member} as {each.alias}" if each.alias else each.member
            members.setdefault((each.module, text if each.alias else ""), []).append(text)
    for (module, _), names in sorted(
        members.items(), key=lambda item: (item[0][0].lower(), rank(item[0][1]))
    ):
        names.sort(key=rank)
        head = f"from {module} import "
        line = head + ", ".join(names)
        lines.append(line if len(line) <= WIDTH else _wrapped(head + "(", names, ")"))
    return "\n".join(lines)


def _wrapped(head: str, items: Sequence[str], tail: str) -> str:
    line = head + ", ".join(items) + tail
    if len(line) <= WIDTH:
        return line
    return head + "\n" + "".join(f"    {item},\n" for item in items) + tail
