"""A catalogue's bytes: who signed them, their number, and the offers in them. Nothing of it is trusted before this.

What is verified is what is read: the document is decoded once, its signature checked over that (eddsa-jcs-2022, the
form of studies), and the offers are read out of the same document written again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from consent.errors import BadSignatureError
from consent.proof import verify_json
from vocab.decoding import canonical_json
from vocab.errors import VocabularyError
from vocab.offers import Offer
from vocab.offers.reading import OfferFault, read_offers

__all__ = ["Document", "open_document"]

MAX_DEPTH: Final = 32
MAX_VALUES: Final = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A catalogue that was read: ``key`` is the Multikey that signed it, None for one without a signature.

    ``digest`` is the SHA-256 of the document without its signature, in hexadecimal; ``serial`` 0 where none is told.
    """

    offers: tuple[Offer, ...]
    faults: tuple[OfferFault, ...]
    key: str | None
    serial: int
    digest: str


@lru_cache(maxsize=2)
def open_document(content: bytes) -> Document:
    """Read a catalogue; ValueError where it is none as a whole, or its signature does not hold.

    The last two are remembered, for the pages read the kept copy again and again.
    """
    value = _decoded(content)
    proof = value.pop("proof", None) if isinstance(value, dict) else None
    serial = value.get("serial", 0) if isinstance(value, dict) else 0
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    key = None if proof is None else _signer(value, proof)
    if type(serial) is not int or not 0 <= serial < 2**53 or (key is not None and serial < 1):
        raise ValueError("its serial number is no whole number above zero")
    offers, faults = read_offers(plain)
    return Document(offers=offers, faults=faults, key=key, serial=serial, digest=hashlib.sha256(plain).hexdigest())


def _signer(document: dict[str, Any], proof: object) -> str:
    try:
        return verify_json(document, canonical_json(proof).decode())
    except (BadSignatureError, VocabularyError) as error:
        raise ValueError("its signature does not hold") from error


def _decoded(content: bytes) -> Any:
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    _check(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("it says one thing twice")
    context = found.get("@context", {})
    if not isinstance(context, dict) or "@import" in context:
        raise ValueError("its context lies elsewhere, and nothing is fetched for it")
    return found


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _check(value: Any) -> None:
    """ValueError where the document is deeper or larger than a catalogue can be."""
    level, seen = [value], 0
    for _ in range(MAX_DEPTH):
        level = [
            child
            for part in level
            if isinstance(part, dict | list)
            for child in (part.values() if isinstance(part, dict) else part)
        ]
        seen += len(level)
        if seen > MAX_VALUES:
            raise ValueError("it holds too many values")
        if not level:
            return
    raise ValueError("it is nested too deeply")
