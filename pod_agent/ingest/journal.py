"""What an import is about to write, kept on this machine until the pod has all of it.

The journal is filled in one transaction before the first write. Before that commit the import has done nothing; after
it, every write can be done again by anyone who opens this journal.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pod_agent.errors import LocalStateError, UsageError
from pod_agent.ingest.layout import is_document, is_series
from pod_agent.ingest.manifest import Entry, digest
from pod_agent.pods.pod import TURTLE, ETag
from pod_agent.storage import make_private_folder

__all__ = ["Intent", "Journal", "exclusive"]

_OPEN: Final = "seq NOT IN (SELECT seq FROM done)"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS intent (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  root TEXT NOT NULL,
  month TEXT NOT NULL,
  path TEXT NOT NULL,
  records INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  etag TEXT,
  content BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS done (seq INTEGER PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS exact (
  root TEXT NOT NULL,
  month TEXT NOT NULL,
  name TEXT NOT NULL,
  block TEXT
) STRICT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One resource to write, or to remove where ``content`` is None.

    ``month`` is the first document of the month it belongs to; the path itself for what stands alone, which may be
    written at any time; ``""`` for what waits until all else is done. Only months are written by other programs too.
    ``etag`` is that of the resource when it was planned, None for a new one.
    """

    path: str
    content: bytes | None
    etag: ETag | None
    month: str = ""
    records: int = 0
    media_type: str = TURTLE
    seq: int = 0

    @property
    def entry(self) -> Entry | None:
        """The entry of the manifest once this is done."""
        return None if self.content is None else Entry(digest(self.content), self.records)


class Journal:
    """The open journal of one pod (``root``); others' intents in the same file are left alone."""

    def __init__(self, path: Path, root: str) -> None:
        make_private_folder(path.parent)
        path.touch(mode=0o600)
        self._root = root
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.executescript(_SCHEMA)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block's changes at once, or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk ends it by itself
                self._connection.execute("ROLLBACK")
            raise

    def add(self, intents: Iterable[Intent]) -> None:
        """Append intents, to be done in this order."""
        self._connection.executemany(
            "INSERT INTO intent (root, month, path, content, records, media_type, etag) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (self._root, intent.month, intent.path, intent.content, intent.records, intent.media_type, intent.etag)
                for intent in intents
            ),
        )

    def add_exact(self, month: str, blocks: Mapping[str, str | None]) -> None:
        """Note what a month shall hold by these names, should it have to be joined anew; None for nothing."""
        self._connection.executemany(
            "INSERT INTO exact VALUES (?, ?, ?, ?)", [(self._root, month, name, text) for name, text in blocks.items()]
        )

    def exact(self, month: str) -> dict[str, str | None]:
        """What was noted for a month."""
        query = "SELECT name, block FROM exact WHERE root = ? AND month = ?"
        return dict(self._connection.execute(query, (self._root, month)).fetchall())

    def ready(self, number: int, busy: Collection[str] = ()) -> list[Intent]:
        """Up to ``number`` intents that may be done now, at the same time: the first open ones of as many months.

        ``busy`` are the months of intents that are being done. What belongs to no month waits for all months, and is
        done one by one.
        """
        query = f"SELECT month, min(seq) FROM intent WHERE root = ? AND {_OPEN} GROUP BY month ORDER BY 2"  # noqa: S608 - a literal above
        firsts: dict[str, int] = dict(self._connection.execute(query, (self._root,)).fetchall())
        months = [month for month in firsts if month and month not in busy][:number]
        if not months and not busy and "" in firsts and number:
            months = [""]
        return [intent for month in months for intent in self._select("seq = ?", firsts[month])]

    def month(self, month: str) -> list[Intent]:
        """Every intent of a month, done or not, in order."""
        return list(self._select("month = ? ORDER BY seq", month))

    def finished(self) -> dict[str, Entry | None]:
        """Manifest entries of the documents that were written or removed; the latest intent for a path counts."""
        return self._entries(f"NOT {_OPEN}")

    def planned(self) -> dict[str, Entry | None]:
        """Manifest entries of the documents that are still to be written or removed, once that is done."""
        return self._entries(_OPEN)

    def _entries(self, condition: str) -> dict[str, Entry | None]:
        intents = self._select(f"{condition} AND month != '' ORDER BY seq")
        return {intent.path: intent.entry for intent in intents if is_document(intent.path) or is_series(intent.path)}

    def done(self, intent: Intent) -> None:
        """Mark an intent as done: in a table of its own, because a change to its row would write its content again."""
        self._connection.execute("INSERT OR IGNORE INTO done VALUES (?)", (intent.seq,))

    def expect(self, intent: Intent, etag: ETag | None) -> None:
        """Make an intent conditional on another ETag."""
        self._connection.execute("UPDATE intent SET etag = ? WHERE seq = ?", (etag, intent.seq))

    def replace(self, month: str, intents: Iterable[Intent]) -> None:
        """Put new intents in the place of those of a month that are not done."""
        with self.transaction():
            self._connection.execute(
                f"DELETE FROM intent WHERE root = ? AND month = ? AND {_OPEN}",  # noqa: S608 - a literal above
                (self._root, month),
            )
            self.add(intents)

    def __len__(self) -> int:
        """Number of intents, done or not: above 0 after an import that did not end."""
        query = "SELECT count(*) FROM intent WHERE root = ?"
        total: int = self._connection.execute(query, (self._root,)).fetchone()[0]
        return total

    def clear(self) -> None:
        """Forget every intent of this pod."""
        with self.transaction():
            self._connection.execute(
                "DELETE FROM done WHERE seq IN (SELECT seq FROM intent WHERE root = ?)", (self._root,)
            )
            self._connection.execute("DELETE FROM intent WHERE root = ?", (self._root,))
            self._connection.execute("DELETE FROM exact WHERE root = ?", (self._root,))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _select(self, condition: str, *values: str | int) -> Iterator[Intent]:
        rows = self._connection.execute(
            f"SELECT seq, month, path, content, records, media_type, etag FROM intent WHERE root = ? AND {condition}",  # noqa: S608 - conditions are literals above
            (self._root, *values),
        )
        for seq, month, path, content, records, media_type, etag in rows:
            yield Intent(
                seq=seq, month=month, path=path, content=content, records=records, media_type=media_type, etag=etag
            )


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the lock that lets one import, sync or move at a time run on this home; it ends with the process.

    ``folder`` is the home's ``ingest``. UsageError where another holds it, LocalStateError where the agent's own files
    fail while it is held.
    """
    path = folder / "lock.sqlite"
    try:
        make_private_folder(folder)
        path.touch(mode=0o600)
        connection = sqlite3.connect(path, isolation_level=None, timeout=0.2)
        try:
            _begin(connection)
            yield
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        raise LocalStateError(f"the agent's own files cannot be used: {error}") from error


def _begin(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise UsageError("another import is running", hint="Wait until it has ended, then try again.") from error
