"""Rows that are measured values, sleep and workouts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from pod_agent.importers.faults import RowError
from pod_agent.importers.tables.fields import Cells
from pod_agent.importers.tables.mapping import fold_name
from vocab.measures import MEASURES
from vocab.records import DailyMeasure, Measurement, Record, Sleep, Workout, record_iri

__all__ = ["daily_measures", "measurements", "sleep", "workout"]

MEASURE_WORDS: Final = {
    **{name.replace("_", " "): name for name in MEASURES},
    "step": "steps",
    "step count": "steps",
    "calories": "energy_burned",
    "active energy": "energy_burned",
    "bpm": "heart_rate",
    "pulse": "heart_rate",
    "resting pulse": "resting_heart_rate",
    "hrv": "heart_rate_variability",
    "spo2": "oxygen_saturation",
    "body mass": "weight",
    "bmi": "body_mass_index",
    "body fat percentage": "body_fat",
    "blood glucose": "glucose",
}


def daily_measures(row: Cells) -> Sequence[Record]:
    """What a day came to, one record for each column that holds a measure."""
    return _measured(row, row.start_of_day("date"), DailyMeasure)


def measurements(row: Cells) -> Sequence[Record]:
    """Values of an instant, one record for each column that holds a measure."""
    return _measured(row, row.moment("date")[0], Measurement)


def _measured(row: Cells, at: datetime, kind: type[DailyMeasure | Measurement]) -> Sequence[Record]:
    recorder = row.text("recorder")
    found: list[Record] = []
    for measure, value in _values(row):
        # The value is not in the key: a later export may correct it.
        iri = record_iri(kind, row.source, at, (*row.key(recorder), measure), row.seen)
        made: Callable[..., Record] = kind
        found.append(
            made(
                iri=iri,
                source=row.source,
                at=at,
                provenance=row.provenance,
                measure=measure,
                value=value,
                recorder=recorder,
            )
        )
    return found


def _values(row: Cells) -> list[tuple[str, Decimal]]:
    values = [(name, row.number(name)) for name in row.mapping.columns if name in MEASURES]
    if row.has("value"):
        values.append((_measure(row), row.number("value")))
    return [(name, value) for name, value in values if value is not None]


def _measure(row: Cells) -> str:
    told = row.text("measure", needed=True)
    measure = told if told in MEASURES else MEASURE_WORDS.get(fold_name(told.replace("_", " ")))
    if measure is None:
        raise RowError("unknown_measure", "the row measures something that has no name here", "measure")
    return measure


def sleep(row: Cells) -> Sequence[Record]:
    """A night or a nap."""
    at = row.moment("date")[0]
    asleep = row.minutes("asleep")
    if row.cell("end") is not None:
        end = row.moment("end")[0]
    elif asleep is not None:
        end = row.after(at, 60 * (asleep + (row.minutes("awake") or 0)))
    else:
        raise RowError("no_end", "the row says neither the end nor how long the sleep was", "end")
    if asleep is None:
        asleep = max(int((end - at).total_seconds()) // 60 - (row.minutes("awake") or 0), 0)
    recorder = row.text("recorder")
    record = Sleep(
        iri=record_iri(Sleep, row.source, at, row.key(recorder), row.seen),
        source=row.source,
        at=at,
        provenance=row.provenance,
        end=end,
        asleep=asleep,
        awake=row.minutes("awake"),
        deep=row.minutes("deep"),
        light=row.minutes("light"),
        rem=row.minutes("rem"),
        score=row.whole("score"),
        recorder=recorder,
    )
    return (record,)


def workout(row: Cells) -> Sequence[Record]:
    """A recorded exercise."""
    at = row.moment("date")[0]
    seconds = row.seconds("duration", "min")
    if seconds is None and row.cell("end") is not None:
        seconds = Decimal(int((row.moment("end")[0] - at).total_seconds()))
    if seconds is None:
        raise RowError("no_duration", "the row does not say how long the workout was", "duration")
    activity, recorder = row.text("activity", needed=True), row.text("recorder")
    record = Workout(
        iri=record_iri(Workout, row.source, at, row.key(activity, recorder), row.seen),
        source=row.source,
        at=at,
        provenance=row.provenance,
        activity=activity,
        seconds=round(seconds),
        distance=row.number("distance"),
        energy=row.number("energy_burned"),
        steps=row.whole("steps"),
        heart_rate=row.whole("heart_rate"),
        recorder=recorder,
    )
    return (record,)
