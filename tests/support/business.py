"""A business with studies and releases of many kinds, made by the real ``make_release`` over made-up sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from aggregator.asking import Holdings
from aggregator.releases import Release, make_release
from tests.support.priors import model_of
from tests.support.releases import PUBLISHED, ShelfInMemory
from tests.support.studies import histogram_study
from vocab.query import Filter, QuerySpec
from vocab.statistics import CoPurchase, Histogram, ItemCounts, Rfm, Segment, Statistic, Sum
from vocab.statistics.segments import Leaf, normal_predicate
from vocab.study import Study

__all__ = ["TODAY", "business", "business_holdings", "release_titled"]

TODAY = date(2026, 11, 21)
MONTHS = {
    "Aug": (date(2026, 8, 1), date(2026, 8, 31)),
    "Sep": (date(2026, 9, 1), date(2026, 9, 30)),
    "Oct": (date(2026, 10, 1), date(2026, 10, 31)),
}
AUTUMN = (date(2026, 9, 1), date(2026, 10, 31))
CATEGORIES = ("groceries", "eating-out", "transport", "travel", "education")
GROUPS = ("coffee", "tea", "milk", "bread", "beer-cider")
GROCERIES = (Filter("category", "eq", "groceries"),)
OUT = (Filter("category", "eq", "eating-out"),)


def _buyers(month: str) -> Statistic:
    query = QuerySpec(measures=("purchases",), dimensions=("category",), period=MONTHS[month])
    return ItemCounts(query=query, items=CATEGORIES, max_weight=5)


def _table() -> Statistic:
    months = ("2026-09", "2026-10")
    query = QuerySpec(measures=("spend",), dimensions=("month", "category"), period=AUTUMN)
    return Histogram(query=query, cells=tuple((month, name) for month in months for name in CATEGORIES[:4]))


def _query(measure: str = "spend", filters: tuple[Filter, ...] = (), dimension: str = "") -> QuerySpec:
    dimensions = (dimension,) if dimension else ()
    return QuerySpec(measures=(measure,), dimensions=dimensions, filters=filters, period=MONTHS["Oct"])


DINERS = Leaf(query=_query(filters=OUT), comparison="at_least", threshold=200)
PAIRS = (2_400_000, 1_500_000, 90_000, 300_000, 800_000, 20_000, 70_000, 950_000, 10_000, 40_000)
"""Weights of two groups each, row by row."""
_ASKED: tuple[tuple[str, Statistic, list[int], int], ...] = (
    ("Who buys what, August", _buyers("Aug"), [310, 220, 180, 60, 12], 42),
    ("Who buys what, September", _buyers("Sep"), [330, 260, 175, 85, 9], 42),
    ("Who buys what, October", _buyers("Oct"), [402, 318, 176, 92, 11], 42),
    ("Where the money goes", _table(), [140, 90, 61, 30, 168, 92, 40, 52, 47], 21),
    ("Grocery money in October", Sum(query=_query(filters=GROCERIES), maximum=500), [61_240], 700**2),
    ("Regular diners", Segment(predicate=normal_predicate(DINERS)), [143], 21),
    (
        "How often and how recently",
        Rfm(query=_query("purchases"), recency=(7, 21), frequency=(3, 8)),
        [25, 60, 122, 44, 71, 40, 88, 31, 4, 15],
        21,
    ),
    (
        "What goes into one basket",
        CoPurchase(query=_query("purchases", dimension="group"), items=GROUPS),
        [900_000, 810_000, 720_000, 630_000, 540_000, *[300_000] * 5, *PAIRS],
        21 * 4**14,
    ),
)


def _study(title: str, statistic: Statistic, variance: int) -> Study:
    made = histogram_study(variance=variance, min_batch=300, title=title, demo=False)
    return replace(made, statistic=statistic, opens=datetime(2026, 11, 1, tzinfo=UTC))


def business(*, extra: Sequence[tuple[Study, Release]] = ()) -> ShelfInMemory:
    """A shelf with three months of buyers, a table by month, a sum, a segment, a grid, pairs and a model."""
    done: list[tuple[Study, str]] = []
    releases: list[Release] = []
    for title, statistic, values, variance in _ASKED:
        study = _study(title, statistic, variance)
        shares = (title.encode(), b"helper")
        done.append((study, "released"))
        releases.append(make_release(study, values, reports=640, shares=shares, published=PUBLISHED))
    for study, release in extra:
        done.append((study, "released"))
        releases.append(release)
    waiting = _study("Christmas presents", _buyers("Oct"), 42)
    return ShelfInMemory(
        [histogram_study(variance=21, min_batch=100, title="Tea or coffee")],
        releases,
        [*done, (waiting, "waiting")],
        models=[model_of(tasks=(releases[0].lineage.task,))],
    )


def business_holdings() -> Holdings:
    """The shelf as holdings."""
    return Holdings.of(business())


def release_titled(holdings: Holdings, title: str) -> Release:
    """The release of this title."""
    return next(held.release for held in holdings.held if held.release.title == title)
