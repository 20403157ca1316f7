"""Mutation tests of the code that decides: every check that is weakened must make a test fail.

Each mutant changes one thing: a comparison turned round or moved by one, ``and`` made ``or``, a condition always or
never true, a ``not`` left out, ``any`` for ``all``, ``min`` for ``max``, a number one greater, a step left out. A fork
that has only other people's code in memory imports the mutant and runs the fast tests of its part until one fails.

    python -m bench.weakened [--part consent] [--module policy] [--sample N] [--seed N]

Prints the survivors, the score, and those that cannot be told from the original, each with its reason
(``bench/equivalent.toml``). Exits with 1 where one survives that has no reason.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.machinery
import os
import random
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 120
CONSENT = (
    "policy",
    "budget",
    "grant",
    "gate",
    "entries",
    "ledger",
    "grants",
    "receipt",
    "requests",
    "rights",
    "steps",
    "facts",
)
CONSENT_TESTS = (
    "gate",
    "renewal",
    "requests",
    "withdrawal",
    "rights",
    "documents",
    "vocabulary",
    "budget",
    "checks",
    "direct",
)
RELEASES = ("releases", "releasing/batches", "releasing/rows", "releasing/documents", "retention", "collection")
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "consent": (
        tuple(f"consent/{name}.py" for name in (*CONSENT, "direct", "direct_gate", "proof")),
        tuple(f"tests/unit/test_consent_{name}.py" for name in CONSENT_TESTS),
    ),
    "decisions": (
        ("consent/policy.py", "consent/budget.py"),
        ("tests/unit/test_consent_checks.py", "tests/unit/test_consent_budget.py"),
    ),
    "releases": (
        tuple(f"aggregator/{name}.py" for name in RELEASES),
        (
            "tests/unit/test_servers_releases.py",
            "tests/unit/test_releases_of_every_kind.py",
            "tests/unit/test_servers_intervals.py",
            "tests/unit/test_servers_checks.py",
            "tests/integration/test_federation_withdrawal.py",
            "tests/integration/test_federation_door.py",
        ),
    ),
}
"""Modules that decide, and the fast tests that must notice."""

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
        return [
            Mutant(self.path, number, line, place, _text(old), _text(new))
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
            for new in changes(child):
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


class _Finder:
    """Imports one module with the mutant in it."""

    def __init__(self, path: str, number: int) -> None:
        self._path, self._number = path, number
        self._name = path.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> Any:  # noqa: ARG002
        if name != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.origin is None:
            raise ImportError(name)
        weakener = Weakener(self._path, Path(spec.origin).read_text("utf-8"))
        spec.loader = _Loader(name, spec.origin, weakener, self._number)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, origin: str, weakener: Weakener, number: int) -> None:
        super().__init__(name, origin)
        self._code = weakener.code(number)

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return self._code


def survives(mutant: Mutant | None, tests: Sequence[str]) -> bool:
    """Whether every test passes with the mutant in place (or, for None, with the code as it is)."""
    child = os.fork()
    if child == 0:
        _run(mutant, tests)
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False  # a loop without end is noticed too


def _run(mutant: Mutant | None, tests: Sequence[str]) -> None:
    status = 1
    try:
        import pytest  # noqa: PLC0415

        with Path(os.devnull).open("w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        if mutant is not None:
            sys.meta_path.insert(0, _Finder(mutant.path, mutant.number))
        plain = ["-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
        plain += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is in memory already
        status = int(pytest.main([*plain, "-k", "not type_checker", *tests]))
    finally:
        os._exit(status)


def preload() -> None:
    """Bring other people's code into memory once; ours is imported by each fork."""
    for name in ("pytest", "hypothesis.stateful", "pyoxigraph", "cryptography.fernet", "numpy", "httpx", "pyld"):
        with contextlib.suppress(ImportError):
            __import__(name)


def equivalent() -> dict[str, str]:
    """Mutants that no test can tell from the original, with the reason of each."""
    return dict(tomllib.loads((ROOT / "bench" / "equivalent.toml").read_text("utf-8"))["mutants"])


def chosen(part: str, modules: Sequence[str], sample: int, seed: int) -> list[Mutant]:
    """The mutants to try: all of a part, or so many of them drawn with this seed."""
    paths = [path for path in PARTS[part][0] if not modules or Path(path).stem in modules]
    found = [each for path in paths for each in Weakener(path, (ROOT / path).read_text("utf-8")).mutants()]
    reasons = equivalent()
    live = [each for each in found if each.key not in reasons]
    return random.Random(seed).sample(live, min(sample, len(live))) if sample else live


def main() -> int:
    """Try the mutants that the options name."""
    options = argparse.ArgumentParser(description="Weaken checks and see whether the tests notice.")
    options.add_argument("--part", choices=sorted(PARTS), default="consent")
    options.add_argument("--module", action="append", default=[], help="Only these modules of the part.")
    options.add_argument("--sample", type=int, default=0, help="So many mutants, drawn by the seed; all if not given.")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    tests = [path for path in PARTS[asked.part][1] if (ROOT / path).exists()]
    os.chdir(ROOT)
    preload()
    if not asked.sample and not survives(None, tests):  # a sample belongs to a run of all tests
        print("the tests fail without any mutant")
        return 2
    mutants = chosen(asked.part, asked.module, asked.sample, asked.seed)
    alive = []
    counts: Counter[str] = Counter()
    for mutant in mutants:
        counts[mutant.path] += 1
        stem = Path(mutant.path).stem
        if survives(mutant, sorted(tests, key=lambda path: stem not in path)):
            alive.append(mutant)
            print(f"survived  {mutant.path}:{mutant.line}  {mutant.key}", flush=True)
    for path, count in counts.items():
        dead = count - sum(each.path == path for each in alive)
        print(f"{path:28} {dead:4} of {count:4} killed")
    print(f"{len(mutants) - len(alive)} of {len(mutants)} killed; {len(equivalent())} have a reason to be left out")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
