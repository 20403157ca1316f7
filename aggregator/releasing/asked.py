"""What a study asked, in words for those who read a release."""

from __future__ import annotations

from datetime import date

from vocab.query import Filter, QuerySpec
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
from vocab.statistics.segments import Leaf, Predicate
from vocab.wording import day_text

__all__ = ["asked"]

OPERATORS = {
    "eq": "is",
    "ne": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "gt": "after",
    "ge": "from",
    "lt": "before",
    "le": "up to",
    "between": "between",
}


def asked(statistic: Statistic) -> str:
    """One sentence without a full stop."""
    match statistic:
        case Histogram(query=query):
            words = f"where one unit of {_of(query)}, drawn at random from each person, falls"
        case Sum(query=query, maximum=maximum):
            words = f"each person's {_of(query)}, counted from 0 to {maximum:,}"
        case Segment(predicate=predicate):
            words = f"people with {_predicate(predicate)}"
        case Rfm(query=query):
            words = f"how recently and how often there were {_of(query)}"
        case ItemCounts(query=query, max_weight=most):
            words = f"for which {query.dimensions[0]} a person has {_of(query)}, at most {most} of them each"
        case ItemVectors(query=query, lately_days=days):
            words = f"for which {query.dimensions[0]} a person has {_of(query)}, and for which in the last {days} days"
        case CoPurchase(query=query):
            words = f"for which {query.dimensions[0]}, and which together, a person has {_of(query)}"
        case CentredPairs(query=query, items=items):
            kind = f"which of {len(items)} names of {query.dimensions[0]}"
            words = f"{kind} go together in {_of(query)}, beyond what their popularity explains"
        case ModelUpdate(model=model):
            words = f"how the model {model} should change"
    return words


def _of(query: QuerySpec) -> str:
    first, last = query.period or (date.min, date.max)
    days = f" from {day_text(first)} to {day_text(last)}" if query.period else ""
    return f"{query.measures[0].replace('_', ' ')}{days}{''.join(map(_filter, query.filters))}"


def _filter(condition: Filter) -> str:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    alone = {"in": "eq", "not_in": "ne"}.get(condition.op, condition.op) if len(values) == 1 else condition.op
    return f", {condition.field} {OPERATORS.get(alone, alone)} {' and '.join(map(str, values))}"


def _predicate(predicate: Predicate, *, inner: bool = False) -> str:
    if isinstance(predicate, Leaf):
        return f"{predicate.comparison.replace('_', ' ')} {predicate.threshold:,} {_of(predicate.query)}"
    joined = f"; {predicate.kind} ".join(_predicate(part, inner=True) for part in predicate.parts)
    return f"({joined})" if inner else joined
