"""Tables as rows of cells: CSV with any delimiter, and the workbooks of Excel 97 to 2003 (.xls)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pod_agent.errors import MissingExtraError, RefusedExportError
from pod_agent.importers.protocol import ExportFile
from pod_agent.importers.reading import fields_of, text_lines

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["XLS", "TableRow", "csv_rows", "xls_rows"]

XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a workbook of Excel 97 begins."""

MAX_RECORD_LINES = 12
"""A quoted cell spans a few lines; one that spans more was never closed."""

MAX_WORKBOOK = 32 << 20
STARTS_A_ROW = re.compile(r'\s*["\']?\d{1,4}[-/. ]?(\d{1,2}|[A-Za-z]{3,9})[-/. ]?\d{2,4}["\']?[,;\t|]')


class TableRow(NamedTuple):
    """A row with the number of its first line; ``cells`` is None where it is not CSV."""

    line: int
    cells: Sequence[str] | None
    raw: str


def csv_rows(export: ExportFile, delimiter: str) -> Iterator[TableRow]:
    """The rows of a CSV; a quote that is never closed ends where the next row begins."""
    first, parts, quotes = 0, list[str](), 0
    for number, line in text_lines(export):
        if parts and (len(parts) == MAX_RECORD_LINES or STARTS_A_ROW.match(line)):
            yield _row(first, parts, delimiter)
            parts, quotes = [], 0
        if not parts:
            first = number
        parts.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0 or not _opens_a_cell(parts[0], delimiter):
            yield _row(first, parts, delimiter)
            parts, quotes = [], 0
    if parts:
        yield _row(first, parts, delimiter)


def _opens_a_cell(line: str, delimiter: str) -> bool:
    """True where a quote begins a cell: one within a text, as in 5" nails, opens nothing."""
    return line.startswith('"') or f'{delimiter}"' in line or f'{delimiter} "' in line


def _row(first: int, parts: list[str], delimiter: str) -> TableRow:
    text = "\n".join(parts)
    try:
        if len(parts) > 1 or delimiter != ",":
            return TableRow(first, next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []), text)
        return TableRow(first, fields_of(text), text)
    except csv.Error:
        return TableRow(first, None, text)


def xls_rows(export: ExportFile) -> Iterator[TableRow]:
    """The rows of every sheet, numbered through; days as YYYY-MM-DD.

    MissingExtraError where xlrd is not installed; RefusedExportError for a workbook that is damaged or too large.
    """
    xlrd = _xlrd()
    with export.open() as stream:
        content = stream.read(MAX_WORKBOOK + 1)
    if len(content) > MAX_WORKBOOK:
        raise RefusedExportError(f"the workbook {export.file} is larger than {MAX_WORKBOOK >> 20} MiB")
    line = 0
    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), ragged_rows=True)
        for sheet in book.sheets():
            for index in range(sheet.nrows):
                line += 1
                cells = [_text(xlrd, cell, book.datemode) for cell in sheet.row(index)]
                yield TableRow(line, cells, ",".join(cells))
    except xlrd.biffh.XLRDError as error:
        raise RefusedExportError(f"{export.file} is a workbook that cannot be read, or locked by a password") from error
    except Exception as error:  # the reader raises errors of any kind where a workbook is none
        raise RefusedExportError(f"{export.file} is a workbook that is damaged") from error


def _text(xlrd: ModuleType, cell: object, datemode: int) -> str:
    kind, value = cell.ctype, cell.value  # type: ignore[attr-defined]
    if kind == xlrd.XL_CELL_DATE:
        return f"{xlrd.xldate_as_datetime(value, datemode):%Y-%m-%d}"
    if kind == xlrd.XL_CELL_NUMBER:
        return str(int(value)) if value == int(value) else repr(value)
    return str(value) if kind == xlrd.XL_CELL_TEXT else ""


def _xlrd() -> ModuleType:
    try:
        import xlrd  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, heavy to load
    except ImportError as error:
        raise MissingExtraError(
            "Workbooks of Excel 97 (.xls) are read by xlrd, which is not installed",
            hint="pip install 'pod-agent[tables]'",
        ) from error
    module: ModuleType = xlrd
    return module
