"""Write `nn.X` as `X`, in code and in quoted annotations."""

# ruff: noqa: N802 -- libcst finds a visitor's methods by these names

from collections.abc import Mapping

import libcst as cst


class Quoted(cst.CSTTransformer):
    """Collects the names of a quoted annotation, and writes `nn.X` as `X`."""

    def __init__(self, stage_names: frozenset[str]) -> None:
        self.stage_names = stage_names
        self.paths: list[tuple[str, ...]] = []
        self.stage_used = False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        self.paths.append(tuple(dotted(node).split(".")))
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self.paths.append((node.value,))

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        root, _, rest = dotted(original_node).partition(".")
        if root not in self.stage_names:
            return updated_node
        self.stage_used = True
        return cst.parse_expression(rest)


class Rewriter(cst.CSTTransformer):
    """Puts what `Uses.rewritten` holds in the place of the original nodes."""

    def __init__(self, rewritten: Mapping[cst.CSTNode, cst.BaseExpression]) -> None:
        self.rewritten = rewritten

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return self.rewritten.get(original_node, updated_node)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        return self.rewritten.get(original_node, updated_node)


def dotted(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)
