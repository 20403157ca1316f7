"""Requests: studies as their businesses signed them, and what the person said to each: yes, no, not now, or nothing.

A copy is kept from the moment the person first says something, in ``consent/requests/<month of its end>/<task>.ttl``,
and the steps beside it:

    requested -> given, refused, deferred or expired        deferred -> given, refused or expired

Given, refused and expired absorb. A no is in the log before it is in the steps, for the log is what the gate obeys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from pyoxigraph import NamedNode, Triple

from consent import terms
from consent.codec import verify_study
from consent.errors import BadSignatureError, RefusedError, RequestSettledError
from consent.facts import Facts, is_a, same, signed, subject_of
from consent.ledger import DEFERRED, REFUSED, Entry, last_word
from consent.proof import Signer, is_whole, read_graph, sign_graph
from consent.steps import Dossiers, Step, Steps, write_once
from consent.terms import DCT, DPV, TYPE
from vocab.decoding import canonical_json, json_object
from vocab.errors import VocabularyError
from vocab.study import Study

__all__ = ["MOVES", "REQUESTS", "RequestState", "Requests", "SignedRequest", "decode_request", "encode_request"]

REQUESTS: Final = "consent/requests/"
MOVES: Final = {
    "": frozenset({"ConsentRequested"}),
    "ConsentRequested": frozenset({"ConsentGiven", "ConsentRefused", "ConsentRequestDeferred", "ConsentExpired"}),
    "ConsentRequestDeferred": frozenset({"ConsentGiven", "ConsentRefused", "ConsentExpired"}),
}
"""Which step may follow which; a status that is not a key is final."""
_WORDS: Final = {REFUSED: "ConsentRefused", DEFERRED: "ConsentRequestDeferred", "give": "ConsentGiven"}
_SETTLED_AFTER: Final = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A study with the manifest (canonical JSON) and the proof that its business posted; made by ``read``."""

    study: Study
    key: str
    manifest: str
    proof: str

    @classmethod
    def read(cls, manifest: Mapping[str, Any], proof: str) -> SignedRequest:
        """Check the business's signature; BadSignatureError or VocabularyError where it or the terms do not hold."""
        study, key = verify_study(manifest, proof)
        return cls(study, key, canonical_json(manifest).decode(), proof)

    @property
    def task_id(self) -> str:
        """The task id in hexadecimal, which names the request."""
        return self.study.task_id.hex()

    @property
    def document(self) -> str:
        """IRI of the request."""
        return f"{terms.STUDIES}{self.task_id}#request"

    @property
    def path(self) -> str:
        """Where the copy lies in the pod, without its ending."""
        return f"{REQUESTS}{self.study.closes:%Y-%m}/{self.task_id}"


@dataclass(frozen=True, slots=True)
class RequestState:
    """A request and its steps in order."""

    request: SignedRequest
    steps: tuple[Step, ...]

    def status(self, now: datetime) -> str:
        """Name of DPV such as ``ConsentRefused``; an end that has come counts without a step that tells it."""
        last = self.steps[-1].status if self.steps else "ConsentUnknown"
        return "ConsentExpired" if last in MOVES and now >= self.request.study.closes else last


def encode_request(request: SignedRequest, created: datetime, signer: Signer) -> bytes:
    """The copy of a study as signed Turtle; the business's own signature is in it."""
    return sign_graph(_statements(request, created), request.document, signer, created)


@lru_cache(maxsize=256)
def decode_request(content: bytes, key: str) -> tuple[SignedRequest, str]:
    """The request whose copy ``key`` signed, and the digest of the copy; the business's signature is checked again."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    name = subject_of(graph, is_a(terms.STUDY_REQUEST))
    try:
        manifest = json_object(facts.one(name, terms.MANIFEST), "the manifest")
    except VocabularyError as error:
        raise BadSignatureError("the manifest of a request cannot be read") from error
    request = SignedRequest.read(manifest, facts.one(name, terms.MANIFEST_PROOF))
    same(graph, _statements(request, facts.time(name, DCT + "created")))
    return request, graph.digest


class Requests(Dossiers):
    """What the person said to studies."""

    def refuse(self, request: SignedRequest) -> None:
        """Say no, for good: nothing leaves for this study, and it is shown as open no more.

        RequestSettledError where the study was allowed, or is over; saying it again changes nothing.
        """
        self._say(request, REFUSED)

    def defer(self, request: SignedRequest) -> None:
        """Say "not now": nothing leaves for this study until the person says yes.

        RefusedError where it was refused, RequestSettledError where it was allowed, or is over.
        """
        self._say(request, DEFERRED)

    def hold(self, request: SignedRequest) -> None:
        """Keep a copy of a request that the person is about to answer."""
        with self._marks.exclusive():
            self._hold(request, self._now(self._log.entries()))

    def given(self, request: SignedRequest, grant: str) -> None:
        """Note the grant that a yes made."""
        with self._marks.exclusive():
            now = self._now(self._log.entries())
            self._hold(request, now).add("ConsentGiven", now, self._person, MOVES, grant=grant)

    def settle(self) -> None:
        """Tell the steps that follow from the log or the clock and are missing, of studies that ended lately or not."""
        with self._marks.exclusive():
            entries = self._log.entries()
            now = self._now(entries)
            for request, digest in self._stored(f"{now - _SETTLED_AFTER:%Y-%m}"):
                steps = self._steps(request, digest)
                said = [entry for entry in entries if entry.study == request.task_id and entry.action in _WORDS]
                for entry in said:
                    grant = entry.grant if entry.action == "give" else ""
                    steps.add(_WORDS[entry.action], entry.at, self._person, MOVES, grant=grant)
                if now >= request.study.closes:
                    steps.add("ConsentExpired", now, self._person, MOVES)

    def read(self) -> list[RequestState]:
        """Every request that the person ever answered; BadSignatureError where one was changed."""
        return [RequestState(request, self._steps(request, digest).read()) for request, digest in self._stored("")]

    def _say(self, request: SignedRequest, word: str) -> None:
        with self._marks.exclusive():
            entries = self._log.entries()
            now = self._now(entries)
            last = last_word(entries, request.task_id)
            if last == REFUSED and word != REFUSED:
                raise RefusedError
            if last != word:
                self._check_open(request, entries, now)
            steps = self._hold(request, now)
            if last != word:
                study = request.study
                entry = Entry(at=now, action=word, study=request.task_id, controller=study.controller)
                now = self._log.append(entry).at
            steps.add(_WORDS[word], now, self._person, MOVES)

    def _check_open(self, request: SignedRequest, entries: list[Entry], now: datetime) -> None:
        given = next((each for each in entries if (each.action, each.study) == ("give", request.task_id)), None)
        if given is not None:
            hint = f"Take your yes back instead. Run: pod-agent grants withdraw {given.grant}"
            raise RequestSettledError("you allowed this study", hint=hint)
        if now >= request.study.closes:
            raise RequestSettledError("this study is over")

    def _hold(self, request: SignedRequest, now: datetime) -> Steps:
        path = f"{request.path}.ttl"
        write_once(self._documents, path, encode_request(request, now, self._signer))
        held, digest = self._decode(path)
        if held.task_id != request.task_id:
            raise BadSignatureError("a request lies under another request's name")
        steps = self._steps(held, digest)
        steps.add("ConsentRequested", now, request.study.controller, MOVES)
        return steps

    def _steps(self, request: SignedRequest, digest: str) -> Steps:
        return Steps(self._documents, self._signer, f"{request.path}/events/", request.document, digest)

    def _stored(self, since: str) -> Iterator[tuple[SignedRequest, str]]:
        """Every copy from this month of ends on, with its digest."""
        for month in self._documents.names(REQUESTS):
            for name in self._documents.names(REQUESTS + month) if month >= since else ():
                if name.endswith(".ttl") and is_whole(self._documents.read(REQUESTS + month + name) or b""):
                    yield self._decode(REQUESTS + month + name)  # half a copy is written again with the next word

    def _decode(self, path: str) -> tuple[SignedRequest, str]:
        return decode_request(self._documents.read(path) or b"", self._key)


def _statements(request: SignedRequest, created: datetime) -> list[Triple]:
    return list(
        signed(
            request.document,
            [
                (TYPE, NamedNode(terms.STUDY_REQUEST)),
                (DCT + "identifier", request.task_id),
                (DPV + "hasIdentifier", request.task_id),
                (DCT + "created", created),
                (DPV + "hasDataController", NamedNode(request.study.controller)),
                (DPV + "hasPurpose", NamedNode(request.study.purpose)),
                (terms.MANIFEST, request.manifest),
                (terms.MANIFEST_PROOF, request.proof),
            ],
        )
    )
