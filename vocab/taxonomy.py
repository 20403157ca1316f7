"""The public list of categories: the closed set that every transaction's category is taken from.

Studies count in these cells, so the list is the same for everyone and changes only with a new version of the
vocabulary. Notations are divisions of COICOP 2018 (United Nations Statistics Division), the closest ones where a
category is wider than one; categories that are no consumption have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vocab.errors import UnknownNameError

__all__ = ["CATEGORIES", "SPENDING_CATEGORIES", "Category", "category"]


@dataclass(frozen=True, slots=True)
class Category:
    """One category: its ``name`` in records and queries, the ``label`` for people, COICOP 2018 divisions."""

    name: str
    label: str
    coicop: tuple[str, ...] = ()


_LIST = (
    Category("groceries", "Groceries", ("01", "02")),
    Category("eating-out", "Eating out", ("11",)),
    Category("transport", "Transport", ("07",)),
    Category("shopping", "Shopping", ("03", "05", "09")),
    Category("household", "Household", ("04", "05")),
    Category("utilities", "Utilities", ("04",)),
    Category("telecom", "Phone and internet", ("08",)),
    Category("health", "Health", ("06",)),
    Category("entertainment", "Entertainment", ("09",)),
    Category("subscriptions", "Subscriptions", ("08", "09")),
    Category("travel", "Travel", ("07", "09", "11")),
    Category("education", "Education", ("10",)),
    Category("insurance", "Insurance", ("12",)),
    Category("fees", "Fees", ("12",)),
    Category("cash", "Cash"),
    Category("income", "Income"),
    Category("transfers", "Transfers"),
    Category("other", "Other", ("13",)),
)
CATEGORIES: Mapping[str, Category] = MappingProxyType({entry.name: entry for entry in _LIST})
"""Every category by its name, in the order in which lists show them."""

SPENDING_CATEGORIES = tuple(name for name, entry in CATEGORIES.items() if entry.coicop)
"""The names of the categories that spending can have: cash, income and transfers are none."""


def category(name: str) -> Category:
    """The category of this name; UnknownNameError where there is none."""
    try:
        return CATEGORIES[name]
    except KeyError:
        raise UnknownNameError(f"{name!r} is not a category", hint=f"One of: {', '.join(CATEGORIES)}.") from None
