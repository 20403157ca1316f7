"""What the records are about: the names they hold, and the days they cover."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

__all__ = ["Coverage", "Entities", "Song", "read_coverage", "read_entities"]


@dataclass(frozen=True, slots=True)
class Song:
    """A song: its title, and the label ``Title - Artist`` (with an en dash) by which rankings name it."""

    title: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """Distinct names, each list in alphabetical order.

    ``merchants`` are the other side of spending, refunds, fees and income; ``people`` that of transfers.
    """

    merchants: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    songs: tuple[Song, ...] = ()
    podcasts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that records of one source and kind (``transaction`` or ``listen``) lie on."""

    source: str
    type_name: str
    first: date
    last: date
    records: int


TERMS = "SELECT text FROM term WHERE id IN (SELECT {column} FROM {table} WHERE {rows}) ORDER BY folded, text"


def read_entities(connection: sqlite3.Connection) -> Entities:
    """The names in the index behind this connection; an index on each column or the roll-ups keep it quick."""

    def names(column: str, table: str, rows: str = "1") -> tuple[str, ...]:
        text = TERMS.format(column=column, table=table, rows=rows)
        return tuple(row[0] for row in connection.execute(text))

    sources = set(names("source", "monthly_transactions")) | set(names("source", "monthly_listens"))
    songs = connection.execute(
        "SELECT title.text, label.text FROM (SELECT DISTINCT title, track FROM listens WHERE track IS NOT NULL) song"
        " JOIN term title ON title.id = song.title JOIN term label ON label.id = song.track"
        " ORDER BY label.folded, label.text"
    )
    return Entities(
        merchants=names("merchant", "monthly_transactions", "kind NOT IN ('transfer', 'cash')"),
        people=names("merchant", "monthly_transactions", "kind = 'transfer'"),
        categories=names("category", "monthly_transactions"),
        accounts=names("account", "monthly_transactions"),
        sources=tuple(sorted(sources, key=str.casefold)),
        artists=names("artist", "monthly_listens"),
        albums=names("album", "monthly_listens"),
        songs=tuple(Song(row[0], row[1]) for row in songs),
        podcasts=names("podcast", "monthly_listens"),
    )


def read_coverage(connection: sqlite3.Connection) -> tuple[Coverage, ...]:
    """First and last day and number of records, per source and kind of record."""
    out: list[Coverage] = []
    for type_name, table in (("transaction", "transactions"), ("listen", "listens")):
        text = (
            f"SELECT term.text, min(day), max(day), count(*) FROM {table}"  # noqa: S608 (closed names)
            " JOIN term ON term.id = source GROUP BY source ORDER BY term.folded"
        )
        for source, first, last, records in connection.execute(text):
            out.append(Coverage(source, type_name, date.fromordinal(first), date.fromordinal(last), records))
    return tuple(out)
