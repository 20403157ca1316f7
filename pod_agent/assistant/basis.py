"""On what an answer rests: how many records, from when to when, of which sources, and where the records fall short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from pod_agent.assistant.figures import narrowed
from pod_agent.assistant.gaps import Gap, gaps_of
from pod_agent.assistant.plan import Period, Plan, Step
from pod_agent.assistant.safe_names import safe_name
from pod_agent.index.entities import Coverage
from pod_agent.index.local import LocalIndex
from pod_agent.index.remembering import coverage_of
from vocab.measures import MEASURES as MEASURED
from vocab.records import IRI, UNDATED, Listen, Record, Sleep, View

__all__ = ["basis_of", "kinds_of", "notes_of"]

FEW = 200
"""Of so many records each is looked at; of more the first and the last of every step."""
GAPS_TOLD = 3
WITHOUT_NOTES = frozenset({"budgets", "offers", "follows", "subscriptions", "extreme", "occasion", "any"})
"""Operations that look at no period as a whole."""
QUIET = timedelta(days=31)
"""Records that end so long before a period does are said to end: shorter may be a quiet month."""
SOURCE = re.compile(r"(?:^|/)data/([^/]+)/")
KINDS = {
    "transaction": "spend purchases transactions average_purchase largest_purchase income salary net refunds"
    " transfers_out transfers_in cash fees",
    "listen": "plays skips listening_minutes podcast_minutes",
    "view": "videos music_videos",
    "order": "orders order_value",
    "order-line": "items product_spend",
    "sleep": "sleep_minutes",
}
KIND = {measure: kind for kind, measures in KINDS.items() for measure in measures.split()}
"""The kind of record behind each measure; what devices measure is a kind by its own name."""
NAMES = {
    "transaction": "bank and card records", "listen": "listening records", "view": "video records",
    "order": "orders", "order-line": "orders", "sleep": "sleep records",
}  # fmt: skip


def basis_of(index: LocalIndex, plan: Plan, citations: Sequence[IRI]) -> dict[str, Any]:
    """What ``Answer.query`` says of the records used: ``rows`` with their number, days and sources."""
    sources = sorted({found[1] for iri in _spread(citations) if (found := SOURCE.search(iri))})
    days = _days(index, plan, citations)
    return {
        "rows": {
            "count": len(citations),
            "first": days[0].isoformat() if days else None,
            "last": days[-1].isoformat() if days else None,
            "sources": sources,
        }
    }


def _spread(citations: Sequence[IRI]) -> set[str]:
    """One IRI of each document: many records lie in few."""
    return {iri.partition("#")[0] for iri in citations}


def _days(index: LocalIndex, plan: Plan, citations: Sequence[IRI]) -> list[date]:
    """Local days of the records used, in order; of many records the first and the last."""
    if not citations:
        return []
    if len(citations) <= FEW:
        records: Sequence[Record] = index.get(citations)
    else:
        records = [record for step in plan.steps for record in _ends(index, step)]
    return sorted(_day(index, record) for record in records if record.at != UNDATED)


def _ends(index: LocalIndex, step: Step) -> list[Record]:
    if step.text is not None or step.foreign:
        rows = narrowed(index, step)
        return [rows[0], rows[-1]] if rows else []
    return [row for order in ("oldest", "newest") for row in index.records(step.spec, order=order, limit=1)]


def _day(index: LocalIndex, record: Record) -> date:
    """The day that a record counts for: a night counts for the day of waking up, a bank's day is the bank's."""
    if isinstance(record, Sleep):
        return index.local_day(record.end)
    return index.local_day(record.at) if isinstance(record, Listen | View) else record.at.date()


def kinds_of(step: Step) -> str | None:
    """The kind of record that a step looks at, of what devices measure the measure; None where that is not told."""
    names = [name for name in step.spec.measures if name not in {"days", "distinct"}]
    if not names:
        return None
    return KIND.get(names[0]) or (names[0] if names[0] in MEASURED else None)


def notes_of(index: LocalIndex, plan: Plan) -> tuple[str, ...]:
    """Sentences on periods that the records cover only in part."""
    held = _held(index)
    found: list[str] = []
    for step in plan.steps:
        kind = kinds_of(step)
        if kind not in held or plan.operation in WITHOUT_NOTES:
            continue
        period = step.spec.period
        if period is not None:
            found.extend(_short(NAMES.get(kind, f"{kind.replace('_', ' ')} records"), period, held[kind]))
        gaps = gaps_of(index, kind, period or held[kind])
        found.extend(_missing(gap) for gap in gaps[:GAPS_TOLD])
    return tuple(dict.fromkeys(found))


def _missing(gap: Gap) -> str:
    return f"Nothing is held of {safe_name(gap.source)} from {_told(gap.first)} to {_told(gap.last)}."


def _short(what: str, period: Period, held: Period) -> list[str]:
    """Where the records begin after the period does, or end well before it."""
    if held[1] < period[0] or held[0] > period[1]:
        return []
    begin = [f"Your {what} begin on {_told(held[0])}."] if period[0] > date.min and held[0] > period[0] else []
    return begin + ([f"Your {what} end on {_told(held[1])}."] if held[1] + QUIET < period[1] else [])


def _told(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


_HELD: WeakKeyDictionary[LocalIndex, tuple[tuple[int, int], dict[str, Period]]] = WeakKeyDictionary()
_LOCK = Lock()


def _held(index: LocalIndex) -> dict[str, Period]:
    """First and last day by kind of record; read anew after a change."""
    version = index.version()
    with _LOCK:
        known = _HELD.get(index)
        if known is None or known[0] != version:
            known = (version, _periods(coverage_of(index)))
            _HELD[index] = known
        return known[1]


def _periods(coverage: Sequence[Coverage]) -> dict[str, Period]:
    out: dict[str, Period] = {}
    for item in coverage:
        if item.first is not None and item.last is not None:
            name = item.measure or item.type_name
            first, last = out.get(name, (item.first, item.last))
            out[name] = (min(first, item.first), max(last, item.last))
    return out
