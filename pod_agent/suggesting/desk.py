"""SuggestionDesk: suggestions from what this machine holds: records, shared models, the catalogue, the text model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pod_agent.embedding import KeptEmbedder, embedder
from pod_agent.errors import AgentError
from pod_agent.models.prior_store import kept_prior
from pod_agent.suggesting.policy import Policy
from pod_agent.suggesting.recommending import LIMIT, RecordSource, Suggested, Suggestions
from pod_agent.suggesting.suggestion import KINDS
from vocab.errors import VocabularyError
from vocab.offers import Offer
from vocab.prior import PRIOR_DIMENSIONS, ItemPrior
from vocab.records import IRI

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["VECTORS", "SuggestionDesk"]

VECTORS: Final = "vectors/names.npz"
Absolute = Callable[[Iterable[IRI]], tuple[IRI, ...]]


@dataclass(frozen=True, slots=True)
class _OnOffer:
    """A shop of the catalogue, with one of its products or none."""

    seller: str
    category: str | None
    product: str | None


class SuggestionDesk:
    """Suggestions for one person; ``absolute`` makes the IRIs of records absolute, ``offers`` gives the catalogue.

    Nothing is downloaded for a shared model: what ``federation`` kept is read. Where one of these is missing or
    broken, suggestions come without it.
    """

    def __init__(
        self,
        *,
        home: Path,
        index: RecordSource,
        today: date,
        absolute: Absolute,
        offers: Callable[[], Iterable[Offer]],
        policy: Policy | None = None,
    ) -> None:
        self._home = home
        self._index = index
        self._today = today
        self._absolute = absolute
        self._offers = offers
        self._policy = policy

    def recommend(
        self,
        kinds: Iterable[str] = KINDS,
        *,
        new: bool | None = None,
        without: Iterable[str] = (),
        limit: int = LIMIT,
        today: date | None = None,
    ) -> Suggested:
        """As ``Suggestions.recommend``, with absolute IRIs; ``today`` is another day than this one."""
        notes: list[str] = []
        suggestions = Suggestions(
            self._index,
            today or self._today,
            priors=self._priors,
            stock=lambda: self._stock(notes),
            embedder=self._embedder,
            policy=self._policy,
        )
        found = suggestions.recommend(kinds, new=new, without=without, limit=limit)
        absolute = tuple(replace(each, evidence=self._absolute(each.evidence)) for each in found.suggestions)
        return Suggested(absolute, (*found.notes, *dict.fromkeys(notes)))

    def _priors(self) -> Mapping[str, ItemPrior]:
        found = {dimension: kept_prior(self._home, dimension) for dimension in sorted(PRIOR_DIMENSIONS)}
        return {dimension: prior for dimension, prior in found.items() if prior is not None}

    def _stock(self, notes: list[str]) -> Iterator[_OnOffer]:
        try:
            offers = list(self._offers())
        except (AgentError, VocabularyError):
            notes.append("The catalogue of offers cannot be read now: what is new to you comes without it.")
            return
        for offer in offers:
            yield _OnOffer(offer.seller, offer.category, None)
            for product in offer.products:
                if product.name:
                    yield _OnOffer(offer.seller, offer.category, product.name)

    def _embedder(self) -> Embedder | None:
        maker = embedder()
        return None if maker is None else KeptEmbedder(maker, self._home / VECTORS)
