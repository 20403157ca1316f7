"""Which things go together in one person's own history: those that are played in one sitting, or bought at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Likeness", "likeness", "sittings"]

PAUSE: Final = 30 * 60
"""Seconds without a play after which a new sitting begins."""
MOST_ITEMS: Final = 300
MOST_SITTINGS: Final = 4_000
DOUBT: Final = 3.0
"""Added to the product of the norms: two things that met once are not alike."""


class Likeness:
    """The cosine of things by the sittings they share, of the ``items`` that come most often."""

    def __init__(self, items: Sequence[str], cosines: NDArray[np.float64]) -> None:
        self.items = items
        self._cosines = cosines
        self._places = {item: place for place, item in enumerate(items)}

    def to(self, wanted: Mapping[str, float]) -> dict[str, tuple[float, str]]:
        """For each item the mean of the weights of ``wanted`` by their likeness to it, without its own.

        With the weight comes the wanted item that gave most. Items that are like none are left out.
        """
        weights = np.array([wanted.get(item, 0.0) for item in self.items])
        parts = self._cosines * weights
        sums = self._cosines.sum(axis=1)
        likes = np.divide(parts.sum(axis=1), sums, out=np.zeros_like(sums), where=sums > 0)
        best = parts.argmax(axis=1) if len(self.items) else []
        return {
            item: (float(likes[place]), self.items[int(best[place])])
            for item, place in self._places.items()
            if likes[place] > 0
        }

    def of(self, one: str, other: str) -> float:
        """The cosine of two items; 0 where one is not among ``items``."""
        if one not in self._places or other not in self._places:
            return 0.0
        return float(self._cosines[self._places[one], self._places[other]])


def sittings(plays: Iterable[tuple[int, str]]) -> list[set[str]]:
    """The sets of what was played in one sitting, from (second, item), oldest first."""
    found: list[set[str]] = []
    before = None
    for second, item in plays:
        if before is None or second - before > PAUSE:
            found.append(set())
        found[-1].add(item)
        before = second
    return found


def likeness(together: Sequence[set[str]]) -> Likeness:
    """The likeness of the items in these sets, of which the last ``MOST_SITTINGS`` count."""
    latest = list(islice(reversed(together), MOST_SITTINGS))
    counts = Counter(item for each in latest for item in each)
    items = sorted(counts, key=lambda item: (-counts[item], item))[:MOST_ITEMS]
    places = {item: place for place, item in enumerate(items)}
    table = np.zeros((len(latest), len(items)), dtype=np.float32)
    for row, each in enumerate(latest):
        table[row, [places[item] for item in each if item in places]] = 1
    shared = (table.T @ table).astype(np.float64)
    norms = np.sqrt(shared.diagonal())
    cosines = shared / (np.outer(norms, norms) + DOUBT)
    np.fill_diagonal(cosines, 0)
    return Likeness(items, cosines)
