"""What an import read, wrote and refused: values for the command line, the pages and the pod."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pod_agent.enrich.quality_findings import Finding, Severity
from pod_agent.errors import UnaccountedRowsError
from pod_agent.importers.protocol import Issue
from vocab.records import Money
from vocab.turtle import decimal

__all__ = ["Closing", "Counts", "FileReport", "ImportReport", "Unread"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows of a file or of an import; every row that was read is in exactly one of the other four.

    ``changed`` says how many of those written replaced an older edition of a record.
    """

    read: int = 0
    written: int = 0
    duplicate: int = 0
    rejected: int = 0
    skipped: int = 0
    changed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            read=self.read + other.read,
            written=self.written + other.written,
            duplicate=self.duplicate + other.duplicate,
            rejected=self.rejected + other.rejected,
            skipped=self.skipped + other.skipped,
            changed=self.changed + other.changed,
        )

    def verify(self, name: str) -> None:
        """Raise UnaccountedRowsError unless read = written + duplicate + rejected + skipped."""
        accounted = self.written + self.duplicate + self.rejected + self.skipped
        if self.read != accounted:
            raise UnaccountedRowsError(f"{name}: {self.read} rows were read, {accounted} are accounted for")

    def to_json(self) -> dict[str, int]:
        """The counts by name."""
        return {
            "read": self.read,
            "written": self.written,
            "changed": self.changed,
            "duplicate": self.duplicate,
            "rejected": self.rejected,
            "skipped": self.skipped,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Balance that a file prints for one account after its newest row, whose time is ``at`` (None: no rows).

    ``opening`` is the balance before, printed by the file or by an earlier one, and ``rows`` the sum of what came
    between; None where that cannot be told. ``gaps`` counts statements of the file that do not open with what the one
    before closed with.
    """

    account: str
    balance: Money
    at: datetime | None
    opening: Money | None = None
    rows: Money | None = None
    gaps: int = 0

    @property
    def difference(self) -> Money | None:
        """What the rows lack: closing less opening less rows; None where that cannot be told."""
        if self.opening is None or self.rows is None:
            return None
        return self.balance + -self.opening + -self.rows

    @property
    def holds(self) -> bool | None:
        """Whether opening and rows give the balance, to the cent; None where that cannot be told."""
        difference = self.difference
        return None if difference is None else difference.minor == 0 and not self.gaps

    def to_json(self) -> dict[str, str | None]:
        """The entry below ``reconciliation`` in the document of ``pod-agent import --json``."""
        return {
            "account": self.account,
            "currency": self.balance.currency,
            "opening": _amount(self.opening),
            "rows": _amount(self.rows),
            "closing": _amount(self.balance),
            "difference": _amount(self.difference),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file or zip member that was read.

    ``first`` and ``last`` are days in the person's zone; ``totals`` holds for every currency what came in and went out
    (minor units, both positive). These and ``closings`` speak of all rows of the file, new or not. ``issues`` holds
    the first ``pod_agent.ingest.tally.MAX_ISSUES`` rejected rows; ``counts.rejected`` counts them all. ``first_rows``
    are the first records in words, for a dry run alone.
    """

    file: str
    member: str | None
    importer: str
    sha256: str
    counts: Counts
    skipped_by: Mapping[str, int] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    first: date | None = None
    last: date | None = None
    totals: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    closings: tuple[Closing, ...] = ()
    reconciled: bool | None = None
    findings: tuple[Finding, ...] = ()
    first_rows: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """``zip!member`` or the file."""
        return self.file if self.member is None else f"{self.file}!{self.member}"

    def to_json(self) -> dict[str, Any]:
        """The file's entry in the document of ``pod-agent import --json``."""
        return {
            "path": self.path,
            "importer": self.importer,
            **self.counts.to_json(),
            "skipped_by": dict(sorted(self.skipped_by.items())),
            "withheld": dict(sorted(self.withheld.items())),
            "issues": [
                {"line": issue.line, "code": issue.code, "column": issue.column, "detail": issue.detail}
                for issue in self.issues
            ],
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "totals": {
                currency: {"in": decimal(Money(came, currency)), "out": decimal(Money(went, currency))}
                for currency, (came, went) in sorted(self.totals.items())
            },
            "reconciled": self.reconciled,
            "reconciliation": [closing.to_json() for closing in self.closings],
            "findings": [finding.to_json() for finding in self.findings],
            **({"first_rows": list(self.first_rows)} if self.first_rows else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file or member that was not read, and why."""

    path: str
    reason: str
    code: str = "refused_file"

    def to_json(self) -> dict[str, str]:
        """The entry in the document of ``pod-agent import --json``."""
        return {"path": self.path, "code": self.code, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """One import. ``import_id`` is None where nothing was written: a dry run, or nothing that was new.

    ``documents`` are the documents below ``data/`` that changed, for whoever keeps an index of them. ``findings`` are
    those about what several files tell together.
    """

    import_id: str | None
    started: datetime
    ended: datetime
    files: tuple[FileReport, ...]
    unopened: tuple[Unread, ...] = ()
    documents: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def counts(self) -> Counts:
        """Rows of all files."""
        return sum((file.counts for file in self.files), Counts())

    @property
    def skipped_by(self) -> Counter[str]:
        """Skipped rows of all files by reason."""
        return sum((Counter(dict(file.skipped_by)) for file in self.files), Counter())

    @property
    def warnings(self) -> int:
        """How many findings are worth doing something about."""
        found = (*self.findings, *(finding for file in self.files for finding in file.findings))
        return sum(finding.severity is Severity.WARNING for finding in found)

    def to_json(self) -> dict[str, Any]:
        """The document of ``pod-agent import --json``."""
        return {
            "import_id": self.import_id,
            "files": [file.to_json() for file in self.files],
            "unopened": [entry.to_json() for entry in self.unopened],
            "totals": self.counts.to_json(),
            "findings": [finding.to_json() for finding in self.findings],
        }


def _amount(money: Money | None) -> str | None:
    return None if money is None else decimal(money)
