"""The page Ask: pictures and records of answers, what was meant, and the conversation."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from typing import cast

import pytest
from flask.testing import FlaskClient

from client_web.answers import item_text, next_questions, said_of
from client_web.talks import MOST_ASKED, Talk, Talks
from tests.support.web_agent import AgentWithGrants
from tests.support.web_ask import (
    FROM_OURS,
    GROCERIES,
    HOSTILE,
    HTMX,
    OURS,
    ask,
    asking_agent,
    choices,
    post,
    signed_in,
    text_of,
    tidy,
)
from vocab.answer import Answer

UNCLEAR, LAST_MONTH = (f"how much did I spend on groceries {when}" for when in ("lately", "last month"))


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentWithGrants]:
    made = asking_agent(tmp_path_factory.mktemp("asking"))
    yield made
    made.close()


@pytest.fixture
def client(agent: AgentWithGrants) -> Iterator[FlaskClient]:
    yield signed_in(agent)
    tidy(agent)


def test_a_figure_comes_with_its_records_and_how_it_was_computed_in_sentences(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    answer = agent.assistant.ask(GROCERIES)
    text = ask(client, GROCERIES)
    assert f'<p class="value">{item_text(cast(float, answer.value), "SGD")}</p>' in text
    assert f"{answer.count} records behind it" in text
    assert text.count("/record?iri=") == answer.count
    for sentence in agent.assistant.explain(answer).sentences:
        assert f"<li>{sentence}</li>" in text


def test_a_ranking_is_drawn_as_bars_and_not_told_twice(client: FlaskClient, agent: AgentWithGrants) -> None:
    answer = agent.assistant.ask("What are my top 5 shops this year?")
    assert isinstance(answer.value, tuple)
    card = ask(client, "What are my top 5 shops this year?").split("records behind it")[0]
    widths = [float(each) for each in re.findall(r'class="fill" width="([\d.]+)%"', card)]
    largest = answer.value[0][1]
    assert widths == [pytest.approx(100 * number / largest, abs=0.06) for _, number in answer.value]
    assert card.count(str(answer.value[1][0])) == 1


def test_months_are_columns_with_a_table_and_lead_to_their_records(client: FlaskClient, agent: AgentWithGrants) -> None:
    question = "spending on groceries per month this year"
    answer = agent.assistant.ask(question)
    assert isinstance(answer.value, tuple)
    text = ask(client, question)
    columns = re.findall(r'<a href="([^"]+)" aria-label="[^:]+: ([^"]+)" class="column', text)
    assert [figure for _, figure in columns] == [item_text(number, "SGD") for _, number in answer.value]
    [(href, figure), *_] = columns
    assert f'<p class="total"><strong>{figure}</strong>' in unescape(text_of(client, href))
    assert "Show as a table" in text


def test_a_month_below_zero_is_a_row_and_no_column(client: FlaskClient) -> None:
    value = (("2026-01", -3.5), ("2026-02", 4.0))
    answer = Answer(status="answered", text="x", value=value, unit="SGD", query={"operation": "series", "steps": []})
    with client.application.test_request_context():
        from client_web.answers import shown  # noqa: PLC0415

        agent = client.application.extensions["pod_agent"].keeping.agent
        found = shown(agent, answer)
    assert not found.months
    assert [each.text for each in found.values] == ["\N{MINUS SIGN}S$3.50", "S$4.00"]
    assert all(each.share is None for each in found.values)


def test_a_question_back_has_choices_that_are_answered_and_a_yes_is_kept_and_undone(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    asked = ask(client, UNCLEAR)
    assert '<p class="value">' not in asked
    [picked] = [each for each in choices(asked) if "last month" in each]
    assert all(agent.assistant.ask(each).status == "answered" for each in choices(asked))
    text = ask(client, picked, about=UNCLEAR)
    figure = item_text(cast(float, agent.assistant.ask(GROCERIES).value), "SGD")
    assert f'<p class="value">{figure}</p>' in text
    assert "Yes, that is what I meant" in text
    assert agent.assistant.teaching.list() == []
    kept = unescape(post(client, "/ask/confirm", question=UNCLEAR, meant=picked, said="yes").text)
    assert "Kept in your pod" in kept
    [example] = agent.assistant.teaching.list()
    assert (example["question"], example["wanted"]) == (UNCLEAR.lower(), True)
    again = ask(client, UNCLEAR)
    assert f'<p class="value">{figure}</p>' in again
    assert f"Read as: {example['meant']} (you taught this)" in again
    assert "Taken back" in post(client, "/ask/undo", example=example["id"]).text
    assert agent.assistant.teaching.list() == []
    assert choices(ask(client, UNCLEAR))


def test_a_no_is_kept_as_well(client: FlaskClient, agent: AgentWithGrants) -> None:
    text = post(client, "/ask/confirm", question=UNCLEAR, meant=LAST_MONTH, said="no").text
    assert "you did not mean that" in text
    assert [each["wanted"] for each in agent.assistant.teaching.list()] == [False]
    assert post(client, "/ask/confirm", question=UNCLEAR, meant=LAST_MONTH, said="maybe").status_code == 400


def test_what_was_meant_is_kept_and_answered_or_the_page_says_why_not(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    text = unescape(
        post(client, "/ask/meant", question="my usual makan", meant="how much on eating out in October").text
    )
    assert "this is what you meant" in text
    assert '<p class="value">' in text
    assert [each["question"] for each in agent.assistant.teaching.list()] == ["my usual makan"]
    for other in ("blah gronk fizz", "my usual makan"):
        refused = unescape(post(client, "/ask/meant", question="my usual makan", meant=other).text)
        assert "Not kept: " in refused
    assert len(agent.assistant.teaching.list()) == 1


def test_a_follow_up_looks_back_at_this_conversation_and_no_other(client: FlaskClient, agent: AgentWithGrants) -> None:
    ask(client, GROCERIES)
    follow = agent.assistant.ask("and in September?", after=[GROCERIES])
    text = ask(client, "and in September?")
    assert f'<p class="value">{item_text(cast(float, follow.value), "SGD")}</p>' in text
    assert "This conversation: 2 questions" in text
    assert '<p class="value">' not in ask(signed_in(agent), "and in September?")
    assert "Forgotten" in post(client, "/ask/forget").text
    assert '<p class="value">' not in ask(client, "and in September?")
    assert "This conversation" not in text_of(client, "/ask/")


def test_a_choice_of_an_unclear_follow_up_goes_on_with_the_conversation_and_is_not_taught(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    ask(client, "How much did I spend on transport last month?")
    offered = choices(ask(client, "and lately?"))
    assert "and this year?" in offered
    follow = agent.assistant.ask("How much did I spend on transport this year?")
    text = ask(client, "and this year?", about="and lately?")
    assert f'<p class="value">{item_text(cast(float, follow.value), "SGD")}</p>' in text
    assert "Is this what you meant" not in text
    assert "and this year?" not in asked_before(text)
    assert "No, I meant" not in text


def test_a_refusal_that_names_a_command_leads_to_its_page(client: FlaskClient) -> None:
    assert 'href="/ahead/">The weeks ahead</a>' in ask(client, "How much will I spend next month?")
    assert 'href="/budgets/">Budgets</a>' in ask(client, "am I within my budgets?")


def test_a_question_of_its_own_is_asked_back_as_such_amid_a_conversation(client: FlaskClient) -> None:
    ask(client, "Which shop did I buy at most often?")
    assert "how much on eating-out this month" in choices(ask(client, "how much on coffee this month"))
    ask(client, GROCERIES)
    assert "Please ask the whole question" in ask(client, "how many of those")


def test_a_choice_of_what_to_work_out_keeps_what_it_was_asked_of(client: FlaskClient, agent: AgentWithGrants) -> None:
    offered = choices(ask(client, "coffee?"))
    assert offered
    assert all("coffee" in each for each in offered)
    first = choices(ask(client, offered[0], about="coffee?"))
    assert first
    text = ask(client, first[0], about="coffee?")
    assert "Is this what you meant by “coffee?”" in text
    figure = agent.assistant.ask("How much did I spend on eating out?").value
    assert f'<p class="value">{item_text(cast(float, figure), "SGD")}</p>' in text


def test_a_long_chain_of_follow_ups_keeps_its_beginning_until_the_page_says_that_it_is_too_long(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    ask(client, GROCERIES)
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September")
    chain = [f"and in {months[number % 9]}?" for number in range(42)]
    last, beyond = (agent.assistant.ask(chain[place], after=[GROCERIES, *chain[:place]]) for place in (40, 41))
    assert last.value == agent.assistant.ask("How much did I spend on groceries in May?").value
    assert (beyond.status, beyond.value) == ("clarify", None)
    assert "too many follow-up questions" in beyond.text
    assert agent.assistant.ask("What are my top 5 shops this year?", after=[GROCERIES, *chain]).status == "answered"
    for each in chain[2:14]:
        text = ask(client, each)
    assert f'<p class="value">{item_text(cast(float, last.value), "SGD")}</p>' in text
    assert "This conversation: 13 questions" in text


def asked_before(text: str) -> list[str]:
    form = re.search(r"<summary>Asked before</summary>.*?</form>", unescape(text), re.DOTALL)
    return re.findall(r'name="question" value="([^"]+)"', form[0]) if form else []


def test_what_was_answered_is_asked_again_by_another_session_and_what_needs_the_talk_is_not_kept(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    shops = "What are my top 5 shops this year?"
    for question in (GROCERIES, "and in September?", "blah gronk fizz", shops):
        page = ask(client, question)
    assert asked_before(page) == [shops, GROCERIES]
    other = signed_in(agent)
    fresh = text_of(other, "/ask/")
    assert asked_before(fresh) == [shops, GROCERIES]
    assert GROCERIES not in fresh.split('id="h-examples"')[1]
    again = ask(other, GROCERIES)
    assert '<p class="value">' in again
    assert asked_before(again) == [GROCERIES, shops]
    kept = (agent.home / "asked" / "questions.json").read_text(encoding="ascii")
    assert json.loads(kept) == [shops, GROCERIES]


def test_kept_questions_are_forgotten_or_none_is_kept_until_the_person_says_so(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    file = agent.home / "asked" / "questions.json"
    ask(client, GROCERIES)
    assert "no question is kept" in post(client, "/ask/before/forget").text
    assert not file.exists()
    assert asked_before(text_of(client, "/ask/")) == []
    ask(client, GROCERIES)
    off = post(client, "/ask/before/keep", state="off").text
    assert "none is kept from now on" in off
    assert "Keep my questions" in off
    page = ask(client, GROCERIES)
    assert '<p class="value">' in page
    assert asked_before(page) == []
    assert not file.exists()
    assert post(client, "/ask/before/keep", state="maybe").status_code == 400
    assert "kept from now on" in post(client, "/ask/before/keep", state="on").text
    assert asked_before(ask(client, GROCERIES)) == [GROCERIES]


def test_a_question_that_cannot_be_kept_is_answered_and_told(client: FlaskClient, agent: AgentWithGrants) -> None:
    asked = agent.home / "asked"
    agent.assistant.history.forget()
    shutil.rmtree(asked)
    asked.write_text("in the way")
    try:
        page = ask(client, GROCERIES)
    finally:
        asked.unlink()
    assert '<p class="value">' in page
    assert "the questions asked cannot be kept" in page


def test_markup_in_a_kept_question_stays_text(client: FlaskClient, agent: AgentWithGrants) -> None:
    agent.assistant.history.add(HOSTILE)
    page = text_of(client, "/ask/")
    assert "Asked before" in page
    assert "<img" not in page
    assert "\u202e" not in page


def test_what_is_suggested_next_is_answered(client: FlaskClient, agent: AgentWithGrants) -> None:
    for question in (GROCERIES, "How much did I spend on groceries this year?", "top artists this year"):
        post(client, "/ask/forget")
        text = ask(client, question)
        form = re.search(r'<form class="examples following".*?</form>', text, re.DOTALL)
        assert form, question
        offered = re.findall(r'name="question" value="([^"]+)"', form[0])
        assert offered
        for each in offered:
            assert agent.assistant.ask(each, after=[question]).status == "answered", (question, each)
    assert next_questions(Answer(status="declined", text="no")) == ()


def test_examples_are_answered_and_name_what_is_the_persons_own(client: FlaskClient, agent: AgentWithGrants) -> None:
    section = unescape(text_of(client, "/ask/")).split('id="h-examples"')[1]
    offered = re.findall(r'name="question" value="([^"]+)"', section)
    assert any("Night Ferry" in each or "Paper Harbour" in each or "Odette" in each for each in offered)
    assert all(agent.assistant.ask(each).status == "answered" for each in offered)
    assert "onerror" not in section


def test_the_conversation_ends_with_the_session_and_holds_few_questions(agent: AgentWithGrants) -> None:
    client = signed_in(agent)
    ask(client, GROCERIES)
    talks = client.application.extensions["pod_agent"].talks
    assert [talk.asked for talk in talks._talks.values()] == [(GROCERIES,)]
    token = re.search(r'name="csrf" value="([^"]+)"', text_of(client, "/budgets/"))
    assert token
    client.post("/sign-out", base_url=OURS, data={"csrf": token[1]}, headers=FROM_OURS)
    assert talks._talks == {}
    talk = Talk()
    for number in range(2 * MOST_ASKED):
        talk.add(f"question {number}")
        talk.add(f"question {number}")
    assert talk.asked == tuple(f"question {number}" for number in range(MOST_ASKED, 2 * MOST_ASKED))


def test_a_wait_for_other_words_is_stopped_when_it_is_forgotten_or_too_many() -> None:
    talk, answer = Talks().of("one"), Answer(status="answered", text="x")
    names = [talk.wait(answer) for _ in range(5)]
    assert talk.pending(names[0]) is None
    waiting = talk.pending(names[4])
    assert waiting
    assert not waiting.stop.is_set()
    talk.forget()
    assert waiting.stop.is_set()
    assert talk.pending(names[4]) is None


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/ask/confirm", {"question": UNCLEAR, "meant": LAST_MONTH, "said": "yes"}),
        ("/ask/meant", {"question": UNCLEAR, "meant": LAST_MONTH}),
        ("/ask/uses/sources", {"source": "ocbc", "state": "off"}),
        ("/ask/before/forget", {}),
        ("/ask/before/keep", {"state": "off"}),
        ("/budgets/set", {"name": "groceries", "amount": "400", "per": "month"}),
    ],
)
def test_nothing_is_kept_without_the_token_of_the_session(
    client: FlaskClient, agent: AgentWithGrants, path: str, form: dict[str, str]
) -> None:
    agent.assistant.history.add(GROCERIES)
    assert client.post(path, base_url=OURS, data=form, headers=HTMX).status_code == 403
    assert client.get(path, base_url=OURS, query_string=form).status_code == 405
    assert agent.assistant.teaching.list() == []
    assert agent.assistant.sources.off() == frozenset()
    assert agent.assistant.history.remembered() == (GROCERIES,)
    assert agent.assistant.budgets.held() == ()


def test_the_text_of_an_answer_leaves_out_the_figure_or_the_values_that_are_shown_beside_it() -> None:
    figure = Answer(status="answered", text="Spending: SGD 3.00. From 1 record.", value=3.0, unit="SGD")
    assert said_of(figure) == "Spending. From 1 record."
    unlike = Answer(status="answered", text="You spent more: SGD 3.00 against SGD 2.00.", value=1.0, unit="SGD")
    assert said_of(unlike) == unlike.text
    ranked = Answer(status="answered", text="Plays: A: 2; B: 1. From 3 records. A note.", value=(("A", 2), ("B", 1)))
    assert said_of(ranked) == "Plays. A note."
