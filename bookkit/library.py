"""What the library holds after a chapter, and what the chapter changed, read out of its stages.

Nothing is imported: stages and modules are read as source, so that the map shows what was exported.
"""

import ast
import copy
import html
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from bookkit.shell import display

Definition = ast.ClassDef | ast.FunctionDef | ast.Assign | ast.AnnAssign

# Each property falls back from the website's variable to JupyterLab's, so that both themes of both fit.
BORDER = "1px solid var(--pst-color-border, var(--jp-border-color1, #c8ccd2))"
LIT = "background: rgba(31, 95, 191, 0.16); box-shadow: inset 3px 0 0 #3b7ddd"
ADDED = "background: rgba(0, 158, 115, 0.18)"
CHANGED = "background: rgba(230, 159, 0, 0.22)"


@dataclass(frozen=True)
class Change:
    """What one chapter did to one name: whether it is new there, and which of its members are."""

    name: str
    module: str
    new: bool
    heading: str
    added: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()

    @property
    def is_class(self) -> bool:
        """Whether the name is a class, not a function or a constant."""
        return self.heading.startswith("class ")

    @property
    def note(self) -> str:
        """Two or three words for the map: "new", or what was added to it."""
        return (
            "new"
            if self.new
            else ", ".join(f"+ {member.partition('(')[0]}" for member in self.added)
            or "rewritten"
        )


def package_folder() -> Path:
    """Return the folder of nnfs_lib without importing it."""
    spec = importlib.util.find_spec("nnfs_lib")
    if spec is None or spec.origin is None:
        raise RuntimeError("nnfs_lib is not here yet: run `make export`.")
    return Path(spec.origin).parent


def _definitions(path: Path) -> dict[str, Definition]:
    found: dict[str, Definition] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and ast.unparse(node.body[0]) == "...":
            continue  # only laid on another base
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(
            node.targets[0], ast.Attribute
        ):
            # `Model.train = train`, or `= property(...)`, makes a method of functions
            target = node.targets[0]
            owner = found[ast.unparse(target.value)]
            for name in (
                each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)
            ):
                method = found.pop(name, None)
                if name == target.attr and isinstance(owner, ast.ClassDef) and method:
                    owner.body.append(method)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    found.pop("__all__", None)
    for node in found.values():
        if isinstance(node, ast.ClassDef):
            halves = [found.get(ast.unparse(base)) for base in node.bases]
            for half in halves:
                if isinstance(half, ast.ClassDef) and half.name.startswith("_"):
                    node.body = [*half.body, *node.body]  # readers know it as one
    return {name: node for name, node in found.items() if not name.startswith("_")}


def _signature(function: ast.FunctionDef) -> str:
    """Return name(arguments) without annotations and without self."""
    arguments = copy.deepcopy(function.args)
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        argument.annotation = None
    if arguments.args and arguments.args[0].arg in ("self", "cls"):
        del arguments.args[0]
    return f"{function.name}({ast.unparse(arguments)})"


def _members(node: Definition) -> dict[str, str]:
    """Return a class's attributes that have a type, and its public methods and __init__, with signatures."""
    body = node.body if isinstance(node, ast.ClassDef) else []
    targets = [item.target for item in body if isinstance(item, ast.AnnAssign)]
    attributes = [each.id for each in targets if isinstance(each, ast.Name)]
    methods = {
        item.name: _signature(item)
        for item in body
        if isinstance(item, ast.FunctionDef)
        and (item.name == "__init__" or not item.name.startswith("_"))
    }
    return {name: name for name in attributes if not name.startswith("_")} | methods


def _heading(name: str, node: Definition) -> str:
    if isinstance(node, ast.ClassDef):
        return f"class {name}"
    return f"def {_signature(node)}" if isinstance(node, ast.FunctionDef) else name


def changes(chapter: int, folder: Path | None = None) -> list[Change]:
    """Return what `chapter` did to the library, in the order of its cells."""
    folder = folder or package_folder()
    modules = {
        name: path.stem
        for path in sorted(folder.glob("*.py"))
        for name in _definitions(path)
    }
    before: dict[str, set[str]] = {}
    last: dict[str, Definition] = {}
    for earlier in range(1, chapter):
        definitions = _definitions(_stage(folder, earlier))
        last |= definitions
        for name, node in definitions.items():
            before.setdefault(name, set()).update(_members(node))
    found = []
    for name, node in _definitions(_stage(folder, chapter)).items():
        if _is_laid_anew(node, last.get(name)):
            continue
        known, members = before.get(name), _members(node)
        found.append(
            Change(
                name=name,
                module=modules[name],
                new=known is None,
                heading=_heading(name, node),
                added=tuple(
                    text
                    for member, text in members.items()
                    if member not in (known or ())
                ),
                rewritten=tuple(
                    text for member, text in members.items() if member in (known or ())
                ),
            )
        )
    return found


def _is_laid_anew(node: Definition, earlier: Definition | None) -> bool:
    """Whether a constant reads as before, and only its classes have been re-opened."""
    if earlier is None or not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    return ast.unparse(node) == ast.unparse(earlier)


def _stage(folder: Path, chapter: int) -> Path:
    path = folder / "stages" / f"ch{chapter:02d}.py"
    if not path.exists():
        raise RuntimeError(
            f"Chapter {chapter} has not been exported yet: run `make export`."
        )
    return path


def library_map(chapter: int) -> None:
    """Display what `chapter` adds to each module, and, folded away, all that the library had before."""
    by_module: dict[str, list[Change]] = {}
    for change in changes(chapter):
        by_module.setdefault(change.module, []).append(change)
    before: dict[str, list[str]] = {}
    for number in range(1, chapter):
        for change in changes(number):
            if change.new:
                before.setdefault(change.module, []).append(change.name)
    plain = [
        f"{module + ':':14}"
        + ", ".join(
            f"{change.name} ({change.note})" for change in _classes_first(found)
        )
        for module, found in by_module.items()
    ]
    columns = "repeat(auto-fit, minmax(min(100%, 15rem), 1fr))"
    style = f"display: grid; gap: 0.6rem; grid-template-columns: {columns}"
    markup = f'<div style="{style}">{"".join(map(_card, by_module, by_module.values()))}</div>'
    if before:
        count, plural = sum(map(len, before.values())), "s" * (len(before) > 1)
        summary = f"What was there before: {count} in {len(before)} module{plural}"
        rows = "".join(
            f'<div style="margin: 0.3rem 0; overflow-wrap: anywhere"><strong>{module}</strong> '
            f"{', '.join(names)}</div>"
            for module, names in before.items()
        )
        markup += (
            f'<details style="margin-top: 0.6rem"><summary>{summary}</summary>'
            f'<div style="font-size: 0.9em">{rows}</div></details>'
        )
        plain.append(summary)
    _display(f'<div class="library-map">{markup}</div>', "\n".join(plain))


def _classes_first(found: list[Change]) -> list[Change]:
    return sorted(found, key=lambda change: not change.is_class)


def _card(module: str, found: list[Change]) -> str:
    """Return a module's card: each class in a line, with what is new in it, and the functions in one."""
    line = "margin: 0.15rem 0; padding: 0.1rem 0.5rem; border-radius: 4px; overflow-wrap: anywhere"
    items = [
        f'<li style="{line}; {LIT}"><strong>{change.name}</strong> '
        f"<small>{html.escape(change.note)}</small></li>"
        for change in found
        if change.is_class
    ]
    others = [change.name for change in found if not change.is_class]
    if others:
        items.append(
            f'<li style="{line}; {LIT}"><small>{", ".join(others)}</small></li>'
        )
    return (
        f'<div style="border: {BORDER}; border-radius: 8px; padding: 0.5rem 0.6rem; min-width: 0">'
        f'<strong>{module}</strong><ul style="list-style: none; margin: 0.3rem 0 0; padding: 0">'
        f"{''.join(items)}</ul></div>"
    )


def library_changes(chapter: int) -> None:
    """Display the difference that `chapter` made to the library: + added, ~ rewritten."""
    by_module: dict[str, list[Change]] = {}
    for change in changes(chapter):
        by_module.setdefault(change.module, []).append(change)
    lines: list[str] = []
    for module, found in by_module.items():
        lines.append(f"  nnfs_lib/{module}.py")
        for change in found:
            lines.append(f"{'+' if change.new else ' '} {change.heading}")
            lines += [f"+     {member}" for member in change.added]
            lines += [f"~     {member}" for member in change.rewritten]
    colors = {"+": ADDED, "~": CHANGED}
    row = '<span style="display: block; min-width: max-content; padding: 0 0.6rem; {}">{}</span>'
    rows = "".join(
        row.format(colors.get(line[0], ""), html.escape(line)) for line in lines
    )
    style = f"border: {BORDER}; border-radius: 8px; padding: 0.5rem 0; overflow-x: auto; text-align: left"
    _display(
        f'<pre class="library-changes" style="{style}" tabindex="0">{rows}</pre>',
        "\n".join(lines),
    )


def _display(markup: str, plain: str) -> None:
    display({"text/html": markup, "text/plain": plain}, raw=True)
