"""The desks of a home: offers and suggestions, both following the same wishes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from pod_agent.config import Settings
from pod_agent.embedding import Embedder, KeptEmbedder, embedder
from pod_agent.index.local import LocalIndex
from pod_agent.offers.desk import OfferDesk
from pod_agent.suggesting.desk import VECTORS, SuggestionDesk
from pod_agent.suggesting.interests import InterestDesk
from pod_agent.suggesting.wishes import Kept, Wishes
from vocab.records import IRI

__all__ = ["Desks"]


@dataclass(frozen=True)
class Desks:
    """What both desks are made of; ``relative`` and ``absolute`` translate the IRIs of records."""

    home: Path
    settings: Settings
    index: LocalIndex
    kept: Kept
    today: date
    relative: Callable[[str], IRI]
    absolute: Callable[[Iterable[IRI]], tuple[IRI, ...]]

    @cached_property
    def offers(self) -> OfferDesk:
        """The catalogue of offers beside the person's records."""
        return OfferDesk(
            home=self.home,
            settings=self.settings,
            index=self.index,
            today=self.today,
            absolute=self.absolute,
            wishes=self._wishes,
            nudges=self.interests.nudges,
        )

    @cached_property
    def interests(self) -> InterestDesk:
        """What the person's own searches and posts say."""

        def maker() -> Embedder | None:
            made = embedder()
            return None if made is None else KeptEmbedder(made, self.home / VECTORS)

        return InterestDesk(self.index, self.today, maker=maker, off=self._wishes.off, absolute=self.absolute)

    @cached_property
    def suggestions(self) -> SuggestionDesk:
        """What to buy, hear and watch next."""
        return SuggestionDesk(
            home=self.home,
            index=self.index,
            today=self.today,
            zone=self.settings.zone,
            absolute=self.absolute,
            offers=self.offers,
            wishes=self._wishes,
            interests=self.interests,
        )

    @cached_property
    def _wishes(self) -> Wishes:
        return Wishes(self.home, self.kept, self.today, lambda iris: self.index.get(map(self.relative, iris)))
