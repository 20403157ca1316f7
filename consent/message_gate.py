"""The gate of messages: the only maker of a ``MessagePermit``, and no question leaves for another machine without one.

``permit`` reads the grants afresh and writes the log before it returns. A permit is for exactly these bytes to exactly
this address; it looks once more before the first byte, between the pieces, and as long as the reply comes. A withdrawal
is marked on this machine before anything else, so it stands at once, also without a network.

The log is that of studies and shares: one chain tells everything that left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, final

from consent.entries import withdrawals
from consent.errors import (
    ConsentError,
    ExpiredError,
    NoGrantError,
    NotYetValidError,
    PodOfflineError,
    WithdrawnError,
    WrongDataError,
    WrongPurposeError,
    WrongRecipientError,
)
from consent.given import GivenGrants
from consent.grant import IDENTIFIER, Status
from consent.grants import GrantFolder, Reading
from consent.ledger import PERMITTED, Entry, not_before
from consent.messages import MessageGrant, MessageState, decode_message_grant, encode_message_grant
from consent.proof import Signer
from consent.stores import Clock, Documents, Marks

__all__ = ["MESSAGE", "MessageGate", "MessagePermit", "Outgoing"]

FOLDER: Final = "consent/models/"
MESSAGE: Final = "message"
"""The action of the log's entry that stands before a message leaves."""
PIECE: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What is about to leave: where to, what for, which kinds of data, and how many bytes."""

    address: str
    purpose: str
    data: frozenset[str]
    size: int


@final
class _Seal:
    """Shows that a permit comes from the gate."""


_SEAL = _Seal()


@final
class MessagePermit:
    """Proof that a live grant covers one message to one address. Only ``MessageGate.permit`` makes one."""

    __slots__ = ("_digest", "_gate", "asked", "grant")

    def __init__(self, seal: _Seal, gate: MessageGate, grant: MessageGrant, asked: Outgoing, digest: str) -> None:
        if seal is not _SEAL:
            raise TypeError("only a MessageGate makes a MessagePermit")
        self._gate = gate
        self._digest = digest
        self.asked = asked
        self.grant = grant

    @contextmanager
    def sending(self, address: str, body: bytes) -> Iterator[Iterator[bytes]]:
        """The body in pieces, for as long as the permit stands; everything is checked once more before the first.

        WrongRecipientError or WrongDataError for an address or a body other than the permit's, WithdrawnError in the
        midst of an upload whose grant is withdrawn. A withdrawal waits until this is left.
        """
        if address != self.asked.address:
            raise WrongRecipientError("the permit is for another address")
        if hashlib.sha256(body).hexdigest() != self._digest:
            raise WrongDataError("the permit is for other bytes")
        with self._gate.open():
            self._gate.check(self)
            yield self._pieces(body)

    def look(self) -> None:
        """WithdrawnError or ExpiredError where the grant stands no more; cheap, for between two pieces of the reply."""
        self._gate.look(self.grant)

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        for start in range(0, len(body), PIECE):
            self.look()
            yield body[start : start + PIECE]


class MessageGate(GivenGrants[MessageGrant]):
    """Decides on and records messages; ``documents`` is the pod, ``marks`` this machine, ``log`` the one chain."""

    def __init__(self, documents: Documents, marks: Marks, signer: Signer, clock: Clock) -> None:
        folder = GrantFolder(
            documents,
            signer,
            FOLDER,
            encode=encode_message_grant,
            decode=decode_message_grant,
            missing=_none,
            final={Status.WITHDRAWN, Status.EXPIRED},
        )
        super().__init__(folder, documents, marks, signer, clock)

    def read(self) -> Reading[MessageState]:
        """Every message grant, read afresh."""
        gone = withdrawals(self._log.entries())
        return self._folder.read(lambda identifier: self._one(identifier, gone))

    def permit(self, address: str, purpose: str, data: frozenset[str], body: bytes) -> MessagePermit:
        """A permit for these bytes to this address, logged; else the refusal, logged unless it was the last word."""
        with self._marks.exclusive():
            asked = Outgoing(address=address, purpose=purpose, data=data, size=len(body))
            try:
                grant = self._covering(asked)
            except PodOfflineError:
                raise
            except ConsentError as error:
                self._deny(address, error.code)
                raise
            digest = hashlib.sha256(body).hexdigest()
            self._append(MESSAGE, grant, self.now(), size=len(body), sha256=digest, outcome=PERMITTED)
        return MessagePermit(_SEAL, self, grant, asked, digest)

    def check(self, permit: MessagePermit) -> None:
        """Read the grant again; the refusal where it does not cover the message any more."""
        state = self._one(permit.grant.identifier, withdrawals(self._log.entries()))
        error = _refusal(state, permit.asked, self.now())
        if error is not None:
            raise error

    def look(self, grant: MessageGrant) -> None:
        """The cheap check: this machine's withdrawals and the clock."""
        if self._marks.withdrawn(grant.identifier):
            raise WithdrawnError
        if self._clock() >= grant.until:
            raise ExpiredError

    @contextmanager
    def open(self) -> Iterator[None]:
        """Held while bytes leave; a withdrawal waits for it."""
        with self._marks.shared():
            yield

    def withdraw(self, identifier: str) -> bool:
        """Withdraw a grant; in force at once, and for good. False where the pod could not be told yet."""
        if not IDENTIFIER.fullmatch(identifier):
            raise _none(identifier)
        self._marks.mark_withdrawn(identifier, self._clock())
        with self._marks.exclusive():
            try:
                grant, events = self._folder.one(identifier)
                if not any(event.status is Status.WITHDRAWN for event in events):
                    entry = self._end("withdraw", grant)
                    self._write_receipt(identifier, entry, Status.WITHDRAWN)
                    self._folder.tell(identifier, Status.WITHDRAWN, entry.at)
            except PodOfflineError:
                return False
        return True

    def sync(self) -> None:
        """Tell the pod of withdrawals that it does not know yet; quiet where it does not answer."""
        for state in self.read().states:
            if state.marked and not any(event.status is Status.WITHDRAWN for event in state.events):
                self.withdraw(state.grant.identifier)

    def _one(self, identifier: str, gone: frozenset[str]) -> MessageState:
        grant, events = self._folder.one(identifier)
        return MessageState(grant, events, identifier in gone or self._marks.withdrawn(identifier))

    def _covering(self, asked: Outgoing) -> MessageGrant:
        """The first live grant for this message; else the refusal."""
        now = self.now()
        found: ConsentError = NoGrantError(f"no grant allows messages to {asked.address}", hint=HINT)
        for state in self.read().states:
            if state.grant.address != asked.address:
                continue
            error = _refusal(state, asked, now)
            if error is None:
                return state.grant
            found = error(hint=HINT)
        raise found

    def _deny(self, address: str, code: str) -> None:
        entries = self._log.entries()
        last = next((entry for entry in reversed(entries) if entry.recipient == address), None)
        if last is None or (last.action, last.outcome) != ("deny", code):
            now = not_before(entries, self._clock())
            self._log.append(Entry(at=now, action="deny", controller=address, recipient=address, outcome=code))

    def _reader(self, grant: MessageGrant) -> str:
        return grant.address


HINT: Final = "Allow it: pod-agent model allow NAME"


def _refusal(state: MessageState, asked: Outgoing, now: datetime) -> type[ConsentError] | None:
    """Why this grant does not cover such a message; None if it does."""
    grant = state.grant
    checks = (
        (WrongRecipientError, grant.address == asked.address),
        (WrongPurposeError, grant.purpose == asked.purpose),
        (WrongDataError, bool(asked.data) and asked.data <= grant.data and 0 < asked.size <= grant.size),
        (WithdrawnError, not state.withdrawn),
        (NotYetValidError, state.given and grant.created <= now),
        (ExpiredError, state.status(now) != Status.EXPIRED.value),
    )
    return next((error for error, holds in checks if not holds), None)


def _none(identifier: str) -> NoGrantError:
    return NoGrantError(f"no language model is allowed under {identifier}", hint="Run: pod-agent model list")
