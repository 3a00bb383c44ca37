"""Find the global names that a piece of a cell uses, and how to write them in the folded library."""

# ruff: noqa: N802 -- libcst finds a visitor's methods by these names
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import libcst as cst
import libcst.matchers as m
from libcst.metadata import (
    BuiltinScope,
    ClassScope,
    ExpressionContext,
    ExpressionContextProvider,
    GlobalScope,
    MetadataWrapper,
    PositionProvider,
    ScopeProvider,
)

from bookkit.export.notebooks import Cell
from bookkit.export.rewrite import Quoted, dotted
from bookkit.export.uses import Path, Reference, Uses, When


class Names:
    """Finds the uses of names in the pieces of one cell."""

    def __init__(self, cell: Cell, stage_names: Iterable[str]) -> None:
        wrapper = MetadataWrapper(cell.tree)
        self.tree = wrapper.module
        self.stage_names = frozenset(stage_names)
        self.deferred_annotations = any(
            each.member == "annotations" for each in cell.chapter.future
        )
        metadata = wrapper.resolve_many(
            (ScopeProvider, ExpressionContextProvider, PositionProvider)
        )
        self.scopes = cast(Mapping[cst.CSTNode, Any], metadata[ScopeProvider])
        self.contexts = metadata[ExpressionContextProvider]
        self.positions = cast(Mapping[cst.CSTNode, Any], metadata[PositionProvider])

    def line(self, node: cst.CSTNode) -> int:
        return int(self.positions[node].start.line)

    def uses(self, *nodes: cst.CSTNode) -> Uses:
        finder = _Finder(self)
        for node in nodes:
            node.visit(finder)
        return finder.uses


class _Finder(cst.CSTVisitor):
    def __init__(self, names: Names) -> None:
        self.names = names
        self.uses = Uses()
        self.functions = 0  # how many function bodies deep
        self.annotation: cst.Annotation | None = None
        self.optional = 0  # how many `try: ... except ImportError` deep

    def scopes_of(self, name: str, node: cst.CSTNode) -> set[type]:
        return {type(assignment.scope) for assignment in self.names.scopes[node][name]}

    def is_global(self, name: str, node: cst.CSTNode) -> bool:
        return self.scopes_of(name, node) <= {GlobalScope, BuiltinScope}

    def record(self, path: Path, node: cst.CSTNode, stored: bool = False) -> None:
        if self.functions or (self.annotation and self.names.deferred_annotations):
            when = When.LATER
        else:
            when = When.ANNOTATION if self.annotation else When.NOW
        local = frozenset(name for name in path[1:2] if not self.is_global(name, node))
        self.uses.references.append(
            Reference(path, self.names.line(node), when, local, stored)
        )

    def visit_Name(self, node: cst.Name) -> None:
        if (
            node not in self.names.contexts
            or self.names.contexts[node] is ExpressionContext.STORE
        ):
            return
        if self.is_global(node.value, node):
            self.record((node.value,), node)
        elif ClassScope in self.scopes_of(node.value, node):
            self.uses.class_names.add(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        if m.matches(node.value, m.Call(func=m.Name("super"), args=[])):
            self.record(("super", node.attr.value), node)
            return False
        path = [node.attr.value]
        root: cst.BaseExpression = node.value
        stage_attribute: cst.Attribute = node
        while isinstance(root, cst.Attribute):
            path.append(root.attr.value)
            stage_attribute = root
            root = root.value
        if not isinstance(root, cst.Name):
            node.value.visit(self)
        elif self.is_global(root.value, root):
            stored = self.names.contexts.get(node) is not ExpressionContext.LOAD
            self.record((root.value, *reversed(path)), root, stored)
            if root.value in self.names.stage_names:
                plain = cst.Name(
                    stage_attribute.attr.value,
                    stage_attribute.lpar,
                    stage_attribute.rpar,
                )
                self.uses.rewritten[stage_attribute] = plain
        else:
            root.visit(self)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)  # not the keyword
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        for outside in (*node.decorators, node.params, *filter(None, [node.returns])):
            outside.visit(self)
        self.functions += 1
        node.body.visit(self)
        self.functions -= 1
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        node.params.visit(self)
        self.functions += 1
        node.body.visit(self)
        self.functions -= 1
        return False

    def visit_Annotation(self, node: cst.Annotation) -> bool:
        self.annotation = node
        node.annotation.visit(self)
        self.annotation = None
        return False

    def visit_Subscript(self, node: cst.Subscript) -> bool:
        plain_strings = m.Name("Literal") | m.Name("Annotated")
        if not self.annotation or not m.matches(
            node.value, plain_strings | m.Attribute(attr=plain_strings)
        ):
            return True
        node.value.visit(self)
        annotation, self.annotation = self.annotation, None
        for element in node.slice:
            element.visit(self)
        self.annotation = annotation
        return False

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        """Read the string as an annotation, where it is one."""
        if not self.annotation:
            return
        try:
            expression = cst.parse_expression(str(node.evaluated_value))
        except cst.ParserSyntaxError:
            return
        quoted = Quoted(self.names.stage_names)
        text = cst.Module([]).code_for_node(cast(cst.CSTNode, expression.visit(quoted)))
        if quoted.stage_used:
            self.uses.rewritten[node] = node.with_changes(
                value=node.prefix + node.quote + text + node.quote
            )
        self.functions += 1
        for path in quoted.paths:
            if self.is_global(path[0], node):
                self.record(path, node)
        self.functions -= 1

    def visit_Global(self, node: cst.Global) -> bool:
        self.uses.refused.append(
            (
                "`global`: the library keeps no global state; return the value",
                self.names.line(node),
            )
        )
        return False

    def visit_Match(self, node: cst.Match) -> bool:
        self.uses.refused.append(
            (
                "the exporter does not follow `match`; write if and elif",
                self.names.line(node),
            )
        )
        return False

    def visit_Nonlocal(self, node: cst.Nonlocal) -> bool:
        return False

    def visit_Try(self, node: cst.Try) -> bool:
        missing_module = m.OneOf(m.Name("ImportError"), m.Name("ModuleNotFoundError"))
        optional = any(
            each.type and m.findall(each.type, missing_module) for each in node.handlers
        )
        self.optional += optional
        node.body.visit(self)
        self.optional -= optional
        for rest in (*node.handlers, *filter(None, [node.orelse, node.finalbody])):
            rest.visit(self)
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        self._import([dotted(alias.name) for alias in node.names], node)
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        self._import(
            ["." * len(node.relative) + (dotted(node.module) if node.module else "")],
            node,
        )
        return False

    def _import(self, modules: Sequence[str], node: cst.CSTNode) -> None:
        if not self.optional:
            self.uses.imports.extend(
                (module, self.names.line(node)) for module in modules
            )
