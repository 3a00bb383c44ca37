"""python -m bookkit playground: write the trainings that the website's playground loads one by one."""

import argparse
import base64
from pathlib import Path

from bookkit.explore.play import FOLDER
from bookkit.explore.trainings import CHUNKS, block
from bookkit.files import replace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder to write to."""
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("assets") / FOLDER,
        help="where the files go",
    )


def main(arguments: argparse.Namespace) -> int:
    """Train, or take from the cache, all but the first chunk, which travels with the widget."""
    for chunk in CHUNKS[1:]:
        content = block(chunk)
        text = base64.b64encode(content).decode("ascii")
        # A script, because a page that is read from a disk may load nothing else.
        script = f'explorerChunk("{FOLDER}/{chunk.name}", "{text}");\n'
        replace(arguments.folder / f"{chunk.name}.js", script)
        print(
            f"{chunk.name}: {len(chunk.settings)} trainings, {len(script) / 1024:.0f} KB"
        )
    return 0
