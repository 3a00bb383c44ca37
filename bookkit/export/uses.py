"""What a piece of an exported cell uses."""

import builtins
from dataclasses import dataclass, field
from enum import Enum

import libcst as cst

BUILTINS = frozenset(dir(builtins))
Path = tuple[str, ...]


class When(Enum):
    """When Python looks a name up: as the definition is made, for an annotation of it, or in a later call."""

    NOW = 1
    ANNOTATION = 2
    LATER = 3


@dataclass(frozen=True)
class Reference:
    """A global name with the attributes that follow it: `nn.Dense.forward` is ("nn", "Dense", "forward").

    `super().forward` is ("super", "forward"). `local` holds the names of `path` that mean something
    local at this place, `stored` says that it is assigned to.
    """

    path: Path
    line: int
    when: When
    local: frozenset[str] = frozenset()
    stored: bool = False


@dataclass
class Uses:
    """What a piece of code uses."""

    references: list[Reference] = field(default_factory=list)
    class_names: set[str] = field(
        default_factory=set
    )  # names of the class body around it
    imports: list[tuple[str, int]] = field(
        default_factory=list
    )  # modules imported inside functions
    refused: list[tuple[str, int]] = field(default_factory=list)  # (message, line)
    rewritten: dict[cst.CSTNode, cst.BaseExpression] = field(default_factory=dict)

    def add(self, other: "Uses") -> None:
        self.references += other.references
        self.class_names |= other.class_names
        self.imports += other.imports
        self.refused += other.refused
