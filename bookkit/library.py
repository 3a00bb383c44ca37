"""What the library holds after a chapter, and what the chapter changed, read out of its stages.

Nothing is imported: stages and modules are read as source, so that the map shows what was exported.
"""

import ast
import copy
import html
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from IPython.display import display

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
        before = found.get(node.name) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and isinstance(before, ast.ClassDef):
            before.body += node.body  # `class X(X):` goes on with a cell before
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    found.pop("__all__", None)
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
    """Return a class's public methods, name -> signature, and its __init__."""
    body = node.body if isinstance(node, ast.ClassDef) else []
    return {
        item.name: _signature(item)
        for item in body
        if isinstance(item, ast.FunctionDef)
        and (item.name == "__init__" or not item.name.startswith("_"))
    }


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
    for earlier in range(1, chapter):
        for name, node in _definitions(_stage(folder, earlier)).items():
            before.setdefault(name, set()).update(_members(node))
    found = []
    for name, node in _definitions(_stage(folder, chapter)).items():
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


def _stage(folder: Path, chapter: int) -> Path:
    path = folder / "stages" / f"ch{chapter:02d}.py"
    if not path.exists():
        raise RuntimeError(
            f"Chapter {chapter} has not been exported yet: run `make export`."
        )
    return path


def library_map(chapter: int) -> None:
    """Display the library's modules after `chapter`, with what this chapter adds lit up.

    A module's classes are shown; of a module without classes, its functions.
    """
    lit = {change.name: change.note for change in changes(chapter)}
    modules: dict[str, list[Change]] = {}
    for number in range(1, chapter + 1):
        for change in changes(number):
            modules.setdefault(change.module, []).append(change)
    plain, cards = [], []
    for module, found in modules.items():
        shown = [change for change in found if change.is_class] or found
        names = list(dict.fromkeys(change.name for change in shown))
        plain.append(
            f"{module + ':':14}"
            + ", ".join(f"{n} ({lit[n]})" if n in lit else n for n in names)
        )
        items = "".join(_map_item(name, lit.get(name)) for name in names)
        cards.append(
            f'<div style="border: {BORDER}; border-radius: 8px; padding: 0.5rem 0.6rem">'
            f"<strong>{module}</strong>"
            f'<ul style="list-style: none; margin: 0.3rem 0 0; padding: 0">{items}</ul></div>'
        )
    style = "display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0.6rem"
    _display(
        f'<div class="library-map" style="{style}">{"".join(cards)}</div>',
        "\n".join(plain),
    )


def _map_item(name: str, note: str | None) -> str:
    style = "margin: 0.15rem 0; padding: 0.1rem 0.5rem; border-radius: 4px; overflow-wrap: anywhere"
    if note is None:
        return f'<li style="{style}">{name}</li>'
    return f'<li style="{style}; {LIT}"><strong>{name}</strong> <small>{html.escape(note)}</small></li>'


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
