"""What a well-formed record is: as checks on every row before it is written, and as SHACL for other programs.

``check`` and the shapes in ``shapes/*.ttl`` state the same rules; a test plants the same faults in both. Only what
SHACL has no words for is in the checks alone: the longest sleep, and stages within the sleep.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final

from vocab import terms
from vocab.errors import VocabularyError
from vocab.measures import MEASURES
from vocab.records import UNDATED, Record, document_path
from vocab.rules import MAX_LENGTH, MAX_MINOR, RULES, UNDATED_KINDS, check_zone
from vocab.terms import curie
from vocab.turtle import NAME

__all__ = ["MAX_LENGTH", "MAX_MINOR", "SHAPES", "check", "shape"]

SHAPES: Final = (
    "transaction",
    "order",
    "order-line",
    "listen",
    "view",
    "search",
    "follow",
    "playlist-item",
    "post",
    "daily-measure",
    "measurement",
    "measures",
    "sleep",
    "workout",
    "import-report",
)
"""Names of the SHACL documents: one for each kind of record, ``measures`` with the range and unit of each measure."""

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199

_UNDATED_YEAR: Final = UNDATED.year

_NAME = re.compile(NAME)
_SOURCE = re.compile("[a-z0-9_-][a-z0-9._-]*")


def shape(name: str) -> bytes:
    """The SHACL shapes with this name, Turtle."""
    if name == "measures":
        return _measures()
    return files("vocab").joinpath("shapes", f"{name}.ttl").read_bytes()


def check(record: Record) -> None:
    """Raise VocabularyError where the record breaks a rule; the message names the rule and repeats no value."""
    at = record.at
    document, _, name = record.iri.partition("#")
    if document != document_path(record.source, record.type_name, at) or not _NAME.fullmatch(name):
        raise VocabularyError("the record's IRI is not that of its source, kind and month")
    if not _is_source(record.source):
        raise VocabularyError("the source is no name that a pod takes")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise VocabularyError("the record's year is out of range")
    if at.year == _UNDATED_YEAR and at == UNDATED and type(record) not in UNDATED_KINDS:
        raise VocabularyError("the record has no time")
    if record.edition and not -(2**31) <= record.edition < 2**31:
        raise VocabularyError("the record's edition is out of range")
    check_zone(at)
    RULES[type(record)](record)


@lru_cache(maxsize=64)
def _is_source(name: str) -> bool:
    return _SOURCE.fullmatch(name) is not None


def _measures() -> bytes:
    """For every measure, what its values can be: one of these alternatives must hold for an observation."""
    prefixes = ("measure", "pa", "qudt", "sosa", "unit", "xsd")
    parts = [f"@prefix {name}: <{terms.PREFIXES[name]}> .\n" for name in prefixes]
    parts.append(f"@prefix sh: <{terms.SHACL}> .\n\n")
    parts.append(f"pa:MeasuresShape a sh:NodeShape ;\n  sh:targetClass {curie(terms.DAILY_MEASURE)}, ")
    parts.append(f"{curie(terms.MEASUREMENT)} ;\n  sh:or (")
    for name, entry in MEASURES.items():
        ends = f'sh:minInclusive "{entry.lowest}"^^xsd:decimal ; sh:maxInclusive "{entry.highest}"^^xsd:decimal'
        ranges = " ;\n      ".join(
            f"sh:property [ sh:path {curie(path)} ; {ends} ]"
            for path in (terms.SIMPLE_RESULT, terms.LOWEST, terms.HIGHEST)
        )
        parts.append(
            f"\n    [ sh:property [ sh:path {curie(terms.OBSERVED_PROPERTY)} ; "
            f"sh:hasValue {curie(terms.MEASURE + name)} ] ;\n"
            f"      sh:property [ sh:path {curie(terms.QUDT_UNIT)} ; sh:hasValue {curie(entry.unit_iri)} ] ;\n"
            f"      {ranges} ]"
        )
    parts.append(" ) .\n")
    return "".join(parts).encode()
