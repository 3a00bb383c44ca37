"""What the exporter refuses, and what it must not refuse. A cell's source is one line here."""

# ruff: noqa: E501
# fmt: off

from notebook_builder import Cell, code, export, markdown, stage

LAYER = """
class Layer:
    \"\"\"What every layer has.\"\"\"

    training = False

    def forward(self, inputs):
        raise NotImplementedError
"""
DENSE = """
# Dense is where the book begins.
class Dense:
    \"\"\"A dense layer.\"\"\"

    rate = 0.5

    def __init__(self, size):
        self.size = size

    def forward(self, inputs):
        # why: the first version
        return inputs * self.size
"""


FIRST = [
    export("layers", LAYER),
    export("layers", DENSE),
    export("tools", "RATE = 1\n\n\ndef helper():\n    return RATE"),
]


def reopened(body: str, module: str = "layers", base: str = "nn.Dense") -> list[list[Cell]]:
    """Chapter 2 re-opens Dense; the class statement is line 1 of cell 2."""
    return [FIRST, [stage(1), export(module, f"class Dense({base}):\n" + body)]]


def second(source: str, module: str = "tools", setup: Cell | None = None) -> list[list[Cell]]:
    """Chapter 2 exports one cell, its cell 2."""
    return [FIRST, [setup or stage(1), export(module, source)]]


METHOD = "    def forward(self, inputs):\n        return {}"
REFUSED: dict[str, tuple[list[list[Cell]], str, str]] = {
    "re-open the unknown": (
        second("\nclass New(nn.New):\n    a = 1"),
        "02_two.ipynb, cell 2, line 1: New is re-opened, but no earlier chapter exports it",
        "write `class New:`",
    ),
    "define a class twice": (
        second("class Dense:\n    a = 1", "layers"),
        "02_two.ipynb, cell 2, line 1: Dense, which 01_one.ipynb, cell 2, line 2 defines, is defined a second time",
        "to re-open it, write `class Dense(nn.Dense):`",
    ),
    "use what was replaced": (
        [[*FIRST], [stage(1), export("layers", "class Dense(nn.Dense):\n    a = 1"), code("print(nn.rate)\n\n\ndef f():\n    return nn.Dense(3)")]],
        "02_two.ipynb, cell 3, line 5: nn.Dense is the Dense that 02_two.ipynb, cell 2, line 1 replaced",
        "write Dense",
    ),
    "another base": (
        reopened("    a = 1", base="nn.Layer"),
        "02_two.ipynb, cell 2, line 1: Dense, which 01_one.ipynb, cell 2, line 2 defines, has another base here",
        "to re-open it, write `class Dense(nn.Dense):`",
    ),
    "more bases": (
        reopened("    a = 1", base="nn.Dense, nn.Layer"),
        "02_two.ipynb, cell 2, line 1: Dense is re-opened with more bases than itself",
        "write `class Dense(nn.Dense):`",
    ),
    "metaclass": (
        reopened("    a = 1", base="nn.Dense, metaclass=type"),
        "02_two.ipynb, cell 2, line 1: Dense is re-opened with more bases than itself",
        "write `class Dense(nn.Dense):`",
    ),
    "decorated": (
        second("@staticmethod\nclass Dense(nn.Dense):\n    a = 1", "layers"),
        "02_two.ipynb, cell 2, line 2: Dense has a decorator",
        "move this to 01_one.ipynb, cell 2",
    ),
    "re-open in another module": (
        reopened("    a = 1", module="tools"),
        "02_two.ipynb, cell 2, line 1: Dense is re-opened in tools, but 01_one.ipynb, cell 2, line 2",
        "tag this cell export:layers",
    ),
    "define in another module": (
        second("RATE = 2", "layers"),
        "02_two.ipynb, cell 2, line 1: RATE is defined in layers, but 01_one.ipynb, cell 3, line 1",
        "tag this cell export:tools",
    ),
    "one name, two modules, one chapter": (
        [[export("layers", "A = 1"), export("tools", "A = 1")]],
        "01_one.ipynb, cell 2, line 1: A is defined in tools, but 01_one.ipynb, cell 1, line 1 exports it to layers",
        "choose another name",
    ),
    "twice in a chapter": (
        [[export("tools", "def a():\n    return 1\n\n\ndef a():\n    return 2")]],
        "01_one.ipynb, cell 1, line 5: a is already defined in 01_one.ipynb, cell 1, line 1",
        "write it once",
    ),
    "a method twice in a chapter's cells": (
        [
            [
                export("layers", "class A:\n    def a(self):\n        return 1"),
                export("layers", "def a(self):\n    return 2\n\n\nA.a = a"),
            ]
        ],
        "01_one.ipynb, cell 2, line 1: A.a is already defined in 01_one.ipynb, cell 1, line 1",
        "write it once in a chapter",
    ),
    "go on with a class by inheritance": (
        [[export("layers", "class A:\n    a = 1"), export("layers", "class A(A):\n    b = 1")]],
        "01_one.ipynb, cell 2, line 1: A is already defined in 01_one.ipynb, cell 1, line 1",
        "`def method(self):` and `A.method = method`.",
    ),
    "add a method to a class of an earlier chapter": (
        second("def more(self):\n    return 2\n\n\nDense.more = more", "layers"),
        "02_two.ipynb, cell 2, line 1: Dense.more is added to a class of another chapter",
        "write `class Dense(nn.Dense):` first",
    ),
    "add a method of another name": (
        [[export("layers", "class A:\n    a = 1\n\n\ndef f(self):\n    return 2\n\n\nA.more = f")]],
        "01_one.ipynb, cell 1, line 9: A.more = f makes a method of a function of this cell and of the same name",
        "write `def more(self):` above it",
    ),
    "add a method named like a builtin": (
        [[export("layers", "class A:\n    a = 1\n\n\ndef set(self):\n    return 2\n\n\nA.set = set")]],
        "01_one.ipynb, cell 1, line 5: set is a builtin of Python",
        "write A.set inside `class A:`",
    ),
    "add a method that uses super": (
        [[export("layers", "class A:\n    a = 1\n\n\ndef b(self):\n    return super().b()\n\n\nA.b = b")]],
        "01_one.ipynb, cell 1, line 5: A.b uses super(), which Python knows inside a class only",
        "write it there",
    ),
    "re-open a class and its base apart": (
        [
            [export("layers", "class Base:\n    a = 1\n\n\nclass Sub(Base):\n    b = 1")],
            [stage(1), export("layers", "class Base(nn.Base):\n    c = 1\n\n\nclass Sub(nn.Sub):\n    d = 1")],
        ],
        "02_two.ipynb, cell 2, line 5: Sub inherits from Base, which this chapter re-opens too",
        "write `class Sub(nn.Sub, Base):`",
    ),
    "re-open a class before its base": (
        [
            [export("layers", "class Base:\n    a = 1\n\n\nclass Sub(Base):\n    b = 1")],
            [
                stage(1),
                code("Base = nn.Base"),
                export("layers", "class Sub(nn.Sub, Base):\n    d = 1"),
                export("layers", "class Base(nn.Base):\n    c = 1"),
            ],
        ],
        "02_two.ipynb, cell 3, line 1: Sub is re-opened before Base, from which it inherits",
        "do Base first",
    ),
    "inherit from what is laid on a new base": (
        [
            [export("layers", "class Base:\n    a = 1\n\n\nclass Sub(Base):\n    b = 1")],
            [stage(1), export("layers", "class Base(nn.Base):\n    c = 1\n\n\nclass Third(nn.Sub):\n    d = 1")],
        ],
        "02_two.ipynb, cell 2, line 5: Third inherits from Sub, whose own base this chapter re-opens",
        "re-open Sub too",
    ),
    "another kind": (
        second("def RATE():\n    return 1"),
        "02_two.ipynb, cell 2, line 1: RATE is a constant in 01_one.ipynb, cell 3, line 1 and a function here",
        "rename one",
    ),
    "super of a folded method": (
        reopened(METHOD.format("super().forward(inputs)")),
        "02_two.ipynb, cell 2, line 3: super().forward means the forward of 01_one.ipynb, cell 2, line 2",
        "Write the method out whole.",
    ),
    "super of a folded attribute": (
        reopened(METHOD.format("super().rate")),
        "02_two.ipynb, cell 2, line 3: super().rate means the rate of",
        "Write the method out whole.",
    ),
    "bare super": (
        reopened(METHOD.format("getattr(super(), 'x')")),
        "02_two.ipynb, cell 2, line 3: a re-opened class uses super() as `super().name` only",
        "Write the method out whole.",
    ),
    "super with arguments": (
        reopened(METHOD.format("super(nn.Dense, self).x()")),
        "02_two.ipynb, cell 2, line 3: a re-opened class uses super() as `super().name` only",
        "Write the method out whole.",
    ),
    "folded method by name": (
        reopened(METHOD.format("nn.Dense.forward(self, inputs)")),
        "02_two.ipynb, cell 2, line 3: nn.Dense.forward is not the forward that stays: "
        "02_two.ipynb, cell 2, line 1 defines it again",
        "Write the method out whole.",
    ),
    "method folded away later": (
        [
            *second("def use(layer):\n    return nn.Dense.forward(layer, 1)"),
            [stage(2), export("layers", "class Dense(nn.Dense):\n" + METHOD.format("1"))],
        ],
        "02_two.ipynb, cell 2, line 2: nn.Dense.forward is not the forward that stays: "
        "03_three.ipynb, cell 2, line 1 defines it again",
        "Write the method out whole.",
    ),
    "undefined name": (
        second("def use():\n    return unknown"),
        "02_two.ipynb, cell 2, line 2: unknown is neither exported by this chapter nor imported",
        "tag the cell that defines it export:tools, or import it",
    ),
    "plain name of an earlier chapter": (
        second("def use():\n    return helper()"),
        "02_two.ipynb, cell 2, line 2: helper comes from an earlier chapter",
        "write nn.helper",
    ),
    "unknown stage name": (
        second("def use():\n    return nn.Dnese"),
        "02_two.ipynb, cell 2, line 2: stage ch01 has no Dnese",
        "check the spelling",
    ),
    "a name of this chapter by the stage": (
        second("def use():\n    return nn.use"),
        "02_two.ipynb, cell 2, line 2: stage ch01 has no use",
        "check the spelling",
    ),
    "wrong stage": (
        second("def use():\n    return nn.Dense", setup=code("from nnfs_lib.stages import ch02 as nn")),
        "02_two.ipynb, cell 2, line 2: nn is stage ch02, not the chapter right before",
        "import ch01",
    ),
    "name from a stage": (
        second("def use():\n    return Dense", setup=code("from nnfs_lib.stages.ch01 import Dense")),
        "02_two.ipynb, cell 2, line 2: Dense is imported from nnfs_lib.stages.ch01",
        "`from nnfs_lib.stages import ch01 as nn`, and write nn.Dense",
    ),
    "the stage as a whole": (
        second("def use(name):\n    return getattr(nn, name)"),
        "02_two.ipynb, cell 2, line 2: nn is used as a whole",
        "write nn.X",
    ),
    "assign to the stage": (
        second("def use():\n    nn.RATE = 3"),
        "02_two.ipynb, cell 2, line 2: nn.RATE is assigned to",
        "no global state",
    ),
    "global": (
        second("TEXT = 1\n\n\ndef use():\n    global TEXT\n    TEXT = 2"),
        "02_two.ipynb, cell 2, line 5: `global`",
        "return the value",
    ),
    "local name in the way": (
        second("def use(Dense):\n    return nn.Dense(Dense)"),
        "02_two.ipynb, cell 2, line 2: nn.Dense stands where Dense is a local name",
        "rename the local one",
    ),
    "another library": (
        second("def use():\n    return plt.plot", setup=code("import matplotlib.pyplot as plt")),
        "02_two.ipynb, cell 2, line 2: matplotlib.pyplot is used here, but nnfs_lib needs NumPy alone",
        "tag",
    ),
    "another library inside a function": (
        second("def use():\n    import torch\n\n    return torch"),
        "02_two.ipynb, cell 2, line 2: torch is used here, but nnfs_lib needs NumPy alone",
        "tag",
    ),
    "imported as two things": (
        second("def use():\n    return np", setup=code("import numpy as np\nimport math as np")),
        "02_two.ipynb, cell 2, line 2: np is imported as different things",
        "rename one",
    ),
    "imported and exported": (
        second("def sqrt(x):\n    return x", setup=code("from math import sqrt")),
        "02_two.ipynb, cell 2, line 1: sqrt is also imported (02_two.ipynb, cell 1, line 1)",
        "choose another name",
    ),
    "imported here, exported there": (
        second("def use():\n    return helper", setup=code("from math import sqrt as helper")),
        "02_two.ipynb, cell 2, line 2: helper is imported here and exported by the book",
        "another name",
    ),
    "a builtin": (second("def sum():\n    return 1"), "02_two.ipynb, cell 2, line 1: sum is a builtin", "another name"),
    "a module": (second("layers = 1"), "02_two.ipynb, cell 2, line 1: layers is the name of a module too", "another"),
    "relative import": (
        second("from . import x"), "02_two.ipynb, cell 2, line 1: a relative import", "import each name",
    ),
    "star import": (
        second("A = 1\nfrom math import *"), "02_two.ipynb, cell 2, line 2: a star import", "import each name",
    ),
    "syntax": (second("A = 1\ndef f(:\n    pass"), "02_two.ipynb, cell 2, line 2: this is not Python", "mend it"),
    "magic": (second("A = 1\n%timeit A"), "02_two.ipynb, cell 2, line 2: IPython magic", "a cell of its own"),
    "markdown": (
        [[markdown("text", "export:layers")]], "01_one.ipynb, cell 1, line 1: a markdown cell has", "only code cells",
    ),
    "two tags": (
        [[code("A = 1", "export:a", "export:b")]], "01_one.ipynb, cell 1, line 1: this cell goes to a and b", "one",
    ),
    "bad module": (
        [[export("class", "A = 1")]], "01_one.ipynb, cell 1, line 1: 'class' cannot name a module", "export:layers",
    ),
    "late docstring": (
        second('"""Tools."""\nA = 1'), "02_two.ipynb, cell 2, line 1: only the first cell of tools may", "comment",
    ),
    "module cycle": (
        [
            [export("one", "def a():\n    return b()"), export("two", "def b():\n    return 1")],
            [stage(1), export("two", "def c():\n    return nn.a()")],
        ],
        "02_two.ipynb, cell 2, line 2: modules import each other, one -> two -> one: "
        "one needs b of two (01_one.ipynb, cell 1, line 2); two needs a of one (02_two.ipynb, cell 2, line 2)",
        "move one of these names",
    ),
    "imported as two things by two chapters": (
        [
            [code("import math as lib"), export("tools", "A = lib.pi")],
            [code("import numpy as lib"), export("tools", "B = lib.pi")],
        ],
        "02_two.ipynb, cell 1, line 1: lib is something else in 01_one.ipynb, cell 1, line 1, and tools uses both",
        "rename one",
    ),
    "a constant from its old self": (
        second("RATE = nn.RATE * 2"),
        "02_two.ipynb, cell 2, line 1: nn.RATE is not the RATE that stays: 02_two.ipynb, cell 2, line 1 defines it",
        "write the old one out whole",
    ),
    "a function around its old self": (
        second("def helper():\n    return nn.helper() + 1"),
        "02_two.ipynb, cell 2, line 2: nn.helper is not the helper that stays",
        "write the old one out whole",
    ),
    "dunder": (second("__all__ = []"), "02_two.ipynb, cell 2, line 1: __all__ belongs to Python", "another name"),
    "match": (
        second("def use(x):\n    match x:\n        case 1:\n            return x"),
        "02_two.ipynb, cell 2, line 2: the exporter does not follow `match`",
        "if and elif",
    ),
    "constant redefined under what it built": (
        [*second("TWICE = 2 * nn.RATE"), [stage(2), export("tools", "RATE = 3")]],
        "02_two.ipynb, cell 2, line 1: TWICE is computed from RATE, which 03_three.ipynb, cell 2, line 1 defines again",
        "define TWICE again there too",
    ),
    "attribute redefined under what it built": (
        [
            [export("layers", "class A:\n    low = 1\n    high = low + 1")],
            [stage(1), export("layers", "class A(nn.A):\n    low = 5")],
        ],
        "01_one.ipynb, cell 1, line 3: A.high is computed from low, which 02_two.ipynb, cell 2, line 1 defines again",
        "define high again there too",
    ),
    "its own class in an annotation": (
        reopened("    def copy(self) -> nn.Dense:\n        return self"),
        "02_two.ipynb, cell 2, line 2: Dense is used while it is being made",
        "quote the annotation",
    ),
    "its own old attribute": (
        reopened("    half = nn.Dense.rate / 2"),
        "02_two.ipynb, cell 2, line 2: nn.Dense.rate is read while Dense is being made",
        "write its value out",
    ),
    "a member in the way": (
        [
            [export("layers", "class A:\n    def helper(self):\n        return 1"), export("tools", "def helper():\n    return 2")],
            [stage(1), export("layers", "class A(nn.A):\n    value = nn.helper()")],
        ],
        "02_two.ipynb, cell 2, line 2: helper would mean A.helper (01_one.ipynb, cell 1, line 1) once folded",
        "rename one",
    ),
    "a method twice": (
        [[export("layers", "class A:\n    def a(self):\n        return 1\n\n    def a(self):\n        return 2")]],
        "01_one.ipynb, cell 1, line 5: A defines a twice",
        "keep one",
    ),
    "a loop in a class": (
        [[export("layers", "class A:\n    for x in y:\n        z = x")]],
        "01_one.ipynb, cell 1, line 2: a class body holds",
        "into a method",
    ),
    "definition cycle": (
        [
            [export("layers", "class A:\n    a = 1"), export("layers", "class B:\n    def b(self, a: A):\n        return a")],
            [stage(1), export("layers", "class A(nn.A):\n    def use(self, b: nn.B):\n        return b")],
        ],
        "02_two.ipynb, cell 2, line 1: definitions need each other on import: A -> B -> A",
        "put an annotation in quotes",
    ),
}
EFFECTS = ["print(1)", "if True:\n    A = 1", "for i in []:\n    pass", "with open('x') as f:\n    pass",
           "try:\n    A = 1\nexcept ValueError:\n    pass", "A = 1\ndel A", "A = 1\nA += 1", "A, B = 1, 2",
           "A = B = 1", "A: int", "while False:\n    pass", "A = 1; B = 2", "assert True", "pass", "A = 1\n'text'"]


ALLOWED = {
    "super of a real base": [
        [export("layers", LAYER), export("layers", "class Dense(Layer):\n    a = 1")],
        [stage(1), export("layers", "class Dense(nn.Dense):\n    def forward(self, x):\n        return super().forward(x)")],
    ],
    "a method that stays, by name": second("def use(layer):\n    return nn.Dense.forward(layer, 1)"),
    "a subclass of another name": second("class Dense2(nn.Dense):\n    pass", "layers"),
    "an optional library": second("def use():\n    try:\n        from tqdm.auto import tqdm\n    except ImportError:\n        tqdm = list\n    return tqdm"),
    "import stage as": second("def use():\n    return lib.Dense", setup=code("import nnfs_lib.stages.ch01 as lib")),
    "unused imports": second("A = 1", setup=code("import torch\nfrom nnfs_lib.stages.ch01 import Dense\nfrom x import *")),
    "plain strings in annotations": [
        [code("from typing import Annotated"), export("tools", "def f(x: Annotated[int, 'batch']) -> None:\n    return x")]
    ],
    "overloads": [[code("from typing import overload"), export("tools", "class A:\n    @overload\n    def f(self, x: int) -> int: ...\n    @overload\n    def f(self, x: str) -> str: ...\n    def f(self, x):\n        return x")]],
    "later annotations": [
        [code("from __future__ import annotations"), export("tools", "class A:\n    def f(self) -> B:\n        return B()\n\n\nclass B(A):\n    pass")],
    ],
    "magic everywhere else": [[code("%%bash\nls | wc"), code("x = !ls\nimport math\nmath?\n%timeit 1"), export("tools", "A = math.pi")]],
}
