"""One file of an export: rows from its importer, each enriched, checked, rendered and staged, and all accounted for."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from pod_agent.errors import UnaccountedRowsError
from pod_agent.importers.protocol import ExportFile, Importer, Issue, Row, Sample, Skipped, Statement, Withheld
from pod_agent.ingest.report import Closing, Counts, FileReport
from pod_agent.ingest.staging import Payment, StagedRow, Staging
from vocab.errors import VocabularyError
from vocab.mapping import block
from vocab.records import Money, Record, Transaction
from vocab.shapes import check

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["MAX_ISSUES", "Enrich", "FileTally", "Progress", "read_file"]

MAX_ISSUES: Final = 10_000
"""Rejected rows that a report tells about; more are counted."""

Enrich = Callable[[Record], Record]
"""What gives a record its meaning (merchant, category, kind)."""

Progress = Callable[[str, int], None]
"""Told what is being done, in words, and how many rows or documents of it are done."""

_STEP: Final = 500
_BUFFER: Final = 1 << 16


@dataclass(slots=True)
class FileTally:
    """What is known of a file while its import runs; ``report`` turns it into the final account."""

    file: str
    member: str | None
    importer: str
    read: int = 0
    rejected: int = 0
    duplicate: int = 0
    written: int = 0
    sha256: str = ""
    skipped_by: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    issues: list[Issue] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    totals: dict[str, list[int]] = field(default_factory=dict)
    closings: list[Closing] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    new_sums: Counter[int] = field(default_factory=Counter)
    new_days: dict[int, int] = field(default_factory=dict)

    def wrote(self, payment: Payment | None) -> None:
        """Count a record that was not there before; ``payment`` is what it adds to one of the file's accounts."""
        self.written += 1
        if payment is not None:
            account, minor, day = payment
            self.new_sums[account] += minor
            self.new_days[account] = min(day, self.new_days.get(account, day))

    def report(self, zone: ZoneInfo, *, reconciled: bool | None) -> FileReport:
        """The file's account; UnaccountedRowsError unless every row that was read is in exactly one of its counts."""
        counts = Counts(
            read=self.read,
            written=self.written,
            duplicate=self.duplicate,
            rejected=self.rejected,
            skipped=self.skipped_by.total(),
        )
        counts.verify(self.importer)
        return FileReport(
            file=self.file,
            member=self.member,
            importer=self.importer,
            sha256=self.sha256,
            counts=counts,
            skipped_by=dict(self.skipped_by),
            issues=tuple(self.issues),
            first=self.first.astimezone(zone).date() if self.first else None,
            last=self.last.astimezone(zone).date() if self.last else None,
            totals={currency: (came, went) for currency, (came, went) in self.totals.items()},
            closings=tuple(self.closings),
            reconciled=reconciled,
        )


def read_file(
    importer: Importer, export: ExportFile, *, number: int, staging: Staging, enrich: Enrich, progress: Progress
) -> FileTally:
    """Stage the rows of a file, which is the ``number``-th of the import, and count them.

    A record that breaks a rule of the vocabulary is rejected like a row that the importer could not read.
    RefusedExportError, and nothing of the file is staged, where it is broken as a whole.
    """
    tally = FileTally(file=export.file, member=export.member, importer=importer.name)
    hashed = _HashedExport(export)
    try:
        gapless = export.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
        _Reader(tally, number, staging, enrich).run(importer.extract(hashed), progress, gapless=gapless)
        staging.flush(number)
    except BaseException:
        staging.discard(number)
        raise
    tally.sha256 = hashed.finish()
    return tally


class _Reader:
    """Counts and stages the rows of one file."""

    def __init__(self, tally: FileTally, number: int, staging: Staging, enrich: Enrich) -> None:
        self._tally = tally
        self._number = number
        self._staging = staging
        self._enrich = enrich
        self._accounts: dict[tuple[str, str], int] = {}
        self._latest: dict[tuple[str, str], datetime] = {}

    def run(self, rows: Iterator[Row], progress: Progress, *, gapless: bool) -> None:
        """Take the rows as they come, as long as none is left out or told twice, so far as their lines can say.

        Lines of a text only rise; elements of a JSON array (``gapless``) are numbered from 1 without a gap.
        """
        tally = self._tally
        statements: list[Statement] = []
        name = tally.member or tally.file
        last = 0
        on_line: set[str] = set()
        for row in rows:
            if isinstance(row, Statement):
                statements.append(row)
                continue
            if isinstance(row, Withheld):
                tally.withheld[row.what] += row.count
                continue
            tally.read += 1
            if isinstance(row, Sample):
                line = row.line
                self._sample(row)
            elif isinstance(row, Record):
                line = row.provenance.line if row.provenance else last + 1
                self._record(row, line)
            else:
                line = row.line
                self._set_aside(row)
            if line == last and isinstance(row, Record) and row.iri not in on_line:
                on_line.add(row.iri)
            elif line > last if not gapless else line == last + 1:
                on_line = {row.iri} if isinstance(row, Record) else set()
            else:
                raise UnaccountedRowsError(f"rows are missing or told twice between lines {last} and {line}")
            last = line
            if not tally.read % _STEP:
                progress(name, tally.read)
        progress(name, tally.read)
        tally.accounts = list(self._accounts)
        tally.closings = [
            Closing(
                account=statement.account,
                balance=Money.of(statement.closing, statement.currency),
                at=self._latest.get((statement.account, statement.currency)),
            )
            for statement in statements
        ]

    def _record(self, row: Record, line: int) -> None:
        tally = self._tally
        try:
            record = self._enrich(row)
            check(record)
            text = block(record)
        except VocabularyError as error:
            self._reject(Issue(line=line, code=error.code, detail=str(error)))
            return
        at = record.at
        if tally.first is None or at < tally.first:
            tally.first = at
        if tally.last is None or at > tally.last:
            tally.last = at
        payment = self._payment(record) if isinstance(record, Transaction) else None
        month, _, name = record.iri.partition("#")
        self._staging.add(month, StagedRow(name, text, self._number, line, payment))

    def _payment(self, record: Transaction) -> Payment:
        key = (record.account, record.amount.currency)
        account = self._accounts.setdefault(key, len(self._accounts))
        self._latest[key] = max(record.at, self._latest.get(key, record.at))
        came_and_went = self._tally.totals.setdefault(key[1], [0, 0])
        minor = record.amount.minor
        came_and_went[minor < 0] += abs(minor)
        return Payment(account, minor, record.at.toordinal())

    def _sample(self, row: Sample) -> None:
        """Take a sample of a dense series."""
        self._tally.skipped_by[f"series of {row.measure}"] += 1

    def _set_aside(self, row: Issue | Skipped) -> None:
        if isinstance(row, Skipped):
            self._tally.skipped_by[row.reason] += 1
        else:
            self._reject(row)

    def _reject(self, issue: Issue) -> None:
        self._tally.rejected += 1
        if len(self._tally.issues) < MAX_ISSUES:
            self._tally.issues.append(issue)


class _HashedExport:
    """An export whose bytes are hashed while the importer reads them."""

    def __init__(self, export: ExportFile) -> None:
        self._export = export
        self._streams: list[_HashedStream] = []

    @property
    def file(self) -> str:
        return self._export.file

    @property
    def member(self) -> str | None:
        return self._export.member

    @property
    def head(self) -> bytes:
        return self._export.head

    def open(self) -> IO[bytes]:
        stream = _HashedStream(self._export.open())
        self._streams.append(stream)
        return io.BufferedReader(stream, buffer_size=_BUFFER)

    def finish(self) -> str:
        """Hex SHA-256 of the whole file; what the importer did not read is read now where it has to be."""
        for stream in self._streams:
            if stream.complete:
                return stream.hexdigest()
        with self.open() as rest:
            while rest.read(_BUFFER):
                pass
        return self._streams[-1].hexdigest()


class _HashedStream(io.RawIOBase):
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.complete = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        content = self._stream.read(len(view))
        self._hash.update(content)
        self.complete = not content
        view[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
