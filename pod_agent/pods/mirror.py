"""The mirror: each document of a served pod as this machine last accepted it.

It is the base when a document was changed by somebody else, the source when one was cut short or vanished, and the
reason why a look at an unchanged pod fetches nothing. It is a cache all the same: without it everything is fetched
again, and damage that came meanwhile can only be told, not undone.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from threading import RLock
from typing import Any, Final

from pod_agent.errors import LocalStateError
from pod_agent.pods.pod import Entry, ETag, Resource
from pod_agent.storage import make_private_folder

__all__ = ["Mirror", "Seen", "Standing"]

_LAYOUT: Final = 1
_SCHEMA: Final = """
CREATE TABLE document (
  root TEXT NOT NULL,
  path TEXT NOT NULL,
  etag TEXT NOT NULL,
  modified TEXT,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  standing INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (root, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE complete (root TEXT PRIMARY KEY) STRICT;
"""


class Standing(IntEnum):
    """How a document stands with the pod's manifest, as far as this machine knows."""

    NEW = 0
    """Accepted, but the manifest did not say these bytes so far."""
    DUE = 1
    """To be entered into the manifest by this machine."""
    ENTERED = 2
    """The manifest said exactly these bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of a document without its bytes; ``modified`` as the pod's listing wrote it."""

    etag: ETag
    modified: str | None
    sha256: str
    size: int
    standing: Standing

    def is_still(self, entry: Entry) -> bool:
        """Whether the listing shows that the pod holds these bytes; False where it cannot show it.

        A listing that tells no dates shows nothing. Where the document was written from here, its date is not known
        yet: a server that makes ETags of milliseconds since 1970 shows it there.
        """
        if entry.modified is None or (entry.size is not None and entry.size != self.size):
            return False
        return entry.modified == self.modified or (self.modified is None and _in_etag(entry, self.etag))


def _in_etag(entry: Entry, etag: str) -> bool:
    try:
        moment = datetime.fromisoformat(entry.modified or "")
    except ValueError:
        return False
    milliseconds = round(moment.timestamp() * 1000) if moment.tzinfo else 0
    return moment.microsecond > 0 and str(milliseconds) in etag


class Mirror:
    """The mirror of one pod (``root``) in the file at ``path``; what other pods left in that file stays apart.

    A file that is damaged or of another layout is started anew. Safe to share between threads. LocalStateError where
    the disk is full or the file may not be written: what it holds stays then.
    """

    def __init__(self, path: Path, root: str) -> None:
        self._path = path
        self._root = root
        self._lock = RLock()
        make_private_folder(path.parent)
        with _told():
            try:
                self._connection = self._open()
            except sqlite3.OperationalError:  # says nothing against what the file holds
                raise
            except sqlite3.DatabaseError:
                self._discard()
                self._connection = self._open()

    @property
    def root(self) -> str:
        """IRI of the pod's container."""
        return self._root

    @property
    def is_complete(self) -> bool:
        """Whether the whole pod was looked at once, so that what is not here is not in the pod either."""
        return bool(self._rows("SELECT 1 FROM complete WHERE root = ?"))

    def set_complete(self) -> None:
        """Note that the whole pod was looked at."""
        self._run("INSERT OR IGNORE INTO complete VALUES (?)", [()])

    def seen(self) -> dict[str, Seen]:
        """What is known of every document, by path, sorted."""
        rows = self._rows(
            "SELECT path, etag, modified, sha256, size, standing FROM document WHERE root = ? ORDER BY path"
        )
        return {row[0]: _seen(*row[1:]) for row in rows}

    def get(self, path: str) -> Seen | None:
        """What is known of one document."""
        rows = self._rows(
            "SELECT etag, modified, sha256, size, standing FROM document WHERE root = ? AND path = ?", path
        )
        return _seen(*rows[0]) if rows else None

    def read(self, path: str) -> Resource | None:
        """A document as it was accepted; None where there is none, or where its bytes here are damaged.

        Damaged bytes are forgotten: the next look at the pod fetches the document again.
        """
        query = "SELECT content, media_type, etag, sha256 FROM document WHERE root = ? AND path = ?"
        for packed, media_type, etag, sha256 in self._rows(query, path):
            with contextlib.suppress(zlib.error):
                content = zlib.decompress(packed)
                if hashlib.sha256(content).hexdigest() == sha256:
                    return Resource(content, media_type, ETag(etag))
            self.forget(path)
        return None

    def put(
        self, path: str, resource: Resource, *, modified: str | None = None, standing: Standing = Standing.NEW
    ) -> None:
        """Accept these bytes; ``modified`` from a listing that is older than the bytes, or None."""
        content = resource.content
        packed = zlib.compress(content, 0 if path.endswith(".gz") else 6)
        digest = hashlib.sha256(content).hexdigest()
        row = (path, resource.etag, modified, digest, len(content), standing, resource.media_type, packed)
        self._run("INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [row])

    def note_dates(self, dates: Mapping[str, str | None]) -> None:
        """Note under which date of the listing documents are still what they were."""
        rows = [(path, date) for path, date in dates.items()]
        self._run("UPDATE document SET modified = ?3 WHERE root = ?1 AND path = ?2", rows)

    def note_etag(self, path: str, etag: ETag) -> None:
        """Note the ETag of a document that was written without asking for it."""
        self._run("UPDATE document SET etag = ?3 WHERE root = ?1 AND path = ?2", [(path, etag)])

    def stand(self, paths: Iterable[str], standing: Standing) -> None:
        """Note how documents stand with the manifest."""
        rows = [(path, standing) for path in paths]
        self._run("UPDATE document SET standing = ?3 WHERE root = ?1 AND path = ?2", rows)

    def forget(self, path: str) -> None:
        """Forget a document, which the pod has no more."""
        self._run("DELETE FROM document WHERE root = ? AND path = ?", [(path,)])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _rows(self, query: str, *values: str) -> list[Any]:
        with self._lock, _told():
            return self._connection.execute(query, (self._root, *values)).fetchall()

    def _run(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        with self._lock, _told(), _transaction(self._connection):
            self._connection.executemany(statement, [(self._root, *row) for row in rows])

    def _open(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=30)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _discard(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file; DatabaseError where the file is damaged or of another making."""
    if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("a damaged file")
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if layout not in {0, _LAYOUT}:
        raise sqlite3.DatabaseError("a mirror of another layout")
    if layout == 0:
        connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_LAYOUT}; COMMIT;")


def _seen(etag: object, modified: object, sha256: object, size: object, standing: object) -> Seen:
    return Seen(
        etag=ETag(str(etag)),
        modified=None if modified is None else str(modified),
        sha256=str(sha256),
        size=int(str(size)),
        standing=Standing(int(str(standing))),
    )


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LocalStateError(f"the copy of the pod on this machine cannot be used: {error}") from error
