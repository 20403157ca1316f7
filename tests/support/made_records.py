"""Hypothesis strategies for records: every value that the vocabulary allows, nasty text included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from vocab.measures import MEASURES
from vocab.records import (
    IRI,
    RECORD_TYPES,
    UNDATED,
    DailyMeasure,
    Follow,
    Listen,
    Measurement,
    Medium,
    Money,
    Occurrences,
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
    record_iri,
)
from vocab.rules import EDITIONS
from vocab.taxonomy import CATEGORIES

__all__ = ["SINGAPORE", "STRATEGIES", "listens", "one_month", "texts", "transactions"]

SINGAPORE = timezone(timedelta(hours=8))

_NASTY = st.sampled_from(
    [
        '"',
        "\\",
        '\\"',
        "\n",
        "\r\n",
        "\t",
        "\x00",
        "\x1f",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\uffff",
        "'''",
        '"""',
        "<#a> a",
        " .\n",
        "\n\n<#",
        "\\u0041",
        "咖啡",
        "☕",
        "e\u0301",
        "\u202e",
        "%s",
        "{0}",
        "^^xsd:decimal",
        "@en",
        "# x",
        "\U0001f469\u200d\U0001f680",
    ]
)
_PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
texts = st.lists(_NASTY | _PLAIN, max_size=5).map("".join)
"""Text of any kind, without halves of surrogate pairs."""

_filled = texts.filter(bool)
_money = st.builds(Money, st.integers(-(10**14) + 1, 10**14 - 1), st.sampled_from(["SGD", "JPY", "KWD", "USD", "IDR"]))


_addresses = _filled | st.sampled_from(
    [
        "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
        "spotify:local:A:B:C:12",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1#a",
        "http://www.youtube.com/channel/UC_x",
        "https://shop.example/a/../b",
        "https://shop.example/a b",
        "https://shop.example/caf\u00e9",
        "https://shop.example/%zz",
        "https://shop.example/a>b",
        "https://user@shop.example/",
        "javascript:alert(1)",
        "data/x/order/2026/2026-10.ttl#a",
        "//shop.example",
    ]
)
_maybe_text = st.none() | _filled
_maybe_address = st.none() | _addresses
_zones = st.sampled_from([UTC, SINGAPORE, timezone(timedelta(hours=-3, minutes=-30))])
_price = st.builds(Money, st.integers(0, 10**14 - 1), st.sampled_from(["SGD", "JPY", "KWD", "USD"]))
_quantity = st.decimals(0, 10**9, places=3) | st.sampled_from([Decimal(2), Decimal("2.0"), Decimal("1E+3")])
_wordless = texts.filter(lambda text: bool(text) and not any(character.isdigit() for character in text))


def _iri(draw: st.DrawFn, kind: type[Record], source: str, at: datetime) -> IRI:
    return record_iri(kind, source, at, (str(draw(st.integers(0, 2**32))),), Occurrences())


def _common(draw: st.DrawFn, kind: type[Record], source: str, at: datetime, ordered: bool = False) -> dict[str, Any]:
    """The fields of all records; the edition of an order is that of its status, and set elsewhere."""
    common: dict[str, Any] = {"iri": _iri(draw, kind, source, at), "source": source, "at": at}
    common["provisional"] = draw(st.booleans())
    if not ordered:
        common["edition"] = draw(st.just(0) | st.integers(-1, 2**31 - 1))
    return common


@st.composite
def _times(draw: st.DrawFn, year: int, month: int) -> datetime:
    second, part = draw(st.integers(0, 28 * 86400 - 1)), draw(st.just(0) | st.integers(0, 999_999))
    return datetime(year, month, 1, tzinfo=draw(_zones)) + timedelta(seconds=second, microseconds=part)


@st.composite
def transactions(draw: st.DrawFn, year: int = 2026, month: int = 10) -> Transaction:
    """A transaction of one month."""
    at = datetime(year, month, draw(st.integers(1, 28)), tzinfo=SINGAPORE)
    return Transaction(
        **_common(draw, Transaction, "ocbc", at),
        account=draw(_wordless),
        amount=draw(_money),
        description=draw(texts),
        merchant=draw(texts),
        category=draw(st.sampled_from(sorted(CATEGORIES))),
        kind=draw(st.sampled_from(TransactionKind)),
        value_date=draw(st.none() | st.dates()),
        original=draw(st.none() | _money),
        counterparty=draw(_maybe_text),
        card=draw(st.booleans()),
        mcc=draw(st.none() | st.just("5411")),
        hint=draw(_maybe_text),
        reference=draw(_maybe_text),
    )


@st.composite
def listens(draw: st.DrawFn, year: int = 2026, month: int = 10) -> Listen:
    """A play of one month."""
    return Listen(
        **_common(draw, Listen, "spotify", draw(_times(year, month))),
        played_ms=draw(st.integers(0, 2**53 - 1)),
        medium=draw(st.sampled_from(Medium)),
        title=draw(_filled),
        artist=draw(_maybe_text),
        album=draw(_maybe_text),
        track=draw(_maybe_address),
        skipped=draw(st.none() | st.booleans()),
    )


@st.composite
def _orders(draw: st.DrawFn) -> Order:
    status = draw(st.sampled_from(OrderStatus))
    return Order(
        **_common(draw, Order, "lazada", draw(_times(2026, 10)), ordered=True),
        edition=EDITIONS[status],
        shop=draw(_filled),
        number=draw(_filled),
        status=status,
        total=draw(_money),
        shipping=draw(st.none() | _price),
        discount=draw(st.none() | _price),
        place=draw(_maybe_text),
        paid_with=draw(st.none() | _wordless),
    )


@st.composite
def _order_lines(draw: st.DrawFn) -> OrderLine:
    at = draw(_times(2026, 10))
    status = draw(st.sampled_from(OrderStatus))
    return OrderLine(
        **_common(draw, OrderLine, "lazada", at, ordered=True),
        edition=EDITIONS[status],
        order=_iri(draw, Order, "lazada", at),
        shop=draw(_filled),
        number=draw(_filled),
        line=draw(_filled),
        product=draw(_filled),
        quantity=draw(_quantity),
        unit_price=draw(_price),
        total=draw(_money),
        status=status,
        brand=draw(_maybe_text),
        gtin=draw(st.none() | st.just("8888196175306")),
        sku=draw(_maybe_text),
        seller=draw(_maybe_text),
        section=draw(st.lists(_filled | st.sampled_from([">", " > ", "\\", "a\\>", " "]), max_size=3).map(tuple)),
    )


@st.composite
def _views(draw: st.DrawFn) -> View:
    return View(
        **_common(draw, View, "youtube", draw(_times(2026, 10))),
        title=draw(_maybe_text),
        video=draw(_maybe_address),
        channel=draw(_maybe_text),
        channel_url=draw(_maybe_address),
        is_ad=draw(st.booleans()),
        is_music=draw(st.booleans()),
    )


@st.composite
def _searches(draw: st.DrawFn) -> Search:
    return Search(**_common(draw, Search, "youtube", draw(_times(2026, 10))), text=draw(_filled))


@st.composite
def _follows(draw: st.DrawFn) -> Follow:
    return Follow(
        **_common(draw, Follow, "youtube", UNDATED),
        subject=draw(st.sampled_from(Subject)),
        name=draw(_filled),
        target=draw(_maybe_address),
    )


@st.composite
def _playlist_items(draw: st.DrawFn, is_dated: bool = True) -> PlaylistItem:
    return PlaylistItem(
        **_common(draw, PlaylistItem, "spotify", draw(_times(2026, 10)) if is_dated else UNDATED),
        playlist=draw(_filled),
        subject=draw(st.sampled_from(Subject)),
        title=draw(_maybe_text),
        creator=draw(_maybe_text),
        album=draw(_maybe_text),
        target=draw(_maybe_address),
    )


@st.composite
def _posts(draw: st.DrawFn) -> Post:
    return Post(
        **_common(draw, Post, "youtube", draw(_times(2026, 10))), text=draw(_filled), about=draw(_maybe_address)
    )


@st.composite
def _values(draw: st.DrawFn, measure: str) -> Decimal:
    entry = MEASURES[measure]
    return draw(st.decimals(Decimal(str(entry.lowest)), Decimal(str(entry.highest)), places=draw(st.integers(1, 6))))


@st.composite
def _daily_measures(draw: st.DrawFn) -> DailyMeasure:
    measure = draw(st.sampled_from(sorted(MEASURES)))
    lowest, value, highest = sorted(draw(_values(measure)) for _ in range(3))
    is_mean = draw(st.booleans())
    return DailyMeasure(
        **_common(draw, DailyMeasure, "fitbit", datetime(2026, 10, draw(st.integers(1, 28)), tzinfo=SINGAPORE)),
        measure=measure,
        value=value,
        recorder=draw(texts),
        lowest=lowest if is_mean else None,
        highest=highest if is_mean else None,
        samples=draw(st.none() | st.integers(1, 10**9)),
    )


@st.composite
def _measurements(draw: st.DrawFn) -> Measurement:
    measure = draw(st.sampled_from(sorted(MEASURES)))
    return Measurement(
        **_common(draw, Measurement, "fitbit", draw(_times(2026, 10))),
        measure=measure,
        value=draw(_values(measure)),
        recorder=draw(texts),
    )


@st.composite
def _sleeps(draw: st.DrawFn) -> Sleep:
    at = draw(_times(2026, 10))
    minutes = draw(st.integers(1, 2160))
    stage = st.integers(0, minutes)
    end = (at + timedelta(minutes=minutes)).astimezone(draw(_zones))
    return Sleep(
        **_common(draw, Sleep, "fitbit", at),
        end=end,
        asleep=draw(stage),
        awake=draw(st.none() | stage),
        deep=draw(st.none() | stage),
        light=draw(st.none() | stage),
        rem=draw(st.none() | stage),
        is_main=draw(st.booleans()),
        score=draw(st.none() | st.integers(0, 100)),
        efficiency=draw(st.none() | st.integers(0, 100)),
        recorder=draw(texts),
    )


@st.composite
def _workouts(draw: st.DrawFn) -> Workout:
    return Workout(
        **_common(draw, Workout, "fitbit", draw(_times(2026, 10))),
        activity=draw(_filled),
        seconds=draw(st.integers(0, 604_800)),
        distance=draw(st.none() | st.decimals(0, 5_000_000, places=2)),
        energy=draw(st.none() | st.decimals(0, 50_000, places=1)),
        steps=draw(st.none() | st.integers(0, 500_000)),
        heart_rate=draw(st.none() | st.integers(20, 260)),
        recorder=draw(texts),
    )


STRATEGIES: dict[str, st.SearchStrategy[Record]] = {
    "transaction": transactions(),
    "order": _orders(),
    "order-line": _order_lines(),
    "listen": listens(),
    "view": _views(),
    "search": _searches(),
    "follow": _follows(),
    "playlist-item": _playlist_items(),
    "undated playlist-item": _playlist_items(is_dated=False),
    "post": _posts(),
    "daily-measure": _daily_measures(),
    "measurement": _measurements(),
    "sleep": _sleeps(),
    "workout": _workouts(),
}
"""Records of one document, for each kind."""

assert RECORD_TYPES.keys() <= STRATEGIES.keys()


def one_month(kind: str | None = None, max_size: int = 6) -> st.SearchStrategy[tuple[str, list[Record]]]:
    """A document's path and its records, each IRI once; of any kind where none is named."""
    kinds = st.just(kind) if kind else st.sampled_from(sorted(STRATEGIES))
    months = kinds.flatmap(
        lambda name: st.lists(STRATEGIES[name], min_size=1, max_size=max_size, unique_by=lambda record: record.iri)
    )
    return months.map(lambda records: (records[0].iri.partition("#")[0], list(records)))
