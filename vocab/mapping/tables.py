"""Which class and which properties each kind of record has in a document: one table for each."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from vocab import terms
from vocab.mapping import values as as_
from vocab.mapping.values import Value
from vocab.records import (
    DailyMeasure,
    Follow,
    Listen,
    Measurement,
    Medium,
    Order,
    OrderLine,
    OrderStatus,
    PlaylistItem,
    Post,
    Record,
    Search,
    Sleep,
    Subject,
    Transaction,
    TransactionKind,
    View,
    Workout,
)

__all__ = ["TABLES", "Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of record in documents.

    ``wider`` is the class of others of which ours, ``own``, is a part. ``fields`` has every field of the record but
    those of all records. A field without a default must be in the document unless ``may_lack`` names it; one with a
    default is written where it has another value. ``time`` is the property of the record's time.
    """

    wider: str
    own: str
    fields: dict[str, Value]
    time: str = terms.START_TIME
    may_lack: frozenset[str] = frozenset()


_KINDS = {
    TransactionKind.SPEND: terms.SPEND,
    TransactionKind.REFUND: terms.REFUND,
    TransactionKind.FEE: terms.FEE,
    TransactionKind.INCOME: terms.INCOME,
    TransactionKind.TRANSFER: terms.TRANSFER,
    TransactionKind.CASH: terms.CASH,
}
_MEDIA = {Medium.MUSIC: terms.MUSIC, Medium.PODCAST: terms.PODCAST, Medium.AUDIOBOOK: terms.AUDIOBOOK}
_SUBJECTS = {
    Subject.CHANNEL: terms.CHANNEL_SUBJECT,
    Subject.ARTIST: terms.ARTIST_SUBJECT,
    Subject.SHOW: terms.SHOW,
    Subject.TRACK: terms.TRACK,
    Subject.ALBUM: terms.ALBUM_SUBJECT,
    Subject.EPISODE: terms.EPISODE,
    Subject.AUDIOBOOK: terms.AUDIOBOOK,
    Subject.VIDEO: terms.VIDEO,
    Subject.PERSON: terms.PERSON,
}
_STATUSES = {
    OrderStatus.PLACED: terms.ORDER_PROCESSING,
    OrderStatus.DELIVERED: terms.ORDER_DELIVERED,
    OrderStatus.CANCELLED: terms.ORDER_CANCELLED,
    OrderStatus.REFUNDED: terms.ORDER_RETURNED,
}

_TRANSACTION = Table(
    terms.MONEY_TRANSFER,
    terms.TRANSACTION,
    {
        "amount": as_.money(terms.AMOUNT, terms.CURRENCY),
        "description": as_.text(terms.DESCRIPTION),
        "account": as_.text(terms.ACCOUNT),
        "merchant": as_.text(terms.MERCHANT),
        "category": as_.category(terms.CATEGORY_OF),
        "kind": as_.one_of(terms.KIND, _KINDS),
        "value_date": as_.day(terms.VALUE_DATE),
        "original": as_.money(terms.ORIGINAL_AMOUNT, terms.ORIGINAL_CURRENCY),
        "counterparty": as_.text(terms.COUNTERPARTY),
        "mcc": as_.text(terms.MCC),
        "hint": as_.text(terms.HINT),
        "reference": as_.text(terms.IDENTIFIER),
        "card": as_.flag(terms.CARD),
    },
)
_ORDER = Table(
    terms.SCHEMA_ORDER,
    terms.ORDER_CLASS,
    {
        "shop": as_.text(terms.SHOP),
        "number": as_.text(terms.ORDER_NUMBER),
        "status": as_.one_of(terms.ORDER_STATUS, _STATUSES),
        "total": as_.money(terms.TOTAL, terms.CURRENCY),
        "shipping": as_.money(terms.SHIPPING, terms.SHIPPING_CURRENCY),
        "discount": as_.money(terms.DISCOUNT, terms.DISCOUNT_CURRENCY),
        "place": as_.text(terms.PLACE),
        "paid_with": as_.text(terms.PAYMENT_METHOD),
    },
    time=terms.ORDER_DATE,
)
_ORDER_LINE = Table(
    terms.ORDER_ITEM,
    terms.ORDER_LINE,
    {
        "order": as_.record(terms.ORDER),
        "shop": as_.text(terms.SHOP),
        "number": as_.text(terms.ORDER_NUMBER),
        "line": as_.text(terms.ITEM_NUMBER),
        "product": as_.text(terms.NAME),
        "quantity": as_.number(terms.QUANTITY),
        "unit_price": as_.money(terms.PRICE, terms.PRICE_CURRENCY),
        "total": as_.money(terms.TOTAL, terms.CURRENCY),
        "status": as_.one_of(terms.ITEM_STATUS, _STATUSES),
        "brand": as_.text(terms.BRAND),
        "gtin": as_.text(terms.GTIN),
        "sku": as_.text(terms.SKU),
        "seller": as_.text(terms.SELLER),
        "section": as_.path(terms.SCHEMA_CATEGORY),
    },
    time=terms.ORDER_DATE,
)
_LISTEN = Table(
    terms.LISTEN_ACTION,
    terms.LISTEN,
    {
        "played_ms": as_.integer(terms.PLAYED_MS),
        "medium": as_.one_of(terms.MEDIUM, _MEDIA),
        "title": as_.text(terms.TITLE),
        "artist": as_.text(terms.ARTIST),
        "album": as_.text(terms.ALBUM),
        "track": as_.address(terms.OBJECT, terms.IDENTIFIER),
        "skipped": as_.flag(terms.SKIPPED),
    },
)
_VIEW = Table(
    terms.WATCH_ACTION,
    terms.VIEW,
    {
        "title": as_.text(terms.TITLE),
        "video": as_.address(terms.OBJECT, terms.IDENTIFIER),
        "channel": as_.text(terms.CHANNEL),
        "channel_url": as_.address(terms.CHANNEL_PAGE, terms.CHANNEL_PAGE),
        "is_ad": as_.flag(terms.IS_AD),
        "is_music": as_.flag(terms.IS_MUSIC),
    },
    may_lack=frozenset({"title"}),
)
_SEARCH = Table(terms.SEARCH_ACTION, terms.SEARCH, {"text": as_.text(terms.QUERY)})
_FOLLOW = Table(
    terms.FOLLOW_ACTION,
    terms.FOLLOW,
    {
        "subject": as_.one_of(terms.SUBJECT, _SUBJECTS),
        "name": as_.text(terms.NAME),
        "target": as_.address(terms.OBJECT, terms.IDENTIFIER),
    },
)
_PLAYLIST_ITEM = Table(
    terms.LIST_ITEM,
    terms.PLAYLIST_ITEM,
    {
        "playlist": as_.text(terms.PLAYLIST),
        "subject": as_.one_of(terms.SUBJECT, _SUBJECTS),
        "title": as_.text(terms.TITLE),
        "creator": as_.text(terms.CREATOR),
        "album": as_.text(terms.ALBUM),
        "target": as_.address(terms.ITEM, terms.IDENTIFIER),
    },
    may_lack=frozenset({"title"}),
)
_POST = Table(
    terms.COMMENT,
    terms.POST,
    {"text": as_.text(terms.TEXT), "about": as_.address(terms.ABOUT, terms.ABOUT)},
)
_DAILY_MEASURE = Table(
    terms.OBSERVATION,
    terms.DAILY_MEASURE,
    {
        "measure": as_.measure(terms.OBSERVED_PROPERTY, terms.QUDT_UNIT),
        "value": as_.number(terms.SIMPLE_RESULT),
        "lowest": as_.number(terms.LOWEST),
        "highest": as_.number(terms.HIGHEST),
        "samples": as_.integer(terms.SAMPLES),
        "recorder": as_.text(terms.RECORDER),
    },
)
_MEASUREMENT = Table(
    terms.OBSERVATION,
    terms.MEASUREMENT,
    {
        "measure": as_.measure(terms.OBSERVED_PROPERTY, terms.QUDT_UNIT),
        "value": as_.number(terms.SIMPLE_RESULT),
        "recorder": as_.text(terms.RECORDER),
    },
    time=terms.RESULT_TIME,
)
_SLEEP = Table(
    terms.ACTION,
    terms.SLEEP,
    {
        "end": as_.instant(terms.END_TIME),
        "asleep": as_.integer(terms.ASLEEP_MINUTES),
        "awake": as_.integer(terms.AWAKE_MINUTES),
        "deep": as_.integer(terms.DEEP_MINUTES),
        "light": as_.integer(terms.LIGHT_MINUTES),
        "rem": as_.integer(terms.REM_MINUTES),
        "score": as_.integer(terms.SCORE),
        "efficiency": as_.integer(terms.EFFICIENCY),
        "is_main": as_.flag(terms.IS_MAIN),
        "recorder": as_.text(terms.RECORDER),
    },
)
_WORKOUT = Table(
    terms.EXERCISE_ACTION,
    terms.WORKOUT,
    {
        "activity": as_.text(terms.EXERCISE_TYPE),
        "seconds": as_.integer(terms.SECONDS),
        "distance": as_.number(terms.DISTANCE),
        "energy": as_.number(terms.ENERGY),
        "steps": as_.integer(terms.STEP_COUNT),
        "heart_rate": as_.integer(terms.HEART_RATE),
        "recorder": as_.text(terms.RECORDER),
    },
)

TABLES: Final = MappingProxyType[type[Record], Table](
    {
        Transaction: _TRANSACTION,
        Order: _ORDER,
        OrderLine: _ORDER_LINE,
        Listen: _LISTEN,
        View: _VIEW,
        Search: _SEARCH,
        Follow: _FOLLOW,
        PlaylistItem: _PLAYLIST_ITEM,
        Post: _POST,
        DailyMeasure: _DAILY_MEASURE,
        Measurement: _MEASUREMENT,
        Sleep: _SLEEP,
        Workout: _WORKOUT,
    }
)
"""The table of every class of records."""
