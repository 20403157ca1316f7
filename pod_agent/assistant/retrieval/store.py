"""SearchStore: the documents of one home in an SQLite file, with their words (FTS5) and their vectors.

A cache like the index: it may be deleted at any time and is made again; a file that is damaged or of another layout
starts empty. What is removed is removed from the bytes of the file as well: freed pages are overwritten, the words'
segments are merged, and the write-ahead log is emptied.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from pod_agent.assistant.retrieval.document import Document, Kind
from pod_agent.errors import LocalStateError
from pod_agent.storage import make_private_folder
from vocab.query import QuerySpec
from vocab.records import IRI

__all__ = ["FILE", "Condition", "SearchStore"]

FILE: Final = "search/store.sqlite"
_LAYOUT: Final = 1
_PATIENCE: Final = 30.0
_SCHEMA: Final = """
CREATE TABLE noted (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, digest BLOB NOT NULL, state BLOB NOT NULL,
    kind TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, sources TEXT NOT NULL,
    months TEXT NOT NULL, query TEXT, iris TEXT NOT NULL, family TEXT NOT NULL
);
CREATE INDEX document_name ON document (name);
CREATE INDEX document_digest ON document (digest);
CREATE TABLE held (number INTEGER NOT NULL, month TEXT NOT NULL, PRIMARY KEY (number, month)) WITHOUT ROWID;
CREATE TABLE vector (number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, value BLOB NOT NULL);
CREATE VIRTUAL TABLE words USING fts5 (title, text, goods, tokenize = "porter unicode61 remove_diacritics 2");
"""
_COLUMNS: Final = "kind, key, title, text, sources, months, query, iris, family"
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Which documents may be found: of these kinds, and with a record in one of these spans of months; all by default.

    A span is a pair of first and last month, both included.
    """

    kinds: frozenset[Kind] = frozenset()
    spans: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.kinds or self.spans)

    def sql(self) -> tuple[str, list[str]]:
        """A condition on the column ``d.number`` and ``d.kind``, and its parameters."""
        parts, bound = ["1"], list[str]()
        if self.kinds:
            parts.append(f"d.kind IN ({', '.join('?' * len(self.kinds))})")
            bound += sorted(self.kinds)
        if self.spans:
            spans = " OR ".join(["month BETWEEN ? AND ?"] * len(self.spans))
            parts.append(f"EXISTS (SELECT 1 FROM held WHERE held.number = d.number AND ({spans}))")  # noqa: S608 (closed names)
            bound += [month for span in self.spans for month in span]
        return " AND ".join(parts), bound


class SearchStore:
    """The store of a home; open it for one piece of work and close it, or use it in a ``with`` statement."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        make_private_folder(self._path.parent)
        with _disk_errors():
            try:
                self._connection = self._open()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._discard()
                self._connection = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # Documents

    def noted(self, name: str) -> str:
        """What was noted under a name; empty where nothing was."""
        row = self._connection.execute("SELECT value FROM noted WHERE name = ?", (name,)).fetchone()
        return "" if row is None else str(row[0])

    def replace(self, documents: Iterable[Document], state: str) -> int:
        """Make these the documents, and note of what they were made; how many were written or removed.

        Vectors of texts that no document has any more go too; the others stay.
        """
        new = {each.id: each for each in documents}
        with self._change() as connection:
            held = dict(connection.execute("SELECT id, state FROM document"))
            stale = [key for key, digest in held.items() if key not in new or new[key].state != digest]
            numbers = self._remove(connection, stale)
            for key, document in new.items():
                if held.get(key) != document.state:
                    self._add(connection, document, numbers.get(key))
            unused = "DELETE FROM vector WHERE digest NOT IN (SELECT digest FROM document)"
            dropped = connection.execute(unused).rowcount
            self._note(connection, "state", state)
            if dropped:
                self._note(connection, "generation", str(int(self.noted("generation") or 0) + 1))
            added = [key for key, each in new.items() if held.get(key) != each.state]
        if stale:
            self._wipe()
        return len(stale) + len(added)

    def number(self) -> int:
        """How many documents there are."""
        return int(self._connection.execute("SELECT count(*) FROM document").fetchone()[0])

    def document(self, number: int) -> Document:
        """The document of this number."""
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM document WHERE number = ?", (number,)).fetchone()  # noqa: S608
        return _document(row)

    def by_id(self, key: str) -> int | None:
        """The number of the document of this id."""
        row = self._connection.execute("SELECT number FROM document WHERE id = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    # Words and names

    def by_words(self, query: str, condition: Condition, limit: int) -> list[int]:
        """The documents that an FTS5 query finds, best first (BM25; a word in the title counts four times)."""
        where, bound = condition.sql()
        found = self._connection.execute(
            f"SELECT d.number FROM words JOIN document d ON d.number = words.rowid WHERE words MATCH ? AND {where}"  # noqa: S608
            " ORDER BY bm25(words, 4.0, 1.0, 2.0), d.number LIMIT ?",
            (query, *bound, limit),
        )
        return [row[0] for row in found]

    def by_names(self, names: Sequence[str], condition: Condition) -> dict[int, str]:
        """The documents with one of these names, in the spelling of ``Document.name``."""
        where, bound = condition.sql()
        text = f"SELECT d.number, d.name FROM document d WHERE d.name IN (SELECT value FROM json_each(?)) AND {where}"  # noqa: S608
        return dict(self._connection.execute(text, (json.dumps(names), *bound)).fetchall())

    def of_kinds(self, numbers: Iterable[int], kinds: Iterable[Kind]) -> list[int]:
        """Those of the documents that are of one of these kinds."""
        text = (
            "SELECT number FROM document WHERE number IN (SELECT value FROM json_each(?))"
            " AND kind IN (SELECT value FROM json_each(?)) ORDER BY number"
        )
        chosen = (json.dumps(sorted(numbers)), json.dumps(sorted(kinds)))
        return [row[0] for row in self._connection.execute(text, chosen)]

    # Vectors

    def missing(self, model: str) -> list[tuple[bytes, str]]:
        """Digest and text of each text without a vector of this model; vectors of another model are dropped first."""
        if self.noted("model") != model:
            with self._change() as connection:
                connection.execute("DELETE FROM vector")
                self._note(connection, "model", model)
                self._note(connection, "generation", str(int(self.noted("generation") or 0) + 1))
        rows = self._connection.execute(
            "SELECT digest, min(text) FROM document WHERE digest NOT IN (SELECT digest FROM vector) GROUP BY digest"
            " ORDER BY length(min(text)), digest"
        )
        return [(row[0], row[1]) for row in rows]

    def add_vectors(self, digests: Sequence[bytes], values: NDArray[np.float32]) -> None:
        """Keep vectors by the digests of their texts."""
        with self._change() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO vector (digest, value) VALUES (?, ?)",
                ((digest, row.astype("<f4").tobytes()) for digest, row in zip(digests, values, strict=True)),
            )

    def vectors(self, numbers: Sequence[int] | None = None) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Numbers of vectors and the vectors, one a row; all, or those of these numbers."""
        if numbers is None:
            rows = self._connection.execute("SELECT number, value FROM vector ORDER BY number").fetchall()
        else:
            text = "SELECT number, value FROM vector WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number"
            rows = self._connection.execute(text, (json.dumps([int(each) for each in numbers]),)).fetchall()
        ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        values = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
        return ids, values.reshape(len(rows), -1 if rows else 0)

    def vector_numbers(self, condition: Condition) -> list[int]:
        """The numbers of the vectors of documents under a condition."""
        where, bound = condition.sql()
        text = f"SELECT DISTINCT v.number FROM vector v JOIN document d ON d.digest = v.digest WHERE {where}"  # noqa: S608
        return [row[0] for row in self._connection.execute(text, bound)]

    def documents_of(self, vectors: Sequence[int], condition: Condition) -> dict[int, list[int]]:
        """The documents of these vectors, by the vector's number."""
        where, bound = condition.sql()
        text = (
            "SELECT v.number, d.number FROM vector v JOIN document d ON d.digest = v.digest"  # noqa: S608
            f" WHERE v.number IN (SELECT value FROM json_each(?)) AND {where} ORDER BY d.number"
        )
        found: dict[int, list[int]] = {}
        for vector, number in self._connection.execute(text, (json.dumps([int(each) for each in vectors]), *bound)):
            found.setdefault(vector, []).append(number)
        return found

    def edition(self) -> tuple[str, int, int]:
        """Differs once the vectors are others: the generation, raised by every removal, their number, the last one."""
        count, last = self._connection.execute("SELECT count(*), coalesce(max(number), 0) FROM vector").fetchone()
        return self.noted("generation"), int(count), int(last)

    # Writing

    def _add(self, connection: sqlite3.Connection, document: Document, number: int | None) -> None:
        row = document.row()
        named = {"number": number, "id": document.id, "name": document.name, "digest": document.digest}
        values = {**named, "state": document.state, **row}
        places = ", ".join("?" * len(values))
        cursor = connection.execute(
            f"INSERT INTO document ({', '.join(values)}) VALUES ({places})",  # noqa: S608 (closed names)
            [
                value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
                for value in values.values()
            ],
        )
        goods = document.title if document.kind == "product" else ""
        texts = [text.encode("utf-8", "replace").decode() for text in (document.title, document.text, goods)]
        connection.execute(
            "INSERT INTO words (rowid, title, text, goods) VALUES (?, ?, ?, ?)", (cursor.lastrowid, *texts)
        )
        connection.executemany(
            "INSERT INTO held VALUES (?, ?)", ((cursor.lastrowid, month) for month in document.months)
        )

    def _remove(self, connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
        """Remove documents; the numbers that they had."""
        numbers: dict[str, int] = {}
        for start in range(0, len(ids), _CHUNK):
            chosen = json.dumps(ids[start : start + _CHUNK])
            text = "SELECT id, number FROM document WHERE id IN (SELECT value FROM json_each(?))"
            numbers.update(connection.execute(text, (chosen,)).fetchall())
        keys = [(number,) for number in numbers.values()]
        for text in (
            "DELETE FROM words WHERE rowid = ?",
            "DELETE FROM held WHERE number = ?",
            "DELETE FROM document WHERE number = ?",
        ):
            connection.executemany(text, keys)
        return numbers

    @staticmethod
    def _note(connection: sqlite3.Connection, name: str, value: str) -> None:
        connection.execute("INSERT OR REPLACE INTO noted VALUES (?, ?)", (name, value))

    def _wipe(self) -> None:
        """Leave nothing of what was removed in the bytes of the file and its log."""
        with _disk_errors():
            self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with _disk_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _open(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=_PATIENCE)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            layout = connection.execute("PRAGMA user_version").fetchone()[0]
            if layout == 0:
                connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_LAYOUT}; COMMIT")
            elif layout != _LAYOUT:
                raise sqlite3.DatabaseError("a store of another layout")  # noqa: TRY301 - closed like a damaged one
            connection.execute("SELECT count(*) FROM words").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _discard(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)


def _document(row: Sequence[Any]) -> Document:
    kind, key, title, text, sources, months, query, iris, family = row
    return Document(
        kind=kind,
        key=key,
        title=title,
        text=text,
        sources=tuple(json.loads(sources)),
        months=tuple(json.loads(months)),
        query=None if query is None else QuerySpec.from_json(json.loads(query)),
        iris=tuple(IRI(iri) for iri in json.loads(iris)),
        family=family,
    )


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Give a disk that is full or broken its name."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LocalStateError(f"the store of search cannot be used: {error}") from error
