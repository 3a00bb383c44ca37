"""A chapter that was downloaded alone finds its data from any folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHAPTERS = Path(__file__).parents[2] / "chapters"


@pytest.mark.parametrize("number", ["09", "12", "13"])
def test_no_path_of_a_chapter_depends_on_its_folder(number):
    (path,) = CHAPTERS.glob(f"{number}_*.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = "\n".join(
        "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    )
    assert "../data" not in code
    assert 'shipped("' in code


def test_shipped_data_are_found_by_code_that_runs_elsewhere(tmp_path):
    code = (
        "from bookkit import shipped; from nnfs_lib import load_fashion_mnist; "
        "print(load_fashion_mnist(shipped('garments'))[0].shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(CHAPTERS.parent)},
    )
    assert done.stdout.strip() == "(2000, 28, 28)"
