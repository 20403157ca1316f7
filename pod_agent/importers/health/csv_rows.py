"""Rows of Google Health's CSV tables: samples of dense series, values of a day and of an instant.

A dense series has tens of millions of rows, so its loop has a fast way for the one layout that Google writes and a slow
way for everything else. No cell of these tables spans lines: a line is a row, and a broken quote costs one row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Final

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.health.csv_tables import Kind, Table
from pod_agent.importers.health.rows import (
    Facts,
    NoMeasurementError,
    checked,
    number,
    recorder_name,
    whole,
)
from pod_agent.importers.health.times import IsoClock, day_of, iso_time
from pod_agent.importers.protocol import ExportFile, Row, Sample
from pod_agent.importers.reading import MAX_LINE, fields_of, text_blocks
from vocab.measures import MEASURES

__all__ = ["Blocks", "Columns", "active_minutes", "days", "each_line", "instants", "line_blocks", "series"]

Blocks = Iterator[tuple[int, list[str]]]
"""Lines, many at a time, each time with the number of the first: a generator step for every line costs too much."""

RECORDERS: Final = 256
PLAIN_BREATHS: Final = 100
LEVELS: Final = (
    ("light", "lightly_active_minutes"),
    ("moderate", "moderately_active_minutes"),
    ("very", "very_active_minutes"),
)


def line_blocks(export: ExportFile) -> Blocks:
    """The lines of a text, without their ends; RefusedExportError for one of more than ``MAX_LINE`` characters."""
    rest, line_number = "", 1
    for block in text_blocks(export):
        lines = (rest + block).split("\n")
        rest = lines.pop()
        if len(rest) > MAX_LINE:
            raise RefusedExportError(f"a line of {export.file} is longer than {MAX_LINE:,} characters")
        yield line_number, lines
        line_number += len(lines)
    if rest:
        yield line_number, [rest]


def each_line(blocks: Blocks) -> Iterator[tuple[int, str]]:
    """Line numbers and lines, blank ones left out: they are no rows."""
    for first, lines in blocks:
        for line_number, line in enumerate(lines, first):
            if line:
                yield line_number, line


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where the columns of a table stand in a file."""

    table: Table
    places: dict[str, int]
    width: int
    time: int
    value: int
    source: int | None

    @classmethod
    def find(cls, table: Table, header: Sequence[str]) -> Columns | None:
        """The columns by their names, None where a needed one is missing."""
        places = {name: place for place, name in reversed(list(enumerate(header)))}
        stamp = next((places[name] for name in table.time if name in places), None)
        value = next((places[name] for name in table.values if name in places), None)
        if stamp is None or (value is None and table.values) or any(name not in places for name in table.needs):
            return None
        source = next((places[name] for name in ("data source", "data_source") if name in places), None)
        return cls(table=table, places=places, width=len(header), time=stamp, value=value or 0, source=source)

    def cell(self, row: Sequence[str], name: str) -> str | None:
        """A cell by the name of its column, None where the file has no such column."""
        place = self.places.get(name)
        return None if place is None else row[place]

    def recorder(self, row: Sequence[str]) -> str:
        """The recorder that the row names."""
        return "" if self.source is None else recorder_name(row[self.source])

    def split(self, line: str) -> list[str]:
        """The cells of a row; RowError where there are more or fewer than columns."""
        try:
            row = fields_of(line) if '"' in line else line.split(",")
        except csv.Error as error:
            raise RowError("wrong_columns", "the row cannot be split into cells") from error
        if len(row) != self.width:
            raise RowError("wrong_columns", "the row has more or fewer cells than the header")
        return row


def series(blocks: Blocks, columns: Columns, facts: Facts) -> Iterator[Row]:
    """A Sample for every row of a dense series."""
    clock = IsoClock(facts.zone)
    slow = _SlowRow(columns, clock, facts)
    days, minutes, seconds, recorders = clock.days, clock.minutes, clock.seconds, slow.recorders
    stamp_at, value_at, width = columns.time, columns.value, columns.width
    source_at = columns.source if columns.source is not None else stamp_at
    table = columns.table
    measure, tree, factor = table.measure, table.tree, float(table.factor)
    lowest, highest = MEASURES[measure].lowest / factor, MEASURES[measure].highest / factor
    for first, lines in blocks:
        for line_number, line in enumerate(lines, first):
            row = line.split(",")
            try:
                stamp = row[stamp_at]
                at = days[stamp[:10]] + minutes[stamp[10:16]] + seconds[stamp[16:]]
                value = float(row[value_at])
                recorder = recorders[row[source_at]]
            except (KeyError, ValueError, IndexError):
                if line:
                    yield slow.read(line_number, line)
                continue
            if lowest <= value <= highest and len(row) == width:
                yield Sample(line_number, measure, at, value * factor, recorder, tree)
            else:
                yield slow.read(line_number, line)


class _SlowRow:
    """Reads any row of a series, says what is wrong with it, and remembers days and recorders for the fast way."""

    def __init__(self, columns: Columns, clock: IsoClock, facts: Facts) -> None:
        self._columns = columns
        self._clock = clock
        self._facts = facts
        self.recorders: dict[str, str] = {}

    def read(self, line_number: int, line: str) -> Row:
        columns, table = self._columns, self._columns.table
        try:
            row = columns.split(line)
            found = number(row[columns.value], "value")
            value = checked(table.measure, None if found is None else found * table.factor, "value")
            stamp = row[columns.time]
            at = self._night(stamp) if table.tree > 1 else self._clock.read(stamp, "timestamp")
            recorder = columns.recorder(row)
        except (RowError, NoMeasurementError) as error:
            return self._facts.guarded(line_number, line, error)
        if len(self.recorders) < RECORDERS:
            self.recorders[row[columns.source if columns.source is not None else columns.time]] = recorder
        return Sample(line_number, table.measure, at, float(value), recorder, table.tree)

    def _night(self, stamp: str) -> int:
        """The noon of the local day that a daily figure names, so that it falls on that day in any case."""
        noon = datetime.combine(day_of(stamp, "timestamp"), time(12), self._facts.zone)
        return int(noon.timestamp())


def active_minutes(blocks: Blocks, columns: Columns, facts: Facts) -> Iterator[Row]:
    """One sample for each level of activity that a row counts minutes of; the lowest level's 0 where it counts none."""
    clock = IsoClock(facts.zone)
    for line_number, line in each_line(blocks):
        try:
            row = columns.split(line)
            at = clock.read(row[columns.time], "timestamp")
            counted = [(measure, number(columns.cell(row, name), name)) for name, measure in LEVELS]
            found = [(measure, checked(measure, value, "minutes")) for measure, value in counted if value]
        except (RowError, NoMeasurementError) as error:
            yield facts.guarded(line_number, line, error)
            continue
        recorder = columns.recorder(row)
        for measure, value in found or [(LEVELS[0][1], Decimal(0))]:
            yield Sample(line_number, measure, at, float(value), recorder, 0)


def days(blocks: Blocks, columns: Columns, facts: Facts) -> Iterator[Row]:
    """A DailyMeasure for every row: the date of its time is the local day."""
    for line_number, line in each_line(blocks):
        try:
            yield _day(line_number, columns.split(line), columns, facts)
        except (RowError, NoMeasurementError) as error:
            yield facts.guarded(line_number, line, error)


def _day(line_number: int, row: Sequence[str], columns: Columns, facts: Facts) -> Row:
    table = columns.table
    if table.kind is Kind.STRESS and _failed(columns.cell(row, "calculation_failed"), row[columns.value]):
        raise NoMeasurementError
    value = number(row[columns.value], "value")
    if table.minus and value is not None:
        base = number(columns.cell(row, table.minus), "baseline")
        value = None if base is None else value - base
    if table.measure == "respiratory_rate" and value is not None and value > PLAIN_BREATHS:
        value /= 1000  # the header says milli-breaths; many exports hold plain breaths all the same
    return facts.day(
        line_number,
        day_of(row[columns.time], "timestamp"),
        table.measure,
        checked(table.measure, value, "value"),
        recorder=columns.recorder(row),
    )


def _failed(failed: str | None, score: str) -> bool:
    """True for a day whose stress could not be worked out: Fitbit writes it as a score of 0."""
    return (failed or "").strip().lower() == "true" or not whole(score, "stress_score")


def instants(blocks: Blocks, columns: Columns, facts: Facts) -> Iterator[Row]:
    """A Measurement for every row."""
    table = columns.table
    for line_number, line in each_line(blocks):
        try:
            row = columns.split(line)
            found = number(row[columns.value], "value")
            value = checked(table.measure, None if found is None else found * table.factor, "value")
            at = iso_time(row[columns.time], facts.zone, "timestamp")
            yield facts.instant(line_number, at, table.measure, value, recorder=columns.recorder(row))
        except (RowError, NoMeasurementError) as error:
            yield facts.guarded(line_number, line, error)
