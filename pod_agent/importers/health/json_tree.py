"""The JSON tree of a Google Health (Fitbit) Takeout, and the older account export, which has the same files.

Times here carry no zone (``MM/DD/YY HH:MM:SS``). They are taken to be on the clocks of the person's zone, except those
of exercises, which are UTC. Some exports write steps, distance and heart rate in UTC as well and nothing in the file
says so; but where the export has the CSV tree, its UTC rows of the same measure and day count and these do not
(``Sample.tree``), so that the rule matters only for exports from before 2024.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.importers.faults import RowError
from pod_agent.importers.health.csv_tables import stem_of
from pod_agent.importers.health.files import JSON_STEMS, claims, never_opens
from pod_agent.importers.health.rows import SOURCE, Facts, NoMeasurementError, checked, json_object, number
from pod_agent.importers.health.sleep import SleepLog, sleep_of
from pod_agent.importers.health.times import AmericanClock, day_of, local_time
from pod_agent.importers.health.weights import KG_OF_LB, WeightLog, weighing_of
from pod_agent.importers.health.workouts import ExerciseLog, workout_of
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Sample
from pod_agent.importers.reading import head_text, json_elements
from vocab.measures import MEASURES

__all__ = ["GoogleHealthJson"]

UTC: Final = ZoneInfo("UTC")
TREE: Final = 4
ALL_DAY: Final = 1440


class _Dated(msgspec.Struct):
    dateTime: object = None  # noqa: N815 - as in the file
    value: object = None


class _Series(msgspec.Struct, frozen=True):
    """A dense series: its measure, the factor to the measure's unit and what gets the value from an element."""

    measure: str
    factor: float = 1.0


SERIES: Final = {
    "steps": _Series("steps"),
    "distance": _Series("distance", 0.01),  # centimetres, whatever the account's unit
    "calories": _Series("energy_burned"),
    "heart_rate": _Series("heart_rate"),
}
DAYS: Final = {
    "resting_heart_rate": "resting_heart_rate",
    "demographic_vo2_max": "vo2_max",
    "lightly_active_minutes": "lightly_active_minutes",
    "moderately_active_minutes": "moderately_active_minutes",
    "very_active_minutes": "very_active_minutes",
    "sedentary_minutes": "sedentary_minutes",
}
FIELDS: Final = {"sleep": "minutesAsleep", "weight": "weight", "exercise": "activityName"}
"""A field that every element of the file has; of the others it is ``value``."""


class GoogleHealthJson:
    """Reads the JSON files whose names are known; times without a zone are on the clocks of ``zone``."""

    name: ClassVar[str] = "google-health-json"
    source: ClassVar[str] = SOURCE
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def never_opens(self, name: str) -> str | None:
        """Why a file with this path is not opened at all, or None."""
        return never_opens(name)

    def claims(self, name: str) -> bool:
        """Whether the file with this path is surely one of this export: then nobody else is asked about it."""
        return name.lower().endswith(".json") and claims(name)

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of an array of the elements that belong to the name of the file, or of an empty one."""
        stem = stem_of(export.member or export.file)
        if stem not in JSON_STEMS:
            return Confidence(0, "its name is that of no JSON file of Google Health")
        head = head_text(export)
        if not head.startswith("["):
            return Confidence(0, "it does not start as a JSON array")
        field = FIELDS.get(stem, "value")
        if re.match(r"\[\s*\]", head) or (f'"{field}"' in head and '"' in head[:200]):
            return Confidence(1, f"Google Health's {stem} as JSON")
        return Confidence(0, f"its elements have no {field}")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield Samples, records, Skipped and Issues for every element of the array."""
        stem = stem_of(export.member or export.file)
        facts = Facts(export, self._zone, 0)
        if stem in SERIES:
            yield from _series(export, facts, SERIES[stem])
        elif stem in READERS:
            kind, read = READERS[stem]
            facts.edition = 2 if stem == "sleep" else 0
            for line, element in enumerate(json_elements(export, kind), 1):
                try:
                    yield from read(line, json_object(element, kind), facts, stem)
                except (RowError, NoMeasurementError) as error:
                    yield facts.guarded(line, element, error)


def _series(export: ExportFile, facts: Facts, kind: _Series) -> Iterator[Row]:
    clock = AmericanClock(facts.zone)
    measure, factor = kind.measure, kind.factor
    lowest, highest = MEASURES[measure].lowest / factor, MEASURES[measure].highest / factor
    beats = measure == "heart_rate"
    for line, element in enumerate(json_elements(export, _Dated), 1):
        try:
            dated = json_object(element, _Dated)
            value = _beats(dated.value) if beats else dated.value
            found = float(value) if isinstance(value, str | int | float) else None
            if found is None or not lowest <= found <= highest:
                exact = number(value, "value")
                found = float(checked(measure, None if exact is None else exact * Decimal(factor), "value")) / factor
            yield Sample(line, measure, clock.read(dated.dateTime, "dateTime"), found * factor, "", TREE)
        except (RowError, NoMeasurementError) as error:
            yield facts.guarded(line, element, error)
        except (ValueError, OverflowError):
            yield facts.guarded(line, element, RowError("bad_number", "value is not a number", "value"))


def _beats(value: object) -> object:
    """The heart rate of an element; a confidence of 0 means that the watch was not on an arm."""
    if not isinstance(value, Mapping):
        raise RowError("bad_number", "value has no bpm", "value")
    if value.get("confidence") == 0:
        raise NoMeasurementError
    return value.get("bpm")


def _day(line: int, element: _Dated, facts: Facts, stem: str) -> Iterator[Row]:
    measure, value, stamp = DAYS[stem], element.value, element.dateTime
    if stem == "demographic_vo2_max":
        found = _inner(value, "filteredDemographicVO2Max") or _inner(value, "demographicVO2Max")
    elif stem == "resting_heart_rate":
        found = _inner(value, "value")
    else:
        found = number(value, "value")
        if stem == "sedentary_minutes" and found == ALL_DAY:
            raise NoMeasurementError  # the watch lay in a drawer, or the day is still to come
        yield from _sample_of_day(line, checked(measure, found, "value"), stamp, facts, measure)
        return
    yield facts.day(line, day_of(stamp, "dateTime"), measure, checked(measure, found, "value"))


def _sample_of_day(line: int, value: Decimal, stamp: object, facts: Facts, measure: str) -> Iterator[Row]:
    """The day's minutes as one sample, so that the minutes of the CSV tree come before it where they are there."""
    noon = local_time(stamp, facts.zone, "dateTime").replace(hour=12)
    yield Sample(line, measure, int(noon.timestamp()), float(value), "", TREE)


def _inner(value: object, name: str) -> Decimal | None:
    if not isinstance(value, Mapping):
        raise RowError("bad_number", f"value has no {name}", "value")
    return number(value.get(name), name)


def _weighing(line: int, element: WeightLog, facts: Facts, stem: str) -> Iterator[Row]:  # noqa: ARG001 - a reader
    yield from weighing_of(line, element, facts, unit=KG_OF_LB)


def _sleep(line: int, element: SleepLog, facts: Facts, stem: str) -> Iterator[Row]:  # noqa: ARG001 - a reader
    yield sleep_of(line, element, facts)


def _exercise(line: int, element: ExerciseLog, facts: Facts, stem: str) -> Iterator[Row]:  # noqa: ARG001 - a reader
    yield workout_of(line, element, local_time(element.startTime, UTC, "startTime").astimezone(facts.zone), facts)


READERS: Final[Mapping[str, tuple[type[msgspec.Struct], Callable[..., Iterator[Row]]]]] = {
    **dict.fromkeys(DAYS, (_Dated, _day)),
    "weight": (WeightLog, _weighing),
    "sleep": (SleepLog, _sleep),
    "exercise": (ExerciseLog, _exercise),
}
