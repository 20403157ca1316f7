"""Undoing an import: exactly what it brought goes, and what it had replaced comes back.

Every state of a record has one import that brought it, and every import keeps what it replaced (``former``). So the
states of a record are a chain through the imports. Undoing the last link puts the one before it back into the pod;
undoing another link closes the chain in the import that came after it. Roll-ups of series are made anew from the parts
that stay. The person's corrections and what other programs wrote are other triples, and stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pod_agent.ingest.apply import manifest_of
from pod_agent.ingest.former import former_content, former_path, read_former
from pod_agent.ingest.journal import Intent, Journal
from pod_agent.ingest.known import count_known, known_path
from pod_agent.ingest.layout import is_series
from pod_agent.ingest.manifest import Entry
from pod_agent.ingest.merge import Change, held_blocks, merge
from pod_agent.ingest.planning import with_neighbours
from pod_agent.ingest.provenance import (
    GZIP,
    import_ids,
    line_rows,
    lines_path,
    located,
    read_import,
    report_path,
)
from pod_agent.ingest.samples import SampleStaging, Series
from pod_agent.ingest.series_merge import rolled_up
from pod_agent.pods.pod import Pod, Resource

__all__ = ["UndoReport", "plan_undo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport:
    """What undoing an import did to the pod, in records; ``samples`` are rows of dense series.

    ``restored`` are former states that came back, ``kept`` records that a later import has changed since and that
    stay as it left them. ``also_later`` says how many of those ``removed`` were in files of later imports as well:
    importing these again brings them back. ``documents`` are the documents of records that changed.
    """

    import_id: str
    removed: int = 0
    restored: int = 0
    kept: int = 0
    samples: int = 0
    also_later: int = 0
    documents: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The document of ``pod-agent imports undo --json``."""
        return {
            "import_id": self.import_id,
            "removed": self.removed,
            "restored": self.restored,
            "kept": self.kept,
            "samples": self.samples,
            "also_later": self.also_later,
        }


def plan_undo(pod: Pod, import_id: str, staging: SampleStaging, journal: Journal) -> UndoReport:
    """Put everything that undoing an import takes into the journal.

    UsageError where there is no such import; PodDamagedError where what it keeps about itself cannot be read.
    """
    read_import(pod, import_id)
    manifest = manifest_of(pod).entries
    rollups, samples = _series(pod, manifest, import_id, staging, journal)
    brought = {iri for iri, _, _ in line_rows(pod, import_id)} - rollups.keys()
    former = _former(pod, import_id)[0]
    later = [other for other in import_ids(pod) if other > import_id]
    kept, changed_later = _close_chains(pod, brought | former.keys(), former, later)
    back: dict[str, str | None] = {iri: former.get(iri) for iri in (brought | former.keys()) - kept}
    removed = [iri for iri, text in back.items() if text is None]
    _months(pod, manifest, {**back, **rollups}, journal)
    journal.add(changed_later)
    journal.add(_own_resources(pod, import_id))
    known = (pod.read(located(pod, known_path(other))) for other in later)
    return UndoReport(
        import_id=import_id,
        removed=len(removed),
        restored=len(back) - len(removed),
        kept=len(kept & brought),
        samples=samples,
        also_later=count_known((iri.partition("#")[2] for iri in removed), [item.content for item in known if item]),
    )


def _series(
    pod: Pod, manifest: Mapping[str, Entry], import_id: str, staging: SampleStaging, journal: Journal
) -> tuple[dict[str, str | None], int]:
    """Plan to remove the import's parts of series; the roll-ups that come of it, and the number of samples that go."""
    rollups: dict[str, str | None] = {}
    rows = 0
    for path in [path for path in manifest if is_series(path) and path.endswith(f".{import_id}.csv.gz")]:
        _, source, _, measure, *_, name = path.split("/")
        series = Series(source, measure, name.partition(".")[0])
        rollups |= rolled_up(pod, manifest, series, staging, path)
        resource = pod.read(path)
        journal.add([Intent(path=path, content=None, etag=resource.etag if resource else None, month=path)])
        rows += manifest[path].records
    return rollups, rows


def _former(pod: Pod, import_id: str) -> tuple[dict[str, str], Resource | None]:
    resource = pod.read(located(pod, former_path(import_id)))
    return ({} if resource is None else read_former(resource.content, former_path(import_id))), resource


def _close_chains(
    pod: Pod, records: set[str], former: Mapping[str, str], later: list[str]
) -> tuple[set[str], list[Intent]]:
    """Records whose present state a later import brought, and the changes to what those imports keep."""
    kept: set[str] = set()
    intents: list[Intent] = []
    for other in later:
        theirs, resource = _former(pod, other)
        linked = (theirs.keys() & records) - kept
        if resource is None or not linked:
            continue
        kept |= linked
        for iri in linked:
            if iri in former:
                theirs[iri] = former[iri]
            else:
                del theirs[iri]
        content = former_content(theirs)
        path = located(pod, former_path(other))
        intents.append(Intent(path=path, content=content, etag=resource.etag, media_type=GZIP))
    return kept, intents


def _months(pod: Pod, manifest: Mapping[str, Entry], back: Mapping[str, str | None], journal: Journal) -> None:
    months: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for iri, text in back.items():
        month, _, name = iri.partition("#")
        months[month][name] = text

    @lru_cache(maxsize=3)
    def around(near: str) -> dict[str, str]:
        blocks: dict[str, str | None] = {**held_blocks(pod, manifest, near), **months.get(near, {})}
        return {name: text for name, text in blocks.items() if text is not None}

    for month in with_neighbours(set(months), manifest):
        exact = months.get(month, {})
        merged = merge(pod, manifest, month, Change(exact=exact), around)
        journal.add(merged.intents)
        journal.add_exact(month, exact)


def _own_resources(pod: Pod, import_id: str) -> list[Intent]:
    """The removal of what is kept about the import; its report goes last."""
    paths = [located(pod, make(import_id)) for make in (former_path, known_path, lines_path, report_path)]
    found = [(path, pod.read(path)) for path in paths]
    return [Intent(path=path, content=None, etag=resource.etag) for path, resource in found if resource]
