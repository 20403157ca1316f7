"""A share before it is given: its documents ready to be written, and exactly what the person is shown of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from consent.direct import DirectGrant, Level
from consent.errors import InvalidGrantError
from consent.grant import DEFAULT_DAYS, MAX_DAYS
from consent.proof import digest
from consent.purposes import HEALTH
from pod_agent.errors import UsageError
from pod_agent.index.measures import MEASURES
from pod_agent.sharing.choosing import TOPICS, Selection
from pod_agent.sharing.documents import Shared, Total, bare, content_digest, record_documents, total_document
from vocab.query import QuerySpec, Table
from vocab.records import DailyMeasure, Listen, Measurement, Record, Sleep, Transaction, View
from vocab.turtle import number
from vocab.wording import day_text, time_text

__all__ = ["Draft", "RecordIndex", "Terms", "draft_of"]

_SAMPLES = 5


class RecordIndex(Protocol):
    """What is needed of the local index."""

    def run(self, spec: QuerySpec, *, evidence: bool = True) -> Table:
        """Answer a query."""
        ...

    def records(self, spec: QuerySpec, *, order: str = "oldest", limit: int | None = None) -> tuple[Record, ...]:
        """The records behind a query."""
        ...

    def local_day(self, at: datetime) -> date:
        """The day of an instant in the person's zone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """To whom, what for, what, how finely, from when until when."""

    recipient: str
    purpose: str
    selection: Selection
    level: Level
    created: datetime
    until: datetime

    @classmethod
    def of(
        cls,
        recipient: str,
        purpose: str,
        selection: Selection,
        level: Level,
        *,
        created: datetime,
        until: date | None,
        zone: ZoneInfo,
    ) -> Terms:
        """Terms that end with the day ``until``, 90 days from now if not given; InvalidGrantError past a year."""
        end = created + timedelta(days=DEFAULT_DAYS)
        if until is not None:
            end = datetime.combine(until, time(23, 59, 59), zone).astimezone(UTC)
        if not created < end <= created + timedelta(days=MAX_DAYS):
            raise InvalidGrantError(
                f"a share ends today or later, and within {MAX_DAYS} days",
                hint="Choose another day: --until YYYY-MM-DD",
            )
        return cls(recipient=recipient, purpose=purpose, selection=selection, level=level, created=created, until=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be shared: the grant, its documents, and the lines that tell the person about them."""

    grant: DirectGrant
    documents: tuple[Shared, ...]
    records: int
    first: date
    last: date
    lines: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Plain values, for programs."""
        return {
            "grant": self.grant.identifier,
            "to": self.grant.recipient,
            "purpose": self.grant.purpose,
            "data": sorted(self.grant.data),
            "level": self.grant.level.value,
            "records": self.records,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "documents": len(self.documents),
            "bytes": self.grant.size,
            "shown": list(self.lines),
        }


@dataclass(frozen=True, slots=True)
class _Content:
    documents: tuple[Shared, ...]
    records: int
    first: date
    last: date
    totals: tuple[str, ...]
    samples: tuple[str, ...]
    health: bool
    alone: int = 0
    """Monthly totals behind which there is one record only."""


def draft_of(terms: Terms, subject: str, index: RecordIndex, zone: ZoneInfo) -> Draft:
    """The share that these terms describe, from what the index holds now; UsageError where that is nothing."""
    made = _records(terms.selection, index, zone) if terms.level is Level.RECORDS else _totals(terms.selection, index)
    size = sum(len(document.content) for document in made.documents)
    lines = tuple(_lines(terms, made, size, zone))
    grant = DirectGrant(
        identifier=str(uuid.uuid4()),
        subject=subject,
        recipient=terms.recipient,
        purpose=terms.purpose,
        data=terms.selection.data,
        level=terms.level,
        selection=terms.selection.to_text(),
        content=content_digest(made.documents),
        size=size,
        created=terms.created,
        until=terms.until,
        notice=digest("\n".join(lines).encode()),
    )
    return Draft(
        grant=grant,
        documents=made.documents,
        records=made.records,
        first=made.first,
        last=made.last,
        lines=lines,
    )


def _records(selection: Selection, index: RecordIndex, zone: ZoneInfo) -> _Content:
    only_totals = [topic for topic in selection.topics if not TOPICS[topic].as_records]
    if only_totals:
        raise UsageError(f"{only_totals[0]} can be shared as monthly totals only", hint="Add: --as monthly")
    found = {record.iri: record for topic in selection.topics for record in index.records(selection.spec(topic))}
    if not found:
        raise _nothing()
    chosen = sorted(found.values(), key=lambda record: (record.at, record.iri))
    days = [index.local_day(record.at) for record in chosen]
    sums = [
        f"{topic.replace('_', ' ')}: {total.amount} {total.unit}"
        for topic in selection.topics
        for total in _figures(selection, topic, index, ())
    ]
    samples = tuple(_sample(bare(record, "sample", b"-"), zone) for record in reversed(chosen[-_SAMPLES:]))
    health = any(_is_health(record) for record in chosen)
    return _Content(tuple(record_documents(chosen)), len(chosen), min(days), max(days), tuple(sums), samples, health)


def _totals(selection: Selection, index: RecordIndex) -> _Content:
    found: list[Total] = []
    for topic in selection.topics:
        by = ("month", "category") if TOPICS[topic].table == "transactions" else ("month",)
        found += _figures(selection, topic, index, by)
    if not found:
        raise _nothing()
    found.sort(key=lambda total: (total.month, total.figure, total.category))
    documents = (total_document(found),)
    first = max(selection.period[0], date.fromisoformat(f"{found[0].month}-01"))
    sums = [
        f"{topic.replace('_', ' ')}: {total.amount} {total.unit}"
        for topic in selection.topics
        for total in _figures(selection, topic, index, ())
    ]
    samples = tuple(
        f"{_month(total.month)}  {total.category or total.figure}  {total.amount} {total.unit}, {total.records} records"
        for total in reversed(found[-_SAMPLES:])
    )
    records = sum(total.records for total in found)
    health = HEALTH in selection.data or any(total.category == "health" for total in found)
    alone = sum(total.records == 1 for total in found)
    return _Content(documents, records, first, selection.period[1], tuple(sums), samples, health, alone)


def _figures(selection: Selection, topic: str, index: RecordIndex, by: tuple[str, ...]) -> list[Total]:
    measure = TOPICS[topic].measure
    table = index.run(selection.spec(topic, *by))
    found = []
    for row, behind in zip(table.rows, table.evidence, strict=True):
        values = dict(zip(table.columns, row, strict=True))
        if values[measure] is None or not behind:
            continue
        found.append(
            Total(
                month=str(values.get("month", "")),
                figure=measure,
                category=str(values.get("category") or ""),
                amount=number(Decimal(str(values[measure]))),
                unit=MEASURES[measure].unit,
                records=len(behind),
            )
        )
    return found


def _lines(terms: Terms, made: _Content, size: int, zone: ZoneInfo) -> Iterable[str]:
    what = "every single record" if terms.level is Level.RECORDS else "totals by month"
    yield f"Who may read it: {terms.recipient}, and nobody else but you"
    yield f"What for: {terms.purpose}"
    yield f"What: {terms.selection.title}; {what}"
    yield f"Days: {day_text(made.first)} to {day_text(made.last)}"
    yield f"Until: {day_text(terms.until.astimezone(zone))}, or until you withdraw it"
    count = len(made.documents)
    yield f"Records: {made.records:,}, in {count} document{'s' if count > 1 else ''} of {size:,} bytes in all"
    yield from (f"Sum of {total}" for total in made.totals)
    yield "For example:"
    yield from (f"  {sample}" for sample in made.samples)
    if made.alone:
        yield f"Mind: {made.alone:,} of these totals have one record behind them, so they tell its amount."
    if made.health:
        yield "Mind: this tells of your health."
    yield "What they copied stays with them when you withdraw."


def _is_health(record: Record) -> bool:
    return isinstance(record, DailyMeasure | Measurement | Sleep) or (
        isinstance(record, Transaction) and record.category == "health"
    )


def _sample(record: Record, zone: ZoneInfo) -> str:
    at = record.at.astimezone(zone)
    if isinstance(record, Transaction):
        what = f"{record.amount.amount} {record.amount.currency}  {record.merchant} ({record.category})"
        return f"{day_text(record.at)}  {what}"
    if isinstance(record, Listen):
        return f"{time_text(at)}  {record.title}" + (f" - {record.artist}" if record.artist else "")
    if isinstance(record, View):
        return f"{time_text(at)}  {record.title or 'a video that is gone'}"
    if isinstance(record, Sleep):
        return f"{day_text(record.end)}  asleep {record.asleep} minutes"
    if isinstance(record, DailyMeasure | Measurement):
        return f"{day_text(record.at)}  {record.measure.replace('_', ' ')}: {number(record.value)}"
    return f"{day_text(at)}  {record.type_name}"


def _month(month: str) -> str:
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def _nothing() -> UsageError:
    return UsageError("there is nothing of that kind to share", hint="Choose other words or more months.")
