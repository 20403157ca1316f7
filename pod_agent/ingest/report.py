"""What an import read, wrote and refused: values for the command line, the pages and the pod."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

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
    """Balance that a file prints for one account after its newest row, whose time is ``at`` (None: no rows)."""

    account: str
    balance: Money
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One file or zip member that was read.

    ``first`` and ``last`` are days in the person's zone; ``totals`` holds for every currency what came in and went out
    (minor units, both positive). These and ``closings`` speak of all rows of the file, new or not. ``issues`` holds
    the first ``pod_agent.ingest.tally.MAX_ISSUES`` rejected rows; ``counts.rejected`` counts them all.
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

    ``documents`` are the documents below ``data/`` that changed, for whoever keeps an index of them.
    """

    import_id: str | None
    started: datetime
    ended: datetime
    files: tuple[FileReport, ...]
    unopened: tuple[Unread, ...] = ()
    documents: tuple[str, ...] = ()

    @property
    def counts(self) -> Counts:
        """Rows of all files."""
        return sum((file.counts for file in self.files), Counts())

    @property
    def skipped_by(self) -> Counter[str]:
        """Skipped rows of all files by reason."""
        return sum((Counter(dict(file.skipped_by)) for file in self.files), Counter())

    def to_json(self) -> dict[str, Any]:
        """The document of ``pod-agent import --json``."""
        return {
            "import_id": self.import_id,
            "files": [file.to_json() for file in self.files],
            "unopened": [entry.to_json() for entry in self.unopened],
            "totals": self.counts.to_json(),
        }
