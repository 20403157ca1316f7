"""Doing what the journal says: every write conditional, the manifest last, and again after a crash.

A write whose condition fails is looked at: the pod may already hold the new bytes (the answer was lost, or the agent
was killed before it noted the success), half of them (the server was stopped), or what another program wrote. The
month is then joined anew from what the pod holds and what the journal holds, and the write is tried again.

What documents lose is told in the manifest before it goes, what they gain after it came: so the manifest never promises
more than the pod holds, and another device can tell a removal from a loss.

A server gets several months at once, each month's documents in their order. The report of the import follows when all
else is there, then the manifest.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

from pod_agent.errors import PodConflictError, PodDamagedError
from pod_agent.ingest.journal import Intent, Journal
from pod_agent.ingest.judging import Verdict, judge
from pod_agent.ingest.layout import entry_of, is_document, rebuild_manifest
from pod_agent.ingest.listing import ListedPod
from pod_agent.ingest.manifest import Entry, Manifest, digest, load_manifest, update_manifest
from pod_agent.ingest.merge import Change, merge
from pod_agent.ingest.parts import take_apart
from pod_agent.pods.mirrored import base_of
from pod_agent.pods.pod import Pod, Putting, Resource
from vocab.turtle import split

__all__ = ["apply", "manifest_of"]

LANES: Final = 8
"""Months that are written to a server at the same time; more make Community Solid Server slower, not faster."""
ATTEMPTS: Final = 5
"""How often a month is tried again where other programs keep writing to it."""


def apply(pod: Pod, journal: Journal, wrote: Callable[[int], None] | None = None) -> tuple[str, ...]:
    """Write everything in the journal to the pod, then the manifest; returns the documents of records, sorted.

    ``wrote`` is told how many resources are written. PodError leaves the journal as it is: the next call goes on from
    there.
    """
    is_resumed = bool(journal.finished())
    before = _announce(pod, journal)
    _write_all(pod, journal, wrote or _silent)
    changes = journal.finished()

    def settle(path: str, held: Entry | None, change: Entry | None) -> Entry | None:
        """What another device entered meanwhile may be newer than what was written here: then the document tells."""
        return change if held == before.get(path) and not is_resumed else _as_it_is(pod, path, change)

    if changes:
        update_manifest(pod, changes, rebuild_manifest, settle=settle)
    journal.clear()
    return tuple(sorted(filter(is_document, changes)))


def manifest_of(pod: Pod) -> Manifest:
    """The pod's manifest, or, where it is damaged, one made from the documents as they are."""
    try:
        return load_manifest(pod)
    except PodDamagedError:
        return Manifest(rebuild_manifest(pod))


def _as_it_is(pod: Pod, path: str, change: Entry | None) -> Entry | None:
    """The entry of a document as the pod holds it; ``change`` where it is damaged, so that readers refuse it."""
    resource = pod.read(path)
    with contextlib.suppress(PodDamagedError):
        return None if resource is None else entry_of(path, resource.content)
    return change


def _announce(pod: Pod, journal: Journal) -> Mapping[str, Entry]:
    """Enter into the manifest the documents that are going to be removed or to hold fewer records; its entries."""
    planned = journal.planned()
    if not planned:
        return {}
    held = manifest_of(pod).entries
    fewer = {path: entry for path, entry in planned.items() if path in held and _is_less(entry, held[path])}
    return update_manifest(pod, fewer, rebuild_manifest) if fewer else held


def _is_less(entry: Entry | None, held: Entry) -> bool:
    return entry is None or entry.records < held.records


def _write_all(pod: Pod, journal: Journal, wrote: Callable[[int], None]) -> None:
    lanes = LANES if isinstance(pod, Putting) else 1
    conflicts: Counter[str] = Counter()
    written = 0
    running: dict[Future[None], Intent] = {}
    with ThreadPoolExecutor(lanes) as pool:
        while True:
            busy = {intent.month for intent in running.values()}
            for intent in journal.ready(lanes - len(running), busy):
                running[pool.submit(_write, pod, intent)] = intent
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                intent = running.pop(future)
                try:
                    future.result()
                except PodConflictError:
                    conflicts[intent.path] += 1
                    if conflicts[intent.path] > ATTEMPTS:
                        raise
                    _settle(pod, journal, intent)
                else:
                    journal.done(intent)
                    written += 1
                    wrote(written)


def _silent(written: int) -> None:
    """Nobody waits to hear."""


def _write(pod: Pod, intent: Intent) -> None:
    if intent.content is None:
        pod.remove(intent.path, if_match=intent.etag)
    elif isinstance(pod, Putting):
        pod.write_only(intent.path, intent.content, media_type=intent.media_type, if_match=intent.etag)
    else:
        pod.write(intent.path, intent.content, media_type=intent.media_type, if_match=intent.etag)


def _settle(pod: Pod, journal: Journal, intent: Intent) -> None:
    """Find out what the pod holds in place of what was expected, and plan the write anew."""
    resource = pod.read(intent.path)
    if resource is not None and intent.content is not None and digest(resource.content) == digest(intent.content):
        journal.done(intent)
    elif is_document(intent.month):
        manifest = manifest_of(pod).entries
        edited = _edited(pod, manifest, intent, resource)
        additions: dict[str, str] = {}
        for planned in journal.month(intent.month):
            if planned.content is not None:
                base = base_of(pod, planned.path, planned.etag) if edited else None
                additions.update(_added(planned.content, planned.path, base))
        change = Change(additions=additions, exact=journal.exact(intent.month))
        journal.replace(intent.month, merge(ListedPod(pod), {**manifest, **edited}, intent.month, change).intents)
    else:  # only this import writes its own resources: whatever else is there is half of it
        journal.expect(intent, resource.etag if resource else None)


def _edited(pod: Pod, manifest: Mapping[str, Entry], intent: Intent, resource: Resource | None) -> dict[str, Entry]:
    """The document's own entry, where another program edited it since it was read: then its edition counts."""
    base = base_of(pod, intent.path, intent.etag)
    if resource is None or base is None:
        return {}
    judgement = judge(intent.path, resource.content, base=base, entry=manifest.get(intent.path))
    return {intent.path: entry_of(intent.path, resource.content)} if judgement.verdict is Verdict.EDITED else {}


def _added(planned: bytes, path: str, base: bytes | None) -> dict[str, str]:
    """What a planned document adds to the edition that it was planned on; all of it where that is not known."""
    before = take_apart(base, path, known=True).blocks if base is not None else {}
    return {name: text for name, text in split(planned).blocks.items() if before.get(name) != text}
