"""What somebody will probably spend in the next weeks, with ranges that come from their own past errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from pod_agent.errors import TooLittleHistoryError, UsageError
from pod_agent.features.calendar import WEEK, WeeklySeries, weekly_spending
from pod_agent.index.local import LocalIndex
from pod_agent.models.forecast import WeeklySpending
from pod_agent.models.protocol import Array
from vocab.training import WEEKLY_SPENDING

__all__ = ["FEWEST_WEEKS", "MOST_AHEAD", "Outlook", "WeekAhead", "look_ahead", "outlook_of", "own_errors", "range_of"]

FEWEST_WEEKS = 4
"""Whole weeks without which nothing is forecast."""
MOST_AHEAD = 13
SHARE = 0.8
"""How many of the weeks to come shall lie within their range."""
FEWEST_ERRORS = 9
"""Past errors without which no range holds four weeks in five (see ``range_of``)."""
OLD = 2 * WEEK
"""Weeks further back than this are no longer the last ones, which is told."""
LEARNED_WEEKS = 52
"""Errors older than a year say little of the next weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekAhead:
    """One week to come, in units of the home currency: half of such weeks are above ``expected``.

    Four in five lie from ``low`` to ``high``; both are None where the history is too short to say so.
    """

    monday: date
    expected: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The next weeks, and what they were learned from: ``known`` is every whole week that the records cover.

    A chart needs nothing else: ``known`` from the Monday ``first`` on, then ``ahead``.
    """

    first: date
    known: tuple[float, ...]
    ahead: tuple[WeekAhead, ...]

    @property
    def last(self) -> date:
        """The Monday of the newest week that is known."""
        return self.first + (len(self.known) - 1) * WEEK

    @property
    def words(self) -> str:
        """A few plain sentences about a week to come."""
        week = self.ahead[0]
        said = f"In a usual week you will spend about S${week.expected:,.0f}, going by {len(self.known)} whole weeks."
        if week.monday - self.last > OLD:
            said += f" Your records end with the week of {self.last.day} {self.last:%B %Y}."
        if week.low is None or week.high is None:
            return f"{said} For a range, {FEWEST_WEEKS + FEWEST_ERRORS} weeks are needed."
        return f"{said} Four weeks in five will be from S${week.low:,.0f} to S${week.high:,.0f}."

    def to_json(self) -> dict[str, Any]:
        """Plain values, as ``pod-agent forecast --json`` prints them; money with two decimals."""
        return {
            "words": self.words,
            "known": [
                {"week": (self.first + number * WEEK).isoformat(), "spend": round(spend, 2)}
                for number, spend in enumerate(self.known)
            ],
            "forecast": [
                {
                    "week": week.monday.isoformat(),
                    "expected": round(week.expected, 2),
                    "low": None if week.low is None else round(week.low, 2),
                    "high": None if week.high is None else round(week.high, 2),
                }
                for week in self.ahead
            ],
        }


def look_ahead(
    series: WeeklySeries, today: date, weeks: int = 4, *, weights: Sequence[float] = WEEKLY_SPENDING.start
) -> Outlook:
    """The weeks from the one of ``today`` on, by ``weights``, those of the shared model or its public start.

    TooLittleHistoryError with fewer than four whole weeks; UsageError for more weeks ahead than a quarter.
    """
    if not 1 <= weeks <= MOST_AHEAD:
        raise UsageError(f"a forecast is for 1 to {MOST_AHEAD} weeks")
    if len(series.values) < FEWEST_WEEKS:
        raise TooLittleHistoryError(
            f"a forecast needs {FEWEST_WEEKS} whole weeks of records; {len(series.values)} known"
        )
    history = np.asarray(series.values, dtype=np.float64)
    expected = float(WeeklySpending(start=weights).fit([]).forecast(series.values)[0])
    low, high = range_of(expected, own_errors(history, weights))
    monday = today - timedelta(days=today.weekday())
    ahead = tuple(
        WeekAhead(monday=monday + number * WEEK, expected=expected, low=low, high=high) for number in range(weeks)
    )
    return Outlook(first=series.first, known=series.values, ahead=ahead)


def outlook_of(index: LocalIndex, today: date, weeks: int) -> Outlook:
    """The weeks from the one of ``today`` on, by the spending in the index; see ``look_ahead``."""
    return look_ahead(weekly_spending(index, today), today, weeks)


def own_errors(history: Array, weights: Sequence[float]) -> Array:
    """By how much each past week was above what would have been forecast the week before; those of the last year."""
    model, known = WeeklySpending(start=weights).fit([]), history.tolist()
    ends = range(max(FEWEST_WEEKS, len(history) - LEARNED_WEEKS), len(history))
    return np.asarray([history[end] - model.forecast(known[:end])[0] for end in ends], dtype=np.float64)


def range_of(expected: float, errors: Array) -> tuple[float | None, float | None]:
    """A range for four weeks in five, from quantiles of past errors; both None where they are too few.

    The quantiles are those of split conformal prediction (Vovk et al. 2005): of n errors the one of rank
    ceil(0.9 (n + 1)) is above nine in ten of what comes, if what comes is like what was.
    """
    rank = math.ceil((1 + SHARE) / 2 * (len(errors) + 1))
    if rank > len(errors):
        return None, None
    ordered = np.sort(errors)
    low, high = expected + float(ordered[len(errors) - rank]), expected + float(ordered[rank - 1])
    return max(0.0, min(low, expected)), max(high, expected)
