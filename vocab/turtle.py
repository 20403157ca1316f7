"""Turtle as this project writes it: header, literals, and documents put together from the blocks of their records.

A document's bytes are a function of its set of records: a prefix header that is fixed for the kind of record, subjects
in order, no blank nodes. Subjects are ``<#name>``; in an overflow document, which holds what does not fit the first
one, ``<2026-10.ttl#name>``, so that a record keeps its IRI wherever it lies. A block is the text that follows the
subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from vocab import terms
from vocab.errors import VocabularyError
from vocab.records.base import MINOR_DIGITS, Money

__all__ = ["HEADER", "NAME", "Document", "count", "decimal", "header", "home", "join", "literal", "number", "split"]


def _prefixes(*names: str) -> str:
    return "".join(f"@prefix {name}: <{terms.PREFIXES[name]}> .\n" for name in names)


HEADER: Final = _prefixes("category", "pa", "prov", "rdfs", "schema", "xsd")
_MEASURES_HEADER: Final = _prefixes("measure", "pa", "prov", "qudt", "rdfs", "schema", "sosa", "unit", "xsd")
NAME: Final = "[a-z2-7]{26}"
"""What the fragment of a record's IRI looks like."""

_UNSAFE = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SUBJECT = re.compile(rf"^<([0-9a-z.-]*)#({NAME})>( a (?:schema|sosa):)", re.MULTILINE)
_START = re.compile(rb"\n\n<[0-9a-z.-]*#")
_HEADER = re.compile(r"(?:@prefix [^\n]*\n)*")
_MEASURES = re.compile("data/[^/]+/(?:daily-measure|measurement)/")
_OVERFLOW = re.compile(r"-[a-z]+(?=\.ttl$)")


@dataclass(frozen=True, slots=True)
class Document:
    """A document taken apart: the block of every record by the name in its IRI, and foreign triples, one a line."""

    blocks: dict[str, str] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()


def literal(text: str) -> str:
    """The text as a Turtle string; control characters, quotes and line separators are escaped.

    VocabularyError for half of a surrogate pair, which no document can hold.
    """
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise VocabularyError("a text holds half of a surrogate pair") from error
    if _UNSAFE.search(text):
        text = _UNSAFE.sub(_escape, text)
    return f'"{text}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _SHORT.get(character) or f"\\u{ord(character):04X}"


def decimal(money: Money) -> str:
    """The amount in major units, with as many decimal places as the currency has."""
    digits = MINOR_DIGITS.get(money.currency, 2)
    if not digits:
        return str(money.minor)
    text = str(money.minor)
    if len(text) <= digits + 1:
        text = text.zfill(digits + (2 if money.minor < 0 else 1))
    return f"{text[:-digits]}.{text[-digits:]}"


def number(value: Decimal) -> str:
    """The number as ``xsd:decimal`` has it, one text for equal numbers: ``51`` for 51.0.

    VocabularyError for what is no number, or has more digits than anything that is measured.
    """
    if value.is_zero():
        return "0"
    if not value.is_finite() or not -20 <= value.adjusted() <= 20 or len(value.as_tuple().digits) > 40:
        raise VocabularyError("a number is out of range")
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def header(path: str) -> str:
    """The prefixes of the document at ``path``: those that its kind of record needs."""
    return _MEASURES_HEADER if _MEASURES.match(path) else HEADER


def home(path: str) -> str:
    """The first document of the month to which the document at ``path`` belongs: the one that its IRIs name."""
    return _OVERFLOW.sub("", path)


def join(document: Document, path: str, links: tuple[str, ...] = ()) -> bytes:
    """The bytes of a document. ``links`` are the overflow documents of the month, named in its first document."""
    name = path.rpartition("/")[2]
    first = home(name)
    subject = "" if first == name else first
    parts = [header(path)]
    if links:
        parts.append(f"\n<> {terms.curie(terms.SEE_ALSO)} {', '.join(f'<{link}>' for link in links)} .\n")
    blocks = document.blocks
    parts.extend(f"\n<{subject}#{key}>{blocks[key]}\n" for key in sorted(blocks))
    if document.foreign:
        parts.append("\n" + "".join(f"{line}\n" for line in sorted(set(document.foreign))))
    return "".join(parts).encode()


def count(content: bytes) -> int:
    """Number of records in a document of ours, by its text."""
    return len(_START.findall(content))


def split(content: bytes) -> Document:
    """Take a document of ours apart by its text alone.

    Only for bytes that are known to be our own, by their hash: no RDF is parsed. ``vocab.mapping.parse`` reads others.
    """
    text = content.decode()
    marks = list(_SUBJECT.finditer(text))
    blocks: dict[str, str] = {}
    found = _HEADER.match(text)
    end = found.end() if found else 0
    for mark in marks:
        end = text.index(" .\n", mark.start(3)) + 2
        blocks[mark.group(2)] = text[mark.start(3) : end]
    tail = text[end:]
    return Document(blocks, tuple(line for line in tail.split("\n") if line and not line.startswith("<> ")))
