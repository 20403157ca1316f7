"""Which provisional records yield to which: the rules one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from pod_agent.ingest.supersede import (
    Superseded,
    superseded_orders,
    superseded_payments,
    superseded_plays,
    superseded_spans,
)
from tests.support.supersede import order, payment, play
from vocab.records import IRI, Record, Sleep

NIGHT = datetime(2026, 10, 5, 15, tzinfo=UTC)


def _gone(verdict: Superseded, records: Sequence[Record]) -> list[int]:
    return [number for number, record in enumerate(records) if record.iri in verdict.gone]


@pytest.mark.parametrize(
    ("end", "title", "played_ms", "gone"),
    [
        (60, "Song", 60_000, True),
        (119, "SONG", 60_999, True),
        (119, "Song", 59_001, True),
        (120, "Song", 60_000, False),
        (59, "Song", 60_000, False),
        (60, "Song", 61_000, False),
        (60, "Other", 60_000, False),
    ],
)
def test_a_play_told_to_the_minute_yields_to_the_same_play(end: int, title: str, played_ms: int, *, gone: bool) -> None:
    account = [play(60, "Song", 60_000, account=True)]
    verdict = superseded_plays(account, [play(end, title, played_ms, account=False)])
    assert bool(verdict.gone) is gone


@pytest.mark.parametrize(
    ("settled", "gone"),
    [
        (payment(0, "KOPI HOUSE", 180, "settled"), True),
        (payment(5, "KOPI HOUSE SG", 180, "settled"), True),
        (payment(-5, "KOPI HOUSE", 180, "settled"), True),
        (payment(6, "KOPI HOUSE", 180, "settled"), False),
        (payment(1, "KOPI HOUSE", 181, "settled"), False),
        (payment(1, "BUS RIDE", 180, "settled"), False),
        (payment(0, "BUS RIDE", 180, "settled"), False),
    ],
)
def test_a_pending_payment_yields_to_the_settled_one(settled: Record, *, gone: bool) -> None:
    verdict = superseded_payments([payment(0, "KOPI HOUSE", 180, "pending")], [settled])
    assert bool(verdict.gone) is gone


@pytest.mark.parametrize(("day", "gone"), [(0, True), (1, False)])
def test_a_row_of_a_statement_yields_to_the_row_of_its_day_whatever_its_text(day: int, *, gone: bool) -> None:
    verdict = superseded_payments(
        [payment(0, "DEBIT PURCHASE KOPI", 180, "statement")], [payment(day, "KOPI HOUSE", 180, "settled")]
    )
    assert bool(verdict.gone) is gone


def test_one_settled_payment_replaces_one_pending_one_and_the_pair_is_remembered() -> None:
    pending = [payment(0, "KOPI HOUSE", 180, "pending", number) for number in range(2)]
    verdict = superseded_payments(pending, [payment(1, "KOPI HOUSE", 180, "settled")])
    assert len(verdict.gone) == 1
    assert verdict.remembered == verdict.gone
    both = superseded_payments(pending, [payment(1, "KOPI HOUSE", 180, "settled", number) for number in range(2)])
    assert (len(both.gone), both.remembered) == (2, frozenset())


def test_the_nearest_and_likest_payment_is_taken() -> None:
    pending = [payment(0, "KOPI HOUSE", 180, "pending"), payment(2, "KOPI HOUSE", 180, "pending")]
    assert _gone(superseded_payments(pending, [payment(3, "KOPI HOUSE", 180, "settled")]), pending) == [1]
    assert _gone(superseded_payments(pending, [payment(0, "KOPI HOUSE", 180, "settled")]), pending) == [0]


def test_what_is_said_does_not_depend_on_the_order_of_the_records() -> None:
    pending = [payment(day, "KOPI HOUSE", 180, "pending", day) for day in range(4)]
    settled = [payment(day, "KOPI HOUSE", 180, "settled", day) for day in (2, 5)]
    assert superseded_payments(pending, settled) == superseded_payments(pending[::-1], settled[::-1])


@pytest.mark.parametrize(("number", "gone"), [("7", True), ("8", False)])
def test_a_receipt_yields_to_the_order_of_its_number(number: str, *, gone: bool) -> None:
    receipt = msgspec.structs.replace(order("7", "placed"), provisional=True)
    assert bool(superseded_orders([receipt], [order(number, "delivered")]).gone) is gone


def _sleep(start: int, hours: int, *, provisional: bool) -> Sleep:
    at = NIGHT + timedelta(hours=start)
    return Sleep(
        iri=IRI(f"data/x/sleep/2026/2026-10.ttl#{start}-{hours}"),
        source="x",
        at=at,
        provisional=provisional,
        end=at + timedelta(hours=hours),
        asleep=60 * hours,
    )


@pytest.mark.parametrize(("start", "hours", "gone"), [(0, 8, True), (1, 9, True), (5, 8, False), (8, 3, False)])
def test_a_sleep_without_stages_yields_to_one_that_overlaps(start: int, hours: int, *, gone: bool) -> None:
    verdict = superseded_spans([_sleep(0, 8, provisional=True)], [_sleep(start, hours, provisional=False)])
    assert bool(verdict.gone) is gone
