"""The public list of kinds of goods: what an order line is counted as.

Studies count in these cells and a shared model names its items by them, so the list is the same for everyone and
changes only with a new version of the vocabulary. ``coicop`` is a class of COICOP 2018 (United Nations Statistics
Division), the closest one. Groups that tell of health, sexual life, faith or addiction are for the person alone: they
are not ``public`` and no study can name them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from vocab.errors import UnknownNameError

__all__ = ["DEPARTMENTS", "GROUPS", "PUBLIC_GROUPS", "Group", "group"]


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of goods: ``name`` in queries, ``label`` for people, its department, and a line that describes it."""

    name: str
    department: str
    coicop: str
    public: bool
    label: str
    text: str


def _read() -> Mapping[str, Group]:
    lines = files("vocab").joinpath("products.csv").read_text(encoding="utf-8").splitlines()
    rows = [
        Group(name, part, coicop, public == "yes", *rest) for name, part, coicop, public, *rest in csv.reader(lines[1:])
    ]
    return MappingProxyType({row.name: row for row in rows})


GROUPS: Mapping[str, Group] = _read()
"""Every group by its name, in the order of departments."""

PUBLIC_GROUPS = tuple(name for name, each in GROUPS.items() if each.public)
"""The names of the groups that a study may use."""

DEPARTMENTS: Mapping[str, str] = MappingProxyType(
    {
        "fresh": "Fruit and vegetables",
        "meat-fish": "Meat and fish",
        "dairy-eggs": "Dairy, eggs and tofu",
        "bakery": "Bread and breakfast",
        "pantry": "Rice, noodles and cooking",
        "snacks": "Snacks and sweets",
        "drinks": "Drinks",
        "frozen-ready": "Frozen and ready food",
        "cleaning": "Cleaning and paper",
        "personal-care": "Personal care",
        "beauty": "Beauty",
        "health": "Health",
        "baby": "Baby",
        "pets": "Pets",
        "clothing": "Clothing, shoes and bags",
        "electronics": "Electronics",
        "home": "Home",
        "leisure": "Sport, toys, books and car",
        "other-goods": "Other goods",
    }
)
"""Departments by name, with their labels."""


def group(name: str) -> Group:
    """The group of this name; UnknownNameError where there is none."""
    try:
        return GROUPS[name]
    except KeyError:
        raise UnknownNameError(
            f"{name!r} is not a group of goods", hint="docs/reference/products.md lists them."
        ) from None
