"""The CSV tree of a Google Health (Fitbit) Takeout: dense series, values of a day, weighings, sleeps and workouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from pod_agent.importers.health.csv_rows import Blocks, Columns, active_minutes, days, instants, line_blocks, series
from pod_agent.importers.health.csv_tables import BY_STEM, Kind, stem_of
from pod_agent.importers.health.files import claims, health_folder, never_opens
from pod_agent.importers.health.logs import exercises, sleeps
from pod_agent.importers.health.rows import SOURCE, Facts
from pod_agent.importers.protocol import Confidence, ExportFile, Row
from pod_agent.importers.reading import decode_head, fields_of

__all__ = ["GoogleHealthCsv"]

NO_DATA: Final = "no data"

Reader = Callable[[Blocks, Columns, Facts], Iterator[Row]]

READERS: Final[Mapping[Kind, Reader]] = {
    Kind.SERIES: series,
    Kind.ACTIVE: active_minutes,
    Kind.DAY: days,
    Kind.STRESS: days,
    Kind.INSTANT: instants,
    Kind.SLEEP: sleeps,
    Kind.EXERCISE: exercises,
}


class GoogleHealthCsv:
    """Reads every table of ``csv_tables``; times without a zone are on the clocks of ``zone``."""

    name: ClassVar[str] = "google-health-csv"
    source: ClassVar[str] = SOURCE
    endings: ClassVar[frozenset[str]] = frozenset({".csv"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def never_opens(self, name: str) -> str | None:
        """Why a file with this path is not opened at all, or None."""
        return never_opens(name)

    def claims(self, name: str) -> bool:
        """Whether the file with this path is surely a table of this export: then nobody else is asked about it."""
        return name.lower().endswith(".csv") and claims(name)

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of a known file name over its own columns; an empty table of a known name is one too."""
        name = export.member or export.file
        table = BY_STEM.get(stem_of(name))
        header = _header(decode_head(export.head[:4096]))
        if header == [NO_DATA] and (table or health_folder(name) is not None):
            return Confidence(1, "a table of Google Health without any row")
        if table is None:
            return Confidence(0, "its name is that of no table of Google Health")
        if Columns.find(table, header) is None:
            return Confidence(0, f"it lacks the columns of Google Health's {table.stem}")
        return Confidence(1, f"Google Health's table of {table.stem}")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Sample, a record, Skipped or Issue for every row below the header."""
        table = BY_STEM.get(stem_of(export.member or export.file))
        blocks = line_blocks(export)
        for first, lines in blocks:
            place = next((place for place, line in enumerate(lines) if line.strip("\ufeff \t\r")), None)
            if place is not None:
                columns = Columns.find(table, _header(lines[place])) if table else None
                if table and columns:
                    below = chain([(first + place + 1, lines[place + 1 :])], blocks)
                    yield from READERS[table.kind](below, columns, Facts(export, self._zone, table.edition))
                return


def _header(head: str) -> list[str]:
    first = next((line for line in head.lstrip("\ufeff \t\r\n").splitlines()), "")
    return [name.strip().lower() for name in fields_of(first)] if len(first) < 10_000 else []
