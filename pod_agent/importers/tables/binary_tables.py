"""Workbooks (.xlsx), Parquet files and SQLite databases as tables, read in batches from a private copy."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from pod_agent.errors import MissingExtraError, RefusedExportError
from pod_agent.importers.protocol import ExportFile
from pod_agent.importers.tables.rows import MAX_COLUMNS, Line, Table, spooled

if TYPE_CHECKING:
    import sqlite3
    from types import ModuleType

__all__ = ["PARQUET", "SQLITE", "ZIP", "parquet_rows", "parquet_table", "sqlite_tables", "xlsx_tables"]

ZIP: Final = b"PK\x03\x04"
PARQUET: Final = b"PAR1"
SQLITE: Final = b"SQLite format 3\0"
BATCH: Final = 2_000
MAX_WORKBOOK: Final = 256 << 20
MAX_INFLATED: Final = 2 << 30
MAX_RATIO: Final = 300
MAX_STRINGS: Final = 64 << 20
MAX_PREAMBLE: Final = 40
MAX_TABLES: Final = 1_000


def xlsx_tables(export: ExportFile) -> list[Table]:
    """Every sheet with a header and a row; formulas count as the values that were stored with them.

    RefusedExportError for a workbook that is damaged, locked or inflates to more than any table.
    """
    with _workbook(export) as book:
        found = [(sheet.title, _header(sheet)) for sheet in book.worksheets]

    def sheet_rows(title: str, place: int) -> Iterator[Line]:
        with _workbook(export) as again:
            rows = again[title].iter_rows(values_only=True)
            for number, cells in enumerate(rows, 1):
                if number > place:
                    yield Line(number, cells)

    return [
        Table(columns=columns, rows=partial(sheet_rows, title, place), name=title)
        for title, (place, columns) in found
        if columns
    ]


@contextmanager
def _workbook(export: ExportFile) -> Iterator[Any]:
    openpyxl = _module("openpyxl")
    with spooled(export, MAX_WORKBOOK) as copy:
        _check_workbook(copy, export.file)
        try:
            with warnings.catch_warnings(action="ignore"):
                book = openpyxl.load_workbook(copy, read_only=True, data_only=True, keep_links=False)
            with closing(book):
                yield book
        except RefusedExportError:
            raise
        except Exception as error:  # the reader raises errors of any kind where a workbook is none
            raise RefusedExportError(f"{export.file} is a workbook that is damaged or locked") from error


def _check_workbook(copy: IO[bytes], file: str) -> None:
    """Refuse a bomb: sheets are streamed, the table of shared strings is held in memory."""
    try:
        with zipfile.ZipFile(copy) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RefusedExportError(f"{file} is a workbook that is damaged") from error
    for member in members:
        dense = member.file_size > (8 << 20) and member.file_size > MAX_RATIO * max(member.compress_size, 1)
        if dense or ("sharedStrings" in member.filename and member.file_size > MAX_STRINGS):
            raise RefusedExportError(f"{file} inflates to more than any table: it may be a zip bomb")
    if sum(member.file_size for member in members) > MAX_INFLATED:
        raise RefusedExportError(f"{file} inflates to more than any table: it may be a zip bomb")
    copy.seek(0)


def _header(sheet: Any) -> tuple[int, tuple[str, ...]]:
    """The number of the header's row and its names: the first row as wide as those below it, of texts only."""
    rows = [list(row) for row in islice(sheet.iter_rows(values_only=True), MAX_PREAMBLE + 20)]
    widths = [sum(cell is not None for cell in row) for row in rows]
    wide = max(widths, default=0)
    for place, row in enumerate(rows[:MAX_PREAMBLE]):
        names = [cell for cell in row if cell is not None]
        if len(names) >= max(2, wide - 1) and all(isinstance(name, str) and name.strip() for name in names):
            if not any(widths[place + 1 :]):
                break
            return place + 1, tuple(str(cell or "").strip() for cell in row)[:MAX_COLUMNS]
    return 0, ()


def parquet_table(export: ExportFile) -> Table:
    """The table of a Parquet file; RefusedExportError where it is damaged."""
    parquet = _module("pyarrow.parquet")
    with spooled(export) as copy:
        try:
            names = tuple(parquet.ParquetFile(copy).schema_arrow.names)[:MAX_COLUMNS]
        except Exception as error:  # the reader raises errors of its own kinds
            raise RefusedExportError(f"{export.file} is a Parquet file that is damaged") from error

    def rows() -> Iterator[Line]:
        with spooled(export) as copy:
            yield from parquet_rows(copy, export.file)

    return Table(columns=names, rows=rows)


def parquet_rows(stream: IO[bytes], file: str) -> Iterator[Line]:
    """The rows of an open Parquet file, a batch at a time."""
    parquet = _module("pyarrow.parquet")
    number = 0
    try:
        for batch in parquet.ParquetFile(stream, memory_map=False).iter_batches(batch_size=BATCH, use_threads=False):
            columns = [column.to_pylist() for column in batch.columns[:MAX_COLUMNS]]
            for cells in zip(*columns, strict=True):
                number += 1
                yield Line(number, cells)
    except Exception as error:
        raise RefusedExportError(f"{file} is a Parquet file that is damaged") from error


def sqlite_tables(export: ExportFile) -> list[Table]:
    """Every table of a SQLite database, opened read-only and immutable; what lies in a -wal file is not seen."""
    with _database(export) as database:
        listed = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        names = [str(name) for (name,) in listed.fetchmany(MAX_TABLES) if not str(name).startswith("sqlite_")]
        found = [(name, _columns(database, name)) for name in names]

    def table_rows(name: str) -> Iterator[Line]:
        with _database(export) as database:
            rows = database.execute(f"SELECT * FROM {_quoted(name)}")  # noqa: S608 - a quoted name, no value
            for number, cells in enumerate(rows, 1):
                yield Line(number, cells)

    return [Table(columns=columns, rows=partial(table_rows, name), name=name) for name, columns in found if columns]


def _columns(database: sqlite3.Connection, name: str) -> tuple[str, ...]:
    cursor = database.execute(f"SELECT * FROM {_quoted(name)} LIMIT 0")  # noqa: S608 - a quoted name, no value
    return tuple(str(column[0]) for column in cursor.description or ())[:MAX_COLUMNS]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _database(export: ExportFile) -> Iterator[sqlite3.Connection]:
    import sqlite3  # noqa: PLC0415 - only databases need it

    with spooled(export) as copy:
        try:
            uri = f"{Path(copy.name).as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(uri, uri=True, cached_statements=0)) as database:
                database.execute("PRAGMA trusted_schema = OFF")
                database.execute("PRAGMA query_only = ON")
                database.text_factory = _text
                yield database
        except sqlite3.Error as error:
            raise RefusedExportError(f"{export.file} is a SQLite database that is damaged or locked") from error


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _module(name: str) -> ModuleType:
    import importlib  # noqa: PLC0415 - extras, heavy to load

    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise MissingExtraError(
            f"this kind of file is read by {package}, which is not installed", hint="pip install 'pod-agent[tables]'"
        ) from error
