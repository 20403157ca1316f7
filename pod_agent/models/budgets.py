"""How budgets stand: what was spent of each in its week, month or year, what is left, and what is left for a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from pod_agent.index.local import LocalIndex
from pod_agent.index.results import round_half_away
from pod_agent.ingest.budgets import Budget, Rhythm, Scope
from vocab.query import Filter, QuerySpec
from vocab.records import IRI

__all__ = ["Progress", "period_of", "progress_of"]

CURRENCY = "SGD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A budget in one of its periods, ``first`` to ``last``, as it stands today or stood at its end.

    ``spent`` is spending as everywhere (purchases and fees less refunds), exact, in SGD. ``evidence`` are its records.
    """

    budget: Budget
    first: date
    last: date
    today: date
    spent: Fraction = Fraction(0)
    evidence: tuple[IRI, ...] = ()

    @property
    def spec(self) -> QuerySpec:
        """The query that says what was spent."""
        scope = self.budget.scope
        filters = () if scope is Scope.ALL else (Filter(scope.value, "eq", self.budget.name),)
        return QuerySpec(measures=("spend",), filters=filters, period=(self.first, self.until))

    @property
    def until(self) -> date:
        """The last day that counts: today, or the end of a period that is over."""
        return max(min(self.last, self.today), self.first)

    @property
    def left(self) -> Fraction:
        """What may still be spent; below nothing where more was spent."""
        return Fraction(self.budget.amount.amount) - self.spent

    @property
    def exceeded(self) -> bool:
        """Whether more was spent than the budget; what is spent to the cent is not."""
        return self.left < 0

    @property
    def days_left(self) -> int:
        """Days of the period that are not over yet, today included; none of a period that is over."""
        return max((self.last - self.today).days + 1, 0)

    @property
    def per_day(self) -> Fraction | None:
        """What is left for each of these days; None where nothing is left or no day."""
        return self.left / self.days_left if self.days_left and self.left > 0 else None

    def to_json(self) -> dict[str, Any]:
        """The form that outside programs and pages read; money in major units."""
        per_day = self.per_day
        return {
            **self.budget.to_json(),
            "period": [self.first.isoformat(), self.last.isoformat()],
            "spent": round_half_away(self.spent, CURRENCY),
            "left": round_half_away(self.left, CURRENCY),
            "exceeded": self.exceeded,
            "days_left": self.days_left,
            "per_day": None if per_day is None else round_half_away(per_day, CURRENCY),
            "evidence": list(self.evidence),
        }


def period_of(per: Rhythm, day: date) -> tuple[date, date]:
    """The calendar week, month or year that a day lies in."""
    if per is Rhythm.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if per is Rhythm.MONTH:
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return day.replace(month=1, day=1), day.replace(month=12, day=31)


def progress_of(index: LocalIndex, budget: Budget, today: date, *, within: date | None = None) -> Progress:
    """How a budget stands today, or stood in its period that holds the day ``within``; never past today."""
    first, last = period_of(budget.per, within or today)
    standing = Progress(budget=budget, first=first, last=last, today=today)
    table = index.compute(standing.spec)
    [(spent,)], [evidence] = table.rows, table.evidence
    return replace(
        standing, spent=Fraction(0) if spent is None or isinstance(spent, str) else Fraction(spent), evidence=evidence
    )
