"""One month of records: what the pod holds, joined with what is new, cut into documents.

Records are joined by their IRI and what the pod holds wins, so the outcome does not depend on the order in which
files, imports or agents came. Records that another program removed from a document come back when they are imported
again; triples that it added stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pod_agent.errors import PodDamagedError, UnaccountedRowsError
from pod_agent.ingest.journal import Intent
from pod_agent.ingest.layout import cut, overflow_path
from pod_agent.ingest.manifest import Entry, digest
from pod_agent.pods.pod import Pod, Resource
from vocab.errors import VocabularyError
from vocab.mapping import block, parse
from vocab.turtle import Document, count, home, join, split

__all__ = ["Merge", "merge"]

_LINK = re.compile(rb"^<> rdfs:seeAlso (<.*>) \.$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What is to be written for a month, overflow documents first, and which names of the additions were there."""

    intents: list[Intent]
    known: set[str]


@dataclass(slots=True)
class _Month:
    """What the pod holds of a month now."""

    resources: dict[str, Resource] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    promised: int = 0
    damaged: list[str] = field(default_factory=list)


def merge(pod: Pod, manifest: Mapping[str, Entry], first: str, additions: Mapping[str, str]) -> Merge:
    """Join the blocks in ``additions`` (by name) with the documents of the month that begins with ``first``.

    A document that is cut short or missing is repaired where the additions bring back what the manifest promises;
    PodDamagedError otherwise. Nothing is written here.
    """
    month = _read_month(pod, manifest, first)
    known = additions.keys() & month.blocks.keys()
    blocks = {**additions, **month.blocks}
    if month.damaged and len(blocks) < month.promised:
        raise PodDamagedError(
            f"{month.damaged[0]} is cut short or missing: {month.promised - len(blocks)} records lack"
        )
    if len(known) == len(additions) and not month.damaged:
        return Merge(intents=[], known=known)
    intents = _documents(first, blocks, month)
    return Merge(intents=intents, known=known)


def _read_month(pod: Pod, manifest: Mapping[str, Entry], first: str) -> _Month:
    month = _Month()
    promised = {path for path in manifest if path.startswith(first.removesuffix(".ttl")) and home(path) == first}
    number = 0
    while True:
        path = overflow_path(first, number)
        resource = pod.read(path)
        entry = manifest.get(path)
        if resource is not None:
            month.resources[path] = resource
            _add_document(month, path, resource.content, entry)
            promised |= {f"{first.rpartition('/')[0]}/{name}" for name in _links(resource.content)}
        if entry is not None:
            month.promised += entry.records
            if resource is None:
                month.damaged.append(path)
        promised.discard(path)
        number += 1
        if not promised:
            return month


def _links(content: bytes) -> list[str]:
    match = _LINK.search(content)
    return [name.strip("<> ") for name in match[1].decode().split(",")] if match else []


def _add_document(month: _Month, path: str, content: bytes, entry: Entry | None) -> None:
    """Add a document's records: by its text where the hash says that it is ours, by its triples otherwise."""
    if entry is not None and digest(content) == entry.sha256:
        document = split(content)
    else:
        try:
            records, foreign = parse(content, path)
            document = Document({record.iri.partition("#")[2]: block(record) for record in records}, foreign)
        except VocabularyError:
            month.damaged.append(path)
            document = _salvage(content, path)
        else:
            if entry is not None and len(records) < entry.records:
                month.damaged.append(path)
    month.blocks.update(document.blocks)
    month.foreign.update(document.foreign)


def _salvage(content: bytes, path: str) -> Document:
    """The records that are whole in a document that was cut off."""
    try:
        blocks = split(content[: content.rfind(b" .\n") + 3]).blocks
        parse(join(Document(blocks), path), path)
    except (ValueError, VocabularyError):
        return Document()
    return Document(blocks)


def _documents(first: str, blocks: dict[str, str], month: _Month) -> list[Intent]:
    """What to write so that the month holds these blocks; a document that nothing needs any more goes last."""
    runs = cut(blocks)
    paths = [overflow_path(first, number) for number in range(len(runs))]
    links = tuple(path.rpartition("/")[2] for path in paths[1:])
    intents: list[Intent] = []
    held = 0
    for path, run in zip(reversed(paths), reversed(runs), strict=True):
        content = join(Document(run, tuple(month.foreign)), path, links) if path == first else join(Document(run), path)
        resource = month.resources.get(path)
        held += count(content)
        if resource is None or resource.content != content:
            etag = resource.etag if resource else None
            intents.append(Intent(path=path, content=content, etag=etag, month=first, records=len(run)))
    if held != len(blocks):
        raise UnaccountedRowsError(f"{first}: of {len(blocks)} records {held} are in the documents")
    surplus = sorted(month.resources.keys() - set(paths))
    return [
        *intents,
        *(Intent(path=path, content=None, etag=month.resources[path].etag, month=first) for path in surplus),
    ]
