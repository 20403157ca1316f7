"""One file of an export: rows from its importer, each enriched, checked, rendered and staged, and all accounted for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Final

import numpy as np

from pod_agent.enrich.quality import FileChecks, ImportChecks
from pod_agent.errors import UnaccountedRowsError
from pod_agent.importers.protocol import ExportFile, Importer, Issue, Row, Sample, Skipped, Statement, Withheld
from pod_agent.ingest.accounts import AccountRows
from pod_agent.ingest.hashing import HashedExport
from pod_agent.ingest.privacy import scrub
from pod_agent.ingest.samples import SampleBatch
from pod_agent.ingest.staging import Payment, StagedRow, Staging
from pod_agent.ingest.tally import FIRST_ROWS, FileTally
from vocab.errors import VocabularyError
from vocab.mapping import block
from vocab.records import UNDATED, Record, Transaction
from vocab.shapes import check

__all__ = ["Enrich", "Progress", "read_file"]

Enrich = Callable[[Record], Record]
"""What gives a record its meaning (merchant, category, kind)."""

Progress = Callable[[str, int], None]
"""Told what is being done, in words, and how many rows or documents of it are done."""

_RECORDS: Final = 500
_SAMPLES: Final = 8192


def read_file(
    importer: Importer,
    export: ExportFile,
    *,
    number: int,
    staging: Staging,
    enrich: Enrich,
    progress: Progress,
    checks: ImportChecks,
    today: date,
) -> FileTally:
    """Stage the rows of a file, which is the ``number``-th of the import, count them and hand them to the checks.

    A record that breaks a rule of the vocabulary is rejected like a row that the importer could not read.
    RefusedExportError, and nothing of the file is staged, where it is broken as a whole.
    """
    name = os.fsencode(export.file).decode("utf-8", "replace")  # a pod holds text; the name of a file may be none
    tally = FileTally(file=name, member=export.member, importer=importer.name)
    hashed = HashedExport(export)
    try:
        gapless = export.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
        source = str(getattr(importer, "source", importer.name))
        file_checks = FileChecks(number, source, today)
        reader = _Reader(tally, number, staging, enrich, checks=file_checks, source=source, gapless=gapless)
        reader.run(importer.extract(hashed), progress)
    except BaseException:
        staging.discard(number)
        raise
    checks.add(number, file_checks)
    tally.sha256 = hashed.finish()
    return tally


class _Reader:
    """Counts and stages the rows of one file, as long as none is left out or told twice, so far as their lines can say.

    Lines of a text only rise; elements of a JSON array (``gapless``) are numbered from 1 without a gap. ``source`` is
    that of samples.
    """

    def __init__(
        self,
        tally: FileTally,
        number: int,
        staging: Staging,
        enrich: Enrich,
        *,
        checks: FileChecks,
        source: str,
        gapless: bool,
    ) -> None:
        self._tally = tally
        self._number = number
        self._staging = staging
        self._enrich = enrich
        self._checks = checks
        self._source = source
        self._gapless = gapless
        self._last = 0
        self._on_line: set[str] = set()
        self._records: list[Record] = []
        self._lines: list[int] = []
        self._samples: list[Sample] = []

    def run(self, rows: Iterator[Row], progress: Progress) -> None:
        """Take the rows as they come, records and samples many at a time."""
        tally = self._tally
        name = tally.member or tally.file
        for row in rows:
            if isinstance(row, Record):
                self._wait(row)
                if len(self._records) < _RECORDS:
                    continue
            elif isinstance(row, Sample):
                self._samples.append(row)
                if len(self._samples) < _SAMPLES:
                    continue
            else:
                self._other(row)
                if tally.read % _RECORDS:
                    continue
            self._take()
            progress(name, tally.read)
        self._take()
        progress(name, tally.read)

    def _wait(self, row: Record) -> None:
        if self._samples:
            self._take()
        line = row.provenance.line if row.provenance else self._last + 1
        self._follow(line, row.iri)
        self._records.append(row)
        self._lines.append(line)

    def _take(self) -> None:
        """Take the records and samples that wait."""
        if self._records:
            self._tally.read += len(self._records)
            self._take_records(self._records, self._lines)
            self._records.clear()
            self._lines.clear()
        if self._samples:
            self._take_samples(self._samples)
            self._samples.clear()

    def _other(self, row: Issue | Skipped | Statement | Withheld) -> None:
        """Take what is neither a record nor a sample, after what came before it; skipped rows are only counted."""
        if self._samples or not isinstance(row, Skipped):
            self._take()
        if isinstance(row, Statement):
            self._tally.statements.append(row)
        elif isinstance(row, Withheld):
            self._tally.withheld[row.what] += row.count
        else:
            part = row.column if isinstance(row, Issue) and (row.column or "").endswith("]") else None
            self._follow(row.line, part)
            if isinstance(row, Skipped):
                self._tally.skipped_by[row.reason] += 1
            else:
                self._tally.reject(row)
            self._tally.read += 1

    def _follow(self, line: int, iri: str | None) -> None:
        """Check that a row follows the last one; ``iri`` tells rows of one line apart, or the part of it (items[2])."""
        last = self._last
        if line == last and iri is not None and iri not in self._on_line:
            self._on_line.add(iri)
        elif line > last if not self._gapless else line == last + 1:
            self._on_line = set() if iri is None else {iri}
        else:
            raise UnaccountedRowsError(f"rows are missing or told twice between lines {last} and {line}")
        self._last = line

    def _take_records(self, rows: list[Record], lines: list[int]) -> None:
        """Stage records that came one after the other, step by step for all of them.

        That takes less time than all steps for each row in turn: the code of one step stays at hand.
        """
        enrich, found = self._enrich, Counter[str]()
        try:
            records = [enrich(scrub(row, found)) for row in rows]
            for record in records:
                check(record)
            blocks = [block(record) for record in records]
        except VocabularyError as error:
            if len(rows) == 1:
                self._tally.reject(Issue(line=lines[0], code=error.code, detail=str(error)))
            else:
                for row, line in zip(rows, lines, strict=True):
                    self._take_records([row], [line])
            return
        self._tally.withheld.update(found)
        self._stage(records, blocks, lines)

    def _stage(self, records: list[Record], blocks: list[str], lines: list[int]) -> None:
        tally, number, add = self._tally, self._number, self._staging.add
        times = [at for record in records if (at := record.at).year != UNDATED.year or at != UNDATED]
        if times:
            tally.covers(min(times), max(times))
        if len(tally.beginning) < FIRST_ROWS:
            tally.beginning += records[: FIRST_ROWS - len(tally.beginning)]
        for record, text, line in zip(records, blocks, lines, strict=True):
            self._checks.take(record)
            payment = self._payment(record) if isinstance(record, Transaction) else None
            month, _, name = record.iri.partition("#")
            add(month, StagedRow(name, text, number, line, payment))

    def _payment(self, record: Transaction) -> Payment | None:
        """What the row adds to its account's printed balance; None where it is not booked yet."""
        accounts = self._tally.accounts
        key = (record.account, record.amount.currency)
        account = accounts.get(key)
        if account is None:
            account = accounts[key] = AccountRows(len(accounts))
        came_and_went = self._tally.totals.setdefault(key[1], [0, 0])
        minor = record.amount.minor
        came_and_went[minor < 0] += abs(minor)
        account.add(record.at, minor, pending=record.provisional)
        return None if record.provisional else Payment(account.number, minor, record.at.toordinal())

    def _take_samples(self, rows: list[Sample]) -> None:
        """Take samples that came one after the other."""
        tally = self._tally
        batch = SampleBatch(rows)
        self._follow_samples(batch)
        tally.read += len(rows)
        faults = batch.faults()
        for place in np.flatnonzero(faults).tolist():
            detail = "the value or the time of the sample is out of range, or its measure is unknown"
            tally.reject(Issue(line=rows[place].line, code="impossible_value", detail=detail))
        good = ~faults
        if good.any():
            at = batch.at[good]
            first, last = (datetime.fromtimestamp(int(second), UTC) for second in (at.min(), at.max()))
            tally.covers(first, last)
            measures = batch.measures if good.all() else [batch.measures[place] for place in np.flatnonzero(good)]
            self._checks.take_samples(measures, at, batch.values[good], batch.recorders)
            self._staging.samples.add(self._source, self._number, batch, good)

    def _follow_samples(self, batch: SampleBatch) -> None:
        """Check like ``_follow`` that a batch follows the last row."""
        first, last = int(batch.lines[0]), int(batch.lines[-1])
        again = first == self._last and (not self._on_line or bool(self._on_line & batch.first_names(first)))
        if again or not batch.in_order(self._last, gapless=self._gapless):
            raise UnaccountedRowsError(f"rows are missing or told twice between lines {self._last} and {last}")
        names = batch.names(last)
        self._on_line = self._on_line | names if last == self._last else names
        self._last = last
