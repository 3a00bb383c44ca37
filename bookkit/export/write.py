"""Write the folded modules, the stages and the package as text."""

import ast
import re
from collections.abc import Iterable
from inspect import cleandoc
from textwrap import wrap

import libcst as cst

from bookkit.export import docstrings
from bookkit.export.book import Book, is_stage
from bookkit.export.classes import Folded, without_empty_start
from bookkit.export.definitions import Definition
from bookkit.export.fold import fold, imports_of
from bookkit.export.layout import WIDTH, all_names, import_block, rank
from bookkit.export.notebooks import Cell, Chapter, Import
from bookkit.export.order import CycleError, ordered
from bookkit.export.uses import Reference, When

BY_CHAPTERS = "Generated from the chapters: edit them, not this file."
GENERATED = re.compile(
    re.escape(BY_CHAPTERS) + r"|Generated from .+\.ipynb: edit that\."
)


def is_generated(text: str) -> bool:
    """Whether a file says in its docstring that the exporter wrote it."""
    try:
        docstring = ast.get_docstring(ast.parse(text)) or ""
    except (SyntaxError, ValueError):
        return False
    return GENERATED.search(" ".join(docstring.split())) is not None


def library(book: Book) -> dict[str, str]:
    """Return every file of the package: its path inside the package -> its text."""
    modules = fold(book)
    _check_module_cycles(book, modules)
    files = {
        f"{module}.py": _module(book, module, folded)
        for module, folded in modules.items()
    }
    files["__init__.py"] = _package(book, modules)
    files["stages/__init__.py"] = paragraphs(
        docstrings.module(
            f"The library as each chapter leaves it: ch01, ch02, ...\n\n{BY_CHAPTERS}",
        )
    )
    for chapter in book.chapters:
        files[f"stages/{chapter.stage}.py"] = _stage(book, chapter)
    for path, text in files.items():
        ast.parse(text, filename=path)
    return files


def _check_module_cycles(book: Book, modules: dict[str, list[Folded]]) -> None:
    edges: dict[str, dict[str, tuple[str, Definition, Reference]]] = {
        module: {} for module in modules
    }
    for module, definitions in modules.items():
        for name, (definition, reference) in imports_of(book, definitions)[1].items():
            if (other := book.module_of(name)) != module:
                edges[module].setdefault(other, (name, definition, reference))
    try:
        ordered({module: sorted(others) for module, others in edges.items()})
    except CycleError as error:
        pairs = list(zip(error.names, error.names[1:], strict=False))
        steps = [edges[here][there] for here, there in pairs]
        why = "; ".join(
            f"{here} needs {name} of {there} ({definition.place(reference.line)})"
            for (here, there), (name, definition, reference) in zip(
                pairs, steps, strict=True
            )
        )
        _, definition, reference = steps[-1]
        raise definition.error(
            f"modules import each other, {error}: {why}; move one of these names to the other module.",
            reference.line,
        ) from None


def _module(book: Book, module: str, definitions: list[Folded]) -> str:
    """One folded module."""
    numbers = [
        version.chapter
        for folded in definitions
        for version in book.history[folded.name]
    ]
    built = f"built in {docstrings.chapters(numbers)}" if numbers else "empty"
    title = module.replace("_", " ").capitalize()
    docstring = f"{title}, {built}.\n\n{BY_CHAPTERS}"
    if module in book.docstrings:
        docstring = f"{cleandoc(book.docstrings[module])}\n\n{built.capitalize()}. {BY_CHAPTERS}"
    bound, names = imports_of(book, definitions)
    _check_imports(module, bound)
    others = [name for name in names if book.module_of(name) != module]
    own = [Import(f"{book.package}.{book.module_of(name)}", name) for name in others]
    public = _public(definitions)
    parts = [
        docstrings.module(docstring),
        import_block([*bound, *own], book.package),
        all_names(public) if public else "",  # helpers are imported by name
    ]
    text = paragraphs(*filter(None, parts))
    before: Folded | None = None
    for folded in definitions:
        lines = folded.node.leading_lines
        constants = folded.kind == "constant" and (
            before is None or before.kind == "constant"
        )
        gap = 1 if constants else 2
        if constants and before and _adjacent(before, folded):
            gap = min(1, len(lines) - len(without_empty_start(lines)))
        clean = folded.node.with_changes(leading_lines=without_empty_start(lines))
        text += "\n" * gap + cst.Module([]).code_for_node(clean)
        before = folded
    return text


def _check_imports(module: str, bound: list[Import]) -> None:
    """In one module a name is imported as one thing, whichever chapter uses it."""
    meanings: dict[str, Import] = {}
    for each in bound:
        if each.member or each.alias:
            first = meanings.setdefault(each.name, each)
            if each != first and each.place:
                raise each.place.error(
                    f"{each.name} is something else in {first.place}, and {module} uses both; rename one."
                )


def _adjacent(before: Folded, after: Folded) -> bool:
    """Whether one follows the other in the same cell."""
    one, two = before.parts[0][0], after.parts[0][0]
    return one.cell is two.cell and one.position + 1 == two.position


def _stage(book: Book, chapter: Chapter) -> str:
    """The library as one chapter leaves it: its cells as they stand, on top of the stage before."""
    title = f", {chapter.title}" if chapter.title else ""
    on_top = f", on top of chapter {chapter.number - 1}" if chapter.number > 1 else ""
    what = f"Chapter {chapter.number}" if chapter.number else "Appendix"
    source = f"{chapter.path.resolve().parent.name}/{chapter.notebook}"
    docstring = f"{what}{title}{on_top}.\n\nGenerated from {source}: edit that."
    bound: list[Import] = [*chapter.future] if chapter.cells else []
    for definition in book.definitions():
        if definition.chapter == chapter.number:
            for reference in (
                each for uses in definition.all_uses() for each in uses.references
            ):
                bound.extend(
                    _stage_import(each, book)
                    for each in chapter.imports.get(reference.path[0], ())
                )
    below = [chapter.number - 1] if chapter.number > 1 else []
    if [chapter.number] == [*book.on_appendix()][:1]:
        below.append(0)
    for number in below:
        stage = book.chapters[number - book.chapters[0].number].stage
        names = book.exported_by(number)
        private = [name for name in names if name.startswith("_")]
        bound += [
            Import(f"{book.package}.stages.{stage}", name) for name in ["*", *private]
        ]
    code = []
    for cell in chapter.cells:
        code += [body(cell.source), *_renewed(book, cell, bound)]
    public = public_names(book.exported_by(chapter.number))
    parts = [docstrings.module(docstring), import_block(bound, book.package)]
    return paragraphs(*filter(None, parts)) + "".join(
        f"\n\n{each}\n" for each in [*code, all_names(public)] if each
    )


def _renewed(book: Book, cell: Cell, bound: list[Import]) -> list[str]:
    """What an exported cell changes for earlier chapters: classes on a base that it re-opens, and constants.

    Adds to `bound` what the constants need.
    """
    chapter = cell.chapter.number
    ready: dict[
        str, int
    ] = {}  # what the chapter renews -> the cell after which it is there
    for name, versions in book.history.items():
        if versions[0].chapter < chapter and book.defined_in(name, chapter):
            ready[name] = book.version_in(name, chapter).cell.number
    lines = []
    for name in book.laid_anew(chapter):
        bases = [base for base in book.bases(name) if base in ready]
        ready[name] = max(ready[base] for base in bases)
        if ready[name] == cell.number:
            stage = book.stage_before(chapter)
            lines.append(f"class {name}({stage}.{name}, {', '.join(bases)}): ...")
    for versions in book.history.values():
        last = versions[0]
        for each in versions:
            last = each if each.chapter <= chapter else last
        if last.kind != "constant" or last.chapter > chapter:
            continue
        targets = {
            book.resolve(last, each): each
            for each in last.uses.references
            if each.when is When.NOW
        }
        own = last.chapter == chapter
        changed = book.laid_anew(chapter) if own else ready
        names = [each for each in targets if isinstance(each, str)]
        cells = [ready[each] for each in names if each in changed]
        if cells and own:  # it stands there with the older ones
            cells.append(last.cell.number)
        if cells and max(cells) == cell.number:
            clean = last.node.with_changes(leading_lines=[])
            lines.append(cst.Module([]).code_for_node(clean).strip())
            for target, reference in targets.items():
                if isinstance(target, Import):
                    bound += last.cell.chapter.imports[reference.path[0]]
    if lines:
        lines[0] = f"# As before, on what this chapter has re-opened.\n{lines[0]}"
    return lines


def _stage_import(bound: Import, book: Book) -> Import:
    if not is_stage(bound, book.package):
        return bound
    stage = (bound.member or bound.module).rpartition(".")[2]
    return Import(
        f"{book.package}.stages", stage, bound.alias if bound.alias != stage else None
    )


def body(source: str) -> str:
    """Return a cell as it stands, but for what belongs to the top of a file: imports and a docstring."""
    top = {
        line
        for index, node in enumerate(ast.parse(source).body)
        if isinstance(node, ast.Import | ast.ImportFrom)
        or (index == 0 and isinstance(node, ast.Expr))
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = source.split("\n")
    return "\n".join(
        line for number, line in enumerate(lines, start=1) if number not in top
    ).strip()


def _package(book: Book, modules: dict[str, list[Folded]]) -> str:
    """The package: every public name."""
    public = {module: _public(definitions) for module, definitions in modules.items()}
    everything = [name for names in public.values() for name in names]
    listed = [
        f"- {module}: {', '.join(sorted(names, key=rank))}"
        for module, names in public.items()
        if names
    ]
    docstring = (
        f"A neural network library, built chapter by chapter with nothing but NumPy.\n\n{BY_CHAPTERS}\n\n"
        + "\n".join(
            line
            for item in listed
            for line in wrap(item, WIDTH, subsequent_indent="  ")
        )
    )
    bound = [
        Import(f"{book.package}.{module}", name)
        for module, names in public.items()
        for name in names
    ]
    parts = [
        docstrings.module(docstring),
        import_block(bound, book.package),
        all_names(everything),
    ]
    return paragraphs(*filter(None, parts))


def _public(definitions: list[Folded]) -> list[str]:
    return public_names(folded.name for folded in definitions)


def public_names(names: Iterable[str]) -> list[str]:
    return [name for name in names if not name.startswith("_")]


def paragraphs(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
