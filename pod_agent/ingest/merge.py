"""One month of records: what the pod holds, joined with what is new, cut into documents.

Of two records with one IRI a final one stays before a provisional one, then that of the higher edition, then the one
that says more: the longer block, then the greater text. So the outcome does not depend on the order in which files,
imports or agents came. Provisional records yield to better ones (``supersede``). Records that another program removed
from a document come back when they are imported again; triples that it added stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from pod_agent.errors import PodDamagedError, UnaccountedRowsError
from pod_agent.ingest.journal import Intent
from pod_agent.ingest.layout import cut, overflow_path, superseded_path
from pod_agent.ingest.manifest import Entry, digest
from pod_agent.ingest.parts import links_of, salvage, take_apart
from pod_agent.ingest.provisional import can_be_superseded, provisional_view
from pod_agent.pods.pod import Pod, Resource
from vocab.errors import VocabularyError
from vocab.mapping import edition_of, is_provisional
from vocab.turtle import Document, count, home, join

__all__ = ["Change", "Fate", "Merge", "better", "held_blocks", "merge"]


class Fate(Enum):
    """What became of a record that was to be added."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of a month: blocks by name.

    ``additions`` are joined with what is there. ``exact`` is what there shall be whatever there is, None for nothing:
    roll-ups of series, and what an undone import had replaced.
    """

    additions: Mapping[str, str] = field(default_factory=dict)
    exact: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What is to be written for a month, overflow documents first.

    ``fates`` says what became of every name of the additions; ``former`` holds the blocks that the pod loses.
    """

    intents: list[Intent]
    fates: dict[str, Fate]
    former: dict[str, str]


@dataclass(slots=True)
class _Month:
    """What the pod holds of a month now."""

    resources: dict[str, Resource] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    promised: int = 0
    damaged: list[str] = field(default_factory=list)
    memory: Resource | None = None
    remembered: dict[str, str] = field(default_factory=dict)


def better(one: str, other: str) -> str:
    """The block that stays of two for one record."""
    if one == other:
        return one
    return max(one, other, key=lambda text: (not is_provisional(text), edition_of(text), len(text), text))


def held_blocks(pod: Pod, manifest: Mapping[str, Entry], first: str) -> dict[str, str]:
    """The blocks of a month as far as they can be read, with the provisional ones that are only remembered."""
    month = _read_month(pod, manifest, first)
    return {**month.remembered, **month.blocks}


def merge(
    pod: Pod,
    manifest: Mapping[str, Entry],
    first: str,
    change: Change,
    around: Callable[[str], Mapping[str, str]] | None = None,
) -> Merge:
    """Join a change with the documents of the month that begins with ``first``.

    ``around`` gives the blocks of a neighbouring month, by default those that the pod holds. A document that is cut
    short or missing is repaired where the additions bring back what the manifest promises; PodDamagedError otherwise.
    Nothing is written here.
    """
    month = _read_month(pod, manifest, first)
    everything = {**month.remembered, **month.blocks}
    for name, text in change.additions.items():
        held = everything.get(name)
        everything[name] = text if held is None else better(held, text)
    if month.damaged and len(everything) < month.promised:
        lacking = month.promised - len(everything)
        raise PodDamagedError(f"{month.damaged[0]} is cut short or missing: {lacking} records lack")
    for name, exact in change.exact.items():
        everything.pop(name, None)
        if exact is not None:
            everything[name] = exact
    view = provisional_view(first, everything, around or (lambda near: held_blocks(pod, manifest, near)))
    blocks = {name: text for name, text in everything.items() if name not in view.gone} if view.gone else everything
    remembered = {name: everything[name] for name in view.remembered}
    intents = _memory(first, remembered, month)
    if blocks != month.blocks or month.damaged:
        intents += _documents(first, blocks, month)
    return Merge(
        intents=intents,
        fates=_fates(change.additions, month.blocks, blocks),
        former={name: text for name, text in month.blocks.items() if blocks.get(name) != text},
    )


def _fates(additions: Iterable[str], before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Fate]:
    fates = {name: Fate.NEW if name in after else Fate.SUPERSEDED for name in additions}
    for name in before.keys() & after.keys() & fates.keys():
        fates[name] = Fate.KNOWN if before[name] == after[name] else Fate.CHANGED
    return fates


def _memory(first: str, remembered: dict[str, str], month: _Month) -> list[Intent]:
    """What to write so that the provisional records of the month that are needed later are remembered."""
    path = superseded_path(first)
    content = join(Document(remembered), overflow_path(first, 1)) if remembered else None
    held = month.memory
    if (held.content if held else None) == content:
        return []
    return [Intent(path=path, content=content, etag=held.etag if held else None, month=first, records=len(remembered))]


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
            promised |= {f"{first.rpartition('/')[0]}/{name}" for name in links_of(resource.content)}
        if entry is not None:
            month.promised += entry.records
            if resource is None:
                month.damaged.append(path)
        promised.discard(path)
        number += 1
        if not promised:
            break
    if can_be_superseded(first):
        _read_memory(pod, first, month)
    return month


def _read_memory(pod: Pod, first: str, month: _Month) -> None:
    """Read the remembered provisional records; damaged ones are forgotten: they matter only to rare doubles."""
    month.memory = pod.read(superseded_path(first))
    if month.memory is not None:
        month.remembered = salvage(month.memory.content, overflow_path(first, 1)).blocks


def _add_document(month: _Month, path: str, content: bytes, entry: Entry | None) -> None:
    """Add a document's records, those that are whole where it is damaged."""
    known = entry is not None and digest(content) == entry.sha256
    try:
        document = take_apart(content, path, known=known)
    except VocabularyError:
        month.damaged.append(path)
        document = salvage(content, path)
    else:
        if entry is not None and not known and len(document.blocks) < entry.records:
            month.damaged.append(path)
    month.blocks.update(document.blocks)
    month.foreign.update(document.foreign)


def _documents(first: str, blocks: dict[str, str], month: _Month) -> list[Intent]:
    """What to write so that the month holds these blocks; a document that nothing needs any more goes last."""
    runs = cut(blocks) if blocks or month.foreign else []
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
