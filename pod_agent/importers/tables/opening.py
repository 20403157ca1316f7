"""Which tables lie in a file: by its first bytes, and by its name where those do not tell."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import ExportFile
from pod_agent.importers.reading import guess_encoding
from pod_agent.importers.tables.binary_tables import PARQUET, SQLITE, ZIP, parquet_table, sqlite_tables, xlsx_tables
from pod_agent.importers.tables.csv_tables import csv_table
from pod_agent.importers.tables.json_tables import json_table
from pod_agent.importers.tables.rows import Table

__all__ = ["ENDINGS", "tables_of"]

ENDINGS: Final = frozenset(".csv .tsv .txt .json .jsonl .ndjson .xlsx .xlsm .parquet .pq .sqlite .sqlite3 .db".split())
"""Endings of files that may hold tables."""

WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the container begins in which office programs lock a workbook."""

UNLOCK: Final = "Open it, take its password away, save it under a new name, and import that."


def tables_of(export: ExportFile) -> list[Table]:
    """The tables of a file, none where it holds none.

    RefusedExportError where it is damaged or its columns have no names; MissingExtraError where a package is missing.
    """
    head = export.head
    if head.startswith(PARQUET):
        return [parquet_table(export)]
    if head.startswith(SQLITE):
        return sqlite_tables(export)
    if head.startswith(ZIP):
        return xlsx_tables(export) if _ending(export) in WORKBOOKS else []
    if head.startswith(OLE) and _ending(export) in WORKBOOKS:
        raise RefusedExportError(f"{export.file} is a workbook with a password", hint=UNLOCK)
    if _is_blob(head):
        return []
    table = json_table(export) if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"} else csv_table(export)
    return [table] if table else []


def _ending(export: ExportFile) -> str:
    return PurePosixPath((export.member or export.file).replace("\\", "/")).suffix.casefold()


def _is_blob(head: bytes) -> bool:
    """True for bytes that are no text in any code; a few NULs are a fault of text."""
    if guess_encoding(head) != "utf-8":
        return False
    controls = sum(head.count(byte) for byte in (*range(9), *range(14, 27)))
    return controls * 50 > len(head) or head.lstrip()[:1] in {b"<", b"%"}
