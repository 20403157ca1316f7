"""What the gates of direct shares and of messages have in common: a folder of grants, the one log, and giving.

A grant for studies is a yes to somebody's request and has a gate of its own; these are given unasked, to one recipient.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Protocol, TypeVar

from consent.grant import Status
from consent.grants import GrantFolder, Named
from consent.ledger import Entry, Log, not_before
from consent.proof import Signer
from consent.receipt import Receipt
from consent.stores import Clock, Documents, Head, Marks

__all__ = ["Given", "GivenGrants"]


class Given(Named, Protocol):
    """What giving needs to know of a grant, of whichever kind."""

    @property
    def recipient(self) -> str:
        """Who it lets read."""
        ...

    @property
    def created(self) -> datetime:
        """When it was made."""
        ...


G = TypeVar("G", bound=Given)


class GivenGrants(Generic[G]):
    """Grants of one kind in ``folder``; ``marks`` is this machine, the log that of all grants."""

    def __init__(
        self, folder: GrantFolder[G], documents: Documents, marks: Marks, signer: Signer, clock: Clock
    ) -> None:
        self._folder = folder
        self._marks = marks
        self._clock = clock
        self._log = Log(documents, marks, signer)

    @property
    def key(self) -> str:
        """Multikey of the agent, which signs the grants."""
        return self._folder.key

    def now(self) -> datetime:
        """This moment, never before the last entry of the log; ClockRollbackError if the clock says so."""
        return not_before(self._log.entries(), self._clock())

    def give(self, grant: G) -> Receipt:
        """Store a grant that the person gave, with its log entry, event and receipt."""
        with self._marks.exclusive():
            now = self.now()
            self._folder.add(grant)
            entry = self._append("give", grant, now)
            self._folder.tell(grant.identifier, Status.GIVEN, max(now, grant.created))
            return self._write_receipt(grant.identifier, entry, Status.GIVEN)

    def _reader(self, grant: G) -> str:
        """Where what the grant permits goes, for the log."""
        return grant.recipient

    def _append(
        self, action: str, grant: G, at: datetime, *, size: int = 0, sha256: str = "", outcome: str = ""
    ) -> Entry:
        return self._log.append(
            Entry(
                at=at,
                action=action,
                grant=grant.identifier,
                controller=grant.recipient,
                recipient=self._reader(grant),
                size=size,
                sha256=sha256,
                outcome=outcome,
            )
        )

    def _end(self, action: str, grant: G) -> Entry:
        """The log's entry of the end of a grant, written where it is not there yet: a crash must not tell it twice."""
        ends = (each for each in self._log.entries() if (each.action, each.grant) == (action, grant.identifier))
        return next(ends, None) or self._append(action, grant, max(self._clock(), grant.created))

    def _write_receipt(self, identifier: str, entry: Entry, status: Status) -> Receipt:
        return self._folder.write_receipt(identifier, entry.at, Head(entry.sequence, entry.digest), status)
