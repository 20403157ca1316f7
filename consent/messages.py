"""Message grants: the person lets a language model at an address of somebody else read the questions that they type.

What leaves is readable by the recipient as it is: the words of a question, with names from the records replaced by
placeholders. Words that are typed freely can tell of health, so these data count as a special category and stand in a
grant of their own. The grant names one address, one purpose, the longest message and a day on which it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from pyoxigraph import NamedNode, Triple

from consent import terms
from consent.codec import RIGHTS, legal_bases, record_statements
from consent.errors import InvalidGrantError
from consent.facts import Facts, is_a, same, signed, subject_of
from consent.grant import DIGEST, JURISDICTION, WEBID, Event, Status, check_frame, check_jurisdiction
from consent.proof import Signer, read_graph, sign_graph
from consent.purposes import DataTerm
from consent.terms import DCT, DPV, GDPR, LOC, TYPE, VALUE
from vocab.terms import PA

__all__ = ["MESSAGE_DATA", "MOST_BYTES", "QUESTIONS", "QUESTION_READING", "MessageGrant", "MessageState"]

QUESTION_READING: Final = PA + "QuestionReading"
"""The purpose: that a question is read, and an answer worded, by a language model."""
QUESTIONS: Final = PA + "Questions"
MESSAGE_DATA: Final = {QUESTIONS: DataTerm(QUESTIONS, "the questions that you type", special=True)}
"""Every kind of data that messages may hold, by IRI."""
MOST_BYTES: Final = 64 << 10
"""The longest message that can be allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGrant:
    """The person's yes to one recipient.

    ``subject`` is the person's WebID, or the ``did:key`` of the agent where there is none; ``recipient`` a WebID or the
    origin of ``address``, which is where the bytes go and nowhere else. ``size`` is the most bytes of one message.
    ``notice`` is the digest of the exact text that the person saw. Times are whole seconds in UTC.
    """

    identifier: str
    subject: str
    recipient: str
    address: str
    purpose: str
    data: frozenset[str]
    size: int
    created: datetime
    until: datetime
    notice: str
    jurisdiction: str = JURISDICTION

    def __post_init__(self) -> None:
        """InvalidGrantError for a grant that may not exist."""
        check_frame(self.identifier, self.created, self.until)
        check_jurisdiction(self.jurisdiction)
        if not (WEBID.fullmatch(self.subject) or self.subject.startswith("did:key:z")):
            raise InvalidGrantError("the person is named by a WebID")
        if not WEBID.fullmatch(self.recipient) or not WEBID.fullmatch(self.address) or self.recipient == self.subject:
            raise InvalidGrantError("the recipient is named by a WebID or by where its server is")
        if self.purpose != QUESTION_READING or not self.data or not self.data <= MESSAGE_DATA.keys():
            raise InvalidGrantError("a language model may be allowed to read questions, and nothing else")
        if not 0 < self.size <= MOST_BYTES or not DIGEST.fullmatch(self.notice):
            raise InvalidGrantError("a grant limits the longest message and names the text that was shown")

    @property
    def document(self) -> str:
        """Base IRI of the grant's document."""
        return f"urn:uuid:{self.identifier}"


@dataclass(frozen=True, slots=True)
class MessageState:
    """A message grant and its events in order, read afresh; ``marked`` where a withdrawal is known otherwise."""

    grant: MessageGrant
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

    def status(self, now: datetime) -> str:
        """One word for people: withdrawn, expired, given or not-given."""
        if self.withdrawn:
            return Status.WITHDRAWN.value
        if now >= self.grant.until or self._has(Status.EXPIRED):
            return Status.EXPIRED.value
        return Status.GIVEN.value if self.given and self.grant.created <= now else "not-given"

    def _has(self, status: Status) -> bool:
        return any(event.status is status for event in self.events)


def encode_message_grant(grant: MessageGrant, signer: Signer) -> bytes:
    """The grant as a signed consent record, Turtle."""
    return sign_graph(_statements(grant), f"{grant.document}#record", signer, grant.created)


@lru_cache(maxsize=256)
def decode_message_grant(content: bytes, key: str) -> tuple[MessageGrant, str]:
    """The grant that ``key`` signed, and the digest of its canonical form; BadSignatureError otherwise."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    record = subject_of(graph, is_a(DPV + "ConsentRecord"))
    base = record.removesuffix("#record")
    process = f"{base}#process"
    grant = MessageGrant(
        identifier=facts.one(record, DCT + "identifier"),
        subject=facts.one(record, DPV + "hasDataSubject"),
        recipient=facts.one(process, DPV + "hasRecipient"),
        address=facts.one(process, terms.RECIPIENT),
        purpose=facts.one(process, DPV + "hasPurpose"),
        data=facts.all(process, DPV + "hasPersonalData"),
        size=facts.integer(process, terms.PAYLOAD_BYTES),
        created=facts.time(record, DCT + "created"),
        until=facts.time(f"{base}#until", VALUE),
        notice=facts.one(f"{base}#notice", terms.CONTENT_DIGEST),
        jurisdiction=facts.one(process, DPV + "hasJurisdiction").removeprefix(LOC),
    )
    same(graph, _statements(grant))
    return grant, graph.digest


def _statements(grant: MessageGrant) -> list[Triple]:
    process, until, storage, control = (
        f"{grant.document}#{part}" for part in ("process", "until", "storage", "withdraw")
    )
    special = any(MESSAGE_DATA[term].special for term in grant.data)
    many = [
        *((DPV + "hasLegalBasis", NamedNode(basis)) for basis in legal_bases(special=special)),
        *((DPV + "hasPersonalData", NamedNode(term)) for term in sorted(grant.data)),
        *((DPV + "hasRight", NamedNode(GDPR + right)) for right in RIGHTS),
    ]
    return [
        *record_statements(grant),
        *signed(
            process,
            [
                (TYPE, NamedNode(DPV + "Process")),
                (DPV + "hasPurpose", NamedNode(grant.purpose)),
                (DPV + "hasDataController", NamedNode(grant.recipient)),
                (DPV + "hasRecipient", NamedNode(grant.recipient)),
                (DPV + "hasProcessing", NamedNode(DPV + "Transmit")),
                (DPV + "hasJurisdiction", NamedNode(LOC + grant.jurisdiction)),
                (DPV + "hasStorageCondition", NamedNode(storage)),
                (DPV + "hasConsentControl", NamedNode(control)),
                (terms.RECIPIENT, grant.address),
                (terms.PAYLOAD_BYTES, grant.size),
                *many,
            ],
        ),
        *signed(storage, [(TYPE, NamedNode(DPV + "StorageCondition")), (DPV + "hasDuration", NamedNode(until))]),
        *signed(
            control,
            [(TYPE, NamedNode(DPV + "WithdrawConsent")), (DPV + "isExercisedAt", NamedNode(PA + "PodAgent"))],
        ),
    ]
