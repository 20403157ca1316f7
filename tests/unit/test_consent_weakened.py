"""A few weakened checks, always the same ones, must each make a test fail; ``python -m bench.weakened`` tries all."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from bench.weakened import chosen, equivalent
from bench.weakening import Weakener, changes

ROOT = Path(__file__).resolve().parents[2]


def test_a_few_weakened_checks_are_noticed() -> None:
    modules = [word for name in ("policy", "budget", "gate") for word in ("--module", name)]
    command = [sys.executable, "-m", "bench.weakened", *modules, "--sample", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("2 of    2 killed") == 3


def test_checks_are_weakened_in_every_way() -> None:
    source = "def f(a, b):\n    if a < 3 and not b:\n        raise ValueError\n    return any(x for x in b if x)\n"
    found = {mutant.new for mutant in Weakener("m.py", source).mutants()}
    assert {"a >= 3", "a <= 3", "a < 3 or not b", "b", "if True", "if False", "pass", "4", "for x"} <= found
    assert "all((x for x in b if x))" in found
    assert list(changes(ast.parse("x").body[0])) == []


def test_every_mutant_that_is_left_out_exists_and_has_a_reason() -> None:
    paths = {key.split(" ")[0] for key in equivalent()}
    keys = {each.key for path in paths for each in Weakener(path, (ROOT / path).read_text("utf-8")).mutants()}
    assert set(equivalent()) <= keys
    assert all(equivalent().values())
    assert not {each.key for each in chosen("consent", ["policy"], 0, 1)} & set(equivalent())
