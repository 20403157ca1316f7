"""WithheldIndex: the index as it would be without some sources, for answers that are to leave them out.

It is a second connection to the same file on which every table of records is hidden behind a view of its name without
the rows of those sources: no query can forget the condition, and names that only they hold do not exist. What a day's
health comes to is chosen anew among the recorders that are left. The file itself is not changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from pod_agent.index.health import refresh_health
from pod_agent.index.local import LocalIndex
from pod_agent.index.rows import TABLES

__all__ = ["WithheldIndex"]

_BY_SOURCE: Final = (*TABLES, "monthly_transactions", "monthly_listens")
_HERE: Final = "(SELECT term.id FROM main.term JOIN temp.withheld ON withheld.name = term.text)"
_IRI: Final = "EXISTS (SELECT 1 FROM temp.withheld WHERE substr({iri}, 1, length(name) + 6) = 'data/' || name || '/')"


class WithheldIndex(LocalIndex):
    """The records of ``index`` that are not of ``sources``; it can be read, not changed.

    Call ``freshen`` before it is read again: what changed in the file since is seen then for health as well.
    """

    def __init__(self, index: LocalIndex, sources: Iterable[str]) -> None:
        self.sources = frozenset(sources)
        path, zone, currency = index.place
        super().__init__(path, zone, currency=currency)
        with self._lock:
            self._hide(self._connection)
        self._seen = -1
        self.freshen()

    def freshen(self) -> None:
        """Choose each day's health anew where the file was changed."""
        with self._lock:
            [(seen,)] = self._connection.execute("PRAGMA data_version")
            if seen != self._seen:
                self._choose(self._connection)
                self._seen = int(seen)

    def _hide(self, connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TEMP TABLE withheld (name TEXT PRIMARY KEY)")
        connection.executemany("INSERT INTO temp.withheld VALUES (?)", [(name,) for name in sorted(self.sources)])
        for table in _BY_SOURCE:
            connection.execute(
                f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE source NOT IN {_HERE}"  # noqa: S608 (closed names)
            )
        connection.execute(
            f"CREATE TEMP VIEW provenance AS SELECT * FROM main.provenance WHERE NOT {_IRI.format(iri='iri')}"  # noqa: S608
        )
        connection.execute(
            f"CREATE TEMP VIEW link AS SELECT * FROM main.link WHERE NOT {_IRI.format(iri='iri')}"  # noqa: S608
            f" AND NOT {_IRI.format(iri='other')}"
        )
        connection.execute("CREATE TEMP TABLE health AS SELECT * FROM main.health WHERE 0")
        connection.execute("CREATE TEMP TABLE stale_readings (day INTEGER PRIMARY KEY)")

    def _choose(self, connection: sqlite3.Connection) -> None:
        """The days that no withheld source recorded are as they were; the others are chosen from what is left."""
        connection.execute("BEGIN")
        connection.execute("DELETE FROM temp.health")
        connection.execute(
            f"INSERT INTO temp.stale_readings SELECT DISTINCT day FROM main.readings WHERE source IN {_HERE}"  # noqa: S608
        )
        connection.execute(
            "INSERT INTO temp.health SELECT * FROM main.health WHERE day NOT IN (SELECT day FROM temp.stale_readings)"
        )
        refresh_health(connection)
        connection.execute("COMMIT")
