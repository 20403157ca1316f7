"""Weaker forms of a module's code, one change each, always in the same order.

A comparison is turned round or moved by one, ``and`` becomes ``or``, a condition is always or never true, a ``not`` is
left out, ``any`` stands for ``all``, ``min`` for ``max``, a number is one greater, a step is left out. Texts, errors'
arguments and annotations decide nothing and stay as they are. A whole condition is not turned round as well: always and
never tell as much.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

__all__ = ["ROOT", "Mutant", "Weakener", "changes"]

ROOT = Path(__file__).resolve().parent.parent
NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SHIFTED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
SWAPPED = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """One change of one module: the ``number``-th of all, in ``place``, from ``old`` to ``new``."""

    path: str
    number: int
    line: int
    place: str
    old: str
    new: str
    inner: bool = False
    """Whether it lies in the body of a function, so that the module need not be imported again."""

    @property
    def key(self) -> str:
        """Its name in ``equivalent.toml``, which moving lines does not change."""
        return f"{self.path} {self.place}: {self.old} -> {self.new}"


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Every weaker form of one node; the node itself is left as it is."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for table in (NEGATED, SHIFTED):
                if type(operator) in table:
                    changed = copy.deepcopy(node)
                    changed.ops[index] = table[type(operator)]()
                    yield changed
    elif isinstance(node, ast.BoolOp):
        changed_operator = copy.deepcopy(node)
        changed_operator.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield changed_operator
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SWAPPED:
        yield ast.Call(ast.Name(SWAPPED[node.func.id], ast.Load()), node.args, node.keywords)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
    yield from _without(node)


def _without(node: ast.AST) -> Iterator[ast.AST]:
    """Conditions that are always or never true, and steps that are left out."""
    if isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            changed = copy.deepcopy(node)
            changed.test = ast.Constant(value)
            yield changed
    elif isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            freed = copy.deepcopy(node)
            del freed.ifs[index]
            yield freed
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield ast.Pass()


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield value, field, None
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield item, field, index


def _turned(old: ast.AST, new: ast.AST) -> bool:
    """Whether ``new`` is just the opposite of ``old``."""
    if isinstance(old, ast.Compare) and isinstance(new, ast.Compare) and len(old.ops) == 1:
        return NEGATED.get(type(old.ops[0])) is type(new.ops[0])
    return isinstance(old, ast.UnaryOp) and old.operand is new


def _skipped(node: ast.AST) -> bool:
    """Annotations, docstrings and lists of names decide nothing."""
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)
    return isinstance(node, ast.Import | ast.ImportFrom)


class Weakener:
    """Walks a module and makes its mutants, always in the same order."""

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.tree = ast.parse(source)

    def mutants(self) -> list[Mutant]:
        """Every mutant's description."""
        inner = {
            id(part)
            for each in ast.walk(self.tree)
            if isinstance(each, ast.FunctionDef | ast.Lambda)
            for statement in (each.body if isinstance(each.body, list) else [each.body])
            for part in ast.walk(statement)
        }
        return [
            Mutant(self.path, number, line, place, _text(old), _text(new), id(old) in inner)
            for number, (old, new, line, place, _, _, _) in enumerate(self._all())
        ]

    def code(self, number: int) -> CodeType:
        """The module with that change in it."""
        for found, (_, new, _, _, parent, field, index) in enumerate(self._all()):
            if found == number:
                if index is None:
                    setattr(parent, field, new)
                else:
                    getattr(parent, field)[index] = new
                break
        return compile(ast.fix_missing_locations(self.tree), str(ROOT / self.path), "exec")

    def _all(self) -> list[tuple[ast.AST, ast.AST, int, str, ast.AST, str, int | None]]:
        return list(self._walk(self.tree, "module", 1))

    def _walk(
        self, node: ast.AST, place: str, line: int
    ) -> Iterator[tuple[ast.AST, ast.AST, int, str, ast.AST, str, int | None]]:
        for child, field, index in _children(node):
            if _skipped(child) or field in {"annotation", "returns", "decorator_list"}:
                continue
            here = getattr(child, "lineno", line)
            if isinstance(child, ast.Raise | ast.JoinedStr):
                if isinstance(child, ast.Raise):
                    yield child, ast.Pass(), here, place, node, field, index
                continue
            whole = field == "test" and isinstance(node, ast.If | ast.IfExp)
            for new in changes(child):
                if not (whole and _turned(child, new)):
                    yield child, new, here, place, node, field, index
            named = isinstance(child, ast.FunctionDef | ast.ClassDef)
            inner = getattr(child, "name", "") if named else ""
            below = place if not inner else inner if place == "module" else f"{place}.{inner}"
            yield from self._walk(child, below, here)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.comprehension):
        return "for " + ast.unparse(node.target) + "".join(f" if {ast.unparse(each)}" for each in node.ifs)
    text = ast.unparse(node.test) if isinstance(node, ast.If | ast.IfExp) else ast.unparse(node)
    return f"if {text}" if isinstance(node, ast.If | ast.IfExp) else " ".join(text.split())
