"""Data points of the Google Health API (v4), as its ``list`` and ``reconcile`` calls answer them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import ClassVar, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.importers.faults import RowError
from pod_agent.importers.health.rows import (
    SOURCE,
    Facts,
    NoMeasurementError,
    Stages,
    checked,
    number,
    recorder_name,
    whole,
)
from pod_agent.importers.health.sleep import SHORTEST_MAIN
from pod_agent.importers.health.times import iso_time, offset_of
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Sample, Skipped
from pod_agent.importers.reading import head_text, json_elements

__all__ = ["GoogleHealthApi"]

TREE: Final = 5
EDITION: Final = 1
POINTS: Final = "dataPoints"
THOUSANDTH: Final = Decimal("0.001")


class _Type(NamedTuple):
    """A data type: its measure, the field of its value and what turns its unit into the measure's."""

    measure: str
    field: str
    factor: Decimal = Decimal(1)


DENSE: Final = {
    "steps": _Type("steps", "count"),
    "floors": _Type("floors", "count"),
    "distance": _Type("distance", "millimeters", THOUSANDTH),
    "totalCalories": _Type("energy_burned", "kcal"),
    "activeZoneMinutes": _Type("active_zone_minutes", "activeZoneMinutes"),
    "heartRate": _Type("heart_rate", "beatsPerMinute"),
    "heartRateVariability": _Type("heart_rate_variability", "rootMeanSquareOfSuccessiveDifferencesMilliseconds"),
    "oxygenSaturation": _Type("oxygen_saturation", "percentage"),
    "hydrationLog": _Type("water", "amountConsumed.milliliters"),
    "dailyHeartRateVariability": _Type("heart_rate_variability", "averageHeartRateVariabilityMilliseconds"),
    "dailyOxygenSaturation": _Type("oxygen_saturation", "averagePercentage"),
}
DAYS: Final = {
    "dailyRestingHeartRate": _Type("resting_heart_rate", "beatsPerMinute"),
    "dailyRespiratoryRate": _Type("respiratory_rate", "breathsPerMinute"),
    "dailyVo2Max": _Type("vo2_max", "vo2Max"),
}
INSTANTS: Final = {
    "weight": _Type("weight", "weightGrams", THOUSANDTH),
    "bodyFat": _Type("body_fat", "percentage"),
    "height": _Type("height", "heightMillimeters", THOUSANDTH),
}
STAGES: Final = {"DEEP": "deep", "LIGHT": "light", "REM": "rem", "AWAKE": "awake"}
_TYPES: Final = frozenset({*DENSE, *DAYS, *INSTANTS, "sleep", "exercise"})


_POINT: Final = msgspec.defstruct(
    "_DataPoint", [("dataSource", object, None), *((name, object, None) for name in sorted(_TYPES))]
)

_Value = Mapping[str, object]


class GoogleHealthApi:
    """Reads data points; their times carry the offset of the place, else they are on the clocks of ``zone``."""

    name: ClassVar[str] = "google-health-api"
    source: ClassVar[str] = SOURCE
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of a list of data points whose names are those of the API."""
        head = head_text(export)
        if f'"{POINTS}"' not in head and "/dataPoints/" not in head:
            return Confidence(0, "it holds no data points of the Google Health API")
        if re.search(r'"name"\s*:\s*"users/[^"/]+/dataTypes/', head) or '"recordingMethod"' in head:
            return Confidence(1, "data points of the Google Health API")
        if re.match(r'\{\s*"dataPoints"\s*:\s*\[\s*\]', head):
            return Confidence(0.5, "an empty answer of the Google Health API")
        return Confidence(0, "its data points are not those of the Google Health API")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Sample, record, Skipped or Issue for every data point."""
        facts = Facts(export, self._zone, EDITION)
        is_array = head_text(export).startswith("[")
        for line, point in enumerate(json_elements(export, _POINT, "" if is_array else POINTS), 1):
            try:
                yield _row(line, point, facts)
            except (RowError, NoMeasurementError) as error:
                yield facts.guarded(line, point, error)


def _row(line: int, point: object, facts: Facts) -> Row:
    if not isinstance(point, msgspec.Struct):
        raise RowError("not_an_object", "the data point is not a JSON object")
    recorder = _recorder(getattr(point, "dataSource", None))
    for name in point.__struct_fields__:
        value = getattr(point, name)
        if name in _TYPES and isinstance(value, Mapping):
            return _READERS[name](line, name, value, facts, recorder)
    return Skipped(line=line, reason="other_data_type")


def _recorder(source: object) -> str:
    """The device by its name, else the app that wrote the point, else the platform."""
    if not isinstance(source, Mapping):
        return ""
    device, application = source.get("device"), source.get("application")
    name = device.get("displayName") if isinstance(device, Mapping) else None
    package = application.get("packageName") if isinstance(application, Mapping) else None
    label = recorder_name(name) or recorder_name(package)
    if source.get("platform") == "HEALTH_CONNECT":
        return f"{label} Health Connect".strip()
    return label


def _dense(line: int, name: str, value: _Value, facts: Facts, recorder: str) -> Row:
    kind = DENSE[name]
    found = _number(value, kind)
    at = datetime.combine(_date(value), time(12), facts.zone) if "date" in value else _start(value, facts)
    return Sample(line, kind.measure, int(at.timestamp()), float(found), recorder, TREE)


def _day(line: int, name: str, value: _Value, facts: Facts, recorder: str) -> Row:
    kind = DAYS[name]
    return facts.day(line, _date(value), kind.measure, _number(value, kind), recorder=recorder)


def _instant(line: int, name: str, value: _Value, facts: Facts, recorder: str) -> Row:
    kind = INSTANTS[name]
    return facts.instant(line, _start(value, facts), kind.measure, _number(value, kind), recorder=recorder)


def _sleep(line: int, _name: str, value: _Value, facts: Facts, recorder: str) -> Row:
    start, end = _start(value, facts), _end(value, facts)
    summary = _object(value, "summary")
    minutes: dict[str, int | None] = {}
    stages = summary.get("stagesSummary")
    for stage in stages if isinstance(stages, list) else []:
        if isinstance(stage, Mapping) and stage.get("type") in STAGES:
            minutes[STAGES[str(stage["type"])]] = whole(stage.get("minutes"), "minutes")
    asleep = whole(summary.get("minutesAsleep"), "minutesAsleep")
    is_nap = _object(value, "metadata").get("nap")
    return facts.sleep(
        line,
        start,
        end,
        asleep,
        is_main=not is_nap if isinstance(is_nap, bool) else (asleep or 0) >= SHORTEST_MAIN,
        stages=Stages(**minutes),
        recorder=recorder,
        provisional=True,
    )


def _exercise(line: int, _name: str, value: _Value, facts: Facts, recorder: str) -> Row:
    start, end = _start(value, facts), _end(value, facts)
    metrics = _object(value, "metricsSummary")
    distance = number(metrics.get("distanceMillimeters"), "distanceMillimeters")
    return facts.workout(
        line,
        start,
        value.get("displayName") or value.get("exerciseType"),
        end.timestamp() - start.timestamp(),
        distance=None if distance is None else distance * THOUSANDTH,
        energy=number(metrics.get("caloriesKcal"), "caloriesKcal"),
        steps=whole(metrics.get("steps"), "steps"),
        heart_rate=whole(metrics.get("averageHeartRateBeatsPerMinute"), "averageHeartRateBeatsPerMinute"),
        recorder=recorder,
        provisional=True,
    )


_READERS: Final[Mapping[str, Callable[[int, str, _Value, Facts, str], Row]]] = {
    **dict.fromkeys(DENSE, _dense),
    **dict.fromkeys(DAYS, _day),
    **dict.fromkeys(INSTANTS, _instant),
    "sleep": _sleep,
    "exercise": _exercise,
}


def _number(value: _Value, kind: _Type) -> Decimal:
    found: object = value
    for part in kind.field.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    exact = number(found, kind.field)
    return checked(kind.measure, None if exact is None else exact * kind.factor, kind.field)


def _object(value: _Value, name: str) -> _Value:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _start(value: _Value, facts: Facts) -> datetime:
    interval, sample = _object(value, "interval"), _object(value, "sampleTime")
    if interval:
        return _placed(interval.get("startTime"), interval.get("startUtcOffset"), facts)
    return _placed(sample.get("physicalTime"), sample.get("utcOffset"), facts)


def _end(value: _Value, facts: Facts) -> datetime:
    interval = _object(value, "interval")
    return _placed(interval.get("endTime"), interval.get("endUtcOffset"), facts)


def _placed(stamp: object, offset: object, facts: Facts) -> datetime:
    return iso_time(stamp, facts.zone, "time").astimezone(offset_of(offset) or facts.zone)


def _date(value: _Value) -> date:
    day = _object(value, "date")
    parts = [whole(day.get(name), "date") for name in ("year", "month", "day")]
    try:
        return date(*(part or 0 for part in parts))
    except (ValueError, OverflowError) as error:
        raise RowError("bad_time", "date is no day of the calendar", "date") from error
