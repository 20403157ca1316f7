"""SQL databases and object stores as sources of tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from pod_agent.errors import RefusedExportError, UsageError
from pod_agent.importers.tables.database import query_table, shown_address
from pod_agent.importers.tables.mapping import ColumnMapping, header_of

MAPPING = ColumnMapping(
    name="till",
    target="transaction",
    columns={"date": "day", "amount": "amount", "description": "what"},
    constants={"currency": "SGD"},
    header=header_of(["day", "amount", "what"]),
)
QUERY = "SELECT day, amount, what FROM till ORDER BY day"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "till.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE till (day TEXT, amount TEXT, what TEXT)")
        rows = [(f"2024-01-{1 + n % 28:02}", f"-{n}.50", f"shop {n}") for n in range(5_000)]
        connection.executemany("INSERT INTO till VALUES (?, ?, ?)", rows)
    connection.close()
    return path


def test_a_query_is_imported_and_again_brings_nothing(database: Path, tmp_path: Path) -> None:
    with Agent.create(tmp_path / "home") as agent:
        agent.tables.keep(MAPPING)
        url = f"sqlite:///{database}"
        assert agent.tables.look(url, query=QUERY).is_confirmed
        report = agent.import_table(url, "till", query=QUERY)
        assert [file.counts.written for file in report.files] == [5_000]
        assert agent.import_table(url, "till", query=QUERY).import_id is None
        with pytest.raises(UsageError, match="columns"):
            agent.import_table(url, "till", query="SELECT day, what FROM till")


@pytest.mark.parametrize("query", ["DELETE FROM till", "SELECT 1; DROP TABLE till", "", "PRAGMA user_version = 3"])
def test_only_queries_that_read_are_sent(database: Path, query: str) -> None:
    with pytest.raises(UsageError, match="reads"):
        query_table(f"sqlite:///{database}", query)


def test_a_query_that_writes_in_disguise_changes_nothing(database: Path) -> None:
    before = database.read_bytes()
    with pytest.raises(RefusedExportError):
        query_table(f"sqlite:///{database}", "WITH x AS (SELECT 1) DELETE FROM till")
    assert database.read_bytes() == before


def test_no_password_is_told_and_a_missing_database_is_not_made(tmp_path: Path) -> None:
    assert (
        shown_address("postgresql://me:secret@db.example:5433/money?password=x") == "postgresql://db.example:5433/money"
    )
    with pytest.raises((RefusedExportError, UsageError)) as refused:
        query_table("postgresql://me:secret@127.0.0.1:1/money", "SELECT 1")
    assert "secret" not in str(refused.value) + (refused.value.hint or "")
    with pytest.raises(RefusedExportError):
        query_table(f"sqlite:///{tmp_path / 'none.db'}", "SELECT 1")
    assert not (tmp_path / "none.db").exists()


def test_an_object_of_a_store_is_read_like_a_file(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://bucket/till.csv", "wb") as target:
        target.write(b"day,amount,what\n2024-01-02,-3.50,tea\n")
    with Agent.create(tmp_path / "home") as agent:
        agent.tables.keep(MAPPING)
        report = agent.import_table("memory://bucket/till.csv", "till")
        assert [(file.path, file.counts.written) for file in report.files] == [("memory://bucket/till.csv", 1)]
        with pytest.raises(RefusedExportError):
            agent.import_table("memory://bucket/none.csv", "till")
