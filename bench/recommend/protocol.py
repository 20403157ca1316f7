"""The protocol: everything up to a week is known, the four weeks after it are to be told.

``past`` is the one place where time is cut. Recommenders and peers see a ``Past`` and nothing else; ``future`` makes
the targets, and only the measuring asks for it. The split is the same day for all households, so that nobody's later
purchases teach what another buys now (Ji et al. 2023, "A critical study on data leakage in recommender system offline
evaluation").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bench.completejourney import CompleteJourney

__all__ = [
    "COLUMNS",
    "HORIZON",
    "LEAST_BASKETS",
    "Future",
    "Integers",
    "Item",
    "Level",
    "Past",
    "future",
    "had_elsewhere",
    "item_list",
    "past",
]

Level = Literal["category", "product"]
Item = str | int
Integers = NDArray[np.int64]

HORIZON = 4
"""Weeks after the cut that are to be told."""

LEAST_BASKETS = 5
"""Baskets that a household must have had to be scored; all households teach the models."""

COLUMNS: dict[Level, str] = {"category": "product_category", "product": "product_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known at the end of a week: U households, the public list of I items, and E purchases.

    A purchase is one item in one basket, however many of it. Arrays of length E are ordered by household, then time.

    Attributes:
        week: the last week that is known.
        level: what an item is.
        items: the public item list, by name or number; positions in it are the item numbers below.
        households: (U,) everybody with a basket, in rising order; positions in it are the people below.
        baskets: (U,) baskets with at least one item of the list.
        person: (E,) who bought.
        item: (E,) what.
        rank: (E,) how many baskets of this person came after this one.
        ago: (E,) in how many weeks before the end of ``week`` it lies; 0 is the last week.
    """

    week: int
    level: Level
    items: tuple[Item, ...]
    households: Integers
    baskets: Integers
    person: Integers
    item: Integers
    rank: Integers
    ago: Integers

    @property
    def shape(self) -> tuple[int, int]:
        """(U, I)."""
        return len(self.households), len(self.items)

    def matrix(self, weights: NDArray[Any] | None = None, *, which: NDArray[np.bool_] | None = None) -> Any:
        """Sparse (U, I) sum of ``weights`` over the purchases in ``which``; without weights their number."""
        kept = np.ones(len(self.person), dtype=bool) if which is None else which
        values = np.ones(int(kept.sum())) if weights is None else np.asarray(weights, dtype=np.float64)[kept]
        return csr_matrix((values, (self.person[kept], self.item[kept])), shape=self.shape)

    def ever(self) -> Any:
        """Sparse (U, I) of ones: what each person ever bought."""
        table = self.matrix()
        table.data[:] = 1.0
        return table

    def before(self, weeks: int) -> Past:
        """What was known ``weeks`` earlier, of the same households: for models that learn from labels."""
        kept = self.ago >= weeks
        person, rank = self.person[kept], self.rank[kept]
        least = np.full(len(self.households), 0, dtype=np.int64)
        if len(person):
            smallest = np.full(len(self.households), np.iinfo(np.int64).max)
            np.minimum.at(smallest, person, rank)
            least = np.where(smallest == np.iinfo(np.int64).max, self.baskets, smallest)
        return Past(
            week=self.week - weeks,
            level=self.level,
            items=self.items,
            households=self.households,
            baskets=self.baskets - least,
            person=person,
            item=self.item[kept],
            rank=rank - least[person],
            ago=self.ago[kept] - weeks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """What the households of a ``Past`` bought in the ``HORIZON`` weeks after it.

    Attributes:
        first: sparse (U, I) of ones: the items of each household's first basket.
        all: sparse (U, I) of ones: the items of all its baskets.
        cohort: the people that are scored: at least ``LEAST_BASKETS`` baskets before, and one after.
    """

    first: Any
    all: Any
    cohort: Integers


def item_list(journey: CompleteJourney, level: Level) -> tuple[Item, ...]:
    """The public list: all that the table of products names in a department of goods, whoever bought it or not."""
    products = journey.products
    names = products.loc[products["goods"], COLUMNS[level]].dropna().unique()
    return tuple(sorted(names.tolist()))


def past(journey: CompleteJourney, week: int, level: Level) -> Past:
    """Everything up to and with ``week``; no later line is looked at."""
    lines = journey.lines[journey.lines["week"] <= week]
    households = np.sort(lines["household_id"].unique()).astype(np.int64)
    items = item_list(journey, level)
    bought = _purchases(lines[lines["goods"]], households, items, level)
    order = bought.drop_duplicates(["person", "basket_id"])[["person", "basket_id"]]
    baskets = np.bincount(order["person"], minlength=len(households)).astype(np.int64)
    rank = baskets[order["person"]] - 1 - order.groupby("person").cumcount().to_numpy()
    ranked = bought.merge(order.assign(rank=rank), on=["person", "basket_id"])
    ranked = ranked.sort_values(["person", "rank", "item"], ascending=[True, False, True], kind="stable")
    return Past(
        week=week,
        level=level,
        items=items,
        households=households,
        baskets=baskets,
        person=ranked["person"].to_numpy(np.int64),
        item=ranked["item"].to_numpy(np.int64),
        rank=ranked["rank"].to_numpy(np.int64),
        ago=week - ranked["week"].to_numpy(np.int64),
    )


def had_elsewhere(journey: CompleteJourney, known: Past) -> Any:
    """Sparse (U, I) of ones: items of the list that a person bought in a department of no goods."""
    lines = journey.lines[(journey.lines["week"] <= known.week) & ~journey.lines["goods"]]
    return _ones(_purchases(lines, known.households, known.items, known.level), known.shape)


def future(journey: CompleteJourney, known: Past) -> Future:
    """The targets: what came in the ``HORIZON`` weeks after ``known``."""
    week = journey.lines["week"]
    lines = journey.lines[journey.lines["goods"] & (week > known.week) & (week <= known.week + HORIZON)]
    bought = _purchases(lines, known.households, known.items, known.level)
    first = bought.drop_duplicates("person")[["person", "basket_id"]].merge(bought, on=["person", "basket_id"])
    everything = _ones(bought, known.shape)
    counted = (known.baskets >= LEAST_BASKETS) & (everything.getnnz(axis=1) > 0)
    return Future(first=_ones(first, known.shape), all=everything, cohort=np.flatnonzero(counted).astype(np.int64))


def _purchases(lines: Any, households: Integers, items: tuple[Item, ...], level: Level) -> Any:
    """One row per household, basket and item of the list, oldest first as the lines are; others are left out."""
    item = pd.Index(items).get_indexer(lines[COLUMNS[level]])
    person = pd.Index(households).get_indexer(lines["household_id"])
    table = pd.DataFrame(
        {
            "person": person,
            "item": item,
            "basket_id": lines["basket_id"].to_numpy(),
            "week": lines["week"].to_numpy(),
        }
    )
    return table[(item >= 0) & (person >= 0)].drop_duplicates(["person", "basket_id", "item"], ignore_index=True)


def _ones(bought: Any, shape: tuple[int, int]) -> Any:
    person, item = bought["person"].to_numpy(), bought["item"].to_numpy()
    table = csr_matrix((np.ones(len(bought)), (person, item)), shape=shape)
    table.data[:] = 1.0
    return table
