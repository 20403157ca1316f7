"""What is known of a file while its import runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.enrich.quality_findings import Finding
from pod_agent.importers.protocol import Issue, Statement
from pod_agent.ingest.accounts import AccountRows
from pod_agent.ingest.report import Closing, Counts, FileReport
from pod_agent.ingest.staging import Payment
from vocab.records import Record

__all__ = ["FIRST_ROWS", "MAX_ISSUES", "FileTally"]

MAX_ISSUES: Final = 10_000
"""Rejected rows that a report tells about; more are counted."""

FIRST_ROWS: Final = 5
"""Records of a file that a dry run shows."""


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
    changed: int = 0
    sha256: str = ""
    skipped_by: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)
    issues: list[Issue] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    totals: dict[str, list[int]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    accounts: dict[tuple[str, str], AccountRows] = field(default_factory=dict)
    beginning: list[Record] = field(default_factory=list)
    new_sums: Counter[int] = field(default_factory=Counter)
    new_days: dict[int, int] = field(default_factory=dict)

    def wrote(self, payment: Payment | None) -> None:
        """Count a record that was not there before; ``payment`` is what it adds to one of the file's accounts."""
        self.written += 1
        if payment is not None:
            account, minor, day = payment
            self.new_sums[account] += minor
            self.new_days[account] = min(day, self.new_days.get(account, day))

    def covers(self, first: datetime, last: datetime) -> None:
        """Widen the time from the first to the last record."""
        if self.first is None or first < self.first:
            self.first = first
        if self.last is None or last > self.last:
            self.last = last

    def reject(self, issue: Issue) -> None:
        """Count a row that cannot be kept."""
        self.rejected += 1
        if len(self.issues) < MAX_ISSUES:
            self.issues.append(issue)

    def report(
        self, zone: ZoneInfo, *, closings: tuple[Closing, ...], reconciled: bool | None, findings: tuple[Finding, ...]
    ) -> FileReport:
        """The file's account; UnaccountedRowsError unless every row that was read is in exactly one of its counts."""
        counts = Counts(
            read=self.read,
            written=self.written,
            changed=self.changed,
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
            withheld=dict(self.withheld),
            issues=tuple(replace(issue, raw=None) for issue in self.issues),
            first=self.first.astimezone(zone).date() if self.first else None,
            last=self.last.astimezone(zone).date() if self.last else None,
            totals={currency: (came, went) for currency, (came, went) in self.totals.items()},
            closings=closings,
            reconciled=reconciled,
            findings=findings,
        )
