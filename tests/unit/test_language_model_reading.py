"""Questions read by a language model: what it sees, what of its words counts, and that it never answers alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod_agent.assistant.language_models.llm_planner import LanguageModelReader, ModelPlanner
from pod_agent.assistant.language_models.masking import LONGEST_QUESTION, mask
from pod_agent.assistant.language_models.model import Message, Schema, Stop
from pod_agent.assistant.language_models.shots import SHOTS, UNREADABLE, messages, schema
from pod_agent.assistant.plan import Plan, Refusal
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.sketch import Sketch
from pod_agent.errors import LanguageModelError

TODAY = date(2026, 11, 15)


@pytest.fixture
def lexicon() -> Lexicon:
    found = Lexicon()
    found.add("merchant", "Hup Lee Kopi")
    found.add("merchant", "FairPrice")
    found.add("merchant", "McDonald's")
    found.add("person", "TAN WEI MING")
    found.add("artist", "Seven Sundays")
    found.add("artist", "Spotify")
    found.add("merchant", "Spotify")
    found.add("track", "Today")
    found.add("track", "Long Way Home")
    return found


class Says:
    """A model that says one thing, and keeps what it was given."""

    # ruff: noqa: ARG002 - models take what the protocol gives
    name, sha256 = "says", ""

    def __init__(self, said: Any) -> None:
        self.said = said if isinstance(said, str) else json.dumps(said)
        self.given: list[Message] = []

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int = 256,
        stop: Stop | None = None,
    ) -> Iterator[str]:
        self.given = list(messages)
        yield self.said

    def close(self) -> None:
        """Nothing to close."""


def test_full_names_are_masked_with_their_kind_and_put_back_as_they_were_typed(lexicon: Lexicon) -> None:
    masked = mask("how much at hup lee KOPI, mcdonalds n Fairprice today vs Tan Wei Ming?", lexicon)
    assert masked.text == "how much at SHOP_1, SHOP_2 n SHOP_3 today vs PERSON_4?"
    assert masked.restore("SHOP_1 and PERSON_4") == "hup lee KOPI and Tan Wei Ming"
    assert masked.restore("SHOP_9") is None
    assert mask("spotify and long way home by seven sundays", lexicon).text == "NAME_1 and SONG_2 by ARTIST_3"


@given(st.text(max_size=700))
def test_whatever_is_typed_the_model_gets_one_short_line_without_marks(text: str) -> None:
    masked = mask(text, Lexicon())
    assert len(masked.text) <= LONGEST_QUESTION
    assert masked.text == " ".join(masked.text.split())
    assert not set('<>{}[]|`\\"\x00\u202e') & set(masked.text)


def test_the_model_sees_fixed_words_and_the_question_alone(lexicon: Lexicon) -> None:
    model = Says({"topic": "money", "operation": "value", "measure": "spend", "names": ["SHOP_1"]})
    sketch = LanguageModelReader(model, lexicon).sketch("how much at FairPrice")
    assert sketch is not None
    assert sketch.names == ("FairPrice",)
    assert model.given[:-1] == messages("")[:-1]
    assert model.given[-1] == Message("user", "how much at SHOP_1")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no",
        "[]",
        "[" * 100_000,
        "null",
        {"topic": UNREADABLE},
        {"topic": "money"},
        {"topic": "weather", "operation": "value", "measure": "spend"},
        {"topic": "money", "operation": "value", "measure": "plays"},
        {"topic": "money", "operation": "value", "measure": "spend", "amount": 5},
        {"topic": "money", "operation": "value", "measure": "spend", "names": ["SHOP_2"]},
        {"topic": "money", "operation": "value", "measure": "spend", "names": [5]},
        {"topic": "money", "operation": "value", "measure": "spend", "names": ["<b>"]},
        {"topic": "money", "operation": "value", "measure": "spend", "names": ["x" * 90]},
        {"topic": "money", "operation": "value", "measure": "spend", "top": 1000},
    ],
    ids=lambda said: str(said)[:60],
)
def test_what_is_no_sketch_is_no_reading(lexicon: Lexicon, said: Any) -> None:
    assert LanguageModelReader(Says(said), lexicon).sketch("how much at FairPrice") is None


def test_a_model_that_fails_or_takes_too_long_has_no_reading(lexicon: Lexicon) -> None:
    class Fails(Says):
        def complete(self, messages: Sequence[Message], **_: Any) -> Iterator[str]:
            yield "{"
            raise LanguageModelError("gone")

    class Slow(Says):
        def complete(self, messages: Sequence[Message], *, stop: Stop | None = None, **_: Any) -> Iterator[str]:
            assert stop is not None
            yield self.said
            while not stop.is_set():
                pass

    good = {"topic": "money", "operation": "value", "measure": "spend"}
    assert LanguageModelReader(Fails(good), lexicon).sketch("how much") is None
    assert LanguageModelReader(Slow(good), lexicon, seconds=0.01).sketch("how much") is None


def test_the_examples_are_sketches_that_make_questions_and_fit_the_schema() -> None:
    properties = schema()["properties"]
    for asked, meant in SHOTS:
        assert set(meant) <= set(properties)
        assert meant["topic"] in properties["topic"]["enum"]
        if meant["topic"] != UNREADABLE:
            sketch = Sketch.from_json(json.loads(json.dumps(meant)))
            assert sketch.question(), asked
            named = re.findall(r"[A-Z]+_\d", " ".join((*sketch.names, *sketch.without)))
            assert set(named) == set(re.findall(r"[A-Z]+_\d", asked))


class Planned:
    """A planner that knows some questions."""

    def __init__(self, known: dict[str, Plan | Refusal]) -> None:
        self.known = known

    def plan(self, question: str, today: date) -> Plan | Refusal:
        return self.known.get(question, Refusal(status="clarify", text="open", choices=("Which shops do I have?",)))


SPENT = Plan(operation="value", steps=(), unit="SGD")
MEANT = "How much did I spend at FairPrice?"


@pytest.mark.parametrize("agreed", [True, False])
def test_a_reading_is_answered_where_another_agrees_and_else_asked_back_first(lexicon: Lexicon, agreed: bool) -> None:
    model = Says({"topic": "money", "operation": "value", "measure": "spend", "names": ["SHOP_1"]})
    closed = Refusal(status="clarify", text="closed")
    planner = ModelPlanner(
        Planned({"known": SPENT, "closed": closed, "no": Refusal(status="declined", text="open")}),
        Planned({MEANT: SPENT}),
        LanguageModelReader(model, lexicon),
        agrees=lambda *_: agreed,
        is_open=lambda _, refusal: refusal.text == "open" and refusal.status == "clarify",
    )
    assert planner.plan("known", TODAY) is SPENT
    assert planner.plan("closed", TODAY) is closed
    assert planner.plan("no", TODAY).text == "open"  # type: ignore[union-attr]
    assert model.given == []
    said = planner.plan("berapa saya belanja di FairPrice", TODAY)
    if agreed:
        assert isinstance(said, Plan)
        assert (said, said.read_as) == (SPENT, MEANT)
    else:
        text = f"I read this as: {MEANT}"
        assert said == Refusal(status="clarify", text=text, choices=(MEANT, "Which shops do I have?"))
