"""The index brought up to what is accepted of the pod: changed months, where records came from, what they mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from pod_agent.errors import PodDamagedError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.layout import DATA, is_document
from pod_agent.ingest.meaning import Meanings
from pod_agent.ingest.provenance import import_ids, read_lines
from pod_agent.pods.mirror import Mirror
from pod_agent.pods.mirrored import MirrorView
from pod_agent.pods.pod import Pod
from vocab.mapping import from_turtle
from vocab.records import IRI, Provenance, Record
from vocab.turtle import home

__all__ = ["bring_up", "rebuild"]


def bring_up(index: LocalIndex, mirror: Mirror, zone: ZoneInfo, *, others: bool, words: Pod | None = None) -> bool:
    """Make the index what a rebuild from the mirror would make it; True where documents of records changed.

    ``others`` says that the changes may be those of others: then it is also noted anew where known records were read.
    The person's word is read from ``words``, by default from the mirror.
    """
    view = MirrorView(mirror)
    held = {path: digest for path, digest in index.documents().items() if path.startswith(DATA)}
    there = _digests(mirror)
    changed = {path: digest for path, digest in there.items() if held.get(path) != digest}
    gone = held.keys() - there.keys()
    for month, records in _months(view, there, {home(path) for path in changed.keys() | gone}):
        index.replace_documents(f"{month}#", records)
    index.note_documents(changed)
    index.forget_documents(gone)
    _bring_origins(index, view, anew=others and bool(changed or gone))
    meanings = Meanings(words or view, index, zone)
    if changed or gone or meanings.is_stale():
        meanings.refresh()
    return bool(changed or gone)


def rebuild(index: LocalIndex, mirror: Mirror, zone: ZoneInfo) -> int:
    """Fill an empty index from the mirror; the number of records."""
    view = MirrorView(mirror)
    there = _digests(mirror)
    records = index.rebuild(record for path in there for record in _records(view, path))
    index.note_documents(there)
    index.replace_provenance(_origins(view, import_ids(view)))
    Meanings(view, index, zone).refresh()
    return records


def _digests(mirror: Mirror) -> dict[str, str]:
    return {path: seen.sha256 for path, seen in mirror.seen().items() if is_document(path)}


def _months(view: Pod, there: Mapping[str, str], firsts: Iterable[str]) -> Iterator[tuple[str, list[Record]]]:
    documents: defaultdict[str, list[str]] = defaultdict(list)
    for path in there:
        documents[home(path)].append(path)
    for first in sorted(firsts):
        found = {record.iri: record for path in documents[first] for record in _records(view, path)}
        yield first, list(found.values())


def _records(view: Pod, path: str) -> list[Record]:
    resource = view.read(path)
    if resource is None:
        raise PodDamagedError(f"the copy of {path} on this machine is damaged", hint="Run: pod-agent sync")
    return from_turtle(resource.content, path)


def _bring_origins(index: LocalIndex, view: Pod, *, anew: bool) -> None:
    """Note where records were read; from the start also where an import is gone or older than one that is known."""
    known, there = index.known_imports() - {""}, import_ids(view)
    new = [import_id for import_id in there if import_id not in known]
    if anew or not known <= set(there) or (new and known and min(new) < max(known)):
        index.replace_provenance(_origins(view, there))
        return
    for import_id in new:
        index.add_provenance(_lines(view, import_id), import_id)


def _origins(view: Pod, import_ids: Iterable[str]) -> Iterator[tuple[IRI, Provenance, str]]:
    for import_id in import_ids:
        for iri, provenance in _lines(view, import_id):
            yield iri, provenance, import_id


def _lines(view: Pod, import_id: str) -> list[tuple[IRI, Provenance]]:
    """An import's lines; none where they are not all there yet: another device may be writing them."""
    try:
        return list(read_lines(view, import_id))
    except PodDamagedError:
        return []
