"""IRIs of the terms that consent documents use: DPV 2.3, its ISO/IEC TS 27560 profile, security vocabulary, our own.

``vocab/ontology/consent.ttl`` says what our own terms mean.
"""

from __future__ import annotations

from typing import Final

from vocab.terms import PA, PROV, RDF, XSD

__all__ = ["PREFIXES"]

DPV: Final = "https://w3id.org/dpv#"
PD: Final = "https://w3id.org/dpv/pd#"
LOC: Final = "https://w3id.org/dpv/loc#"
GDPR: Final = "https://w3id.org/dpv/legal/eu/gdpr#"
DPV_27560: Final = "https://w3id.org/dpv/schema/dpv-27560#"
DCT: Final = "http://purl.org/dc/terms/"
SEC: Final = "https://w3id.org/security#"

PREFIXES: Final = {
    "dct": DCT,
    "dpv": DPV,
    "dpv-27560": DPV_27560,
    "eu-gdpr": GDPR,
    "loc": LOC,
    "pa": PA,
    "pd": PD,
    "prov": PROV,
    "rdf": RDF,
    "sec": SEC,
    "xsd": XSD,
}
"""Prefixes of consent documents in Turtle."""

LOG_ENTRIES: Final = PA.replace("#", "/log#entry-")
STUDIES: Final = PA.replace("#", "/studies/")

TYPE: Final = RDF + "type"
VALUE: Final = RDF + "value"
INTEGER: Final = XSD + "integer"
DATE_TIME: Final = XSD + "dateTime"
DURATION: Final = XSD + "duration"
MULTIBASE: Final = SEC + "multibase"
CRYPTOSUITE_STRING: Final = SEC + "cryptosuiteString"

AUDIT_ENTRY: Final = PA + "AuditEntry"
CHARGE: Final = PA + "PrivacyCharge"
STUDY_REQUEST: Final = PA + "StudyRequest"
TWO_SERVER_SUM: Final = PA + "TwoServerSum"
WITHDRAWAL_RECEIPT: Final = PA + "WithdrawalReceipt"

ACTION: Final = PA + "action"
BUDGET_PERIOD: Final = PA + "budgetPeriod"
CONTENT_DIGEST: Final = PA + "contentDigest"
CONTROLLER: Final = PA + "controller"
CONTROLLER_KEY: Final = PA + "controllerKey"
HELPER_KEY_DIGEST: Final = PA + "helperKeyDigest"
HELPER_SERVER: Final = PA + "helperServer"
LOG_DIGEST: Final = PA + "logDigest"
LOG_SEQUENCE: Final = PA + "logSequence"
MANIFEST: Final = PA + "manifest"
MANIFEST_PROOF: Final = PA + "manifestProof"
MAX_PER_PERIOD: Final = PA + "maxMicroRhoPerPeriod"
MAX_PER_RELEASE: Final = PA + "maxMicroRhoPerRelease"
MICRO_RHO: Final = PA + "microRhoCharged"
MIN_COHORT: Final = PA + "minCohort"
OUTCOME: Final = PA + "outcome"
PAYLOAD_BYTES: Final = PA + "payloadBytes"
PAYLOAD_DIGEST: Final = PA + "payloadDigest"
PREVIOUS: Final = PA + "previousDigest"
QUESTION: Final = PA + "question"
RECIPIENT: Final = PA + "recipientUrl"
RECORD_DIGEST: Final = PA + "recordDigest"
SELECTION: Final = PA + "selection"
SEQUENCE: Final = PA + "sequence"
SHARE_LEVEL: Final = PA + "shareLevel"
STUDY: Final = PA + "study"
UNDER_GRANT: Final = PA + "underGrant"
UNDER_REQUEST: Final = PA + "underRequest"
