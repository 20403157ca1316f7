"""What an import is going to write: what is staged, joined with the pod month by month, into the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from pod_agent.ingest.former import former_content, former_path
from pod_agent.ingest.journal import Intent, Journal
from pod_agent.ingest.known import Known, known_path
from pod_agent.ingest.layout import neighbours, series_path
from pod_agent.ingest.manifest import Entry
from pod_agent.ingest.merge import Change, Fate, Merge, better, held_blocks, merge
from pod_agent.ingest.provenance import GZIP, Lines, lines_path
from pod_agent.ingest.provisional import can_be_superseded
from pod_agent.ingest.series_merge import TWICE, SeriesMerge, merge_series
from pod_agent.ingest.staging import StagedRow, Staging
from pod_agent.ingest.tally import FileTally
from pod_agent.pods.pod import ETag, Pod

__all__ = ["Plan", "with_neighbours"]

Place = tuple[int, int]
"""Number of the file in the report, from 1, and line."""


class Plan:
    """Joins what is staged with the pod; what is to be written goes to the journal, if there is one.

    The tallies learn what became of every row.
    """

    def __init__(
        self,
        pod: Pod,
        staging: Staging,
        tallies: list[FileTally],
        *,
        manifest: Mapping[str, Entry],
        journal: Journal | None,
        import_id: str,
    ) -> None:
        self._pod = pod
        self._manifest = manifest
        self._staging = staging
        self._tallies = tallies
        self._journal = journal
        self._id = import_id
        self._lines = Lines()
        self._known = Known()
        self._former: dict[str, str] = {}
        self._rollups: dict[str, dict[str, str | None]] = {}
        self._places: dict[str, dict[str, Place]] = {}
        self._around = lru_cache(maxsize=3)(self._blocks)

    def make(self) -> None:
        """Plan every series and every month."""
        for series in self._staging.samples.series():
            merged = merge_series(self._pod, self._manifest, series, self._staging.samples)
            self._count_samples(merged)
            self._note_rollups(merged)
            if self._journal is not None:
                self._journal.add(self._parts(series_path(*series, self._id, self._manifest), merged))
        for month in with_neighbours({*self._staging.months(), *self._rollups}, self._manifest):
            self._month(month)

    def own_resources(self) -> list[Intent]:
        """What is kept about the import itself, beside its report."""
        contents = {
            lines_path(self._id): self._lines.content(),
            former_path(self._id): former_content(self._former) if self._former else None,
            known_path(self._id): self._known.content(),
        }
        return [
            Intent(path=path, content=content, etag=None, month=path, media_type=GZIP)
            for path, content in contents.items()
            if content is not None
        ]

    def _month(self, month: str) -> None:
        rows = _best_rows(self._staging.rows(month), self._tallies)
        exact = self._rollups.get(month, {})
        change = Change(additions={name: row.block for name, row in rows.items()}, exact=exact)
        merged = merge(self._pod, self._manifest, month, change, self._around)
        places = dict(self._places.get(month, {}))
        for name, row in rows.items():
            if self._count(name, row, merged.fates[name]):
                places[name] = (row.file + 1, row.line)
        self._lines.add(month, places)
        self._former |= {f"{month}#{name}": text for name, text in merged.former.items() if name not in exact}
        self._add(month, merged, exact)

    def _add(self, month: str, merged: Merge, exact: Mapping[str, str | None]) -> None:
        if self._journal is not None and merged.intents:
            self._journal.add(merged.intents)
            self._journal.add_exact(month, exact)

    def _count(self, name: str, row: StagedRow, fate: Fate) -> bool:
        """Count a staged row; True where it is written."""
        tally = self._tallies[row.file]
        if fate is Fate.NEW or fate is Fate.CHANGED:
            tally.wrote(row.payment if fate is Fate.NEW else None)
            tally.changed += fate is Fate.CHANGED
            return True
        tally.duplicate += 1
        self._known.add(name)
        return False

    def _blocks(self, month: str) -> dict[str, str]:
        """A month as it will be, for the rules that look at its neighbours."""
        blocks = held_blocks(self._pod, self._manifest, month)
        for row in self._staging.rows(month):
            held = blocks.get(row.name)
            blocks[row.name] = row.block if held is None else better(held, row.block)
        return blocks

    def _count_samples(self, merged: SeriesMerge) -> None:
        for number, tally in enumerate(self._tallies):
            tally.written += merged.written[number]
            tally.changed += merged.changed[number]
            tally.duplicate += merged.duplicate[number]
            if merged.skipped[number]:
                tally.skipped_by[TWICE] += merged.skipped[number]

    def _note_rollups(self, merged: SeriesMerge) -> None:
        for iri, text in merged.exact.items():
            month, _, name = iri.partition("#")
            self._rollups.setdefault(month, {})[name] = text
        for iri, (file, line) in merged.first.items():
            month, _, name = iri.partition("#")
            self._places.setdefault(month, {})[name] = (file + 1, line)

    def _parts(self, path: str, merged: SeriesMerge) -> list[Intent]:
        parts = [Intent(path=lost, content=None, etag=self._etag(lost), month=lost) for lost in merged.lost]
        if merged.part is not None:
            parts.append(
                Intent(path=path, content=merged.part, etag=None, month=path, records=merged.rows, media_type=GZIP)
            )
        return parts

    def _etag(self, path: str) -> ETag | None:
        resource = self._pod.read(path)
        return resource.etag if resource else None


def with_neighbours(months: Iterable[str], manifest: Mapping[str, Entry]) -> list[str]:
    """The months, and those before and after them in which a provisional record may yield to one of theirs."""
    wanted = set(months)
    near = {each for month in wanted if can_be_superseded(month) for each in neighbours(month)}
    return sorted(wanted | (near & manifest.keys()))


def _best_rows(rows: Iterable[StagedRow], tallies: list[FileTally]) -> dict[str, StagedRow]:
    """One row for each name, by name: the better one, and of equal ones the first; the others are duplicates."""
    best: dict[str, StagedRow] = {}
    for row in rows:
        held = best.setdefault(row.name, row)
        if held is not row:
            if held.block != row.block and better(held.block, row.block) == row.block:
                best[row.name], row = row, held  # noqa: PLW2901 - the one that does not stay
            tallies[row.file].duplicate += 1
    return dict(sorted(best.items()))
