"""Which CSV files of a Google Health (Fitbit) export hold what: a table of names, columns, measures and units.

One measure stands in up to three places. ``Physical Activity_GoogleData`` is canonical (UTC, with the recorder); the
friendly summary folders and the JSON tree come after it by ``tree`` (dense rows) or ``edition`` (values of a day).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Final

__all__ = ["BY_STEM", "TABLES", "Kind", "Table", "stem_of"]


class Kind(Enum):
    """What a row of a table becomes."""

    SERIES = "one sample of a dense series"
    ACTIVE = "a minute of light, moderate or high activity"
    DAY = "a value of a day"
    INSTANT = "a value of an instant"
    STRESS = "a stress score of a day, unless it could not be worked out"
    SLEEP = "a sleep"
    EXERCISE = "a workout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One kind of CSV file.

    ``stem`` is the file's name without its date; ``values`` are the names its value column goes by, ``time`` those of
    its time column. ``factor`` turns the file's unit into that of the measure. ``minus`` is a column to take away.
    """

    stem: str
    kind: Kind
    measure: str = ""
    values: tuple[str, ...] = ()
    time: tuple[str, ...] = ("timestamp",)
    factor: Decimal = Decimal(1)
    tree: int = 0
    edition: int = 3
    lowest: str | None = None
    highest: str | None = None
    minus: str | None = None
    needs: tuple[str, ...] = ()


def _series(stem: str, measure: str, *values: str, tree: int = 0, time: str = "timestamp", factor: str = "1") -> Table:
    return Table(
        stem=stem, kind=Kind.SERIES, measure=measure, values=values, tree=tree, time=(time,), factor=Decimal(factor)
    )


TABLES: Final = (
    _series("steps", "steps", "steps"),
    _series("distance", "distance", "distance"),
    _series("calories", "energy_burned", "calories", "kcal"),
    _series("floors", "floors", "floors"),
    _series("active_zone_minutes", "active_zone_minutes", "total minutes"),
    _series("active zone minutes", "active_zone_minutes", "total_minutes", tree=1, time="date_time"),
    Table(stem="active_minutes", kind=Kind.ACTIVE, needs=("light", "moderate", "very")),
    _series("heart_rate", "heart_rate", "beats per minute"),
    _series("oxygen_saturation", "oxygen_saturation", "oxygen saturation percentage"),
    _series("minute spo2", "oxygen_saturation", "value", tree=1),
    _series("body_temperature", "skin_temperature", "temperature celsius"),
    _series("core_body_temperature", "body_temperature", "temperature celsius"),
    _series(
        "heart_rate_variability",
        "heart_rate_variability",
        "root mean square of successive differences milliseconds",
    ),
    _series("heart rate variability details", "heart_rate_variability", "rmssd", tree=1),
    # The device's own figure of a night, for days whose minutes are not in the export.
    Table(
        stem="daily_heart_rate_variability",
        kind=Kind.SERIES,
        measure="heart_rate_variability",
        values=("average heart rate variability milliseconds",),
        tree=2,
    ),
    Table(
        stem="daily heart rate variability summary",
        kind=Kind.SERIES,
        measure="heart_rate_variability",
        values=("rmssd",),
        tree=3,
    ),
    Table(
        stem="daily_oxygen_saturation",
        kind=Kind.SERIES,
        measure="oxygen_saturation",
        values=("average percentage",),
        tree=2,
    ),
    Table(stem="daily spo2", kind=Kind.SERIES, measure="oxygen_saturation", values=("average_value",), tree=3),
    Table(stem="daily_resting_heart_rate", kind=Kind.DAY, measure="resting_heart_rate", values=("beats per minute",)),
    Table(stem="daily_respiratory_rate", kind=Kind.DAY, measure="respiratory_rate", values=("breaths per minute",)),
    Table(
        stem="respiratory_rate_sleep_summary",
        kind=Kind.DAY,
        measure="respiratory_rate",
        values=("full sleep stats - milli breaths per minute",),
        edition=2,
    ),
    Table(
        stem="daily respiratory rate summary",
        kind=Kind.DAY,
        measure="respiratory_rate",
        values=("daily_respiratory_rate",),
        edition=1,
    ),
    Table(
        stem="respiratory rate summary",
        kind=Kind.DAY,
        measure="respiratory_rate",
        values=("full_sleep_breathing_rate",),
        edition=0,
    ),
    Table(
        stem="daily_sleep_temperature_derivations",
        kind=Kind.DAY,
        measure="skin_temperature_change",
        values=("nightly temperature celsius",),
        minus="baseline temperature celsius",
    ),
    Table(stem="daily_readiness", kind=Kind.DAY, measure="readiness_score", values=("score", "readiness score")),
    Table(
        stem="daily readiness score",
        kind=Kind.DAY,
        measure="readiness_score",
        values=("readiness_score_value",),
        time=("date",),
        edition=2,
    ),
    Table(stem="stress score", kind=Kind.STRESS, measure="stress_score", values=("stress_score",), time=("date",)),
    Table(stem="weight", kind=Kind.INSTANT, measure="weight", values=("weight grams",), factor=Decimal("0.001")),
    Table(stem="body_fat", kind=Kind.INSTANT, measure="body_fat", values=("body fat percentage",)),
    Table(stem="height", kind=Kind.INSTANT, measure="height", values=("height millimeters",), factor=Decimal("0.001")),
    Table(stem="sleep_score", kind=Kind.INSTANT, measure="sleep_score", values=("overall_score",)),
    Table(
        stem="usersleeps",
        kind=Kind.SLEEP,
        time=("sleep_start",),
        needs=("sleep_end", "minutes_asleep", "start_utc_offset", "end_utc_offset"),
        edition=1,
    ),
    Table(stem="userexercises", kind=Kind.EXERCISE, time=("exercise_start",), needs=("exercise_end", "activity_name")),
)
"""Every CSV file that is read."""

BY_STEM: Final = {table.stem: table for table in TABLES}

_DATED: Final = re.compile(r"(?:[ _-]+\(?\d.*)?(?:\.[a-z]+)?$")


def stem_of(name: str) -> str:
    """A file's name without folder, date, number and ending, lower case: ``steps`` of ``Steps/steps_2026-10-01.csv``.

    The date in a name is the first day of a chunk of days, not the day of its rows, so nothing is made of it.
    """
    return _DATED.sub("", PurePosixPath(name.replace("\\", "/")).name.lower())
