"""Records as table rows, from what ``Agent.show`` tells of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from client_web.formatting import day_text, minutes_text, money, time_text
from client_web.links import link

__all__ = ["Row", "record_row"]


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
    fields, href = record["fields"], link("/record", iri=str(record["iri"]))
    if record["kind"] == "listen":
        return Row(
            when=time_text(str(fields["at"])),
            what=str(fields.get("title") or ""),
            detail=str(fields.get("artist") or ""),
            sort=str(fields.get("medium") or ""),
            amount=minutes_text(float(fields["played_ms"]) / 60_000),
            href=href,
        )
    return Row(
        when=day_text(str(fields["at"])),
        what=str(fields.get("merchant") or fields.get("counterparty") or fields.get("description") or ""),
        detail=str(fields.get("account") or ""),
        sort=str(fields.get("category") or ""),
        amount=_amount(str(fields["amount"])),
        href=href,
    )


def _amount(amount: str) -> str:
    """An amount as ``Agent.show`` gives it, ``-12.30 SGD``, as people read it; other currencies keep their code."""
    number, currency = amount.split(" ")
    shown = money(float(number))
    return shown if currency == "SGD" else shown.replace("S$", f"{currency} ")
