"""docs/reference/errors.md lists every error code, and no other."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

from vocab.errors import ProjectError

ROOT = Path(__file__).resolve().parents[2]


def subclasses(kind: type[ProjectError]) -> set[type[ProjectError]]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


def codes() -> dict[str, type[ProjectError]]:
    for package in ("vocab", "consent", "pod_agent", "aggregator", "client_web"):
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, prefix=f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    ours = {kind for kind in subclasses(ProjectError) if kind.__module__.split(".")[0] != "tests"}
    return {kind.code: kind for kind in ours}


def test_the_page_lists_every_code_with_its_exit_status() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    listed = {code: int(status) for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE)}
    assert listed == {code: kind.exit_status for code, kind in codes().items()}
