"""What devices measured: values of a day, values of an instant, sleep and workouts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from vocab.records.base import Record

__all__ = ["DailyMeasure", "Measurement", "Sleep", "Workout"]


class DailyMeasure(Record, frozen=True, kw_only=True, gc=False):
    """What one recorder holds of a measure for one local day; ``at`` is the day's start in the person's zone.

    ``measure`` is a name of ``vocab.measures.MEASURES``, which says its unit and whether a day has a sum, a mean or a
    latest value. ``lowest`` and ``highest`` are there for means. ``samples`` is how many values stand behind it, None
    where the source itself gives the value of the day. ``recorder`` is the device or app, ``""`` where unknown.
    Several recorders of one day stand side by side; which one counts is decided when the records are read.
    """

    type_name: ClassVar[str] = "daily-measure"

    measure: str
    value: Decimal
    recorder: str = ""
    lowest: Decimal | None = None
    highest: Decimal | None = None
    samples: int | None = None


class Measurement(Record, frozen=True, kw_only=True, gc=False):
    """A value at an instant, such as a weighing; ``measure`` and its unit as in DailyMeasure."""

    type_name: ClassVar[str] = "measurement"

    measure: str
    value: Decimal
    recorder: str = ""


class Sleep(Record, frozen=True, kw_only=True, gc=False):
    """A sleep from ``at`` to ``end``, both in the zone slept in; it belongs to the day of waking up.

    ``asleep`` and the stages are whole minutes; ``is_main`` is False for a nap; ``score`` is of 100.
    """

    type_name: ClassVar[str] = "sleep"

    end: datetime
    asleep: int
    awake: int | None = None
    deep: int | None = None
    light: int | None = None
    rem: int | None = None
    is_main: bool = True
    score: int | None = None
    efficiency: int | None = None
    recorder: str = ""


class Workout(Record, frozen=True, kw_only=True, gc=False):
    """A recorded exercise that began at ``at``; distance in metres, energy in kilocalories, heart rate in bpm."""

    type_name: ClassVar[str] = "workout"

    activity: str
    seconds: int
    distance: Decimal | None = None
    energy: Decimal | None = None
    steps: int | None = None
    heart_rate: int | None = None
    recorder: str = ""
