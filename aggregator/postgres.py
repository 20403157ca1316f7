"""A server's store in PostgreSQL, in a schema of its own that bears the server's name.

Write transactions take one advisory lock, as writers of a SQLite file do; uploads (``together``) share it, so many of
them are written at a time, by as many leader processes as there are, and PostgreSQL brings them to disk together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal, TypeVar

from aggregator.errors import ConfigurationError, MissingExtraError
from aggregator.rows import Cursor, Rows

try:
    import psycopg
    from psycopg import sql
    from psycopg_pool import ConnectionPool, PoolTimeout
except ImportError as error:
    raise MissingExtraError("PostgreSQL needs psycopg", hint="Run: pip install 'pod-agent[postgres]'") from error

__all__ = ["PostgresStore"]

T = TypeVar("T")

CONNECTIONS = 16
"""At most, for each process: as many as the server has threads."""
WAIT = 30.0
"""Seconds to wait for a connection."""
LOCK = 0x706F64
"""Names the advisory lock; below it lies a number for each server."""
SERVERS = ("leader", "helper")


class PostgresStore:
    """One server's tables in the database at ``url``; ConfigurationError if it does not answer."""

    def __init__(self, url: str, server: Literal["leader", "helper"], schema: str) -> None:
        self._server = server
        self._lock = f"({LOCK}, {SERVERS.index(server)})"
        self._pool = ConnectionPool(
            url, min_size=1, max_size=CONNECTIONS, open=False, configure=self._configure, timeout=WAIT
        )
        try:
            self._pool.open(wait=True, timeout=WAIT)
        except PoolTimeout:
            self._pool.close()
            # Not the driver's error: it may hold the address, and that a password.
            raise ConfigurationError(
                "the PostgreSQL database does not answer", hint="Is the address of the store right?"
            ) from None
        with self._writing() as connection:
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(server)))
            connection.execute(schema.replace(" BLOB", " BYTEA").replace(" INTEGER", " BIGINT").encode())

    def _configure(self, connection: psycopg.Connection[Any]) -> None:
        connection.autocommit = True
        # Whatever the default of the database: a stricter level reads as of before the lock, and a batch could change.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self._server)))
        connection.execute("SET synchronous_commit TO on")

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """A write transaction, after those of all others at this server's tables."""
        with self._writing() as connection:
            yield _Rows(connection)

    @contextmanager
    def _writing(self) -> Iterator[psycopg.Connection[Any]]:
        with self._pool.connection() as connection, connection.transaction():
            # Each statement of READ COMMITTED sees what was committed before it: all that went before the lock.
            connection.execute(f"SELECT pg_advisory_xact_lock{self._lock}".encode())
            yield connection

    def together(self, write: Callable[[Rows], T]) -> T:
        """Run a small write beside those of others."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(f"SELECT pg_advisory_xact_lock_shared{self._lock}".encode())
            return write(_Rows(connection))

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """A connection."""
        with self._pool.connection() as connection:
            yield _Rows(connection)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Rows:
    """Statements with ``?`` on a psycopg connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, query: str, parameters: Sequence[object] = (), /) -> Cursor:
        return self._connection.execute(_translated(query), parameters, binary=True)

    def executemany(self, query: str, parameters: Iterable[Sequence[object]], /) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(query), parameters)


@lru_cache(maxsize=256)
def _translated(query: str) -> Any:
    return query.replace("?", "%s").encode()
