"""Which items people have, or have together, for a page: the strongest values of a release, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import NormalDist

from aggregator.releases import CONFIDENCE, Release, Row
from aggregator.releasing.items import item_labels
from aggregator.releasing.rows import FALSE_PUBLICATION

__all__ = ["SHOWN", "strongest"]

SHOWN = 20
"""As many of each part stand on the page; the CSV file has all."""
PARTS = {"popularity": "Items", "pair": "Pairs", "ever": "In the whole period", "lately": "Lately"}


def strongest(release: Release) -> list[tuple[str, list[Row]]]:
    """Items by popularity, and pairs or lately, the largest first; values that noise alone makes are left out.

    In whole units of ``2**-fraction_bits``. A person who has n of the items adds at most 2**fraction_bits to all
    values together, so these are weights, not people.
    """
    if not release.items:
        return []
    sigma = math.sqrt(release.noise_variance)
    least = sigma * NormalDist().inv_cdf(1 - FALSE_PUBLICATION / len(release.values))
    half = sigma * NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    named = list(zip(item_labels(release), release.values, strict=True))
    return [
        (title, _largest(((label[1:], value) for label, value in named if label[0] == part), least, half))
        for part, title in PARTS.items()
        if any(label[0] == part for label, _ in named)
    ]


def _largest(values: Iterable[tuple[tuple[str, ...], int]], least: float, half: float) -> list[Row]:
    found = sorted((entry for entry in values if entry[1] > least), key=lambda entry: -entry[1])
    return [
        Row(labels=(" + ".join(filter(None, label)),), value=value, low=max(0.0, value - half), high=value + half)
        for label, value in found[:SHOWN]
    ]
