"""Any table whose columns the person has said the meaning of: CSV, JSON, workbooks, Parquet, SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from pod_agent.errors import AgentError, NeedsMappingError
from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row
from pod_agent.importers.tables.binary_tables import SQLITE, ZIP
from pod_agent.importers.tables.cells import moment_of
from pod_agent.importers.tables.mapping import ColumnMapping
from pod_agent.importers.tables.opening import ENDINGS, tables_of
from pod_agent.importers.tables.rows import Table
from pod_agent.importers.tables.source import table_rows

__all__ = ["MappedTables"]

CONFIRMED: Final = 0.45
"""Above a guess at a bank's columns, since the person has said what they are; below every importer of a service."""

UNMAPPED: Final = 0.01
SAMPLE: Final = 30


class MappedTables:
    """Reads tables by the mappings that the person confirmed; of others it says what to do."""

    name: ClassVar[str] = "tables"
    endings: ClassVar[frozenset[str]] = ENDINGS
    binary: ClassVar[bool] = True
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo, mappings: Sequence[ColumnMapping] = ()) -> None:
        self._zone = zone
        self._mappings = tuple(mappings)

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of tables with the columns of a mapping; hardly of other tables with a column of days or times."""
        try:
            tables = tables_of(export)
            found = max((self._best(table)[0] for table in tables), default=0.0)
            if found:
                return Confidence(CONFIRMED * found, "the columns of a mapping that you confirmed")
            if any(_has_times(table) for table in tables):
                return Confidence(UNMAPPED, "a table whose columns nobody has said the meaning of")
        except AgentError as error:
            return Confidence(0, str(error) if not error.hint else f"{error}. {error.hint}")
        return Confidence(0, "it holds no table with named columns and a column of days or times")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield the records of every table that has a mapping, the sheets of a workbook one after the other.

        NeedsMappingError where none has.
        """
        above, found = 0, False
        for table in tables_of(export):
            _, mapping = self._best(table)
            if mapping is not None:
                found = True
                last = above
                for row, line in table_rows(table, mapping, self._zone, export, above=above):
                    last = line
                    yield row
                above = last
        if not found:
            raise NeedsMappingError(
                f"{export.file} is a table, but nobody has said what its columns mean",
                hint=f"Run: pod-agent tables look {export.file!r}",
            )

    def leaves(self, export: ExportFile) -> Iterator[tuple[str, str]]:
        """The sheets or tables of a file that have no mapping; most files hold one table only."""
        if export.head.startswith((ZIP, SQLITE)):
            for table in tables_of(export):
                if self._best(table)[1] is None:
                    hint = f"Run: pod-agent tables look {export.file!r} --table {table.name!r}"
                    yield table.name, f"a table whose columns nobody has said the meaning of. {hint}"

    def _best(self, table: Table) -> tuple[float, ColumnMapping | None]:
        likest = max(self._mappings, key=lambda mapping: mapping.likeness(table.columns), default=None)
        likeness = likest.likeness(table.columns) if likest else 0.0
        return (likeness, likest) if likeness else (0.0, None)


def _has_times(table: Table) -> bool:
    """Whether a column's first cells are days or times."""
    rows = [line.cells for line in islice(table.rows(), SAMPLE) if line.cells]
    return any(_are_times([row[place] for row in rows if place < len(row)]) for place in range(len(table.columns)))


def _are_times(cells: Sequence[object]) -> bool:
    told = [cell for cell in cells if cell not in {None, ""}]
    return bool(told) and all(map(_is_time, told))


def _is_time(cell: object) -> bool:
    if isinstance(cell, date):
        return True
    if not isinstance(cell, str) or not any(map(str.isdigit, cell)):
        return False
    return not cell.strip().isdigit() and any(_reads(cell, order) for order in ("dmy", "mdy"))


def _reads(cell: str, order: str) -> bool:
    try:
        moment_of(cell, order, ZoneInfo("UTC"))
    except RowError:
        return False
    return True
