"""What a person is likely to buy next, of what they know and of what is new to them; computed on this machine.

Nothing is trained here: the person's own history speaks for itself, and what many people know together comes as an
``ItemPrior``. The constants were fitted on early weeks of educational data and rounded by hand (decision 0024).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np

from pod_agent.errors import UsageError
from pod_agent.models.basket_history import BasketHistory, Integers
from pod_agent.models.protocol import Array
from pod_agent.models.recommend_parts import Beyond, Lift
from vocab.item_vectors import LATELY_WEEKS
from vocab.prior import ItemPrior

__all__ = ["INPUTS", "ItemRecommender"]

INPUTS: Final = ("shared", "shop", "text", "history")
"""The parts of a score; each can be left out."""

MEMORY: Final = ((3.0, False, 8.0, 0.3), (20.0, False, 16.0, 0.5), (30.0, True, 8.0, 0.3))
"""Three memories of what was bought: it counts half after so many more baskets, or weeks if that is true; how many
baskets of the person's own the prior weighs as much as; and how much the memory says."""
MANY: Final = 1000
FRESH_AMONG_MANY: Final = 0.15
"""What the first memory says instead where items are many, such as products: another basket of the same is not due."""
OFTEN: Final = 0.3
"""Of the logarithm of how often it was bought in all."""
LEAST_CHANCE: Final = 0.01
"""Of being in a basket, for what was bought before: where items are many, what others have tells nothing of it."""
SMALLEST: Final = 1e-300
LOYALTY: Final = 0.3
"""Of the log share of buyers of an item who bought it lately: it tells what is bought again from what is not."""

RECENT: Final = 0.7
EVER: Final = 0.3
LOYAL: Final = -0.3
"""Of the log odds that somebody never had an item: what nearly everyone has, who has not will not buy."""
LOYAL_ACTIVE: Final = 0.5
"""The same for somebody who bought many different items: they had their chance. The less so for a new person."""
ALIKE: Final = ((0.4, "ever", 2), (0.3, "ever", 8), (0.4, "lately", 4))
"""Weight, which items of the person, power of the cosine."""
NAMED: Final = ((0.3, "ever", 4),)
SEASON: Final = 0.8
"""Of what the coming weeks ask for, for what was never bought: of the rest the person's own purchases know better."""
DEPARTMENT: Final = ((-0.3, "ever"), (0.3, "often"))
TEXT_DOUBT, DEPARTMENT_DOUBT = 3.0, 5.0
TOGETHER: Final = 1.2
LIFTS_BESIDE_PAIRS: Final = 0.7
"""Where a release of pairs is known, texts and departments tell less that is not known already."""
NOBODY: Final = 0.1
"""The share of every item where no prior is known."""
FEWEST: Final = 3.0


class ItemRecommender:
    """Scores every item of a list for one person: the higher, the sooner it is likely to be bought.

    Args:
        items: names of the items, each once; a history counts them from 0 in this order.
        departments: the department of each item, from a public catalogue.
        texts: (items, items) cosines from 0 to 1 of texts that describe the items; the diagonal is not used.
        names: the same for their names alone.
        season: (items,) what the coming weeks ask for by public names, from -1 to 1, 0 in the mean of the year.
        without: inputs that are left out, of ``INPUTS``; other names mean nothing here.

    Learned by ``fit``: ``ever_`` and ``lately_``, the shares of people who have each item; ``base_``, the score of an
    item for somebody of whom nothing is known; ``never_`` and ``loyal_``, the logarithms of the share who never had it
    and of the part of its buyers who had it lately; ``typical_``, how many different items people have; ``lifts_``
    and ``beyond_``, the matrices behind the other parts; ``season_``, what the date adds to each item.
    """

    def __init__(
        self,
        items: Sequence[str],
        *,
        departments: Sequence[str] | None = None,
        texts: Array | None = None,
        names: Array | None = None,
        season: Array | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.items = items
        self.departments = departments
        self.texts = texts
        self.names = names
        self.season = season
        self.without = without

    def fit(self, prior: ItemPrior | None = None) -> Self:
        """Take in what many people know together; None where nothing was downloaded.

        UsageError where the public knowledge does not fit the items.
        """
        count = len(self.items)
        if not count or len(set(self.items)) != count:
            raise UsageError("a recommender needs a list of different items")
        known = None if "shared" in self.without else prior
        self.ever_, self.lately_ = self._shares(known)
        self.typical_ = max(float(self.ever_.sum()), FEWEST)
        self.never_ = np.log1p(-np.minimum(self.ever_, 0.97))
        self.base_ = RECENT * np.log(self.lately_) + EVER * np.log(self.ever_) + LOYAL * self.never_
        self.loyal_ = np.log(self.lately_ / self.ever_)
        self.beyond_ = Beyond.of(known, self._places(known)) if known else None
        self.lifts_ = {"shop": self._department_lifts(), "text": self._text_lifts()}
        self.season_ = self._season()
        return self

    def scores(self, purchases: BasketHistory) -> Array:
        """(items,) the score of each item; those never bought compare with each other and with what was bought."""
        return np.asarray(sum(self.parts(purchases).values()))

    def parts(self, purchases: BasketHistory) -> Mapping[str, Array]:
        """What each input adds to each item's score, in the order of ``INPUTS``; their sum is the score."""
        if not hasattr(self, "base_"):
            raise UsageError("the recommender has not been fitted")
        own = BasketHistory.nothing() if "history" in self.without else purchases
        counts = own.counts(len(self.items))
        had = (counts > 0).astype(np.float64)
        sets = {
            "ever": had,
            "often": np.sqrt(counts),
            "lately": (own.counts(len(self.items), (own.ago < LATELY_WEEKS).astype(np.float64)) > 0).astype(np.float64),
        }
        shared = self.base_.copy()
        if had.any():
            shared += LOYAL_ACTIVE * np.log(max(float(had.sum()), FEWEST) / self.typical_) * self.never_
        share = 1.0
        if self.beyond_ is not None:
            shared += TOGETHER * self.beyond_.score(had)
            share = LIFTS_BESIDE_PAIRS
        parts = {"shared": shared}
        for name, lifts in self.lifts_.items():
            parts[name] = share * sum((lift.score(sets[lift.source]) for lift in lifts), np.zeros(len(self.items)))
        parts["history"] = self._history(own, np.asarray(sum(parts.values())))
        parts["text"] = parts["text"] + self.season_ * (1 - had)
        return parts

    def _history(self, own: BasketHistory, score: Array) -> Array:
        """How far the person's own counts raise an item above what is expected of it, in the logarithm.

        The other parts become chances that add up to the person's usual basket: q. Then ``c + k q`` over ``k q``, for
        each memory and its k, is how much more often the item was bought than a newcomer would. Nothing that was
        bought counts less than what was not.
        """
        if not len(own.item):
            return np.zeros(len(score))
        chances = np.exp(score - score.max())
        chances *= own.basket_size / chances.sum()
        least = np.maximum(chances, LEAST_CHANCE)
        counts = own.counts(len(score))
        raised = OFTEN * np.log1p(counts) + LOYALTY * self.loyal_
        for place, (half, weeks, doubt, weight) in enumerate(MEMORY):
            says = FRESH_AMONG_MANY if place == 0 and len(score) >= MANY else weight
            raised += says * np.log1p(own.decayed(len(score), half, weeks=weeks) / (doubt * least))
        return np.where(counts > 0, np.maximum(raised, 0.0) + np.log(least / np.maximum(chances, SMALLEST)), 0.0)

    def _shares(self, prior: ItemPrior | None) -> tuple[Array, Array]:
        """Shares in the order of the items; what the prior does not name is as rare as the rarest it does."""
        if prior is None:
            return np.full(len(self.items), NOBODY), np.full(len(self.items), NOBODY)
        places = self._places(prior)
        ever, lately = np.asarray(prior.ever), np.asarray(prior.lately)
        known = np.maximum(places, 0)
        return np.where(places >= 0, ever[known], ever.min()), np.where(places >= 0, lately[known], lately.min())

    def _places(self, prior: ItemPrior) -> Integers:
        """Where each item stands in the prior; -1 for none."""
        known = {item: place for place, item in enumerate(prior.items)}
        return np.array([known.get(item, -1) for item in self.items], dtype=np.int64)

    def _department_lifts(self) -> list[Lift]:
        if self.departments is None or "shop" in self.without:
            return []
        if len(self.departments) != len(self.items):
            raise UsageError("there is one department for each item")
        numbers = np.unique(list(self.departments), return_inverse=True)[1]
        same = np.equal.outer(numbers, numbers).astype(np.float64)
        return [
            Lift.of(same, self.ever_, source=source, weight=weight, doubt=DEPARTMENT_DOUBT)
            for weight, source in DEPARTMENT
        ]

    def _season(self) -> Array:
        if self.season is None or "text" in self.without:
            return np.zeros(len(self.items))
        ahead = np.asarray(self.season, dtype=np.float64)
        if ahead.shape != (len(self.items),) or not np.isfinite(ahead).all():
            raise UsageError("a season has one finite number for each item")
        return np.asarray(SEASON * ahead)

    def _text_lifts(self) -> list[Lift]:
        lifts: list[Lift] = []
        for cosines, terms in ((self.texts, ALIKE), (self.names, NAMED)):
            if cosines is None or "text" in self.without:
                continue
            table = np.asarray(cosines, dtype=np.float64)
            if table.shape != (len(self.items),) * 2 or not np.isfinite(table).all():
                raise UsageError("likeness by text is a square of finite numbers, a row for each item")
            lifts += [
                Lift.of(
                    np.maximum(table, 0.0) ** power,
                    self.lately_ if source == "lately" else self.ever_,
                    source=source,
                    weight=weight,
                    doubt=TEXT_DOUBT,
                )
                for weight, source, power in terms
            ]
        return lifts
