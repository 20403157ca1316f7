"""The person's money month by month: what came in, was spent and was left over in the last twelve whole months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pod_agent.offers.match import OfferIndex
from vocab.query import QuerySpec
from vocab.records import IRI

__all__ = ["MONTHS", "Flows", "months_before", "read_flows"]

MONTHS: Final = 12
MEASURES: Final = ("income", "salary", "spend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Whole months, oldest first, from the first with a record on, at most twelve; amounts in minor units.

    ``spend`` is net of refunds. ``evidence`` are the records of each measure.
    """

    months: tuple[str, ...]
    income: tuple[int, ...]
    salary: tuple[int, ...]
    spend: tuple[int, ...]
    evidence: tuple[IRI, ...]

    @property
    def left(self) -> tuple[int, ...]:
        """What was left of each month's income; below zero where more was spent."""
        return tuple(came - went for came, went in zip(self.income, self.spend, strict=True))

    @property
    def usual_left(self) -> int:
        """The median of what was left, rounded down; 0 without a month."""
        ordered = sorted(self.left)
        if not ordered:
            return 0
        middle = len(ordered) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


def read_flows(index: OfferIndex, today: date) -> Flows:
    """The months before this one; a month of which nothing at all is held between two others counts as zero."""
    names = months_before(today)
    period = (date.fromisoformat(f"{names[0]}-01"), today.replace(day=1) - timedelta(days=1))
    sums: dict[str, dict[str, int]] = {}
    evidence: dict[IRI, None] = {}
    for measure in MEASURES:
        table = index.run(QuerySpec(measures=(measure,), dimensions=("month",), period=period))
        for (month, amount), records in zip(table.rows, table.evidence, strict=True):
            sums.setdefault(str(month), {})[measure] = round(float(amount or 0) * 100)
            evidence.update(dict.fromkeys(records))
    held = [name for name in names if name in sums]
    months = tuple(name for name in names if held and name >= held[0])
    found = {measure: tuple(sums.get(month, {}).get(measure, 0) for month in months) for measure in MEASURES}
    return Flows(
        months=months,
        income=found["income"],
        salary=found["salary"],
        spend=found["spend"],
        evidence=tuple(evidence),
    )


def months_before(today: date) -> list[str]:
    """The twelve months before this one, oldest first, as ``YYYY-MM``."""
    number = today.year * 12 + today.month - 1
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(number - MONTHS, number)]
