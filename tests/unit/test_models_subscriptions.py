"""Subscriptions: what comes again every month or year, what it costs, and whether it still runs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pod_agent.models.subscriptions import Cadence, find_subscriptions
from vocab.records import Money, Occurrences, Transaction, TransactionKind, record_iri

SINGAPORE = ZoneInfo("Asia/Singapore")
TODAY = date(2026, 11, 15)


def charge(
    day: date, cents: int = 1098, merchant: str = "Tunes", original: Money | None = None, **changes: str
) -> Transaction:
    at = datetime(day.year, day.month, day.day, tzinfo=SINGAPORE)
    return Transaction(
        iri=record_iri(Transaction, "ocbc", at, (merchant, str(cents)), Occurrences()),
        source="ocbc",
        at=at,
        account="Card 1234",
        amount=Money(-cents, "SGD"),
        description=merchant.upper(),
        merchant=merchant,
        category=changes.get("category", "subscriptions"),
        kind=TransactionKind(changes.get("kind", "spend")),
        original=original,
    )


def monthly(months: int, last: date = date(2026, 11, 9)) -> list[Transaction]:
    first = last.year * 12 + last.month - months
    return [charge(date(n // 12, n % 12 + 1, last.day)) for n in range(first, first + months)]


def test_a_monthly_charge_is_an_active_subscription_with_its_records() -> None:
    rows = monthly(6)
    [found] = find_subscriptions(reversed(rows), TODAY)
    assert (found.merchant, found.cadence, found.amount, found.active) == (
        "Tunes",
        Cadence.MONTHLY,
        Money(1098, "SGD"),
        True,
    )
    assert found.charges == tuple(row.iri for row in rows)
    assert (found.first, found.last) == (date(2026, 6, 9), date(2026, 11, 9))


@pytest.mark.parametrize(("days", "active"), [(38, True), (39, False)])
def test_it_has_ended_when_a_charge_stays_out(days: int, active: bool) -> None:
    last = TODAY - timedelta(days=days)
    rows = [charge(last - timedelta(days=30)), charge(last)]
    assert [found.active for found in find_subscriptions(rows, TODAY)] == [active]


def test_a_yearly_charge_is_one_too() -> None:
    [found] = find_subscriptions([charge(date(2025, 9, 7)), charge(date(2026, 9, 7))], TODAY)
    assert (found.cadence, found.active) == (Cadence.YEARLY, True)


def test_a_new_price_is_told_and_the_latest_amount_counts() -> None:
    rows = [charge(date(2026, 9, 12), 1598), charge(date(2026, 10, 12), 2298), charge(date(2026, 11, 12), 2298)]
    [found] = find_subscriptions(rows, TODAY)
    assert found.amount == Money(2298, "SGD")
    [change] = found.price_changes
    assert (change.day, change.before.minor, change.after.minor) == (date(2026, 10, 12), 1598, 2298)


def test_the_rate_of_the_day_is_no_change_of_price() -> None:
    dollars = Money(-1000, "USD")
    rows = [charge(date(2026, 10, 12), 1341, original=dollars), charge(date(2026, 11, 12), 1352, original=dollars)]
    assert not find_subscriptions(rows, TODAY)[0].price_changes


def test_other_categories_single_charges_odd_rhythms_and_the_future_are_none() -> None:
    assert not find_subscriptions([charge(row.at.date(), category="groceries") for row in monthly(4)], TODAY)
    assert not find_subscriptions([charge(row.at.date(), kind="refund") for row in monthly(4)], TODAY)
    assert not find_subscriptions(monthly(1), TODAY)
    assert not find_subscriptions([charge(TODAY - timedelta(days=5 * n)) for n in range(6)], TODAY)
    assert not find_subscriptions(monthly(6, last=date(2027, 9, 9)), TODAY)
