"""Questions about offers over a catalogue: the stored reason, what fits, what is cheaper, each with its records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pod_agent.agent import Agent
from pod_agent.config import save_settings
from tests.support.households import RecordMaker
from vocab.answer import Answer
from vocab.offers import Offer, Plan
from vocab.offers.writing import catalogue_json
from vocab.records import Money


def offer(name: str, seller: str, *categories: str, percent: int | None = None, plan: Plan | None = None) -> Offer:
    return Offer(
        iri=f"https://shop.example/c#{name}",
        title=f"{name.title()} of {seller}",
        seller=seller,
        categories=categories,
        valid_from=date(2026, 1, 1),
        valid_through=date(2126, 1, 1),
        percent=None if percent is None else Decimal(percent),
        terms=plan,
    )


CATALOGUE = (
    offer("noodles", "Noodle House", "eating-out", percent=10),
    offer("bowls", "Bowl Bar", "eating-out", percent=20),
    offer("simplan", "Rival Mobile", "telecom", plan=Plan(monthly=Money(1800, "SGD"))),
    offer("far", "Far Away", "travel", percent=50),
)


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    folder = tmp_path_factory.mktemp("offers")
    document = catalogue_json(
        CATALOGUE, iri="https://shop.example/c", publisher="Shops", published=date(2026, 1, 1), serial=1
    )
    (folder / "offers.jsonld").write_text(json.dumps(document))
    Agent.create(folder / "home").close()
    save_settings(folder / "home", catalogue=str(folder / "offers.jsonld"))
    with Agent.open(folder / "home") as made:
        make, today = RecordMaker(), made.today()
        eaten = [
            make.paid(str(today - timedelta(days=7 * week)), 10 + week, "Noodle House", "eating-out")
            for week in range(5)
        ]
        month, charged = today.replace(day=1), []
        for _ in range(4):
            month = (month - timedelta(days=1)).replace(day=1)
            charged.append(make.paid(str(month), 45, "Big Telco", "telecom"))
        made.index.upsert([*eaten, *charged])
        yield made


def cited(agent: Agent, answer: Answer) -> set[str]:
    return {record["fields"]["merchant"] for record in agent.show(answer.citations)}


def test_offers_that_fit_are_those_of_the_desk_with_their_savings(agent: Agent) -> None:
    answer = agent.ask("Which offers fit me?")
    matches = agent.offers()
    assert answer.status == "answered"
    assert isinstance(answer.value, tuple)
    assert [title for title, _ in answer.value] == [match.title for match in matches]
    assert [saving for _, saving in answer.value] == [float(match.saving.amount) for match in matches if match.saving]
    assert set(answer.citations) == {iri for match in matches for iri in match.evidence}
    assert cited(agent, answer) == {"Noodle House", "Big Telco"}


@pytest.mark.parametrize(
    "question", ["Why did I get the offer of Noodle House?", "why am I shown Noodle House", "Why this noodles deal?"]
)
def test_why_is_the_reason_that_is_kept(agent: Agent, question: str) -> None:
    answer = agent.ask(question)
    kept = agent.offer_desk.why("https://shop.example/c#noodles")
    assert (answer.status, answer.value) == ("answered", kept["reason"])
    assert list(answer.citations) == kept["evidence"]
    assert f"SGD {kept['saving']:,.2f}" in answer.text


def test_several_offers_are_asked_back_with_whole_questions(agent: Agent) -> None:
    answer = agent.ask("Why did I get this offer?")
    assert answer.status == "clarify"
    assert len(answer.query["choices"]) == 3
    for choice in answer.query["choices"]:
        assert agent.ask(choice).status == "answered", choice


def test_an_offer_that_does_not_fit_is_told_so(agent: Agent) -> None:
    answer = agent.ask("Why did I get the offer of Far Away?")
    assert answer.status == "answered"
    assert "does not fit" in answer.text
    assert answer.citations == ()
    assert agent.ask("Why did I get the offer of Nobody Knows?").status == "declined"


@pytest.mark.parametrize(
    "question",
    [
        "Is there anything cheaper than Big Telco?",
        "cheaper alternatives to my phone plan",
        "find a cheaper plan for telecom",
    ],
)
def test_a_cheaper_alternative_is_told_with_what_it_saves(agent: Agent, question: str) -> None:
    answer = agent.ask(question)
    assert (answer.status, answer.value, answer.unit) == ("answered", (("Simplan of Rival Mobile", 324.0),), "SGD")
    assert cited(agent, answer) == {"Big Telco"}
    assert answer.count == 3


def test_an_offer_of_the_shop_itself_is_no_alternative_to_it(agent: Agent) -> None:
    answer = agent.ask("Is there anything cheaper than Noodle House?")
    assert isinstance(answer.value, tuple)
    assert [title for title, _ in answer.value] == ["Bowls of Bowl Bar"]


def test_nothing_cheaper_is_an_empty_list_and_what_is_not_held_is_declined(agent: Agent) -> None:
    assert agent.ask("Is there anything cheaper than my groceries?").value == ()
    told = agent.ask("Is there anything cheaper than Sheng Siong?")
    assert told.status == "declined"
    assert "sheng siong" in told.text


def test_records_of_a_source_that_is_switched_off_are_behind_no_offer(agent: Agent) -> None:
    agent.assistant.switch_sources(off=["ocbc"])
    try:
        answer = agent.ask("Which offers fit me?")
        assert answer.status == "declined"
        assert "Noodle" not in answer.text
        assert agent.ask("Why did I get the offer of Noodle House?").citations == ()
    finally:
        agent.assistant.switch_sources(on=["ocbc"])
    assert agent.ask("Which offers fit me?").status == "answered"


@pytest.mark.parametrize(
    "question", ["How much did I spend on discounts?", "why did I spend so much on deals", "how many coupons did I buy"]
)
def test_questions_about_money_stay_questions_about_money(agent: Agent, question: str) -> None:
    assert agent.ask(question).status != "answered"


def test_without_a_catalogue_the_setting_is_named(tmp_path: Path) -> None:
    with Agent.create(tmp_path / "home") as bare:
        bare.index.upsert([RecordMaker().paid("2026-05-01", 5, "Noodle House", "eating-out")])
        for question in (
            "Which offers fit me?",
            "why did I get this offer?",
            "is there anything cheaper than Noodle House",
        ):
            answer = bare.ask(question)
            assert answer.status == "declined"
            assert "POD_AGENT_CATALOGUE" in answer.text
