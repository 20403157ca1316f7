"""Plug-ins: what other packages add to the agent, found by their entry points.

A package declares ``[project.entry-points."pod_agent.importers"]`` with a name and an importer class, which is made
without arguments. A plug-in that cannot be loaded never stops the agent: it is named by ``pod-agent doctor``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

__all__ = ["IMPORTERS", "Plugin", "plugins"]

IMPORTERS = "pod_agent.importers"
"""The group of importers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One plug-in: its name, the package that brings it, and what it made; ``fault`` says why it made nothing."""

    name: str
    package: str
    made: Any = None
    fault: str = ""


@cache
def plugins(group: str) -> tuple[Plugin, ...]:
    """Every plug-in of a group, in the order of their names; looked up once, when first asked for."""
    found = []
    for entry in sorted(entry_points(group=group), key=lambda each: each.name):
        package = entry.dist.name if entry.dist else "an unknown package"
        try:
            found.append(Plugin(name=entry.name, package=package, made=entry.load()()))
        except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything; the doctor tells of it
            found.append(Plugin(name=entry.name, package=package, fault=f"{type(error).__name__}: {error}"))
    return tuple(found)
