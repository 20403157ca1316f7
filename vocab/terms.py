"""IRIs of every term that our documents use, in one place.

Own terms live under ``https://w3id.org/pod-agent#`` (prefix ``pa:``); ``ontology/pod-agent.ttl`` says what each means
and ``context.jsonld`` gives it a JSON name. schema.org terms are written with ``http``, as Solid's shapes do.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

__all__ = ["PA", "PREFIXES", "concept", "concept_slug", "context", "curie", "ontology", "own_terms"]

PA: Final = "https://w3id.org/pod-agent#"
CATEGORY: Final = "https://w3id.org/pod-agent/category#"
SCHEMA: Final = "http://schema.org/"
PROV: Final = "http://www.w3.org/ns/prov#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final = {
    "category": CATEGORY,
    "pa": PA,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "xsd": XSD,
}
"""Prefix of every namespace above, as documents, context and ontology write it."""

# Terms of others.
TYPE: Final = RDF + "type"
SEE_ALSO: Final = RDFS + "seeAlso"
LABEL: Final = RDFS + "label"
XSD_DATE: Final = XSD + "date"
XSD_DATE_TIME: Final = XSD + "dateTime"
XSD_DECIMAL: Final = XSD + "decimal"
MONEY_TRANSFER: Final = SCHEMA + "MoneyTransfer"
LISTEN_ACTION: Final = SCHEMA + "ListenAction"
AMOUNT: Final = SCHEMA + "amount"
CURRENCY: Final = SCHEMA + "currency"
DESCRIPTION: Final = SCHEMA + "description"
IDENTIFIER: Final = SCHEMA + "identifier"
NAME: Final = SCHEMA + "name"
PART_OF: Final = SCHEMA + "isPartOf"
OBJECT: Final = SCHEMA + "object"
SOFTWARE_VERSION: Final = SCHEMA + "softwareVersion"
START_TIME: Final = SCHEMA + "startTime"
CONCEPT: Final = SKOS + "Concept"
CONCEPT_SCHEME: Final = SKOS + "ConceptScheme"
IN_SCHEME: Final = SKOS + "inScheme"
NOTATION: Final = SKOS + "notation"
PREF_LABEL: Final = SKOS + "prefLabel"
PROV_ACTIVITY: Final = PROV + "Activity"
PROV_ENTITY: Final = PROV + "Entity"
PROV_SOFTWARE_AGENT: Final = PROV + "SoftwareAgent"
PROV_ENDED: Final = PROV + "endedAtTime"
PROV_STARTED: Final = PROV + "startedAtTime"
PROV_USED: Final = PROV + "used"
PROV_ASSOCIATED: Final = PROV + "wasAssociatedWith"

# Own classes.
TRANSACTION_KIND: Final = PA + "TransactionKind"
MEDIUM_CLASS: Final = PA + "Medium"
TRANSACTION: Final = PA + "Transaction"
LISTEN: Final = PA + "Listen"
IMPORT_REPORT: Final = PA + "ImportReport"
IMPORTED_FILE: Final = PA + "ImportedFile"
REJECTED_ROW: Final = PA + "RejectedRow"
SKIPPED_ROWS: Final = PA + "SkippedRows"
BALANCE: Final = PA + "Balance"
MONEY_TOTAL: Final = PA + "MoneyTotal"
DOCUMENT: Final = PA + "Document"

# Own properties of records.
ACCOUNT: Final = PA + "account"
ALBUM: Final = PA + "album"
ARTIST: Final = PA + "artist"
CATEGORY_OF: Final = PA + "category"
COUNTERPARTY: Final = PA + "counterparty"
KIND: Final = PA + "kind"
MEDIUM: Final = PA + "medium"
MERCHANT: Final = PA + "merchant"
ORIGINAL_AMOUNT: Final = PA + "originalAmount"
ORIGINAL_CURRENCY: Final = PA + "originalCurrency"
PLAYED_MS: Final = PA + "playedMs"
SKIPPED: Final = PA + "skipped"
TITLE: Final = PA + "title"
VALUE_DATE: Final = PA + "valueDate"

# Own properties of imports and of the manifest.
BALANCE_TIME: Final = PA + "balanceTime"
CLOSING_BALANCE: Final = PA + "closingBalance"
CODE: Final = PA + "code"
DUPLICATE_COUNT: Final = PA + "duplicateCount"
FIRST_RECORD: Final = PA + "firstRecord"
IMPORTER: Final = PA + "importer"
LAST_RECORD: Final = PA + "lastRecord"
LINE: Final = PA + "line"
MEMBER: Final = PA + "member"
MONEY_IN: Final = PA + "moneyIn"
MONEY_OUT: Final = PA + "moneyOut"
READ_COUNT: Final = PA + "readCount"
REASON: Final = PA + "reason"
RECONCILED: Final = PA + "reconciled"
RECORD_COUNT: Final = PA + "recordCount"
REJECTED_COUNT: Final = PA + "rejectedCount"
SHA256: Final = PA + "sha256"
SKIPPED_COUNT: Final = PA + "skippedCount"
WRITTEN_COUNT: Final = PA + "writtenCount"

# Own individuals: the kinds of a transaction and what was listened to.
SPEND: Final = PA + "Spend"
REFUND: Final = PA + "Refund"
FEE: Final = PA + "Fee"
INCOME: Final = PA + "Income"
TRANSFER: Final = PA + "Transfer"
CASH: Final = PA + "Cash"
MUSIC: Final = PA + "Music"
PODCAST: Final = PA + "Podcast"
AUDIOBOOK: Final = PA + "Audiobook"


def curie(iri: str) -> str:
    """The IRI as Turtle writes it with our prefixes, ``pa:merchant``; ``<...>`` where no prefix fits."""
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local.replace("-", "").isalnum():
            return f"{prefix}:{local}"
    return f"<{iri}>"


def concept(slug: str) -> str:
    """IRI of a category of the taxonomy, from its slug."""
    return CATEGORY + slug


def concept_slug(iri: str) -> str | None:
    """Slug of a category's IRI; None where the IRI is no category."""
    slug = iri.removeprefix(CATEGORY)
    return None if slug == iri else slug


def own_terms() -> dict[str, str]:
    """Every own term of this module: local name to the constant's name."""
    return {
        value.removeprefix(PA): name
        for name, value in globals().items()
        if name.isupper() and isinstance(value, str) and value.startswith(PA) and value != PA
    }


def ontology() -> bytes:
    """The ontology of our own terms, Turtle."""
    return files("vocab").joinpath("ontology", "pod-agent.ttl").read_bytes()


def context() -> bytes:
    """The JSON-LD context of our own terms and of the others' terms beside which they stand."""
    return files("vocab").joinpath("context.jsonld").read_bytes()
