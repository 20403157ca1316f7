"""Groups of households, to see whom a recommender serves worse. No model gets to see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.completejourney import CompleteJourney
from bench.recommend.protocol import Integers, Past

__all__ = ["INCOMES", "KINDS", "groups"]

INCOMES = {
    "Under 15K": "below 35K",
    "15-24K": "below 35K",
    "25-34K": "below 35K",
    "35-49K": "35-74K",
    "50-74K": "35-74K",
}
"""Others are of 75K and more."""

KINDS = ("income", "age", "household_size", "kids_count", "baskets")
"""What groups are made by: what 801 households told, and for everyone how many baskets they had."""


def groups(journey: CompleteJourney, known: Past, cohort: Integers) -> Iterator[tuple[str, str, Integers]]:
    """(kind, group, households) for all groups of the scored households; those who told nothing are a group too."""
    table = journey.demographics.set_index("household_id").reindex(known.households[cohort])
    for kind in KINDS[:-1]:
        told = table[kind].astype(object)
        if kind == "income":
            told = told.map(INCOMES, na_action="ignore").where(told.isna() | told.isin(INCOMES), "75K and more")
        labels = told.where(told.notna(), "not told").astype(str).to_numpy()
        yield from _each(kind, labels, known.households[cohort])
    quartile = np.searchsorted(np.quantile(known.baskets[cohort], [0.25, 0.5, 0.75]), known.baskets[cohort])
    names = np.array(["fewest", "few", "many", "most"], dtype=object)
    yield from _each("baskets", names[quartile], known.households[cohort])


def _each(kind: str, labels: Any, households: Integers) -> Iterator[tuple[str, str, Integers]]:
    for label in sorted(set(labels)):
        yield kind, str(label), households[labels == label]
