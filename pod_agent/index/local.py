"""LocalIndex: the records of the pod in SQLite, and every figure computed from them.

The index is a cache. It may be deleted at any time and is rebuilt from the pod; one that is damaged, or made for
another zone, currency or layout, starts empty and says so by ``is_new``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from pod_agent.errors import LocalStateError
from pod_agent.index.compile import ORDERS, SEPARATOR, compile_query, grouping, records_query
from pod_agent.index.entities import (
    Coverage,
    Entities,
    Origin,
    read_coverage,
    read_descriptions,
    read_entities,
    read_origins,
)
from pod_agent.index.events import Events, read_events, read_iris
from pod_agent.index.families import table_of
from pod_agent.index.fetching import fetch, fetch_transactions, texts_of
from pod_agent.index.meaning import Link, read_links, replace_links, restate
from pod_agent.index.measures import TERMS
from pod_agent.index.results import Computed, collect, rounded
from pod_agent.index.rollups import fits, refresh
from pod_agent.index.rows import INSERTS, TABLES, add_day, row_of
from pod_agent.index.terms import Terms
from pod_agent.storage import make_private_folder
from vocab.errors import VocabularyError
from vocab.query import QuerySpec, Table
from vocab.records import IRI, Provenance, Record, Transaction, TransactionKind

__all__ = ["LocalIndex"]

LAYOUT = 4
"""Raised when schema.sql or the table of product groups changes: an index of another layout is started anew."""

CACHE_KIB = 8_192
"""Memory for pages of the file: with SQLite's 2 MiB a rebuild takes half as long again."""

Kept = TypeVar("Kept", bound=Record)


class LocalIndex:
    """The index at ``path``; days are those of ``zone``, money is added up in ``currency``.

    Safe to share between threads. ``is_new`` is True where there was nothing usable, so a rebuild is due.
    """

    def __init__(self, path: Path, zone: ZoneInfo, *, currency: str = "SGD") -> None:
        self._path = path
        self._zone = zone
        self._currency = currency
        self._lock = RLock()
        make_private_folder(path.parent)
        self.is_new = False
        with _disk_errors():
            try:
                self._connection = self._open()
            except sqlite3.DatabaseError:
                self._discard()
                self._connection = self._open()

    @property
    def place(self) -> tuple[Path, ZoneInfo, str]:
        """The file, the zone of its days and the currency of its money."""
        return self._path, self._zone, self._currency

    @property
    def edition(self) -> tuple[int, int]:
        """Differs once anything in the index was changed, by this process or another; what it counts means nothing."""
        with self._lock:
            [(others,)] = self._connection.execute("PRAGMA data_version")
            return int(others), self._connection.total_changes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the index cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def upsert(self, records: Iterable[Record], *, import_id: str = "") -> int:
        """Add records, or replace those with the same IRI; returns how many were given. All or nothing.

        Where a record carries its provenance, that is kept with ``import_id``, the first import's for good.
        """
        with self._change() as connection:
            return self._add(connection, records, import_id)

    def remove(self, iris: Iterable[IRI]) -> int:
        """Forget these records, their links and where they came from; returns how many there were."""
        with self._change() as connection:
            return self._drop(connection, set(iris))

    def replace_documents(self, prefix: str, records: Iterable[Record]) -> int:
        """Make these the records of a month; those it held besides are forgotten. Returns how many were given.

        ``prefix`` is what the IRIs of the month begin with, its first document and ``#``, for example
        ``data/ocbc/transaction/2026/2026-10.ttl#``: give the records of all its documents. Meanings that
        ``restate`` gave to the month's transactions are to be given again. VocabularyError, and no change, where a
        record is of another month.
        """
        with self._change() as connection:
            gone, given = self._held_below(connection, prefix), set[IRI]()

            def checked() -> Iterator[Record]:
                for record in records:
                    if not record.iri.startswith(prefix):
                        raise VocabularyError(f"record {record.iri} does not belong to {prefix}")
                    given.add(record.iri)
                    yield record

            number = self._add(connection, checked(), "")
            self._drop(connection, gone - given)
            return number

    def rebuild(self, records: Iterable[Record]) -> int:
        """Replace everything by these records; returns how many. The old index stays until all are read.

        Provenance is rebuilt by ``add_provenance``: the documents of the pod do not hold it.
        """
        with self._change() as connection:
            for table in (*TABLES, "link", "provenance", "term", "calendar", "document"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 (closed names)
            number = self._add(connection, records, "")
        self.is_new = False
        return number

    def add_provenance(self, lines: Iterable[tuple[IRI, Provenance]], import_id: str) -> None:
        """Note where records were read; what is known of a record already stays."""
        with self._change() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO provenance VALUES (?, ?, ?, ?, ?)",
                ((iri, item.file, item.member, item.line, import_id) for iri, item in lines),
            )

    def replace_provenance(self, lines: Iterable[tuple[IRI, Provenance, str]]) -> None:
        """Note anew where records were read, and by which import; of several lines for a record the first counts."""
        with self._change() as connection:
            connection.execute("DELETE FROM provenance")
            connection.executemany(
                "INSERT OR IGNORE INTO provenance VALUES (?, ?, ?, ?, ?)",
                ((iri, item.file, item.member, item.line, import_id) for iri, item, import_id in lines),
            )

    def documents(self) -> dict[str, str]:
        """Path and digest of every document of the pod as the index holds it."""
        with self._lock:
            return {row["path"]: row["sha256"] for row in self._connection.execute("SELECT * FROM document")}

    def note_documents(self, digests: Mapping[str, str]) -> None:
        """Remember that the index holds these editions of these documents."""
        with self._change() as connection:
            connection.executemany("INSERT OR REPLACE INTO document VALUES (?, ?)", digests.items())

    def forget_documents(self, paths: Iterable[str]) -> None:
        """Forget that the index held these documents, which the pod has no more; their records are removed apart."""
        with self._change() as connection:
            connection.executemany("DELETE FROM document WHERE path = ?", [(path,) for path in paths])

    # Meaning

    def transactions(self) -> Iterator[Transaction]:
        """All transactions, oldest first, as the pod has them: without what ``restate`` laid over them."""
        with self._lock:
            return fetch_transactions(self._connection)

    def restate(self, changes: Mapping[IRI, tuple[str, str, TransactionKind, str | None]]) -> int:
        """Give transactions another merchant, category, kind and counterparty; returns how many that changed.

        All figures follow, and ``get`` gives the new values, until the record itself is added again. To take a
        meaning back, give what ``transactions`` says.
        """
        with self._change() as connection:
            return restate(connection, changes)

    def links(self, iris: Iterable[IRI]) -> tuple[Link, ...]:
        """What these records have to do with others, from either side."""
        with self._lock:
            return read_links(self._connection, iris)

    def relink(self, links: Iterable[Link]) -> int:
        """Make these the links between records, in place of all there were; returns how many there are."""
        with self._change() as connection:
            return replace_links(connection, links)

    # Figures

    def known_imports(self) -> set[str]:
        """Ids of the imports whose lines the index holds."""
        with self._lock:
            return {row[0] for row in self._connection.execute("SELECT DISTINCT import_id FROM provenance")}

    def run(self, spec: QuerySpec, *, evidence: bool = True) -> Table:
        """Answer a query with rounded figures: money to cents, minutes whole, half away from zero.

        With ``evidence`` each row comes with the IRIs of its records, in no particular order; without, with none, and
        the monthly roll-ups answer where they can. VocabularyError where the query mixes families of records.
        """
        return rounded(self.compute(spec, evidence=evidence))

    def compute(self, spec: QuerySpec, *, evidence: bool = True) -> Computed:
        """Answer a query like ``run``, with exact figures for further arithmetic."""
        with self._lock:
            table = table_of(spec)
            rollup = not evidence and fits(spec, table, self._held(table))
            statement = compile_query(spec, rollup=rollup, evidence=evidence)
            found = self._connection.execute(statement.text, statement.parameters).fetchall()
            term_keys = [name in TERMS[table] for name in grouping(spec)]
            numbers = {row[i] for row in found for i, is_term in enumerate(term_keys) if is_term}
            terms = texts_of(self._connection, numbers)
        return collect(spec, table, [tuple(row) for row in found], terms, with_evidence=evidence, separator=SEPARATOR)

    def records(self, spec: QuerySpec, *, order: str = "oldest", limit: int | None = None) -> tuple[Record, ...]:
        """The records behind a query: ``oldest`` or ``newest`` first, or ``largest`` or ``smallest`` amount paid.

        Equal amounts come oldest first. Dimensions, order and limit of the query itself do not matter.
        """
        if order not in ORDERS:
            raise VocabularyError(f"{order!r} is not an order of records")
        with self._lock:
            statement = records_query(spec, order, limited=limit is not None)
            bound = [*statement.parameters, *([] if limit is None else [limit])]
            found = self._connection.execute(statement.text, bound)
            return self.get(IRI(iri) for row in found.fetchall() for iri in row[0].split(SEPARATOR))

    def get(self, iris: Iterable[IRI]) -> tuple[Record, ...]:
        """The records with these IRIs, in this order, with their provenance where known; unknown ones are left out."""
        wanted = list(iris)
        with self._lock:
            found = fetch(self._connection, wanted)
        return tuple(found[iri] for iri in wanted if iri in found)

    def kept(self, kind: type[Kept]) -> tuple[Kept, ...]:
        """All records of a kind that queries have no figures for, such as what the person follows."""
        with self._lock:
            text = "SELECT iri FROM things WHERE type = ? ORDER BY day, text, iri"
            found = self._connection.execute(text, (kind.type_name,)).fetchall()
            return tuple(record for record in self.get(IRI(row[0]) for row in found) if isinstance(record, kind))

    def events(self, family: str, until: date) -> Events:
        """The rows of a family of ``events.FAMILIES`` up to this day, oldest first, as bare numbers."""
        with self._lock:
            return read_events(self._connection, family, until)

    def iris(self, family: str, rows: Iterable[int]) -> dict[int, IRI]:
        """The IRIs of these rows of a family, by the number of the row."""
        with self._lock:
            return read_iris(self._connection, family, rows)

    def local_day(self, at: datetime) -> date:
        """The day of an instant in the person's zone."""
        return at.astimezone(self._zone).date()

    def entities(self) -> Entities:
        """Every name that the records hold, by kind."""
        with self._lock:
            return read_entities(self._connection)

    def descriptions(self, holding: str = "", *, transfers: bool = False) -> dict[str, tuple[str, ...]]:
        """The texts that the bank gives each merchant's rows, or transfers; see ``read_descriptions``."""
        with self._lock:
            return read_descriptions(self._connection, holding, transfers=transfers)

    def coverage(self) -> tuple[Coverage, ...]:
        """First and last local day with a record, and their number, per source and kind of record."""
        with self._lock:
            return read_coverage(self._connection)

    def origins(self, source: str) -> tuple[Origin, ...]:
        """The files that hold records of this source, as far as it is noted here."""
        with self._lock:
            return read_origins(self._connection, source)

    def version(self) -> tuple[int, int]:
        """Differs once this process or another changed the index: what was derived from it is stale then."""
        with self._lock:
            return self._connection.total_changes, int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def count(self) -> int:
        """How many records the index holds."""
        with self._lock:
            return self._count(self._connection)

    def _add(self, connection: sqlite3.Connection, records: Iterable[Record], import_id: str) -> int:
        terms, days, number = Terms(connection), set[date](), 0
        for record in records:
            table, day, row = row_of(record, terms, self._zone, self._currency)
            if day is not None and day not in days:
                add_day(connection, day)
                days.add(day)
            connection.execute(INSERTS[table], row)
            if record.provenance is not None:
                place = record.provenance
                connection.execute(
                    "INSERT OR IGNORE INTO provenance VALUES (?, ?, ?, ?, ?)",
                    (record.iri, place.file, place.member, place.line, import_id),
                )
            number += 1
        return number

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _disk_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                refresh(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk ends it by itself
                    self._connection.execute("ROLLBACK")
                raise

    @staticmethod
    def _held_below(connection: sqlite3.Connection, prefix: str) -> set[IRI]:
        bounds = (prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1))
        found = set[IRI]()
        for table in TABLES:
            text = f"SELECT iri FROM {table} WHERE iri >= ? AND iri < ?"  # noqa: S608 (closed names)
            found.update(IRI(row[0]) for row in connection.execute(text, bounds))
        return found

    @staticmethod
    def _drop(connection: sqlite3.Connection, iris: set[IRI]) -> int:
        keys = [(iri,) for iri in sorted(iris)]
        connection.executemany("DELETE FROM provenance WHERE iri = ?", keys)
        connection.executemany("DELETE FROM link WHERE iri = ?1 OR other = ?1", keys)
        return sum(
            connection.executemany(f"DELETE FROM {table} WHERE iri = ?", keys).rowcount  # noqa: S608 (closed names)
            for table in TABLES
            if keys
        )

    def _held(self, table: str) -> tuple[date, date] | None:
        text = f"SELECT (SELECT min(day) FROM {table}), (SELECT max(day) FROM {table})"  # noqa: S608 (closed names)
        first, last = self._connection.execute(text).fetchone()
        return None if first is None else (date.fromordinal(first), date.fromordinal(last))

    @staticmethod
    def _count(connection: sqlite3.Connection) -> int:
        return sum(int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in TABLES)  # noqa: S608

    def _open(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables in an empty file; DatabaseError where the file is of another making."""
        layout = connection.execute("PRAGMA user_version").fetchone()[0]
        origin = (self._zone.key, self._currency)
        if layout == 0:
            script = files("pod_agent.index").joinpath("schema.sql").read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE; {script}")
            connection.execute("INSERT INTO origin VALUES (?, ?)", origin)
            connection.execute(f"PRAGMA user_version = {LAYOUT}")
            connection.execute("COMMIT")
            self.is_new = True
        elif layout != LAYOUT or tuple(connection.execute("SELECT * FROM origin").fetchone() or ()) != origin:
            raise sqlite3.DatabaseError("an index of another layout, zone or currency")

    def _discard(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Give a disk that is full or broken its name."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LocalStateError(f"the index cannot be used: {error}") from error
