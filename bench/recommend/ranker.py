"""The strongest peer: trees of LightGBM on how often and how lately people, and this person, bought each item.

It learns from labels: what households bought after ``ORIGINS`` earlier cuts, all of them within the ``Past``. A label
is the mean of two: whether the item came in four weeks, and whether it was in the first basket. Features are
of the pair, the item and the person; none of who the person is.
Ke et al. 2017, "LightGBM: a highly efficient gradient boosting decision tree".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.recommend.peers import TIE, Score, Scores, ease, tifu_knn
from bench.recommend.protocol import HORIZON, LEAST_BASKETS, Integers, Past

__all__ = ["FEATURES", "ORIGINS", "STACKED", "RankerSettings", "ranker"]

FEATURES = (
    "baskets with it, of all",
    "baskets with it",
    "baskets with it, of the last five",
    "baskets with it, half at 5",
    "baskets with it, half at 20",
    "weeks with it, half at 4",
    "baskets with it in 4 weeks",
    "baskets with it in 8 weeks",
    "baskets since the last",
    "weeks since the last",
    "weeks since the first",
    "mean gap in baskets",
    "gap now over mean gap",
    "share of own purchases",
    "baskets with it, of the last",
    "baskets with it, of the last two",
    "baskets with it, of the last three",
    "baskets with it, of the last ten",
    "baskets with it, of the last twenty",
    "baskets with it in the week",
    "baskets with it in 2 weeks",
    "baskets with it in 13 weeks",
    "baskets with it in 26 weeks",
    "baskets with it, half at 3",
    "baskets with it, of all, half at 60",
    "weeks with it, of all, half at 12",
    "weeks with it, of all, half at 30",
    "different weeks with it",
    "mean gap in weeks",
    "gap now over mean gap, in weeks",
    "people ever",
    "people in 8 weeks",
    "people in 4 weeks",
    "trend of 4 weeks",
    "baskets per buyer",
    "buyers who came back to it",
    "baskets",
    "baskets in 8 weeks",
    "different items",
    "items a basket",
    "items a basket, of the last five",
    "weeks since the last basket",
    "baskets in 2 weeks",
    "baskets in 4 weeks",
    "baskets in 13 weeks",
)

OWN, ITEM = FEATURES.index("people ever"), FEATURES.index("baskets")
"""Where the features of the item begin, and those of the person; before them are those of the pair."""
SINCE = [FEATURES.index(name) for name in FEATURES if " since the " in name and name != "weeks since the last basket"]
SINCE += [FEATURES.index(name) for name in FEATURES if "gap" in name]
"""Features that have no value for what was never bought."""

STACKED = ("score of EASE", "score of TIFU-KNN's neighbours")
"""More features for a model on top of other models."""

ORIGINS = (4, 8, 12)
"""Weeks before the cut at which the model stands when it learns; the labels are the four weeks after each."""

NEVER = 99.0
"""Weeks or baskets since something that never happened."""

CANDIDATES = {"category": 100_000, "product": 400}
"""How many of the most popular items are scored, beside all that the person ever bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankerSettings:
    """What the trees are grown with; chosen on week 45."""

    trees: int = 150
    leaves: int = 31
    rate: float = 0.07
    least: int = 200
    new_pairs: float = 0.25
    bins: int = 63


def ranker(
    known: Past, *, seeds: Sequence[int] = (0,), settings: RankerSettings | None = None, stacked: bool = False
) -> list[Score]:
    """Fit on the earlier cuts, once for each seed; other items than the candidates follow by popularity.

    ``stacked`` adds what EASE and TIFU-KNN say (``STACKED``).
    """
    from lightgbm import Dataset, train  # noqa: PLC0415 - optional, and a second to load

    chosen = settings or RankerSettings()
    rows, labels, weights = _lessons(known, chosen.new_pairs, stacked=stacked)
    dataset = Dataset(rows, label=labels, weight=weights, params=_parameters(chosen, 0), categorical_feature=[ITEM])
    now = _Table(known, stacked=stacked)
    return [_score(now, train(_parameters(chosen, seed), dataset, num_boost_round=chosen.trees)) for seed in seeds]


def _lessons(
    known: Past, share: float, *, stacked: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Features of pairs at the earlier cuts, whether the purchase came, and the weight of each pair.

    All pairs of a person and what they had bought, and a ``share`` of the others, which then weigh that much more.
    """
    generator = np.random.default_rng(known.week)
    rows, labels, weights = [], [], []
    for weeks in ORIGINS:
        table, (bought, first) = _Table(known.before(weeks), stacked=stacked), _labels(known, weeks)
        people = np.flatnonzero((table.known.baskets >= LEAST_BASKETS) & (bought.getnnz(axis=1) > 0))
        for person in people.tolist():
            items = table.candidates(person)
            old = np.isin(items, table.own[person])
            kept = old | (generator.random(len(items)) < share)
            rows.append(table.features(person, items[kept]))
            both = (bought[person].astype(float) + first[person]).toarray()[0, items[kept]]
            labels.append((both / 2).astype(np.float32))
            weights.append(np.where(old[kept], 1, 1 / share).astype(np.float32))
    return np.concatenate(rows), np.concatenate(labels), np.concatenate(weights)


def _score(now: _Table, model: Any) -> Score:
    def score(people: Integers) -> Scores:
        block = np.tile(TIE * now.ever_share - 1, (len(people), 1))
        chosen = [now.candidates(person) for person in people.tolist()]
        rows = [now.features(person, items) for person, items in zip(people.tolist(), chosen, strict=True)]
        where = np.repeat(np.arange(len(people)), [len(items) for items in chosen])
        block[where, np.concatenate(chosen)] = model.predict(np.concatenate(rows), num_threads=1)
        return block

    return score


def _parameters(settings: RankerSettings, seed: int) -> dict[str, Any]:
    return {
        "objective": "cross_entropy",
        "learning_rate": settings.rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.least,
        "max_bin": settings.bins,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }


def _labels(known: Past, weeks: int) -> tuple[Any, Any]:
    """Two sparse (U, I) of ones: what came in the four weeks after the earlier cut, and in the first basket of them."""
    after = (known.ago < weeks) & (known.ago >= weeks - HORIZON)
    first = np.full(len(known.households), -1)
    np.maximum.at(first, known.person[after], known.rank[after])
    return known.matrix(which=after) > 0, known.matrix(which=after & (known.rank == first[known.person])) > 0


class _Table:
    """The features of every pair of a person and an item, at one cut."""

    def __init__(self, known: Past, *, stacked: bool) -> None:
        self.known = known
        people, items = known.shape
        ever = known.ever()
        self.ever_share = np.asarray(ever.sum(axis=0)).ravel() / people
        order = np.argsort(-self.ever_share, kind="stable")
        self.popular = np.sort(order[: CANDIDATES[known.level]])
        self.pairs, self.own = self._pairs()
        self.items = self._items(ever)
        self.people = self._people(ever)
        self.more = self._stacked() if stacked else np.zeros((people, items, 0), dtype=np.float32)

    def candidates(self, person: int) -> Integers:
        """What is scored for a person."""
        return np.union1d(self.own[person], self.popular).astype(np.int64)

    def features(self, person: int, items: Integers) -> NDArray[np.float32]:
        """(n, 45) rows for the items of one person, or (n, 47)."""
        table = np.zeros((len(items), len(FEATURES)), dtype=np.float32)
        table[:, SINCE] = NEVER
        place = np.searchsorted(items, self.own[person])
        table[place, :OWN] = self.pairs[person]
        table[:, OWN:ITEM] = self.items[items]
        table[:, ITEM:] = self.people[person]
        return np.hstack([table, self.more[person, items]])

    def _pairs(self) -> tuple[list[NDArray[np.float32]], list[Integers]]:
        known = self.known
        width = known.shape[1]
        code, pair = np.unique(known.person * width + known.item, return_inverse=True)

        def total(values: NDArray[Any]) -> NDArray[np.float64]:
            return np.bincount(pair, weights=values, minlength=len(code)).astype(np.float64)

        baskets = np.maximum(known.baskets[code // width], 1)
        last, first = np.full(len(code), 10**6), np.zeros(len(code), dtype=np.int64)
        np.minimum.at(last, pair, known.rank)
        np.maximum.at(first, pair, known.rank)
        since, begun = np.full(len(code), 10**6), np.zeros(len(code), dtype=np.int64)
        np.minimum.at(since, pair, known.ago)
        np.maximum.at(begun, pair, known.ago)
        count = total(np.ones(len(pair)))
        gap = np.where(count > 1, (first - last) / np.maximum(count - 1, 1), baskets)
        week = np.unique(np.stack([pair, known.ago]), axis=1)[0]
        weeks = np.bincount(week, minlength=len(code)).astype(np.float64)
        weeks_apart = np.where(weeks > 1, (begun - since) / np.maximum(weeks - 1, 1), NEVER)
        all_own = np.bincount(code // width, weights=count, minlength=known.shape[0])
        columns = [
            count / baskets,
            count,
            total(known.rank < 5),
            total(0.5 ** (known.rank / 5)),
            total(0.5 ** (known.rank / 20)),
            total(0.5 ** (known.ago / 4)),
            total(known.ago < 4),
            total(known.ago < 8),
            last,
            since,
            begun,
            gap,
            (last + 1) / np.maximum(gap, 1),
            count / all_own[code // width],
            *(total(known.rank < number) for number in (1, 2, 3, 10, 20)),
            *(total(known.ago < number) for number in (1, 2, 13, 26)),
            total(0.5 ** (known.rank / 3)),
            total(0.5 ** (known.rank / 60)) / baskets,
            total(0.5 ** (known.ago / 12)) / baskets,
            total(0.5 ** (known.ago / 30)) / baskets,
            weeks,
            weeks_apart,
            (since + 1) / np.maximum(weeks_apart, 0.5),
        ]
        table = np.stack(columns, axis=1).astype(np.float32)
        cuts = np.searchsorted(code, np.arange(1, known.shape[0]) * width)
        return np.split(table, cuts), np.split(code % width, cuts)

    def _items(self, ever: Any) -> NDArray[np.float32]:
        known = self.known
        people = known.shape[0]

        def share(which: NDArray[np.bool_]) -> NDArray[np.float64]:
            return np.asarray(known.matrix(which=which).getnnz(axis=0)) / people

        four, eight = share(known.ago < 4), share(known.ago < 8)
        before = share((known.ago >= 4) & (known.ago < 12))
        counts = known.matrix()
        buyers = np.maximum(ever.getnnz(axis=0), 1)
        again = np.asarray((counts > 1).sum(axis=0)).ravel() / buyers
        per_buyer = np.asarray(counts.sum(axis=0)).ravel() / buyers
        trend = np.log((four + 0.001) / (before + 0.001))
        return np.stack([self.ever_share, eight, four, trend, per_buyer, again], axis=1).astype(np.float32)

    def _stacked(self) -> NDArray[np.float32]:
        known = self.known
        people = np.arange(known.shape[0])
        columns = [
            ease(known)(people),
            tifu_knn(known, own=0)(people),
        ]
        return np.stack(columns, axis=2).astype(np.float32)

    def _people(self, ever: Any) -> NDArray[np.float32]:
        known = self.known
        people = known.shape[0]
        baskets = np.maximum(known.baskets, 1)
        bought = np.bincount(known.person, minlength=people)
        latest = np.bincount(known.person, weights=known.rank < 5, minlength=people) / np.minimum(baskets, 5)
        one = np.unique(np.stack([known.person, known.rank, known.ago], axis=1), axis=0)
        lately, *others = (
            np.bincount(one[:, 0], weights=one[:, 2] < weeks, minlength=people) for weeks in (8, 2, 4, 13)
        )
        since = np.full(people, int(NEVER))
        np.minimum.at(since, known.person, known.ago)
        columns = [known.baskets, lately, ever.getnnz(axis=1), bought / baskets, latest, since, *others]
        return np.stack(columns, axis=1).astype(np.float32)
