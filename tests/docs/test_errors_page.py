"""docs/reference/errors.md lists every error code, and no other. ``UPDATE_DOCS=1`` writes it anew."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from pathlib import Path

from vocab.errors import ProjectError

ROOT = Path(__file__).resolve().parents[2]


def subclasses(kind: type[ProjectError]) -> set[type[ProjectError]]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


def codes() -> dict[str, type[ProjectError]]:
    for package in ("vocab", "consent", "pod_agent", "aggregator", "client_web"):
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, prefix=f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    ours = [kind for kind in subclasses(ProjectError) if kind.__module__.split(".")[0] != "tests"]
    found: dict[str, type[ProjectError]] = {}
    for kind in sorted(ours, key=lambda kind: (kind.__module__, kind.__qualname__)):
        assert found.setdefault(kind.code, kind).exit_status == kind.exit_status, f"{kind} shares a code"
    return found


HEAD = """# Errors

Every error that is raised on purpose has a code, says what happened and what to do next, and ends the command with the
exit status named here.

| code | exit | what it says |
|---|---|---|
"""


def rendered() -> str:
    rows = [
        f"| `{code}` | {kind.exit_status} | {(inspect.getdoc(kind) or '').splitlines()[0]} |"
        for code, kind in sorted(codes().items())
    ]
    return HEAD + "\n".join(rows) + "\n"


def test_the_page_lists_every_code_with_its_exit_status() -> None:
    page = ROOT / "docs" / "reference" / "errors.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(rendered(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == rendered()
