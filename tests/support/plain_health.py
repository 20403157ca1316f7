"""What a day comes to, over a list of records in plain Python: one fact for each day and measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from tests.support.households import SINGAPORE
from vocab.measures import MEASURES
from vocab.records import DailyMeasure, Measurement, Record, Sleep

__all__ = ["daily"]


def daily(records: Iterable[Record]) -> Iterator[tuple[date, str, str, Decimal, list[str]]]:
    """Day, measure, source, value and IRIs of the recorder that counts."""
    days: dict[tuple[date, str], list[Any]] = {}
    for record in records:
        if isinstance(record, DailyMeasure):
            days.setdefault((record.at.date(), record.measure), []).append(record)
        elif isinstance(record, Measurement):
            days.setdefault((record.at.astimezone(SINGAPORE).date(), record.measure), []).append(record)
        elif isinstance(record, Sleep) and record.is_main:
            days.setdefault((record.end.date(), "sleep"), []).append(record)
    for (day, measure), held in days.items():
        rule = "sum" if measure == "sleep" else MEASURES[measure].day
        best = choose(held, rule)
        yield day, measure, best[0].source, worth(best, rule), [item.iri for item in best]


def choose(held: list[Any], rule: str) -> list[Any]:
    """The records of the recorder that counts on one day."""
    weighings = [item for item in held if isinstance(item, Measurement)]
    if rule == "last" and weighings:
        return [
            max(sorted(weighings, key=lambda item: (item.source, item.recorder, item.iri)), key=lambda item: item.at)
        ]
    groups: dict[tuple[str, ...], list[Any]] = {}
    for item in held:
        own = item.iri if isinstance(item, DailyMeasure) else ""
        groups.setdefault((item.source, item.recorder, str(not own), own), []).append(item)
    ordered = [groups[key] for key in sorted(groups)]
    size = (lambda items: worth(items, rule)) if rule == "sum" else samples
    return max(ordered, key=size)


def samples(items: list[Any]) -> int:
    return (items[0].samples or 0) if isinstance(items[0], DailyMeasure) else len(items)


def worth(items: list[Any], rule: str) -> Decimal:
    values = [Decimal(item.asleep) if isinstance(item, Sleep) else item.value for item in items]
    return sum(values, Decimal()) if rule == "sum" else sum(values, Decimal()) / len(values)
