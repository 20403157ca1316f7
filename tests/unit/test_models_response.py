"""Who would use an offer: features that know nothing of the future, and sums that teach as one party would learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from pod_agent.errors import UsageError
from pod_agent.features.response import BoughtLines, SeenOffer, response_rows, thing_code
from pod_agent.federation.training import lessons_of, local_update
from pod_agent.index.local import LocalIndex
from pod_agent.models.protocol import Array
from pod_agent.models.response import OfferResponse
from vocab.records import IRI, Money, Transaction, TransactionKind
from vocab.statistics import ModelUpdate
from vocab.training import OFFER_RESPONSE, next_weights

DAY = 700_000
ZONE = ZoneInfo("Asia/Singapore")
STATISTIC = ModelUpdate(model=OFFER_RESPONSE.name, length=17, clip=1 << 14, fraction_bits=14, norm=1 << 14)


def bought(count: int = 200, *, seed: int = 1, last: int = 365) -> BoughtLines:
    dice = np.random.default_rng(seed)
    return BoughtLines(
        days=DAY + dice.integers(0, last, count),
        baskets=dice.integers(0, 60, count),
        amounts=np.round(dice.lognormal(1, 1, count), 2),
        saved=np.where(dice.random(count) < 0.4, 0.5, 0.0),
        coupons=dice.random(count) < 0.05,
        things=dice.integers(0, 40, (count, 1)),
    )


def offers(*, used: Sequence[int] = ()) -> list[SeenOffer]:
    things = np.arange(6)
    return [
        SeenOffer(day=DAY + day, things=things, size=6, uses=(DAY + day + 9,) if place in used else ())
        for place, day in enumerate((100, 200, 300))
    ]


def test_a_row_knows_nothing_from_the_start_of_its_offer_on() -> None:
    past = bought()
    rows, used = response_rows(past, offers(used=(0, 2)))
    assert used.tolist() == [1.0, 0.0, 1.0]
    after = past.days >= DAY + 200
    later = replace(past, amounts=np.where(after, 9_999.0, past.amounts), coupons=past.coupons | after)
    changed, _ = response_rows(later, offers(used=(0, 1, 2)))
    assert np.array_equal(changed[:2], rows[:2])
    assert not np.array_equal(changed[2], rows[2])


def test_what_was_bought_on_the_first_day_of_an_offer_is_not_known_to_it() -> None:
    past = replace(bought(), days=np.full(200, DAY + 100))
    nothing = BoughtLines(
        days=past.days[:0],
        baskets=past.baskets[:0],
        amounts=past.amounts[:0],
        saved=past.saved[:0],
        coupons=past.coupons[:0],
        things=past.things[:0],
    )
    assert np.array_equal(response_rows(past, offers()[:1])[0], response_rows(nothing, offers()[:1])[0])


def test_a_use_counts_for_a_later_offer_only_once_it_has_happened() -> None:
    late = [replace(offer, uses=(DAY + 250,)) if place == 0 else offer for place, offer in enumerate(offers())]
    rows, _ = response_rows(bought(), late)
    names = list(OFFER_RESPONSE.features)
    column = names.index("offers used")
    assert rows[0, column] == rows[1, column] < rows[2, column]
    assert rows[1, names.index("offers seen")] < rows[2, names.index("offers seen")]


def test_rows_are_bounded_and_begin_with_one_whatever_was_bought() -> None:
    wild = replace(bought(), amounts=np.full(200, 1e12), saved=np.full(200, -5.0))
    for past in (bought(), wild, bought(0)):
        rows, _ = response_rows(past, offers())
        assert rows.shape == (3, 17)
        assert (rows[:, 0] == 1).all()
        assert np.abs(rows).max() <= 3


def groceries(number: int, day: date) -> Transaction:
    return Transaction(
        iri=IRI(f"data/ocbc/transaction/2026/2026-01.ttl#{number}"),
        at=datetime(day.year, day.month, day.day, 12, tzinfo=ZONE),
        source="ocbc",
        account="x",
        amount=Money(-1250, "SGD"),
        description="shop",
        merchant="FairPrice",
        category="groceries",
        kind=TransactionKind.SPEND,
    )


def test_lessons_come_from_the_persons_own_records_and_who_saw_no_offer_sends_zeros(tmp_path: Path) -> None:
    today = date(2026, 6, 1)
    seen = (
        SeenOffer(
            day=today.toordinal(), things=np.asarray([thing_code("fairprice")]), size=1, uses=(today.toordinal(),)
        ),
        SeenOffer(day=today.toordinal(), things=np.asarray([thing_code("pets")]), size=1),
    )
    with LocalIndex(tmp_path / "index.sqlite", ZONE) as index:
        index.upsert(groceries(number, date(2026, 1, 1) + timedelta(days=9 * number)) for number in range(12))
        rows, used = lessons_of(index, lambda: today, lambda: seen)(OFFER_RESPONSE.name)
        nothing = lessons_of(index, lambda: today)(OFFER_RESPONSE.name)
    assert used.tolist() == [1.0, 0.0]
    column = list(OFFER_RESPONSE.features).index("purchases of what is offered")
    assert rows[0, column] > rows[1, column]
    assert np.array_equal(np.delete(rows[0], [column - 1, column]), np.delete(rows[1], [column - 1, column]))
    assert local_update(STATISTIC, OFFER_RESPONSE.start, (rows, used)) != [0] * 17
    assert local_update(STATISTIC, OFFER_RESPONSE.start, nothing) == [0] * 17


def test_names_have_the_same_code_however_they_are_written() -> None:
    assert thing_code(" FairPrice  Xtra") == thing_code("fairprice xtra") != thing_code("fairprice")


def people(count: int) -> list[tuple[Array, Array]]:
    dice = np.random.default_rng(4)
    slope = dice.normal(0, 0.7, 17)
    found = []
    for _ in range(count):
        rows = np.column_stack([np.ones(3), dice.uniform(-1, 1, (3, 16))])
        found.append((rows, (dice.random(3) < 1 / (1 + np.exp(-rows @ slope))).astype(float)))
    return found


def test_sums_of_all_slopes_are_the_slope_of_one_party_and_lead_to_its_model() -> None:
    everyone = people(400)
    rows, used = (np.concatenate(parts) for parts in zip(*everyone, strict=True))
    start = [0.0] * 17
    together = np.sum([OfferResponse(start=start).fit(lesson).coef_ for lesson in everyone], axis=0)
    assert together == pytest.approx(OfferResponse(start=start).fit((rows, used)).coef_, abs=1e-9)
    weights = np.zeros(17)
    for _ in range(3000):
        slope = OfferResponse(start=weights.tolist()).fit((rows, used)).coef_ - weights
        weights += 2.0 * slope / len(rows)
    central = LogisticRegression(C=1e9, fit_intercept=False, max_iter=5000, tol=1e-9).fit(rows, used).coef_[0]
    assert weights == pytest.approx(central, abs=1e-3)


def test_rounds_of_integers_find_who_uses_offers() -> None:
    everyone = people(400)
    weights = OFFER_RESPONSE.start
    for _ in range(4):
        total = np.sum([local_update(STATISTIC, weights, lesson) for lesson in everyone], axis=0).tolist()
        weights = next_weights(STATISTIC, total, len(everyone), weights, variance=0)
    rows, used = (np.concatenate(parts) for parts in zip(*everyone, strict=True))
    chances = OfferResponse(start=weights).chance(rows)
    assert chances[used > 0].mean() > chances[used == 0].mean() + 0.1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.integers(0, 10_000), st.lists(st.floats(-5, 5), min_size=17, max_size=17))
def test_no_person_moves_the_sum_by_more_than_the_norm(count: int, seed: int, weights: list[float]) -> None:
    dice = np.random.default_rng(seed)
    lesson = (dice.normal(0, 3, (count, 17)), (dice.random(count) < 0.5).astype(float))
    update = local_update(STATISTIC, weights, lesson)
    assert sum(value**2 for value in update) <= STATISTIC.norm_squared
    assert all(isinstance(value, int) for value in update)


@pytest.mark.parametrize("lesson", [(np.ones((2, 16)), np.ones(2)), (np.ones((2, 17)), np.ones(3))])
def test_rows_of_another_form_are_refused(lesson: tuple[Array, Array]) -> None:
    with pytest.raises(UsageError):
        OfferResponse().fit(lesson)
