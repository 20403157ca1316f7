"""Grants, events, charges and log entries as signed Turtle, and studies as signed JSON.

Every reader checks the signature, takes the fields out, writes them again and compares: a document with one statement
more, one fewer or another form of the same value is refused. Readers are pure functions of the bytes, so a document
that was verified once is remembered.

A grant follows the profile of ISO/IEC TS 27560 in DPV 2.3 (``dpv-27560:record-eu-gdpr``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from consent import terms
from consent.budget import Charge
from consent.direct import DirectGrant
from consent.errors import BadSignatureError
from consent.grant import Event, Grant, Status
from consent.proof import SignedGraph, Signer, read_graph, sign_graph, sign_json, time_text, verify_json
from consent.purposes import DATA
from consent.terms import DCT, DPV, DPV_27560, GDPR, LOC, TYPE, VALUE
from vocab.study import Study
from vocab.terms import PA, PROV

__all__ = [
    "Facts",
    "decode_charge",
    "decode_event",
    "decode_grant",
    "encode_charge",
    "encode_event",
    "encode_grant",
    "record_statements",
    "sign_study",
    "signed",
    "verify_study",
    "when",
]

RIGHTS = ("A7-3", "A15", "A17", "A20", "A22")
PROCESSING = ("Derive", "Anonymise", "Share")
EVENTS = {
    Status.GIVEN: DPV + "ConsentGiven",
    Status.WITHDRAWN: DPV + "ConsentWithdrawn",
    Status.EXPIRED: DPV + "ConsentExpired",
}


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


def record_statements(grant: Grant | DirectGrant) -> list[Triple]:
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
        *signed(
            notice,
            [
                (TYPE, NamedNode(DPV + "ConsentNotice")),
                (DCT + "language", "en"),
                (terms.CONTENT_DIGEST, grant.notice),
            ],
        ),
    ]


def _grant_statements(grant: Grant) -> list[Triple]:
    process, measure = f"{grant.document}#process", f"{grant.document}#privacy"
    return [
        *record_statements(grant),
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
    special = "A9-2-a" if any(DATA[term].special for term in grant.data) else "A6-1-a-explicit-consent"
    control, storage = f"{grant.document}#withdraw", f"{grant.document}#storage"
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
            (DPV + "hasLegalBasis", NamedNode(GDPR + special)),
            (DPV + "hasTechnicalMeasure", NamedNode(measure)),
            (DPV + "hasTechnicalMeasure", NamedNode(DPV + "SecureMultiPartyComputation")),
            (DPV + "hasJurisdiction", NamedNode(LOC + "SG")),
            (DPV + "hasStorageCondition", NamedNode(storage)),
            (DPV + "hasConsentControl", NamedNode(control)),
        ],
    )
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
    yield from signed(
        control,
        [(TYPE, NamedNode(DPV + "WithdrawConsent")), (DPV + "isExercisedAt", NamedNode(PA + "PodAgent"))],
    )


def _event_name(grant: str, sequence: int) -> str:
    return f"urn:uuid:{grant}#event-{sequence}"


def _event_statements(event: Event) -> list[Triple]:
    return list(
        signed(
            _event_name(event.grant, event.sequence),
            [
                (TYPE, NamedNode(EVENTS[event.status])),
                (terms.UNDER_GRANT, NamedNode(f"urn:uuid:{event.grant}#record")),
                (terms.SEQUENCE, event.sequence),
                (terms.PREVIOUS, event.previous),
                (DPV + "isIndicatedAtTime", event.at),
                (DPV + "isIndicatedBy", NamedNode(event.by)),
            ],
        )
    )


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
