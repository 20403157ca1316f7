"""The servers' SQLite databases: one private file each, durable when a transaction returns."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Generic, TypeVar

__all__ = ["Database"]


T = TypeVar("T")


class _Write(Generic[T]):
    """One write among several in a transaction, and what came of it."""

    def __init__(self, write: Callable[[sqlite3.Connection], T]) -> None:
        self.finished = False
        self._write = write
        self._results: list[T] = []
        self._error: BaseException | None = None

    def run(self, rows: sqlite3.Connection) -> None:
        """Write, or undo this write alone and keep its error."""
        rows.execute("SAVEPOINT one")
        try:
            self._results.append(self._write(rows))
        except Exception as error:  # noqa: BLE001 - raised again by result, in the thread that asked
            rows.execute("ROLLBACK TO one")
            self._error = error
        rows.execute("RELEASE one")

    def fail(self, error: BaseException) -> None:
        """Nothing of the transaction was kept."""
        self.finished, self._error = True, error

    def result(self) -> T:
        """What the write returned; raises what it raised, or what the transaction did."""
        if self._error is not None:
            raise self._error
        return self._results[0]


class Database:
    """One SQLite file, shared by the threads of a process and, through its own locks, by processes.

    ``schema`` names a file of ``aggregator/sql``. A transaction that has returned survives a crash (write-ahead log,
    synchronous=FULL); deleted values are overwritten (secure_delete).
    """

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._lock = threading.RLock()
        self._waiting: deque[_Write[Any]] = deque()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(resources.files("aggregator").joinpath("sql", schema).read_text())

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of it is kept, or, if the block raises, nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have undone it already
                    self._connection.execute("ROLLBACK")
                raise

    def together(self, write: Callable[[sqlite3.Connection], T]) -> T:
        """Run a small write in one transaction with those of other threads; returns once it is on disk.

        Waiting for the disk takes longer than the write: while one thread waits, the writes of others gather, and the
        next transaction takes them all. A write that raises is undone alone, and raises here.
        """
        mine = _Write(write)
        self._waiting.append(mine)
        with self._lock:
            if not mine.finished:
                self._write_all([self._waiting.popleft() for _ in range(len(self._waiting))])
        return mine.result()

    def _write_all(self, writes: Sequence[_Write[Any]]) -> None:
        try:
            with self.transaction() as rows:
                for write in writes:
                    write.run(rows)
        except BaseException as error:
            for write in writes:
                write.fail(error)
            raise
        for write in writes:
            write.finished = True

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for single SELECT statements."""
        with self._lock:
            yield self._connection

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
