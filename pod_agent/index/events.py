"""What happened when: the rows of one family as bare numbers, for models that look at every row once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pod_agent.index.fetching import texts_of
from vocab.records import IRI

__all__ = ["FAMILIES", "Events", "read_events", "read_iris"]

SECOND = "CAST(strftime('%s', substr(moment, 1, 19)) AS INTEGER)"
"""The second of an instant in UTC; its text is cut before the fraction and the zone."""

FAMILIES = {
    "purchases": ("transactions", "kind = 'spend'", ("merchant", "category")),
    "lines": ("order_lines", "1", ("product", "path", "shop", "kind = 'delivered'", "kind = 'placed'", "goods")),
    "plays": ("listens", "kind = 'music'", (SECOND, "artist", "album", "track", "whole")),
    "views": ("views", "kind <> 'ad'", ("channel", "video", "kind = 'music'")),
}
"""Table, condition and columns of each family; docs/reference/query.md says what counts as what.

A purchase is a row of kind spend, in every currency. A line carries 1 where it was
delivered and 1 where it is on its way, a play 1 where it ran for
30 seconds or more, a view 1 where it was a song of YouTube Music.
"""

NAMED = frozenset("merchant category product path shop goods artist album track channel video".split())


@dataclass(frozen=True, slots=True)
class Events:
    """Rows of a family, oldest first.

    Each row is its number in the table, its local day as an ordinal, then the columns of ``FAMILIES``; names are
    numbers of ``texts``, None where the record has none.
    """

    family: str
    rows: Sequence[tuple[int | None, ...]]
    texts: dict[int | None, str]


def read_events(connection: sqlite3.Connection, family: str, until: date) -> Events:
    """The rows of a family up to this day."""
    table, condition, columns = FAMILIES[family]
    text = (
        f"SELECT id, day, {', '.join(columns)} FROM {table} WHERE {condition} AND day <= ?"  # noqa: S608 (closed names)
        " ORDER BY day, moment, iri"
    )
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples take half the time of named ones
    found = cursor.execute(text, (until.toordinal(),)).fetchall()
    numbers = {row[place + 2] for place, name in enumerate(columns) if name in NAMED for row in found}
    return Events(family, found, texts_of(connection, numbers))


def read_iris(connection: sqlite3.Connection, family: str, rows: Iterable[int]) -> dict[int, IRI]:
    """The IRIs of these rows of a family, by the number of the row."""
    text = f"SELECT id, iri FROM {FAMILIES[family][0]} WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
    return {row[0]: IRI(row[1]) for row in connection.execute(text, (json.dumps(list(rows)),))}
