"""Studies about kinds of goods: what may be named, what is computed from order lines, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from consent.errors import InvalidStudyError
from consent.purposes import DATA, GOODS, SPENDING
from pod_agent.federation.measuring.checks import check_statistic, needed_data
from pod_agent.federation.measuring.computing import measure
from pod_agent.federation.measuring.words import told
from pod_agent.index.local import LocalIndex
from tests.support.daily_life import LifeMaker
from tests.support.door import category_study
from tests.support.households import SINGAPORE
from tests.support.questions import query, segment
from vocab.products import GROUPS, PUBLIC_GROUPS
from vocab.query import Filter
from vocab.statistics import CoPurchase, Histogram, ItemCounts, ItemVectors, Statistic, Sum
from vocab.statistics.segments import Leaf
from vocab.study import Noise
from vocab.vdaf import sealing

KEY = sealing.public_key(bytes(range(96))).hex()
SECRET = b"s" * 32
GOODS_QUERY = query("group", measure="items")
FRUIT = (Filter("group", "in", ("bananas", "citrus")),)
COUNTS = ItemCounts(query=GOODS_QUERY, items=PUBLIC_GROUPS, max_weight=10)
ASKED: dict[str, Statistic] = {
    "counts": COUNTS,
    "vectors": ItemVectors(query=GOODS_QUERY, items=PUBLIC_GROUPS, lately_days=14),
    "pairs": CoPurchase(query=GOODS_QUERY, items=PUBLIC_GROUPS),
    "sum": Sum(query=query(measure="product_spend", filters=FRUIT), maximum=100),
    "histogram": Histogram(
        query=query("month", "group", measure="product_spend"), cells=(("2026-02", "milk"), ("2026-03", "milk"))
    ),
    "segment": segment(Leaf(query=query(measure="items", filters=FRUIT), comparison="at_least", threshold=2)),
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    maker = LifeMaker()
    first = maker.ordered("2026-02-03T10:00:00", 30.0, "FairPrice")
    late = maker.ordered("2026-04-03T10:00:00", 30.0, "FairPrice")
    called_off = maker.ordered("2026-02-04T10:00:00", 30.0, "FairPrice", status="cancelled")
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as made:
        made.upsert(
            [
                first,
                maker.bought(first, "Fresh Milk 2L", "2", 13.80),
                maker.bought(first, "Bananas 1kg", "3", 7.80),
                maker.bought(first, "Pregnancy Test 2s", "1", 19.90),
                maker.bought(first, "Zzyzx", "1", 1.00),
                late,
                maker.bought(late, "Oranges 5s", "1", 4.00),
                called_off,
                maker.bought(called_off, "Oranges 5s", "1", 4.00),
            ]
        )
        yield made


def answer(statistic: Statistic, index: LocalIndex) -> Any:
    study = category_study(helper_key=KEY, statistic=statistic, noise=Noise(21), data=(GOODS,))
    return measure(study, index, SECRET)


@pytest.mark.parametrize("name", ASKED)
def test_a_study_of_public_groups_is_taken_and_needs_a_grant_of_its_own(name: str) -> None:
    check_statistic(ASKED[name])
    assert needed_data(ASKED[name]) == {GOODS}
    assert GOODS != SPENDING
    assert "kinds of goods" in DATA[GOODS].title


def test_what_was_delivered_in_the_period_is_counted_by_its_group(index: LocalIndex) -> None:
    found = answer(COUNTS, index)
    assert {name for name, bit in zip(PUBLIC_GROUPS, found, strict=True) if bit} == {"milk", "bananas"}
    assert answer(ASKED["sum"], index) == 8
    assert answer(ASKED["segment"], index) == 1


def test_the_person_is_told_which_kinds_of_goods_leave(index: LocalIndex) -> None:
    lines = " ".join(told(COUNTS, answer(COUNTS, index)).lines)
    assert "kinds of goods" in lines
    assert "milk, bananas" in lines or "bananas, milk" in lines
    assert "the kind of goods is one of bananas and citrus" in told(ASKED["sum"], 8).lines[0]
    assert "pregnancy" not in lines


@pytest.mark.parametrize("name", [name for name, each in GROUPS.items() if not each.public])
def test_groups_that_tell_of_health_or_faith_are_no_public_names(name: str) -> None:
    with pytest.raises(InvalidStudyError):
        check_statistic(replace(COUNTS, items=("milk", name), max_weight=1))
    with pytest.raises(InvalidStudyError):
        check_statistic(Sum(query=query(measure="items", filters=(Filter("group", "eq", name),)), maximum=9))


@pytest.mark.parametrize(
    "asked",
    [
        query(measure="product_spend"),
        query(measure="product_spend", filters=(Filter("weekend", "eq", "weekend"),)),
        query(measure="product_spend", filters=(Filter("group", "not_in", PUBLIC_GROUPS),)),
        query(measure="product_spend", filters=(Filter("group", "ne", "milk"),)),
        query(measure="items", filters=(*FRUIT, Filter("category", "eq", "groceries"))),
        query(measure="items", filters=(Filter("merchant", "eq", "FairPrice"),)),
        query(measure="items", filters=(*FRUIT, Filter("product", "contains", "test"))),
        query(measure="spend", filters=FRUIT),
    ],
    ids=["all", "weekend", "not_in", "ne", "category", "merchant", "product", "spend"],
)
def test_goods_that_nobody_may_ask_for_are_not_what_is_left_over(asked: Any) -> None:
    with pytest.raises(InvalidStudyError):
        check_statistic(Sum(query=asked, maximum=9))
