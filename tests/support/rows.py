"""Exports for tests: files from bytes, rows from files, and rows as plain values for golden files."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from pod_agent.importers.built_in import built_in
from pod_agent.importers.detect import Found, find_exports
from pod_agent.importers.protocol import Row, Sample
from vocab.records import Money, Record

__all__ = ["FIXTURES", "SINGAPORE", "BytesExport", "check_golden", "found", "plain", "read_all", "records"]

SINGAPORE = ZoneInfo("Asia/Singapore")
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


@dataclass(frozen=True, slots=True)
class BytesExport:
    """An export file that lies in memory."""

    content: bytes
    file: str = "export"
    member: str | None = None

    @property
    def head(self) -> bytes:
        return self.content[: 1 << 16]

    def open(self) -> IO[bytes]:
        return io.BytesIO(self.content)


def found(*paths: Path) -> Found:
    """What all importers of the agent find behind the paths, for a person in Singapore."""
    return find_exports(paths, built_in(SINGAPORE))


def read_all(*paths: Path) -> list[Row]:
    """Every row behind the paths, in order."""
    return [row for importer, export in found(*paths).exports for row in importer.extract(export)]


def records(rows: Iterable[Row]) -> list[Record]:
    """The records among rows."""
    return [row for row in rows if isinstance(row, Record)]


def plain(row: Row) -> dict[str, Any]:
    """A row as JSON values; the folder of its file is left out."""
    values: dict[str, Any] = {"row": type(row).__name__}
    if isinstance(row, Sample):
        return values | row._asdict()
    names = row.__struct_fields__ if isinstance(row, Record) else [item.name for item in fields(row)]
    for name in names:
        value = getattr(row, name)
        if name == "provenance" and value is not None:
            value = {"file": Path(value.file).name, "member": value.member, "line": value.line}
        elif isinstance(value, Money):
            value = f"{value.amount} {value.currency}"
        values[name] = value if isinstance(value, dict | int | float | str | None) else str(value)
    return values


def check_golden(rows: Iterable[Row], golden: Path) -> None:
    """Compare rows with the golden file beside the export; ``UPDATE_GOLDEN=1`` writes it anew."""
    text = json.dumps([plain(row) for row in rows], indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), f"differs from {golden.name}; read it, then set UPDATE_GOLDEN=1"
