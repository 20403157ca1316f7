"""An import from end to end: read and stage, join with the pod month by month, journal, write, report.

Until the journal is committed nothing has happened; from then on the import is finished by whoever opens the journal
next, this process or one after a crash. An import that brings nothing new writes nothing, not even a report.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from pod_agent.enrich.quality import ImportChecks
from pod_agent.enrich.transactions import classify
from pod_agent.errors import RefusedExportError
from pod_agent.importers.detect import Found, find_exports
from pod_agent.importers.protocol import ExportFile, Importer, Leaving
from pod_agent.ingest.apply import apply, manifest_of
from pod_agent.ingest.findings import file_findings
from pod_agent.ingest.journal import Intent, Journal, exclusive
from pod_agent.ingest.listing import ListedPod
from pod_agent.ingest.mappings import read_mappings
from pod_agent.ingest.planning import Plan
from pod_agent.ingest.provenance import import_ids, next_id, read_import, report_path
from pod_agent.ingest.reading import Enrich, Progress, read_file
from pod_agent.ingest.reconcile import later, reconcile, verdict
from pod_agent.ingest.rejected import forget_rejected, read_rejected, write_rejected
from pod_agent.ingest.report import Closing, ImportReport, Unread
from pod_agent.ingest.report_turtle import report_to_turtle
from pod_agent.ingest.staging import Staging
from pod_agent.ingest.tally import FileTally
from pod_agent.ingest.undo import UndoReport, plan_undo
from pod_agent.ingest.wording import record_text
from pod_agent.pods.pod import Pod
from vocab.records import Record, Transaction

__all__ = ["ImportReport", "Ingest", "Progress", "UndoReport", "meaning"]

Pair = tuple[Importer, ExportFile]
"""A source that is no file, such as the answer of a database, and what reads it."""

SINGAPORE: Final = ZoneInfo("Asia/Singapore")


def meaning(record: Record) -> Record:
    """The record with what enrichment knows of it: merchant, category and kind of a transaction."""
    return classify(record) if isinstance(record, Transaction) else record


def _silent(text: str, done: int) -> None:
    """No progress is shown."""


def _path(export: ExportFile) -> str:
    return export.file if export.member is None else f"{export.file}!{export.member}"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class _Staged(NamedTuple):
    """What the files of an import hold, read and staged."""

    staging: Staging
    tallies: list[FileTally]
    unread: list[Unread]
    checks: ImportChecks


class Ingest:
    """Imports exports into a pod; its journal and staging area lie below ``home``, which is private to the agent.

    ``zone`` is the zone of the days in reports, ``enrich`` gives transactions their meaning, ``importers`` are those
    that are tried, by default all that come with the agent or its plug-ins. One import at a time runs on a home.
    """

    def __init__(
        self,
        pod: Pod,
        home: Path,
        *,
        zone: ZoneInfo = SINGAPORE,
        enrich: Enrich = meaning,
        importers: Sequence[Importer] | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._pod = pod
        self._folder = home / "ingest"
        self._zone = zone
        self._enrich = enrich
        self._importers = importers
        self._clock = clock

    def recover(self) -> tuple[str, ...]:
        """Finish an import that was cut off; returns the documents that belong to it, none if there was no such import.

        PodError where the pod does not take them; then they stay in the journal.
        """
        with exclusive(self._folder), contextlib.closing(self._journal()) as journal:
            return apply(self._pod, journal)

    def run(
        self,
        exports: Iterable[Path | Pair],
        *,
        dry_run: bool = False,
        keep_rejected: bool = False,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Import files, folders and zips, or sources with their importers; a dry run only tells what would be written.

        Rows that cannot be read are in the report, which with ``keep_rejected`` is kept though nothing was written: for
        sources that do not give the same rows again. UnrecognisedExportError or RefusedExportError where nothing at all
        can be read; PodError where the pod does not take what was read: it stays in the journal, and the next import
        or ``recover`` goes on with it.
        """
        show = progress or _silent
        started = self._clock()
        with exclusive(self._folder):
            if dry_run:
                with self._staged(exports, show, started) as staged:
                    return self._plan(staged, started, None, keep_rejected=False)
            with contextlib.closing(self._journal()) as journal:
                before = apply(self._pod, journal)
                with self._staged(exports, show, started) as staged:
                    with journal.transaction():
                        report = self._plan(staged, started, journal, keep_rejected=keep_rejected)
                    write_rejected(self._folder, report.import_id, staged.tallies)
                documents = apply(self._pod, journal, lambda count: show("writing", count))
            return replace(report, documents=tuple(sorted({*before, *documents})))

    @contextlib.contextmanager
    def _staged(self, paths: Iterable[Path | Pair], progress: Progress, started: datetime) -> Iterator[_Staged]:
        """Everything that can be read behind the paths, staged."""
        found = self._found(paths)
        unread = [Unread(path=entry.path, reason=entry.reason, code=entry.code) for entry in found.unopened]
        with contextlib.closing(Staging(self._folder, self._zone)) as staging, _collecting_rarely():
            staged = _Staged(staging, [], unread, ImportChecks(self._zone))
            self._read(found.exports, staged, progress, started)
            yield staged

    def _found(self, sources: Iterable[Path | Pair]) -> Found:
        paths, pairs = list[Path](), list[Pair]()
        for source in sources:
            if isinstance(source, Path):
                paths.append(source)
            else:
                pairs.append(source)
        importers = self._importers
        if importers is None and paths:
            from pod_agent.importers.built_in import all_importers  # noqa: PLC0415 - slow, and only here

            importers = all_importers(self._zone, read_mappings(self._pod))
        found = find_exports(paths, importers or ())
        return replace(found, exports=(*found.exports, *pairs))

    def _read(
        self,
        exports: Iterable[tuple[Importer, ExportFile]],
        staged: _Staged,
        progress: Progress,
        started: datetime,
    ) -> None:
        """Read and stage the exports; RefusedExportError where every one of them is broken as a whole."""
        tallies = staged.tallies
        today = started.astimezone(self._zone).date()
        refused: RefusedExportError | None = None
        for importer, export in exports:
            try:
                tallies.append(
                    read_file(
                        importer,
                        export,
                        staging=staged.staging,
                        number=len(tallies),
                        enrich=self._enrich,
                        progress=progress,
                        checks=staged.checks,
                        today=today,
                    )
                )
                if isinstance(importer, Leaving):
                    staged.unread.extend(
                        Unread(path=f"{_path(export)}!{part}", reason=reason, code="needs_mapping")
                        for part, reason in importer.leaves(export)
                    )
            except RefusedExportError as error:
                path = _path(export)
                staged.unread.append(Unread(path=path, reason=str(error), code=error.code))
                refused = refused or error
        if refused is not None and not tallies:
            raise refused

    def _plan(
        self, staged: _Staged, started: datetime, journal: Journal | None, *, keep_rejected: bool
    ) -> ImportReport:
        """Join what is staged with the pod, month by month; what is to be written goes to the journal, if any."""
        import_id = next_id(self._pod, started)
        manifest = manifest_of(self._pod).entries
        tallies = staged.tallies
        plan = Plan(
            ListedPod(self._pod), staged.staging, tallies, manifest=manifest, journal=journal, import_id=import_id
        )
        plan.make()
        kept = any(tally.written or (keep_rejected and tally.rejected) for tally in tallies)
        if journal is None or not kept:
            return self._report(None, started, staged, in_words=journal is None)
        report = self._report(import_id, started, staged)
        content = report_to_turtle(report)
        journal.add([*plan.own_resources(), Intent(path=report_path(import_id), content=content, etag=None)])
        return report

    def _report(
        self, import_id: str | None, started: datetime, staged: _Staged, *, in_words: bool = False
    ) -> ImportReport:
        """The report; ``in_words`` adds the first records of every file."""
        known = self._balances() if any(tally.statements for tally in staged.tallies) else {}
        findings = staged.checks.findings()
        files = []
        for number, tally in enumerate(staged.tallies):
            closings = reconcile(tally, known)
            file = tally.report(
                self._zone,
                closings=closings,
                reconciled=verdict(closings),
                findings=file_findings(tally, closings, findings.get(number, ())),
            )
            words = tuple(record_text(record, self._zone) for record in tally.beginning) if in_words else ()
            files.append(replace(file, first_rows=words))
            known = later(known, closings)
        return ImportReport(
            import_id=import_id,
            started=started,
            ended=self._clock(),
            files=tuple(files),
            unopened=tuple(staged.unread),
            findings=findings.get(None, ()),
        )

    def _balances(self) -> dict[tuple[str, str], Closing]:
        """Balances that files of past imports printed."""
        known: dict[tuple[str, str], Closing] = {}
        for import_id in import_ids(self._pod):
            for file in read_import(self._pod, import_id).files:
                known = later(known, file.closings)
        return known

    def undo(self, import_id: str) -> UndoReport:
        """Take back exactly what an import brought, and bring back what it had replaced.

        UsageError where there is no such import; PodError where the pod does not take the change: it stays in the
        journal, and the next import or ``recover`` goes on with it.
        """
        with exclusive(self._folder), contextlib.closing(self._journal()) as journal:
            before = apply(self._pod, journal)
            with contextlib.closing(Staging(self._folder, self._zone)) as staging, journal.transaction():
                report = plan_undo(self._pod, import_id, staging.samples, journal)
            documents = apply(self._pod, journal)
            forget_rejected(self._folder, import_id)
            return replace(report, documents=tuple(sorted({*before, *documents})))

    def rejected(self, import_id: str) -> list[dict[str, Any]]:
        """The rows that an import could not read, as they stood; kept on this machine only, so there may be none."""
        return read_rejected(self._folder, import_id)

    def _journal(self) -> Journal:
        return Journal(self._folder / "journal.sqlite", self._pod.root)


@contextlib.contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Let the collector of cycles run rarely: it takes half of the time of a bulk parse and finds nothing there."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
