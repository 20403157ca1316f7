"""What each value of a release over items is of."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from aggregator.releasing.documents import Release
from vocab.statistics import CentredPairs, ItemVectors

__all__ = ["item_labels"]


def item_labels(release: Release) -> Iterator[tuple[str, str, str]]:
    """What every value of a release over items is of: its part, and one item, two or none."""
    items = release.items
    if release.statistic == ItemVectors.name:
        yield from ((part, item, "") for part in ("ever", "lately") for item in items)
        yield "people", "", ""
        return
    own = ("square",) if release.statistic == CentredPairs.name else ("popularity", "diagonal")
    yield from ((part, item, "") for part in own for item in items)
    yield from (("pair", *pair) for pair in itertools.combinations(items, 2))
