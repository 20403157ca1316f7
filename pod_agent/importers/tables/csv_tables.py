"""CSV of any dialect and encoding: delimiter, lines before the header, byte order marks, UTF-16, GB 18030, NULs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import ExportFile
from pod_agent.importers.reading import MAX_LINE, guess_encoding
from pod_agent.importers.tables.rows import MAX_COLUMNS, Line, Table

__all__ = ["csv_table"]

DELIMITERS: Final = ",;\t|"
SAMPLE_ROWS: Final = 200
MAX_PREAMBLE: Final = 40
VALUE: Final = re.compile(r"[\s$€£¥+-]*[\d.,:/' -]+[%\w]{0,3}$")
MAX_RECORD_LINES: Final = 50
"""A quoted cell spans a few lines; one that spans more was never closed."""


def csv_table(export: ExportFile) -> Table | None:
    """The table that the text holds, None where it holds none.

    RefusedExportError where its columns have no names.
    """
    encoding = encoding_of(export.head)
    text = _whole_lines(export.head, encoding)
    best = max((_scored(text, delimiter) for delimiter in DELIMITERS), key=lambda found: found[0])
    score, delimiter, place, names = best
    if not score:
        return None
    if not names:
        raise RefusedExportError(
            f"the columns of {export.file} have no names",
            hint="Add a first line that names them, such as date,text,amount, and save the file.",
        )

    def rows() -> Iterator[Line]:
        return islice(_records(export, encoding, delimiter), place + 1, None)

    return Table(columns=tuple(names), rows=rows)


def encoding_of(head: bytes) -> str:
    """How a text is encoded: by its mark, by its NULs, as UTF-8 where it is, else by its letters."""
    known = guess_encoding(head)
    if known != "utf-8":
        return known
    try:
        head[: len(head) if len(head) < 1 << 16 else -4].decode()
    except UnicodeDecodeError as error:
        if error.end < len(head) - 4:
            return _by_letters(head)
    return known


def _by_letters(head: bytes) -> str:
    import charset_normalizer  # noqa: PLC0415 - heavy, and most files are UTF-8

    candidates = ["cp1252", "gb18030", "shift_jis", "cp1251", "cp1250", "big5", "euc_kr"]
    best = charset_normalizer.from_bytes(head[:20_000], cp_isolation=candidates, threshold=0.5).best()
    return best.encoding if best else "cp1252"


def _whole_lines(head: bytes, encoding: str) -> str:
    text = head.decode(encoding, "replace").lstrip("\ufeff").replace("\0", "")
    return text.rpartition("\n")[0] if len(head) >= 1 << 16 and "\n" in text else text


def _scored(text: str, delimiter: str) -> tuple[float, str, int, list[str]]:
    """How well a delimiter parts the text: the cells of the rows that are as wide as the header, where that stands."""
    rows = _parted(text, delimiter)
    widths = [len(row) for row in rows if any(row)]
    usual = max(set(widths), key=lambda width: (widths.count(width) * min(width, 3), width), default=0)
    if usual < 2 or usual > MAX_COLUMNS:
        return (0, delimiter, 0, [])
    for place, row in enumerate(rows[:MAX_PREAMBLE]):
        trimmed = _trimmed(row)
        if len(trimmed) < max(2, usual - 1):
            continue
        if any(map(_is_value, trimmed)):
            if len(row) < usual:
                continue
            return (widths.count(usual) / len(widths), delimiter, place, [])
        if all(cell.strip() for cell in trimmed):
            below = [len(other) for other in rows[place + 1 :] if any(other)]
            if not below:
                return (0, delimiter, 0, [])
            fitting = sum(abs(width - len(row)) <= 1 for width in below) / len(below)
            return (fitting * (1 + usual / 100), delimiter, place, [cell.strip() for cell in trimmed])
    return (0, delimiter, 0, [])


def _parted(text: str, delimiter: str) -> list[list[str]]:
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        return list(islice(found, SAMPLE_ROWS))
    except csv.Error:
        return []


def _is_value(cell: str) -> bool:
    return VALUE.match(cell) is not None and any(map(str.isdigit, cell))


def _trimmed(row: Sequence[str]) -> list[str]:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _records(export: ExportFile, encoding: str, delimiter: str) -> Iterator[Line]:
    """Rows as ``csv`` parts them, with the line each begins on; a quote that is never closed breaks its own row."""
    with export.open() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="pod-agent-cp1252", newline="")
        lines = _Lines(text, export.file)
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        while True:
            first = lines.number + 1
            lines.since = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Line(first, None, lines.last)
                reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
                continue
            except _NeverClosedError:
                again = list(lines.record)
                lines.held = again[1:] + lines.held
                lines.number = first
                yield Line(first, None, again[0])
                reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
                continue
            yield Line(first, cells)


class _NeverClosedError(Exception):
    """A quoted cell spans more lines than any cell does."""


class _Lines:
    """The lines of a text without NULs and byte order mark, counted; those of the record being read are kept."""

    def __init__(self, text: io.TextIOWrapper, file: str) -> None:
        self._text = text
        self._file = file
        self.number = 0
        self.since = 0
        self.last = ""
        self.record: list[str] = []
        self.held: list[str] = []

    def __iter__(self) -> Iterator[str]:
        """The lines from where they were left, so that a new reader goes on behind the fault of the last."""
        readline, record = self._text.readline, self.record
        while True:
            line = self.held.pop(0) if self.held else readline(MAX_LINE)
            if not line:
                if self.since > 1 and record[0].count('"') % 2:
                    self.since = 0
                    raise _NeverClosedError
                return
            if len(line) >= MAX_LINE:
                raise RefusedExportError(f"a line of {self._file} is longer than {MAX_LINE:,} characters")
            if not self.number:
                line = line.removeprefix("\ufeff")
            self.number += 1
            self.since += 1
            if self.since == 1:
                record.clear()
            record.append(line)
            if self.since > MAX_RECORD_LINES:
                raise _NeverClosedError
            self.last = line
            yield line.replace("\0", "") if "\0" in line else line
