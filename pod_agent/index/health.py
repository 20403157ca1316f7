"""What a day comes to where several devices recorded it: chosen when the readings change, so queries need not.

Sums of several recorders are never added: a walk that a watch and a telephone both counted is one walk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from pod_agent.index.kinds import MILLION
from vocab.measures import MEASURES, Day

__all__ = ["SLEEP", "refresh_health"]

SLEEP = "sleep"
"""Stands in the table beside the measures: minutes asleep of the main sleeps."""

STALE = """
    SELECT reading.day, measure, type, moment, source, term.text AS source_name, value, recorder, samples, iri
    FROM readings reading JOIN term ON term.id = reading.source
    WHERE reading.day IN (SELECT day FROM stale_readings) AND value IS NOT NULL
    ORDER BY reading.day, measure, source_name, recorder, moment, iri"""


class Reading(NamedTuple):
    """A row of ``readings``."""

    day: int
    measure: str
    type: str
    moment: str
    source: int
    source_name: str
    value: int
    recorder: str
    samples: int | None
    iri: str


class Candidate(NamedTuple):
    """What one recorder says of a day, and the readings that say so."""

    value: int
    samples: int
    readings: tuple[Reading, ...]


def refresh_health(connection: sqlite3.Connection) -> None:
    """Choose anew for the days whose readings changed; call it inside the transaction that changed them."""
    connection.execute("DELETE FROM health WHERE day IN (SELECT day FROM stale_readings)")
    connection.executemany("INSERT INTO health VALUES (?, ?, ?, ?, ?, ?)", _chosen(connection.execute(STALE)))
    connection.execute("DELETE FROM stale_readings")


def _chosen(rows: Iterable[sqlite3.Row]) -> Iterator[tuple[int, str, str, int, int, str]]:
    readings = (Reading(*row) for row in rows)
    possible = (reading for reading in readings if _can_be(reading))
    for (day, measure), group in groupby(possible, key=lambda reading: (reading.day, reading.measure)):
        best = _best(list(group), Day.SUM if measure == SLEEP else MEASURES[measure].day)
        first = best.readings[0]
        yield day, measure, first.moment, first.source, best.value, "\n".join(item.iri for item in best.readings)


def _can_be(reading: Reading) -> bool:
    """Whether this is a value that counts: of a measure that is known, and not beyond what can be."""
    if reading.measure == SLEEP:
        return True
    measure = MEASURES.get(reading.measure)
    return measure is not None and measure.lowest <= Fraction(reading.value, MILLION) <= measure.highest


def _best(readings: list[Reading], rule: Day) -> Candidate:
    """The candidate that counts; of equal ones that of the source and recorder that come first in the alphabet."""
    single = [reading for reading in readings if reading.type != "daily-measure"]
    if rule is Day.LAST and single:
        last = max(single, key=lambda reading: reading.moment)
        return Candidate(last.value, 1, (last,))
    whole = [Candidate(item.value, item.samples or 0, (item,)) for item in readings if item.type == "daily-measure"]
    found = [*whole, *_by_recorder(single, rule)]
    found.sort(key=lambda candidate: (candidate.readings[0].source_name, candidate.readings[0].recorder))
    return max(found, key=lambda candidate: candidate.value if rule is Day.SUM else candidate.samples)


def _by_recorder(single: list[Reading], rule: Day) -> Iterator[Candidate]:
    for _, group in groupby(single, key=lambda reading: (reading.source_name, reading.recorder)):
        items = tuple(group)
        total = sum(item.value for item in items)
        value = total if rule is Day.SUM else round(Fraction(total, len(items)))
        yield Candidate(value, len(items), items)
