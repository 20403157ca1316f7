"""Whether a statistic asks for nothing but public names and measures that add up; checked before anyone is asked."""

from __future__ import annotations

from collections.abc import Iterator

from consent.errors import InvalidStudyError, UnknownStatisticError
from consent.purposes import SPENDING
from pod_agent.federation.measuring.public import (
    DICTIONARIES,
    MEASURES,
    check_filters,
    check_measure,
    check_names,
    is_month,
)
from vocab.query import QuerySpec
from vocab.statistics import (
    CentredPairs,
    CoPurchase,
    Histogram,
    ItemCounts,
    ItemVectors,
    ModelUpdate,
    Rfm,
    Segment,
    Statistic,
    Sum,
)
from vocab.training import MODELS

__all__ = ["check_statistic", "needed_data"]


def check_statistic(statistic: Statistic) -> None:
    """UnknownStatisticError or InvalidStudyError where the agent would not compute this."""
    if isinstance(statistic, ModelUpdate):
        if statistic.model not in MODELS or MODELS[statistic.model].length != statistic.length:
            raise UnknownStatisticError("the model of this training round does not ship with this agent")
        return
    for query in _queries(statistic):
        check_measure(query)
        check_filters(query)
    if isinstance(statistic, Histogram):
        _check_cells(statistic)
    if isinstance(statistic, ItemCounts | ItemVectors | CoPurchase | CentredPairs):
        check_names(statistic.query.dimensions[0], statistic.items)
        _check_offers(statistic)


def needed_data(statistic: Statistic) -> frozenset[str]:
    """The kinds of data that the statistic is computed from, whatever the study says."""
    if isinstance(statistic, ModelUpdate):
        return frozenset({SPENDING})
    measures = {measure for query in _queries(statistic) for measure in query.measures}
    return frozenset(MEASURES[measure] for measure in measures if measure in MEASURES)


def _queries(
    statistic: Histogram | Sum | Segment | Rfm | ItemCounts | ItemVectors | CoPurchase | CentredPairs,
) -> Iterator[QuerySpec]:
    if isinstance(statistic, Segment):
        yield from (leaf.query for leaf in statistic.predicate.leaves)
    else:
        yield statistic.query


def _check_offers(statistic: ItemCounts | ItemVectors | CoPurchase | CentredPairs) -> None:
    """Offers are counted one by one, by purchases of named days; who used which together is nobody's to learn."""
    query = statistic.query
    if query.dimensions == ("offer",) and not (
        isinstance(statistic, ItemCounts) and query.measures == ("purchases",) and not query.filters
    ):
        raise InvalidStudyError("offers are counted by ItemCounts over purchases, without filters")


def _check_cells(statistic: Histogram) -> None:
    query = statistic.query
    dimensions = set(query.dimensions)
    if not dimensions or not dimensions <= {"category", "group", "month"} or len(dimensions) != len(query.dimensions):
        raise InvalidStudyError("a histogram has months and categories or groups as its cells")
    if len(set(statistic.cells)) != len(statistic.cells) or not statistic.cells:
        raise InvalidStudyError("a histogram has at least one cell, and none twice")
    for labels in statistic.cells:
        if len(labels) != len(query.dimensions):
            raise InvalidStudyError("a cell has one label for each dimension")
        if not all(_is_cell(name, label, query) for name, label in zip(query.dimensions, labels, strict=True)):
            raise InvalidStudyError("a cell is not a public name or lies outside the study's days")


def _is_cell(dimension: str, label: str, query: QuerySpec) -> bool:
    if dimension in DICTIONARIES:
        return DICTIONARIES[dimension](label)
    if query.period is None or not is_month(label):
        return False
    return query.period[0].isoformat()[:7] <= label <= query.period[1].isoformat()[:7]
