"""Writes that share one transaction: each keeps its own fate, and none returns before the disk has it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from aggregator.store import Database, Rows

WRITERS = 8


class RefusedError(Exception):
    """A write of the test that does not want to be."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leader.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path, "leader.sql")
    with database.transaction() as rows:
        rows.execute("INSERT INTO studies VALUES (x'00', '', '', x'00', 'open', '')")
    yield database
    database.close()


def stored(path: Path) -> set[bytes]:
    """What another connection sees, so what is committed."""
    rows = sqlite3.connect(path)
    found = {report for (report,) in rows.execute("SELECT report FROM reports")}
    rows.close()
    return found


def keep(name: bytes, *, refuse: bool = False) -> Callable[[Rows], bytes]:
    def write(rows: Rows) -> bytes:
        rows.execute("INSERT INTO reports VALUES (x'00', ?, ?)", (name, bytes(1000)))
        if refuse:
            raise RefusedError
        return name

    return write


def all_at_once(database: Database, writes: list[Callable[[Rows], bytes]]) -> list[Future[bytes]]:
    """Hand in every write while this thread holds the database, so that one transaction takes them all."""
    with ThreadPoolExecutor(len(writes)) as threads:
        with database._lock:
            results = [threads.submit(database.together, write) for write in writes]
            while len(database._waiting) < len(writes):
                threading.Event().wait(0.001)
        for result in results:
            result.exception()
    return results


def test_writes_that_wait_together_are_committed_together(database: Database, path: Path) -> None:
    commits: list[str] = []
    database._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    names = [bytes([number]) for number in range(WRITERS)]
    results = all_at_once(database, [keep(name) for name in names])
    assert [result.result() for result in results] == names
    assert stored(path) == set(names)
    assert len(commits) == 1


def test_a_write_that_fails_is_undone_alone(database: Database, path: Path) -> None:
    results = all_at_once(database, [keep(bytes([number]), refuse=number == 3) for number in range(WRITERS)])
    assert [number for number, result in enumerate(results) if result.exception()] == [3]
    assert isinstance(results[3].exception(), RefusedError)
    assert stored(path) == {bytes([number]) for number in range(WRITERS) if number != 3}


def test_a_transaction_that_cannot_be_kept_fails_every_write_in_it(database: Database, path: Path) -> None:
    database._connection.set_authorizer(_no_commit)
    results = all_at_once(database, [keep(bytes([number])) for number in range(3)])
    database._connection.set_authorizer(None)
    assert [type(result.exception()) for result in results] == [sqlite3.DatabaseError] * 3
    assert stored(path) == set()
    assert database.together(keep(b"later")) == b"later"


def _no_commit(action: int, first: str | None, *_rest: str | None) -> int:
    commit = action == sqlite3.SQLITE_TRANSACTION and first == "COMMIT"
    return sqlite3.SQLITE_DENY if commit else sqlite3.SQLITE_OK


def test_a_write_is_on_disk_when_it_returns(database: Database, path: Path) -> None:
    for number in range(3):
        database.together(keep(bytes([number])))
        assert bytes([number]) in stored(path)
