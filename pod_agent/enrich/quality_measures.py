"""Checks of what devices measure: units that change within a history, days that several recorders tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from pod_agent.enrich.quality_days import Level, Series, Subject
from pod_agent.enrich.quality_findings import Finding, Severity, month_text, plural

__all__ = ["find_double_recorders", "find_unit_change"]

LENGTH: Final = (1000.0, 1.609344, 3.28084)
ENERGY: Final = (4.184, 1000.0)
FACTORS: Final[dict[str, tuple[float, ...]]] = {
    "weight": (2.20462, 6.35029, 1000.0),
    "height": (3.28084, 39.3701, 100.0),
    "distance": LENGTH,
    "energy_burned": ENERGY,
    "energy_eaten": ENERGY,
    "water": (29.5735, 1000.0),
    "sodium": (1000.0,),
    "glucose": (18.0156,),
    "oxygen_saturation": (100.0,),
    "body_fat": (100.0,),
    "heart_rate_variability": (1000.0,),
}
"""By how much the values of a measure change where another unit is taken for its own (pound, mile, kilojoule, ...)."""

TOLERANCE: Final = 0.06
SIDE: Final = 3
NAMES_TOLD: Final = 4


def find_unit_change(subject: Subject, series: Series) -> Iterator[Finding]:
    """Where the level jumps by the factor between two units of the measure, for two months or more or for good."""
    factors = FACTORS.get(subject.measure or "", ())
    months = series.months(Level.DAY_MEAN)
    names = sorted(months)
    for place in range(1, len(names)) if factors else ():
        before = [months[name] for name in names[max(0, place - SIDE) : place]]
        after = [months[name] for name in names[place : place + SIDE]]
        factor = _known_factor(before, after, factors)
        if factor is None:
            continue
        way = "times" if np.median(after) > np.median(before) else "th of"
        size = f"{factor:.4g} {way}" if way == "times" else f"one {factor:.4g}{way}"
        yield Finding(
            code="unit_change",
            severity=Severity.WARNING,
            text=f"{subject.name.capitalize()}: from {month_text(names[place])} on the values are {size} those before. "
            "That is the factor between two units, so the unit may have changed.",
            count=len(names) - place,
        )
        return


def _known_factor(before: list[float], after: list[float], factors: tuple[float, ...]) -> float | None:
    """The factor between two levels that are steady themselves, None where it is none of these."""
    low, high = sorted((float(np.median(before)), float(np.median(after))))
    if low <= 0:
        return None
    spread = max(max(side) / max(min(side), 1e-9) for side in (before, after))
    for factor in factors:
        steady = spread < factor**0.5 and spread < 3
        if steady and abs(high / low / factor - 1) <= TOLERANCE * (3 if factor >= 10 else 1):
            return factor
    return None


def find_double_recorders(subject: Subject, series: Series) -> Iterator[Finding]:
    """Days that several recorders tell; which one counts is decided when the records are read."""
    days, _, _, bits = series.table.days()
    several = (bits & (bits - 1)) > 0
    if not several.any():
        return
    both = int(np.bitwise_or.reduce(bits[several]))
    names = [name for place, name in enumerate(series.recorders) if both >> place & 1]
    told = ", ".join(names[:NAMES_TOLD]) + (f" and {len(names) - NAMES_TOLD} more" if len(names) > NAMES_TOLD else "")
    count = int(several.sum())
    yield Finding(
        code="double_recorder",
        severity=Severity.NOTE,
        text=f"{subject.name.capitalize()} on {plural(count, 'day')} of {len(days):,}: told by several recorders "
        f"({told}). All are kept; figures take one of them for each day.",
        count=count,
    )
