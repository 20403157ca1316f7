"""Checks over time: days without rows, levels that shift, hours that hint at a wrong zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

from pod_agent.enrich.quality_days import Level, Series, Subject
from pod_agent.enrich.quality_findings import Finding, Severity, day_text, month_text, plural

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["find_gaps", "find_shift", "find_zone", "quiet_stretches", "whole_months"]

FEWEST_DAYS: Final = 20
SHORTEST_GAP: Final = 7
GAP_FACTOR: Final = 4
GAPS_TOLD: Final = 3
LONG_GAP: Final = 28

FEWEST_MONTHS: Final = 8
EACH_SIDE: Final = 3
SHIFT_SCORE: Final = 6.0
SHIFT_FACTOR: Final = 1.6
SMALLEST_SPREAD: Final = 0.05

FEWEST_TIMED: Final = 500
QUIET_HOURS: Final = 5
QUIET_SHARE: Final = 0.04
AWAKE: Final = range(11, 21)


def quiet_stretches(days: NDArray[np.int64]) -> tuple[int, list[tuple[int, int]]]:
    """Stretches, first and last day, without any row where the rhythm of these days with rows has some.

    The rhythm is the longest wait between two days with rows but for one in twenty: it comes first. A stretch is four
    times that, and a week at least. Days are ordinals in order; of few days nothing is told.
    """
    if len(days) < FEWEST_DAYS:
        return 1, []
    waits = np.diff(days)
    usual = max(1, int(np.quantile(waits, 0.95)))
    places = np.flatnonzero(waits > max(SHORTEST_GAP, GAP_FACTOR * usual)).tolist()
    return usual, [(int(days[place]) + 1, int(days[place + 1]) - 1) for place in places]


def find_gaps(subject: Subject, series: Series) -> Iterator[Finding]:
    """Stretches of days without any row where the subject's own rhythm has some.

    A month without rows of an account is worth a look: a statement may be missing.
    """
    usual, gaps = quiet_stretches(series.table.days().days)
    if not gaps:
        return
    longest = sorted(sorted(gaps, key=lambda gap: (gap[0] - gap[1], gap))[:GAPS_TOLD])
    told = [f"{day_text(first)} to {day_text(last)} ({plural(last - first + 1, 'day')})" for first, last in longest]
    rhythm = "almost every day has some" if usual == 1 else f"there are some every {usual} days or more often"
    more = f"; the longest of {len(gaps)} such gaps" if len(gaps) > len(told) else ""
    missing = subject.is_account and max(last - first for first, last in gaps) + 2 > LONG_GAP
    hint = " A statement may be missing." if missing else ""
    yield Finding(
        code="date_gap",
        severity=Severity.WARNING if missing else Severity.NOTE,
        text=f"No {subject.name} from {', '.join(told)}{more}, while else {rhythm}.{hint}",
        count=len(gaps),
    )


def find_shift(subject: Subject, series: Series) -> Iterator[Finding]:
    """The month from which on the level is another one, if there is such a month.

    The months are cut in two, with three or more on each side, where both sides lie closest to their own medians. The
    level shifts there if these differ by many median absolute deviations, and by a factor worth telling. First and last
    month do not count: they may be cut.
    """
    months = whole_months(series, subject.level)
    if len(months) < FEWEST_MONTHS:
        return
    names, values = list(months), np.array(list(months.values()))
    cuts = range(EACH_SIDE, len(values) - EACH_SIDE + 1)
    cut = min(cuts, key=lambda place: float(np.abs(_rest(values, place)).sum()))
    before, after = np.median(values[:cut]), np.median(values[cut:])
    factor = float(after / before) if before > 0 else 0.0
    if _score(values, cut) < SHIFT_SCORE or factor <= 0 or max(factor, 1 / factor) < SHIFT_FACTOR:
        return
    size = f"{factor:.1f} times" if factor > 1 else f"only {100 * factor:.0f} % of"
    yield Finding(
        code="level_shift",
        severity=Severity.NOTE,
        text=f"{_first_upper(subject.name)}: since {month_text(names[cut])} a usual {_unit(subject.level)} "
        f"is {size} what it was before. If nothing changed for you, something may be missing or told twice.",
        count=1,
    )


def whole_months(series: Series, level: Level) -> dict[int, float]:
    """The level of every month with rows, but for the first and the last, in order; months without rows are left out.

    A month of which half is a gap would shift the level of counts and sums, so these leave out the months that have
    less than half as many days with rows as the usual one.
    """
    found = series.months(level)
    inner = sorted(found)[1:-1]
    if level in {Level.DAY_MEAN, Level.DAY_TOTAL} or not inner:
        return {month: found[month] for month in inner}
    days = series.table.days().days
    filled: dict[int, int] = {}
    for day in map(date.fromordinal, days.tolist()):
        month = day.year * 12 + day.month - 1
        filled[month] = filled.get(month, 0) + 1
    usual = float(np.median([filled[month] for month in inner]))
    return {month: found[month] for month in inner if filled[month] * 2 >= usual}


def find_zone(subject: Subject, series: Series, zone: ZoneInfo) -> Iterator[Finding]:
    """Whether the quietest hours of the day lie where people are awake: then the times may be of another zone."""
    total = sum(series.hours)
    days = series.table.days().days
    if total < FEWEST_TIMED:
        return
    middle = date.fromordinal(int(np.median(days)))
    offset = datetime(middle.year, middle.month, middle.day, tzinfo=UTC).astimezone(zone).utcoffset()
    ahead = round(offset.total_seconds() / 3600) if offset else 0
    local = [series.hours[(hour - ahead) % 24] for hour in range(24)]
    quiet, start = min((_around(local, hour), hour) for hour in range(24))
    if quiet > QUIET_SHARE * total or (start + QUIET_HOURS // 2) % 24 not in AWAKE:
        return
    until = (start + QUIET_HOURS) % 24
    yield Finding(
        code="time_zone",
        severity=Severity.WARNING,
        text=f"Hardly any {subject.name} are from {start}:00 to {until}:00 in {zone.key}, when people are awake, and "
        "many are at night. The times may be of another zone: see the setting zone.",
        count=total,
    )


def _rest(values: NDArray[np.float64], cut: int) -> NDArray[np.float64]:
    """How far each month is from the median of its side of a cut."""
    return np.concatenate([values[:cut] - np.median(values[:cut]), values[cut:] - np.median(values[cut:])])


def _score(values: NDArray[np.float64], cut: int) -> float:
    """How far apart the medians before and after a cut are, in robust standard deviations."""
    middle_before, middle_after = float(np.median(values[:cut])), float(np.median(values[cut:]))
    spread = 1.4826 * float(np.median(np.abs(_rest(values, cut))))
    floor = SMALLEST_SPREAD * max(abs(middle_before), abs(middle_after))
    return abs(middle_after - middle_before) / max(spread, floor, 1e-9)


def _around(hours: Sequence[int], start: int) -> int:
    return sum(hours[(start + step) % 24] for step in range(QUIET_HOURS))


def _unit(level: Level) -> str:
    return "month" if level in {Level.COUNT, Level.SUM} else "day"


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
