"""Eligibility and saving of random offers on random purchases against a plain reference over the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pod_agent.index.local import LocalIndex
from pod_agent.offers.match import OfferMatch
from pod_agent.offers.matching import Judge
from pod_agent.offers.secret import arms_seen
from tests.support.households import SINGAPORE, RecordMaker
from vocab.offers import Offer
from vocab.offers.terms import WEEKDAYS
from vocab.records import Money

TODAY = date(2026, 11, 15)
SHOPS = ("FairPrice", "Giant", "Shell")
PLAIN = Offer(
    iri="https://offers.example/c#1",
    title="An offer",
    seller="FairPrice",
    valid_from=date(2026, 11, 1),
    valid_through=date(2026, 11, 30),
    percent=Decimal(10),
)
Row = tuple[int, int, str]
"""Days before today, cents, shop."""

EDGES = (0, 1, 13, 14, 15, 16, 29, 30, 88, 89, 90, 91, 364, 365, 366)
"""Days around the offer's first day, the conditions and the ends of what is looked at."""
rows_of = st.lists(
    st.tuples(st.sampled_from(EDGES), st.integers(1, 3_000), st.sampled_from(("FairPrice", "FairPrice", *SHOPS))),
    max_size=8,
)
amounts = st.none() | st.integers(1, 1_500).map(lambda minor: Money(minor, "SGD"))
seldom = st.sampled_from((False, False, False, True))
percents = st.integers(1, 10_000).map(lambda part: Decimal(part) / 100)
offers_of = st.builds(
    lambda discount, rest: replace(PLAIN, **{**discount, **rest}),
    st.one_of(
        st.builds(lambda percent: {"percent": percent}, percents),
        st.builds(lambda minor: {"percent": None, "off": Money(minor, "SGD")}, st.integers(1, 15_000)),
    ),
    st.fixed_dictionaries(
        {
            "seller": st.sampled_from(("FairPrice", "FairPrice", "Giant", "fairprice ", "Kopitiam")),
            "minimum": amounts,
            "cap": amounts,
            "uses": st.none() | st.integers(1, 4),
            "days": st.none().map(lambda _: ()) | st.lists(st.sampled_from(WEEKDAYS), unique=True).map(tuple),
            "new_customers": seldom,
            "first_purchase": seldom,
            "absent_days": st.none() | st.sampled_from(EDGES[1:8]),
        }
    ),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("index") / "index.sqlite", SINGAPORE) as held:
        yield held


def reference(offer: Offer, rows: list[Row]) -> tuple[bool, int]:
    """Whether the person may use it and knows the shop, and the cents that it would have saved."""
    here = [(TODAY - timedelta(days=ago), cents) for ago, cents, shop in rows if shop == offer.seller]
    days = sorted(day for day, _ in here)
    ruled_out = bool(days) and (
        offer.first_purchase
        or (offer.new_customers and days[0] < offer.valid_from)
        or (offer.absent_days is not None and (TODAY - days[-1]).days < offer.absent_days)
    )
    if ruled_out or not any(day >= TODAY - timedelta(days=365) for day in days):
        return False, 0
    saved: list[Fraction] = []
    for day, cents in here:
        recent = day > TODAY - timedelta(days=90) and (not offer.days or f"{day:%A}" in offer.days)
        if recent and (offer.minimum is None or cents >= offer.minimum.minor):
            off = Fraction(min(offer.off.minor, cents)) if offer.off else Fraction(offer.percent or 0) * cents / 100
            saved.append(min(off, Fraction(offer.cap.minor)) if offer.cap else off)
    uses = 1 if offer.first_purchase else offer.uses
    return True, int(sum(sorted(saved, reverse=True)[:uses]))


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=rows_of, offer=offers_of)
@example(rows=[(14, 1000, "FairPrice")], offer=replace(PLAIN, new_customers=True))
@example(rows=[(15, 1000, "FairPrice")], offer=replace(PLAIN, new_customers=True))
def test_eligibility_and_saving_are_those_of_a_plain_loop_over_the_rows(
    index: LocalIndex, rows: list[Row], offer: Offer
) -> None:
    maker = RecordMaker()
    index.rebuild(
        maker.paid((TODAY - timedelta(days=ago)).isoformat(), cents / 100, shop, "groceries")
        for ago, cents, shop in rows
    )
    named = replace(offer, seller=offer.seller.strip().replace("fairprice", "FairPrice"))
    fits, cents = reference(named, rows)
    found = Judge(index, TODAY).judge(offer)
    assert isinstance(found, OfferMatch) == fits
    if isinstance(found, OfferMatch):
        assert (found.saving.minor if found.saving else 0) == cents
        assert abs(found.score - sum(value for _, value in found.inputs)) < 1e-9
        assert 0 <= found.score <= 1


@given(seeds=st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20), arms=st.integers(2, 4))
def test_each_device_sees_one_arm_of_a_test_and_always_the_same(seeds: list[bytes], arms: int) -> None:
    test = [replace(PLAIN, iri=f"https://o.example/c#{n}", test="basket", arm=f"arm{n}") for n in range(arms)]
    for seed in seeds:
        seen = arms_seen([PLAIN, *test], seed)
        assert seen[0] == PLAIN
        assert len(seen) == 2
        assert seen == arms_seen([PLAIN, *test[::-1]], seed)


def test_arms_are_balanced_and_two_tests_are_independent() -> None:
    def arm(test: str, name: str) -> Offer:
        return replace(PLAIN, iri=f"https://o.example/c#{test}-{name}", test=test, arm=name)

    offers = [arm(test, name) for test in ("one", "two") for name in ("a", "b")]
    counts = dict.fromkeys([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0)
    for device in range(4000):
        first, second = (offer.arm or "" for offer in arms_seen(offers, device.to_bytes(32)))
        counts[first, second] += 1
    assert all(900 < count < 1100 for count in counts.values())  # more than three standard deviations of 27 each way
