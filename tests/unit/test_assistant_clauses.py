"""What people say around a question is left out where it changes nothing, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from pod_agent.assistant.plan import Plan, Refusal
from pod_agent.assistant.rules.clauses import core
from pod_agent.assistant.rules.lexicon import Lexicon, build_lexicon
from pod_agent.assistant.telling import Telling
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker

TODAY = date(2026, 11, 15)


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lexicon]:
    maker = RecordMaker()
    index = LocalIndex(tmp_path_factory.mktemp("clauses") / "index.sqlite", SINGAPORE)
    index.upsert(
        [
            maker.paid("2026-10-02", 12.5, "Toast Corner", "eating-out"),
            maker.paid("2026-10-03", 80.0, "Green Basket", "groceries"),
        ]
    )
    yield build_lexicon(index)
    index.close()


LEFT_OUT = (
    (
        "I keep telling myself it is fine, but how much did I spend on groceries in May?",
        "how much did I spend on groceries in May?",
    ),
    ("Sorry to ask again. What did I pay at Green Basket last week?", "What did I pay at Green Basket last week?"),
    (
        "How often did I go to Toast Corner this year, because it feels like a lot?",
        "How often did I go to Toast Corner this year",
    ),
    (
        "I love Toast Corner, so how much did I spend there this year?",
        "how much did I spend at Toast Corner this year?",
    ),
    ("We moved house in a hurry, so what did I spend on household in June?", "what did I spend on household in June?"),
    ("My trainer keeps nagging me. What were my average steps in May?", "What were my average steps in May?"),
    ("Getting my taxes ready. How much salary did I receive in 2025?", "How much salary did I receive in 2025?"),
    ("To settle an argument: how much did I spend on groceries in May?", "how much did I spend on groceries in May?"),
    ("As someone who hates cooking, what did I spend on groceries?", "what did I spend on groceries?"),
    ("Payday was yesterday: how much did I spend on groceries in May?", "how much did I spend on groceries in May?"),
    ("New resolutions and all that. How many steps did I walk in May?", "How many steps did I walk in May?"),
    (
        "For a school project I need the number of videos I watched in May.",
        "I need the number of videos I watched in May",
    ),
    (
        "I was ill in March and at home. How much did I spend on groceries in May?",
        "How much did I spend on groceries in May?",
    ),
    (
        "How much did I spend on groceries in May, because the fridge was always empty?",
        "How much did I spend on groceries in May",
    ),
)


@pytest.mark.parametrize(("question", "kept"), LEFT_OUT)
def test_what_only_tells_is_left_out(lexicon: Lexicon, question: str, kept: str) -> None:
    assert core(question, lexicon, TODAY) == kept


KEPT = (
    "I only mean groceries, so how much did I spend in May?",
    "I was away in June, so how much did I spend?",
    "I shop at Green Basket, so how much did I spend last month?",
    "My steps went up a lot, so what was the average in May?",
    "I had a party, so how much did that cost?",
    "Not counting Green Basket, how much did I spend on groceries?",
    "How much did I spend on groceries, this year?",
    "How much did I spend on groceries and transport in May?",
    "I bought things over 100 dollars, so how many were there last week?",
    "I was ill in March. How much did I spend on groceries since then?",
    "Excluding my rent, how much did I spend in May?",
    "I only care about Green Basket. How much did I spend on groceries in May?",
    "Paying with my card, how much did I spend in May?",
    "Kwetiau keeps tempting me. How much did I spend in May?",
    "Groceries are dear. How much did I spend in May?",
    "To Green Basket, how much did I pay in May?",
)


@pytest.mark.parametrize("question", KEPT)
def test_what_narrows_or_is_pointed_back_to_is_not_left_out(lexicon: Lexicon, question: str) -> None:
    assert core(question, lexicon, TODAY) in {None, question}


class _Only:
    """Plans one question, and no other."""

    def __init__(self, question: str, plan: Plan) -> None:
        self._question, self._plan = question, plan

    def plan(self, question: str, today: date) -> Plan | Refusal:
        del today
        return self._plan if question == self._question else Refusal(status="declined", text="No.")


def test_the_asking_part_is_planned_where_there_is_no_plan_of_the_whole(lexicon: Lexicon) -> None:
    asking, plan = "how much did I spend on groceries in May?", Plan(operation="value", steps=(), unit="SGD")
    telling = Telling(_Only(asking, plan), lexicon)
    assert telling.plan(f"To settle an argument: {asking}", TODAY) is plan
    assert isinstance(telling.plan(f"Excluding Green Basket, {asking}", TODAY), Refusal)
