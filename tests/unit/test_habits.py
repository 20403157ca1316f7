"""Habits of spending: small purchases that add up, and what was more than usual, asked about in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from pod_agent.assistant.answering import ask
from pod_agent.assistant.habits import LEAST_PURCHASES, SMALL
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker
from vocab.records import Record

TODAY = date(2026, 6, 20)


def household() -> list[Record]:
    """Coffee every week, as many buns as just count and one muffin fewer; groceries that rise in May."""
    make = RecordMaker()

    def often(shop: str, times: int, amount: float) -> list[Record]:
        days = (TODAY - timedelta(days=7 * number + 1) for number in range(times))
        return [make.paid(str(day), amount, shop, "eating-out") for day in days]

    months = [date(2026, number, 3) for number in range(1, 7)]
    return [
        *often("Coffee Corner", 20, 4.5),
        *often("Bun Shop", LEAST_PURCHASES, 2),
        *often("Muffin Shop", LEAST_PURCHASES - 1, 9),
        *often("Fine Food", 15, SMALL + 0.01),
        *(make.paid(str(day), 100 + 60 * (day.month == 5), "Mart", "groceries") for day in months),
        *(make.paid(str(day), 30, "Rides", "transport") for day in months[:4]),
        make.paid("2025-01-02", 5, "Old Cafe", "eating-out"),
    ]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("habits") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(household())
        yield opened


@pytest.mark.parametrize(
    "question",
    ["What small purchases add up?", "which little things add up over the year?", "small expenses that add up"],
)
def test_small_purchases_that_come_often_are_told_by_what_they_came_to(index: LocalIndex, question: str) -> None:
    answer = ask(index, question, TODAY)
    assert answer.value == (("Coffee Corner", 90.0), ("Bun Shop", 24.0))
    assert answer.count == 20 + LEAST_PURCHASES


@pytest.mark.parametrize(
    "question",
    ["Where did I spend more than usual last month?", "which categories did I spend more on than usual in May"],
)
def test_a_month_is_held_against_the_mean_of_the_months_before(index: LocalIndex, question: str) -> None:
    answer = ask(index, question, TODAY)
    assert isinstance(answer.value, tuple)
    told = dict(answer.value)
    assert told["groceries"] == 93.33  # 160.00 less a sixth of 4 x 100.00
    assert "transport" not in told
    assert answer.query["divisor"] == 6.0
    assert answer.query["steps"][1]["period"] == ["2025-11-01", "2026-04-30"]


def test_what_was_less_than_usual_is_told_the_other_way_round(index: LocalIndex) -> None:
    answer = ask(index, "Where did I spend less than usual in May?", TODAY)
    assert isinstance(answer.value, tuple)
    assert dict(answer.value)["transport"] == 20.0  # 4 x 30.00 over six months, and nothing in May


@pytest.mark.parametrize(
    "question",
    [
        "Where did I spend more than usual this month?",  # it is not over
        "Where did I spend more than usual this year?",
        "Where did I spend more than usual on groceries last month?",
        "Where did I not spend more than usual last month?",
    ],
)
def test_what_cannot_be_held_against_months_is_asked_back(index: LocalIndex, question: str) -> None:
    assert ask(index, question, TODAY).status == "clarify"


@pytest.mark.parametrize("question", ["Why did I spend more than usual last month?", "should I stop small purchases?"])
def test_causes_and_advice_are_declined(index: LocalIndex, question: str) -> None:
    assert ask(index, question, TODAY).status == "declined"


def test_a_first_month_has_nothing_to_be_held_against(index: LocalIndex) -> None:
    answer = ask(index, "Where did I spend more than usual in January 2025?", date(2025, 2, 3))
    assert answer.status == "declined"
