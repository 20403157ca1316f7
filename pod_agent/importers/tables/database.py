"""Rows of any SQL database, by an address and a query that the person names, in a transaction that only reads.

This module opens a connection: to that address alone. The query is what leaves; passwords stay in the address, which
is neither kept nor logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pod_agent.errors import MissingExtraError, RefusedExportError, UsageError
from pod_agent.importers.tables.rows import Line, Table

__all__ = ["query_table", "shown_address"]

BATCH: Final = 2_000
READING: Final = ("select", "with", "values", "table", "show")


def shown_address(url: str) -> str:
    """The address without user, password and options, as reports may have it."""
    found = _address(url)
    place = f"{found.host or ''}{f':{found.port}' if found.port else ''}"
    return f"{found.get_backend_name()}://{place}/{found.database or ''}"


def query_table(url: str, query: str) -> Table:
    """The answer to a query as a table, fetched in batches each time its rows are read.

    UsageError for a query that does not read; RefusedExportError where the database does not answer it.
    """
    statement = query.strip().rstrip(";")
    if ";" in statement or not statement.casefold().startswith(READING):
        raise UsageError("the query must be one that reads: SELECT ... or WITH ...")
    with _answer(url, statement) as answer:
        columns = tuple(str(name) for name in answer.keys())  # noqa: SIM118 - a result is no mapping

    def rows() -> Iterator[Line]:
        with _answer(url, statement) as answer:
            number = 0
            for batch in answer.partitions(BATCH):
                for row in batch:
                    number += 1
                    yield Line(number, tuple(row))

    return Table(columns=columns, rows=rows)


@contextmanager
def _answer(url: str, statement: str) -> Iterator[Any]:
    sqlalchemy = _sqlalchemy()
    address = _address(url)
    backend = address.get_backend_name()
    options = {"postgresql_readonly": True} if backend == "postgresql" else {}
    if backend == "sqlite" and address.database not in {None, "", ":memory:"}:
        path = str(address.database).removeprefix("file:").partition("?")[0]
        address = address.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})
    engine = None
    try:
        engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool, hide_parameters=True)
        with engine.connect() as connection:
            reading = connection.execution_options(stream_results=True, yield_per=BATCH, **options)
            _only_read(reading, backend)
            yield reading.execute(sqlalchemy.text(statement.replace(":", r"\:")))
            connection.rollback()
    except sqlalchemy.exc.NoSuchModuleError:
        raise UsageError(f"there is no driver for {backend}") from None
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        # What the driver says may repeat the address with its password.
        raise RefusedExportError(
            f"{shown_address(url)} does not answer the query ({type(error).__name__})",
            hint="Check the address, the query, and that the database's driver is installed.",
        ) from None
    finally:
        if engine is not None:
            engine.dispose()


def _only_read(connection: Any, backend: str) -> None:
    if backend == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
    elif backend in {"mysql", "mariadb"}:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _address(url: str) -> Any:
    sqlalchemy = _sqlalchemy()
    try:
        return sqlalchemy.engine.make_url(url)
    except sqlalchemy.exc.ArgumentError:
        raise UsageError("the address is none of a database, such as postgresql://host/name") from None


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("databases need SQLAlchemy", hint="pip install 'pod-agent[tables]'") from error
    return sqlalchemy
