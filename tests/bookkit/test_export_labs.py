"""The exporter's labs: one module each, its cells as they stand, with what `nn.X` means imported."""

import subprocess
import sys
from pathlib import Path

import pytest
from export_cases import DENSE, LAYER
from notebook_builder import (
    Cell,
    code,
    export,
    markdown,
    write_chapters,
    write_notebook,
)

from bookkit.__main__ import main
from bookkit.export.command import export as export_chapters
from bookkit.export.notebooks import FoldError

SETUP = code("import math\n\nimport numpy as np\n\nimport nnfs_lib as nn", "setup")


def lab(source: str) -> Cell:
    return code(source, "export")


def exported(
    tmp_path: Path, *cells: Cell, name: str = "waves", package: str = "nnfs_lib"
) -> dict[str, str]:
    """The package of one chapter and a lab."""
    folder = write_chapters(
        tmp_path / "chapters",
        [
            export("layers", LAYER),
            export("layers", DENSE),
            export("tools", "def _helper():\n    return 1"),
        ],
    )
    write_notebook(
        tmp_path / f"labs/{name}.ipynb", [markdown("# Waves"), SETUP, *cells]
    )
    return export_chapters(folder, package)


def test_a_lab_is_a_module_of_its_cells_as_they_stand(tmp_path: Path) -> None:
    wave = (
        "# why: a wave\nclass Wave(nn.Layer):\n    size = 2  # of a wave\n\n"
        '    def forward(self, inputs: "nn.Dense | None") -> nn.Dense:\n'
        "        dense = nn.Dense(self.size)\n"
        "        return dense.forward(np.sin(inputs))"
    )
    height = "def height(self):\n    return RATE\n\n\nWave.height = height"
    files = exported(
        tmp_path,
        lab(wave),
        code("Wave()"),
        lab(f"RATE = 2\n\n\n{height}"),
        lab('def main(arguments=None):\n    """Say so."""\n    print(RATE)'),
        code("main()"),
    )
    assert files["labs/waves.py"] == (
        '"""Waves.\n\nGenerated from labs/waves.ipynb: edit that.\n"""\n\n'
        "import numpy as np\n\nfrom nnfs_lib.layers import Dense, Layer\n\n"
        '__all__ = ["RATE", "Wave", "main"]\n\n\n'
        + wave.replace("nn.", "")
        + f"\n\n\nRATE = 2\n\n\n{height}\n\n\n"
        + 'def main(arguments=None):\n    """Say so."""\n    print(RATE)\n\n\n'
        + 'if __name__ == "__main__":\n    main()\n'
    )
    assert files["labs/__init__.py"].startswith('"""The labs, one module each; ')
    assert "labs" not in files["__init__.py"]


def test_a_lab_may_use_another_and_what_a_function_can_do_without(
    tmp_path: Path,
) -> None:
    write_notebook(tmp_path / "labs/base.ipynb", [markdown("# Base"), lab("SIZE = 1")])
    drawing = (
        "def draw():\n    from matplotlib import pyplot\n\n"
        "    return pyplot, SIZE, other.SIZE"
    )
    files = exported(
        tmp_path,
        code(
            "from nnfs_lib.labs import base as other\nfrom nnfs_lib.labs.base import SIZE"
        ),
        lab(f'"""Waves, drawn.\n\nTwice.\n"""\n\n{drawing}'),
    )
    assert files["labs/waves.py"] == (
        '"""Waves, drawn.\n\nTwice.\n\nGenerated from labs/waves.ipynb: edit that.\n"""\n\n'
        "from nnfs_lib.labs import base as other\nfrom nnfs_lib.labs.base import SIZE\n\n"
        f'__all__ = ["draw"]\n\n\n{drawing}\n'
    )
    assert "labs/base.py" in files


REFUSED = {
    "a module of its own": (export("waves", "A = 1"), "tag the cell export."),
    "an effect": (lab("print(1)"), "an exported cell holds imports, constants"),
    "twice": (
        lab("A = 1\nA = 2"),
        "A is already defined in waves.ipynb, cell 3, line 1",
    ),
    "re-open": (lab("class Dense(nn.Dense):\n    a = 1"), "a lab re-opens nothing"),
    "change the library": (
        lab("def wave(self):\n    return 1\n\n\nDense.wave = wave"),
        "Dense.wave is added to a class that is not this lab's",
    ),
    "the unknown": (lab("def f():\n    return nn.Conv"), "nnfs_lib offers no Conv"),
    "the private": (
        lab("def f():\n    return nn._helper()"),
        "nnfs_lib offers no _helper",
    ),
    "the whole": (lab("def f():\n    return nn"), "nn is used as a whole"),
    "an assignment": (lab("def f():\n    nn.Dense.a = 1"), "is assigned to"),
    "two of a name": (
        lab("class Dense:\n    a = 1\n\n\ndef f():\n    return nn.Dense"),
        "nn.Dense stands where Dense is something else",
    ),
    "no tag": (
        lab("def f():\n    return other"),
        "tag the cell that defines it `export`",
    ),
    "a builtin": (lab("def sum():\n    return 1"), "sum is a builtin of Python"),
    "an import": (
        lab("math = 1"),
        "math is also imported (waves.ipynb, cell 2, line 1)",
    ),
    "a package": (lab("import scipy\n\nA = scipy.e"), "scipy is used here"),
    "a package, later": (
        lab("def f():\n    import scipy\n\n    return scipy"),
        "scipy",
    ),
    "magic": (lab("%time A = 1"), "IPython magic in an exported cell"),
    "a module of the library": (
        lab("from nnfs_lib.layers import Dense\n\nA = Dense"),
        "write `import nnfs_lib as nn`, and nn.Dense",
    ),
    "a stage": (
        lab("from nnfs_lib.stages import ch01 as old\n\nA = old.Dense"),
        "write `import nnfs_lib as nn`",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, tmp_path: Path) -> None:
    cell, message = REFUSED[case]
    with pytest.raises(FoldError, match=r"^waves\.ipynb, cell 3, line \d+: ") as error:
        exported(tmp_path, cell)
    assert message in str(error.value)


def test_a_second_docstring_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FoldError, match="only the first cell of waves"):
        exported(tmp_path, lab("A = 1"), lab('"""Again."""\nB = 1'))


def test_a_lab_is_named_as_its_module(tmp_path: Path) -> None:
    with pytest.raises(FoldError, match=r"01-waves\.ipynb: a lab is named as its"):
        exported(tmp_path, lab("A = 1"), name="01-waves")


def test_a_chapters_cell_says_its_module(tmp_path: Path) -> None:
    folder = write_chapters(tmp_path / "chapters", [code("A = 1", "export")])
    with pytest.raises(FoldError, match="the tag export says no module"):
        export_chapters(folder, "nnfs_lib")


def test_labs_are_written_deleted_and_run_as_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    greeting = lab('def main():\n    print("size", nn.Dense(3).size)')
    exported(tmp_path, greeting, package="tested_labs")
    package = tmp_path / "tested_labs"
    command = ["export", f"--chapters={tmp_path / 'chapters'}", f"--package={package}"]
    assert main(command) == 0
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tested_labs.labs.waves"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "size 3\n"
    assert main([*command, "--check"]) == 0
    (tmp_path / "labs/waves.ipynb").rename(tmp_path / "labs/tides.ipynb")
    capsys.readouterr()
    assert main([*command, "--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(";")[0] for line in lines] == [
        f"{package / 'labs/tides.py'} is missing",
        f"{package / 'labs/waves.py'} is superfluous",
    ]
    assert main(command) == 0
    assert not (package / "labs/waves.py").exists()
