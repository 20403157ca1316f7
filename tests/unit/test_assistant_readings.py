"""What the rules and the classifier agree on, what the guard holds back, and what a follow-up question means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from pod_agent.assistant.agreement import AgreedPlanner, Readers, agree
from pod_agent.assistant.answering import ask, plan_of, rules_of
from pod_agent.assistant.classifier.bank import Label
from pod_agent.assistant.classifier.heads import bank_digest, shipped
from pod_agent.assistant.classifier.masking import masked
from pod_agent.assistant.classifier.reader import Candidate, classifier
from pod_agent.assistant.classifier.slots import period_text, sketch_of
from pod_agent.assistant.classifier.wordings import taught, wordings
from pod_agent.assistant.guard import unused
from pod_agent.assistant.plan import Plan, Refusal
from pod_agent.assistant.rules.dates import read_times
from pod_agent.assistant.rules.lexicon import build_lexicon
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.rules.text import canonical
from pod_agent.assistant.rules.topics import Topic
from pod_agent.embedding import embedder, minilm
from pod_agent.index.local import LocalIndex
from tests.support.asked import TODAY, household
from tests.support.households import SINGAPORE


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("readings") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(household())
        yield opened


def test_the_shipped_heads_were_learnt_from_this_bank_and_this_sentence_model() -> None:
    heads, installed = shipped(), embedder()
    assert installed is not None
    assert heads.digest == bank_digest(taught()), "run: python -m pod_agent.assistant.classifier.training"
    assert heads.model == installed.name


def test_the_wordings_of_writers_hold_placeholders_and_no_figures_of_anybody() -> None:
    figures = {found for text, _ in wordings() for found in re.findall(r"\d+", text)}
    assert figures <= {"5", "100", "500", "10000"}
    assert len(wordings()) > 2000


MISSED = [
    ("count my groceries payments in April 2026", "spend", "how many"),
    ("Kindly write out for me every single payment for groceries in April 2026", "spend", "every single"),
    ("take those things out, then what did I spend on groceries in April 2026", "spend", "out"),
    ("so how much was it in April 2026", "spend", "it"),
    ("how much do my groceries payments add up to in April 2026", "purchases", "value"),
    ("how many hours of music did I listen to in April 2026", "listening_hours", "music"),
]


@pytest.mark.parametrize(("question", "measure", "word"), MISSED, ids=[each[0] for each in MISSED])
def test_a_reading_that_answers_another_question_is_held_back(
    index: LocalIndex, question: str, measure: str, word: str
) -> None:
    lexicon = build_lexicon(index)
    topic: Topic = "music" if measure == "listening_hours" else ""
    reading = read(plain(question), lexicon, TODAY, topic)
    sketch = sketch_of(Label(topic=topic or "money", operation="value", measure=measure), reading, TODAY)
    assert sketch is not None
    assert unused(question, sketch, reading) == word


def test_choices_of_the_rules_stay_beside_that_of_the_classifier(index: LocalIndex) -> None:
    rules, question = rules_of(index), "the groceries of April 2026, kind of"
    lexicon = build_lexicon(index)
    reading = read(plain(question), lexicon, TODAY, "")
    sketch = sketch_of(Label(topic="money", operation="value", measure="spend"), reading, TODAY)

    class Asking:
        def plan(self, asked: str, today: date) -> Plan | Refusal:
            own = Refusal(status="clarify", text="What should I work out?", choices=("How many of them?",))
            return own if asked == question else rules.plan(asked, today)

    found = agree(question, TODAY, Readers(Asking(), Sure(Candidate(0.3, sketch, reading))))
    assert isinstance(found, Refusal)
    assert found.choices == (sketch.question() if sketch else "", "How many of them?")


def test_names_periods_amounts_and_days_are_masked_alike(index: LocalIndex) -> None:
    lexicon = build_lexicon(index)
    first = masked("How much did I spend at Fresh Mart on weekends in April 2026?", lexicon, TODAY)
    other = masked("How much did I spend at Corner Greens on Saturdays since March?", lexicon, TODAY)
    assert first == other
    assert not {"fresh", "mart", "april", "2026"} & set(first.split())


READ = [
    ("Groceries swallowed what proportion of my spending in April 2026?",
     "What share of my spending in April 2026 went to groceries?"),
    ("Name the 2 categories that absorbed the most money in 2026",
     "What were my top 2 categories by spending in 2026?"),
    ("diff groceries places in april 2026 got how many",
     "How many different shops did I buy at on groceries in April 2026?"),
    ("The amount credited back to me as refunds this year, please", "How much did I get refunded in 2026?"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "plain"), READ, ids=[question for question, _ in READ])
def test_new_wordings_are_answered_or_offered_as_what_they_mean(index: LocalIndex, question: str, plain: str) -> None:
    plan, meant = plan_of(index, question, TODAY), rules_of(index).plan(plain, TODAY)
    assert isinstance(meant, Plan)
    if isinstance(plan, Refusal):
        assert plain in plan.choices
    else:
        assert [step.spec for step in plan.steps] == [step.spec for step in meant.steps]


HELD_BACK = [
    "How much did I squander on groceries in April 2026, Corner Greens excepted?",
    "how much i spend at nowhere mart in april 2026",
    "don don donki i spend how much this year",
    "Of my groceries purchases only those of 37 dollars, what did they come to?",
    "What did Zanzibar Traders swallow of my money this year?",
]


@pytest.mark.parametrize("question", HELD_BACK)
def test_a_word_that_changes_the_meaning_and_is_not_used_holds_the_answer_back(
    index: LocalIndex, question: str
) -> None:
    assert isinstance(plan_of(index, question, TODAY), Refusal)


@pytest.mark.parametrize(
    "question",
    [
        "How much did I spend on groceries recently?",
        "Should I cancel Streamly?",
        "How much will I spend on groceries next month?",
        "Why did my spending go up?",
        "What was my blood pressure in April?",
        "Cancel my Streamly subscription.",
        "How much did I spend at Sheng Siong this year?",
    ],
)
def test_what_the_rules_refuse_for_good_is_never_overruled(index: LocalIndex, question: str) -> None:
    said = rules_of(index).plan(question, TODAY)
    assert isinstance(said, Refusal)
    assert plan_of(index, question, TODAY) == said


class Sure:
    """A reader that is sure of one thing."""

    name = "sure"

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate

    def candidates(self, question: str, today: date, most: int = 3, least: float = 0.0) -> Sequence[Candidate]:
        del question, today
        return [self._candidate][:most] if self._candidate.share >= least else []


def test_another_reading_that_is_sure_holds_an_answer_of_the_rules_back(index: LocalIndex) -> None:
    rules, reader = rules_of(index), classifier(build_lexicon(index), embedder())
    assert reader is not None
    asked = "How many purchases did I make at Fresh Mart this year?"
    [other] = reader.candidates("Which purchases did I make at Fresh Mart this year?", TODAY, 1)
    sure = Candidate(0.99, other.sketch, other.reading)
    found = agree(asked, TODAY, Readers(rules, Sure(sure)))
    assert isinstance(found, Refusal)
    assert found.choices == ("List my purchases at Fresh Mart in 2026",)
    unsure = Candidate(0.5, other.sketch, other.reading)
    assert agree(asked, TODAY, Readers(rules, Sure(unsure))) == rules.plan(asked, TODAY)


def test_every_choice_is_a_question_that_is_answered_when_it_is_asked(index: LocalIndex) -> None:
    offered = [plan_of(index, question, TODAY) for question, _ in READ] + [plan_of(index, "top 3 groceries", TODAY)]
    choices = [
        choice for each in offered if isinstance(each, Refusal) for choice in each.choices if choice.endswith("?")
    ]
    for choice in choices:
        assert isinstance(plan_of(index, choice, TODAY), Plan), choice


def test_without_the_sentence_model_the_rules_plan_alone(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minilm, "TOKENIZER", minilm._File("no_such_package", "tokenizer.json", ""))
    with LocalIndex(tmp_path_factory.mktemp("alone") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(household())
        rules = RulePlanner(opened)
        for question, _ in READ:
            assert plan_of(opened, question, TODAY) == rules.plan(question, TODAY)
        assert ask(opened, "How much did I spend on groceries in April 2026?", TODAY).status == "answered"


@pytest.mark.parametrize(
    "said",
    [
        "last month",
        "this year",
        "2025",
        "April 2026",
        "since 3 March",
        "yesterday",
        "from March to April",
        "before May 2026",
        "q1",
    ],
)
def test_periods_are_said_so_that_they_are_read_back(said: str) -> None:
    [period] = read_times(canonical(said), TODAY).periods
    [again] = read_times(canonical(period_text(period, TODAY)), TODAY).periods
    assert again == period


GROCERIES = "How much did I spend on groceries in April 2026?"
FOLLOWED = [
    ([GROCERIES], "and in March?", "How much did I spend on groceries in March 2026?"),
    ([GROCERIES], "what about Fresh Mart?", "How much did I spend at Fresh Mart in April 2026?"),
    ([GROCERIES], "only weekends", "How much did I spend on groceries on weekends in April 2026?"),
    ([GROCERIES], "and this year", "How much did I spend on groceries this year?"),
    ([GROCERIES], "per month this year", "How much did I spend on groceries per month this year?"),
    ([GROCERIES], "as a percentage of everything?", "What share of my spending in April 2026 went to groceries?"),
    ([GROCERIES], "which ones?", "List my purchases on groceries in April 2026"),
    ([GROCERIES, "per month this year"], "which ones?", "List my purchases on groceries this year"),
    ([GROCERIES, "per month this year"], "as a percentage of everything?",
     "What share of my spending this year went to groceries?"),
    (["How much did I spend on groceries this year without March?"], "as a percentage of everything?",
     "What share of my spending this year without March went to groceries?"),
    ([GROCERIES], "without Fresh Mart", "How much did I spend on groceries in April 2026 excluding Fresh Mart?"),
    ([GROCERIES], "compared to March?", "Compare my spending on groceries in March and April 2026"),
    ([GROCERIES, "and in March?"], "what about transport?", "How much did I spend on transport in March 2026?"),
    ([GROCERIES, "and in March?", "what about transport?"], "and in May?",
     "How much did I spend on transport in May 2026?"),
    (["What were my top 2 artists in April 2026?"], "and in May?", "What were my top 2 artists in May 2026?"),
    (["How many steps did I walk in April?"], "and in May?", "How many steps did I walk in May?"),
    (["How many orders did I place in April?"], "which ones?", "List my orders in April"),
    ([GROCERIES], "How many steps did I walk in May?", "How many steps did I walk in May?"),
    ([GROCERIES], "how much on transport in May?", "How much did I spend on transport in May?"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "question", "whole"), FOLLOWED, ids=[f"{case[0]} > {case[1]}" for case in FOLLOWED])
def test_a_follow_up_is_answered_as_the_whole_question(
    index: LocalIndex, before: list[str], question: str, whole: str
) -> None:
    followed, meant = ask(index, question, TODAY, after=before), ask(index, whole, TODAY)
    assert meant.status == "answered"
    assert (followed.value, followed.unit, set(followed.citations)) == (meant.value, meant.unit, set(meant.citations))


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("why?", "declined"),
        ("and at Zanzibar Traders?", "declined"),
        ("and with gusto in March?", "clarify"),
        ("and in March and in May?", "clarify"),
        ("and recently?", "clarify"),
        ("per month?", "clarify"),
        ("thanks", "clarify"),
    ],
)
def test_a_follow_up_that_is_not_clear_is_not_answered(index: LocalIndex, question: str, status: str) -> None:
    assert ask(index, question, TODAY, after=[GROCERIES]).status == status


def test_a_question_back_leaves_the_question_before_it_in_force(index: LocalIndex) -> None:
    told = ask(index, "and in March?", TODAY, after=[GROCERIES, "thanks", "why?"])
    assert told.value == ask(index, "How much did I spend on groceries in March 2026?", TODAY).value


@pytest.mark.parametrize("question", ["how many times?", "per visit?", "where most?", "not on weekends"])
def test_a_few_words_that_lean_on_a_question_are_never_answered_of_something_else(
    index: LocalIndex, question: str
) -> None:
    assert ask(index, question, TODAY, after=[GROCERIES]).status == "clarify"


def test_without_a_question_before_it_a_follow_up_is_asked_back(index: LocalIndex) -> None:
    planner = AgreedPlanner(Readers(rules_of(index)))
    assert isinstance(planner.plan("and in March?", TODAY), Refusal)
