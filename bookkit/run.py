"""python -m bookkit run: execute chapters and labs from a clean kernel; write them back in stable form."""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bookkit.files import replace
from bookkit.needs import MAGIC, missing
from bookkit.stable import Notebook, dumps, loads, problems, stabilize

ANSI = re.compile(r"\x1b\[[0-9;]*m")
SHOWN_LINES = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names",
        nargs="*",
        metavar="CHAPTER",
        help="02, 2, 02_activations, a lab's name or a path; none: all",
    )
    parser.add_argument(
        "--check", action="store_true", help="execute nothing; say what needs a run"
    )
    parser.add_argument(
        "--chapters",
        type=Path,
        default=Path("chapters"),
        help="folder of the notebooks",
    )


def main(arguments: argparse.Namespace) -> int:
    try:
        paths = find(arguments.names, arguments.chapters)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    work = check if arguments.check else run
    results = [work(path) for path in paths]  # all of them, whether or not one fails
    return 0 if all(results) else 1


def find(names: Iterable[str], folder: Path) -> list[Path]:
    """Return the notebooks that are meant, or all."""
    every = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    every += folder.glob("appendix_*.ipynb")
    for others in ("labs/*.ipynb", "five_systems.ipynb", "playground.ipynb"):
        every += sorted(folder.resolve().parent.glob(others))
    if not every and not names:
        raise ValueError(f"{folder}: no chapters here.")
    return [_find(name, every) for name in names] or every


def _find(name: str, every: list[Path]) -> Path:
    if name.endswith(".ipynb") and Path(name).is_file():
        return Path(name)
    wanted = f"{int(name):02}_" if name.isdecimal() else name
    matches = [
        path
        for path in every
        if path.stem == wanted or (name.isdecimal() and path.name.startswith(wanted))
    ]
    if len(matches) != 1:
        known = ", ".join(path.stem for path in every) or "none"
        raise ValueError(f"{name}: no such chapter. Chapters: {known}.")
    return matches[0]


def check(path: Path) -> bool:
    """Say what keeps a notebook from being up to date in form; whether nothing does."""
    found = problems(path.read_text(encoding="utf-8"), path.name)
    for problem in found:
        print(f"{problem}; run `python -m bookkit run {path.stem}`.")
    return not found


class CellError(Exception):
    """A cell failed; the text is for the reader."""


def run(path: Path) -> bool:
    """Execute one notebook; write it back only if every cell succeeded."""
    start = time.perf_counter()
    before = path.read_text(encoding="utf-8")
    try:
        after = dumps(stabilize(execute(loads(before), path), path.name))
    except (CellError, ValueError) as error:
        print(
            f"{path.name}: {error}" if isinstance(error, ValueError) else error,
            file=sys.stderr,
        )
        return False
    if after != before:
        replace(path, after)
    if not sys.stderr.isatty():
        change = "changed" if after != before else "unchanged"
        print(f"{path.name}: {time.perf_counter() - start:.1f} s, {change}", flush=True)
    return True


def execute(notebook: Notebook, path: Path) -> Notebook:
    """Run every code cell in a new kernel and return the notebook with what it showed."""
    # Imported here: they take seconds, and --check needs neither.
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from tqdm import tqdm

    stabilize(notebook, path.name)
    notebook["metadata"].pop("widgets", None)
    kept = _outputs_to_keep(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    node = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        node,
        timeout=None,
        kernel_name="python3",
        record_timing=False,
        # The kernel warns at every start that it listens on this machine; errors are still shown.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.reset_execution_trackers()
    # No progress bar: whether one is due depends on how fast the computer is.
    environment = {**os.environ, "PYTHONHASHSEED": "0", "TQDM_DISABLE": "1"}
    cells = tqdm(
        node.cells, desc=path.stem, unit="cell", disable=not sys.stderr.isatty()
    )
    with client.setup_kernel(env=environment):
        for index, cell in enumerate(cells):
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                raise CellError(_failure(path, index, cell, error)) from None
            except DeadKernelError as error:
                raise CellError(
                    f"{path.name}, cell {index + 1}: the kernel died: {error}"
                ) from None
        client.set_widgets_metadata()
    for cell in node.cells:
        cell.update(kept.get(cell["id"], {}))
    result: Notebook = node
    return result


def _outputs_to_keep(notebook: Notebook) -> dict[str, dict[str, Any]]:
    """Return, by id, what cells showed that will be skipped, because their data set is not here."""
    return {
        cell["id"]: {"outputs": cell["outputs"]}
        for cell in notebook["cells"]
        if cell["source"].startswith(MAGIC)
        and cell["outputs"]
        and missing(cell["source"].partition("\n")[0].removeprefix(MAGIC).strip())
    }


def _failure(path: Path, index: int, cell: Any, error: Any) -> str:
    """Tell what failed: where, the first lines of the cell, the error, and how Python got there."""
    source = cell["source"].strip().splitlines()
    shown = source[:SHOWN_LINES] + ["..."] * (len(source) > SHOWN_LINES)
    tracebacks = [
        output["traceback"]
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]
    lines = ANSI.sub("", "\n".join(tracebacks[-1]) if tracebacks else "").splitlines()
    return "\n".join(
        [
            f"{path.name}, cell {index + 1}: {error.ename}: {ANSI.sub('', error.evalue)}",
            *(f"    {line}" for line in shown),
            *(f"  | {line}" for line in lines if line.strip("- ")),
        ]
    )
