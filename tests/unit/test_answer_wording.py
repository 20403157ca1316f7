"""The sentences of answers and refusals: said once, in money as people write it, with the next step."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from pod_agent.agent import Agent
from pod_agent.assistant.answering import ask
from pod_agent.assistant.offering import NO_CATALOGUE
from pod_agent.assistant.plan import Plan, Refusal, Step
from pod_agent.assistant.retrieval.recall import with_found
from pod_agent.assistant.wording import say, say_refusal
from pod_agent.cli.main import cli
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE
from tests.support.injections import TODAY, life
from vocab.answer import Answer
from vocab.query import Filter, QuerySpec


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LocalIndex:
    made = LocalIndex(tmp_path_factory.mktemp("wording") / "index.sqlite", SINGAPORE)
    made.rebuild(life(["Toast Box"], ("merchant",)))
    return made


def test_thousands_of_records_and_limits_of_money_are_written_as_people_write_them() -> None:
    spec = QuerySpec(
        measures=("purchases",),
        filters=(Filter("amount", "gt", 1000.0),),
        period=(date(2026, 10, 1), date(2026, 10, 31)),
    )
    said = say(Plan(operation="value", steps=(Step(spec=spec),), unit="count"), 1152.0, "count", 1152)
    assert "over SGD 1,000.00" in said
    assert said.endswith("From 1,152 records.")


def test_a_choice_that_the_reason_names_is_not_said_twice() -> None:
    first, second = "How many videos did I watch?", "How much did I spend?"
    only = say_refusal(Refusal(status="clarify", text=f"I read this as: {first}", choices=(first,)))
    assert only == f"I read this as: {first} Ask that if it is what you meant."
    both = say_refusal(Refusal(status="clarify", text=f"I read this as: {first}", choices=(first, second)))
    assert both == f"I read this as: {first} Or: {second}"
    names = say_refusal(Refusal(status="clarify", text="Which one?", choices=("Grab Rides", "GrabFood")))
    assert names == "Which one? For example: Grab Rides, GrabFood."


@pytest.mark.parametrize("question", ["How much will I spend next month?", "Predict my spending"])
def test_of_the_future_the_forecast_is_named(index: LocalIndex, question: str) -> None:
    answer = ask(index, question, TODAY)
    assert answer.status == "declined"
    assert "pod-agent forecast" in answer.text


@pytest.mark.parametrize(
    "question",
    ["wieviel habe ich letzten monat f\u00fcr essen ausgegeben?", "combien ai je d\u00e9pens\u00e9 le mois dernier"],
)
def test_a_sentence_in_another_language_is_no_unknown_name(index: LocalIndex, question: str) -> None:
    answer = ask(index, question, TODAY)
    assert answer.status == "clarify"
    assert "pod-agent model" in answer.text


def test_an_unknown_name_in_an_english_question_is_declined(index: LocalIndex) -> None:
    answer = ask(index, "How much did I spend at Zzyzx Mart last month?", TODAY)
    assert (answer.status, "appears nowhere" in answer.text) == ("declined", True)


def test_where_no_catalogue_is_nothing_else_is_suggested() -> None:
    declined = Answer(status="declined", text=NO_CATALOGUE)
    assert with_found(declined, "Which offers fit me?", lambda: pytest.fail("it was searched")) is declined


def test_a_script_that_gives_no_question_is_told_where_conversations_are(tmp_path: Path) -> None:
    Agent.create(tmp_path / "home").close()
    done = CliRunner().invoke(cli, ["--home", str(tmp_path / "home"), "ask"])
    assert done.exit_code == 2
    assert "conversation on a terminal" in done.output


def test_a_model_elsewhere_in_use_says_that_it_needs_a_grant_and_one_here_does_not(tmp_path: Path) -> None:
    Agent.create(tmp_path / "home").close()

    def model(*arguments: str) -> str:
        return CliRunner().invoke(cli, ["--home", str(tmp_path / "home"), "model", *arguments]).output

    model("add", "https://models.example/v1", "--name", "far", "--model", "small")
    model("add", "http://127.0.0.1:9/v1", "--name", "near", "--model", "small")
    assert "pod-agent model allow far" in model("use", "far")
    assert model("use", "near") == "In use: near\n"


def test_opinions_that_are_switched_off_say_so(tmp_path: Path) -> None:
    Agent.create(tmp_path / "home").close()
    run = ["--home", str(tmp_path / "home"), "interests", "--opinions"]
    assert "--opinions --on" in CliRunner().invoke(cli, [*run, "--off"]).output
    assert CliRunner().invoke(cli, [*run, "--on"]).output == "No searches or posts of the last year.\n"
