"""Rows of the running import, on disk in the agent's private folder: memory does not grow with the files."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.ingest.samples import SampleStaging
from pod_agent.storage import make_private_folder

__all__ = ["Payment", "StagedRow", "Staging"]

_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
CREATE TABLE batch (month TEXT, file INTEGER, rows BLOB) STRICT;
CREATE INDEX batch_month ON batch (month);
"""
_PREFIX: Final = "staging-"
_BATCH: Final = 1000


class Payment(NamedTuple):
    """What a transaction adds to an account: the account's number within the file, minor units, the day (ordinal)."""

    account: int
    minor: int
    day: int


class StagedRow(msgspec.Struct, array_like=True, gc=False):
    """A record that waits to be written: ``name`` in its IRI, its block, where it was read, and its payment."""

    name: str
    block: str
    file: int
    line: int
    payment: Payment | None


class Staging:
    """The staged rows of one import, month by month in the order in which they were read.

    ``samples`` holds those of dense series; their days are those of ``zone``.
    """

    def __init__(self, folder: Path, zone: ZoneInfo) -> None:
        make_private_folder(folder)
        for left_over in folder.glob(f"{_PREFIX}*"):  # of an import that was killed; the caller holds the lock
            left_over.unlink()
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=".sqlite", dir=folder)
        os.close(descriptor)
        self._path = Path(name)
        self.samples = SampleStaging(folder, _PREFIX, zone)
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN")
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[StagedRow])
        self._batch: dict[str, list[StagedRow]] = {}
        self._size = 0

    def add(self, month: str, row: StagedRow) -> None:
        """Stage a record of the month that begins with ``month``; ``flush`` has to follow the last one of a file."""
        rows = self._batch.get(month)
        if rows is None:
            rows = self._batch[month] = []
        rows.append(row)
        self._size += 1
        if self._size >= _BATCH:
            self.flush(row.file)

    def flush(self, file: int) -> None:
        """Write the rows of a file that are still in memory."""
        self._connection.executemany(
            "INSERT INTO batch VALUES (?, ?, ?)",
            [(month, file, self._encoder.encode(rows)) for month, rows in self._batch.items()],
        )
        self._batch.clear()
        self._size = 0

    def discard(self, file: int) -> None:
        """Forget the rows of a file that turned out to be broken."""
        self._batch.clear()
        self._size = 0
        self._connection.execute("DELETE FROM batch WHERE file = ?", (file,))
        self.samples.discard(file)

    def months(self) -> list[str]:
        """First documents of the months that have staged rows, sorted."""
        return [month for (month,) in self._connection.execute("SELECT DISTINCT month FROM batch ORDER BY month")]

    def rows(self, month: str) -> Iterator[StagedRow]:
        """The month's rows in the order in which they were added."""
        for (rows,) in self._connection.execute("SELECT rows FROM batch WHERE month = ? ORDER BY rowid", (month,)):
            yield from self._decoder.decode(rows)

    def close(self) -> None:
        """Remove the files."""
        self.samples.close()
        self._connection.close()
        self._path.unlink(missing_ok=True)
