"""The exporter: what it writes, what it refuses, and that folding keeps the meaning."""

import importlib
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest
from export_cases import ALLOWED, DENSE, EFFECTS, LAYER, REFUSED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebook_builder import (
    Cell,
    code,
    export,
    markdown,
    stage,
    write_chapters,
    write_notebook,
)
from packaging.requirements import Requirement

from bookkit.__main__ import main
from bookkit.export.command import export as export_chapters
from bookkit.export.notebooks import FoldError

EXPORT = "import runpy, sys; sys.argv[1:] = ['export']; runpy.run_module('bookkit', run_name='__main__')"


def exported(
    tmp_path: Path, *chapters: list[Cell], package: str = "nnfs_lib"
) -> dict[str, str]:
    return export_chapters(write_chapters(tmp_path / "chapters", *chapters), package)


def definition(text: str, name: str) -> str:
    """Return the part of a file from `def name` or `class name` on."""
    return text[text.index(f" {name}") :]


# ---------------------------------------------------------------- what it writes


def test_a_class_is_folded_into_one(tmp_path: Path) -> None:
    files = exported(
        tmp_path,
        [export("layers", DENSE)],
        [
            stage(1),
            export(
                "layers",
                """
                class Dense(nn.Dense):
                    # why: keeps its inputs
                    def forward(self, inputs):
                        \"\"\"Return the outputs.\"\"\"
                        self.inputs = inputs
                        return inputs * self.size  # still a product

                    # the chain rule
                    def backward(self, doutputs):
                        return doutputs * self.size
                """,
            ),
        ],
    )
    assert files["layers.py"] == dedent(
        '''
        """Layers, built in chapters 1 and 2.

        Generated from the chapters: edit them, not this file.
        """

        __all__ = ["Dense"]


        # Dense is where the book begins.
        class Dense:
            """A dense layer.

            Built in chapters 1 and 2.
            """

            rate = 0.5

            def __init__(self, size):
                self.size = size

            # why: keeps its inputs
            def forward(self, inputs):
                """Return the outputs."""
                self.inputs = inputs
                return inputs * self.size  # still a product

            # the chain rule
            def backward(self, doutputs):
                return doutputs * self.size
        '''
    ).lstrip("\n")


def test_a_stage_is_the_cells_as_they_stand(tmp_path: Path) -> None:
    second = (
        "# twice\nclass Dense(nn.Dense):\n    def forward(self, inputs):\n"
        "        return np.sin(inputs)  # x"
    )
    files = exported(
        tmp_path,
        [export("layers", "def _helper():\n    return 1"), export("layers", DENSE)],
        [markdown("# Chapter 2: The \\ way back"), stage(1), export("layers", second)],
        package="mylib",
    )
    assert files["stages/ch02.py"] == (
        '"""Chapter 2, The \\\\ way back, on top of chapter 1.\n\n'
        'Generated from chapters/02_two.ipynb: edit that.\n"""\n\n'
        "import numpy as np\n\n"
        "from mylib.stages import ch01 as nn\nfrom mylib.stages.ch01 import *\n"
        "from mylib.stages.ch01 import _helper\n\n\n"
        f"{second}\n\n\n"
        '__all__ = ["Dense"]\n'
    )
    assert "import" not in files["stages/ch01.py"]


def test_a_method_is_added_in_a_later_cell_of_its_chapter(tmp_path: Path) -> None:
    later = """
        def b(self: A) -> int:
            \"\"\"Return it.

            Twice.
            \"\"\"
            return self.a()


        A.b = b


        def make(cls) -> "A":
            return cls()


        A.make = classmethod(make)


        def c(self):
            return 3


        def refuse(self, value):
            raise AttributeError


        A.c = property(c, refuse)
        """
    files = exported(
        tmp_path,
        [
            export("layers", "class A:\n    def a(self):\n        return 1"),
            export("layers", later),
        ],
    )
    assert files["layers.py"].endswith(
        "class A:\n"
        '    """Built in chapter 1."""\n\n'
        "    def a(self):\n        return 1\n\n"
        '    def b(self) -> int:\n        """Return it.\n\n        Twice.\n        """\n'
        "        return self.a()\n\n"
        '    @classmethod\n    def make(cls) -> "A":\n        return cls()\n\n'
        "    @property\n    def c(self):\n        return 3\n\n"
        "    @c.setter\n    def c(self, value):\n        raise AttributeError\n"
    )
    assert "    return self.a()\n\n\nA.b = b\n" in files["stages/ch01.py"]
    assert '__all__ = ["A"]' in files["stages/ch01.py"]


BASES = [
    "class Base:\n    def a(self):\n        return 1",
    "class Left(Base):\n    def b(self):\n        return self.a() + self.c()",
    "class Right(Base):\n    def b(self):\n        return 3",
    "class Lower(Right):\n    pass",
    "TABLE = {Left: Right, Base: 1}\n\n\nNUMBER = 7",
]
REOPENED = [
    "class Base(nn.Base):\n    def a(self):\n        return 10\n\n    def c(self):\n        return 5",
    "class Right(nn.Right, Base):\n    def b(self):\n        return self.c()",
]


def test_a_base_class_is_reopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = exported(
        tmp_path,
        [export("parts", each) for each in BASES],
        [stage(1), *[export("parts", each) for each in REOPENED]],
        [stage(2), export("parts", "class Base(nn.Base):\n    d = 4")],
        package="relaid",
    )
    folder = tmp_path / "relaid"
    (folder / "stages").mkdir(parents=True)
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    second = files["stages/ch02.py"]
    assert second.index("class Base(nn.Base)") < second.index(
        "class Left(nn.Left, Base): ..."
    )
    assert "class Lower(nn.Lower, Right): ..." in second
    assert "TABLE = {Left: Right, Base: 1}" in second
    assert "NUMBER =" not in second
    for name in ("relaid", "relaid.stages.ch02", "relaid.stages.ch03"):
        library = importlib.import_module(name)
        assert library.Left().b() == 15
        assert library.Right().b() == library.Lower().b() == 5
        assert {*library.TABLE} == {library.Left, library.Base}
        assert library.TABLE[library.Left] is library.Right
        assert all(
            issubclass(each, library.Base) for each in (library.Left, library.Lower)
        )
    assert importlib.import_module("relaid").Lower.d == 4
    assert importlib.import_module("relaid.stages.ch03").Lower.d == 4
    old = importlib.import_module("relaid.stages.ch01")
    assert (old.Base().a(), old.Right().b(), hasattr(old.Base, "c")) == (1, 3, False)


def test_an_appendix_stands_on_its_own(tmp_path: Path) -> None:
    chapters = write_chapters(
        tmp_path / "chapters",
        [export("layers", DENSE)],
        [
            code(
                "from nnfs_lib.stages import appendix\nfrom nnfs_lib.stages import ch01 as nn"
            ),
            export(
                "files", "def load(path):\n    return nn.Dense(appendix._read(path))"
            ),
        ],
        [stage(2), export("files", "def again(path):\n    return nn._read(path)")],
    )
    cells = [
        markdown("# Strangers"),
        export("strangers", "def _read(path):\n    return 1"),
    ]
    write_notebook(chapters / "appendix_strangers.ipynb", cells)
    files = export_chapters(chapters, "nnfs_lib")
    assert files["strangers.py"].startswith('"""Strangers, built in the appendix.')
    assert "from nnfs_lib.strangers import _read\n" in files["files.py"]
    assert "return Dense(_read(path))" in files["files.py"]
    assert files["strangers.py"].endswith("def _read(path):\n    return 1\n")
    assert files["stages/appendix.py"].startswith('"""Appendix, Strangers.\n')
    assert "appendix" not in files["stages/ch01.py"]
    assert "from nnfs_lib.stages.appendix import _read\n" in files["stages/ch02.py"]
    assert "from nnfs_lib.stages.ch02 import _read\n" in files["stages/ch03.py"]


def test_a_function_may_import_what_is_optional(tmp_path: Path) -> None:
    bar = "def bar():\n    from tqdm.auto import tqdm\n\n    return tqdm"
    files = exported(tmp_path, [export("tools", bar)])
    assert "from tqdm.auto import tqdm" in files["tools.py"]


def test_imports_are_lifted_sorted_and_only_those_used(tmp_path: Path) -> None:
    setup = code(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport os, math\nimport numpy as np\n!ls"
    )
    cell = """
        from pathlib import Path
        from collections import OrderedDict as Ordered, defaultdict

        # a home
        def home(path):
            return Path(path), np.pi, math.pi, Ordered(), defaultdict(list)
        """
    files = exported(tmp_path, [setup, export("files", cell)])
    imports = (
        "import math\nfrom collections import OrderedDict as Ordered\nfrom collections import defaultdict\n"
        "from pathlib import Path\n\nimport numpy as np\n\n"
    )
    for name in ("files.py", "stages/ch01.py"):
        assert imports in files[name]
        assert files[name].count("import") == 5
        assert "# a home\ndef home(path):" in files[name]
        assert "os" not in files[name].replace("of", "").split()


def test_names_of_other_modules_are_imported(tmp_path: Path) -> None:
    files = exported(
        tmp_path,
        [export("layers", LAYER), export("layers", "def _helper(x):\n    return x")],
        [
            stage(1),
            export(
                "activations",
                """
                class ReLU(nn.Layer):
                    def forward(self, inputs: "nn.Layer | None") -> nn.Layer:
                        return nn._helper(np.maximum(0, inputs))


                class Leaky(ReLU):
                    pass
                """,
            ),
        ],
    )
    text = files["activations.py"]
    assert "import numpy as np\n\nfrom nnfs_lib.layers import Layer, _helper\n" in text
    assert "class ReLU(Layer):" in text
    assert (
        'def forward(self, inputs: "Layer | None") -> Layer:\n        return _helper(np.'
        in text
    )
    assert "class Leaky(ReLU):" in text
    assert "nn." not in text


def test_local_names_are_not_rewritten(tmp_path: Path) -> None:
    source = """
        def shadow(nn, Dense):
            return nn.Dense, Dense


        def inner(values):
            def nn(x):
                return x

            return [nn(np) for np in values], {"nn.Dense": nn}


        def quoted(kind: Literal["nn.Dense"] = "nn.Dense") -> None:
            return kind, f"{nn.Dense(1)}"
        """
    setup = code(
        "import numpy as np\nfrom typing import Literal\nfrom nnfs_lib.stages import ch01 as nn"
    )
    text = exported(
        tmp_path, [export("layers", DENSE)], [setup, export("tools", source)]
    )["tools.py"]
    assert "return nn.Dense, Dense" in text
    assert "return [nn(np) for np in values]" in text
    assert '{"nn.Dense": nn}' in text
    assert 'kind: Literal["nn.Dense"] = "nn.Dense"' in text
    assert 'f"{Dense(1)}"' in text
    assert "import numpy" not in text


def test_the_package_offers_every_public_name(tmp_path: Path) -> None:
    files = exported(
        tmp_path,
        [
            export("layers", DENSE),
            export(
                "tools",
                "RATE = 1\n\n\ndef _hidden():\n    return 1\n\n\ndef shown():\n    return 2",
            ),
        ],
    )
    assert "- layers: Dense\n- tools: RATE, shown\n" in files["__init__.py"]
    assert (
        "from nnfs_lib.layers import Dense\nfrom nnfs_lib.tools import RATE, shown\n"
        in files["__init__.py"]
    )
    assert '__all__ = ["RATE", "Dense", "shown"]\n' in files["__init__.py"]
    assert '__all__ = ["RATE", "shown"]' in files["tools.py"]
    assert '__all__ = ["RATE", "Dense", "shown"]' in files["stages/ch01.py"]


def test_docstrings_end_with_the_chapters(tmp_path: Path) -> None:
    files = exported(
        tmp_path,
        [
            export(
                "tools",
                '"""Tools.\n\nFor all.\n"""\ndef bare(): return 1\n\n\ndef one():\n    "One."\n    return 1',
            ),
            export(
                "tools",
                'class Empty: ...\n\n\nclass Said:\n    """First."""\n\n    value = 1',
            ),
        ],
        [
            stage(1),
            export(
                "tools",
                'def one():\n    r"""Two.\n\n    More \\d.\n    """\n    return 2',
            ),
        ],
        [
            stage(2),
            export("tools", 'class Said(nn.Said):\n    """Second."""'),
            export("tools", "def one():\n    return 3"),
        ],
    )
    text = files["tools.py"]
    assert text.startswith(
        '"""Tools.\n\nFor all.\n\nBuilt in chapters 1, 2 and 3. Generated from the chapters'
    )
    assert 'def bare():\n    """Built in chapter 1."""\n    return 1\n' in text
    assert 'def one():\n    """Built in chapters 1, 2 and 3."""\n    return 3\n' in text
    assert 'class Empty:\n    """Built in chapter 1."""\n' in text
    assert (
        'class Said:\n    """Second.\n\n    Built in chapters 1 and 3.\n    """\n\n    value = 1\n'
        in text
    )
    assert "For all" not in files["stages/ch01.py"]
    two = exported(
        tmp_path / "two",
        [
            export(
                "tools",
                'def one():\n    r"""Two.\n\n    More \\d.\n    """\n    return 2',
            )
        ],
    )
    assert (
        'r"""Two.\n\n    More \\d.\n\n    Built in chapter 1.\n    """\n    return 2'
        in two["tools.py"]
    )


def test_the_last_definition_of_a_function_or_constant_wins_in_its_place(
    tmp_path: Path,
) -> None:
    files = exported(
        tmp_path,
        [
            export(
                "tools",
                "RATE = 1\n\n\ndef first():\n    return RATE\n\n\ndef second():\n    return first()",
            )
        ],
        [
            stage(1),
            export(
                "tools",
                "# better\ndef first():\n    return nn.second\n\n\nRATE: float = 2",
            ),
        ],
    )
    body = files["tools.py"].partition("]\n")[2]
    assert body.startswith("\nRATE: float = 2\n\n\n# better\ndef first():\n")
    assert "    return second\n\n\ndef second():" in body


def test_what_runs_on_import_comes_after_what_it_needs(tmp_path: Path) -> None:
    files = exported(
        tmp_path,
        [
            export(
                "tools",
                "def pick(name=None):\n    return name\n\n\nTABLE = {}\n\n\nLAST = 1",
            )
        ],
        [
            stage(1),
            export(
                "tools",
                """
                def made():
                    return helped()


                def helped():
                    return 1


                TABLE = {"a": made()}


                def pick(name=LIMIT):
                    return name
                """.replace("name=LIMIT", "name=helped()"),
            ),
        ],
    )
    text = files["tools.py"]
    order = [
        text.index(part)
        for part in ("def helped", "def pick", "def made", "TABLE = {", "LAST = 1")
    ]
    assert order == sorted(order)
    exec(compile(text, "tools.py", "exec"), {})


def test_properties_decorators_and_attributes_fold_like_methods(tmp_path: Path) -> None:
    first = """
        class Rate:
            limit: float
            low = 0
            high = 1
            \"\"\"The highest.\"\"\"

            @property
            def value(self):
                return self._value

            @value.setter
            def value(self, value):
                self._value = value

            @staticmethod
            def name():
                return "rate"

            async def wait(self):
                return [self.low for _ in range(3)]
        """
    second = """
        class Rate(nn.Rate):
            high = 2

            @property
            def value(self):
                return 7

            limit: float = 3.0

            def low(self):
                return 0

            @classmethod
            def make(cls) -> "nn.Rate":
                return cls()
        """
    text = exported(
        tmp_path, [export("rates", first)], [stage(1), export("rates", second)]
    )["rates.py"]
    assert text.endswith(
        dedent(
            '''
            class Rate:
                """Built in chapters 1 and 2."""

                def low(self):
                    return 0

                high = 2

                @property
                def value(self):
                    return 7

                @staticmethod
                def name():
                    return "rate"

                async def wait(self):
                    return [self.low for _ in range(3)]

                limit: float = 3.0

                @classmethod
                def make(cls) -> "Rate":
                    return cls()
            '''
        )
    )


def test_the_output_is_formatted_and_passes_ruff(tmp_path: Path) -> None:
    many = "\n\n\n".join(
        f"def number_{index}(value):\n    return value" for index in range(20)
    )
    calls = "".join(f"        nn.number_{index}(1),\n" for index in range(20))
    use = f"def everything():\n    return [\n{calls}    ]"
    exported_files = exported(
        tmp_path,
        [
            code("import math\n\nimport numpy as np"),
            export("layers", LAYER),
            export("tools", many),
        ],
        [
            stage(1),
            export(
                "layers",
                "class Dense(nn.Layer):\n    def forward(self, inputs):\n        return np.sin(inputs)",
            ),
            export(
                "more",
                "ONE = 1\nTWO = 2\n\n# three\nTHREE = 3\n\n\ndef five():\n"
                "    def inner():\n        return THREE\n\n    return inner\n\n\n"
                "class Last:\n    def six(self):\n        return 6\n\n    # the end of the class",
            ),
            export("use", use),
        ],
        [
            stage(2),
            export(
                "layers",
                "class Dense(nn.Dense):\n    scale = 3\n    # by hand\n    bias = 1",
            ),
        ],
    )
    for path, text in exported_files.items():
        (tmp_path / "nnfs_lib" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "nnfs_lib" / path).write_text(text)
    settings = Path(__file__).parents[2] / "pyproject.toml"
    shutil.copy(settings, tmp_path)
    for command in (["format", "--diff"], ["check", "--no-cache"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "nnfs_lib"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


# ---------------------------------------------------------------- the command


def run_export(tmp_path: Path, *options: str) -> int:
    folders = [
        "--chapters",
        str(tmp_path / "chapters"),
        "--package",
        str(tmp_path / "mylib"),
    ]
    return main(["export", *folders, *options])


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*.py"))
    }


def test_the_command_writes_what_changed_and_check_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_chapters(
        tmp_path / "chapters",
        [export("layers", DENSE)],
        [stage(1), export("tools", "A = 1")],
    )
    package = tmp_path / "mylib"
    assert run_export(tmp_path, "--check") == 1
    assert f"{package / 'layers.py'} is missing" in capsys.readouterr().out
    assert not package.exists()
    assert run_export(tmp_path) == 0
    assert f"wrote {package / 'stages' / 'ch02.py'}" in capsys.readouterr().out
    assert run_export(tmp_path, "--check") == 0
    assert run_export(tmp_path) == 0
    assert capsys.readouterr().out == ""

    (package / "layers.py").write_text("changed")
    (package / "by_hand.py").write_text('"""Mine. Generated from nothing."""')
    shutil.copy(package / "tools.py", package / "old.py")
    shutil.copy(package / "stages" / "ch02.py", package / "stages" / "ch03.py")
    before = contents(package)
    assert run_export(tmp_path, "--check") == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line.partition(";")[0] for line in printed] == [
        f"{package / 'layers.py'} is stale",
        f"{package / 'old.py'} is superfluous",
        f"{package / 'stages' / 'ch03.py'} is superfluous",
    ]
    assert contents(package) == before
    assert run_export(tmp_path) == 0
    assert set(contents(package)) == {
        "__init__.py", "by_hand.py", "layers.py", "tools.py",
        "stages/__init__.py", "stages/ch01.py", "stages/ch02.py",
    }  # fmt: skip


def test_delete_and_export_again_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    """Neither the working directory, nor the hash seed, nor what was there before plays a part."""
    write_chapters(
        tmp_path / "chapters",
        [
            code("import numpy as np, math"),
            export("layers", LAYER),
            export("tools", "A = np.pi\nB = math.pi\n_C = 1"),
        ],
        [
            stage(1),
            export(
                "layers",
                "class Dense(nn.Layer):\n    a = nn.A\n    b = nn.B\n    c = nn._C",
            ),
        ],
    )
    assert run_export(tmp_path) == 0
    results = [contents(tmp_path / "mylib")]
    for seed, where, chapters in (
        ("1", tmp_path, "chapters"),
        ("2", tmp_path / "chapters", "."),
    ):
        shutil.rmtree(tmp_path / "mylib")
        command = [
            "export",
            "--chapters",
            chapters,
            "--package",
            str(tmp_path / "mylib"),
        ]
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        done = subprocess.run(
            [sys.executable, "-m", "bookkit", *command],
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        results.append(contents(tmp_path / "mylib"))
    assert results[0] == results[1] == results[2]
    assert len(results[0]) == 6


def test_an_error_leaves_every_file_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_chapters(tmp_path / "chapters", [export("layers", DENSE)])
    assert run_export(tmp_path) == 0
    before = contents(tmp_path / "mylib")
    write_chapters(
        tmp_path / "chapters",
        [export("layers", "A = 1")],
        [stage(1), export("tools", "print(1)")],
    )
    capsys.readouterr()
    assert run_export(tmp_path) == 1
    assert capsys.readouterr().err.startswith(
        "02_two.ipynb, cell 2, line 1: an exported cell holds imports"
    )
    assert contents(tmp_path / "mylib") == before


def test_chapters_are_numbered_without_a_gap(tmp_path: Path) -> None:
    with pytest.raises(FoldError, match="no chapters here"):
        export_chapters(tmp_path / "nowhere", "nnfs_lib")
    folder = write_chapters(tmp_path / "chapters", [], [], [])
    (folder / "02_two.ipynb").rename(folder / "03_again.ipynb")
    with pytest.raises(FoldError, match=r"03_again\.ipynb: chapter 02 is missing"):
        export_chapters(folder, "nnfs_lib")
    (folder / "03_three.ipynb").rename(folder / "01_three.ipynb")
    with pytest.raises(
        FoldError, match=r"01_three\.ipynb: the number 01 is taken twice"
    ):
        export_chapters(folder, "nnfs_lib")
    (folder / "01_three.ipynb").unlink()
    (folder / "03_again.ipynb").unlink()
    for text in ("{", "[]", '{"nbformat": 3}', '{"nbformat": 4}'):
        (folder / "01_one.ipynb").write_text(text)
        with pytest.raises(FoldError, match=r"01_one\.ipynb: this is not a notebook"):
            export_chapters(folder, "nnfs_lib")


# ---------------------------------------------------------------- what it refuses


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, tmp_path: Path) -> None:
    chapters, begins, advice = REFUSED[case]
    with pytest.raises(FoldError) as error:
        exported(tmp_path, *chapters)
    assert str(error.value).startswith(begins)
    assert advice in str(error.value)
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_exported_cell_has_no_effects(effect: str, tmp_path: Path) -> None:
    with pytest.raises(
        FoldError,
        match=r"^01_one\.ipynb, cell 1, line [12]: an exported cell holds imports, const",
    ):
        exported(tmp_path, [export("tools", effect)])


@pytest.mark.parametrize("case", ALLOWED)
def test_allowed(case: str, tmp_path: Path) -> None:
    assert exported(tmp_path, *ALLOWED[case])


# ---------------------------------------------------------------- folding keeps the meaning

METHODS = ["alpha", "beta", "gamma", "delta"]
ATTRIBUTES = ["low", "high"]
INHERITED = """
class Base:
    low = -1

    def alpha(self, depth):
        return ["Base.alpha", self.low]

    def omega(self, depth):
        return ["Base.omega", self.alpha(depth)]
"""


@st.composite
def bodies(draw: st.DrawFn, chapter: int) -> dict[str, str]:
    """Draw what one chapter writes into the class: name -> source."""
    written = {}
    for name in draw(st.permutations(METHODS + ATTRIBUTES)):
        if not draw(st.booleans()):
            continue
        value = draw(st.integers(0, 99))
        if name in ATTRIBUTES:
            written[name] = f"    {name} = {value}"
            continue
        calls = draw(st.lists(st.sampled_from([*METHODS, "omega"]), max_size=2))
        parts = [repr(f"{chapter}.{name}"), f"{value} + self.low", "self.high"]
        parts += [f"self.{called}(depth - 1) if depth else 0" for called in calls]
        body = f"return [{', '.join(parts)}]"
        written[name] = f"    # {chapter}\n    def {name}(self, depth):\n        {body}"
    return written


@st.composite
def books(draw: st.DrawFn) -> list[list[Cell]]:
    """Draw chapters that build one class; another inherits what it lacks from a complete base."""
    chapters = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        written = draw(bodies(number))
        if number == 1:
            head = "class Thing(Base):"
            written.setdefault("high", "    high = 0")
            for name in METHODS[1:]:
                written.setdefault(
                    name, f"    def {name}(self, depth):\n        return '{name}'"
                )
        else:
            head = "class Thing(nn.Thing):"
        source = (
            "\n\n".join([head, *written.values()]) if written else head + "\n    pass"
        )
        cells = [stage(number - 1)] if number > 1 else [export("base", INHERITED)]
        chapters.append([*cells, export("things", source)])
    return chapters


def load(folder: Path, files: dict[str, str], *names: str) -> list[ModuleType]:
    """Write a package and import modules of it, fresh."""
    shutil.rmtree(folder / "mylib", ignore_errors=True)
    for path, text in files.items():
        (folder / "mylib" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "mylib" / path).write_text(text)
    sys.path.insert(0, str(folder))
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        importlib.invalidate_caches()
        return [importlib.import_module(f"mylib.{name}") for name in names]
    finally:
        sys.dont_write_bytecode = writes
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == "mylib"]:
            del sys.modules[name]


def behavior(cls: type) -> dict[str, object]:
    thing = cls()
    attributes = {name: getattr(thing, name) for name in ATTRIBUTES}
    return attributes | {name: getattr(thing, name)(2) for name in [*METHODS, "omega"]}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(chapters=books())
def test_the_folded_class_behaves_like_the_last_stage(
    chapters: list[list[Cell]], tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "chapters", ignore_errors=True)
    files = exported(tmp_path, *chapters, package="mylib")
    folded, last = load(tmp_path, files, "things", f"stages.ch{len(chapters):02}")
    assert folded.Thing.__mro__[1].__name__ == "Base"
    assert behavior(folded.Thing) == behavior(last.Thing)


def test_the_comparison_notices_a_method_that_was_not_replaced(tmp_path: Path) -> None:
    first = "class Thing(Base):\n    high = 0\n" + "".join(
        f"\n    def {name}(self, depth):\n        return '{name}'\n"
        for name in METHODS[1:]
    )
    again = "class Thing(nn.Thing):\n    def beta(self, depth):\n        return 'again'"
    chapters = [
        [export("base", INHERITED), export("things", first)],
        [stage(1), export("things", again)],
    ]
    files = exported(tmp_path, *chapters, package="mylib")
    files["things.py"] = files["things.py"].replace("'again'", "'beta'")
    folded, last = load(tmp_path, files, "things", "stages.ch02")
    assert behavior(folded.Thing) != behavior(last.Thing)


# ---------------------------------------------------------------- on its own feet


def link_packages(names: set[str], folder: Path) -> None:
    """Link what pip installed of these distributions, and of those they need, into the folder."""
    waiting, done = sorted(names), set()
    while waiting:
        found = metadata.distribution(waiting.pop())
        if found.name.lower() in done:
            continue
        done.add(found.name.lower())
        for file in found.files or []:
            top = Path(str(file)).parts[0]
            if top not in ("..", "__pycache__") and not (folder / top).exists():
                (folder / top).symlink_to(found.locate_file(top))
        for line in found.requires or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                waiting.append(needed.name)


def test_the_library_comes_back_where_only_libcst_and_nbformat_are(
    tmp_path: Path,
) -> None:
    root = Path(__file__).parents[2]
    packages, clone = tmp_path / "packages", tmp_path / "clone"
    packages.mkdir()
    link_packages({"libcst", "nbformat"}, packages)
    for name in ("bookkit", "chapters", "labs"):
        shutil.copytree(root / name, clone / name)
    # -S: no site-packages, so nothing else that is installed here can be imported.
    isolated = [sys.executable, "-S", "-c"]
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    for program, works in {
        "import libcst": True,
        "import numpy": False,
        "import nnfs_lib": False,
        EXPORT: True,
    }.items():
        done = subprocess.run(
            [*isolated, program], cwd=clone, env=environment, capture_output=True
        )
        assert (done.returncode == 0) is works, program + done.stderr.decode()
    assert contents(clone / "nnfs_lib") == contents(root / "nnfs_lib")


def test_importing_bookkit_imports_nothing_that_a_command_may_not_need() -> None:
    program = (
        "import sys; before = set(sys.modules); import bookkit; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["bookkit"]
