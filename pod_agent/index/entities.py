"""What the records are about: the names they hold, and the days they cover."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date

from pod_agent.index import kinds
from pod_agent.index.rows import TABLES

__all__ = [
    "Coverage",
    "Entities",
    "Origin",
    "Song",
    "read_coverage",
    "read_descriptions",
    "read_entities",
    "read_origins",
]


@dataclass(frozen=True, slots=True)
class Song:
    """A song: its title, and the label ``Title - Artist`` (with an en dash) by which rankings name it."""

    title: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """Distinct names, each list in alphabetical order.

    ``merchants`` are the other side of spending, refunds, fees and income; ``people`` that of transfers.
    ``sections`` are the names of all levels of the shops' own categories.
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
    channels: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that records of one source and kind lie on; None where the source gives no dates.

    ``type_name`` is that of the record. What devices measured has one entry for each ``measure``, a name of
    ``vocab.measures``; for other kinds it is None.
    """

    source: str
    type_name: str
    first: date | None
    last: date | None
    records: int
    measure: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """A file that records of a source were read from first: its name, the import, and how many of them."""

    file: str
    import_id: str
    records: int


ROLLED_UP = ("monthly_transactions", "monthly_listens")
SINGLE = {"transactions": "transaction", "listens": "listen", **kinds.SCHEMAS}
"""Tables that hold one kind of record."""
TERMS = "SELECT text FROM term WHERE id IN (SELECT {column} FROM {table} WHERE {rows}) ORDER BY folded, text"


def read_entities(connection: sqlite3.Connection) -> Entities:
    """The names in the index behind this connection; an index on each column or the roll-ups keep it quick."""

    def names(column: str, table: str, rows: str = "1") -> tuple[str, ...]:
        text = TERMS.format(column=column, table=table, rows=rows)
        return tuple(row[0] for row in connection.execute(text))

    sources = {name for table in (*ROLLED_UP, *kinds.COLUMNS) for name in names("source", table)}
    levels = {level for path in names("path", "order_lines") for level in path.split("\n") if level}
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
        sources=tuple(_alphabetical(sources)),
        artists=names("artist", "monthly_listens"),
        albums=names("album", "monthly_listens"),
        songs=tuple(Song(row[0], row[1]) for row in songs),
        podcasts=names("podcast", "monthly_listens"),
        channels=names("channel", "views"),
        videos=names("video", "views"),
        shops=tuple(_alphabetical({*names("shop", "orders"), *names("shop", "order_lines")})),
        products=names("product", "order_lines"),
        sections=tuple(_alphabetical(levels)),
    )


def read_coverage(connection: sqlite3.Connection) -> tuple[Coverage, ...]:
    """First and last day and number of records, per source and kind of record."""
    out: list[Coverage] = []
    for table in TABLES:
        type_name = SINGLE.get(table)
        kind = "type" if type_name is None else f"'{type_name}'"
        measure = "CASE WHEN type <> 'sleep' THEN measure END" if table == "readings" else "NULL"
        text = (
            f"SELECT term.text, {kind}, {measure}, min(day), max(day), count(*) FROM {table}"  # noqa: S608 (closed names)
            " JOIN term ON term.id = source GROUP BY 1, 2, 3 ORDER BY term.folded, 2, 3"
        )
        for source, kind, measure, first, last, records in connection.execute(text):
            out.append(Coverage(source, kind, _day(first), _day(last), records, measure))
    return tuple(out)


def read_descriptions(
    connection: sqlite3.Connection, holding: str = "", *, transfers: bool = False
) -> dict[str, tuple[str, ...]]:
    """The texts that the bank gives the rows of each merchant that is no transfer, the most frequent first.

    ``holding`` is what the texts must hold, in letters of any case; ``transfers`` are read in place of all others,
    those of nobody known under the empty name.
    """
    kind, join = ("= 'transfer'", "LEFT JOIN") if transfers else ("NOT IN ('transfer', 'cash')", "JOIN")
    rows = connection.execute(
        f"SELECT coalesce(term.text, ''), description FROM transactions {join} term ON term.id = merchant"  # noqa: S608
        f" WHERE kind {kind} AND instr(lower(description), ?) GROUP BY 1, 2 ORDER BY count(*) DESC, description",
        (holding,),
    )
    found: dict[str, list[str]] = {}
    for merchant, description in rows:
        found.setdefault(merchant, []).append(description)
    return {merchant: tuple(texts) for merchant, texts in found.items()}


def read_origins(connection: sqlite3.Connection, source: str) -> tuple[Origin, ...]:
    """The files that hold records of this source, by name; those of an import in the order of imports."""
    text = (
        "SELECT CASE WHEN member IS NULL THEN file ELSE file || '!' || member END, import_id, count(*) FROM provenance"
        " WHERE iri >= 'data/' || ? || '/' AND iri < 'data/' || ? || '0' GROUP BY 1, 2 ORDER BY 2, 1"  # 0 follows /
    )
    return tuple(Origin(*row) for row in connection.execute(text, (source, source)))


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)


def _alphabetical(names: set[str]) -> list[str]:
    return sorted(names, key=lambda name: (name.casefold(), name))
