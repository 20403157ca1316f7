"""The offers of the catalogue as documents: the copy that is held here, nothing is fetched for a search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pod_agent.assistant.retrieval.document import Document, folded_text
from pod_agent.assistant.retrieval.things import CATEGORY_WORDS
from pod_agent.config import Settings
from pod_agent.offers.catalogue import Catalogue
from pod_agent.offers.desk import FOLDER
from pod_agent.offers.secret import arms_seen, device_secret
from vocab.offers import Offer

__all__ = ["HeldOffers"]


class HeldOffers:
    """The offers that this device sees of the catalogue it holds; none where the settings name no catalogue."""

    def __init__(self, home: Path, settings: Settings) -> None:
        self._folder = home / FOLDER
        self._settings = settings
        edition = None
        if settings.catalogue:
            edition = Catalogue(settings.catalogue, self._folder, key=settings.catalogue_key).held()
        self._offers = () if edition is None else edition.offers
        self.state = "" if edition is None else edition.digest

    def documents(self) -> Iterator[Document]:
        """A document for every offer."""
        if self._offers:
            yield from map(_document, arms_seen(self._offers, device_secret(self._folder)))


def _document(offer: Offer) -> Document:
    about = "; ".join(CATEGORY_WORDS.get(name, name) for name in offer.categories)
    products = ", ".join(each.words for each in offer.products[:6])
    return Document(
        kind="offer",
        key=offer.iri,
        title=offer.title,
        text=folded_text(offer.title, f"offer of {offer.seller}", products, about, offer.conditions),
        family=offer.name,
    )
