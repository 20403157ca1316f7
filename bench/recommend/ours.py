"""The recommender as the software ships it: one release for everybody, then each household scored from its own history.

``pod_agent.models.recommend`` sees one household's purchases at a time, and of the others only the released prior.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bench.completejourney import CompleteJourney
from bench.recommend.catalogue import public_catalogue
from bench.recommend.peers import Score
from bench.recommend.protocol import Past
from bench.recommend.release import Terms, release
from pod_agent.embedding import embedder
from pod_agent.models.purchases import Purchases
from pod_agent.models.recommend import INPUTS, ItemRecommender

__all__ = ["ABLATIONS", "histories", "recommender"]

ABLATIONS: dict[str, frozenset[str]] = {
    "all": frozenset(),
    "history only": frozenset(INPUTS) - {"history"},
    "shared only": frozenset(INPUTS) - {"shared"},
    "history and shared": frozenset({"shop", "text"}),
    "history, text and department": frozenset({"shared"}),
    "all but text": frozenset({"text"}),
    "all but department": frozenset({"shop"}),
}
"""What is left out. Text and department compare items with the household's own history, so they need it."""


def recommender(journey: CompleteJourney, known: Past, terms: Terms, without: frozenset[str] = frozenset()) -> Score:
    """Release under these terms, and score each household on its own, all with what is known at the cut."""
    items = public_catalogue(journey, known)
    worded = known.level == "category" and "text" not in without
    texts, names = (_likeness(items.texts), _likeness(items.names)) if worded else (None, None)
    model = ItemRecommender(items.names, departments=items.departments, texts=texts, names=names, without=without)
    model.fit(release(known, terms))
    own = histories(known)
    return lambda people: np.array([model.scores(own[person]) for person in people])


def histories(known: Past) -> list[Purchases]:
    """Each household's own purchases, as its agent knows them."""
    cuts = np.searchsorted(known.person, np.arange(1, len(known.households)))
    parts = zip(*(np.split(column, cuts) for column in (known.item, known.rank, known.ago)), strict=True)
    return [Purchases(item=item, rank=rank, ago=ago.astype(np.float64)) for item, rank, ago in parts]


@lru_cache(maxsize=4)
def _likeness(texts: tuple[str, ...]) -> NDArray[np.float64] | None:
    """Cosines of public texts, computed on this machine; None without the extra ``text``."""
    model = embedder()
    if model is None:
        return None
    vectors = model.embed(texts).astype(np.float64)
    return np.asarray(np.clip(vectors @ vectors.T, 0.0, 1.0))
