"""Rows of the running import, on disk in the agent's private folder: memory does not grow with the files."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from pod_agent.storage import make_private_folder

__all__ = ["Payment", "StagedRow", "Staging"]

_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -16000;
CREATE TABLE row (
  month INTEGER, name TEXT, block TEXT, file INTEGER, line INTEGER, account INTEGER, minor INTEGER, day INTEGER,
  PRIMARY KEY (month, name)
) STRICT, WITHOUT ROWID;
"""
_PREFIX: Final = "staging-"
_BATCH: Final = 1000
_NO_PAYMENT: Final = (None, None, None)


class Payment(NamedTuple):
    """What a transaction adds to an account: the account's number within the file, minor units, the day (ordinal)."""

    account: int
    minor: int
    day: int


class StagedRow(NamedTuple):
    """A record that waits to be written: ``name`` in its IRI, its block, where it was read, and its payment."""

    name: str
    block: str
    file: int
    line: int
    payment: Payment | None


class Staging:
    """The staged rows of one import; the first row with an IRI stays, later ones are duplicates."""

    def __init__(self, folder: Path) -> None:
        make_private_folder(folder)
        for left_over in folder.glob(f"{_PREFIX}*"):  # of an import that was killed; the caller holds the lock
            left_over.unlink()
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=".sqlite", dir=folder)
        os.close(descriptor)
        self._path = Path(name)
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN")
        self._size = 0
        self._months: dict[str, int] = {}
        self._batch: list[tuple[int, str, str, int, int, int | None, int | None, int | None]] = []

    def add(self, month: str, row: StagedRow) -> None:
        """Stage a record of the month whose first document is ``month``."""
        number = self._months.get(month)
        if number is None:
            number = self._months[month] = len(self._months)
        name, block, file, line, payment = row
        self._batch.append((number, name, block, file, line, *(payment or _NO_PAYMENT)))
        if len(self._batch) >= _BATCH:
            self._flush()

    @property
    def size(self) -> int:
        """Number of staged records, each IRI once; it grows by less than what was added where there are duplicates."""
        self._flush()
        return self._size

    def discard(self, file: int) -> None:
        """Forget the rows of a file that turned out to be broken."""
        self._flush()
        self._size -= self._connection.execute("DELETE FROM row WHERE file = ?", (file,)).rowcount

    def months(self) -> list[str]:
        """First documents of the months that have staged rows, sorted."""
        self._flush()
        used = {number for (number,) in self._connection.execute("SELECT DISTINCT month FROM row")}
        return sorted(month for month, number in self._months.items() if number in used)

    def rows(self, month: str) -> Iterator[StagedRow]:
        """The month's rows in the order of their names."""
        query = "SELECT name, block, file, line, account, minor, day FROM row WHERE month = ? ORDER BY name"
        for name, block, file, line, *payment in self._connection.execute(query, (self._months[month],)):
            yield StagedRow(name, block, file, line, Payment(*payment) if payment[0] is not None else None)

    def close(self) -> None:
        """Remove the file."""
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def _flush(self) -> None:
        statement = "INSERT OR IGNORE INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        self._size += self._connection.executemany(statement, self._batch).rowcount
        self._batch.clear()
