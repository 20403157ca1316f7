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
COICOP: Final = "https://w3id.org/pod-agent/coicop#2018"
GROUP: Final = "https://w3id.org/pod-agent/group#"
LOINC: Final = "http://loinc.org/rdf/"
MEASURE: Final = "https://w3id.org/pod-agent/measure#"
SCHEMA: Final = "http://schema.org/"
PROV: Final = "http://www.w3.org/ns/prov#"
QUDT: Final = "http://qudt.org/schema/qudt/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SHACL: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SOSA: Final = "http://www.w3.org/ns/sosa/"
UNIT: Final = "http://qudt.org/vocab/unit/"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final = {
    "category": CATEGORY,
    "measure": MEASURE,
    "pa": PA,
    "prov": PROV,
    "qudt": QUDT,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "sosa": SOSA,
    "unit": UNIT,
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
ACTION: Final = SCHEMA + "Action"
COMMENT: Final = SCHEMA + "Comment"
EXERCISE_ACTION: Final = SCHEMA + "ExerciseAction"
FOLLOW_ACTION: Final = SCHEMA + "FollowAction"
BUY_ACTION: Final = SCHEMA + "BuyAction"
DISLIKE_ACTION: Final = SCHEMA + "DislikeAction"
IGNORE_ACTION: Final = SCHEMA + "IgnoreAction"
LIKE_ACTION: Final = SCHEMA + "LikeAction"
LIST_ITEM: Final = SCHEMA + "ListItem"
SCHEMA_ORDER: Final = SCHEMA + "Order"
ORDER_ITEM: Final = SCHEMA + "OrderItem"
SEARCH_ACTION: Final = SCHEMA + "SearchAction"
WATCH_ACTION: Final = SCHEMA + "WatchAction"
OBSERVATION: Final = SOSA + "Observation"
ABOUT: Final = SCHEMA + "about"
AMOUNT: Final = SCHEMA + "amount"
CURRENCY: Final = SCHEMA + "currency"
BRAND: Final = SCHEMA + "brand"
DESCRIPTION: Final = SCHEMA + "description"
DISCOUNT: Final = SCHEMA + "discount"
DISCOUNT_CURRENCY: Final = SCHEMA + "discountCurrency"
END_TIME: Final = SCHEMA + "endTime"
EXERCISE_TYPE: Final = SCHEMA + "exerciseType"
GTIN: Final = SCHEMA + "gtin"
ITEM: Final = SCHEMA + "item"
ITEM_NUMBER: Final = SCHEMA + "orderItemNumber"
ITEM_STATUS: Final = SCHEMA + "orderItemStatus"
IDENTIFIER: Final = SCHEMA + "identifier"
NAME: Final = SCHEMA + "name"
PART_OF: Final = SCHEMA + "isPartOf"
OBJECT: Final = SCHEMA + "object"
ORDER_DATE: Final = SCHEMA + "orderDate"
ORDER_NUMBER: Final = SCHEMA + "orderNumber"
ORDER_STATUS: Final = SCHEMA + "orderStatus"
ORDER_PROCESSING: Final = SCHEMA + "OrderProcessing"
ORDER_DELIVERED: Final = SCHEMA + "OrderDelivered"
ORDER_CANCELLED: Final = SCHEMA + "OrderCancelled"
ORDER_RETURNED: Final = SCHEMA + "OrderReturned"
PAYMENT_METHOD: Final = SCHEMA + "paymentMethod"
PRICE: Final = SCHEMA + "price"
PRICE_CURRENCY: Final = SCHEMA + "priceCurrency"
QUANTITY: Final = SCHEMA + "orderQuantity"
QUERY: Final = SCHEMA + "query"
SCHEMA_CATEGORY: Final = SCHEMA + "category"
SELLER: Final = SCHEMA + "seller"
SKU: Final = SCHEMA + "sku"
TEXT: Final = SCHEMA + "text"
OBSERVED_PROPERTY: Final = SOSA + "observedProperty"
RESULT_TIME: Final = SOSA + "resultTime"
SIMPLE_RESULT: Final = SOSA + "hasSimpleResult"
QUDT_UNIT: Final = QUDT + "unit"
SOFTWARE_VERSION: Final = SCHEMA + "softwareVersion"
START_TIME: Final = SCHEMA + "startTime"
CONCEPT: Final = SKOS + "Concept"
CONCEPT_SCHEME: Final = SKOS + "ConceptScheme"
IN_SCHEME: Final = SKOS + "inScheme"
EXACT_MATCH: Final = SKOS + "exactMatch"
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
SUBJECT_CLASS: Final = PA + "Subject"
DAILY_MEASURE: Final = PA + "DailyMeasure"
FOLLOW: Final = PA + "Follow"
MEASUREMENT: Final = PA + "Measurement"
ORDER_CLASS: Final = PA + "Order"
ORDER_LINE: Final = PA + "OrderLine"
PLAYLIST_ITEM: Final = PA + "PlaylistItem"
POST: Final = PA + "Post"
SEARCH: Final = PA + "Search"
SLEEP: Final = PA + "Sleep"
VIEW: Final = PA + "View"
WORKOUT: Final = PA + "Workout"
IMPORT_REPORT: Final = PA + "ImportReport"
IMPORTED_FILE: Final = PA + "ImportedFile"
REJECTED_ROW: Final = PA + "RejectedRow"
SKIPPED_ROWS: Final = PA + "SkippedRows"
WITHHELD_VALUES: Final = PA + "WithheldValues"
BALANCE: Final = PA + "Balance"
FINDING: Final = PA + "Finding"
MONEY_TOTAL: Final = PA + "MoneyTotal"
DOCUMENT: Final = PA + "Document"
RULE: Final = PA + "Rule"
CORRECTION: Final = PA + "Correction"
COLUMN_MAPPING: Final = PA + "ColumnMapping"
MAPPED_FIELD: Final = PA + "MappedField"
FEEDBACK: Final = PA + "Feedback"
NOT_MY_TASTE: Final = PA + "NotMyTaste"
SWITCHED_OFF: Final = PA + "SwitchedOff"
EXAMPLE: Final = PA + "Example"
BUDGET: Final = PA + "Budget"

# Own properties of records.
ACCOUNT: Final = PA + "account"
ALBUM: Final = PA + "album"
ARTIST: Final = PA + "artist"
ASLEEP_MINUTES: Final = PA + "asleepMinutes"
AWAKE_MINUTES: Final = PA + "awakeMinutes"
CARD: Final = PA + "card"
CATEGORY_OF: Final = PA + "category"
CHANNEL: Final = PA + "channel"
CHANNEL_PAGE: Final = PA + "channelPage"
COUNTERPARTY: Final = PA + "counterparty"
CREATOR: Final = PA + "creator"
DEEP_MINUTES: Final = PA + "deepMinutes"
DISTANCE: Final = PA + "distance"
EDITION: Final = PA + "edition"
EFFICIENCY: Final = PA + "efficiency"
ENERGY: Final = PA + "energy"
HEART_RATE: Final = PA + "heartRate"
HIGHEST: Final = PA + "highest"
HINT: Final = PA + "hint"
IS_AD: Final = PA + "isAd"
IS_MAIN: Final = PA + "isMain"
IS_MUSIC: Final = PA + "isMusic"
KIND: Final = PA + "kind"
LIGHT_MINUTES: Final = PA + "lightMinutes"
LOWEST: Final = PA + "lowest"
MCC: Final = PA + "mcc"
MEDIUM: Final = PA + "medium"
MERCHANT: Final = PA + "merchant"
ORDER: Final = PA + "order"
ORIGINAL_AMOUNT: Final = PA + "originalAmount"
ORIGINAL_CURRENCY: Final = PA + "originalCurrency"
PLACE: Final = PA + "place"
PLAYED_MS: Final = PA + "playedMs"
PLAYLIST: Final = PA + "playlist"
PROVISIONAL: Final = PA + "provisional"
RECORDER: Final = PA + "recorder"
REM_MINUTES: Final = PA + "remMinutes"
SAMPLES: Final = PA + "samples"
SCORE: Final = PA + "score"
SECONDS: Final = PA + "seconds"
SHIPPING: Final = PA + "shipping"
SHIPPING_CURRENCY: Final = PA + "shippingCurrency"
SHOP: Final = PA + "shop"
SKIPPED: Final = PA + "skipped"
STEP_COUNT: Final = PA + "stepCount"
SUBJECT: Final = PA + "subject"
TITLE: Final = PA + "title"
TOTAL: Final = PA + "total"
VALUE_DATE: Final = PA + "valueDate"

# Own properties of what the person says.
CORRECTS: Final = PA + "corrects"
PATTERN: Final = PA + "pattern"
COLUMN_UNIT: Final = PA + "columnUnit"
CONSTANT: Final = PA + "constant"
DATE_ORDER: Final = PA + "dateOrder"
BUDGET_AMOUNT: Final = PA + "budgetAmount"
BUDGET_OF: Final = PA + "budgetOf"
BUDGET_PER: Final = PA + "budgetPer"
DECIMAL_MARK: Final = PA + "decimalMark"
FIELD: Final = PA + "field"
FROM_SOURCE: Final = PA + "fromSource"
HEADER_NAME: Final = PA + "headerName"
MEANT: Final = PA + "meant"
NOT_MEANT: Final = PA + "notMeant"
READS_AS: Final = PA + "readsAs"
RECORD_TYPE: Final = PA + "recordType"
SHOWN_UNDER: Final = PA + "shownUnder"
SPEND_SIGN: Final = PA + "spendSign"
SUGGESTED_KIND: Final = PA + "suggestedKind"
TRAIT: Final = PA + "trait"
ZONE: Final = PA + "zone"

# Own properties of imports and of the manifest.
BALANCE_TIME: Final = PA + "balanceTime"
CHANGED_COUNT: Final = PA + "changedCount"
CLOSING_BALANCE: Final = PA + "closingBalance"
CODE: Final = PA + "code"
COLUMN: Final = PA + "column"
DIFFERENCE: Final = PA + "difference"
DUPLICATE_COUNT: Final = PA + "duplicateCount"
FINDING_COUNT: Final = PA + "findingCount"
FIRST_RECORD: Final = PA + "firstRecord"
IMPORTER: Final = PA + "importer"
LAST_RECORD: Final = PA + "lastRecord"
LINE: Final = PA + "line"
MEMBER: Final = PA + "member"
MONEY_IN: Final = PA + "moneyIn"
MONEY_OUT: Final = PA + "moneyOut"
OPENING_BALANCE: Final = PA + "openingBalance"
READ_COUNT: Final = PA + "readCount"
REASON: Final = PA + "reason"
RECONCILED: Final = PA + "reconciled"
RECORD_COUNT: Final = PA + "recordCount"
REJECTED_COUNT: Final = PA + "rejectedCount"
ROWS_SUM: Final = PA + "rowsSum"
SEVERITY: Final = PA + "severity"
SHA256: Final = PA + "sha256"
SKIPPED_COUNT: Final = PA + "skippedCount"
STATEMENT_GAPS: Final = PA + "statementGaps"
WITHHELD_COUNT: Final = PA + "withheldCount"
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

# Own individuals: what is followed or kept, beside an audiobook.
CHANNEL_SUBJECT: Final = PA + "Channel"
ARTIST_SUBJECT: Final = PA + "Artist"
SHOW: Final = PA + "Show"
TRACK: Final = PA + "Track"
ALBUM_SUBJECT: Final = PA + "Album"
EPISODE: Final = PA + "Episode"
VIDEO: Final = PA + "Video"
PERSON: Final = PA + "Person"

# Own individual: the unit of oxygen uptake, which QUDT lacks.
UPTAKE: Final = PA + "MillilitrePerKilogramMinute"


def curie(iri: str) -> str:
    """The IRI as Turtle writes it with our prefixes, ``pa:merchant``; ``<...>`` where no prefix fits."""
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local.replace("-", "").replace("_", "").isalnum():
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
