"""Sleeps and workouts of ``Health Fitness Data_GoogleData``: UTC times with the offset of the place in a column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Final

import msgspec

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.health.csv_rows import Blocks, Columns
from pod_agent.importers.health.rows import (
    Facts,
    NoMeasurementError,
    Stages,
    number,
    recorder_name,
    whole,
)
from pod_agent.importers.health.times import iso_time, offset_of
from pod_agent.importers.protocol import Row
from vocab.records import Sleep

__all__ = ["exercises", "sleeps"]

MOST_A_DAY: Final = 24
"""Sleeps of one day that are kept in memory to find the longest."""


def sleeps(blocks: Blocks, columns: Columns, facts: Facts) -> Iterator[Row]:
    """A Sleep for every row, provisional: the JSON tree tells the same sleep with its stages.

    The table does not say which sleep of a day is the main one. As on the device it is the longest; rows of one day
    stand together.
    """
    for _, group in groupby(_with_days(blocks, columns, facts), itemgetter(0)):
        day: list[Row] = []
        for _, row in group:
            day.append(row)
            if len(day) == MOST_A_DAY:
                yield from _with_main(day)
                day = []
        yield from _with_main(day)


def _with_days(blocks: Blocks, columns: Columns, facts: Facts) -> Iterator[tuple[date | None, Row]]:
    """Every row with the day of waking up; a row without a sleep belongs to the day before it in the file."""
    day: date | None = None
    for line, cells in _records(blocks, columns):
        woke, row = _sleep(line, cells, columns, facts)
        day = woke or day
        yield day, row


def _sleep(line: int, row: Sequence[str] | RowError, columns: Columns, facts: Facts) -> tuple[date | None, Row]:
    try:
        if isinstance(row, RowError):
            raise row
        start = _at(columns, row, "sleep_start", "start_utc_offset", facts)
        end = _at(columns, row, "sleep_end", "end_utc_offset", facts)
        asleep = whole(columns.cell(row, "minutes_asleep"), "minutes_asleep")
        awake = whole(columns.cell(row, "minutes_awake"), "minutes_awake")
        stages = Stages(awake=awake)
        return end.date(), facts.sleep(line, start, end, asleep, is_main=False, stages=stages, provisional=True)
    except (RowError, NoMeasurementError) as error:
        return None, facts.guarded(line, "" if isinstance(row, RowError) else ",".join(row), error)


def _with_main(rows: list[Row]) -> Iterator[Row]:
    asleep = [row.asleep if isinstance(row, Sleep) else -1 for row in rows]
    longest = asleep.index(max(asleep)) if asleep else None
    for place, row in enumerate(rows):
        yield msgspec.structs.replace(row, is_main=True) if place == longest and isinstance(row, Sleep) else row


def exercises(blocks: Blocks, columns: Columns, facts: Facts) -> Iterator[Row]:
    """A Workout for every row; what was typed in stands where the tracker measured nothing."""
    for line, row in _records(blocks, columns):
        try:
            if isinstance(row, RowError):
                raise row
            start = _at(columns, row, "exercise_start", "utc_offset", facts)
            end = _at(columns, row, "exercise_end", "utc_offset", facts)
            distance = _measured(columns, row, "total_distance_mm")
            yield facts.workout(
                line,
                start,
                columns.cell(row, "activity_name"),
                end.timestamp() - start.timestamp(),
                distance=None if distance is None else distance / 1000,
                energy=_measured(columns, row, "total_calories"),
                steps=whole(_measured(columns, row, "total_steps"), "steps"),
                heart_rate=whole(columns.cell(row, "tracker_avg_heart_rate"), "tracker_avg_heart_rate"),
                recorder=recorder_name(columns.cell(row, "data_source")),
            )
        except (RowError, NoMeasurementError) as error:
            yield facts.guarded(line, "" if isinstance(row, RowError) else ",".join(row), error)


def _measured(columns: Columns, row: Sequence[str], name: str) -> Decimal | None:
    for kind in ("tracker_", "manually_logged_"):
        found = number(columns.cell(row, kind + name), kind + name)
        if found is not None and found > 0:
            return found
    return None


def _at(columns: Columns, row: Sequence[str], name: str, offset: str, facts: Facts) -> datetime:
    place: tzinfo | None = offset_of(columns.cell(row, offset))
    return iso_time(columns.cell(row, name), facts.zone, name).astimezone(place or facts.zone)


def _every(blocks: Blocks) -> Iterator[tuple[int, str]]:
    for first, lines in blocks:
        yield from enumerate(lines, first)


def _records(blocks: Blocks, columns: Columns) -> Iterator[tuple[int, Sequence[str] | RowError]]:
    """Rows with the line where each begins; a cell in quotes may span lines.

    RefusedExportError where a quote is never closed: nobody can say where the rows after it begin.
    """
    last = 0

    def counted() -> Iterator[str]:
        nonlocal last
        for last, line in _every(blocks):  # noqa: B007 - read below
            yield line + "\n"

    try:
        for row in csv.reader(counted(), strict=True):
            line = last - sum(cell.count("\n") for cell in row)
            if len(row) == columns.width:
                yield line, row
            elif row:
                yield line, RowError("wrong_columns", "the row has more or fewer cells than the header")
    except csv.Error as error:
        raise RefusedExportError("its quotes are broken: a cell that was opened is never closed") from error
