"""The person's grants as they lie in the pod: one folder each, the grant itself and its events.

Files are only ever added. A folder in which anything was changed, or in which the chain of events has a gap, counts as
damaged and permits nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from consent.codec import decode_event, decode_grant, encode_event, encode_grant
from consent.errors import BadSignatureError, InvalidGrantError, NoGrantError
from consent.grant import Event, Grant, GrantState, Status
from consent.proof import Signer, key_name
from consent.receipt import Receipt, encode_receipt
from consent.stores import Documents, Head, Marks

__all__ = ["Grants", "Reading"]

FOLDER = "consent/grants/"
MEMBERS = 498
"""Most members of the container, two for each grant; receipts, two for each grant as well, then fit theirs."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All grants as they stand, and the identifiers of those whose documents do not fit their signatures."""

    states: tuple[GrantState, ...]
    damaged: tuple[str, ...]


class Grants:
    """Reads and adds grants and events. Nothing is ever changed in place."""

    def __init__(self, documents: Documents, marks: Marks, signer: Signer) -> None:
        self._documents = documents
        self._signer = signer
        self.marks = marks

    @property
    def key(self) -> str:
        """Multikey of the agent, which signs the grants."""
        return key_name(self._signer.public_key)

    def read(self, withdrawn: Collection[str] = ()) -> Reading:
        """Every grant, read afresh; those named in ``withdrawn`` count as withdrawn whatever their folder says."""
        states, damaged = [], []
        for name in self._documents.names(FOLDER):
            identifier = name.removesuffix(".ttl").removesuffix("/")
            if f"{identifier}.ttl" != name:
                continue
            try:
                states.append(self.one(identifier, withdrawn))
            except (BadSignatureError, InvalidGrantError):
                damaged.append(identifier)
        return Reading(tuple(states), tuple(damaged))

    def one(self, identifier: str, withdrawn: Collection[str] = ()) -> GrantState:
        """One grant, read afresh; NoGrantError where there is none, BadSignatureError where it was changed."""
        content = self._documents.read(f"{FOLDER}{identifier}.ttl")
        if content is None:
            raise NoGrantError(f"there is no grant {identifier}", hint="Run: pod-agent grants list")
        grant, previous = decode_grant(content, self.key)
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
        marked = identifier in withdrawn or self.marks.withdrawn(identifier)
        return GrantState(grant, tuple(events), marked)

    def add(self, grant: Grant) -> None:
        """Write a new grant; it permits nothing before the event that says it was given.

        InvalidGrantError where the pod holds as many as one container should: servers list a container as a whole.
        """
        if len(self._documents.names(FOLDER)) >= MEMBERS:
            raise InvalidGrantError("the pod holds as many grants as it can", hint="Leave this study out.")
        if not self._documents.create(f"{FOLDER}{grant.identifier}.ttl", encode_grant(grant, self._signer)):
            raise InvalidGrantError("a grant of this name exists")

    def tell(self, identifier: str, status: Status, at: datetime) -> None:
        """Add an event, unless the grant came to that status, or to an end, before."""
        while True:
            state = self.one(identifier)
            if any(event.status in {status, Status.WITHDRAWN} for event in state.events):
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

    def write_receipt(self, identifier: str, at: datetime, head: Head, *, withdrawal: bool) -> Receipt:
        """Write the receipt of a grant or of its withdrawal; keeps the one that is there."""
        receipt = Receipt(
            grant=identifier,
            record=self._last_digest(identifier, 0),
            at=at,
            head=head,
            withdrawal=withdrawal,
        )
        self._documents.create(receipt.path, encode_receipt(receipt, self._signer))
        return receipt

    def _last_digest(self, identifier: str, number: int) -> str:
        if number:
            content = self._documents.read(f"{FOLDER}{identifier}/events/{number:04d}.ttl") or b""
            return decode_event(content, self.key)[1]
        return decode_grant(self._documents.read(f"{FOLDER}{identifier}.ttl") or b"", self.key)[1]
