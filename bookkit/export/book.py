"""Collect what all the chapters export."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bookkit.export.definitions import Definition, definitions
from bookkit.export.notebooks import STAGE, Cell, Chapter, Import
from bookkit.export.uses import Reference

LIBRARY = "nnfs_lib"


@dataclass(eq=False)
class Book:
    """All that the chapters export.

    history: name -> its versions, oldest first. modules: module -> its first cell.
    docstrings: module -> what its first cell says. stage_names: chapter -> its names for the stage before.
    """

    package: str
    chapters: list[Chapter]
    history: dict[str, list[Definition]] = field(default_factory=dict)
    modules: dict[str, Cell] = field(default_factory=dict)
    docstrings: dict[str, str] = field(default_factory=dict)
    stage_names: dict[int, set[str]] = field(default_factory=dict)

    def definitions(self) -> Iterator[Definition]:
        for versions in self.history.values():
            yield from versions

    def module_of(self, name: str) -> str:
        return self.history[name][0].cell.module

    def exported_by(self, chapter: int) -> list[str]:
        """Return the names that a chapter and those before it export."""
        return [
            name
            for name, versions in self.history.items()
            if versions[0].chapter <= chapter
            and (versions[0].chapter or chapter in (0, *self.on_appendix()))
        ]

    def on_appendix(self) -> range:
        """Return the numbers of the chapters from the first one on that imports the appendix."""
        last = self.chapters[-1].number
        for chapter in self.chapters:
            if any(
                is_stage(each, self.package) == "appendix"
                for bound in chapter.imports.values()
                for each in bound
            ):
                return range(chapter.number, last + 1)
        return range(0)

    def stage_before(self, chapter: int) -> str:
        """Return the notebook's name for the stage of the chapter before."""
        imports = self.chapters[chapter - self.chapters[0].number].imports
        return next(
            name
            for name in self.stage_names[chapter]
            if is_stage(imports[name][0], self.package) != "appendix"
        )

    def defined_in(self, name: str, chapter: int) -> bool:
        return any(version.chapter == chapter for version in self.history.get(name, ()))

    def version_in(self, name: str, chapter: int) -> Definition:
        """Return how a chapter first defines a name."""
        return next(each for each in self.history[name] if each.chapter == chapter)

    def bases(self, name: str) -> list[str]:
        """Return the exported classes that a class inherits from directly."""
        first = self.history[name][0]
        found = [self.resolve(first, base) for base in first.bases]
        return [base for base in found if isinstance(base, str)]

    def laid_anew(self, chapter: int) -> list[str]:
        """Return the earlier classes whose base this chapter re-opens, though not themselves, bases first."""
        found: list[str] = []
        for name, versions in self.history.items():
            if versions[0].chapter >= chapter or self.defined_in(name, chapter):
                continue
            if any(
                base in found or self.defined_in(base, chapter)
                for base in self.bases(name)
            ):
                found.append(name)
        return found

    def resolve(
        self, definition: Definition, reference: Reference
    ) -> str | Import | None:
        """Return the exported name or the import that is meant, or None for a builtin."""
        name = reference.path[0]
        if name in self.stage_names[definition.chapter]:
            return reference.path[1]
        if self.defined_in(name, definition.chapter):
            return name
        bound = definition.cell.chapter.imports.get(name)
        return bound[0] if bound else None


def collect(chapters: list[Chapter], package: str) -> Book:
    """Read every exported definition."""
    book = Book(package, chapters)
    for chapter in chapters:
        stage_names = {
            name
            for name, bound in chapter.imports.items()
            if any(is_stage(each, package) for each in bound)
        }
        book.stage_names[chapter.number] = stage_names
        for cell in chapter.cells:
            found, docstring = definitions(cell, stage_names)
            if docstring is not None:
                if cell.module in book.modules:
                    raise cell.place().error(
                        f"only the first cell of {cell.module} may begin with a docstring; write a comment."
                    )
                book.docstrings[cell.module] = docstring
            book.modules.setdefault(cell.module, cell)
            for definition in found:
                book.history.setdefault(definition.name, []).append(definition)
    return book


def is_stage(bound: Import, package: str) -> str | None:
    """Return which stage an import binds as a module, or None where it binds something else."""
    full = (
        f"{bound.module}.{bound.member}"
        if bound.member
        else bound.module
        if bound.alias
        else ""
    )
    root, _, stage = full.partition(".stages.")
    known = root in (LIBRARY, package) and STAGE.fullmatch(stage)
    return stage if known else None
