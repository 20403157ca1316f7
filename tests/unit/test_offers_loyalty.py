"""Loyalty programmes by their published rule: points, stamps, tiers, refunds and the last day of each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pod_agent.index.local import LocalIndex
from pod_agent.offers.bought import Bought
from pod_agent.offers.loyalty import Progress, last_day, progress_of
from pod_agent.offers.match import OfferMatch
from pod_agent.offers.matching import Judge
from tests.support.households import SINGAPORE, RecordMaker
from vocab.offers import Loyalty, LoyaltyTier, Offer, Reward
from vocab.records import Money

TWO_OFF = Reward(title="S$2 off", points=200, worth=Money(200, "SGD"))
TEN_OFF = Reward(title="S$10 off", points=900, worth=Money(1000, "SGD"))
Row = tuple[str, float] | tuple[str, float, str]


def programme(**rule: Any) -> Offer:
    minimum = rule.pop("minimum", None)
    standard: dict[str, Any] = {"per_unit": Decimal(1), "rewards": (TWO_OFF, TEN_OFF)}
    return Offer(
        iri="https://offers.example/c#points",
        title="Points",
        seller="FairPrice",
        valid_from=date(2024, 11, 1),
        valid_through=date(2027, 11, 30),
        minimum=minimum,
        terms=Loyalty(**{**standard, **rule}),
    )


def progress(tmp_path: Path, offer: Offer, rows: Iterable[Row], today: str) -> Progress:
    maker = RecordMaker()
    with LocalIndex(tmp_path / f"{today}.sqlite", SINGAPORE) as index:
        index.upsert(
            maker.paid(day, amount, "FairPrice", "groceries", kind=kind[0] if kind else "spend")
            for day, amount, *kind in rows
        )
        return progress_of(offer, Bought(index, date.fromisoformat(today)))


@pytest.mark.parametrize(
    ("earned", "months", "month_end", "ends"),
    [
        ("2026-01-31", 1, False, "2026-02-28"),
        ("2028-01-31", 1, False, "2028-02-29"),
        ("2026-01-15", 1, True, "2026-02-28"),
        ("2026-11-30", 3, False, "2027-02-28"),
        ("2026-12-01", 12, True, "2027-12-31"),
        ("2024-02-29", 12, False, "2025-02-28"),
    ],
)
def test_points_end_so_many_months_later_also_where_the_month_lacks_the_day(
    earned: str, months: int, month_end: bool, ends: str
) -> None:
    rule = Loyalty(per_unit=Decimal(1), months=months, month_end=month_end, rewards=(TWO_OFF,))
    assert last_day(rule, date.fromisoformat(earned)) == date.fromisoformat(ends)


def test_each_purchase_earns_points_rounded_down_and_what_is_missing_is_told(tmp_path: Path) -> None:
    rows = [("2024-10-31", 500.0), ("2026-10-01", 99.99), ("2026-11-01", 150.5)]
    found = progress(tmp_path, programme(), rows, "2026-11-15")
    assert (found.points, len(found.evidence)) == (249, 2)  # 99 + 150; the first was before the programme began
    assert [reward.title for reward in found.reached] == ["S$2 off"]
    assert found.sentence == "You have 249 points at FairPrice. Enough for: S$2 off. 651 points more for: S$10 off."
    assert found.to_json()["next"] == {"title": "S$10 off", "points": 900, "missing": 651}


def test_points_count_on_their_last_day_and_not_on_the_next(tmp_path: Path) -> None:
    offer = programme(months=1)
    rows = [("2026-01-31", 100.0), ("2026-02-10", 50.0)]
    last = progress(tmp_path, offer, rows, "2026-02-28")
    assert (last.points, last.expired, last.next_end) == (150, 0, (date(2026, 2, 28), 100))
    assert last.sentence.endswith("100 points will be lost after 28 Feb 2026.")
    after = progress(tmp_path, offer, rows, "2026-03-01")
    assert (after.points, after.expired, after.next_end) == (50, 100, (date(2026, 3, 10), 50))


def test_a_refund_takes_its_points_back_from_the_newest_and_never_more_than_there_are(tmp_path: Path) -> None:
    rows: list[Row] = [("2026-01-05", 100.0), ("2026-02-05", 60.0), ("2026-02-06", -80.0, "refund")]
    found = progress(tmp_path, programme(months=12), rows, "2026-03-01")
    assert [(lot.earned, lot.points) for lot in found.lots] == [(date(2026, 1, 5), 80)]
    assert len(found.evidence) == 3
    more: list[Row] = [("2026-01-05", 10.0), ("2026-02-06", -80.0, "refund"), ("2026-02-07", 5.0)]
    assert progress(tmp_path, programme(), more, "2026-03-02").points == 5


def test_a_refund_takes_nothing_from_points_that_ended_before(tmp_path: Path) -> None:
    rows: list[Row] = [("2026-01-05", 100.0), ("2026-02-04", 30.0), ("2026-02-06", -50.0, "refund")]
    found = progress(tmp_path, programme(months=1), rows, "2026-02-10")
    assert (found.points, found.expired) == (0, 100)


def test_a_tier_multiplies_what_comes_after_it_was_reached(tmp_path: Path) -> None:
    silver = LoyaltyTier(title="Silver", points=300, multiplier=Decimal("1.5"))
    gold = LoyaltyTier(title="Gold", points=1000, multiplier=Decimal(2))
    offer = programme(tiers=(silver, gold))
    rows = [("2025-01-01", 299.0), ("2025-01-02", 2.0), ("2025-01-03", 33.33), ("2025-06-01", 500.0)]
    found = progress(tmp_path, offer, rows, "2025-06-02")
    assert [lot.points for lot in found.lots] == [299, 2, 49, 750]  # 33.33 x 1.5 = 49.995, rounded down once
    assert found.tier == gold
    later = progress(tmp_path, offer, rows, "2026-06-02")  # 366 days after the last purchase
    assert (later.points, later.tier) == (1100, None)


def test_a_tier_that_is_reached_in_the_morning_counts_from_the_next_day(tmp_path: Path) -> None:
    offer = programme(tiers=(LoyaltyTier(title="Silver", points=300, multiplier=Decimal(2)),))
    rows = [("2025-01-01", 300.0), ("2025-01-01", 10.0), ("2025-01-02", 10.0)]
    found = progress(tmp_path, offer, rows, "2025-01-02")
    assert sorted(lot.points for lot in found.lots) == [10, 20, 300]


def test_stamps_are_one_for_each_purchase_that_is_large_enough(tmp_path: Path) -> None:
    coffee = Reward(title="A coffee", points=9)
    offer = programme(per_unit=None, stamps=True, rewards=(coffee,), minimum=Money(300, "SGD"))
    rows: list[Row] = [(f"2026-05-{day:02}", 3.0 if day % 2 else 2.99) for day in range(1, 9)]
    found = progress(tmp_path, offer, rows, "2026-06-01")
    assert found.sentence == "You have 4 stamps at FairPrice. 5 stamps more for: A coffee."
    rows += [("2026-05-20", -3.0, "refund"), ("2026-05-21", -2.0, "refund")]
    assert progress(tmp_path, offer, rows, "2026-06-02").points == 3


def test_a_programme_is_worth_what_lately_earned_points_buy(tmp_path: Path) -> None:
    maker = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.upsert([maker.paid("2026-11-01", 180.0, "FairPrice", "groceries")])
        index.upsert([maker.paid("2026-06-01", 500.0, "FairPrice", "groceries")])
        found = Judge(index, date(2026, 11, 15)).judge(programme())
    assert isinstance(found, OfferMatch)
    assert found.saving == Money(200, "SGD")  # 180 points at the better rate of 900 for 10.00
    assert found.steps[0].startswith("You have 680 points at FairPrice.")
