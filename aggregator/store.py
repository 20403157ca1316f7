"""The servers' stores: a private SQLite file each, or a PostgreSQL database; durable when a transaction returns.

Both read the same statements, in the SQL that they have in common: ``?`` for a parameter, ``ON CONFLICT``. Write
transactions exclude one another, also between processes, so the rules of leader and helper need no others. The only
exception is ``together``, whose writes insert rows of their own and may run beside one another.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar

from aggregator.errors import ConfigurationError
from aggregator.rows import Cursor, Rows

__all__ = ["SET_TOTAL", "Cursor", "Database", "Rows", "Store", "open_store"]

SET_TOTAL = "INSERT INTO totals VALUES (?, ?) ON CONFLICT (task) DO UPDATE SET share = excluded.share"
"""Both servers keep the running sum of a task like this."""

T = TypeVar("T")


class Store(Protocol):
    """One server's database, shared by the threads of a process and by processes."""

    def transaction(self) -> AbstractContextManager[Rows]:
        """A write transaction, one at a time: all of it is kept, or, if the block raises, nothing."""
        ...

    def together(self, write: Callable[[Rows], T]) -> T:
        """Run a small write, beside those of others; returns once it is on disk.

        It must hold beside any other such write: insert rows under keys, and read no more than those and what only
        ``transaction`` changes.
        """
        ...

    def reading(self) -> AbstractContextManager[Rows]:
        """A connection for single SELECT statements."""
        ...

    def close(self) -> None:
        """End all connections."""
        ...


def open_store(home: Path, server: Literal["leader", "helper"], url: str = "") -> Store:
    """The store of a server: ``<home>/<server>.sqlite``, or the PostgreSQL database at ``url``.

    ConfigurationError for another kind of URL or a database that does not answer; MissingExtraError without psycopg.
    """
    if not url:
        return Database(home / f"{server}.sqlite", f"{server}.sql")
    if not url.startswith(("postgresql://", "postgres://")):
        raise ConfigurationError(
            "a store is a PostgreSQL database", hint="Its address starts with postgresql://; without one it is SQLite."
        )
    from aggregator.postgres import PostgresStore  # noqa: PLC0415 - optional

    return PostgresStore(url, server, _schema(f"{server}.sql"))


def _schema(name: str) -> str:
    return resources.files("aggregator").joinpath("sql", name).read_text()


class _Write(Generic[T]):
    """One write among several in a transaction, and what came of it."""

    def __init__(self, write: Callable[[Rows], T]) -> None:
        self.finished = False
        self._write = write
        self._results: list[T] = []
        self._error: BaseException | None = None

    def run(self, rows: Rows) -> None:
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
    """One SQLite file.

    ``schema`` names a file of ``aggregator/sql``. A transaction that has returned survives a crash (write-ahead
    log, synchronous=FULL); deleted values are overwritten (secure_delete).
    """

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._lock = threading.RLock()
        self._waiting: deque[_Write[Any]] = deque()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_schema(schema))

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """A write transaction of this thread, after those of all others."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have undone it already
                    self._connection.execute("ROLLBACK")
                raise

    def together(self, write: Callable[[Rows], T]) -> T:
        """Run a small write in one transaction with those of other threads.

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
    def reading(self) -> Iterator[Rows]:
        """The connection; the statements of other threads wait."""
        with self._lock:
            yield self._connection

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
