"""Offers as public linked data: a business's whole catalogue in one signed JSON-LD document, the same for everyone.

Agents download all of it and match on their own machine, so nobody learns whom an offer fits. The context lies in the
document, there are no images and no addresses to click: nothing in it can be used to count or recognise readers.
"""

from __future__ import annotations

from aggregator.catalogue.demo import demo_offers
from aggregator.catalogue.publishing import FILE, MEDIA_TYPE, catalogue_document, publish, published_offers
from aggregator.catalogue.tables import InvalidOfferError, read_offers

__all__ = [
    "FILE",
    "MEDIA_TYPE",
    "InvalidOfferError",
    "catalogue_document",
    "demo_offers",
    "publish",
    "published_offers",
    "read_offers",
]
