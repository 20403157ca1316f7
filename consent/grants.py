"""The person's grants as they lie in the pod: one folder each, the grant itself and its events.

Files are only ever added. A folder in which anything was changed, or in which the chain of events has a gap, counts as
damaged and permits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from consent.codec import decode_event, decode_grant, encode_event, encode_grant
from consent.errors import BadSignatureError, InvalidGrantError, NoGrantError
from consent.grant import Event, Grant, GrantState, Status
from consent.proof import Signer, key_name
from consent.receipt import RECEIPTS, Logged, Receipt, encode_receipt, read_receipts
from consent.stores import Documents, Head, Marks

__all__ = ["GrantFolder", "Grants", "Named", "Reading"]

MEMBERS = 498
"""Most members of the container, two for each grant; receipts, two for each grant as well, then fit theirs."""


class Named(Protocol):
    """What a folder needs to know of a grant, of whichever kind."""

    @property
    def identifier(self) -> str:
        """Its name in the folder."""
        ...

    @property
    def subject(self) -> str:
        """WebID of the person who gave it."""
        ...


S = TypeVar("S")
G = TypeVar("G", bound=Named)


@dataclass(frozen=True, slots=True)
class Reading(Generic[S]):
    """All grants as they stand, and the identifiers of those whose documents do not fit their signatures."""

    states: tuple[S, ...]
    damaged: tuple[str, ...]


class GrantFolder(Generic[G]):
    """One container of grants of one kind with their events. Nothing is ever changed in place.

    ``encode`` and ``decode`` are the kind's documents, ``missing`` makes the error where there is no such grant. After
    an event of ``final`` no other is added.
    """

    def __init__(
        self,
        documents: Documents,
        signer: Signer,
        path: str,
        *,
        encode: Callable[[G, Signer], bytes],
        decode: Callable[[bytes, str], tuple[G, str]],
        missing: Callable[[str], NoGrantError],
        final: Collection[Status],
    ) -> None:
        self._documents = documents
        self._signer = signer
        self._path = path
        self._encode = encode
        self._decode = decode
        self._missing = missing
        self._final = final

    @property
    def key(self) -> str:
        """Multikey of the agent, which signs the grants."""
        return key_name(self._signer.public_key)

    def names(self) -> list[str]:
        """Names of the members: two for each grant."""
        return self._documents.names(self._path)

    def receipts(self, entries: Sequence[Logged]) -> list[Receipt]:
        """Every receipt in the pod, held against the log and, where it is one of these, its grant."""
        return read_receipts(self._documents, self.key, entries, self._digest_of)

    def receipt_names(self) -> list[str]:
        """Names of the receipts."""
        return self._documents.names(RECEIPTS)

    def record(self, grant: G) -> bytes:
        """The grant's signed document."""
        return self._encode(grant, self._signer)

    def read(self, one: Callable[[str], S]) -> Reading[S]:
        """Every grant as ``one`` reads it, afresh."""
        states, damaged = [], []
        for name in self.names():
            identifier = name.removesuffix(".ttl").removesuffix("/")
            if f"{identifier}.ttl" != name:
                continue
            try:
                states.append(one(identifier))
            except (BadSignatureError, InvalidGrantError):
                damaged.append(identifier)
        return Reading(tuple(states), tuple(damaged))

    def one(self, identifier: str) -> tuple[G, tuple[Event, ...]]:
        """One grant and its events in order, read afresh; BadSignatureError where anything was changed."""
        grant, previous = self._grant(identifier)
        if grant.identifier != identifier:
            raise BadSignatureError("a grant lies under another grant's name")
        events = []
        for number, name in enumerate(self._documents.names(f"{self._path}{identifier}/events/"), start=1):
            raw = self._documents.read(f"{self._path}{identifier}/events/{name}") or b""
            event, digest = decode_event(raw, self.key)
            if (event.grant, event.sequence, event.previous) != (identifier, number, previous):
                raise BadSignatureError("an event of a grant is missing or out of place")
            events.append(event)
            previous = digest
        return grant, tuple(events)

    def add(self, grant: G) -> None:
        """Write a new grant; it permits nothing before the event that says it was given."""
        if not self._documents.create(f"{self._path}{grant.identifier}.ttl", self.record(grant)):
            raise InvalidGrantError("a grant of this name exists")

    def tell(
        self, identifier: str, status: Status, at: datetime, *, until: datetime | None = None, notice: str = ""
    ) -> None:
        """Add an event, unless there is a final one, or one of that status; a renewal is told each time.

        ``until`` and ``notice`` belong to renewals.
        """
        once = set() if status is Status.RENEWED else {status}
        while True:
            grant, events = self.one(identifier)
            if any(event.status in {*once, *self._final} for event in events):
                return
            number = len(events) + 1
            event = Event(
                grant=identifier,
                sequence=number,
                status=status,
                at=at,
                by=grant.subject,
                previous=self._last_digest(identifier, number - 1),
                until=until,
                notice=notice,
            )
            path = f"{self._path}{identifier}/events/{number:04d}.ttl"
            if self._documents.create(path, encode_event(event, self._signer)):
                return

    def write_receipt(self, identifier: str, at: datetime, head: Head, status: Status) -> Receipt:
        """Write the receipt of a grant, a renewal or a withdrawal; keeps the one that is there."""
        receipt = Receipt(grant=identifier, record=self.digest(identifier), at=at, head=head, status=status)
        self._documents.create(receipt.path, encode_receipt(receipt, self._signer))
        return receipt

    def digest(self, identifier: str) -> str:
        """Digest of the grant's canonical form, which its receipts name."""
        return self._grant(identifier)[1]

    def _digest_of(self, identifier: str) -> str | None:
        try:
            return self.digest(identifier)
        except NoGrantError:
            return None

    def _grant(self, identifier: str) -> tuple[G, str]:
        content = self._documents.read(f"{self._path}{identifier}.ttl")
        if content is None:
            raise self._missing(identifier)
        return self._decode(content, self.key)

    def _last_digest(self, identifier: str, number: int) -> str:
        if number:
            content = self._documents.read(f"{self._path}{identifier}/events/{number:04d}.ttl") or b""
            return decode_event(content, self.key)[1]
        return self._grant(identifier)[1]


class Grants:
    """The grants for studies, and what this machine itself knows of withdrawals."""

    def __init__(self, documents: Documents, marks: Marks, signer: Signer) -> None:
        self._folder = GrantFolder(
            documents,
            signer,
            "consent/grants/",
            encode=encode_grant,
            decode=decode_grant,
            missing=lambda identifier: NoGrantError(
                f"there is no grant {identifier}", hint="Run: pod-agent grants list"
            ),
            final={Status.WITHDRAWN},
        )
        self.marks = marks
        self.key = self._folder.key
        self.tell = self._folder.tell
        self.write_receipt = self._folder.write_receipt
        self.receipts = self._folder.receipts

    def read(self, withdrawn: Collection[str] = ()) -> Reading[GrantState]:
        """Every grant, read afresh; those named in ``withdrawn`` count as withdrawn whatever their folder says."""
        return self._folder.read(lambda identifier: self.one(identifier, withdrawn))

    def one(self, identifier: str, withdrawn: Collection[str] = ()) -> GrantState:
        """One grant, read afresh; NoGrantError where there is none, BadSignatureError where it was changed."""
        grant, events = self._folder.one(identifier)
        return GrantState(grant, events, identifier in withdrawn or self.marks.withdrawn(identifier))

    def check_room(self) -> None:
        """InvalidGrantError where the receipts of one more renewal would not fit in their container."""
        if len(self._folder.receipt_names()) >= MEMBERS:
            raise InvalidGrantError("the pod holds as many receipts as it can", hint="Give a new grant another time.")

    def add(self, grant: Grant) -> None:
        """Write a new grant; it permits nothing before the event that says it was given.

        InvalidGrantError where the pod holds as many as one container should: servers list a container as a whole.
        """
        if len(self._folder.names()) >= MEMBERS:
            raise InvalidGrantError("the pod holds as many grants as it can", hint="Leave this study out.")
        self._folder.add(grant)
