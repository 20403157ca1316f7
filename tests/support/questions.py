"""One study of every statistic that agents answer, over names that are public, and a person to answer them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker
from vocab.query import Filter, QuerySpec
from vocab.statistics import CoPurchase, Histogram, ItemCounts, ItemVectors, Rfm, Segment, Statistic, Sum
from vocab.statistics.segments import Group, Leaf, normal_predicate

__all__ = [
    "CO_PURCHASE",
    "GROCERIES",
    "HISTOGRAM",
    "ITEMS",
    "ITEM_COUNTS",
    "ITEM_VECTORS",
    "PERIOD",
    "QUESTIONS",
    "RFM",
    "SEGMENT",
    "SUM",
    "Purchase",
    "index_of",
    "query",
    "segment",
]

PERIOD = (date(2026, 1, 1), date(2026, 3, 31))
ITEMS = ("groceries", "transport", "eating-out", "travel")

Purchase = tuple[str, float, str, str]
"""Day, amount, merchant, category."""


def query(*dimensions: str, measure: str = "spend", filters: tuple[Filter, ...] = ()) -> QuerySpec:
    """A query over the period."""
    return QuerySpec(measures=(measure,), dimensions=dimensions, filters=filters, period=PERIOD)


def segment(*leaves: Leaf, kind: str = "and") -> Segment:
    """A segment of one group, in normal form."""
    return Segment(predicate=normal_predicate(Group(kind=kind, parts=leaves)))


GROCERIES = (Filter("category", "eq", "groceries"),)
HISTOGRAM = Histogram(query=query("category"), cells=tuple((name,) for name in ITEMS[:3]))
SUM = Sum(query=query(filters=GROCERIES), maximum=500)
SEGMENT = segment(
    Leaf(query=query(filters=GROCERIES), comparison="at_least", threshold=100),
    Leaf(query=query(measure="purchases"), comparison="below", threshold=10),
)
RFM = Rfm(query=query(measure="purchases"), recency=(14, 45), frequency=(2, 4))
ITEM_COUNTS = ItemCounts(query=query("category", measure="purchases"), items=ITEMS, max_weight=2)
ITEM_VECTORS = ItemVectors(query=query("category", measure="purchases"), items=ITEMS, lately_days=14)
CO_PURCHASE = CoPurchase(query=query("category", measure="purchases"), items=ITEMS)
QUESTIONS: dict[str, Statistic] = {
    each.name: each for each in (HISTOGRAM, SUM, SEGMENT, RFM, ITEM_COUNTS, ITEM_VECTORS, CO_PURCHASE)
}
"""By the names of the catalogue; training rounds are left out."""


def index_of(path: Path, purchases: list[Purchase]) -> LocalIndex:
    """The real index over these purchases."""
    maker = RecordMaker()
    index = LocalIndex(path, SINGAPORE)
    index.upsert([maker.paid(*purchase) for purchase in purchases])
    return index
