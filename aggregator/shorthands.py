"""The statistics of terms files: forms that are shorter than a manifest's, written out in full.

A manifest has one form for one question; here lists may be made from others and parts with a usual value be left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vocab.errors import VocabularyError
from vocab.item_pairs import PairVectors
from vocab.item_vectors import ItemEncoding
from vocab.products import PUBLIC_GROUPS
from vocab.statistics.items import FRACTION_BITS, LATELY_DAYS
from vocab.statistics.segments import GROUPS, LADDER, normal_predicate, predicate_from_json
from vocab.taxonomy import SPENDING_CATEGORIES

__all__ = ["full_statistic"]

LEAF = frozenset({"query", "comparison", "threshold"})
COMPARISONS = ("at_least", "below")


def full_statistic(statistic: object) -> object:
    """The statistic of a terms file as a manifest has it; what is no statistic is given back for others to refuse."""
    form = FORMS.get(str(statistic.get("type"))) if isinstance(statistic, Mapping) else None
    return statistic if form is None or not isinstance(statistic, Mapping) else form(dict(statistic))


def _histogram(statistic: dict[str, Any]) -> dict[str, Any]:
    if "cells_of" not in statistic:
        return statistic
    of = statistic.pop("cells_of")
    try:
        lists: list[Sequence[str]] = [of[name] for name in statistic["query"]["dimensions"]]
        return {**statistic, "cells": [list(labels) for labels in itertools.product(*lists)]}
    except (KeyError, TypeError) as error:
        raise VocabularyError("cells_of has one list of labels for each dimension of the query") from error


def _rfm(statistic: dict[str, Any]) -> dict[str, Any]:
    return {"money": [], **_counted(statistic, "purchases")}


def _items(statistic: dict[str, Any]) -> dict[str, Any]:
    """``items = "categories"`` names all categories of spending, ``"groups"`` all public kinds of goods."""
    named = {"categories": SPENDING_CATEGORIES, "groups": PUBLIC_GROUPS}
    items = statistic.get("items")
    if isinstance(items, str) and items in named:
        statistic["items"] = list(named[items])
    return statistic


def _together(statistic: dict[str, Any]) -> dict[str, Any]:
    return {"fraction_bits": FRACTION_BITS, **_items(statistic)}


def _vectors(statistic: dict[str, Any]) -> dict[str, Any]:
    return {"lately_days": LATELY_DAYS, **ItemEncoding().to_json(), **_items(statistic)}


def _segment(statistic: dict[str, Any]) -> dict[str, Any]:
    """Brings the predicate into normal form; ``period`` holds for the leaves that name none."""
    days = statistic.pop("period", None)
    predicate = _predicate(statistic.get("predicate"), days)
    return {**statistic, "predicate": normal_predicate(predicate_from_json(predicate)).to_json()}


def _predicate(value: object, days: object) -> object:
    if not isinstance(value, Mapping):
        return value
    kind = next((kind for kind in GROUPS if kind in value), None)
    if kind is None:
        return value if set(value) == LEAF else _leaf(value, days)
    parts = value[kind]
    return {**value, kind: [_predicate(part, days) for part in parts] if isinstance(parts, list) else parts}


def _leaf(value: Mapping[str, Any], days: object) -> dict[str, Any]:
    """From ``{measure, period, filters, at_least}`` or ``below``."""
    named = [name for name in COMPARISONS if name in value]
    if len(named) != 1 or not set(value) <= {"measure", "period", "filters", named[0]} or "measure" not in value:
        raise VocabularyError(
            "a part of a predicate has a measure, a period, filters, and at_least or below",
            hint=f"Thresholds are {', '.join(map(str, LADDER[:6]))} and so on.",
        )
    query = {"measures": [value["measure"]], "filters": value.get("filters", []), "period": value.get("period", days)}
    return {"query": query, "comparison": named[0], "threshold": value[named[0]]}


def _counted(statistic: dict[str, Any], measure: str) -> dict[str, Any]:
    query = statistic.get("query")
    if isinstance(query, Mapping) and "measures" not in query:
        return {**statistic, "query": {"measures": [measure], **query}}
    return statistic


def _had(statistic: dict[str, Any]) -> dict[str, Any]:
    """Kinds of goods are counted in items, all else in purchases."""
    query = statistic.get("query")
    goods = isinstance(query, Mapping) and query.get("dimensions") == ["group"]
    return _counted(statistic, "items" if goods else "purchases")


def _centred(statistic: dict[str, Any]) -> dict[str, Any]:
    return {"fraction_bits": PairVectors().fraction_bits, **statistic}


FORMS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "Histogram": _histogram,
    "Segment": _segment,
    "Rfm": _rfm,
    "ItemCounts": lambda statistic: _items(_had(statistic)),
    "ItemVectors": lambda statistic: _vectors(_had(statistic)),
    "CentredPairs": lambda statistic: _centred(_had(statistic)),
    "CoPurchase": lambda statistic: _together(_had(statistic)),
}
