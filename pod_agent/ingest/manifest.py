"""``manifest.ttl``: SHA-256 and number of records of every document below ``data/``, written last.

Servers do not check what they are given, and stock ones keep half a document when a write is cut off. Whoever reads
compares with the manifest; whoever writes does so before the manifest, so that it never promises too much.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from pod_agent.errors import PodDamagedError
from pod_agent.pods.changing import change_resource
from pod_agent.pods.pod import ETag, Pod, Resource
from vocab import terms
from vocab.mapping import BASE
from vocab.terms import curie
from vocab.turtle import HEADER

__all__ = [
    "PATH",
    "Entry",
    "Manifest",
    "clear_manifest",
    "digest",
    "load_manifest",
    "parse_manifest",
    "update_manifest",
]

PATH: Final = "manifest.ttl"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a document should hold: hex SHA-256 of its bytes and the number of its records."""

    sha256: str
    records: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Entries by path, with the ETag of the document they come from; None where there is none yet."""

    entries: dict[str, Entry] = field(default_factory=dict)
    etag: ETag | None = None


def digest(content: bytes) -> str:
    """Hex SHA-256 of a document."""
    return hashlib.sha256(content).hexdigest()


def load_manifest(pod: Pod) -> Manifest:
    """The pod's manifest; an empty one where there is none. PodDamagedError where it cannot be read."""
    resource = pod.read(PATH)
    if resource is None:
        return Manifest()
    return Manifest(parse_manifest(resource.content), resource.etag)


def update_manifest(
    pod: Pod,
    changes: Mapping[str, Entry | None],
    rebuild: Callable[[Pod], dict[str, Entry]],
    *,
    settle: Callable[[str, Entry | None, Entry | None], Entry | None] | None = None,
) -> dict[str, Entry]:
    """Enter changed documents (None: removed) and return all entries; an unchanged manifest is not written.

    Where another program wrote the manifest meanwhile it is read again. ``rebuild`` is asked for the entries where the
    manifest is damaged, ``settle`` what to enter, by path, where the manifest has another entry (the second) than the
    change (the third). PodConflictError where others keep writing it.
    """
    entries: dict[str, Entry] = {}

    def changed(resource: Resource | None) -> bytes:
        nonlocal entries
        try:
            entries = parse_manifest(resource.content) if resource else {}
        except PodDamagedError:
            entries = rebuild(pod)
        for path, change in changes.items():
            held = entries.pop(path, None)
            entry = settle(path, held, change) if settle is not None and held != change else change
            if entry is not None:
                entries[path] = entry
        return _render(entries)

    change_resource(pod, PATH, changed)
    return entries


def clear_manifest(pod: Pod) -> None:
    """Promise nothing any more: said before a pod is removed, so that no other device puts back what is going."""
    change_resource(pod, PATH, lambda held: _render({}) if held is not None else None)


def _render(entries: Mapping[str, Entry]) -> bytes:
    lines = [HEADER]
    for path in sorted(entries):
        entry = entries[path]
        lines.append(
            f"\n<{path}> a {curie(terms.DOCUMENT)} ;\n"
            f"  {curie(terms.RECORD_COUNT)} {entry.records} ;\n"
            f'  {curie(terms.SHA256)} "{entry.sha256}" .\n'
        )
    return "".join(lines).encode()


def parse_manifest(content: bytes) -> dict[str, Entry]:
    """The entries by path; PodDamagedError where the bytes are cut short or no manifest."""
    hashes: dict[str, str] = {}
    counts: dict[str, int] = {}
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + PATH):
            subject, value = quad.subject, quad.object
            if not isinstance(subject, ox.NamedNode) or not isinstance(value, ox.Literal):
                continue
            path = subject.value.removeprefix(BASE)
            if quad.predicate.value == terms.SHA256:
                hashes[path] = value.value
            elif quad.predicate.value == terms.RECORD_COUNT:
                counts[path] = int(value.value)
        if not content.endswith(b".\n") or hashes.keys() != counts.keys():
            raise PodDamagedError("the pod's manifest is cut short")
    except (SyntaxError, ValueError) as error:
        raise PodDamagedError("the pod's manifest cannot be read") from error
    return {path: Entry(hashes[path], counts[path]) for path in hashes}
