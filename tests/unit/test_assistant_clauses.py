"""What people say around a question is left out where it changes nothing, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from pod_agent.assistant.rules.clauses import core
from pod_agent.assistant.rules.lexicon import Lexicon, build_lexicon
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
)


@pytest.mark.parametrize("question", KEPT)
def test_what_narrows_or_is_pointed_back_to_is_not_left_out(lexicon: Lexicon, question: str) -> None:
    assert core(question, lexicon, TODAY) in {None, question}
