"""Grants, events, charges and log entries as signed Turtle, and studies as signed JSON.

Every reader checks the signature, takes the fields out, writes them again and compares: a document with one statement
more, one fewer or another form of the same value is refused. Readers are pure functions of the bytes, so a document
that was verified once is remembered.

A grant follows the profile of ISO/IEC TS 27560 in DPV 2.3 (``dpv-27560:record-eu-gdpr``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode, Triple

from consent import terms
from consent.budget import Charge
from consent.errors import BadSignatureError
from consent.facts import Facts, is_a, same, signed, subject_of
from consent.grant import Event, Grant, Status
from consent.proof import Signer, read_graph, sign_graph, sign_json, verify_json
from consent.purposes import DATA
from consent.terms import DCT, DPV, DPV_27560, GDPR, LOC, TYPE, VALUE
from vocab.study import Study
from vocab.terms import PA, PROV

__all__ = [
    "EVENTS",
    "decode_charge",
    "decode_event",
    "decode_grant",
    "encode_charge",
    "encode_event",
    "encode_grant",
    "legal_bases",
    "record_statements",
    "sign_study",
    "verify_study",
]

RIGHTS = ("A7-3", "A15", "A17", "A20", "A22")
PROCESSING = ("Derive", "Anonymise", "Share")
EVENTS = {
    Status.GIVEN: DPV + "ConsentGiven",
    Status.RENEWED: DPV + "RenewedConsentGiven",
    Status.WITHDRAWN: DPV + "ConsentWithdrawn",
    Status.EXPIRED: DPV + "ConsentExpired",
}
NOTICE_VERSION = "1"
"""Form of the text that people are shown before they say yes."""


def encode_grant(grant: Grant, signer: Signer) -> bytes:
    """The grant as a signed consent record, Turtle."""
    return sign_graph(_grant_statements(grant), f"{grant.document}#record", signer, grant.created)


@lru_cache(maxsize=1024)
def decode_grant(content: bytes, key: str) -> tuple[Grant, str]:
    """The grant that ``key`` signed, and the digest of its canonical form."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    record = subject_of(graph, is_a(DPV + "ConsentRecord"))
    base = record.removesuffix("#record")
    process, measure = f"{base}#process", f"{base}#privacy"
    grant = Grant(
        identifier=facts.one(record, DCT + "identifier"),
        subject=facts.one(record, DPV + "hasDataSubject"),
        controller=facts.one(process, DPV + "hasDataController"),
        controller_key=facts.one(process, terms.CONTROLLER_KEY),
        helper=facts.one(process, terms.HELPER_SERVER),
        helper_key=facts.one(process, terms.HELPER_KEY_DIGEST),
        purpose=facts.one(process, DPV + "hasPurpose"),
        data=facts.all(process, DPV + "hasPersonalData"),
        created=facts.time(record, DCT + "created"),
        until=facts.time(f"{base}#until", VALUE),
        max_micro_rho_release=facts.integer(measure, terms.MAX_PER_RELEASE),
        max_micro_rho_period=facts.integer(measure, terms.MAX_PER_PERIOD),
        min_batch=facts.integer(measure, terms.MIN_COHORT),
        notice=facts.one(f"{base}#notice", terms.CONTENT_DIGEST),
        request=facts.one(record, DCT + "source").removeprefix(terms.STUDIES).removesuffix("#request"),
        jurisdiction=facts.one(process, DPV + "hasJurisdiction").removeprefix(LOC),
    )
    same(graph, _grant_statements(grant))
    return grant, graph.digest


def encode_event(event: Event, signer: Signer) -> bytes:
    """The event as signed Turtle."""
    return sign_graph(_event_statements(event), _event_name(event.grant, event.sequence), signer, event.at)


@lru_cache(maxsize=1024)
def decode_event(content: bytes, key: str) -> tuple[Event, str]:
    """The event that ``key`` signed, and its digest."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    name = subject_of(graph, lambda triple: triple.predicate.value == terms.PREVIOUS)
    statuses = {iri: status for status, iri in EVENTS.items()}
    kind = facts.one(name, TYPE)
    if kind not in statuses:
        raise BadSignatureError("the event is of a kind that is not known here")
    event = Event(
        grant=facts.one(name, terms.UNDER_GRANT).removeprefix("urn:uuid:").removesuffix("#record"),
        sequence=facts.integer(name, terms.SEQUENCE),
        status=statuses[kind],
        at=facts.time(name, DPV + "isIndicatedAtTime"),
        by=facts.one(name, DPV + "isIndicatedBy"),
        previous=facts.one(name, terms.PREVIOUS),
        until=facts.time(f"{name}-until", VALUE) if statuses[kind] is Status.RENEWED else None,
        notice=facts.one(f"{name}-notice", terms.CONTENT_DIGEST) if statuses[kind] is Status.RENEWED else "",
    )
    same(graph, _event_statements(event))
    return event, graph.digest


def encode_charge(charge: Charge, signer: Signer) -> bytes:
    """The charge to the privacy budget as signed Turtle."""
    return sign_graph(_charge_statements(charge), _charge_name(charge.study), signer, charge.at)


@lru_cache(maxsize=1024)
def decode_charge(content: bytes, key: str) -> Charge:
    """The charge that ``key`` signed."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    name = subject_of(graph, is_a(terms.CHARGE))
    charge = Charge(
        study=facts.one(name, terms.STUDY),
        grant=facts.one(name, terms.UNDER_GRANT).removeprefix("urn:uuid:").removesuffix("#record"),
        controller=facts.one(name, DPV + "hasDataController"),
        micro_rho=facts.integer(name, terms.MICRO_RHO),
        at=facts.time(name, PROV + "atTime"),
        sha256=facts.one(name, terms.PAYLOAD_DIGEST),
        question=facts.one(name, terms.QUESTION),
    )
    same(graph, _charge_statements(charge))
    return charge


def sign_study(study: Study, signer: Signer, created: datetime) -> str:
    """The business's signature of a study's manifest, as text: ``SignedStudy.proof`` of the wire."""
    return sign_json(study.to_json(), signer, created)


def verify_study(manifest: Mapping[str, Any], proof: str) -> tuple[Study, str]:
    """The study, and the Multikey that signed it; whether that key is the business's is for the caller to know.

    BadSignatureError where the signature fails, VocabularyError where the manifest cannot be read.
    """
    key = verify_json(manifest, proof)
    return Study.from_json(manifest), key


class Recorded(Protocol):
    """What the record of a grant says, of whichever kind the grant is."""

    @property
    def identifier(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def created(self) -> datetime: ...
    @property
    def until(self) -> datetime: ...
    @property
    def notice(self) -> str: ...


def record_statements(grant: Recorded) -> list[Triple]:
    """What the record of a grant of any kind says: of whom, when, until when, after which notice."""
    base = grant.document
    record, notice, until = f"{base}#record", f"{base}#notice", f"{base}#until"
    return [
        *signed(
            record,
            [
                (TYPE, NamedNode(DPV + "ConsentRecord")),
                (DCT + "conformsTo", NamedNode(DPV_27560 + "record-eu-gdpr")),
                (DCT + "identifier", grant.identifier),
                (DPV + "hasIdentifier", grant.identifier),
                (DCT + "created", grant.created),
                (DPV + "hasDataSubject", NamedNode(grant.subject)),
                (DPV + "hasNotice", NamedNode(notice)),
                (DPV + "hasProcess", NamedNode(f"{base}#process")),
                (DPV + "hasDuration", NamedNode(until)),
            ],
        ),
        *signed(until, [(TYPE, NamedNode(DPV + "UntilTimeDuration")), (VALUE, grant.until)]),
        *_notice_statements(notice, grant.notice),
    ]


def _notice_statements(notice: str, shown: str) -> Iterator[Triple]:
    return signed(
        notice,
        [
            (TYPE, NamedNode(DPV + "ConsentNotice")),
            (DCT + "language", "en"),
            (DCT + "hasVersion", NOTICE_VERSION),
            (terms.CONTENT_DIGEST, shown),
        ],
    )


def _grant_statements(grant: Grant) -> list[Triple]:
    process, measure = f"{grant.document}#process", f"{grant.document}#privacy"
    return [
        *record_statements(grant),
        *signed(f"{grant.document}#record", [(DCT + "source", NamedNode(f"{terms.STUDIES}{grant.request}#request"))]),
        *_process_statements(grant, process, measure),
        *signed(
            measure,
            [
                (TYPE, NamedNode(DPV + "DifferentialPrivacy")),
                (terms.MAX_PER_RELEASE, grant.max_micro_rho_release),
                (terms.MAX_PER_PERIOD, grant.max_micro_rho_period),
                (terms.MIN_COHORT, grant.min_batch),
            ],
        ),
        Triple(
            NamedNode(measure),
            NamedNode(terms.BUDGET_PERIOD),
            Literal("P28D", datatype=NamedNode(terms.DURATION)),
        ),
    ]


def _process_statements(grant: Grant, process: str, measure: str) -> Iterator[Triple]:
    storage = f"{grant.document}#storage"
    controls = {"withdraw": "WithdrawConsent", "renew": "ReaffirmConsent"}
    yield from signed(
        process,
        [
            (TYPE, NamedNode(DPV + "Process")),
            (DPV + "hasPurpose", NamedNode(grant.purpose)),
            (DPV + "hasDataController", NamedNode(grant.controller)),
            (terms.CONTROLLER_KEY, grant.controller_key),
            (terms.HELPER_SERVER, NamedNode(grant.helper)),
            (terms.HELPER_KEY_DIGEST, grant.helper_key),
            (DPV + "hasRecipient", NamedNode(grant.controller)),
            (DPV + "hasRecipient", NamedNode(grant.helper)),
            (DPV + "hasTechnicalMeasure", NamedNode(measure)),
            (DPV + "hasTechnicalMeasure", NamedNode(DPV + "SecureMultiPartyComputation")),
            (DPV + "hasTechnicalMeasure", NamedNode(terms.TWO_SERVER_SUM)),
            (DPV + "hasJurisdiction", NamedNode(LOC + grant.jurisdiction)),
            (DPV + "hasStorageCondition", NamedNode(storage)),
        ],
    )
    special = any(DATA[term].special for term in grant.data)
    yield from signed(process, [(DPV + "hasLegalBasis", NamedNode(basis)) for basis in legal_bases(special=special)])
    yield from signed(process, [(DPV + "hasPersonalData", NamedNode(term)) for term in sorted(grant.data)])
    yield from signed(process, [(DPV + "hasProcessing", NamedNode(DPV + step)) for step in PROCESSING])
    yield from signed(process, [(DPV + "hasRight", NamedNode(GDPR + right)) for right in RIGHTS])
    yield from signed(
        storage,
        [
            (TYPE, NamedNode(DPV + "StorageCondition")),
            (DPV + "hasDuration", NamedNode(f"{grant.document}#until")),
        ],
    )
    for name, kind in controls.items():
        control = f"{grant.document}#{name}"
        yield from signed(process, [(DPV + "hasConsentControl", NamedNode(control))])
        pairs = [(TYPE, NamedNode(DPV + kind)), (DPV + "isExercisedAt", NamedNode(PA + "PodAgent"))]
        yield from signed(control, pairs)


def legal_bases(*, special: bool) -> list[str]:
    """Explicit consent; for a special category of data that of article 9 besides that of article 6."""
    return [GDPR + "A6-1-a-explicit-consent", *([GDPR + "A9-2-a"] if special else [])]


def _event_name(grant: str, sequence: int) -> str:
    return f"urn:uuid:{grant}#event-{sequence}"


def _event_statements(event: Event) -> list[Triple]:
    name = _event_name(event.grant, event.sequence)
    statements = list(
        signed(
            name,
            [
                (TYPE, NamedNode(EVENTS[event.status])),
                (DPV + "hasConsentStatus", NamedNode(EVENTS[event.status])),
                (terms.UNDER_GRANT, NamedNode(f"urn:uuid:{event.grant}#record")),
                (terms.SEQUENCE, event.sequence),
                (terms.PREVIOUS, event.previous),
                (DPV + "isIndicatedAtTime", event.at),
                (DPV + "isIndicatedBy", NamedNode(event.by)),
            ],
        )
    )
    if event.until is not None:
        until, notice = f"{name}-until", f"{name}-notice"
        statements += signed(name, [(DPV + "hasDuration", NamedNode(until)), (DPV + "hasNotice", NamedNode(notice))])
        statements += signed(until, [(TYPE, NamedNode(DPV + "UntilTimeDuration")), (VALUE, event.until)])
        statements += _notice_statements(notice, event.notice)
    return statements


def _charge_name(study: str) -> str:
    return f"{terms.STUDIES}{study}#charge"


def _charge_statements(charge: Charge) -> list[Triple]:
    return list(
        signed(
            _charge_name(charge.study),
            [
                (TYPE, NamedNode(terms.CHARGE)),
                (terms.STUDY, charge.study),
                (terms.UNDER_GRANT, NamedNode(f"urn:uuid:{charge.grant}#record")),
                (DPV + "hasDataController", NamedNode(charge.controller)),
                (terms.MICRO_RHO, charge.micro_rho),
                (terms.PAYLOAD_DIGEST, charge.sha256),
                (terms.QUESTION, charge.question),
                (PROV + "atTime", charge.at),
            ],
        )
    )
