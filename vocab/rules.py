"""What a well-formed record of each kind is; ``vocab.shapes`` says the same in SHACL."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from vocab.errors import VocabularyError
from vocab.measures import MEASURES
from vocab.records import (
    DailyMeasure,
    Follow,
    Listen,
    Measurement,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    PlaylistItem,
    Post,
    Record,
    Search,
    Sleep,
    Transaction,
    View,
    Workout,
    document_path,
)
from vocab.taxonomy import CATEGORIES
from vocab.turtle import NAME

__all__ = ["EDITIONS", "MAX_LENGTH", "MAX_MINOR", "MAX_POST", "RULES", "UNDATED_KINDS", "check_zone"]

MAX_MINOR: Final = 10**14
"""Amounts stay below a million million units with two decimal places, so that a sum of many still fits 64 bits."""

MAX_LENGTH: Final = 4000
"""Longest text of a record, in characters: a row with more is not a row of a statement or a history."""

MAX_POST: Final = 20_000
"""Longest text that a person wrote in public, in characters."""

EDITIONS: Final = {
    OrderStatus.PLACED: 0,
    OrderStatus.DELIVERED: 1,
    OrderStatus.CANCELLED: 2,
    OrderStatus.REFUNDED: 2,
}
"""The edition of an order, and of its lines, by its status."""

UNDATED_KINDS: Final = frozenset({Follow, PlaylistItem, Post})
"""Kinds of record that may lack a time."""

_MINUTE = timedelta(minutes=1)
_LONGEST_SLEEP = timedelta(hours=36)
_LONGEST_WORKOUT = 7 * 86_400
_CURRENCY = re.compile("[A-Z]{3}")
_FULL_NUMBER = re.compile(r"\d{5}")
_MCC = re.compile("[0-9]{4}")
_GTIN = re.compile("[0-9]{8,14}")
_NAME = re.compile(NAME)
_CATEGORIES = frozenset(CATEGORIES)
_RANGES = {name: (Decimal(str(entry.lowest)), Decimal(str(entry.highest))) for name, entry in MEASURES.items()}


def check_zone(at: datetime) -> None:
    """Refuse an offset with seconds: documents cannot say it."""
    if at.tzinfo is not UTC:
        offset = at.utcoffset()
        if offset is None or offset % _MINUTE:
            raise VocabularyError("the record's zone is not whole minutes from UTC")


def _transaction(record: Transaction) -> None:
    _money(record.amount)
    if record.original is not None:
        _money(record.original)
    _short_number("account's label", record.account)
    if record.category not in _CATEGORIES:
        raise VocabularyError("the category is not in the taxonomy")
    _text("account", record.account)
    _text("description", record.description, shortest=0)
    _text("merchant", record.merchant, shortest=0)
    for text in (record.counterparty, record.hint, record.reference):
        if text is not None:
            _text("counterparty, hint or reference", text)
    if record.mcc is not None and not _MCC.fullmatch(record.mcc):
        raise VocabularyError("the merchant category code has not four digits")


def _order(record: Order) -> None:
    _texts(shop=record.shop, number=record.number, place=record.place, paid_with=record.paid_with)
    _money(record.total)
    for money in (record.shipping, record.discount):
        if money is not None:
            _price(money)
    if record.paid_with is not None:
        _short_number("method of payment", record.paid_with)
    _edition(record.status, record.edition)


def _order_line(record: OrderLine) -> None:
    document, _, name = record.order.partition("#")
    if document != document_path(record.source, "order", record.at) or not _NAME.fullmatch(name):
        raise VocabularyError("the line's order is not one of its source and month")
    _texts(shop=record.shop, number=record.number, line=record.line, product=record.product)
    _texts(brand=record.brand, sku=record.sku, seller=record.seller)
    _money(record.total)
    _price(record.unit_price)
    _between("quantity", record.quantity, 0, 10**9)
    _edition(record.status, record.edition)
    if record.gtin is not None and not _GTIN.fullmatch(record.gtin):
        raise VocabularyError("the GTIN has not 8 to 14 digits")
    for name in record.section:
        _text("section", name)
    if sum(map(len, record.section)) > MAX_LENGTH // 2:
        raise VocabularyError("the section is too long")


def _listen(record: Listen) -> None:
    if not 0 <= record.played_ms < 2**53:
        raise VocabularyError("the played time is out of range")
    if not 0 < len(record.title) <= MAX_LENGTH:
        raise VocabularyError("the title is empty or too long")
    for text in (record.artist, record.album, record.track):
        if text is not None and not 0 < len(text) <= MAX_LENGTH:
            raise VocabularyError("the artist, album or track is empty or too long")


def _view(record: View) -> None:
    for text in (record.title, record.video, record.channel, record.channel_url):
        if text is not None and not 0 < len(text) <= MAX_LENGTH:
            raise VocabularyError("the title, address or channel is empty or too long")


def _search(record: Search) -> None:
    _text("text", record.text)


def _follow(record: Follow) -> None:
    _texts(name=record.name, target=record.target)


def _playlist_item(record: PlaylistItem) -> None:
    _texts(playlist=record.playlist, title=record.title, creator=record.creator)
    _texts(album=record.album, target=record.target)


def _post(record: Post) -> None:
    if not 1 <= len(record.text) <= MAX_POST:
        raise VocabularyError("the text is empty or too long")
    _texts(about=record.about)


def _daily_measure(record: DailyMeasure) -> None:
    _measured(record.measure, record.value)
    for value in (record.lowest, record.highest):
        if value is not None:
            _measured(record.measure, value)
    if record.lowest is not None and record.highest is not None and record.lowest > record.highest:
        raise VocabularyError("the lowest value is above the highest")
    if record.samples is not None:
        _between("number of samples", record.samples, 1, 10**9)
    _text("recorder", record.recorder, shortest=0)


def _measurement(record: Measurement) -> None:
    _measured(record.measure, record.value)
    _text("recorder", record.recorder, shortest=0)


def _sleep(record: Sleep) -> None:
    check_zone(record.end)
    if not timedelta(0) < record.end - record.at <= _LONGEST_SLEEP:
        raise VocabularyError("the sleep does not end after its start, or lasts too long")
    longest = -((record.at - record.end) // _MINUTE)
    for minutes in (record.asleep, record.awake, record.deep, record.light, record.rem):
        if minutes is not None:
            _between("time asleep or of a stage", minutes, 0, longest)
    for share in (record.score, record.efficiency):
        if share is not None:
            _between("score or efficiency", share, 0, 100)
    _text("recorder", record.recorder, shortest=0)


def _workout(record: Workout) -> None:
    _text("activity", record.activity)
    _between("duration", record.seconds, 0, _LONGEST_WORKOUT)
    for name, value, lowest, highest in (
        ("distance", record.distance, 0, 5_000_000),
        ("energy", record.energy, 0, 50_000),
        ("steps", record.steps, 0, 500_000),
        ("heart rate", record.heart_rate, 20, 260),
    ):
        if value is not None:
            _between(name, value, lowest, highest)
    _text("recorder", record.recorder, shortest=0)


def _money(money: Money) -> None:
    if not _CURRENCY.fullmatch(money.currency):
        raise VocabularyError("the currency is no ISO 4217 code")
    if abs(money.minor) >= MAX_MINOR:
        raise VocabularyError("the amount is out of range")


def _price(money: Money) -> None:
    _money(money)
    if money.minor < 0:
        raise VocabularyError("a price is below 0")


def _short_number(name: str, text: str) -> None:
    if _FULL_NUMBER.search(text):
        raise VocabularyError(f"the {name} shows more than four digits")


def _edition(status: OrderStatus, edition: int) -> None:
    if edition != EDITIONS[status]:
        raise VocabularyError("the edition is not that of the order's status")


def _measured(measure: str, value: Decimal) -> None:
    if measure not in _RANGES:
        raise VocabularyError("the measure is not in the vocabulary")
    lowest, highest = _RANGES[measure]
    if not value.is_finite() or not lowest <= value <= highest:
        raise VocabularyError("impossible value: it is out of the measure's range")


def _between(name: str, value: Decimal | int, lowest: int, highest: int) -> None:
    if isinstance(value, Decimal) and not value.is_finite():
        raise VocabularyError(f"the {name} is no number")
    if not lowest <= value <= highest:
        raise VocabularyError(f"impossible value: the {name} is out of range")


def _texts(**texts: str | None) -> None:
    for name, text in texts.items():
        if text is not None:
            _text(name.replace("_", " "), text)


def _text(name: str, text: str, shortest: int = 1) -> None:
    if not shortest <= len(text) <= MAX_LENGTH:
        raise VocabularyError(f"the {name} is empty or too long")


RULES: Final[dict[type[Record], Callable[..., None]]] = {
    Transaction: _transaction,
    Order: _order,
    OrderLine: _order_line,
    Listen: _listen,
    View: _view,
    Search: _search,
    Follow: _follow,
    PlaylistItem: _playlist_item,
    Post: _post,
    DailyMeasure: _daily_measure,
    Measurement: _measurement,
    Sleep: _sleep,
    Workout: _workout,
}
"""What more must hold for a record of each class."""
