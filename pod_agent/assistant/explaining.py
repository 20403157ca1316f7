"""How an answer was computed, in plain sentences and a small table, from ``Answer.query`` alone.

It tells what was added up, in which days, with which filters, from which records, what is left out by convention, and
how it was rounded. The conventions are those of ``docs/reference/questions.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pod_agent.assistant.plan import Step
from pod_agent.assistant.safe_names import safe_name
from pod_agent.assistant.wording import SIGNS, conditions, name_of, period_text
from pod_agent.index.results import PLACES
from vocab.query import QuerySpec

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Sentences, and a table with a row for each part that was computed; ``table[0]`` are its headings."""

    sentences: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {"sentences": list(self.sentences), "table": [list(row) for row in self.table]}


HEADINGS: Final = ("part", "what", "days", "how many days", "only")
MEASURED: Final[Mapping[str, tuple[str, str]]] = {
    "spend": (
        "what purchases and fees cost, less refunds, each on its own date",
        "Transfers, cash withdrawals and income are left out.",
    ),
    "purchases": ("the number of purchases", "Refunds, fees, transfers, cash and income are left out."),
    "transactions": ("the number of rows of bank and card, of every kind", ""),
    "average_purchase": ("the mean of single purchases", "Refunds and fees are left out."),
    "largest_purchase": ("the largest single purchase", "Refunds and fees are left out."),
    "income": ("salary, interest and payouts", "Transfers and refunds are no income."),
    "salary": ("what the employer paid, bonuses included", "Other income is left out."),
    "net": ("income less spending", "Transfers and cash withdrawals are left out."),
    "refunds": ("what came back from shops, and fees that were waived", ""),
    "transfers_out": ("money sent", "It is neither spending nor income."),
    "transfers_in": ("money received", "It is neither spending nor income."),
    "cash": ("cash withdrawn", "It is no spending."),
    "fees": ("charges of bank and card", ""),
    "plays": ("the number of songs played for 30 seconds or more", "Skips and podcasts are left out."),
    "skips": ("the number of songs played for less than 30 seconds", "Podcasts are left out."),
    "listening_minutes": ("all playing time, short plays included", ""),
    "podcast_minutes": ("the playing time of podcasts", "Music is left out."),
    "videos": ("the number of videos watched, twice where watched twice", "Ads and YouTube Music are left out."),
    "music_videos": ("the number of plays on YouTube Music", "Other videos are left out."),
    "orders": ("the number of orders", "Cancelled orders are left out."),
    "order_value": ("the totals of orders", "Cancelled orders are left out; nothing is added to spending."),
    "items": ("the number of pieces", "Lines that were cancelled or refunded are left out."),
    "product_spend": ("the prices of order lines", "Lines that were cancelled or refunded are left out."),
    "sleep_minutes": ("minutes asleep of the main sleep, on the day of waking up", "Naps are left out."),
    "steps": ("steps", "Of several recorders the one that counted most that day is used; they are never added up."),
    "days": ("the number of different days", ""),
    "distinct": ("the number of different names", ""),
}
"""What each measure adds up, and what it leaves out."""
COMPUTED: Final[Mapping[str, str]] = {
    "difference": "The figure is part 2 minus part 1.",
    "change": "The figure is (part 2 - part 1) / part 1 x 100.",
    "share": "The figure is part 1 / part 2 x 100.",
    "ratio": "The figure is part 1 / part 2.",
    "ranking": "Equal figures are in alphabetical order; only figures above zero count. All groups were weighed.",
    "leader": "It is the group with the most; of equal ones the first in the alphabet. All groups were weighed.",
    "peak": "It is the group with the highest figure; of equal ones the first. All groups were weighed.",
    "series": "There is one figure for each calendar month, zero months included.",
    "list": "Each row stands for itself.",
    "orders": "Each order stands for itself.",
    "extreme": "It is one row; of equal amounts the earliest.",
    "occasion": "It is one row: the last one, or the first one where that was asked.",
    "any": "It is yes where there is such a row.",
    "exceeds": "It is yes where part 1 is more than what it is compared with.",
    "price": "It is the price of one piece on the latest line of an order.",
    "follows": "It is the list of channels in the export.",
    "subscriptions": "A subscription is charged by one merchant every month or year, in that category; its latest"
    " charge counts.",
    "small_purchases": "Small is a purchase of at most SGD 20; merchants with 12 such purchases or more are told.",
    "unusual": "Each group of part 1 less its part 2 divided by the number of months; only what is above zero is told.",
    "budgets": "Spending in the budget's own week, month or year so far, against the amount that you set.",
    "offers": "Reasons and savings are those kept with the offers, computed from your own records on this machine.",
}
"""What each operation makes of its parts."""
FOLDED: Final[Mapping[str, str]] = {
    "mean": "The figure is the mean over days that have a record.",
    "last": "The figure is that of the last day with a record.",
    "change": "The figure is that of the last day less that of the first day with a record.",
    "largest": "The figure is that of the day with the highest value; of equal ones the first.",
    "smallest": "The figure is that of the day with the lowest value; of equal ones the first.",
    "days": "The figure is the number of such days.",
    "run": "The figure is the longest run of such days that follow one another; of equal ones the first.",
}
"""What the values of days are worked into."""


def explain(query: Mapping[str, Any]) -> Explanation:
    """The explanation of an answer's ``query``; without sentences where nothing was computed."""
    if "operation" not in query or "rows" not in query:
        return Explanation((), ())
    steps = [_step(each) for each in query["steps"]]
    sentences = [*_measured(steps), *_made(query), *_rows(query["rows"]), *_rounding(query.get("unit"))]
    sentences += query.get("notes", ())
    return Explanation(tuple(sentences), (HEADINGS, *_table(steps)))


def _step(told: Mapping[str, Any]) -> Step:
    """A step as ``Step.to_json`` told it."""
    own = {"text", "foreign", "days", "bound"}
    bound = told.get("bound")
    return Step(
        spec=QuerySpec.from_json({name: value for name, value in told.items() if name not in own}),
        text=told.get("text"),
        foreign=str(told.get("foreign", "")),
        fold=told.get("days"),
        bound=None if bound is None else (str(bound[0]), float(bound[1])),
    )


def _measured(steps: Sequence[Step]) -> Iterator[str]:
    """What was added up, and what was left out, each once."""
    measures = dict.fromkeys(measure for step in steps for measure in step.spec.measures)
    for measure in measures:
        what, without = MEASURED.get(measure, (f"values of {name_of(measure)}", ""))
        yield f"What was taken: {what}.{f' {without}' if without else ''}"


def _made(query: Mapping[str, Any]) -> Iterator[str]:
    operation = query["operation"]
    folds = {step.get("days") for step in query["steps"]} - {None}
    yield from (FOLDED[fold] for fold in sorted(folds) if fold in FOLDED)
    if operation == "mean":
        yield f"The figure is the sum divided by {query['divisor']:g} {query['per']}s."
    elif operation == "value" and len(query["steps"]) > 1:
        yield "The figure is the sum of the parts."
    elif operation in COMPUTED:
        yield COMPUTED[operation]


def _rows(rows: Mapping[str, Any]) -> Iterator[str]:
    """How many records, from when to when, of which sources."""
    number = rows["count"]
    if not number:
        yield "No record is of that kind."
        return
    days = _days(rows.get("first"), rows.get("last"))
    sources = ", ".join(map(safe_name, rows.get("sources", ())))
    yield f"It rests on {number:,} record{'' if number == 1 else 's'}{days}{f', from {sources}' if sources else ''}."


def _days(first: str | None, last: str | None) -> str:
    if first is None or last is None:
        return ""
    days = (date.fromisoformat(first), date.fromisoformat(last))
    return f" {period_text(days)}" if days[0] == days[1] else f", the first {_on(days[0])}, the last {_on(days[1])}"


def _on(day: date) -> str:
    return period_text((day, day))


def _rounding(unit: str | None) -> Iterator[str]:
    if unit in PLACES:
        places = {0: "whole numbers", 1: "one decimal", 2: "two decimals"}[PLACES[unit]]
        yield f"Computed exactly, and rounded once at the end to {places}, half away from zero."


def _table(steps: Sequence[Step]) -> Iterator[tuple[str, ...]]:
    for number, step in enumerate(steps, 1):
        period = step.spec.period
        yield (
            str(number),
            ", ".join(name_of(measure) for measure in step.spec.measures)
            + (f" by {step.spec.dimensions[0]}" if step.spec.dimensions else ""),
            "all records held" if period is None else period_text(period),
            "" if period is None or period[0] == date.min else f"{(period[1] - period[0]).days + 1:,}",
            ", ".join([*_bound(step), *conditions(step)]),
        )


def _bound(step: Step) -> list[str]:
    """The days that count, where a limit says which."""
    if step.bound is None:
        return []
    unit = " minutes" if step.spec.measures[0] == "sleep_minutes" else ""
    return [f"days {SIGNS[step.bound[0]]} {step.bound[1]:,g}{unit}"]
