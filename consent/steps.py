"""What happens to a request of any kind, one signed document a step; each names the digest of the one before it.

Steps of a study's request carry a consent status of DPV, those of a request to exercise a right a request status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pyoxigraph import NamedNode, Triple

from consent import terms
from consent.errors import BadSignatureError
from consent.facts import Facts, same, signed, subject_of
from consent.ledger import Entry, Log, not_before
from consent.proof import Signer, is_whole, key_name, read_graph, sign_graph
from consent.stores import Clock, Documents, Marks
from consent.terms import DCT, DPV, TYPE
from vocab.terms import PROV

__all__ = ["Dossiers", "Step", "Steps", "decode_step", "encode_step", "write_once"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: ``about`` is the request's IRI, ``status`` a name of DPV such as ``ConsentRefused``.

    ``previous`` is the digest of the step before, or of the request; ``by`` who it comes from; ``reason`` why, in
    words, may be empty; ``grant`` is the grant that a yes made, else empty.
    """

    about: str
    sequence: int
    status: str
    at: datetime
    by: str
    previous: str
    reason: str = ""
    grant: str = ""


def encode_step(step: Step, signer: Signer) -> bytes:
    """The step as signed Turtle."""
    return sign_graph(_statements(step), _name(step), signer, step.at)


@lru_cache(maxsize=1024)
def decode_step(content: bytes, key: str) -> tuple[Step, str]:
    """The step that ``key`` signed, and its digest."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    name = subject_of(graph, lambda triple: triple.predicate.value == terms.PREVIOUS)
    statuses = facts.all(name, DPV + "hasConsentStatus") | facts.all(name, DPV + "hasRequestStatus")
    if len(statuses) != 1:
        raise BadSignatureError("a step of a request has no status, or two")
    grants = facts.all(name, terms.UNDER_GRANT)
    step = Step(
        about=facts.one(name, terms.UNDER_REQUEST),
        sequence=facts.integer(name, terms.SEQUENCE),
        status=next(iter(statuses)).removeprefix(DPV),
        at=facts.time(name, DPV + "isIndicatedAtTime"),
        by=facts.one(name, DPV + "isIndicatedBy"),
        previous=facts.one(name, terms.PREVIOUS),
        reason=facts.one(f"{name}-reason", DCT + "description") if facts.all(name, DPV + "hasJustification") else "",
        grant=next(iter(grants), "").removeprefix("urn:uuid:").removesuffix("#record"),
    )
    same(graph, _statements(step))
    return step, graph.digest


class Steps:
    """The steps of one request, in a container of their own; they are only ever added."""

    def __init__(self, documents: Documents, signer: Signer, container: str, about: str, first: str) -> None:
        """``about`` is the request's IRI, ``first`` the digest of its document."""
        self._documents = documents
        self._signer = signer
        self._container = container
        self._about = about
        self._first = first

    def read(self) -> tuple[Step, ...]:
        """All steps in order; BadSignatureError where one was changed or is missing. A torn last one is not read."""
        return self._read()[0]

    def add(
        self,
        status: str,
        at: datetime,
        by: str,
        moves: Mapping[str, frozenset[str]],
        *,
        reason: str = "",
        grant: str = "",
    ) -> bool:
        """Add a step if ``moves`` has it after the last one (after nothing: the empty name); False where it has not."""
        while True:
            steps, previous = self._read()
            if status not in moves.get(steps[-1].status if steps else "", frozenset()):
                return False
            step = Step(
                about=self._about,
                sequence=len(steps) + 1,
                status=status,
                at=max(at, steps[-1].at) if steps else at,
                by=by,
                previous=previous,
                reason=reason,
                grant=grant,
            )
            if write_once(self._documents, self._path(step.sequence), encode_step(step, self._signer)):
                return True

    def _read(self) -> tuple[tuple[Step, ...], str]:
        steps: list[Step] = []
        previous, names = self._first, self._documents.names(self._container)
        for number, name in enumerate(names, start=1):
            content = self._documents.read(self._container + name) or b""
            if number == len(names) and not is_whole(content):
                break
            step, digest = decode_step(content, key_name(self._signer.public_key))
            if (step.about, step.sequence, step.previous) != (self._about, number, previous):
                raise BadSignatureError("a step of a request is missing or out of place")
            steps.append(step)
            previous = digest
        return tuple(steps), previous

    def _path(self, sequence: int) -> str:
        return f"{self._container}{sequence:04d}.ttl"


class Dossiers:
    """Signed requests of one kind, each with its steps: where they lie, who signs, and who speaks.

    ``person`` is a WebID; while none is linked the agent's key stands for the person.
    """

    def __init__(self, documents: Documents, marks: Marks, signer: Signer, clock: Clock, person: str = "") -> None:
        self._documents = documents
        self._marks = marks
        self._signer = signer
        self._clock = clock
        self._log = Log(documents, marks, signer)
        self._key = key_name(signer.public_key)
        self._person = person or f"did:key:{self._key}"

    def _now(self, entries: Sequence[Entry]) -> datetime:
        return not_before(entries, self._clock())


def write_once(documents: Documents, path: str, content: bytes) -> bool:
    """Write a document that is not there yet, or of which a torn write left the beginning; False where it is whole."""
    if documents.create(path, content):
        return True
    held = documents.read(path) or b""
    return not is_whole(held) and documents.replace(path, held, content)


def _name(step: Step) -> str:
    return f"{step.about.partition('#')[0]}#event-{step.sequence}"


def _statements(step: Step) -> list[Triple]:
    name = _name(step)
    status = "hasConsentStatus" if step.status.startswith("Consent") else "hasRequestStatus"
    statements = list(
        signed(
            name,
            [
                (TYPE, NamedNode(PROV + "Activity")),
                (DPV + status, NamedNode(DPV + step.status)),
                (terms.UNDER_REQUEST, NamedNode(step.about)),
                (terms.SEQUENCE, step.sequence),
                (terms.PREVIOUS, step.previous),
                (DPV + "isIndicatedAtTime", step.at),
                (DPV + "isIndicatedBy", NamedNode(step.by)),
            ],
        )
    )
    if step.grant:
        statements += signed(name, [(terms.UNDER_GRANT, NamedNode(f"urn:uuid:{step.grant}#record"))])
    if step.reason:
        why = f"{name}-reason"
        statements += signed(name, [(DPV + "hasJustification", NamedNode(why))])
        statements += signed(why, [(TYPE, NamedNode(DPV + "Justification")), (DCT + "description", step.reason)])
    return statements
