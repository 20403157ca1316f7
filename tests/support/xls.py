"""Workbooks of Excel 97 for tests: one sheet of texts and numbers, written record by record."""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["xls"]

SECTOR = 512
NONE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(rows: Sequence[Sequence[str | float]]) -> bytes:
    """A workbook whose only sheet has these rows."""
    return _container(_workbook(rows))


def _workbook(rows: Sequence[Sequence[str | float]]) -> bytes:
    name = b"Sheet1"
    end = _record(0x0A)
    opening = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    place = len(opening) + 4 + 8 + len(name) + len(end)
    sheets = _record(0x85, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name)
    cells = b"".join(_cell(row, column, value) for row, cells in enumerate(rows) for column, value in enumerate(cells))
    return opening + sheets + end + _record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)) + cells + end


def _cell(row: int, column: int, value: str | float) -> bytes:
    head = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return _record(0x204, head + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")) if value else b""
    return _record(0x203, head + struct.pack("<d", value))


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _container(stream: bytes) -> bytes:
    """The compound file around the stream: header, one sector that chains the sectors, one directory."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // SECTOR)
    chain = [FAT, END, *range(3, count + 2), END]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<I", 0)
    table = struct.pack(f"<{len(chain)}I", *chain)
    return b"".join(
        (
            header.ljust(SECTOR, b"\xff"),
            table.ljust(SECTOR, b"\xff"),
            (_entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, NONE, 2, len(stream))).ljust(SECTOR, b"\0"),
            stream.ljust(count * SECTOR, b"\0"),
        )
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text) + 2, kind, 1, NONE, NONE, child)
        + bytes(36)
        + struct.pack("<III", start, size, 0)
    )
