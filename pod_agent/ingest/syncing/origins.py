"""Whether an import whose documents vanished was undone, or still accounts for records that are in the pod."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from pod_agent.errors import PodDamagedError
from pod_agent.ingest.layout import is_document
from pod_agent.ingest.parts import take_apart
from pod_agent.ingest.provenance import line_rows
from pod_agent.pods.mirrored import MirrorView
from vocab.turtle import home

__all__ = ["still_needed"]

_LINES: Final = re.compile(r"imports/(?:.*/)?(\d{8}t\d{6}z-[0-9a-f]{4})\.lines\.csv\.gz")


def still_needed(view: MirrorView, import_id: str, present: Collection[str]) -> bool:
    """Whether a record is in the pod that this import brought, and no import whose lines are still ``present``.

    Undoing an import takes its records before what is kept about it; so what still has records was not undone.
    """
    others = {match[1] for path in present if (match := _LINES.fullmatch(path))} - {import_id}
    left = _brought(view, import_id)
    for other in others:
        left -= _brought(view, other)
    return bool(left & _held(view, {iri.partition("#")[0] for iri in left}))


def _brought(view: MirrorView, import_id: str) -> set[str]:
    try:
        return {iri for iri, _, _ in line_rows(view, import_id)}
    except PodDamagedError:
        return set()


def _held(view: MirrorView, months: Iterable[str]) -> set[str]:
    documents: defaultdict[str, list[str]] = defaultdict(list)
    for path in filter(is_document, view.paths()):
        documents[home(path)].append(path)
    found = set[str]()
    for month in months:
        for path in documents[month]:
            resource = view.read(path)
            if resource is not None:
                found |= {f"{month}#{name}" for name in take_apart(resource.content, path, known=True).blocks}
    return found
