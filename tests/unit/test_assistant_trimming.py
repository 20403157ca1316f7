"""Words that change nothing are left out where two readers then mean the same, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from pod_agent.assistant.agreement import Readers, agree
from pod_agent.assistant.answering import rules_of
from pod_agent.assistant.classifier.bank import Label
from pod_agent.assistant.classifier.masking import masked
from pod_agent.assistant.classifier.reader import Candidate
from pod_agent.assistant.classifier.slots import sketch_of
from pod_agent.assistant.plan import Plan, Refusal
from pod_agent.assistant.rules.lexicon import build_lexicon
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.sketch import Sketch
from pod_agent.assistant.trimming import trimmed
from pod_agent.index.local import LocalIndex
from tests.support.asked import TODAY, household
from tests.support.households import SINGAPORE

SPEND = Label(topic="money", operation="value", measure="spend")
SHARE = Label(topic="money", operation="share", measure="spend")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("trimming") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(household())
        yield opened


class Meaning:
    """Reads every question as one meaning, with its slots read by the rules."""

    name = "meaning"

    def __init__(self, index: LocalIndex, label: Label, share: float) -> None:
        self._lexicon = build_lexicon(index)
        self._label = label
        self._share = share

    def candidates(self, question: str, today: date, most: int = 3, least: float = 0.0) -> Sequence[Candidate]:
        reading = read(plain(question), self._lexicon, today, "")
        sketch = sketch_of(self._label, reading, today)
        return [Candidate(self._share, sketch, reading)][:most] if self._share >= least else []


SHARED = "Of everything I paid for groceries in April 2026, what percentage belongs to Fresh Mart?"


def test_an_idle_word_is_left_out_where_both_readers_then_mean_the_same(index: LocalIndex) -> None:
    rules = rules_of(index)
    assert isinstance(rules.plan(SHARED, TODAY), Refusal)
    plan = agree(SHARED, TODAY, Readers(rules, Meaning(index, SHARE, 0.3)))
    meant = rules.plan("What share of my groceries spending in April 2026 went to Fresh Mart?", TODAY)
    assert isinstance(plan, Plan)
    assert isinstance(meant, Plan)
    assert [step.spec for step in plan.steps] == [step.spec for step in meant.steps]


@pytest.mark.parametrize(("label", "share"), [(SPEND, 0.3), (SHARE, 0.1)])
def test_nothing_is_answered_where_the_classifier_means_something_else_or_is_unsure(
    index: LocalIndex, label: Label, share: float
) -> None:
    assert isinstance(agree(SHARED, TODAY, Readers(rules_of(index), Meaning(index, label, share))), Refusal)


@pytest.mark.parametrize(
    "question",
    [
        "How much did I spend on groceries outside April 2026?",
        "How much of my groceries spending in April 2026 is unknown?",
        "How many groceries purchases of less than fifty cents did I make in April 2026?",
        "How much did I spend on groceries at harbour in April 2026?",
        "How much did I spend on groceries in April 2026 with Wellington?",
        "How much did I spend on groceries in April 2026 qzxv?",
        "How much did I spend on groceries in April 2026?",
    ],
)
def test_words_that_may_change_what_is_asked_are_never_left_out(index: LocalIndex, question: str) -> None:
    reading = read(plain(question), build_lexicon(index), TODAY, "")
    sketch = sketch_of(SPEND, reading, TODAY)
    assert sketch is not None
    assert trimmed(question, sketch, reading) is None


def test_what_is_compared_from_one_time_to_another_are_two_times(index: LocalIndex) -> None:
    reading = read(plain("groceries from April to May 2026"), build_lexicon(index), TODAY, "")
    change = sketch_of(Label(topic="money", operation="change", measure="spend"), reading, TODAY)
    summed = sketch_of(SPEND, reading, TODAY)
    assert change is not None
    assert summed is not None
    assert change.periods == ("April 2026", "May 2026")
    assert summed.periods == ("from April 2026 to May 2026",)


def test_subscriptions_and_ones_own_savings_keep_their_words(index: LocalIndex) -> None:
    lexicon = build_lexicon(index)
    assert masked("which subscriptions got dearer", lexicon, TODAY) == "which subscriptions got dearer"
    assert "savings account" in masked("what did I move to my own savings account", lexicon, TODAY)
    assert masked("spent from the bank account", lexicon, TODAY) != masked("spent with the card", lexicon, TODAY)


def test_the_share_of_a_product_keeps_its_shop() -> None:
    sketch = Sketch(
        topic="shops", operation="share", measure="product_spend", names=("Fresh Mart",), categories=("milk",)
    )
    assert sketch.question() == "What share of my spending on products at Fresh Mart went to milk?"
