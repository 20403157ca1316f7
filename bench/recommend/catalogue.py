"""What everyone knows of the items: their department, and a text of their name and the kinds of product in them."""

from __future__ import annotations

from datetime import date, timedelta

from bench.completejourney import CompleteJourney
from bench.recommend.protocol import COLUMNS, Past
from pod_agent.suggesting.public_items import PublicItems

__all__ = ["KINDS", "day_after", "public_catalogue"]

KINDS = 12
"""Kinds of product that a text names, the most common in the table first."""


def public_catalogue(journey: CompleteJourney, known: Past) -> PublicItems:
    """From the public table of products alone, in the order of ``known.items``."""
    column = COLUMNS[known.level]
    products = journey.products[journey.products["goods"]].dropna(subset=[column])
    grouped = products.groupby(column)
    department = grouped["department"].agg(lambda names: names.value_counts().sort_index(kind="stable").idxmax())
    kinds = grouped["product_type"].agg(
        lambda names: ", ".join(
            names.value_counts().sort_index().sort_values(ascending=False, kind="stable").index[:KINDS]
        )
    )
    return PublicItems(
        dimension=known.level,
        names=tuple(str(item) for item in known.items),
        departments=tuple(str(department[item]) for item in known.items),
        texts=tuple(f"{item}. Department: {department[item]}. Products: {kinds[item]}" for item in known.items),
    )


def day_after(journey: CompleteJourney, known: Past) -> date:
    """The first day that is not known: the date on which the lists are made."""
    lines = journey.lines
    last: date = lines.loc[lines["week"] <= known.week, "at"].max().date()
    return last + timedelta(days=1)
