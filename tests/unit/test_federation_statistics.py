"""Which studies the agent would answer, what it draws, and how it says so."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.budget import Limits
from consent.errors import InvalidStudyError, UnknownStatisticError
from consent.purposes import FEDERATED_TRAINING, LISTENING, SPENDING
from pod_agent.federation.checking import check_study, cost
from pod_agent.federation.measuring.checks import needed_data
from pod_agent.federation.measuring.computing import cell_weights, encode_histogram
from pod_agent.federation.statistics import Preview, preview
from pod_agent.index.local import LocalIndex
from tests.support.door import category_study
from tests.support.households import RecordMaker
from vocab.errors import ProjectError
from vocab.query import Filter, QuerySpec, Table
from vocab.statistics import Histogram, ModelUpdate
from vocab.study import Noise, Study
from vocab.taxonomy import CATEGORIES
from vocab.training import WEEKLY_SPENDING
from vocab.vdaf import sealing

KEY = sealing.public_key(bytes(range(96))).hex()
PERIOD = (date(2026, 1, 1), date(2026, 10, 31))


def study_of(**changes: Any) -> Study:
    return category_study(**{"helper_key": KEY, **changes})


def histogram(**changes: Any) -> Histogram:
    query: dict[str, Any] = {"measures": ("spend",), "dimensions": ("category",), "period": PERIOD}
    cells = changes.pop("cells", (("groceries",), ("transport",)))
    return Histogram(query=QuerySpec(**{**query, **changes}), cells=cells)


def test_a_study_within_the_rules_is_accepted() -> None:
    check_study(study_of())
    check_study(study_of(statistic=histogram(filters=(Filter("weekend", "eq", "weekend"),))))
    check_study(study_of(demo=True, min_batch=1, noise=Noise(0)), simulated=True)
    update = ModelUpdate(model=WEEKLY_SPENDING.name, length=14, clip=256, fraction_bits=8)
    check_study(study_of(statistic=update, purpose=FEDERATED_TRAINING, noise=Noise(10_000_000)))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"demo": True}, InvalidStudyError),
        ({"min_batch": 99}, InvalidStudyError),
        ({"noise": Noise(0)}, InvalidStudyError),
        ({"helper": "https://shop.example/profile#us"}, InvalidStudyError),
        ({"helper_url": "http://127.0.0.1:7001/helper/"}, InvalidStudyError),
        ({"leader_url": "https://a.example/", "helper_url": "https://a.example:8443/"}, InvalidStudyError),
        ({"leader_url": "http://a.example/"}, InvalidStudyError),
        ({"purpose": "https://w3id.org/dpv#Marketing"}, InvalidStudyError),
        ({"purpose": FEDERATED_TRAINING}, InvalidStudyError),
        ({"data": ("https://w3id.org/dpv/pd#External",)}, InvalidStudyError),
        ({"data": (LISTENING,)}, InvalidStudyError),
        ({"statistic": histogram(measures=("average_purchase",))}, UnknownStatisticError),
        ({"statistic": histogram(measures=("largest_purchase",))}, UnknownStatisticError),
        ({"statistic": histogram(measures=("spend", "purchases"))}, UnknownStatisticError),
        ({"statistic": histogram(dimensions=("merchant",))}, InvalidStudyError),
        ({"statistic": histogram(dimensions=())}, InvalidStudyError),
        ({"statistic": histogram(period=None)}, InvalidStudyError),
        ({"statistic": histogram(limit=1)}, InvalidStudyError),
        ({"statistic": histogram(order="-spend")}, InvalidStudyError),
        ({"statistic": histogram(filters=(Filter("merchant", "contains", "clinic"),))}, InvalidStudyError),
        ({"statistic": histogram(cells=(("my dentist",),))}, InvalidStudyError),
        ({"statistic": histogram(cells=(("groceries",), ("groceries",)))}, InvalidStudyError),
        ({"statistic": histogram(cells=(("groceries", "2026-01"),))}, InvalidStudyError),
        ({"statistic": histogram(cells=())}, InvalidStudyError),
        ({"statistic": histogram(dimensions=("month",), cells=(("2025-12",),))}, InvalidStudyError),
        ({"statistic": histogram(dimensions=("month",), cells=(("2026-1",),))}, InvalidStudyError),
        ({"statistic": ModelUpdate(model="theirs", length=4, clip=1, fraction_bits=1)}, UnknownStatisticError),
        (
            {"statistic": ModelUpdate(model=WEEKLY_SPENDING.name, length=4, clip=1, fraction_bits=1)},
            UnknownStatisticError,
        ),
    ],
)
def test_a_study_outside_the_rules_is_refused(changes: dict[str, Any], kind: type[ProjectError]) -> None:
    with pytest.raises(kind):
        check_study(study_of(**changes))


def test_the_agent_computes_the_cost_itself() -> None:
    assert cost(study_of(noise=Noise(21)), Limits()) == 23_810
    update = ModelUpdate(model=WEEKLY_SPENDING.name, length=14, clip=100, fraction_bits=8)
    assert cost(study_of(statistic=update, noise=Noise(10_000_000)), Limits()) == math.ceil(
        14 * 100**2 / (2 * 10_000_000) * 1e6
    )
    assert cost(study_of(noise=Noise(0)), Limits()) == 24_356
    assert cost(study_of(noise=Noise(0)), Limits(business_period=5_000)) == 5_000
    assert needed_data(histogram(measures=("plays",))) == {LISTENING}
    assert needed_data(update) == {SPENDING}


def table_of(amounts: dict[str, float]) -> Table:
    return Table(("category", "spend"), tuple(amounts.items()), tuple(() for _ in amounts))


def test_refunds_beyond_spending_count_nothing_and_other_cells_are_the_last() -> None:
    amounts = {"groceries": 12.34, "transport": -5.0, "travel": 99.0, "fees": -50.0, "health": 1.0}
    assert cell_weights(histogram(), table_of(amounts)) == [1234, 0, 10_000]


def test_nothing_to_report_is_the_last_cell() -> None:
    study = study_of(statistic=histogram())
    for amounts in ({}, {"travel": 50.0}, {"groceries": -1.0}, {"groceries": 0.0}):
        assert encode_histogram(study, table_of(amounts), b"s" * 32) == 2


@given(
    weights=st.lists(st.integers(0, 10**9), min_size=2, max_size=2),
    agent_secret=st.binary(min_size=32, max_size=32),
)
@settings(max_examples=60, deadline=None)
def test_the_draw_is_one_cell_with_something_in_it_and_always_the_same(weights: list[int], agent_secret: bytes) -> None:
    study = study_of(statistic=histogram())
    table = table_of({"groceries": weights[0] / 100, "transport": weights[1] / 100})
    cell = encode_histogram(study, table, agent_secret)
    assert cell == encode_histogram(study, table, agent_secret)
    assert cell == 2 if not any(weights) else weights[cell] > 0


def test_draws_over_agents_follow_their_spending_and_other_studies_draw_anew() -> None:
    table = table_of({"groceries": 70.0, "transport": 30.0})
    first = study_of(statistic=histogram())
    second = replace(first, title="Another study")
    secrets = [number.to_bytes(32, "big") for number in range(2_000)]
    draws = [encode_histogram(first, table, agent) for agent in secrets]
    again = [encode_histogram(second, table, agent) for agent in secrets]
    assert abs(Counter(draws)[0] - 1_400) < 5 * math.sqrt(2_000 * 0.7 * 0.3)
    same = sum(one == other for one, other in zip(draws, again, strict=True))
    assert abs(same - 2_000 * 0.58) < 5 * math.sqrt(2_000 * 0.58 * 0.42)


def shown_for(study: Study, amounts: dict[str, float]) -> Preview:
    return preview(study, encode_histogram(study, table_of(amounts), b"s" * 32), Limits())


def test_the_preview_names_the_cell_that_is_sent_and_what_it_means() -> None:
    study = study_of(statistic=histogram(), noise=Noise(21))
    shown = shown_for(study, {"transport": 8.0})
    text = "\n".join(shown.lines)
    assert (shown.answer, shown.label, shown.numbers) == (1, ("transport",), 3)
    assert "This time it is: transport. That cell holds 1, the other 2 hold 0." in text
    assert "Epsilon 0.99" in text
    assert "at most 2.69 times as likely as if you had not taken part" in text
    assert "sum over at least 100 people, with noise added to every number (standard deviation 6.5)" in text
    assert "as if you had not taken part, but for a chance of one in 1,000,000." in text
    assert "Only together could they read yours" in text
    assert f"{shown.size:,} bytes leave" in text
    nothing = shown_for(study, {})
    assert "This time it is none of these" in "\n".join(nothing.lines)
    assert nothing.size == shown.size


def test_the_preview_of_a_study_without_noise_says_that_nothing_protects() -> None:
    shown = shown_for(study_of(demo=True, noise=Noise(0)), {"groceries": 1.0})
    assert math.isinf(shown.epsilon)
    assert shown.to_json()["epsilon"] is None
    assert any("Nothing bounds" in line for line in shown.lines)


def test_months_and_categories_of_the_real_index_fall_into_their_cells(tmp_path: Path) -> None:
    maker = RecordMaker()
    records = [
        maker.paid("2026-03-02", 40.00, "FairPrice", "groceries"),
        maker.paid("2026-03-09", 2.50, "FairPrice", "groceries"),
        maker.paid("2026-04-01", 7.00, "Grab Rides", "transport"),
        maker.paid("2026-11-01", 500.00, "Scoot", "travel"),
    ]
    months = tuple(f"2026-{month:02d}" for month in range(1, 11))
    cells = tuple((month, category) for month in months for category in CATEGORIES)
    statistic = histogram(dimensions=("month", "category"), cells=cells)
    check_study(study_of(statistic=statistic))
    with LocalIndex(tmp_path / "index.sqlite", ZoneInfo("Asia/Singapore")) as index:
        index.upsert(records)
        weights = cell_weights(statistic, index.run(statistic.query, evidence=False))
    found = {cells[number]: weight for number, weight in enumerate(weights) if weight}
    assert found == {("2026-03", "groceries"): 4250, ("2026-04", "transport"): 700}
