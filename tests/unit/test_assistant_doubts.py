"""Plans that fit a question badly are held back, and the same plans pass beside a question that they fit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pod_agent.assistant.doubts import times_by_story
from pod_agent.assistant.plan import Operation, Period, Plan, Step
from pod_agent.assistant.weighing import unweighed
from vocab.query import Filter, QuerySpec

TODAY = date(2026, 11, 15)
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
FRIDAY = (date(2026, 11, 13),) * 2
HOLIDAY = (date(2026, 8, 9),) * 2
GROCERIES = Filter("category", "in", ("groceries",))
SHOP = Filter("merchant", "in", ("Acme",))
NO_SHOP = Filter("merchant", "not_in", ("Acme",))
TWO = Filter("category", "in", ("groceries", "eating-out"))
NETFLIX = Filter("merchant", "in", ("Netflix",))
CARD = Filter("account", "eq", "card")
OVER = Filter("amount", "gt", 50.0)
CANCELLED = Filter("kind", "in", ("cancelled",))
CHANNEL = Filter("channel", "in", ("Wok Diaries",))
BANDS = Filter("artist", "in", ("May", "Ravi"))


def _plan(
    *filters: Filter,
    period: Period | None = OCTOBER,
    also: Period | None = None,
    measure: str = "spend",
    operation: Operation = "value",
    fold: Any = None,
    **other: Any,
) -> Plan:
    steps = tuple(
        Step(spec=QuerySpec(measures=(measure,), filters=filters, period=each), fold=fold)
        for each in ((period,) if also is None else (period, also))
    )
    return Plan(operation=operation, steps=steps, unit="SGD", **other)


PAIRS = [
    ("How much did I spend that day?", "How much did I spend on National Day, what did I spend?", _plan(period=None)),
    ("Friday spending in October", "Spending on Friday and in October", _plan(period=FRIDAY, also=OCTOBER)),
    (
        "At Acme but not at Acme in October",
        None,
        _plan(SHOP, NO_SHOP),
    ),
    ("Spending on groceries in October, one by one", "One purchase by Acme in October", _plan(GROCERIES)),
    ("October, what did I pay altogether?", "October, how many purchases in all?", _plan(measure="purchases")),
    ("October, what did I pay in total?", "List what I paid in total in October", _plan(operation="list")),
    ("Netflix and October, how much was that?", "What did Netflix cost in October?", _plan(NETFLIX)),
    ("Groceries / eating out in October", "Groceries and eating out in October", _plan(TWO)),
    ("October (groceries, eating out)", "October, groceries, eating out", _plan(TWO)),
    ("Where did my money go in October?", "Where am I with groceries in October?", _plan(GROCERIES)),
    ("Who pays me in October?", None, _plan(measure="income")),
    ("Groceries plus Acme, October", "Groceries at Acme, October", _plan(GROCERIES, SHOP)),
    ("With Acme included, what did I spend in October?", "What did I spend at Acme in October?", _plan(SHOP)),
    ("Listening in October with podcasts", "Podcast minutes in October", _plan(measure="podcast_minutes")),
    ("Fees in October, waived ones", "Fees in October", _plan(measure="fees")),
    ("Income in October after expenses", "Income in October after tuition began", _plan(measure="income")),
    (
        "Which months were over 50 in October?",
        "Each month, purchases over 50 in October",
        _plan(OVER, operation="series"),
    ),
    ("How much Spotify in October?", "How much did I listen in October?", _plan(measure="listening_minutes")),
    ("What did the bank and the card charge in October?", "What did the card charge in October?", _plan(CARD)),
    ("October without Acme and cleaning", "October without Acme and how much?", _plan(NO_SHOP)),
    ("What did I spend there in October?", "What did I spend in October, if there is anything?", _plan()),
    ("Were all purchases at Acme in October small?", "Was I at Acme in October?", _plan(SHOP, operation="any")),
    ("Is my spending in October over the top", "Is it known what I spent in October", _plan()),
    (
        "How many dollars went to Acme in October?",
        "How many purchases at Acme in October?",
        _plan(SHOP, measure="purchases"),
    ),
    (
        "Which song came first in October?",
        "Which day did I first play in October?",
        _plan(measure="plays", operation="occasion"),
    ),
    (
        "Most expensive item in October",
        "Most bought item in October",
        _plan(measure="items", operation="leader"),
    ),
    ("Average order in October", "Average purchase in October", _plan(measure="average_purchase")),
    ("Spending minus income in October", "Income minus spending in October", _plan(measure="net")),
    ("Average steps per week in October", "Average steps in October", _plan(measure="steps", fold="mean")),
    ("Orders in October, cancelled ones too", "Cancelled orders in October", _plan(CANCELLED, measure="orders")),
    ("Songs by May with Ravi in October", "Songs by May and Ravi in October", _plan(BANDS, measure="plays")),
    ("How many Work Diaries videos in October?", "How many Wok Diaries videos?", _plan(CHANNEL, measure="videos")),
    ("Second to last purchase at Acme", "Last purchase at Acme", _plan(SHOP, period=None, operation="occasion")),
    ("October unless it was at Acme", "October at Acme", _plan(SHOP)),
    ("Top artist and top song in October", "Top artist in October", _plan(measure="plays", operation="leader")),
    ("October or September?", "October and September", _plan(also=(date(2026, 9, 1), date(2026, 9, 30)))),
    ("This December", "In December", _plan(period=(date(2025, 12, 1), date(2025, 12, 31)))),
    ("Days in October I spent over 50", "Over 50 in October", _plan(OVER)),
    ("My card in October", "My card's fees in October", _plan(Filter("merchant", "in", ("Acme Card Fees",)))),
    ("How much on YouTube Music", "How many on YouTube Music", _plan(period=None, measure="music_videos")),
    (
        "Cheapest grocery shop in October",
        "Where did I spend least in October",
        _plan(operation="leader", smallest=True),
    ),
    ("What do ten Acme rides cost in October", "What do my rides cost in October", _plan(SHOP)),
    ("Top three days of October", "Top days of October", _plan(operation="ranking")),
    ("What did I pay while I was away?", "What did I pay while ago?", _plan(period=None)),
    ("How much did I pay off my card in October?", "How much did I pay in October?", _plan()),
    ("What did the last eggs cost but one?", "What did the last eggs cost?", _plan(operation="price")),
    ("What did I spend because of Japan?", "What did I spend?", _plan(period=None)),
    ("Target weight in October", "Weight in October", _plan(measure="weight")),
]


@pytest.mark.parametrize(("question", "plan"), [(lost, plan) for lost, _, plan in PAIRS], ids=str)
def test_a_plan_that_does_not_fit_is_held_back(question: str, plan: Plan) -> None:
    assert unweighed(question, plan, TODAY)


@pytest.mark.parametrize(("question", "plan"), [(fits, plan) for _, fits, plan in PAIRS if fits], ids=str)
def test_the_same_plan_passes_where_it_fits(question: str, plan: Plan) -> None:
    assert unweighed(question, plan, TODAY) is None


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("While I was in Japan, how many steps did I take?", "while i was"),
        ("Before I got the new card, what did I spend?", "before i got"),
        ("How often was I refunded since I started keeping records?", None),
        ("When I need it, what did I spend?", None),
    ],
)
def test_a_time_that_is_told_by_what_was_done_then_is_no_time_of_all_records(question: str, told: str | None) -> None:
    assert times_by_story(question, _plan(period=None)) == told
    assert times_by_story(question, _plan()) is None


def test_that_day_is_a_day_that_the_plan_has() -> None:
    question = "National Day was fun. How many songs did I play that day?"
    assert unweighed(question, _plan(period=HOLIDAY, measure="plays"), TODAY) is None
    assert unweighed(question, _plan(measure="plays"), TODAY) == "that day"
