"""Rows that come from no file: what a database answered, an object in a store, a batch of a topic's messages."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, ClassVar
from zoneinfo import ZoneInfo

from pod_agent.importers.protocol import Confidence, ExportFile, Row
from pod_agent.importers.tables.mapping import ColumnMapping
from pod_agent.importers.tables.records import RowBuilder, issue
from pod_agent.importers.tables.rows import Table
from vocab.records import Provenance

__all__ = ["MappedRows", "NamedSource", "table_rows"]


@dataclass(frozen=True, slots=True)
class NamedSource:
    """Where rows came from: its name in reports, never a password, and what was asked, by which the report knows it."""

    file: str
    asked: str = ""
    member: None = None

    @property
    def head(self) -> bytes:
        """Nothing: there are no bytes to recognise it by."""
        return b""

    def open(self) -> IO[bytes]:
        """What was asked."""
        return io.BytesIO(self.asked.encode())


@dataclass(frozen=True)
class MappedRows:
    """Reads one table by one mapping; ``keys`` tell rows apart where their values cannot, by the number of the line."""

    name: str
    table: Table
    mapping: ColumnMapping
    zone: ZoneInfo
    keys: Mapping[int, tuple[str, ...]] | None = None

    endings: ClassVar[frozenset[str]] = frozenset()
    binary: ClassVar[bool] = True
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:  # noqa: ARG002 - nobody asks
        """It reads its own table only."""
        return Confidence(0, "it reads no files")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield the records of the table."""
        return (row for row, _ in table_rows(self.table, self.mapping, self.zone, export, keys=self.keys))


def table_rows(
    table: Table,
    mapping: ColumnMapping,
    zone: ZoneInfo,
    export: ExportFile,
    *,
    above: int = 0,
    keys: Mapping[int, tuple[str, ...]] | None = None,
) -> Iterator[tuple[Row, int]]:
    """The rows of one table as records, each with its line; ``above`` lines are counted before the first."""
    builder = RowBuilder(mapping, table.columns, zone, numbered=keys is None)
    line = above
    for number, cells, raw in table.rows():
        line = above + number
        if cells is None:
            yield _broken(line, raw), line
            continue
        key = keys[number] if keys is not None else None
        for row in builder.rows(cells, Provenance(file=export.file, member=export.member, line=line), key):
            yield row, line
    for withheld in builder.withheld():
        yield withheld, line


def _broken(line: int, raw: str) -> Row:
    cells: Sequence[object] = [raw]
    return issue(line, "bad_row", "the row is broken: its quotes or brackets do not close", cells)
