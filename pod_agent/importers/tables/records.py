"""From the cells of a row to records, by a mapping: one place for CSV, JSON, workbooks, databases and topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.numbers import mask_numbers
from pod_agent.importers.protocol import MAX_RAW, Issue, Skipped, Withheld
from pod_agent.importers.tables.cells import is_empty
from pod_agent.importers.tables.fields import Cells
from pod_agent.importers.tables.health import daily_measures, measurements, sleep, workout
from pod_agent.importers.tables.mapping import ColumnMapping
from pod_agent.importers.tables.money import order, order_lines, transaction
from vocab.records import Listen, Medium, Occurrences, Provenance, Record, Search, View, record_iri

__all__ = ["RowBuilder", "issue"]


class RowBuilder:
    """Builds the records of one table's rows; one instance a file, because it numbers rows that are alike.

    ``columns`` are the table's own names in order. ``numbered`` is False where the same row may come again within the
    file, as in a topic: then rows of one key are one record.
    """

    def __init__(
        self, mapping: ColumnMapping, columns: Sequence[str], zone: ZoneInfo, *, numbered: bool = True
    ) -> None:
        self._cells = Cells(mapping, columns, ZoneInfo(mapping.zone) if mapping.zone else zone)
        self._build = _BUILDERS[mapping.target]
        self._needed = self._cells.places
        self._numbered = numbered
        self._cells.seen = Occurrences()

    def rows(
        self,
        cells: Sequence[object],
        provenance: Provenance,
        key: tuple[str, ...] | None = None,
    ) -> Sequence[Record | Issue | Skipped]:
        """The records of a row, or why there are none; ``key`` tells it apart where no column and no value does."""
        source = self._cells
        if not self._numbered:
            source.seen = Occurrences()
        source.row, source.provenance, source.outer_key = cells, provenance, key
        line = provenance.line
        try:
            if len(cells) < source.width:
                if len(cells) <= 1 and (not cells or is_empty(cells[0])):
                    return (Skipped(line=line, reason="empty"),)
                source.row = [*cells, *[""] * (source.width - len(cells))]
            if is_empty(source.row[self._needed[0]]) and all(is_empty(source.row[place]) for place in self._needed):
                return (Skipped(line=line, reason="empty"),)
            return self._build(source) or (Skipped(line=line, reason="no_value"),)
        except RowError as error:
            return (issue(line, error.code, str(error), source.row, source.name_of(error.column)),)

    def withheld(self) -> list[Withheld]:
        """What was left behind of the rows so far."""
        cut = self._cells.cut
        return [Withheld(what="card and account numbers", count=cut)] if cut else []


def issue(line: int, code: str, detail: str, cells: Sequence[object], column: str | None = None) -> Issue:
    """The issue of a row, with its first cells as they stood."""
    raw = ",".join("" if cell is None else str(cell)[:MAX_RAW] for cell in cells[:50])
    return RowError(code, detail, column).issue(line, raw)


def _listen(row: Cells) -> tuple[Record, ...]:
    at = _instant(row)
    title, artist = row.text("title", needed=True), row.text("artist")
    played = row.milliseconds("played")
    url = row.text("url")
    record = Listen(
        iri=record_iri(Listen, row.source, at, row.key(title, artist, str(played)), row.seen),
        source=row.source,
        at=at,
        provenance=row.provenance,
        played_ms=played,
        medium=Medium(row.constants.get("medium", "music")),
        title=title,
        artist=artist or None,
        album=row.text("album") or None,
        track=url or None,
    )
    return (record,)


def _view(row: Cells) -> tuple[Record, ...]:
    at = _instant(row).replace(microsecond=0)
    title, video = row.text("title"), row.text("url")
    if not (title or video):
        raise RowError("no_title", "neither title nor address says what was watched", "title")
    record = View(
        iri=record_iri(View, row.source, at, row.key(video or title), row.seen),
        source=row.source,
        at=at,
        provenance=row.provenance,
        title=title or None,
        video=video or None,
        channel=row.text("channel") or None,
    )
    return (record,)


def _search(row: Cells) -> tuple[Record, ...]:
    at = _instant(row)
    text, cut = mask_numbers(row.text("text", needed=True))
    row.cut += cut
    iri = record_iri(Search, row.source, at, row.key(text), row.seen)
    return (Search(iri=iri, source=row.source, at=at, provenance=row.provenance, text=text),)


def _instant(row: Cells) -> datetime:
    return row.moment("date")[0].astimezone(UTC)


_BUILDERS: Final[dict[str, Callable[[Cells], Sequence[Record]]]] = {
    "transaction": transaction,
    "order": order,
    "order-line": order_lines,
    "listen": _listen,
    "view": _view,
    "search": _search,
    "daily-measure": daily_measures,
    "measurement": measurements,
    "sleep": sleep,
    "workout": workout,
}
