"""SuggestionDesk: suggestions from what this machine holds: records, shared models, the catalogue, the text model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pod_agent.embedding import KeptEmbedder, embedder
from pod_agent.errors import AgentError
from pod_agent.features.inputs import INPUTS, switched_off
from pod_agent.models.prior_store import kept_prior
from pod_agent.offers.desk import OfferDesk
from pod_agent.suggesting.interests import InterestDesk
from pod_agent.suggesting.policy import Policy
from pod_agent.suggesting.recommending import LIMIT, RecordSource, Suggested, Suggestions
from pod_agent.suggesting.returns import MOST
from pod_agent.suggesting.said import FeedbackDesk
from pod_agent.suggesting.shown import ShownLog
from pod_agent.suggesting.suggestion import KINDS, Suggestion
from pod_agent.suggesting.wishes import Wishes
from vocab.errors import VocabularyError
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
    """Suggestions for one person; ``absolute`` makes the IRIs of records absolute, ``wishes`` is the person's word.

    ``interests`` is what their own texts say.

    Nothing is downloaded for a shared model: what ``federation`` kept is read. Where one of these is missing or
    broken, suggestions come without it.
    """

    def __init__(
        self,
        *,
        home: Path,
        index: RecordSource,
        today: date,
        zone: str,
        absolute: Absolute,
        offers: OfferDesk,
        wishes: Wishes,
        interests: InterestDesk,
    ) -> None:
        self.interests = interests
        self._home = home
        self._index = index
        self._today = today
        self._zone = zone
        self._absolute = absolute
        self._offers = offers
        self._wishes = wishes

    def recommend(
        self,
        kinds: Iterable[str] = KINDS,
        *,
        new: bool | None = None,
        without: Iterable[str] = (),
        limit: int = LIMIT,
        today: date | None = None,
    ) -> Suggested:
        """As ``Suggestions.recommend``, with absolute IRIs; ``today`` is another day than this one.

        Inputs that the person switched off for good are left out as well. What is shown is logged on this machine.
        """
        policy = self._wishes.policy(self._wishes.off(without), today)
        found = self._recommended(kinds, policy, new=new, without=without, limit=limit, today=today)
        if today is None:
            self._wishes.note(policy, limit)
        return found

    def compare(self, name: str, kinds: Iterable[str] = KINDS, *, limit: int = LIMIT) -> tuple[Suggested, Suggested]:
        """The suggestions with an input and without it, whether or not it is switched off; nothing is logged.

        UsageError where there is no such input.
        """
        others = self._wishes.off() - switched_off([name])
        both = [
            self._recommended(kinds, self._wishes.policy(off), without=off, limit=limit, switched=False)
            for off in (others, others | {name})
        ]
        return both[0], both[1]

    @property
    def absolute(self) -> Absolute:
        """Makes the IRIs of records absolute."""
        return self._absolute

    def inputs(self) -> list[dict[str, Any]]:
        """Every input in plain words, and whether it is on."""
        off = self._wishes.off()
        return [{"input": name, "what": words, "on": name not in off} for name, words in INPUTS.items()]

    def switch(self, *, off: Iterable[str] = (), on: Iterable[str] = ()) -> None:
        """Switch inputs off and on for good, on every device; UsageError where there is no such input."""
        self._wishes.switch(off=switched_off(off), on=switched_off(on))

    @property
    def feedback(self) -> FeedbackDesk:
        """What the person said of suggestions and offers."""

        def suggested(kinds: Sequence[str]) -> tuple[Suggestion, ...]:
            policy = self._wishes.policy(self._wishes.off())
            return self._recommended(kinds, policy, limit=MOST).suggestions

        return FeedbackDesk(wishes=self._wishes, suggested=suggested, matched=self._offers.fitting)

    @property
    def log(self) -> ShownLog:
        """What was shown on this machine, with the chances it had."""
        return self._wishes.log

    def _recommended(
        self,
        kinds: Iterable[str],
        policy: Policy,
        *,
        new: bool | None = None,
        without: Iterable[str] = (),
        limit: int = LIMIT,
        today: date | None = None,
        switched: bool = True,
    ) -> Suggested:
        notes: list[str] = []
        off = self._wishes.off(without) if switched else frozenset(without)
        suggestions = Suggestions(
            self._index,
            today or self._today,
            zone=self._zone,
            priors=self._priors,
            stock=lambda: self._stock(notes),
            embedder=self._embedder,
            policy=policy,
        )
        found = suggestions.recommend(kinds, new=new, without=off, limit=limit)
        absolute = tuple(replace(each, evidence=self._absolute(each.evidence)) for each in found.suggestions)
        return Suggested(absolute, (*found.notes, *dict.fromkeys(notes)))

    def _priors(self) -> Mapping[str, ItemPrior]:
        found = {dimension: kept_prior(self._home, dimension) for dimension in sorted(PRIOR_DIMENSIONS)}
        return {dimension: prior for dimension, prior in found.items() if prior is not None}

    def _stock(self, notes: list[str]) -> Iterator[_OnOffer]:
        try:
            offers = self._offers.offers()
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
