"""The gate of direct sharing: the only maker of an ``Opening``, and no rule for another WebID is written without one.

``give`` stores the grant, its event and its receipt; ``opening`` logs what becomes readable, reads the grant afresh and
holds the lock that a withdrawal waits for. ``mark`` makes a withdrawal stand on this machine before anything else;
``settle`` tells the pod of an end, once access was removed at the server.

The log is that of studies: one chain tells everything that left. Directly shared grants lie in a folder of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import final

from consent.codec import decode_event, encode_event
from consent.direct import DirectGrant, DirectState
from consent.direct_codec import decode_direct, encode_direct
from consent.errors import (
    BadSignatureError,
    ClockRollbackError,
    ExpiredError,
    InvalidGrantError,
    NoGrantError,
    NotYetValidError,
    WithdrawnError,
    WrongDataError,
    WrongRecipientError,
)
from consent.gate import TOLERANCE
from consent.grant import IDENTIFIER, Event, Status
from consent.ledger import Entry, Log
from consent.proof import Signer, key_name
from consent.receipt import Receipt, encode_receipt
from consent.stores import Clock, Documents, Head, Marks

__all__ = ["FOLDER", "SHARED", "DirectGate", "DirectReading", "Opening"]

FOLDER = "consent/shares/"
SHARED = "share"
"""The action of the log's entry that stands before a container is opened to somebody."""

_ENDS = {Status.WITHDRAWN: "withdraw", Status.EXPIRED: "expire"}


@dataclass(frozen=True, slots=True)
class DirectReading:
    """All direct grants as they stand, and the identifiers of those whose documents do not fit their signatures."""

    states: tuple[DirectState, ...]
    damaged: tuple[str, ...]


@final
class _Token:
    """Shows that an opening comes from the gate."""


_TOKEN = _Token()


@final
class Opening:
    """Proof, while it is held, that a live grant lets this recipient read this container. Made by the gate alone."""

    __slots__ = ("grant",)

    def __init__(self, token: _Token, grant: DirectGrant) -> None:
        if token is not _TOKEN:
            raise TypeError("only a DirectGate makes an Opening")
        self.grant = grant


class DirectGate:
    """Decides on and records direct grants; ``documents`` is the pod, ``marks`` this machine, ``log`` the one chain."""

    def __init__(self, documents: Documents, marks: Marks, signer: Signer, clock: Clock) -> None:
        self._documents = documents
        self._marks = marks
        self._signer = signer
        self._clock = clock
        self._log = Log(documents, marks, signer)

    @property
    def key(self) -> str:
        """Multikey of the agent, which signs the grants."""
        return key_name(self._signer.public_key)

    def clock(self) -> datetime:
        """This moment by this machine's clock; asks nobody."""
        return self._clock()

    def now(self) -> datetime:
        """This moment, never before the last entry of the log; ClockRollbackError if the clock says so."""
        return self._now(self._log.entries())

    def record(self, grant: DirectGrant) -> bytes:
        """The grant's signed document, which is the recipient's copy too."""
        return encode_direct(grant, self._signer)

    def read(self) -> DirectReading:
        """Every direct grant, read afresh."""
        states, damaged = [], []
        for name in self._documents.names(FOLDER):
            identifier = name.removesuffix(".ttl")
            if identifier == name:
                continue
            try:
                states.append(self.one(identifier))
            except (BadSignatureError, InvalidGrantError):
                damaged.append(identifier)
        return DirectReading(tuple(states), tuple(damaged))

    def one(self, identifier: str) -> DirectState:
        """One grant, read afresh; NoGrantError where there is none, BadSignatureError where it was changed."""
        content = self._documents.read(f"{FOLDER}{identifier}.ttl")
        if content is None:
            raise _none(identifier)
        grant, previous = decode_direct(content, self.key)
        if grant.identifier != identifier:
            raise BadSignatureError("a grant lies under another grant's name")
        events = []
        for number, name in enumerate(self._documents.names(f"{FOLDER}{identifier}/events/"), start=1):
            raw = self._documents.read(f"{FOLDER}{identifier}/events/{name}") or b""
            event, digest = decode_event(raw, self.key)
            if (event.grant, event.sequence, event.previous) != (identifier, number, previous):
                raise BadSignatureError("an event of a grant is missing or out of place")
            events.append(event)
            previous = digest
        return DirectState(grant, tuple(events), self._marks.withdrawn(identifier))

    def give(self, grant: DirectGrant) -> Receipt:
        """Store a grant that the person gave, with its log entry, event and receipt; nothing is readable yet."""
        with self._marks.exclusive():
            now = self._now(self._log.entries())
            if not self._documents.create(f"{FOLDER}{grant.identifier}.ttl", self.record(grant)):
                raise InvalidGrantError("a grant of this name exists")
            entry = self._append("give", grant, now)
            self._tell(grant.identifier, Status.GIVEN, max(now, grant.created))
            return self._write_receipt(grant.identifier, entry, withdrawal=False)

    @contextmanager
    def opening(self, identifier: str, recipient: str, content: str) -> Iterator[Opening]:
        """Held while a rule for ``recipient`` is written; ``content`` is the digest of what lies in the container.

        The log says first what becomes readable, by whom; then the grant is read once more. Raises the refusal where it
        does not cover exactly this. A withdrawal waits until this is left.
        """
        with self._marks.exclusive():
            grant, now = self._covering(identifier, recipient, content)
            self._append(SHARED, grant, now, size=grant.size, sha256=grant.content[8:])
        with self._marks.shared():
            grant, _ = self._covering(identifier, recipient, content)
            yield Opening(_TOKEN, grant)

    def mark(self, identifier: str) -> None:
        """Withdraw on this machine, for good; when this returns no rule is being written under the grant."""
        if not IDENTIFIER.fullmatch(identifier):
            raise _none(identifier)
        self._marks.mark_withdrawn(identifier, self._clock())
        with self._marks.exclusive():
            return

    def settle(self, identifier: str, status: Status) -> None:
        """Tell the pod of the end of a grant whose access is removed: log entry, event and, if withdrawn, receipt."""
        with self._marks.exclusive():
            state = self.one(identifier)
            if state.settled:
                return
            entries = self._log.entries()
            action = _ENDS[status]
            entry = next((entry for entry in entries if (entry.action, entry.grant) == (action, identifier)), None)
            if entry is None:
                entry = self._append(action, state.grant, max(self._clock(), state.grant.created))
            if status is Status.WITHDRAWN:
                self._write_receipt(identifier, entry, withdrawal=True)
            self._tell(identifier, status, entry.at)

    def _covering(self, identifier: str, recipient: str, content: str) -> tuple[DirectGrant, datetime]:
        state, now = self.one(identifier), self._now(self._log.entries())
        if state.withdrawn:
            raise WithdrawnError
        if not state.given or now < state.grant.created:
            raise NotYetValidError
        if not state.live(now):
            raise ExpiredError
        if state.grant.recipient != recipient:
            raise WrongRecipientError
        if state.grant.content != content:
            raise WrongDataError
        return state.grant, now

    def _now(self, entries: list[Entry]) -> datetime:
        now = self._clock()
        if not entries:
            return now
        if now < entries[-1].at - TOLERANCE:
            raise ClockRollbackError
        return max(now, entries[-1].at)

    def _append(self, action: str, grant: DirectGrant, at: datetime, *, size: int = 0, sha256: str = "") -> Entry:
        return self._log.append(
            Entry(
                at=at,
                action=action,
                grant=grant.identifier,
                controller=grant.recipient,
                recipient=grant.recipient,
                size=size,
                sha256=sha256,
            )
        )

    def _tell(self, identifier: str, status: Status, at: datetime) -> None:
        while True:
            state = self.one(identifier)
            if any(event.status is status for event in state.events) or state.settled:
                return
            number = len(state.events) + 1
            event = Event(
                grant=identifier,
                sequence=number,
                status=status,
                at=at,
                by=state.grant.subject,
                previous=self._last_digest(identifier, number - 1),
            )
            path = f"{FOLDER}{identifier}/events/{number:04d}.ttl"
            if self._documents.create(path, encode_event(event, self._signer)):
                return

    def _write_receipt(self, identifier: str, entry: Entry, *, withdrawal: bool) -> Receipt:
        receipt = Receipt(
            grant=identifier,
            record=self._last_digest(identifier, 0),
            at=entry.at,
            head=Head(entry.sequence, entry.digest),
            withdrawal=withdrawal,
        )
        self._documents.create(receipt.path, encode_receipt(receipt, self._signer))
        return receipt

    def _last_digest(self, identifier: str, number: int) -> str:
        if number:
            content = self._documents.read(f"{FOLDER}{identifier}/events/{number:04d}.ttl") or b""
            return decode_event(content, self.key)[1]
        return decode_direct(self._documents.read(f"{FOLDER}{identifier}.ttl") or b"", self.key)[1]


def _none(identifier: str) -> NoGrantError:
    return NoGrantError(f"nothing is shared under {identifier}", hint="Run: pod-agent share list")
