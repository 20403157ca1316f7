"""Saved answers of Fitbit's Web API, which was shut in November 2026: what a script of the person once fetched.

Times are on the clocks of the account, taken to be the person's zone. The dense answers and the values of a day rank
behind those of an export (``Sample.tree``, ``edition``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar, Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.health.rows import SOURCE, Facts, NoMeasurementError, checked, json_object, number, whole
from pod_agent.importers.health.sleep import SleepLog, sleep_of
from pod_agent.importers.health.times import day_of, iso_time, local_time
from pod_agent.importers.health.weights import WeightLog, weighing_of
from pod_agent.importers.health.workouts import ExerciseLog, workout_of
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Sample, Skipped
from pod_agent.importers.reading import head_text

__all__ = ["FitbitWeb"]

LARGEST: Final = 8 << 20
"""Bytes of an answer; the longest one, a day of heart rate by the second, has four million."""

TREE: Final = 6
HALF_A_DAY: Final = 43_200
KILOGRAM: Final = Decimal(1)


class _Series(NamedTuple):
    measure: str
    factor: Decimal = Decimal(1)
    field: str | None = None


SERIES: Final = {
    "steps": _Series("steps"),
    "distance": _Series("distance", Decimal(1000)),
    "calories": _Series("energy_burned"),
    "floors": _Series("floors"),
    "minutesSedentary": _Series("sedentary_minutes"),
    "minutesLightlyActive": _Series("lightly_active_minutes"),
    "minutesFairlyActive": _Series("moderately_active_minutes"),
    "minutesVeryActive": _Series("very_active_minutes"),
    "active-zone-minutes": _Series("active_zone_minutes", field="activeZoneMinutes"),
}
DAYS: Final = {
    **{f"activities-{name}": series for name, series in SERIES.items()},
    **{f"activities-tracker-{name}": series for name, series in SERIES.items()},
    "foods-log-caloriesIn": _Series("energy_eaten"),
    "foods-log-water": _Series("water"),
    "hrv": _Series("heart_rate_variability", field="dailyRmssd"),
}
"""Answers with a value for each day that the samples of an export may tell as well."""

FIGURES: Final = {
    "activities-heart": _Series("resting_heart_rate", field="restingHeartRate"),
    "br": _Series("respiratory_rate", field="breathingRate"),
    "tempSkin": _Series("skin_temperature_change", field="nightlyRelative"),
}
"""Answers with a value for each day that nothing else tells."""

INTRADAY: Final = {
    **{f"activities-{name}-intraday": series for name, series in SERIES.items()},
    "activities-heart-intraday": _Series("heart_rate"),
}
LOGS: Final = frozenset({"sleep", "weight", "fat", "activities"})
EATEN: Final = {
    "calories": "energy_eaten",
    "carbs": "carbohydrate",
    "fat": "fat_eaten",
    "fiber": "fibre",
    "protein": "protein",
    "sodium": "sodium",
}
KEYS: Final = frozenset({*DAYS, *FIGURES, *INTRADAY, *LOGS, "foods"})
MARKS: Final = {
    "sleep": ("minutesAsleep", "dateOfSleep", "totalMinutesAsleep"),
    "weight": ("logId", "bmi"),
    "fat": ("logId",),
    "foods": ("loggedFood", "nutritionalValues"),
    "activities": ("activityName", "activityParentName", "activeMinutes", "caloriesBMR", "pagination"),
}
_KEY: Final = re.compile(r'"([A-Za-z-]+)"\s*:\s*[\[{]')


class FitbitWeb:
    """Reads answers of the Web API; times are on the clocks of ``zone``."""

    name: ClassVar[str] = "fitbit-web"
    source: ClassVar[str] = SOURCE
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of an object with a field that only Fitbit's Web API has."""
        head = head_text(export)
        if not head.startswith("{"):
            return Confidence(0, "it does not start as a JSON object")
        keys = KEYS.intersection(_KEY.findall(head))
        own = [key for key in keys if "-" in key or any(f'"{mark}"' in head for mark in MARKS.get(key, ()))]
        if own:
            return Confidence(0.9, f"an answer of Fitbit's Web API with {min(own)}")
        if re.match(r'\{\s*"(?:sleep|weight|fat)"\s*:\s*\[\s*\]\s*\}', head):
            return Confidence(0.5, "an empty answer of Fitbit's Web API")
        return Confidence(0, "it has no field of Fitbit's Web API")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield rows for every element of the answer's lists, numbered through the file."""
        facts = Facts(export, self._zone, 0)
        answer = _answer(export)
        line = 0
        for key, found in answer.items():
            elements = found.get("dataset") if key in INTRADAY and isinstance(found, Mapping) else found
            if key not in KEYS or not isinstance(elements, list):
                continue
            for element in elements:
                line += 1
                yield from _rows(line, key, element, answer, facts)


def _answer(export: ExportFile) -> dict[str, object]:
    with export.open() as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise RefusedExportError(f"{export.file} is longer than any answer of Fitbit's Web API")
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=dict[str, object])
    except (ValueError, RecursionError) as error:
        raise RefusedExportError(f"{export.file} is not whole: its JSON is broken or cut off") from error


def _rows(line: int, key: str, element: object, answer: Mapping[str, object], facts: Facts) -> Iterator[Row]:
    try:
        yield from _reader(key)(line, key, json_object(element, dict), answer, facts)
    except (RowError, NoMeasurementError) as error:
        yield facts.guarded(line, element, error)


_Element = Mapping[str, object]
_Log = TypeVar("_Log", bound=msgspec.Struct)
_Reader = Callable[[int, str, _Element, _Element, Facts], Iterator[Row]]


def _reader(key: str) -> _Reader:
    if key in INTRADAY:
        return _moment
    if key in DAYS:
        return _day
    if key in FIGURES:
        return _figure
    return _food if key == "foods" else _log


def _moment(line: int, key: str, element: _Element, answer: _Element, facts: Facts) -> Iterator[Row]:
    """A minute or second of the day that the answer is about."""
    series = INTRADAY[key]
    day = _first_day(answer.get(key.removesuffix("-intraday")))
    at = local_time(f"{day} {element.get('time')}", facts.zone, "time")
    yield _sample(line, at, series, element.get("value"))


def _day(line: int, key: str, element: _Element, answer: _Element, facts: Facts) -> Iterator[Row]:
    """The sum of a day; left out where the answer holds the minutes that it is the sum of."""
    intraday = answer.get(f"{key}-intraday")
    if isinstance(intraday, Mapping) and intraday.get("dataset"):
        yield Skipped(line=line, reason="told_by_its_minutes")
        return
    series = DAYS[key]
    noon = datetime.combine(day_of(element.get("dateTime"), "dateTime"), time(12), facts.zone)
    value = element.get("value")
    yield _sample(line, noon, series, _inner(value, series.field) if series.field else value)


def _figure(line: int, key: str, element: _Element, answer: _Element, facts: Facts) -> Iterator[Row]:  # noqa: ARG001
    series = FIGURES[key]
    value = number(_inner(element.get("value"), series.field or ""), "value")
    day = day_of(element.get("dateTime"), "dateTime")
    yield facts.day(line, day, series.measure, checked(series.measure, value, "value"))


def _food(line: int, key: str, element: _Element, answer: _Element, facts: Facts) -> Iterator[Row]:  # noqa: ARG001
    """What one entry of the food log adds to the day: one sample for each nutrient that it tells.

    An entry has a day and no time. A sample is told by its time, so the number of the entry spreads them over the day.
    """
    morning = datetime.combine(day_of(element.get("logDate"), "logDate"), time(6), facts.zone)
    at = morning + timedelta(seconds=(whole(element.get("logId"), "logId") or line) % HALF_A_DAY)
    values = element.get("nutritionalValues") or element.get("loggedFood")
    told = [
        _sample(line, at, _Series(measure), found)
        for field, measure in EATEN.items()
        if (found := _inner(values, field)) is not None
    ]
    if not told:
        raise NoMeasurementError
    yield from told


def _log(line: int, key: str, element: _Element, answer: _Element, facts: Facts) -> Iterator[Row]:  # noqa: ARG001
    if key == "sleep":
        yield sleep_of(line, _as(SleepLog, element), facts)
    elif key == "activities":
        log = _as(ExerciseLog, element)
        start = f"{log.startDate} {log.startTime}" if log.startDate else log.startTime
        yield workout_of(line, log, iso_time(start, facts.zone, "startTime").astimezone(facts.zone), facts)
    else:
        yield from weighing_of(line, _as(WeightLog, element), facts, unit=KILOGRAM)


def _sample(line: int, at: datetime, series: _Series, value: object) -> Sample:
    found = number(value, "value")
    exact = checked(series.measure, None if found is None else found * series.factor, "value")
    return Sample(line, series.measure, int(at.timestamp()), float(exact), "", TREE)


def _first_day(days: object) -> str:
    first = days[0] if isinstance(days, list) and days else None
    day = first.get("dateTime") if isinstance(first, Mapping) else None
    if not isinstance(day, str):
        raise RowError("bad_time", "the answer does not say which day it is about", "dateTime")
    return day


def _inner(value: object, field: str) -> object:
    return value.get(field) if isinstance(value, Mapping) else None


def _as(kind: type[_Log], element: _Element) -> _Log:
    return kind(**{name: element[name] for name in kind.__struct_fields__ if name in element})
