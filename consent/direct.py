"""Direct grants as plain values: a person lets one other WebID read chosen data, until a day.

Unlike a grant for studies, what leaves is readable by the recipient as it is; so the grant names one WebID, pins the
exact documents by their digest, and has a day on which it ends. Nothing is ever shared with the public or with a group.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from consent.errors import InvalidGrantError
from consent.grant import DIGEST, JURISDICTION, WEBID, Event, Status, check_frame, check_jurisdiction
from consent.purposes import DATA, DataTerm
from consent.terms import PD

__all__ = ["INCOME", "SHAREABLE", "VIEWING", "DirectGrant", "DirectState", "Level"]

INCOME = PD + "Income"
VIEWING = PD + "TVViewingBehaviour"

SHAREABLE: dict[str, DataTerm] = {
    **DATA,
    INCOME: DataTerm(INCOME, "what you earn"),
    VIEWING: DataTerm(VIEWING, "what you watch"),
}
"""Every kind of data that one person can share with another, by IRI; studies can ask for fewer."""

MAX_PURPOSE = 200
MAX_SELECTION = 4_000
EVERYONE = frozenset({"xmlns.com/foaf/0.1/agent", "www.w3.org/ns/auth/acl", "www.w3.org/ns/solid/acp"})
"""Where the names lie that access rules use for everybody, without scheme and in small letters."""


class Level(StrEnum):
    """How finely data is shared."""

    RECORDS = "records"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectGrant:
    """The person's yes to one recipient.

    ``identifier`` is a UUID and names the container that is made for this grant, ``shared/<identifier>/``. ``subject``
    and ``recipient`` are WebIDs. ``purpose`` is an IRI, such as a term of DPV, or a sentence. ``selection`` is what was
    chosen, as JSON. ``content`` is the digest of the documents, ``size`` their bytes. ``notice`` is the digest of the
    exact text that the person saw. Times are whole seconds in UTC.
    """

    identifier: str
    subject: str
    recipient: str
    purpose: str
    data: frozenset[str]
    level: Level
    selection: str
    content: str
    size: int
    created: datetime
    until: datetime
    notice: str
    jurisdiction: str = JURISDICTION

    def __post_init__(self) -> None:
        """InvalidGrantError for a grant that may not exist."""
        check_frame(self.identifier, self.created, self.until)
        check_jurisdiction(self.jurisdiction)
        self._check_parties()
        self._check_scope()
        self._check_texts()

    def _check_parties(self) -> None:
        if not all(_is_iri(name) for name in (self.subject, self.recipient)):
            raise InvalidGrantError(
                "the parties of a grant are named by WebIDs",
                hint="Give the WebID letter by letter, such as https://ben.example/profile/card#me",
            )
        if self.subject == self.recipient:
            raise InvalidGrantError("you can read your own data already", hint="Give the WebID of somebody else.")
        parts = urlsplit(self.recipient)
        if f"{parts.hostname}{parts.path}".rstrip("/").lower() in EVERYONE:
            raise InvalidGrantError(
                "this name stands for everybody, not for one person", hint="Give the WebID of one person."
            )

    def _check_scope(self) -> None:
        if not self.data or not self.data <= SHAREABLE.keys():
            raise InvalidGrantError("the data are not of kinds that can be shared")
        if len({SHAREABLE[term].special for term in self.data}) > 1:
            raise InvalidGrantError("health data needs a grant of its own")

    def _check_texts(self) -> None:
        purpose = self.purpose.strip()
        if not 0 < len(purpose) <= MAX_PURPOSE or purpose != self.purpose or not purpose.isprintable():
            raise InvalidGrantError(
                f"a grant has one purpose, a line of at most {MAX_PURPOSE} characters", hint="Say what it is for."
            )
        if not 0 < len(self.selection) <= MAX_SELECTION or not self.selection.isprintable():
            raise InvalidGrantError("what is shared cannot be written down in a grant", hint="Choose less at a time.")
        if not all(DIGEST.fullmatch(text) for text in (self.content, self.notice)) or self.size < 1:
            raise InvalidGrantError("a grant names the documents that it is about, and the text that was shown")

    @property
    def container(self) -> str:
        """The container of the shared documents, a path of the pod."""
        return f"shared/{self.identifier}/"

    @property
    def document(self) -> str:
        """Base IRI of the grant's document; it does not name the pod, so the signature outlives a move."""
        return f"urn:uuid:{self.identifier}"

    @property
    def purpose_is_term(self) -> bool:
        """Whether the purpose is an IRI rather than a sentence."""
        return _is_iri(self.purpose)


@dataclass(frozen=True, slots=True)
class DirectState:
    """A direct grant and its events in order, read afresh; ``marked`` where this machine knows of a withdrawal."""

    grant: DirectGrant
    events: tuple[Event, ...]
    marked: bool = False

    @property
    def withdrawn(self) -> bool:
        """Whether the person took it back."""
        return self.marked or self._has(Status.WITHDRAWN)

    @property
    def given(self) -> bool:
        """Whether an event says that it was given."""
        return self._has(Status.GIVEN)

    @property
    def settled(self) -> bool:
        """Whether it is over and the pod's log says so: access was removed before that was written."""
        return self._has(Status.WITHDRAWN) or self._has(Status.EXPIRED)

    def live(self, now: datetime) -> bool:
        """Whether it permits reading at this moment."""
        over = self.withdrawn or self._has(Status.EXPIRED)
        return self.given and not over and self.grant.created <= now < self.grant.until

    def status(self, now: datetime) -> str:
        """One word for people: withdrawn, expired, given or not-given."""
        if self.withdrawn:
            return Status.WITHDRAWN.value
        if now >= self.grant.until or self._has(Status.EXPIRED):
            return Status.EXPIRED.value
        return Status.GIVEN.value if self.given else "not-given"

    def _has(self, status: Status) -> bool:
        return any(event.status is status for event in self.events)


def _is_iri(text: str) -> bool:
    """Whether this can stand in Turtle as the name of something on the web."""
    if not WEBID.fullmatch(text):
        return False
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True
