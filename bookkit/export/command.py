"""python -m bookkit export: fold what the chapters export into one package; write each lab as a module."""

import argparse
import sys
from pathlib import Path

from bookkit.export.book import collect
from bookkit.export.labs import labs
from bookkit.export.notebooks import FoldError, read_chapters
from bookkit.export.rules import check
from bookkit.export.write import is_generated, library
from bookkit.files import replace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if a file is not up to date",
    )
    parser.add_argument(
        "--chapters",
        type=Path,
        default=Path("chapters"),
        help="folder of the notebooks; the labs are in labs/ beside it",
    )
    parser.add_argument(
        "--package", type=Path, default=Path("nnfs_lib"), help="folder of the package"
    )


def main(arguments: argparse.Namespace) -> int:
    try:
        files = export(arguments.chapters, arguments.package.resolve().name)
    except FoldError as error:
        print(error, file=sys.stderr)
        return 1
    wanted = {arguments.package / path: text for path, text in files.items()}
    changes = compare(arguments.package, wanted)
    for path, change in changes.items():
        if arguments.check:
            print(f"{path} is {change}; run `python -m bookkit export`.")
        elif change == "superfluous":
            path.unlink()
            print(f"deleted {path}")
        else:
            replace(path, wanted[path])
            print(f"wrote {path}")
    return 1 if arguments.check and changes else 0


def export(chapters: Path, package: str) -> dict[str, str]:
    """Return the files of the package, or raise a FoldError."""
    book = collect(read_chapters(chapters), package)
    check(book)
    return library(book) | labs(chapters.resolve().parent / "labs", book)


def compare(package: Path, wanted: dict[Path, str]) -> dict[Path, str]:
    """Return what is wrong with which file: missing, stale or superfluous."""
    changes = {}
    for path, text in wanted.items():
        if not path.exists():
            changes[path] = "missing"
        elif path.read_bytes() != text.encode():
            changes[path] = "stale"
    for path in [
        *package.glob("*.py"),
        *package.glob("stages/*.py"),
        *package.glob("labs/*.py"),
    ]:
        if path not in wanted and is_generated(
            path.read_text(encoding="utf-8", errors="replace")
        ):
            changes[path] = "superfluous"
    return dict(sorted(changes.items()))
