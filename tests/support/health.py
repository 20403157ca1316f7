"""Health exports of a few lines, read by the importer that recognises them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pod_agent.importers.health.api import GoogleHealthApi
from pod_agent.importers.health.csv_tree import GoogleHealthCsv
from pod_agent.importers.health.fitbit_web import FitbitWeb
from pod_agent.importers.health.json_tree import GoogleHealthJson
from pod_agent.importers.protocol import Importer, Issue, Row, Sample, Skipped
from tests.support.rows import SINGAPORE, BytesExport
from vocab.records import DailyMeasure, Measurement, Sleep, Workout

__all__ = [
    "BERLIN",
    "daily",
    "health_importers",
    "instants",
    "issues",
    "read",
    "samples",
    "skipped",
    "sleeps",
    "workouts",
]

BERLIN = ZoneInfo("Europe/Berlin")


def health_importers(zone: ZoneInfo = SINGAPORE) -> tuple[Importer, ...]:
    """The four readers of health exports."""
    return GoogleHealthCsv(zone), GoogleHealthJson(zone), GoogleHealthApi(zone), FitbitWeb(zone)


def read(name: str, text: str | bytes, zone: ZoneInfo = SINGAPORE) -> list[Row]:
    """Rows of a file with this name, from the surest importer, which has to recognise it."""
    export = BytesExport(text if isinstance(text, bytes) else text.encode(), "takeout.zip", name)
    importer = max(health_importers(zone), key=lambda each: each.identify(export).value)
    assert importer.identify(export).value > 0, importer.identify(export).why
    return list(importer.extract(export))


def samples(rows: list[Row]) -> list[Sample]:
    return [row for row in rows if isinstance(row, Sample)]


def daily(rows: list[Row]) -> list[DailyMeasure]:
    return [row for row in rows if isinstance(row, DailyMeasure)]


def instants(rows: list[Row]) -> list[Measurement]:
    return [row for row in rows if isinstance(row, Measurement)]


def sleeps(rows: list[Row]) -> list[Sleep]:
    return [row for row in rows if isinstance(row, Sleep)]


def workouts(rows: list[Row]) -> list[Workout]:
    return [row for row in rows if isinstance(row, Workout)]


def issues(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.code) for row in rows if isinstance(row, Issue)]


def skipped(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in rows if isinstance(row, Skipped)]
