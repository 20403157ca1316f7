"""What a study of redemptions would count of one person: offers of the own catalogue, by arm, 0 or 1 each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pod_agent.index.local import LocalIndex
from pod_agent.offers.bought import Bought
from pod_agent.offers.redemptions import check_offer_names, redeemed, redemption_counts
from pod_agent.offers.secret import arms_seen
from tests.support.households import SINGAPORE, RecordMaker
from vocab.offers import Loan, Offer, OfferError
from vocab.records import Money

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
PLAIN = Offer(
    iri="https://offers.example/c#plain",
    title="An offer",
    seller="FairPrice",
    valid_from=date(2026, 11, 3),
    valid_through=date(2026, 11, 20),
    percent=Decimal(10),
)


@pytest.fixture
def bought(tmp_path: Path) -> Iterator[Bought]:
    maker = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.upsert(
            maker.paid(day, amount, "FairPrice", "groceries")
            for day, amount in (("2026-10-20", 80.0), ("2026-11-02", 90.0), ("2026-11-10", 50.0))
        )
        yield Bought(index, date(2026, 11, 30))


@pytest.mark.parametrize(
    ("terms", "counts"),
    [
        ({}, True),
        ({"minimum": Money(5000, "SGD")}, True),
        ({"minimum": Money(5001, "SGD")}, False),  # the larger purchases lie outside its days
        ({"valid_from": date(2026, 11, 11)}, False),
        ({"seller": "Giant"}, False),
        ({"days": ("Tuesday",)}, True),  # 10 November
        ({"days": ("Monday",)}, False),
        ({"first_purchase": True}, False),
        ({"new_customers": True}, False),
        ({"absent_days": 8}, True),
        ({"absent_days": 9}, False),
        ({"percent": None, "price": Money(900, "SGD")}, False),
        ({"percent": None, "terms": Loan(amount=Money(1, "SGD"), percent=Decimal(0), months=1)}, False),
    ],
)
def test_a_purchase_counts_that_fits_the_offer_on_its_day(bought: Bought, terms: dict[str, Any], counts: bool) -> None:
    offer = replace(PLAIN, **terms)
    assert redeemed([offer], bought, NOVEMBER, {}) == ({"plain"} if counts else set())
    assert redeemed([offer], bought, NOVEMBER, {offer.iri: 1}) == {"plain"}  # the person's own word
    assert redeemed([offer], bought, (date(2026, 12, 1), date(2026, 12, 31)), {}) == set()


def test_only_the_arm_that_this_device_was_shown_is_counted(bought: Bought) -> None:
    arms = [replace(PLAIN, iri=f"https://offers.example/c#{name}", test="t", arm=name) for name in ("a", "b")]
    for device in range(8):
        seen = arms_seen(arms, device.to_bytes(32))
        counted = redemption_counts(("a", "b", "plain"), redeemed(seen, bought, NOVEMBER, {}))
        assert counted == (int(seen[0].arm == "a"), int(seen[0].arm == "b"), 0)


def test_a_list_names_offers_of_the_own_catalogue_only() -> None:
    check_offer_names(["plain"], [PLAIN])
    with pytest.raises(OfferError, match="'mei' is not in the catalogue"):
        check_offer_names(["plain", "mei"], [PLAIN])
