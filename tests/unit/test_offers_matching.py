"""Offers matched to the person's own purchases, over a real index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pod_agent.index.local import LocalIndex
from pod_agent.offers.match import OfferMatch
from pod_agent.offers.matching import match_offers
from tests.support.households import SINGAPORE, RecordMaker
from vocab.offers import Offer
from vocab.records import Money

TODAY = date(2026, 11, 15)


def offer(**terms: Any) -> Offer:
    standard = {
        "iri": "https://offers.example/c#1",
        "title": "An offer",
        "seller": "FairPrice",
        "categories": ("groceries",),
        "valid_from": date(2026, 11, 1),
        "valid_through": date(2026, 11, 30),
        "percent": Decimal(10),
    }
    return Offer(**{**standard, **terms})


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    maker = RecordMaker()
    records = [
        maker.paid("2025-11-14", 70.0, "FairPrice", "groceries"),  # more than a year ago
        maker.paid("2026-08-17", 55.0, "FairPrice", "groceries"),  # the day before the last 90 days
        maker.paid("2026-08-18", 200.0, "FairPrice", "groceries"),
        maker.paid("2026-10-03", 61.5, "FairPrice", "groceries"),
        maker.paid("2026-11-02", 20.0, "FairPrice", "groceries"),
        maker.paid("2026-11-12", 99.99, "FairPrice", "groceries"),
        maker.paid("2026-11-13", -30.0, "FairPrice", "groceries", kind="refund"),
        maker.paid("2026-10-10", 12.0, "Toast Box", "eating-out"),
        maker.paid("2026-11-01", 1500.0, "Ali Rahman", "transfers", kind="transfer"),
    ]
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as held:
        held.upsert(records)
        yield held


def matched(index: LocalIndex, *offers: Offer) -> list[OfferMatch]:
    return match_offers(offers, index, TODAY)


def test_an_offer_of_an_own_shop_says_how_often_since_when_and_shows_the_records(index: LocalIndex) -> None:
    (match,) = matched(index, offer())
    assert match.reason == "You bought at FairPrice 5 times since August 2026, last on 12 November."
    assert len(match.evidence) == 5
    assert {getattr(record, "merchant", "") for record in index.get(match.evidence)} == {"FairPrice"}
    assert match.known_shop


@pytest.mark.parametrize(
    ("terms", "saving"),
    [
        ({}, 3814),  # 10 % of 200.00 + 61.50 + 20.00 + 99.99, rounded down once
        ({"minimum": Money(6150, "SGD")}, 3614),  # 61.50 itself counts
        ({"minimum": Money(6151, "SGD")}, 2999),
        ({"cap": Money(700, "SGD")}, 2215),  # 7.00 + 6.15 + 2.00 + 7.00
        ({"uses": 1}, 2000),
        ({"uses": 1, "cap": Money(500, "SGD")}, 500),
        ({"percent": None, "off": Money(500, "SGD"), "minimum": Money(6000, "SGD")}, 1500),
        ({"percent": None, "off": Money(5000, "SGD")}, 17000),  # never more than the purchase itself
        ({"minimum": Money(90000, "SGD")}, None),
        ({"percent": None, "price": Money(900, "SGD")}, None),
        ({"minimum": Money(100, "USD"), "currency": "USD"}, None),
    ],
)
def test_the_saving_is_what_it_would_have_taken_off_the_own_purchases(
    index: LocalIndex, terms: dict[str, Any], saving: int | None
) -> None:
    (match,) = matched(index, offer(**terms))
    assert match.saving == (None if saving is None else Money(saving, "SGD"))


def test_a_new_shop_in_a_category_that_is_used_often_matches_below_an_own_one(index: LocalIndex) -> None:
    own, new = matched(index, offer(), offer(iri="https://offers.example/c#2", seller="Giant"))
    assert own.score > new.score > 0
    assert not new.known_shop
    assert new.reason == "Giant is new to you, but you bought in groceries 5 times since August 2026."
    assert new.saving == Money(953, "SGD")  # 10 % of the average of 95.37


@pytest.mark.parametrize(
    "terms",
    [
        {"seller": "Shell", "categories": ("transport",)},
        {"seller": "Kopitiam", "categories": ("eating-out",)},  # a single purchase is no habit
        {"seller": "Bank", "categories": ("transfers",)},
        {"seller": "Fair", "categories": ()},
        {"valid_through": date(2026, 11, 14)},
        {"valid_from": date(2026, 11, 16)},
    ],
)
def test_an_offer_for_nothing_the_person_uses_or_of_another_time_gets_no_match(
    index: LocalIndex, terms: dict[str, Any]
) -> None:
    assert matched(index, offer(**terms)) == []


def test_a_shop_left_long_ago_scores_below_one_used_now(tmp_path: Path) -> None:
    maker = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as held:
        held.upsert(
            maker.paid(f"2026-{month}-{day:02}", 10.0, shop, "groceries")
            for month, shop in (("01", "Giant"), ("11", "FairPrice"))
            for day in range(1, 8)
        )
        now, then = matched(held, offer(), offer(iri="https://offers.example/c#2", seller="Giant"))
    assert now.offer.seller == "FairPrice"
    assert now.score > then.score


def test_a_discount_that_no_own_purchase_reaches_comes_last(index: LocalIndex) -> None:
    large = offer(iri="https://offers.example/c#0", minimum=Money(90000, "SGD"))
    reached, unreached = matched(index, large, offer())
    assert (reached.saving is None, unreached.saving is None) == (False, True)


def test_the_json_form_is_what_programs_rely_on(index: LocalIndex) -> None:
    (match,) = matched(index, offer())
    shown = match.to_json()
    assert set(shown) == {"offer", "title", "score", "reason", "saving", "evidence"}
    assert shown["saving"] == 38.14
    assert shown["evidence"] == list(match.evidence)


def test_no_records_no_offers(tmp_path: Path) -> None:
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as held:
        assert matched(held, offer()) == []
