"""Mutation tests of the code that decides: every check that is weakened must make a test fail.

Each mutant changes one thing; ``bench/weakening.py`` says which. The fast tests of a module are collected once. Then a
fork for each mutant exchanges the code of the changed function and runs them until one fails. A mutant outside of
functions is imported afresh.

    python -m bench.weakened [--part consent] [--module policy] [--sample N] [--seed N]

Prints the survivors and the score; ``bench/equivalent.toml`` names those that cannot be told from the original, each
with its reason. Exits with 1 where one survives that has no reason.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.machinery
import os
import random
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from bench.weakening import ROOT, Mutant, Weakener

LIMIT_SECONDS = 60
LIMIT_CPU_SECONDS = 15
CONSENT = {
    "policy": "checks gate",
    "budget": "checks budget",
    "gate": "edges checks gate withdrawal renewal requests",
    "steps": "requests rights documents",
    "entries": "forms checks gate renewal requests",
    "ledger": "forms gate documents checks requests",
    "grants": "gate renewal withdrawal documents",
    "grant": "documents renewal gate",
    "receipt": "forms renewal documents vocabulary",
    "requests": "forms requests documents vocabulary",
    "rights": "rights documents vocabulary",
    "proof": "documents vocabulary renewal",
    "facts": "documents vocabulary",
    "direct": "direct",
    "direct_gate": "direct given",
    "given": "given direct",
}
RELEASES = {
    "releases": "unit/test_servers_releases unit/test_releases_of_every_kind",
    "releasing/asked": "unit/test_servers_releases unit/test_releases_of_every_kind",
    "releasing/batches": "unit/test_servers_releases unit/test_servers_intervals",
    "releasing/rows": "unit/test_servers_releases unit/test_releases_of_every_kind",
    "releasing/documents": "unit/test_servers_releases unit/test_releases_of_every_kind",
    "studies": "integration/test_servers_rules",
    "collection": "unit/test_servers_intervals integration/test_servers_rules integration/test_federation_withdrawal",
    "helper": "integration/test_servers_rules integration/test_federation_withdrawal",
    "issuing/counting": "unit/test_tokens integration/test_tokens_issuer",
}
PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "consent": {
        f"consent/{name}.py": tuple(f"tests/unit/test_consent_{test}.py" for test in tests.split())
        for name, tests in CONSENT.items()
    },
    "releases": {
        f"aggregator/{name}.py": tuple(f"tests/{test}.py" for test in tests.split()) for name, tests in RELEASES.items()
    },
}
"""Modules that decide, and the fast tests of each that must notice, in the order in which they are asked."""


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


def _ends_well(child: int) -> bool:
    """Wait for a fork; whether it ended with 0. A loop without end is noticed too."""
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _pytest(tests: Sequence[str], *plugins: object) -> int:
    import pytest  # noqa: PLC0415

    plain = ["-x", "-s", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "-qq"]
    plain += ["-W", "ignore::pytest.PytestAssertRewriteWarning", "--hypothesis-seed=0", "-k", "not type_checker"]
    return int(pytest.main([*plain, *tests], plugins=plugins))


def _silence() -> None:
    """Let a fork write nothing, and end it where it computes without end."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_CPU_SECONDS, LIMIT_CPU_SECONDS))
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)


def survives(mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether every test passes where the whole module is imported with the mutant in place."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _silence()
            sys.meta_path.insert(0, _Finder(mutant.path, mutant.number))
            status = _pytest(tests)
        finally:
            os._exit(status)
    return _ends_well(child)


class _Trial:
    """Collects the tests once; then each mutant gets a fork, in which only the code of its functions is exchanged."""

    def __init__(
        self, mutants: Sequence[Mutant], told: Callable[[Mutant | None, bool], None], *, trusted: bool
    ) -> None:
        """``trusted`` leaves out the run without any mutant."""
        self._mutants, self._told, self._trusted = mutants, told, trusted
        self._failed = False
        self.collected = False

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._failed |= report.failed

    def pytest_runtestloop(self, session: Any) -> bool:
        self.collected = bool(session.items) and not session.testsfailed
        for mutant in (*([] if self._trusted else [None]), *self._mutants):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    _silence()
                    if mutant is not None:
                        _exchange(mutant)
                    status = int(self._fails(session))
                finally:
                    os._exit(status)
            well = _ends_well(child)
            self._told(mutant, well)
            if mutant is None and not well:
                break
        return True

    def _fails(self, session: Any) -> bool:
        items = session.items
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return True
        return False


def _exchange(mutant: Mutant) -> None:
    """Give every function of the mutant's module that is in memory its changed code."""
    path = str(ROOT / mutant.path)
    codes = list(_codes(Weakener(mutant.path, Path(path).read_text("utf-8")).code(mutant.number)))
    twice = Counter(_mark(code) for code in codes)
    changed = {_mark(code): code for code in codes if twice[_mark(code)] == 1}
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename == path:
            new = changed.get(_mark(each.__code__))
            if new is not None and new.co_freevars == each.__code__.co_freevars:
                each.__code__ = new


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


def _mark(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def preload() -> None:
    """Bring other people's code into memory once; ours is imported by each fork."""
    for name in ("pytest", "hypothesis.stateful", "pyoxigraph", "cryptography.fernet", "numpy", "httpx", "pyld"):
        with contextlib.suppress(ImportError):
            __import__(name)


def equivalent() -> dict[str, str]:
    """Mutants that no test can tell from the original, with the reason of each."""
    return dict(tomllib.loads((ROOT / "bench" / "equivalent.toml").read_text("utf-8"))["mutants"])


def chosen(part: str, modules: Sequence[str], sample: int, seed: int) -> list[Mutant]:
    """The mutants to try: all of the modules of a part, or so many of each module drawn with this seed."""
    reasons = equivalent()
    found = []
    for path in PARTS[part]:
        if modules and Path(path).stem not in modules:
            continue
        live = [each for each in Weakener(path, (ROOT / path).read_text("utf-8")).mutants() if each.key not in reasons]
        found += random.Random(seed).sample(live, min(sample, len(live))) if sample else live
    return found


def try_all(path: str, mutants: Sequence[Mutant], tests: Sequence[str], *, trusted: bool) -> int:
    """Print the survivors of one module and its score; the number that survived, or 1 where the tests fail anyway."""
    start = time.monotonic()
    alive, broken = [], []

    def told(mutant: Mutant | None, well: bool) -> None:  # noqa: FBT001
        if mutant is None and not well:
            broken.append(path)
            print(f"{path}: the tests fail without any mutant", flush=True)
        elif mutant is not None and well:
            alive.append(mutant)
            print(f"survived  {mutant.path}:{mutant.line}  {mutant.key}", flush=True)

    inner = [each for each in mutants if each.inner]
    child = os.fork()
    if child == 0:
        try:
            trial = _Trial(inner, told, trusted=trusted)
            _pytest(tests, trial)
            sys.stdout.flush()
        finally:
            os._exit(min(len(alive), 100) if trial.collected and not broken else 101)
    survived = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if survived > 100:
        return 1
    outer = [each for each in mutants if not each.inner]
    if outer:
        preload()
    for mutant in outer:
        told(mutant, survives(mutant, tests))
    survived += len(alive)
    seconds = time.monotonic() - start
    print(f"{path:32} {len(mutants) - survived:4} of {len(mutants):4} killed in {seconds:.0f} s", flush=True)
    return survived


def main() -> int:
    """Try the mutants that the options name."""
    options = argparse.ArgumentParser(description="Weaken checks and see whether the tests notice.")
    options.add_argument("--part", choices=sorted(PARTS), default="consent")
    options.add_argument("--module", action="append", default=[], help="Only these modules of the part.")
    options.add_argument("--sample", type=int, default=0, help="So many of each module, drawn by the seed; else all.")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    os.chdir(ROOT)
    mutants = chosen(asked.part, asked.module, asked.sample, asked.seed)
    alive = False
    for path in dict.fromkeys(each.path for each in mutants):
        child = os.fork()
        if child == 0:
            failed = 1
            try:
                own = [each for each in mutants if each.path == path]
                # A sample belongs to a run of all tests, which tells whether they pass.
                failed = try_all(path, own, PARTS[asked.part][path], trusted=bool(asked.sample))
            finally:
                sys.stdout.flush()
                os._exit(min(failed, 1))
        alive |= os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    print(f"{len(mutants)} tried; {len(equivalent())} others have a reason to be left out", flush=True)
    return int(alive)


if __name__ == "__main__":
    sys.exit(main())
