"""Offers as public linked data: a business's whole catalogue in one JSON-LD document, the same for everyone.

Agents download all of it and match on their own machine, so nobody learns whom an offer fits. The context lies in the
document, there are no images and no addresses to click: nothing in it can be used to count or recognise readers.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from aggregator.errors import AggregatorError

__all__ = ["FILE", "MEDIA_TYPE", "CatalogueOffer", "catalogue_document", "demo_offers", "read_offers"]

FILE = "catalogue.jsonld"
"""Name of the published catalogue in the folder of a leader, which serves it to everyone at ``/catalogue``."""

MEDIA_TYPE = "application/ld+json"
CONTEXT = {
    "@vocab": "http://schema.org/",
    "pa": "https://w3id.org/pod-agent#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "validFrom": {"@type": "xsd:date"},
    "validThrough": {"@type": "xsd:date"},
    "price": {"@type": "xsd:decimal"},
    "minPrice": {"@type": "xsd:decimal"},
    "discountPercent": {"@id": "pa:discountPercent", "@type": "xsd:decimal"},
    "discountAmount": {"@id": "pa:discountAmount", "@type": "xsd:decimal"},
    "discountCap": {"@id": "pa:discountCap", "@type": "xsd:decimal"},
    "singleUse": "pa:singleUse",
}


class InvalidOfferError(AggregatorError):
    """An offer that agents would leave out."""

    code = "invalid_offer"
    hint = "Give a discount or a price, and a last day that is not before the first."
    exit_status = 2
    http_status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueOffer:
    """One offer to publish; amounts are decimal texts in ``currency``, days are included.

    ``name`` is its path in the catalogue (``[a-z0-9-]``), ``category`` a name of the public taxonomy.
    """

    name: str
    title: str
    seller: str
    category: str
    valid_from: date
    valid_through: date
    currency: str = "SGD"
    percent: str | None = None
    off: str | None = None
    price: str | None = None
    minimum: str | None = None
    cap: str | None = None
    once: bool = False
    conditions: str = ""

    def __post_init__(self) -> None:
        """Refuse what no agent would show."""
        if self.valid_from > self.valid_through:
            raise InvalidOfferError(f"{self.name} ends before it begins")
        if (self.percent, self.off, self.price) == (None, None, None):
            raise InvalidOfferError(f"{self.name} has neither a discount nor a price")

    def to_json(self, base: str) -> dict[str, Any]:
        """The schema:Offer of this offer below the catalogue's IRI."""
        plain = {
            "price": self.price,
            "discountPercent": self.percent,
            "discountAmount": self.off,
            "discountCap": self.cap,
            "description": self.conditions or None,
            "singleUse": True if self.once else None,
        }
        minimum = {"@type": "PriceSpecification", "minPrice": self.minimum, "priceCurrency": self.currency}
        return {
            "@id": f"{base}#{self.name}",
            "@type": "Offer",
            "name": self.title,
            "seller": {"@type": "Organization", "name": self.seller},
            "category": self.category,
            "priceCurrency": self.currency,
            "validFrom": self.valid_from.isoformat(),
            "validThrough": self.valid_through.isoformat(),
            **{key: value for key, value in plain.items() if value is not None},
            **({"eligibleTransactionVolume": minimum} if self.minimum else {}),
        }


def catalogue_document(offers: Iterable[CatalogueOffer], *, iri: str, publisher: str, published: date) -> bytes:
    """The catalogue as JSON-LD (UTF-8), offers in order of their names; the same offers give the same bytes.

    ``iri`` is the catalogue's public address, without a fragment; offers are fragments of it.
    """
    ordered = sorted(offers, key=lambda offer: offer.name)
    if len({offer.name for offer in ordered}) != len(ordered):
        raise InvalidOfferError("two offers of one name")
    document = {
        "@context": CONTEXT,
        "@id": iri,
        "@type": "OfferCatalog",
        "name": publisher,
        "dateModified": published.isoformat(),
        "itemListElement": [offer.to_json(iri) for offer in ordered],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def read_offers(path: Path) -> list[CatalogueOffer]:
    """Offers from a TOML file with one ``[[offer]]`` table each; InvalidOfferError says which one is wrong."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["offer"]
        return [CatalogueOffer(**table) for table in tables]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise InvalidOfferError(f"{path.name} holds no offers that can be published: {error}") from error


def demo_offers(today: date) -> list[CatalogueOffer]:
    """Made-up offers of real chains for the demonstration, in force from the first of this month for some weeks."""
    begins, ends = today.replace(day=1), today + timedelta(days=30)
    return [
        CatalogueOffer(
            name=name,
            title=title,
            seller=seller,
            category=category,
            valid_from=begins,
            valid_through=ends,
            conditions="Made up for the demonstration.",
            **terms,
        )
        for name, seller, category, title, terms in _DEMO
    ]


_DEMO: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    ("fairprice-8", "FairPrice", "groceries", "8 % off baskets from S$60", {"percent": "8", "minimum": "60"}),
    ("giant-5", "Giant", "groceries", "S$5 off baskets from S$50", {"off": "5", "minimum": "50"}),
    ("sheng-siong-3", "Sheng Siong", "groceries", "3 % off everything", {"percent": "3", "cap": "4"}),
    ("cold-storage-12", "Cold Storage", "groceries", "12 % off, up to S$10", {"percent": "12", "cap": "10"}),
    ("grabfood-20", "GrabFood", "eating-out", "20 % off one order", {"percent": "20", "cap": "8", "once": True}),
    ("foodpanda-4", "foodpanda", "eating-out", "S$4 off orders from S$25", {"off": "4", "minimum": "25"}),
    ("starbucks-15", "Starbucks", "eating-out", "15 % off on weekdays", {"percent": "15"}),
    ("toast-box-10", "Toast Box", "eating-out", "10 % off breakfast sets", {"percent": "10"}),
    ("mcdonalds-6", "McDonald's", "eating-out", "S$2 off from S$10", {"off": "2", "minimum": "10"}),
    ("grab-rides-3", "Grab Rides", "transport", "S$3 off rides from S$15", {"off": "3", "minimum": "15"}),
    ("gojek-25", "Gojek", "transport", "25 % off, up to S$5", {"percent": "25", "cap": "5"}),
    ("comfortdelgro-2", "ComfortDelGro", "transport", "S$2 off booked rides", {"off": "2", "minimum": "12"}),
    ("shell-7", "Shell", "transport", "7 % off fuel", {"percent": "7", "cap": "9"}),
    ("guardian-10", "Guardian", "health", "10 % off own brand", {"percent": "10", "cap": "12"}),
    ("watsons-6", "Watsons", "health", "S$6 off from S$45", {"off": "6", "minimum": "45"}),
    ("uniqlo-10", "UNIQLO", "shopping", "S$10 off from S$80", {"off": "10", "minimum": "80", "once": True}),
    ("lazada-5", "Lazada", "shopping", "5 % off, up to S$15", {"percent": "5", "cap": "15"}),
    ("shopee-6", "Shopee", "shopping", "6 % off, up to S$8", {"percent": "6", "cap": "8"}),
    ("popular-10", "Popular", "education", "10 % off books", {"percent": "10"}),
    ("ikea-20", "IKEA", "household", "S$20 off from S$200", {"off": "20", "minimum": "200", "once": True}),
    ("golden-village-3", "Golden Village", "entertainment", "Weekday tickets at S$9", {"price": "9"}),
    ("scoot-30", "Scoot", "travel", "S$30 off return flights", {"off": "30", "minimum": "250", "once": True}),
    ("klook-8", "Klook", "travel", "8 % off, up to S$25", {"percent": "8", "cap": "25"}),
    ("circles-life-1", "Circles.Life", "telecom", "100 GB for S$18 a month", {"price": "18"}),
)
