"""Publishing a catalogue: read as every agent reads it, numbered, signed, put in the place of the one before.

The serial number goes up with every change and never down: agents refuse a catalogue that is older than one they saw.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from aggregator.catalogue.tables import InvalidOfferError
from aggregator.config import LeaderConfig, SigningKey
from aggregator.files import replace_file
from consent.errors import BadSignatureError
from consent.proof import sign_json, verify_json
from vocab.decoding import canonical_json
from vocab.offers import Offer
from vocab.offers.reading import MAX_BYTES, read_offers
from vocab.offers.writing import catalogue_json

__all__ = ["FILE", "MEDIA_TYPE", "Published", "catalogue_document", "publish", "published_offers"]

FILE: Final = "catalogue.jsonld"
"""Name of the published catalogue in the folder of a leader, which serves it to everyone at ``/catalogue``."""
MEDIA_TYPE: Final = "application/ld+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A catalogue as it stands: its number, when it was made, its offers in order of their names."""

    iri: str
    serial: int
    published: date
    offers: tuple[Offer, ...]


def catalogue_document(
    offers: Iterable[Offer],
    *,
    iri: str,
    publisher: str,
    published: date,
    serial: int = 1,
    signer: SigningKey | None = None,
    now: datetime | None = None,
) -> bytes:
    """The catalogue as JSON-LD (UTF-8), offers in order of their names; the same offers give the same bytes.

    ``iri`` is the catalogue's public address, without a fragment; offers are fragments of it. Signed where there is a
    ``signer``, at ``now``. InvalidOfferError names what an agent would leave out.
    """
    made = list(offers)
    if len({offer.name for offer in made}) != len(made):
        raise InvalidOfferError("two offers have one name")
    document = catalogue_json(made, iri=iri, publisher=publisher, published=published, serial=serial)
    _check(document)
    if signer is not None and now is not None:
        document["proof"] = json.loads(sign_json(document, signer, now))
    content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    if len(content) > MAX_BYTES:
        raise InvalidOfferError(f"the catalogue is larger than {MAX_BYTES} bytes, which no agent reads")
    return content


def publish(home: Path, config: LeaderConfig, offers: Iterable[Offer], now: datetime) -> Published:
    """Sign the catalogue under the next number and put it in the place of the one before; none is left half-written.

    The same offers again change nothing. The number of a catalogue that is there but cannot be read is not guessed:
    InvalidOfferError.
    """
    iri, today = f"{config.url}catalogue", now.date()
    made = tuple(sorted((replace(offer, iri=f"{iri}#{offer.name}") for offer in offers), key=lambda each: each.name))
    before = published_offers(home)
    if before is not None and (before.iri, before.offers) == (iri, _as_read(made, iri, config.controller)):
        return before
    serial = 1 if before is None else before.serial + 1
    content = catalogue_document(
        made, iri=iri, publisher=config.controller, published=today, serial=serial, signer=config.signer, now=now
    )
    replace_file(home / FILE, content)
    return Published(iri=iri, serial=serial, published=today, offers=made)


def published_offers(home: Path) -> Published | None:
    """The catalogue that is published from this folder, with its signature checked; None where there is none."""
    try:
        content = (home / FILE).read_bytes()
    except FileNotFoundError:
        return None
    try:
        document = json.loads(content)
        proof = canonical_json(document.pop("proof")).decode()
        verify_json(document, proof)
        offers, _ = read_offers(json.dumps(document).encode())
        return Published(
            iri=str(document["@id"]),
            serial=int(document["serial"]),
            published=date.fromisoformat(document["dateModified"]),
            offers=offers,
        )
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError, BadSignatureError) as error:
        raise InvalidOfferError(
            f"{FILE} in this folder is not a catalogue that was published from it",
            hint="Put back the last one from a backup: its serial number must not be given again.",
        ) from error


def _as_read(offers: Iterable[Offer], iri: str, publisher: str) -> tuple[Offer, ...]:
    """These offers in the form and order in which a document gives them back."""
    document = catalogue_json(offers, iri=iri, publisher=publisher, published=date.min, serial=1)
    return read_offers(json.dumps(document).encode())[0]


def _check(document: dict[str, Any]) -> None:
    """InvalidOfferError for the first offer that the readers of all agents would leave out."""
    _, faults = read_offers(json.dumps(document).encode())
    if faults:
        name = faults[0].offer.partition("#")[2] or faults[0].offer
        raise InvalidOfferError(f"offer {name}: {faults[0].reason}")
