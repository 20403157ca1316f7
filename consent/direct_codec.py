"""Direct grants as signed Turtle, in the same profile (ISO/IEC TS 27560 in DPV 2.3) and with the same reader's rule.

A reader checks the signature, takes the fields out, writes them again and compares.
"""

from __future__ import annotations

from functools import lru_cache

from pyoxigraph import NamedNode, Triple

from consent import terms
from consent.codec import RIGHTS, legal_bases, record_statements
from consent.direct import SHAREABLE, DirectGrant, Level
from consent.errors import BadSignatureError
from consent.facts import Facts, is_a, same, signed, subject_of
from consent.proof import Signer, read_graph, sign_graph
from consent.terms import DCT, DPV, GDPR, LOC, TYPE, VALUE
from vocab.terms import PA

__all__ = ["decode_direct", "encode_direct"]


def encode_direct(grant: DirectGrant, signer: Signer) -> bytes:
    """The grant as a signed consent record, Turtle."""
    return sign_graph(_statements(grant), f"{grant.document}#record", signer, grant.created)


@lru_cache(maxsize=1024)
def decode_direct(content: bytes, key: str) -> tuple[DirectGrant, str]:
    """The grant that ``key`` signed, and the digest of its canonical form; BadSignatureError otherwise."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    record = subject_of(graph, is_a(DPV + "ConsentRecord"))
    base = record.removesuffix("#record")
    process = f"{base}#process"
    purpose = facts.one(process, DPV + "hasPurpose")
    level = facts.one(process, terms.SHARE_LEVEL)
    if level not in set(Level):
        raise BadSignatureError("a grant shares data in a way that is not known here")
    grant = DirectGrant(
        identifier=facts.one(record, DCT + "identifier"),
        subject=facts.one(record, DPV + "hasDataSubject"),
        recipient=facts.one(process, DPV + "hasRecipient"),
        purpose=facts.one(purpose, DCT + "description") if purpose == f"{base}#purpose" else purpose,
        data=facts.all(process, DPV + "hasPersonalData"),
        level=Level(level),
        selection=facts.one(process, terms.SELECTION),
        content=facts.one(process, terms.PAYLOAD_DIGEST),
        size=facts.integer(process, terms.PAYLOAD_BYTES),
        created=facts.time(record, DCT + "created"),
        until=facts.time(f"{base}#until", VALUE),
        notice=facts.one(f"{base}#notice", terms.CONTENT_DIGEST),
        jurisdiction=facts.one(process, DPV + "hasJurisdiction").removeprefix(LOC),
    )
    same(graph, _statements(grant))
    return grant, graph.digest


def _statements(grant: DirectGrant) -> list[Triple]:
    process, until, storage, control = (
        f"{grant.document}#{part}" for part in ("process", "until", "storage", "withdraw")
    )
    return [
        *record_statements(grant),
        *_process(grant, process, storage, control),
        *signed(storage, [(TYPE, NamedNode(DPV + "StorageCondition")), (DPV + "hasDuration", NamedNode(until))]),
        *signed(
            control,
            [(TYPE, NamedNode(DPV + "WithdrawConsent")), (DPV + "isExercisedAt", NamedNode(PA + "PodAgent"))],
        ),
    ]


def _process(grant: DirectGrant, process: str, storage: str, control: str) -> list[Triple]:
    special = any(SHAREABLE[term].special for term in grant.data)
    purpose = grant.purpose if grant.purpose_is_term else f"{grant.document}#purpose"
    statements = list(
        signed(
            process,
            [
                (TYPE, NamedNode(DPV + "Process")),
                (DPV + "hasPurpose", NamedNode(purpose)),
                (DPV + "hasDataController", NamedNode(grant.recipient)),
                (DPV + "hasRecipient", NamedNode(grant.recipient)),
                (DPV + "hasProcessing", NamedNode(DPV + "Share")),
                (DPV + "hasJurisdiction", NamedNode(LOC + grant.jurisdiction)),
                (DPV + "hasStorageCondition", NamedNode(storage)),
                (DPV + "hasConsentControl", NamedNode(control)),
                (terms.SHARE_LEVEL, grant.level.value),
                (terms.SELECTION, grant.selection),
                (terms.PAYLOAD_DIGEST, grant.content),
                (terms.PAYLOAD_BYTES, grant.size),
            ],
        )
    )
    statements += signed(process, [(DPV + "hasLegalBasis", NamedNode(basis)) for basis in legal_bases(special=special)])
    statements += signed(process, [(DPV + "hasPersonalData", NamedNode(term)) for term in sorted(grant.data)])
    statements += signed(process, [(DPV + "hasRight", NamedNode(GDPR + right)) for right in RIGHTS])
    if not grant.purpose_is_term:
        statements += signed(purpose, [(TYPE, NamedNode(DPV + "Purpose")), (DCT + "description", grant.purpose)])
    return statements
