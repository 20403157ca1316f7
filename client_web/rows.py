"""Records as table rows, from what ``Agent.show`` tells of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client_web.formatting import day_text, minutes_text, money, time_text
from client_web.links import link
from vocab.errors import ProjectError
from vocab.records import IRI, UNDATED
from vocab.wording import unhidden

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["Row", "held_rows", "record_row"]

NAMES = ("merchant", "counterparty", "description", "product", "title", "name", "text", "shop")
"""Fields that say what a record is of, the first that it has."""
DETAILS = ("account", "artist", "channel", "creator", "shop")
SORTS = ("category", "medium", "subject", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record: when, what, of which sort, how much, and the address of its own page."""

    when: str
    what: str
    detail: str
    sort: str
    amount: str
    href: str


def record_row(record: Mapping[str, Any]) -> Row:
    """The row of one record of ``Agent.show``."""
    fields, what = record["fields"], _first(record["fields"], NAMES)
    detail = _first(fields, DETAILS)
    return Row(
        when=_when(record["kind"], str(fields["at"])),
        what=what,
        detail="" if detail == what else detail,
        sort=_first(fields, SORTS),
        amount=_figure(fields),
        href=link("/record", iri=str(record["iri"])),
    )


def held_rows(agent: Agent, iris: Iterable[str], *, newest_first: bool = False) -> list[Row]:
    """The rows of records, in the order given or by time; those that are no longer held are left out."""
    held = []
    for iri in iris:
        try:
            held.append(agent.show([IRI(iri)])[0])
        except ProjectError:
            continue
    if newest_first:
        held.sort(key=lambda record: str(record["fields"]["at"]), reverse=True)
    return [record_row(record) for record in held]


def _first(fields: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((unhidden(str(fields[name])) for name in names if fields.get(name)), "")


def _when(kind: str, at: str) -> str:
    if at[:10] == UNDATED.date().isoformat():
        return "no day"
    return time_text(at) if kind in {"listen", "view", "search"} else day_text(at)


def _figure(fields: Mapping[str, Any]) -> str:
    if fields.get("played_ms") is not None:
        return minutes_text(float(fields["played_ms"]) / 60_000)
    amount = fields.get("amount") or fields.get("total")
    return _amount(str(amount)) if amount else ""


def _amount(amount: str) -> str:
    """An amount as ``Agent.show`` gives it, ``-12.30 SGD``, as people read it; other currencies keep their code."""
    number, currency = amount.split(" ")
    shown = money(float(number))
    return shown if currency == "SGD" else shown.replace("S$", f"{currency} ")
