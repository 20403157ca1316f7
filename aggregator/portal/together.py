"""Which items go together, for a page: the strongest values of a co-purchase release, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import NormalDist

from aggregator.portal.exporting import item_labels
from aggregator.releases import CONFIDENCE, Release, Row
from aggregator.releasing.rows import FALSE_PUBLICATION

__all__ = ["strongest"]

SHOWN = 20
"""As many items and as many pairs stand on the page; the CSV file has all."""


def strongest(release: Release) -> list[tuple[str, list[Row]]]:
    """Items by popularity, and pairs, the largest first; values that noise alone could have made are left out.

    In whole units of ``2**-fraction_bits``. A person who has n of the items adds at most 2**fraction_bits to all
    values together, so these are weights, not people.
    """
    if not release.items:
        return []
    sigma = math.sqrt(release.noise_variance)
    least = sigma * NormalDist().inv_cdf(1 - FALSE_PUBLICATION / len(release.values))
    half = sigma * NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    named = list(zip(item_labels(release.items), release.values, strict=True))
    rows = {"popularity": "Items", "pair": "Pairs"}
    return [
        (title, _largest(((label[1:], value) for label, value in named if label[0] == part), least, half))
        for part, title in rows.items()
    ]


def _largest(values: Iterable[tuple[tuple[str, ...], int]], least: float, half: float) -> list[Row]:
    found = sorted((entry for entry in values if entry[1] > least), key=lambda entry: -entry[1])
    return [
        Row(labels=(" + ".join(filter(None, label)),), value=value, low=max(0.0, value - half), high=value + half)
        for label, value in found[:SHOWN]
    ]
