"""What of a pod is to go into an export: everything, or the records of some sources and months."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pod_agent.errors import UsageError
from pod_agent.ingest.layout import DATA, walk
from pod_agent.pods.pod import Pod

__all__ = ["SHARED", "Selection", "selected"]

SHARED: Final = "shared/"
"""Copies that others may read: they go with their shares, never with the pod."""

_MONTH: Final = re.compile(r"(\d{4}-\d{2})[^/]*")
_WANTED: Final = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Records of these sources (none: all) from one month to another (``2026-10``; empty: without an end).

    A selection that is not everything holds records and series alone: settings, consent and reports of imports speak
    of the whole pod. UsageError for what is no month.
    """

    sources: frozenset[str] = frozenset()
    first: str = ""
    last: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no month."""
        for month in (self.first, self.last):
            if month and not _WANTED.fullmatch(month):
                raise UsageError(f"{month!r} is not a month", hint="Write it like 2026-10.")

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.sources or self.first or self.last)

    def holds(self, path: str) -> bool:
        """Whether the resource at this path of the pod is wanted; what has no date is in no period."""
        if self.is_everything:
            return not path.startswith(SHARED)
        if not path.startswith(DATA) or (self.sources and path.split("/")[1] not in self.sources):
            return False
        if not (self.first or self.last):
            return True
        month = _MONTH.fullmatch(path.rpartition("/")[2])
        return month is not None and self.first <= month[1] <= (self.last or "9999-12")


def selected(pod: Pod, selection: Selection) -> Iterator[str]:
    """Paths of all resources of the pod that are wanted; UsageError where the pod lacks a source that was named."""
    if selection.sources:
        held = {entry.path.removeprefix(DATA).rstrip("/") for entry in pod.list(DATA)}
        unknown = sorted(selection.sources - held)
        if unknown:
            raise UsageError(
                f"the pod holds nothing from {unknown[0]}", hint=f"It holds: {', '.join(sorted(held)) or 'nothing'}"
            )
    container = "" if selection.is_everything else DATA
    for entry in pod.list(container):
        if not entry.path.endswith("/"):
            found: Iterator[str] = iter([entry.path])
        elif entry.path == SHARED:
            continue
        else:
            found = walk(pod, entry.path)
        yield from filter(selection.holds, found)
