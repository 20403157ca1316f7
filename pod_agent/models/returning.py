"""How likely someone comes back to a thing within a week, from the days on which they did so before.

Half of the rate is that of the whole history, half that of late days (half-life 45 days), because tastes move; where
the days between two times hardly vary, the time since the last one counts too (a renewal process). Weights were chosen
on grocery receipts of the Complete Journey's weeks up to 44 and on made-up people (``python -m bench.suggest``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

__all__ = ["HORIZON", "Chance", "Rhythm", "chance", "decayed", "rhythm"]

HORIZON: Final = 7
"""Days ahead."""
HALF_LIFE: Final = 45.0
QUIET_DAYS: Final = 28
"""Days without the thing that are added to what was seen: of one receipt nobody concludes much."""
REGULAR: Final = 0.5
"""Squared variation of the gaps at and above which a rhythm says nothing; that of pure chance is 1."""
DOUBT: Final = 2
"""Gaps of pure chance that are added before the variation is taken."""
HAZARD_WEIGHT: Final = 5
"""Gaps as the plain rate would have them, added to those that were seen."""
LAST_GAPS: Final = 20
FEWEST_GAPS: Final = 3


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The mean of the latest gaps in days, and how regular they are, from 0 to 1; the gaps themselves."""

    gap: float
    regular: float
    gaps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance by how often and how lately, and what the rhythm adds to it, which may be below 0."""

    base: float
    due: float
    rhythm: Rhythm | None

    @property
    def total(self) -> float:
        """The chance of coming back within ``HORIZON`` days."""
        return self.base + self.due


def chance(days: Sequence[int], first: int, today: int, *, late: float = 0.5) -> Chance:
    """The chance that someone who did a thing on these days (ordinals, oldest first) does it again.

    ``first`` is the first day of which anything is known, ``late`` the weight of the late rate.
    """
    seen = today - first + 1
    whole = 1 - math.exp(-HORIZON * len(days) / (seen + QUIET_DAYS))
    lately = 1 - math.exp(-HORIZON * decayed(days, today) / (_decayed_span(seen) + QUIET_DAYS))
    base = late * lately + (1 - late) * whole
    found = rhythm(days)
    if found is None or not found.regular:
        return Chance(base, 0.0, found)
    since = today - days[-1]
    beyond = sum(gap > since for gap in found.gaps)
    inside = sum(since < gap <= since + HORIZON for gap in found.gaps)
    hazard = (inside + HAZARD_WEIGHT * base) / (beyond + HAZARD_WEIGHT)
    return Chance(base, found.regular * (hazard - base), found)


def rhythm(days: Sequence[int]) -> Rhythm | None:
    """The rhythm of these distinct days; None where there are fewer than four."""
    gaps = tuple(later - earlier for earlier, later in pairwise(days[-LAST_GAPS - 1 :]))
    if len(gaps) < FEWEST_GAPS:
        return None
    mean = sum(gaps) / len(gaps)
    variation = (sum((gap - mean) ** 2 for gap in gaps) / mean**2 + DOUBT) / (len(gaps) - 1 + DOUBT)
    return Rhythm(mean, max(0.0, 1 - variation / REGULAR), gaps)


def decayed(days: Sequence[int], today: int) -> float:
    """The number of days, each halved for every ``HALF_LIFE`` days that have passed since."""
    return float(sum(0.5 ** ((today - day) / HALF_LIFE) for day in days))


def _decayed_span(seen: int) -> float:
    step: float = 0.5 ** (1 / HALF_LIFE)
    return (1 - step**seen) / (1 - step)
