"""The gate: the only maker of permits, and nothing about the person is sent without one.

``permit`` reads the grants afresh, writes the log entry, then the charge. The permit it returns is for exactly these
bytes to exactly this address; it looks once more just before the first byte, and between the pieces of an upload.

A withdrawal is marked on this machine before anything else. From then on no upload begins and the ones under way stop
before their next piece; when ``withdraw`` returns none is left. The pod is told at once or, if it does not answer, by
the next ``sync``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, final

from consent.budget import PERIOD, Charge, Limits
from consent.entries import changed, denied, denied_before, ended, released, taken_back, withdrawals
from consent.errors import (
    AlreadyAnsweredError,
    BadSignatureError,
    ConsentError,
    ExpiredError,
    NoGrantError,
    PodOfflineError,
    WithdrawnError,
    WrongDataError,
    WrongRecipientError,
)
from consent.grant import IDENTIFIER, Disclosure, Grant, GrantState, Status, check_renewal
from consent.grants import Grants, Reading
from consent.ledger import SENT, Entry, Ledger, Log, LogMovedError, charge_of, check_wanted, not_before
from consent.policy import choose, refusal
from consent.receipt import Receipt
from consent.stores import Clock, Head

__all__ = ["Gate", "Permit"]

T = TypeVar("T")
PIECE = 16_384
"""Bytes of an upload between two looks at the withdrawals."""


@final
class _Seal:
    """Shows that a permit comes from the gate."""


_SEAL = _Seal()


@final
class Permit:
    """Proof that a live grant covers one disclosure. Only ``Gate.permit`` makes one."""

    __slots__ = ("_gate", "disclosure", "grant", "until")

    def __init__(self, seal: _Seal, gate: Gate, grant: Grant, disclosure: Disclosure, until: datetime) -> None:
        if seal is not _SEAL:
            raise TypeError("only a Gate makes a Permit")
        self._gate = gate
        self.grant = grant
        self.disclosure = disclosure
        self.until = until

    def check(self) -> None:
        """Read the grant again; raises the refusal where it does not cover the disclosure any more."""
        self._gate.check(self)

    @contextmanager
    def sending(self, address: str, body: bytes) -> Iterator[Iterator[bytes]]:
        """The body in pieces, for as long as the permit stands; everything is checked once more before the first.

        Raises WrongRecipientError or WrongDataError for an address or a body other than the permit's, and
        WithdrawnError in the midst of an upload whose grant is withdrawn.
        """
        if address != self.disclosure.recipient:
            raise WrongRecipientError("the permit is for another address")
        if len(body) != self.disclosure.size or hashlib.sha256(body).hexdigest() != self.disclosure.sha256:
            raise WrongDataError("the permit is for other bytes")
        with self._gate.open():
            self.check()
            yield self._pieces(body)

    def _pieces(self, body: bytes) -> Iterator[bytes]:
        for start in range(0, len(body), PIECE):
            self._gate.look(self)
            yield body[start : start + PIECE]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a decision rests on; ``earlier`` is the charge of the same study, if there is one."""

    now: datetime
    reading: Reading[GrantState]
    charges: list[Charge]
    earlier: Charge | None


class Gate:
    """Decides, records and counts; see the module for the order in which it does so.

    ``limits`` are the person's, over all grants; None stands for the defaults.
    """

    def __init__(self, grants: Grants, ledger: Ledger, log: Log, clock: Clock, limits: Limits | None = None) -> None:
        self._grants = grants
        self._ledger = ledger
        self._log = log
        self._clock = clock
        self.limits = limits or Limits()

    def permit(self, asked: Disclosure, *, grant: str = "") -> Permit:
        """A permit for the disclosure, logged and charged; else the refusal, logged unless it was the last word.

        Under the grant of this identifier alone, where one is named. Asked again for the same bytes, after a crash
        between the charge and the last byte, it permits them without a second charge for as long as the first one
        counts in the shortest window of the budget.
        """
        return self._decided(asked, lambda entries: self._permit(asked, grant, entries))

    def require(self, asked: Disclosure) -> None:
        """Raise, and log, the refusal that ``permit`` would raise now; nothing is permitted, charged or logged else.

        For before the bytes are made: the disclosure's address, size and digest are not looked at.
        """
        self._decided(asked, lambda entries: self._choose(asked, "", self._find(asked, entries)))

    def record(self, permit: Permit, outcome: str = SENT) -> None:
        """Log how a permitted release ended: ``sent``, or the code of what went wrong."""
        with self._grants.marks.exclusive():
            self._log.append(ended(permit.disclosure, permit.grant.identifier, outcome, self._clock()))

    def note_taken_back(self, release: Entry, *, recipient: str, payload: bytes, outcome: str) -> None:
        """Log what a server said when ``payload`` was to take the report of this release back; its cost stays counted.

        ``recipient`` is the address that the payload went to.
        """
        with self._grants.marks.exclusive():
            self._log.append(taken_back(release, recipient, payload, outcome, self._clock()))

    def give(self, grant: Grant) -> Receipt:
        """Store a grant that the person gave; it is in force when this returns, and the receipt is in the pod."""
        with self._grants.marks.exclusive():
            entries = self._log.entries()
            now = not_before(entries, self._clock())
            check_wanted(entries, grant.request, deferred=True)
            self._grants.add(grant)
            entry = self._append_grant("give", grant, now)
            self._grants.tell(grant.identifier, Status.GIVEN, max(now, grant.created))
            return self._write_receipt(grant.identifier, entry, Status.GIVEN)

    def renew(self, identifier: str, until: datetime, notice: str) -> Receipt:
        """Let a live grant last until ``until``, once the person said yes to ``notice``: the digest of what was shown.

        Nothing else of it changes. The refusal where the grant is over, for what has ended stays ended;
        InvalidGrantError where the new end is not later than the old one, or too far away.
        """
        with self._grants.marks.exclusive():
            entries = self._log.entries()
            now = not_before(entries, self._clock())
            state = self._grants.one(identifier, withdrawals(entries))
            check_renewal(state, now, until, notice)
            self._grants.check_room()
            entry = self._append_grant("renew", state.grant, now)
            self._grants.tell(identifier, Status.RENEWED, entry.at, until=until, notice=notice)
            return self._write_receipt(identifier, entry, Status.RENEWED)

    def withdraw(self, identifier: str) -> bool:
        """Withdraw a grant; in force at once, and for good. False where the pod could not be told yet.

        NoGrantError where the pod answers and holds no such grant. Withdrawing again changes nothing.
        """
        if not IDENTIFIER.fullmatch(identifier):
            raise NoGrantError(f"there is no grant {identifier}", hint="Run: pod-agent grants list")
        self._grants.marks.mark_withdrawn(identifier, self._clock())
        with self._grants.marks.exclusive():
            return self._settle(identifier)

    def sync(self) -> list[str]:
        """Tell the pod of withdrawals that it does not know yet; the identifiers of those that still wait."""
        with self._grants.marks.exclusive():
            waiting = []
            for identifier in self._grants.marks.all_withdrawn():
                try:
                    settled = self._settle(identifier)
                except NoGrantError:  # marked without a network for a grant that this pod never held
                    settled = True
                if not settled:
                    waiting.append(identifier)
            return waiting

    def states(self) -> Reading[GrantState]:
        """All grants as they stand, with every withdrawal that the log or this machine knows of."""
        return self._grants.read(withdrawals(self._log.entries()))

    def one(self, identifier: str) -> GrantState:
        """One grant as it stands; NoGrantError where there is none."""
        return self._grants.one(identifier, withdrawals(self._log.entries()))

    def withdrawn(self, entries: list[Entry]) -> frozenset[str]:
        """Identifiers of all grants whose withdrawal is in the log's entries or is marked on this machine."""
        return withdrawals(entries) | self._grants.marks.all_withdrawn().keys()

    def receipts(self) -> list[Receipt]:
        """Every receipt in the pod, held against the log and its grant; see ``receipt.read_receipts``."""
        return self._grants.receipts(self._log.entries())

    def entries(self) -> list[Entry]:
        """The log, checked from its first entry to its head."""
        return self._log.entries()

    def charges(self) -> list[Charge]:
        """What was spent of the privacy budget."""
        return self._ledger.charges(self._log.entries())

    def now(self) -> datetime:
        """This moment, never before the last entry of the log; ClockRollbackError if the clock says so."""
        return not_before(self._log.entries(), self._clock())

    def check(self, permit: Permit) -> None:
        """Raise the refusal if the permit's grant does not cover its disclosure any more."""
        entries = self._log.entries()
        check_wanted(entries, permit.disclosure.study)
        state = self._grants.one(permit.grant.identifier, withdrawals(entries))
        error = refusal(state, permit.disclosure, not_before(entries, self._clock()))
        if error is not None:
            raise error

    def look(self, permit: Permit) -> None:
        """The cheap check between two pieces of an upload: this machine's withdrawals and the clock."""
        if self._grants.marks.withdrawn(permit.grant.identifier):
            raise WithdrawnError
        if self._clock() >= min(permit.until, permit.disclosure.closes):
            raise ExpiredError

    @contextmanager
    def open(self) -> Iterator[None]:
        """Held while bytes leave; a withdrawal waits for it."""
        with self._grants.marks.shared():
            yield

    def _decided(self, asked: Disclosure, decide: Callable[[list[Entry]], T]) -> T:
        with self._grants.marks.exclusive():
            while True:
                entries = self._log.entries()
                try:
                    return decide(entries)
                except LogMovedError:
                    continue
                except PodOfflineError:
                    raise
                except ConsentError as error:
                    if not denied_before(entries, asked.study, error.code):
                        self._log.append(denied(asked, error.code, self._clock()))
                    raise

    def _permit(self, asked: Disclosure, grant: str, entries: list[Entry]) -> Permit:
        found = self._find(asked, entries)
        if found.earlier is not None:
            return self._again(asked, found.earlier, entries, found.now)
        state = self._choose(asked, grant, found)
        chosen = state.grant
        entry = self._log.append(released(asked, chosen.identifier, found.now), after=len(entries))
        if not self._ledger.charge(charge_of(entry)):
            raise AlreadyAnsweredError
        return Permit(_SEAL, self, chosen, asked, state.ends(found.now))

    def _find(self, asked: Disclosure, entries: list[Entry]) -> _Found:
        now = not_before(entries, self._clock())
        check_wanted(entries, asked.study)
        reading = self._grants.read(withdrawals(entries))
        if self._tell_expired(reading, now):
            raise LogMovedError
        charges = self._ledger.charges(entries)
        earlier = next((charge for charge in charges if charge.study == asked.study), None)
        return _Found(now, reading, charges, earlier)

    def _choose(self, asked: Disclosure, grant: str, found: _Found) -> GrantState:
        if found.earlier is not None:
            raise AlreadyAnsweredError
        states = [state for state in found.reading.states if grant in {"", state.grant.identifier}]
        try:
            return choose(states, asked, found.now, found.charges, self.limits)
        except NoGrantError:
            if found.reading.damaged:
                raise BadSignatureError("a grant in your pod was changed by someone else") from None
            raise

    def _again(self, asked: Disclosure, earlier: Charge, entries: list[Entry], now: datetime) -> Permit:
        answered = any(entry.study == asked.study and entry.outcome == SENT for entry in entries)
        if answered or earlier.sha256 != asked.sha256 or earlier.micro_rho < asked.micro_rho:
            raise AlreadyAnsweredError
        if earlier.at <= now - PERIOD:
            raise AlreadyAnsweredError("the report was permitted so long ago that its cost no longer counts")
        state = self._grants.one(earlier.grant, withdrawals(entries))
        error = refusal(state, asked, now)
        if error is not None:
            raise error
        self._ledger.charge(earlier)  # a crash may have come between the log entry and the charge
        return Permit(_SEAL, self, state.grant, asked, state.ends(now))

    def _settle(self, identifier: str) -> bool:
        try:
            entries = self._log.entries()
            state = self._grants.one(identifier)
            head = next((entry for entry in entries if (entry.action, entry.grant) == ("withdraw", identifier)), None)
            if head is None:
                head = self._append_grant("withdraw", state.grant, self._clock())
            self._grants.tell(identifier, Status.WITHDRAWN, head.at)
            self._write_receipt(identifier, head, Status.WITHDRAWN)
        except NoGrantError:
            raise
        except ConsentError:  # offline, or someone changed the pod: the mark of this machine stands all the same
            return False
        return True

    def _tell_expired(self, reading: Reading[GrantState], now: datetime) -> bool:
        due = [
            state
            for state in reading.states
            if now >= state.ends(now) and not state.withdrawn and not _told_expired(state)
        ]
        for state in due:
            self._append_grant("expire", state.grant, now)
            self._grants.tell(state.grant.identifier, Status.EXPIRED, now)
        return bool(due)

    def _append_grant(self, action: str, grant: Grant, now: datetime) -> Entry:
        return self._log.append(changed(action, grant, now))

    def _write_receipt(self, identifier: str, entry: Entry, status: Status) -> Receipt:
        return self._grants.write_receipt(identifier, entry.at, Head(entry.sequence, entry.digest), status)


def _told_expired(state: GrantState) -> bool:
    return any(event.status is Status.EXPIRED for event in state.events)
