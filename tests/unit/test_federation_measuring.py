"""What an agent computes for every statistic, what it refuses, and that the preview says exactly what leaves."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.budget import Limits
from consent.errors import InvalidStudyError, UnknownStatisticError
from consent.purposes import LISTENING, SPENDING
from pod_agent.enrich.merchants import chains
from pod_agent.federation.measuring.checks import check_statistic, needed_data
from pod_agent.federation.measuring.computing import measure
from pod_agent.federation.measuring.draws import RETRY, moment_of, picked
from pod_agent.federation.statistics import Preview, preview
from pod_agent.index.local import LocalIndex
from tests.support.answers import SECRET, answer, empty_index, life_index, study_of
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.priors import CENTRED_PAIRS
from tests.support.questions import (
    CO_PURCHASE,
    HISTOGRAM,
    ITEM_COUNTS,
    ITEM_VECTORS,
    ITEMS,
    QUESTIONS,
    RFM,
    SEGMENT,
    SUM,
    index_of,
    query,
    segment,
)
from vocab.query import Filter
from vocab.statistics import ItemCounts, Statistic
from vocab.statistics.segments import Leaf
from vocab.study import Noise

index = pytest.fixture(life_index)
empty = pytest.fixture(empty_index)


def test_a_sum_is_rounded_once_and_clipped(index: LocalIndex, empty: LocalIndex) -> None:
    assert answer(SUM, index) == 106  # 105.50
    assert answer(replace(SUM, maximum=100), index) == 100
    assert answer(SUM, empty) == 0


def test_refunds_beyond_spending_count_nothing(tmp_path: Path) -> None:
    with LocalIndex(tmp_path / "refund.sqlite", SINGAPORE) as index:
        index.upsert([RecordMaker().paid("2026-02-02", -80.0, "FairPrice", "groceries", kind="refund")])
        assert answer(SUM, index) == 0
        assert answer(SEGMENT, index) == 0
        assert answer(ITEM_COUNTS, index) == (0, 0, 0, 0)
        assert answer(RFM, index) == RFM.length - 1


def test_what_was_given_back_in_full_is_no_item(tmp_path: Path) -> None:
    maker = RecordMaker()
    with LocalIndex(tmp_path / "returned.sqlite", SINGAPORE) as index:
        bought = maker.paid("2026-02-02", 80.0, "FairPrice", "groceries")
        index.upsert([bought, maker.paid("2026-02-03", -80.0, "FairPrice", "groceries", kind="refund")])
        assert answer(ITEM_COUNTS, index) == (1, 0, 0, 0)
        assert answer(replace(ITEM_COUNTS, query=query("category")), index) == (0, 0, 0, 0)


def test_a_segment_is_one_or_zero_and_everyone_answers(index: LocalIndex, empty: LocalIndex) -> None:
    assert answer(SEGMENT, index) == 1
    assert answer(SEGMENT, empty) == 0
    assert answer(segment(Leaf(query=query(), comparison="at_least", threshold=200), kind="or"), index) == 0
    bought = Leaf(query=query(measure="purchases"), comparison="at_least", threshold=5)
    few = Leaf(query=query(measure="purchases"), comparison="below", threshold=5)
    assert (answer(segment(bought), index), answer(segment(few), index)) == (0, 1)
    assert answer(segment(bought, few, kind="or"), index) == 1
    assert answer(segment(bought, few), index) == 0


def test_an_amount_on_a_threshold_reaches_it_and_a_cent_less_does_not(tmp_path: Path) -> None:
    leaf = Leaf(query=query(), comparison="at_least", threshold=100)
    for name, amount, expected in (("on", 100.0, 1), ("under", 99.99, 0)):
        with index_of(tmp_path / f"{name}.sqlite", [("2026-02-02", amount, "FairPrice", "groceries")]) as index:
            assert answer(segment(leaf), index) == expected


def test_a_grid_has_recency_frequency_and_money(index: LocalIndex, empty: LocalIndex) -> None:
    cell = answer(RFM, index)
    assert isinstance(cell, int)
    assert RFM.cells[cell] == ("0 to 13 days ago", "4 or more purchases")
    assert answer(RFM, empty) == len(RFM.cells)
    with_money = replace(RFM, money=(100, 148))
    found = answer(with_money, index)
    assert isinstance(found, int)
    assert with_money.cells[found][2] == "100 to 147 spent"
    rides = replace(RFM, query=query(measure="purchases", filters=(Filter("category", "eq", "transport"),)))
    found = answer(rides, index)
    assert isinstance(found, int)
    assert rides.cells[found] == ("0 to 13 days ago", "1 purchase")


@pytest.mark.parametrize(("day", "label"), [("2026-03-31", 0), ("2026-03-18", 0), ("2026-03-17", 1), ("2026-02-14", 2)])
def test_an_edge_belongs_to_the_class_above_it(tmp_path: Path, day: str, label: int) -> None:
    with index_of(tmp_path / "one.sqlite", [(day, 5.0, "FairPrice", "groceries")]) as index:
        assert answer(RFM, index) == 3 * label


def test_items_are_told_up_to_the_weight_and_co_purchases_in_full(index: LocalIndex, empty: LocalIndex) -> None:
    told = answer(ITEM_COUNTS, index)
    assert isinstance(told, tuple)
    assert sum(told) == 2
    assert told[ITEMS.index("travel")] == 0
    assert answer(CO_PURCHASE, index) == (1, 1, 1, 0)
    assert answer(ITEM_COUNTS, empty) == answer(CO_PURCHASE, empty) == (0, 0, 0, 0)


def test_chains_of_the_public_table_are_items_and_filters(index: LocalIndex) -> None:
    shops = replace(ITEM_COUNTS, query=query("merchant", measure="purchases"), items=("FairPrice", "Uniqlo"))
    check_statistic(shops)
    assert answer(shops, index) == (1, 0)
    at_one = replace(SUM, query=query(filters=(Filter("merchant", "eq", "Starbucks"),)))
    check_statistic(at_one)
    assert answer(at_one, index) == 30


def test_which_items_are_told_is_drawn_by_each_agent_and_never_changes(index: LocalIndex) -> None:
    study = study_of(ITEM_COUNTS)
    secrets = [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(600)]
    drawn = [measure(study, index, secret) for secret in secrets[:40]]
    assert drawn == [measure(study, index, secret) for secret in secrets[:40]]
    assert len(set(drawn)) == 3
    pairs = Counter(picked(ITEMS[:3], 2, secret, study) for secret in secrets)
    assert len(pairs) == 3
    assert all(abs(count - 200) < 5 * math.sqrt(600 * 2 / 9) for count in pairs.values())


@pytest.mark.parametrize(
    ("statistic", "kind"),
    [
        (replace(SUM, query=query(measure="average_purchase")), UnknownStatisticError),
        (replace(SUM, query=query(measure="salary")), UnknownStatisticError),
        (replace(SUM, query=query(measure="steps")), UnknownStatisticError),
        (replace(SUM, query=query(filters=(Filter("merchant", "eq", "my dentist"),))), InvalidStudyError),
        (replace(SUM, query=query(filters=(Filter("merchant", "eq", "Raffles Medical"),))), InvalidStudyError),
        (replace(SUM, query=query(filters=(Filter("merchant", "contains", "FairPrice"),))), InvalidStudyError),
        (replace(SUM, query=query(filters=(Filter("account", "eq", "360 Account -8001"),))), InvalidStudyError),
        (replace(SUM, query=query(filters=(Filter("amount", "gt", 10),))), InvalidStudyError),
        (replace(SUM, query=query(measure="plays", filters=(Filter("category", "eq", "travel"),))), InvalidStudyError),
        (replace(RFM, query=query(measure="purchases", filters=(Filter("day", "eq", "x"),))), InvalidStudyError),
        (replace(ITEM_COUNTS, items=("groceries", "Alice"), max_weight=1), InvalidStudyError),
        (replace(ITEM_COUNTS, query=query("account", measure="purchases")), InvalidStudyError),
        (replace(ITEM_COUNTS, query=query("artist", measure="plays")), InvalidStudyError),
        (
            replace(CO_PURCHASE, query=query("merchant", measure="purchases"), items=("FairPrice", "Bob")),
            InvalidStudyError,
        ),
        (replace(ITEM_VECTORS, items=("groceries", "Alice")), InvalidStudyError),
        (replace(CENTRED_PAIRS, items=("groceries", "Alice")), InvalidStudyError),
        (replace(CENTRED_PAIRS, query=query("account", measure="purchases")), InvalidStudyError),
        (replace(ITEM_VECTORS, query=query("account", measure="purchases")), InvalidStudyError),
        (replace(ITEM_VECTORS, query=query("category", measure="salary")), UnknownStatisticError),
        (
            segment(Leaf(query=query(measure="largest_purchase"), comparison="below", threshold=10)),
            UnknownStatisticError,
        ),
        (
            segment(
                Leaf(query=query(), comparison="below", threshold=10),
                Leaf(query=query(filters=(Filter("merchant", "eq", "Bob"),)), comparison="below", threshold=10),
            ),
            InvalidStudyError,
        ),
    ],
)
def test_what_names_nothing_public_is_refused(statistic: Statistic, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        check_statistic(statistic)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_statistic_over_public_names_is_taken_and_needs_spending(name: str) -> None:
    check_statistic(QUESTIONS[name])
    assert needed_data(QUESTIONS[name]) == {SPENDING}


def test_a_segment_needs_the_data_of_all_its_leaves() -> None:
    both = segment(
        Leaf(query=query(), comparison="below", threshold=10),
        Leaf(query=query(measure="plays"), comparison="at_least", threshold=100),
    )
    assert needed_data(both) == {SPENDING, LISTENING}


def test_pharmacies_and_clinics_are_no_public_names() -> None:
    health = [chain.name for chain in chains() if chain.category == "health"]
    assert len(health) > 30
    for name in health[:3]:
        with pytest.raises(InvalidStudyError):
            check_statistic(replace(ITEM_COUNTS, query=query("merchant"), items=(name,), max_weight=1))


def shown(statistic: Statistic, index: LocalIndex) -> Preview:
    study = study_of(statistic)
    return preview(study, measure(study, index, SECRET), Limits())


@pytest.mark.parametrize(
    ("name", "words", "nothing"),
    [
        (
            "sum",
            [
                (
                    "adds up the dollars you spent from 1 Jan 2026 to 31 Mar 2026, only from those"
                    " of which the category is groceries, rounds the total to a whole number, and counts nothing"
                    " below 0 and nothing above 500."
                ),
                "This time the number is 106.",
            ],
            "This time the number is 0.",
        ),
        (
            "segment",
            [
                "at least 100 dollars you spent",
                "; and below 10 purchases you made",
                "This time it does: the number is 1.",
                "People for whom it does not hold answer too",
            ],
            "This time it does not: the number is 0.",
        ),
        (
            "rfm",
            ["This time it is: 0 to 13 days ago, 4 or more purchases. That cell holds 1, the other 9 hold 0."],
            "This time there is none: the last cell, for that, holds 1, the other 9 hold 0.",
        ),
        (
            "item_counts",
            ["Where there are more than 2, it picks 2 of them by chance.", "The other 2 hold 0."],
            "This time there is none: all 4 numbers are 0.",
        ),
        (
            "item_vectors",
            [
                "you made from 1 Jan 2026 to 31 Mar 2026, and for which of them from 18 Mar 2026 to 31 Mar 2026.",
                (
                    "This time it is: groceries, transport, eating-out. One number holds 814 for each of them, and"
                    " another 2,442 for each of these: transport, eating-out. One number holds 1,024 for everybody;"
                    " the other 3 hold 0."
                ),
            ],
            "This time there is none. One number holds 1,024 for everybody; the other 8 hold 0.",
        ),
        (
            "co_purchase",
            [
                (
                    "This time it is: groceries, transport, eating-out. Two numbers hold 5,181 and 4,569 for each of"
                    " them, and one holds 6,461 for each of their 3 pairs; the other 5 hold 0."
                )
            ],
            "This time there is none: all 14 numbers are 0.",
        ),
    ],
)
def test_the_preview_tells_exactly_what_leaves(
    name: str, words: list[str], nothing: str, index: LocalIndex, empty: LocalIndex
) -> None:
    told = shown(QUESTIONS[name], index)
    text = "\n".join(told.lines)
    assert all(part in text for part in words), text
    assert "at a time that it picks by chance" in text
    assert told.to_json()["numbers"] == QUESTIONS[name].length
    none = shown(QUESTIONS[name], empty)
    assert nothing in "\n".join(none.lines)
    assert none.size == told.size
    assert (none.micro_rho, none.epsilon) == (told.micro_rho, told.epsilon)


def test_the_label_of_a_preview_names_what_is_told(index: LocalIndex) -> None:
    told = shown(ITEM_COUNTS, index)
    assert isinstance(told.answer, tuple)
    assert told.label == tuple(item for item, bit in zip(ITEMS, told.answer, strict=True) if bit)
    assert f"This time 1 is sent for: {', '.join(told.label)}." in "\n".join(told.lines)
    assert told.to_json()["answer"] == list(told.answer)


def test_the_cost_is_computed_from_the_bound_of_each_statistic(index: LocalIndex) -> None:
    for statistic, norm in (
        (SUM, 500**2),
        (SEGMENT, 1),
        (RFM, 1),
        (ITEM_COUNTS, 2),
        (ITEM_VECTORS, 257 * 4**10),
        (CO_PURCHASE, 4**14),
    ):
        study = study_of(statistic, noise=Noise(10**8))
        told = preview(study, measure(study, index, SECRET), Limits())
        assert told.micro_rho == -(-norm * 1_000_000 // (2 * 10**8))


def test_a_histogram_names_its_cells_as_before(index: LocalIndex) -> None:
    cell = answer(HISTOGRAM, index)
    assert isinstance(cell, int)
    assert ITEMS[cell] in "\n".join(shown(HISTOGRAM, index).lines)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(60, 400 * 24 * 3600))
def test_a_moment_lies_in_the_window_and_leaves_its_end_free(secret: bytes, seconds: int) -> None:
    study = study_of(SUM)
    study = replace(study, closes=study.opens + timedelta(seconds=seconds))
    moment = moment_of(study, secret)
    assert moment == moment_of(study, secret)
    window = study.closes - study.opens
    assert study.opens <= moment <= study.closes - min(RETRY, window / 10)


def test_moments_are_spread_evenly_over_agents_and_differ_between_studies() -> None:
    study, other = study_of(SUM), study_of(RFM)
    secrets = [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(4_000)]
    room = (study.closes - study.opens) - min(RETRY, (study.closes - study.opens) / 10)
    tenths = Counter(int((moment_of(study, one) - study.opens) / room * 10) for one in secrets)
    chi_square = sum((tenths[tenth] - 400) ** 2 / 400 for tenth in range(10))
    assert chi_square < 33.7  # one in ten thousand for nine degrees of freedom
    same = sum(moment_of(study, one) - study.opens == moment_of(other, one) - other.opens for one in secrets[:200])
    assert same < 5


def test_items_listed_twice_in_other_order_are_told_alike(index: LocalIndex) -> None:
    turned = ItemCounts(query=ITEM_COUNTS.query, items=tuple(reversed(ITEMS)), max_weight=4)
    assert answer(turned, index) == tuple(reversed((1, 1, 1, 0)))
