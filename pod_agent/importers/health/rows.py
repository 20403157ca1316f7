"""What the readers of health exports share: numbers with units, and the records of one file.

Every reader (CSV tree, JSON tree, saved Web-API answers, Google Health API) tells the same facts, so a fact gets the
same IRI from each: a value of a day by measure and day, a weighing by measure and minute, a sleep and a workout by the
wall clock where it began. Where two of them tell it, the higher ``edition`` stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import ExportFile, Row, Skipped
from pod_agent.importers.reading import printable
from vocab.measures import MEASURES, Day
from vocab.records import IRI, DailyMeasure, Measurement, Occurrences, Provenance, Record, Sleep, Workout, record_iri

__all__ = [
    "NO_MEASUREMENT",
    "SOURCE",
    "Facts",
    "NoMeasurementError",
    "Stages",
    "checked",
    "json_object",
    "number",
    "recorder_name",
    "whole",
]

SOURCE: Final = "google-health"
"""Fitbit and Google Health are one account and one source, whatever a download calls it."""

NO_MEASUREMENT: Final = "no_measurement"
MAX_RECORDER: Final = 200
MAX_DIGITS: Final = 15
THIRD: Final = Decimal("0.001")
SPO2_FLOOR: Final = 50
ROUND_TRIPS: Final = ("health connect", "health kit", "healthkit")
MINUTE: Final = timedelta(minutes=1)
_Kind = TypeVar("_Kind")
_MISSING: Final = frozenset({"", "null", "none", "nan"})


def _raw(row: object) -> str | None:
    """A row as it stood: the line of a table, or a JSON element with the fields that are read."""
    if isinstance(row, str):
        return row or None
    try:
        return msgspec.json.encode(row).decode()
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


class NoMeasurementError(Exception):
    """A row stands where nothing was measured: an empty cell, -1, a resting heart rate of 0, an SpO2 of 50.0."""

    def skipped(self, line: int) -> Skipped:
        """The row as one left out."""
        return Skipped(line=line, reason=NO_MEASUREMENT)


def json_object(element: object, kind: type[_Kind]) -> _Kind:
    """The element as the JSON object that it has to be; RowError where it is none."""
    if not isinstance(element, kind):
        raise RowError("not_an_object", "the element is not a JSON object")
    return element


def number(value: object, column: str) -> Decimal | None:
    """A number that may be written as text, None where there is none; RowError for anything else."""
    if value is None or (isinstance(value, str) and value.strip().lower() in _MISSING):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise RowError("bad_number", f"{column} is not a number", column)
    try:
        found = Decimal(str(value).strip())
    except (InvalidOperation, ValueError) as error:
        raise RowError("bad_number", f"{column} is not a number", column) from error
    if found.is_nan():
        return None
    if not found.is_finite() or abs(found.adjusted()) > MAX_DIGITS:
        raise RowError("bad_number", f"{column} is out of all range", column)
    return found


def whole(value: object, column: str) -> int | None:
    """A whole number that is not negative, rounded half up; None where there is none or it is -1 (not measured)."""
    found = number(value, column)
    return None if found is None or found < 0 else int(found + Decimal("0.5"))


def checked(measure: str, value: Decimal | None, column: str) -> Decimal:
    """The value, at most three decimal places; NoMeasurementError or RowError where it cannot be one."""
    limits = MEASURES[measure]
    if value is None or value == -1 or (value == 0 and limits.day is not Day.SUM and limits.lowest > 0):
        raise NoMeasurementError
    if measure == "oxygen_saturation" and value == SPO2_FLOOR:
        raise NoMeasurementError
    if not limits.lowest <= value <= limits.highest:
        raise RowError("out_of_range", f"{column} is no possible value of {measure}", column)
    rounded = value.quantize(THIRD)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded.normalize()


def recorder_name(value: object) -> str:
    """The device or app that an export names, ``""`` where it names none."""
    return printable(value)[:MAX_RECORDER] if isinstance(value, str) else ""


def _is_round_trip(recorder: str) -> bool:
    """True for rows that another app wrote to the phone's health store and that came back from there."""
    return recorder.lower().endswith(ROUND_TRIPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Whole minutes of a sleep's stages; None where the sleep was not told in stages."""

    deep: int | None = None
    light: int | None = None
    rem: int | None = None
    awake: int | None = None


class Facts:
    """The records of one file of a person who lives in ``zone``; ``edition`` ranks the file among its twins."""

    def __init__(self, export: ExportFile, zone: ZoneInfo, edition: int) -> None:
        self._file, self._member = export.file, export.member
        self.zone = zone
        self.edition = edition

    def day(
        self,
        line: int,
        day: date,
        measure: str,
        value: Decimal,
        *,
        recorder: str = "",
        lowest: Decimal | None = None,
        highest: Decimal | None = None,
    ) -> DailyMeasure:
        """A value that the export itself gives for a local day.

        All devices of the account share one such value (the resting heart rate), so the device is no part of the key;
        what came by way of the phone's health store is another recorder's fact.
        """
        at = datetime.combine(day, time(), self.zone)
        key = (measure, recorder) if _is_round_trip(recorder) else (measure,)
        return DailyMeasure(
            iri=_iri(DailyMeasure, at, key),
            source=SOURCE,
            at=at,
            provenance=self._at_line(line),
            edition=self.edition,
            measure=measure,
            value=value,
            recorder=recorder,
            lowest=lowest,
            highest=highest,
        )

    def instant(self, line: int, at: datetime, measure: str, value: Decimal, *, recorder: str = "") -> Measurement:
        """A weighing or the like; a person has one weight in one minute, whoever tells it."""
        local = _moved(at, self.zone).replace(microsecond=0)
        return Measurement(
            iri=_iri(Measurement, local.replace(second=0), (measure,)),
            source=SOURCE,
            at=local,
            provenance=self._at_line(line),
            edition=self.edition - _is_round_trip(recorder),
            measure=measure,
            value=value,
            recorder=recorder,
        )

    def sleep(
        self,
        line: int,
        start: datetime,
        end: datetime,
        asleep: int | None,
        *,
        is_main: bool,
        stages: Stages | None = None,
        score: int | None = None,
        efficiency: int | None = None,
        recorder: str = "",
        provisional: bool = False,
    ) -> Sleep:
        """A sleep. Its key is the wall clock where it began, which all twins agree on even after a journey."""
        if asleep is None:
            raise NoMeasurementError
        if end.timestamp() <= start.timestamp():  # not by the clocks, which may have changed
            raise RowError("bad_time", "the sleep ends before it begins")
        stages = stages or Stages()
        return Sleep(
            iri=_iri(Sleep, _wall_clock(start), ()),
            source=SOURCE,
            at=start,
            provenance=self._at_line(line),
            provisional=provisional,
            edition=self.edition,
            end=end,
            asleep=asleep,
            awake=stages.awake,
            deep=stages.deep,
            light=stages.light,
            rem=stages.rem,
            is_main=is_main,
            score=score,
            efficiency=efficiency if efficiency is not None and efficiency <= 100 else None,
            recorder=recorder,
        )

    def workout(
        self,
        line: int,
        at: datetime,
        activity: object,
        seconds: float | None,
        *,
        distance: Decimal | None = None,
        energy: Decimal | None = None,
        steps: int | None = None,
        heart_rate: int | None = None,
        recorder: str = "",
        provisional: bool = False,
    ) -> Workout:
        """An exercise; its key is the wall clock where it began."""
        if seconds is None or seconds < 1:
            raise NoMeasurementError
        at = at.replace(microsecond=0)
        return Workout(
            iri=_iri(Workout, _wall_clock(at), ()),
            source=SOURCE,
            at=at,
            provenance=self._at_line(line),
            provisional=provisional,
            edition=self.edition,
            activity=recorder_name(activity) or "Workout",
            seconds=round(seconds),
            distance=_positive(distance),
            energy=_positive(energy),
            steps=steps or None,
            heart_rate=heart_rate or None,
            recorder=recorder,
        )

    def guarded(self, line: int, raw: object, error: RowError | NoMeasurementError) -> Row:
        """The row that says why a row gave no record."""
        return error.issue(line, _raw(raw)) if isinstance(error, RowError) else error.skipped(line)

    def _at_line(self, line: int) -> Provenance:
        return Provenance(file=self._file, member=self._member, line=line)


def _positive(value: Decimal | None) -> Decimal | None:
    return value.quantize(THIRD).normalize() + 0 if value is not None and value > 0 else None


def _wall_clock(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC, microsecond=0)


def _moved(at: datetime, zone: ZoneInfo) -> datetime:
    try:
        return at.astimezone(zone)
    except OverflowError as error:
        raise RowError("bad_time", "the time is outside the calendar") from error


def _iri(kind: type[Record], at: datetime, key: tuple[str, ...]) -> IRI:
    return record_iri(kind, SOURCE, at, key, Occurrences())
