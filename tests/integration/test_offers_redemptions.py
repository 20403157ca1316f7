"""What a study of redemptions would count of one person: offers of the own catalogue, by arm, 0 or 1 each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consent.errors import InvalidStudyError
from pod_agent.federation.measuring.checks import check_statistic
from pod_agent.federation.measuring.computing import owned_items
from pod_agent.index.local import LocalIndex
from pod_agent.offers.bought import Bought
from pod_agent.offers.redemptions import RedemptionIndex, redeemed
from pod_agent.offers.secret import arms_seen
from tests.support.door import Door
from tests.support.households import SINGAPORE, RecordMaker
from vocab.errors import VocabularyError
from vocab.offers import Loan, Offer, OfferKind
from vocab.query import Filter, QuerySpec
from vocab.records import Money
from vocab.statistics import CoPurchase, ItemCounts
from vocab.study import Noise

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
    told = redeemed([offer], bought, NOVEMBER, {offer.iri: 1})  # the person's own word
    assert told == (set() if offer.kind is OfferKind.LOAN else {"plain"})
    assert redeemed([offer], bought, (date(2026, 12, 1), date(2026, 12, 31)), {}) == set()


def test_only_the_arm_that_this_device_was_shown_is_counted(bought: Bought) -> None:
    arms = [replace(PLAIN, iri=f"https://offers.example/c#{name}", test="t", arm=name) for name in ("a", "b")]
    for device in range(8):
        seen = arms_seen(arms, device.to_bytes(32))
        assert redeemed(seen, bought, NOVEMBER, {}) == {seen[0].name}


def counts(*names: str) -> ItemCounts:
    query = QuerySpec(measures=("purchases",), dimensions=("offer",), period=NOVEMBER)
    return ItemCounts(query=query, items=names, max_weight=len(names))


def test_a_study_counts_the_offers_of_the_own_catalogue_and_makes_nothing_up(bought: Bought) -> None:
    pharmacy = replace(PLAIN, iri="https://offers.example/c#pills", seller="Guardian")
    odd = replace(PLAIN, iri="https://offers.example/c#odd", minimum=Money(4999, "SGD"))
    index = RedemptionIndex(bought.index, lambda: [PLAIN, pharmacy, odd], lambda _: {pharmacy.iri: 1, odd.iri: 1})
    statistic = counts("plain", "pills", "odd", "made-up")
    check_statistic(statistic)
    assert owned_items(statistic.items, statistic.query, index) == {"plain"}
    none = RedemptionIndex(bought.index, list, lambda _: {})
    assert owned_items(statistic.items, statistic.query, none) == frozenset()
    spend = QuerySpec(measures=("spend",), dimensions=("merchant",), period=NOVEMBER)
    assert index.run(spec=spend) == bought.index.run(spend)


@pytest.mark.parametrize(
    "statistic",
    [
        counts("Mei Tan"),
        counts("x" * 65),
        replace(counts("plain"), query=replace(counts("plain").query, measures=("spend",))),
        replace(
            counts("plain"),
            query=replace(counts("plain").query, filters=(Filter("category", "eq", "groceries"),)),
        ),
        CoPurchase(query=counts("plain").query, items=("plain", "other")),
    ],
)
def test_nothing_else_is_asked_of_offers(statistic: ItemCounts | CoPurchase) -> None:
    with pytest.raises(InvalidStudyError):
        check_statistic(statistic)


def test_a_query_of_one_s_own_cannot_name_offers(bought: Bought) -> None:
    with pytest.raises(VocabularyError):
        bought.index.run(counts("plain").query)


def test_redemptions_go_through_the_door_with_a_preview_and_a_grant(bought: Bought, tmp_path: Path) -> None:
    door = Door(tmp_path / "door")
    index = RedemptionIndex(bought.index, lambda: [PLAIN], lambda _: {})
    study = door.study(title="Offers used", statistic=counts("plain", "made-up"), noise=Noise(800))
    door.publish(study)
    person, _ = door.person({}, index=index)
    [request] = person.requests()
    assert any("which of 2 offers: plain; made-up there are purchases you made" in line for line in request.preview)
    assert any("fits its terms, and also where you said that you used it." in line for line in request.preview)
    assert "This time 1 is sent for: plain. The other 1 hold 0." in request.preview
    assert person.answer_studies() == []
    person.give(study.task_id.hex())
    assert [outcome.outcome for outcome in person.answer_studies()] == ["sent"]
    door.close()
