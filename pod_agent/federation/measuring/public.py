"""The public dictionary: measures, fields and names that a study may use. Nothing else can be named.

So a study cannot name a person, a shop of one's own or a text from the records. Every agent has the same lists, which
ship with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from consent.errors import InvalidStudyError, UnknownStatisticError
from consent.purposes import GOODS, LISTENING, SPENDING
from pod_agent.enrich.merchants import public_chains
from pod_agent.index.conditions import WEEKDAYS
from vocab.products import GROUPS
from vocab.query import Filter, QuerySpec
from vocab.taxonomy import CATEGORIES

__all__ = ["DICTIONARIES", "FILTERS", "MEASURES", "check_filters", "check_measure", "check_names", "is_month"]

MEASURES = {
    "spend": SPENDING,
    "purchases": SPENDING,
    "fees": SPENDING,
    "items": GOODS,
    "product_spend": GOODS,
    "plays": LISTENING,
    "listening_minutes": LISTENING,
    "podcast_minutes": LISTENING,
}
"""Measures that add up over cells, and the kind of data each is computed from."""

OFFER = re.compile("[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
CHOICES = frozenset({"eq", "ne", "in", "not_in"})


def is_month(label: str) -> bool:
    """Whether the label is a month such as 2026-01."""
    return MONTH.fullmatch(label) is not None


DICTIONARIES: dict[str, Callable[[str], bool]] = {
    "category": CATEGORIES.__contains__,
    "group": lambda name: name in GROUPS and GROUPS[name].public,
    "merchant": lambda name: name in public_chains(),
    "offer": lambda name: OFFER.fullmatch(name) is not None,
}
"""Public names of items: the categories, the kinds of goods but those that tell of health, sexual life, faith or
addiction, and the chains in the table that ships with the agent, pharmacies left out. Offers are names in the catalogue
that the agent holds: any other counts as 0 for everyone (``pod_agent.offers.redemptions``)."""

NAMED_BY = {"category": SPENDING, "merchant": SPENDING, "offer": SPENDING, "group": GOODS}
"""The kind of data that each dictionary is of."""

FILTERS: dict[str, tuple[Callable[[str], bool], frozenset[str]]] = {
    "category": (DICTIONARIES["category"], CHOICES),
    "group": (DICTIONARIES["group"], frozenset({"eq", "in"})),
    "merchant": (DICTIONARIES["merchant"], CHOICES),
    "month": (is_month, CHOICES | {"gt", "ge", "lt", "le", "between"}),
    "weekday": (WEEKDAYS.__contains__, CHOICES),
    "weekend": ({"weekend", "weekday"}.__contains__, CHOICES),
}
"""What a study may filter on: the public names of each field, and the operators.

Amounts are none of them: one exact amount finds one person. Goods are named, never excluded: what is left of all goods
without the public ones would be those that nobody may ask for.
"""


def check_measure(query: QuerySpec) -> None:
    """UnknownStatisticError or InvalidStudyError unless the query has one measure that adds up, over named days."""
    if len(query.measures) != 1 or query.measures[0] not in MEASURES:
        raise UnknownStatisticError("a statistic counts one measure that adds up, such as spend or plays")
    if query.period is None or query.order is not None or query.limit is not None:
        raise InvalidStudyError("a statistic names its days, and no order or limit")


def check_filters(query: QuerySpec) -> None:
    """InvalidStudyError where a filter names something that is no public name, or does not fit the measure."""
    for condition in query.filters:
        _check_filter(condition)
    named = {condition.field for condition in query.filters} | set(query.dimensions)
    data = MEASURES[query.measures[0]]
    if any(NAMED_BY[name] != data for name in named & NAMED_BY.keys()):
        raise InvalidStudyError("categories and merchants are those of spending, groups those of goods")
    if data == GOODS and "group" not in named:
        raise InvalidStudyError("a question about goods names their groups")


def check_names(dimension: str, names: tuple[str, ...]) -> None:
    """InvalidStudyError unless every name is in the agent's own dictionary of this dimension."""
    public = DICTIONARIES.get(dimension)
    if public is None or not all(map(public, names)):
        raise InvalidStudyError("an item of the study is not in a public list that ships with the agent")


def _check_filter(condition: Filter) -> None:
    public, operators = FILTERS.get(condition.field, (bool, frozenset[str]()))
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if condition.op not in operators or not values:
        raise InvalidStudyError("a study filters on public names only, by operators that fit them")
    if not all(isinstance(value, str) and public(value) for value in values):
        raise InvalidStudyError("a filter of the study names something that is no public name")
