"""The last look at a question and its plan: words that change what is asked and that the plan lost are asked back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from pod_agent.assistant.plan import Operation, Period, Plan, Refusal, Step
from pod_agent.assistant.weighing import Weighing, unweighed
from pod_agent.assistant.whose import NOT_YOURS
from vocab.query import Filter, QuerySpec

TODAY = date(2026, 11, 15)
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
YEAR = (date(2026, 1, 1), TODAY)
SHOP = Filter("merchant", "in", ("Acme",))
OTHER = Filter("merchant", "not_in", ("Acme",))
BOTH = Filter("merchant", "in", ("Acme", "Globex"))
WEEKEND = Filter("weekend", "eq", "weekend")
OVER = Filter("amount", "gt", 50.0)


def _plan(
    *filters: Filter,
    period: Period | None = OCTOBER,
    measure: str = "spend",
    operation: Operation = "value",
    by: tuple[str, ...] = (),
    **other: Any,
) -> Plan:
    spec = QuerySpec(measures=(measure,), filters=filters, period=period, dimensions=by)
    return Plan(operation=operation, steps=(Step(spec=spec),), unit="SGD", **other)


LOST = [
    ("How much did I spend not at Acme in October?", _plan(SHOP)),
    ("How much did I spend in October, Acme excluded, never mind why?", _plan()),
    ("How much did I spend in October on weekends?", _plan()),
    ("How much did I spend in October, not on weekends?", _plan(WEEKEND)),
    ("How much did I spend on Mondays in October?", _plan()),
    ("How much did I spend before October this year?", _plan(period=(date.min, date(2026, 9, 30)))),
    ("How much did I spend in September?", _plan()),
    ("How much did I spend this month?", _plan()),
    ("How much did I spend the day after 1 October 2026?", _plan(period=(date(2026, 10, 2), TODAY))),
    ("How much did I spend in the past 3 months including this one?", _plan(period=(date(2026, 8, 1), OCTOBER[1]))),
    ("How many purchases of at least 50 in October?", _plan(OVER, measure="purchases")),
    ("How many purchases not over 50 in October?", _plan(OVER, measure="purchases")),
    ("How many purchases over 50 but under 80 in October?", _plan(OVER, measure="purchases")),
    ("How much did I spend at Acme and Globex respectively in October?", _plan(BOTH)),
    ("How much did I spend at Acme and Globex each in October?", _plan(BOTH)),
    ("How much and how often did I go to Acme in October?", _plan(SHOP)),
    ("Where and when did I spend most in October?", _plan(operation="extreme", show="merchant")),
    ("How much did I spend every other month this year?", _plan(period=YEAR, operation="series", by=("month",))),
    ("How much did I spend this time last year?", _plan(period=(date(2025, 1, 1), date(2025, 12, 31)))),
    ("What was my gross salary in October?", _plan(measure="salary")),
    ("How much is left on my card in October?", _plan(measure="net")),
    ("How many pending transactions in October?", _plan(measure="transactions")),
    ("How much per day on weekends in October?", _plan(WEEKEND, operation="mean", divisor=Fraction(31), per="day")),
    ("What was the cheapest product in October?", _plan(measure="purchases", operation="extreme", smallest=True)),
    ("Top three shops after Acme in October", _plan(SHOP, operation="ranking", by=("merchant",))),
    ("How many songs did I play in the mornings in October?", _plan(measure="plays")),
    ("How many videos were on other channels in October?", _plan(measure="distinct", by=("channel",))),
    ("How much at my favourite shop in October?", _plan(operation="leader", by=("merchant",))),
    ("Did I go to Acme and Globex in October?", _plan(BOTH, measure="purchases", operation="any")),
    ("Was October not more than 50?", _plan(operation="exceeds", limit=50.0)),
    ("How much salary and interest did I get in October?", _plan(SHOP, measure="salary")),
    ("How much did I spend on Saturdays in October?", _plan(WEEKEND)),
    ("And half of October?", _plan()),
    ("How far under budget was I in October?", _plan()),
    ("How much of the top 3 merchants together in October?", _plan(operation="ranking", by=("merchant",), limit=3)),
]
SHOWN = [
    ("How much salary did Acme pay me in October?", _plan(SHOP, measure="salary")),
    ("How much did I spend on Saturdays and Sundays in October?", _plan(WEEKEND)),
    ("How much did I spend not at Acme in October?", _plan(OTHER)),
    ("How much did I spend in October on weekends?", _plan(WEEKEND)),
    ("How much did I spend in October, not on weekends?", _plan(Filter("weekend", "eq", "weekday"))),
    ("How much did I spend before October?", _plan(period=(date.min, date(2026, 9, 30)))),
    ("How much did I spend since October?", _plan(period=(OCTOBER[0], TODAY))),
    ("How much did I spend on 13.10.2026?", _plan(period=(date(2026, 10, 13),) * 2)),
    ("How many purchases over 50 in October?", _plan(OVER, measure="purchases")),
    ("How many purchases of no more than 50?", _plan(Filter("amount", "le", 50.0), period=None)),
    ("I don't go that often, but how much did I spend at Acme in October?", _plan(SHOP)),
    ("How often did I hear Yesterday in October?", _plan(Filter("track", "in", ("Yesterday",)), measure="plays")),
    ("Which shops did I pay most in October, and how much?", _plan(operation="ranking", by=("merchant",))),
    ("How much did I spend at Acme and Globex together in October?", _plan(BOTH)),
]


@pytest.mark.parametrize(("question", "plan"), LOST)
def test_words_that_weigh_and_that_the_plan_lost_are_told(question: str, plan: Plan) -> None:
    assert unweighed(question, plan, TODAY)


@pytest.mark.parametrize(("question", "plan"), SHOWN)
def test_a_plan_that_shows_every_word_that_weighs_passes(question: str, plan: Plan) -> None:
    assert unweighed(question, plan, TODAY) is None


class _One:
    """Plans every question alike."""

    def __init__(self, outcome: Plan | Refusal) -> None:
        self.outcome = outcome

    def plan(self, question: str, today: date) -> Plan | Refusal:
        assert question
        assert today == TODAY
        return self.outcome


def test_what_is_held_back_is_offered_without_the_words_that_were_lost() -> None:
    asked = "How much did I spend at Acme and Globex respectively in October?"
    held = Weighing(_One(_plan(BOTH))).plan(asked, TODAY)
    assert isinstance(held, Refusal)
    assert held.status == "clarify"
    assert '"respectively"' in held.text
    assert held.choices == ("how much did i spend at acme and globex in october?",)


def test_nothing_is_offered_where_the_rest_would_be_held_back_too() -> None:
    held = Weighing(_One(_plan(SHOP))).plan("How much respectively did I spend not at Acme in October?", TODAY)
    assert isinstance(held, Refusal)
    assert held.choices == ()


@pytest.mark.parametrize(
    "question",
    [
        "What was Marcus's spending in October?",
        "The boss's salary in October?",
        "My mate\u2019s monthly income in October?",
        "How many were Siti's steps in October?",
    ],
)
def test_what_another_person_has_is_declined(question: str) -> None:
    held = Weighing(_One(_plan())).plan(question, TODAY)
    assert isinstance(held, Refusal)
    assert (held.status, held.text) == ("declined", NOT_YOURS)


@pytest.mark.parametrize(
    "question",
    [
        "What was October's spending?",
        "What's spending in October?",
        "Acme's purchases in October",
        "Q4's spending, in October",
    ],
)
def test_a_month_and_a_shop_of_the_plan_are_nobody_else(question: str) -> None:
    plan = _plan(SHOP)
    assert Weighing(_One(plan)).plan(question, TODAY) is plan


def test_a_refusal_and_a_plan_that_shows_all_pass_as_they_are() -> None:
    refused = Refusal(status="declined", text="No.")
    assert Weighing(_One(refused)).plan("How much, respectively?", TODAY) is refused
    plan = _plan()
    assert Weighing(_One(plan)).plan("How much did I spend in October?", TODAY) is plan
