"""A record in one line of plain words, for a look before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from vocab.measures import MEASURES
from vocab.records import (
    UNDATED,
    DailyMeasure,
    Follow,
    Listen,
    Measurement,
    Money,
    Order,
    OrderLine,
    PlaylistItem,
    Post,
    Record,
    Search,
    Sleep,
    Transaction,
    View,
    Workout,
)
from vocab.turtle import decimal

__all__ = ["record_text"]

_LONGEST: Final = 100


def record_text(record: Record, zone: ZoneInfo) -> str:
    """``5 Oct 2026  -12.30 SGD  Hup Lee (eating-out)``; instants in the person's zone, at most 100 characters."""
    words = " ".join(_WORDS[type(record)](record).split())
    text = f"{_when(record.at, zone)}  {words}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _when(at: datetime, zone: ZoneInfo) -> str:
    if at == UNDATED:
        return "no date"
    local = at if at.utcoffset() else at.astimezone(zone)
    clock = f" {local:%H:%M}" if (local.hour, local.minute) != (0, 0) else ""
    return f"{local.day} {local:%b %Y}{clock}"


def _money(money: Money) -> str:
    return f"{decimal(money)} {money.currency}"


def _transaction(record: Transaction) -> str:
    name = record.merchant or record.counterparty or record.description
    return f"{_money(record.amount)}  {name} ({record.category})"


def _order(record: Order) -> str:
    return f"order of {record.shop}, {_money(record.total)}, {record.status.value}"


def _order_line(record: OrderLine) -> str:
    return f"{record.quantity.normalize():f} x {record.product}, {_money(record.total)}"


def _listen(record: Listen) -> str:
    return f"{_by(record.title, record.artist)}, {round(record.played_ms / 1000)} s"


def _measured(record: DailyMeasure | Measurement) -> str:
    return f"{record.measure.replace('_', ' ')} {record.value:f} {MEASURES[record.measure].unit}"


def _sleep(record: Sleep) -> str:
    return f"{'sleep' if record.is_main else 'nap'} of {record.asleep // 60} h {record.asleep % 60} min"


def _by(title: str | None, who: str | None) -> str:
    return f"{title or '(no title)'} - {who}" if who else title or "(no title)"


_WORDS: Final[dict[type[Record], Callable[[Any], str]]] = {
    Transaction: _transaction,
    Order: _order,
    OrderLine: _order_line,
    Listen: _listen,
    View: lambda record: f"watched {_by(record.title, record.channel)}",
    Search: lambda record: f"searched for {record.text}",
    Follow: lambda record: f"follows {record.name}",
    PlaylistItem: lambda record: f"{_by(record.title, record.creator)} in {record.playlist}",
    Post: lambda record: f"wrote {record.text}",
    DailyMeasure: _measured,
    Measurement: _measured,
    Sleep: _sleep,
    Workout: lambda record: f"{record.activity}, {round(record.seconds / 60)} min",
}
