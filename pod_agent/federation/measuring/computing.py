"""What this person answers, computed from the local index alone: one function for each statistic.

Everyone answers with a measurement of the same form, whatever the records say; nothing to report is one of them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Protocol

from consent.errors import InvalidStudyError
from pod_agent.federation.measuring.draws import drawn_below, picked
from vocab.prior import ItemPrior
from vocab.query import Cell, QuerySpec, Table
from vocab.statistics import (
    CentredPairs,
    CoPurchase,
    Histogram,
    ItemCounts,
    ItemVectors,
    ModelUpdate,
    Rfm,
    Segment,
    Sum,
)
from vocab.statistics.segments import Leaf, Predicate
from vocab.study import Study

__all__ = ["Answer", "QueryIndex", "cell_weights", "encode_histogram", "measure", "owned_items"]

Answer = int | tuple[int, ...]
"""One number, or one for each item of a list."""


class QueryIndex(Protocol):
    """The part of the local index that a study needs."""

    def run(self, spec: QuerySpec, *, evidence: bool = True) -> Table:
        """Answer a query."""
        ...


def measure(study: Study, index: QueryIndex, secret: bytes, prior: ItemPrior | None = None) -> Answer | None:
    """What would be reported to this study, as ``make_report`` takes it; None for a training round.

    ``secret`` is the agent's own, from which all chance is drawn; ``prior`` the one that a study of centred pairs is
    about.
    """
    answer: Answer | None
    match study.statistic:
        case Histogram(query=query):
            answer = encode_histogram(study, index.run(query, evidence=False), secret)
        case Sum(query=query, maximum=maximum):
            answer = min(max(math.floor(_total(query, index) + 0.5), 0), maximum)
        case Segment(predicate=predicate):
            answer = int(_holds(predicate, index))
        case Rfm() as grid:
            answer = _grid_cell(grid, index)
        case ItemCounts() | CoPurchase() as statistic:
            owned = owned_items(statistic.items, statistic.query, index)
            most = statistic.max_weight if isinstance(statistic, ItemCounts) else len(statistic.items)
            told = picked(owned, most, secret, study)
            answer = tuple(int(item in told) for item in statistic.items)
        case ItemVectors(items=items, query=query) as statistic:
            lately = owned_items(items, statistic.lately, index)
            ever = owned_items(items, query, index) | lately  # refunds may outweigh it over the whole period
            answer = tuple(int(item in owned) for owned in (ever, lately) for item in items)
        case CentredPairs(query=query) as statistic:
            answer = _beyond(statistic, prior, owned_items(statistic.items, query, index))
        case ModelUpdate():
            answer = None
    return answer


def cell_weights(statistic: Histogram, table: Table) -> list[int]:
    """The person's own total in every cell and, last, outside all of them, in hundredths of the measure's unit.

    Cells in which refunds outweigh spending count as nothing, listed or not.
    """
    numbers = {labels: number for number, labels in enumerate(statistic.cells)}
    weights = [0] * statistic.length
    for labels, value in _rows(statistic.query, table):
        weights[numbers.get(labels, len(statistic.cells))] += max(0, round(value * 100))
    return weights


def encode_histogram(study: Study, table: Table, secret: bytes) -> int:
    """The cell to report: one unit of the measure, drawn uniformly from all in the study's days and filters.

    The last cell where it lies in none of the study's cells, or there is none. Were it drawn among the listed cells
    alone, a study of one cell would ask whether there is anything in it. ``table`` is the answer to the study's own
    query.
    """
    if not isinstance(study.statistic, Histogram):
        raise TypeError("the study is not a histogram")
    weights = cell_weights(study.statistic, table)
    unit = drawn_below(sum(weights), secret, study)
    for number, weight in enumerate(weights):
        if unit < weight:
            return number
        unit -= weight
    return len(weights) - 1


def owned_items(items: Iterable[str], query: QuerySpec, index: QueryIndex) -> frozenset[str]:
    """The items of the list for which the query's measure is above zero."""
    table = index.run(query, evidence=False)
    return frozenset(label for (label,), value in _rows(query, table) if value > 0) & frozenset(items)


def _beyond(statistic: CentredPairs, prior: ItemPrior | None, owned: frozenset[str]) -> Answer:
    """How far what is owned lies from what the prior lets expect, as whole numbers."""
    if prior is None or not statistic.fits(prior):
        raise InvalidStudyError("the study is about another model than the one that is kept here")
    vector = statistic.vectors.encode(prior, [int(item in owned) for item in prior.items])
    return tuple(int(value) for value in vector)


def _rows(query: QuerySpec, table: Table) -> Iterable[tuple[tuple[str, ...], float]]:
    """Labels and value of every row that has a value."""
    places = [table.columns.index(name) for name in (*query.dimensions, query.measures[0])]
    for row in table.rows:
        *labels, value = (row[place] for place in places)
        if isinstance(value, int | float):
            yield tuple(str(label) for label in labels), value


def _total(query: QuerySpec, index: QueryIndex) -> float:
    return math.fsum(value for _, value in _rows(query, index.run(query, evidence=False)))


def _holds(predicate: Predicate, index: QueryIndex) -> bool:
    """Every leaf is computed, whatever the others say: how long it takes tells nothing."""
    if isinstance(predicate, Leaf):
        return predicate.holds(math.floor(_total(predicate.query, index)))
    found = [_holds(part, index) for part in predicate.parts]
    return all(found) if predicate.kind == "and" else any(found)


def _grid_cell(grid: Rfm, index: QueryIndex) -> int:
    by_day = replace(grid.query, dimensions=("day",))
    days = {label: value for (label,), value in _rows(by_day, index.run(by_day, evidence=False)) if value > 0}
    if not days or grid.query.period is None:
        return grid.length - 1
    spent = _total(replace(grid.query, measures=("spend",)), index) if grid.money else 0.0
    classes = [
        (grid.recency, (grid.query.period[1] - _day(max(days))).days),
        (grid.frequency, round(sum(days.values()))),
        (grid.money, math.floor(spent)),
    ]
    cell = 0
    for edges, value in classes:
        cell = cell * (len(edges) + 1) + bisect_right(edges, value)
    return cell


def _day(label: Cell) -> date:
    return date.fromisoformat(str(label))
