"""The recommender as the software ships it: one release for everybody, then each household scored from its own history.

``pod_agent.models.recommend`` sees one household's purchases at a time, and of the others only the released prior.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.completejourney import CompleteJourney
from bench.recommend.catalogue import day_after, public_catalogue
from bench.recommend.peers import Score
from bench.recommend.protocol import Integers, Past, past
from bench.recommend.release import Terms, release, total
from pod_agent.embedding import embedder
from pod_agent.models.basket_history import BasketHistory
from pod_agent.models.recommend import INPUTS, ItemRecommender
from pod_agent.suggesting.seasons import season
from vocab.item_vectors import ItemEncoding
from vocab.prior import ItemPrior

__all__ = ["ABLATIONS", "Ours", "histories", "recommender", "spread"]

LEAST = 1e-6
"""The share of a product of which nothing is known."""

ABLATIONS: dict[str, frozenset[str]] = {
    "all": frozenset(),
    "history only": frozenset(INPUTS) - {"history"},
    "shared only": frozenset(INPUTS) - {"shared"},
    "history and shared": frozenset({"shop", "text"}),
    "history, text and department": frozenset({"shared"}),
    "all but the season": frozenset({"season"}),
    "all but text": frozenset({"text"}),
    "all but department": frozenset({"shop"}),
}
"""What is left out. Text and department compare items with the household's own history, so they need it.

The season is a part of the text: words for the months, held against public names."""


class Ours:
    """Everything of one cut that no noise changes: public knowledge, own histories, the exact sums.

    Attributes:
        known: what the households bought up to the cut.
        counted: the same by category, of which the release is made.
    """

    def __init__(self, journey: CompleteJourney, known: Past) -> None:
        self.journey = journey
        self.known = known
        self.counted = known if known.level == "category" else past(journey, known.week, "category")
        self.own = histories(known)
        self._catalogue = public_catalogue(journey, known) if known.level == "category" else None
        self._today = day_after(journey, known)
        self._exact: dict[ItemEncoding, Integers] = {}

    def recommender(self, terms: Terms, without: frozenset[str] = frozenset()) -> Score:
        """Release under these terms, and score each household on its own."""
        terms = replace(terms, pairs=terms.pairs and self.known.level == "category")  # no pairs of products follow
        prior = release(self.counted, terms, exact=self._sum(terms.encoding) if terms.share == 1 else None)
        model = self._unfitted(without)
        model.fit(prior if self._catalogue is not None else spread(self.journey, self.known, prior))
        return lambda people: np.array([model.scores(self.own[person]) for person in people])

    def _sum(self, encoding: ItemEncoding) -> Integers:
        """The exact sum of everybody, made once."""
        if encoding not in self._exact:
            self._exact[encoding] = total(self.counted, encoding, np.arange(len(self.known.households)))
        return self._exact[encoding]

    def _unfitted(self, without: frozenset[str]) -> ItemRecommender:
        items = self._catalogue
        if items is None:
            return ItemRecommender([str(item) for item in self.known.items], without=without)
        texts, names = (None, None) if "text" in without else (_likeness(items.texts), _likeness(items.names))
        return ItemRecommender(
            items.names,
            departments=items.departments,
            texts=texts,
            names=names,
            season=None if "season" in without else _season(items.names, self._today),
            without=without,
        )


def recommender(journey: CompleteJourney, known: Past, terms: Terms, without: frozenset[str] = frozenset()) -> Score:
    """One release of one cut, and the scores that come of it."""
    return Ours(journey, known).recommender(terms, without)


def spread(journey: CompleteJourney, known: Past, prior: ItemPrior) -> ItemPrior:
    """A prior of products from that of their categories: each product has an equal part of its category's share.

    The table of products is far too long for a release of its own, and which products sell is no public knowledge.
    A product without a category is as rare as the rarest.
    """
    category = journey.products.set_index("product_id")["product_category"].reindex(list(known.items))
    place = pd.Index(prior.items).get_indexer(category)
    several = np.bincount(place[place >= 0], minlength=len(prior.items))
    ever, lately = (
        np.where(place >= 0, np.array(shares)[place] / np.maximum(several[place], 1), 0.0)
        for shares in (prior.ever, prior.lately)
    )
    return replace(
        prior,
        dimension="product",
        items=tuple(str(item) for item in known.items),
        ever=tuple(np.maximum(ever, LEAST).tolist()),
        lately=tuple(np.maximum(lately, LEAST).tolist()),
        pairs=None,
    )


def histories(known: Past) -> list[BasketHistory]:
    """Each household's own purchases, as its agent knows them."""
    cuts = np.searchsorted(known.person, np.arange(1, len(known.households)))
    parts = zip(*(np.split(column, cuts) for column in (known.item, known.rank, known.ago)), strict=True)
    return [BasketHistory(item=item, rank=rank, ago=ago.astype(np.float64)) for item, rank, ago in parts]


@lru_cache(maxsize=4)
def _likeness(texts: tuple[str, ...]) -> NDArray[np.float64] | None:
    """Cosines of public texts, computed on this machine; None without the extra ``text``."""
    model = embedder()
    if model is None:
        return None
    vectors = model.embed(texts).astype(np.float64)
    return np.asarray(np.clip(vectors @ vectors.T, 0.0, 1.0))


@lru_cache(maxsize=64)
def _season(names: tuple[str, ...], today: date) -> NDArray[np.float64] | None:
    """What the weeks after the cut ask for by the date alone; None without the extra ``text``."""
    model = embedder()
    return None if model is None else season(names, model, today)
