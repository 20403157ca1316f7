"""The rules of the servers hold whatever an operator's database takes for a transaction."""

from __future__ import annotations

import threading

import psycopg
import pytest

from aggregator.store import open_store
from tests.support.postgres import Postgres


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
def test_a_writer_sees_what_was_written_while_it_waited_whatever_the_databases_default(
    postgres: Postgres, level: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = postgres.database()
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = '{level}'".encode())
    home = tmp_path_factory.mktemp("home")
    first, second = open_store(home, "helper", url), open_store(home, "helper", url)
    seen: list[int] = []

    def count() -> None:
        with second.transaction() as rows:
            seen.append(rows.execute("SELECT count(*) FROM tasks").fetchone()[0])

    waiting = threading.Thread(target=count)
    with first.transaction() as rows:
        waiting.start()
        with psycopg.connect(url, autocommit=True) as watcher:
            query = b"""SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
            while watcher.execute(query).fetchone() == (0,):
                assert waiting.is_alive()
        rows.execute("INSERT INTO tasks VALUES (?, ?, ?, NULL, NULL)", (b"task", b"{}", b"key"))
    waiting.join()
    assert seen == [1]
    first.close()
    second.close()
