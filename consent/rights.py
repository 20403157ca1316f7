"""Rights toward a business (GDPR articles 15, 17 and 20): what the person asked for, when, and what came of it.

Each request is a signed document, ``consent/rights/<id>.ttl``, with its steps beside it:

    initiated -> acknowledged, fulfilled or rejected        acknowledged -> fulfilled or rejected
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from pyoxigraph import NamedNode, Triple

from consent.errors import BadSignatureError, InvalidGrantError, NoGrantError
from consent.facts import Facts, is_a, same, signed, subject_of
from consent.grant import IDENTIFIER, WEBID
from consent.ledger import Entry
from consent.proof import Signer, is_whole, read_graph, sign_graph
from consent.steps import Dossiers, Step, Steps, write_once
from consent.terms import DCT, DPV, GDPR, TYPE
from vocab.times import utc_text

__all__ = ["ANSWERS", "RIGHTS", "Right", "RightRequest", "RightState", "Rights", "decode_right", "encode_right"]

RIGHTS: Final = "consent/rights/"
INITIATED: Final = "RequestInitiated"
ANSWERS: Final = {
    "acknowledged": "RequestAcknowledged",
    "fulfilled": "RequestFulfilled",
    "rejected": "RequestRejected",
}
"""What can come of a request, in words and as a status of DPV."""
MOVES: Final = {
    "": frozenset({INITIATED}),
    INITIATED: frozenset(ANSWERS.values()),
    "RequestAcknowledged": frozenset({"RequestFulfilled", "RequestRejected"}),
}
MAX_REASON: Final = 500


class Right(StrEnum):
    """What a person can ask for, as articles of the GDPR."""

    ACCESS = "A15"
    ERASURE = "A17"
    PORTABILITY = "A20"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRequest:
    """One request; ``subject`` and ``controller`` are WebIDs, the subject's a ``did:key:`` while none is linked."""

    identifier: str
    subject: str
    controller: str
    right: Right
    created: datetime

    def __post_init__(self) -> None:
        """InvalidGrantError for a request that may not exist."""
        if not IDENTIFIER.fullmatch(self.identifier) or self.created.utcoffset() != timedelta(0):
            raise InvalidGrantError("a request is named by a random UUID and has a time in UTC")
        if not WEBID.fullmatch(self.controller):
            raise InvalidGrantError("a business is named by its WebID", hint="Run: pod-agent grants list")

    @property
    def document(self) -> str:
        """IRI of the request."""
        return f"urn:uuid:{self.identifier}#request"


@dataclass(frozen=True, slots=True)
class RightState:
    """A request and its steps in order."""

    request: RightRequest
    steps: tuple[Step, ...]

    @property
    def status(self) -> str:
        """One word for people: initiated, acknowledged, fulfilled or rejected."""
        last = self.steps[-1].status if self.steps else INITIATED
        return next((word for word, status in ANSWERS.items() if status == last), "initiated")

    @property
    def open(self) -> bool:
        """Whether an answer is still to come."""
        return self.status in {"initiated", "acknowledged"}

    def to_json(self) -> dict[str, Any]:
        """The request as plain values."""
        return {
            "right": self.request.identifier,
            "article": self.request.right.value,
            "controller": self.request.controller,
            "asked": utc_text(self.request.created),
            "status": self.status,
            "reason": self.steps[-1].reason if self.steps else "",
        }


def encode_right(request: RightRequest, signer: Signer) -> bytes:
    """The request as signed Turtle."""
    return sign_graph(_statements(request), request.document, signer, request.created)


@lru_cache(maxsize=256)
def decode_right(content: bytes, key: str) -> tuple[RightRequest, str]:
    """The request that ``key`` signed, and its digest."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    name = subject_of(graph, is_a(DPV + "RightExerciseActivity"))
    right = facts.one(name, DPV + "hasRight").removeprefix(GDPR)
    if right not in set(Right):
        raise BadSignatureError("a request is for a right that is not known here")
    request = RightRequest(
        identifier=facts.one(name, DCT + "identifier"),
        subject=facts.one(name, DPV + "hasDataSubject"),
        controller=facts.one(name, DPV + "hasDataController"),
        right=Right(right),
        created=facts.time(name, DCT + "created"),
    )
    same(graph, _statements(request))
    return request, graph.digest


class Rights(Dossiers):
    """Requests to exercise rights, with their place in the log."""

    def ask(self, right: Right, controller: str) -> RightRequest:
        """Write a request down; nothing is sent."""
        with self._marks.exclusive():
            now = self._now(self._log.entries())
            request = RightRequest(
                identifier=str(uuid.uuid4()), subject=self._person, controller=controller, right=right, created=now
            )
            self._log.append(Entry(at=now, action="rights", controller=controller, outcome=right.value))
            content = encode_right(request, self._signer)
            write_once(self._documents, f"{RIGHTS}{request.identifier}.ttl", content)
            self._steps(*decode_right(content, self._key)).add(INITIATED, now, self._person, MOVES)
            return request

    def note(self, identifier: str, answer: str, reason: str = "") -> bool:
        """Note what came of a request, a key of ``ANSWERS``; False where it had its last answer already.

        NoGrantError where there is no such request, InvalidGrantError for a reason that is too long to keep.
        """
        if len(reason) > MAX_REASON or not (reason.isprintable() or not reason):
            raise InvalidGrantError(f"a reason is one line of at most {MAX_REASON} characters")
        with self._marks.exclusive():
            request, digest = self._decode(identifier)
            now = self._now(self._log.entries())
            steps = self._steps(request, digest)
            steps.add(INITIATED, request.created, self._person, MOVES)  # a crash may have come before it
            return steps.add(ANSWERS[answer], now, self._person, MOVES, reason=reason)

    def one(self, identifier: str) -> RightState:
        """One request; NoGrantError where there is none."""
        request, digest = self._decode(identifier)
        return RightState(request, self._steps(request, digest).read())

    def read(self) -> list[RightState]:
        """Every request, oldest first; BadSignatureError where one was changed."""
        names = [name for name in self._documents.names(RIGHTS) if name.endswith(".ttl")]
        whole = [name for name in names if is_whole(self._documents.read(RIGHTS + name) or b"")]
        return sorted((self.one(name.removesuffix(".ttl")) for name in whole), key=lambda state: state.request.created)

    def _decode(self, identifier: str) -> tuple[RightRequest, str]:
        content = self._documents.read(f"{RIGHTS}{identifier}.ttl") if IDENTIFIER.fullmatch(identifier) else None
        if content is None:
            raise NoGrantError(f"there is no request {identifier}", hint="Run: pod-agent rights list")
        request, digest = decode_right(content, self._key)
        if request.identifier != identifier:
            raise BadSignatureError("a request lies under another request's name")
        return request, digest

    def _steps(self, request: RightRequest, digest: str) -> Steps:
        return Steps(self._documents, self._signer, f"{RIGHTS}{request.identifier}/events/", request.document, digest)


def _statements(request: RightRequest) -> list[Triple]:
    return list(
        signed(
            request.document,
            [
                (TYPE, NamedNode(DPV + "RightExerciseActivity")),
                (DCT + "identifier", request.identifier),
                (DPV + "hasIdentifier", request.identifier),
                (DCT + "created", request.created),
                (DPV + "hasDataSubject", NamedNode(request.subject)),
                (DPV + "hasDataController", NamedNode(request.controller)),
                (DPV + "hasRight", NamedNode(GDPR + request.right.value)),
            ],
        )
    )
