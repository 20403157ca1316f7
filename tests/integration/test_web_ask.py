"""The page Ask: pictures and records of answers, what was meant, the conversation, search, and what answers use."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import cast

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from client_web.answers import founds_of, item_text, next_questions, said_of
from client_web.app import create_app
from client_web.formatting import day_text
from client_web.security import Entry
from client_web.talks import MOST_ASKED, Talk, Talks
from pod_agent import Agent
from tests.support.households import RecordMaker
from tests.support.web_agent import TODAY, AgentWithGrants, household
from vocab.answer import Answer

PORT = 51237
OURS = f"http://127.0.0.1:{PORT}"
FROM_OURS = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
HTMX = {**FROM_OURS, "HX-Request": "true"}
HOSTILE = "<img src=x onerror=fetch('/stolen')>\u202egnp.live Kiosk"
GROCERIES = "How much did I spend on groceries last month?"
UNCLEAR, LAST_MONTH = (f"how much did I spend on groceries {when}" for when in ("lately", "last month"))


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentWithGrants]:
    maker = RecordMaker()
    days = [(TODAY - timedelta(days=number)).isoformat() for number in range(1, 60)]
    extra = tuple(maker.paid(day, 350.5, HOSTILE, "shopping") for day in days)
    made = household(tmp_path_factory.mktemp("asking"), extra=extra)
    yield made
    made.close()


@pytest.fixture
def client(agent: AgentWithGrants) -> Iterator[FlaskClient]:
    yield signed_in(agent)
    agent.assistant.teaching.forget_all()
    agent.assistant.history.switch(on=True)
    agent.assistant.history.forget()
    agent.assistant.switch_sources(on=agent.assistant.sources.off())
    for budget in agent.assistant.budgets.held():
        agent.assistant.budgets.remove(budget.name)


def signed_in(agent: AgentWithGrants) -> FlaskClient:
    door = Entry(PORT)
    client = create_app(cast(Agent, agent), PORT, door=door).test_client()
    client.get(door.link().removeprefix(OURS), base_url=OURS)
    return client


def text_of(client: FlaskClient, path: str) -> str:
    response = client.get(path, base_url=OURS)
    assert response.status_code == 200, path
    return response.text


def post(client: FlaskClient, path: str, *, htmx: bool = True, **form: str) -> TestResponse:
    token = re.search(r'name="csrf" value="([^"]+)"', text_of(client, "/budgets/"))
    assert token
    return client.post(path, base_url=OURS, data={"csrf": token[1], **form}, headers=HTMX if htmx else FROM_OURS)


def ask(client: FlaskClient, question: str, **form: str) -> str:
    response = post(client, "/ask/", htmx=True, question=question, **form)
    assert response.status_code == 200
    return unescape(response.text)


def choices(text: str) -> list[str]:
    form = re.search(r'<form class="choices".*?</form>', text, re.DOTALL)
    return re.findall(r'name="question" value="([^"]+)"', form[0]) if form else []


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


def test_hostile_names_stay_text_and_show_no_more_than_answers_write(client: FlaskClient) -> None:
    ranked = ask(client, "What are my top 5 shops this year?").split("records behind it")[0]
    assert "img src x onerror fetch('/stolen') gnp.l</th>" in ranked
    for path, form in (
        ("/ask/", {"question": "What are my top 5 shops this year?"}),
        ("/ask/", {"question": "Which purchases were over 300 dollars last month?"}),
        ("/ask/", {"question": f"how much did I spend at {HOSTILE}"}),
        ("/ask/meant", {"question": HOSTILE, "meant": HOSTILE}),
        ("/ask/search", {"text": "kiosk"}),
    ):
        page = post(client, path, htmx=True, **form).text
        assert "<img" not in page
        shown = page if HOSTILE not in form.values() and "Kiosk" not in str(form) else ""
        assert "\u202e" not in shown.split("As programs read it")[0]


def test_what_search_finds_shows_its_newest_records_first_and_the_same_ones_once(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    hit = agent.assistant.search("fairprice")[0].to_json()
    assert len(hit["records"]) > 5
    with client.application.test_request_context():
        one, same, other = founds_of(
            cast(Agent, agent),
            [hit, {**hit, "title": "Supermarkets"}, {**hit, "title": "Fewer", "records": hit["records"][:2]}],
        )
    days = sorted((agent.show([iri])[0]["fields"]["at"] for iri in hit["records"]), reverse=True)
    assert [row.when for row in one.rows] == [day_text(at) for at in days[:5]]
    assert (same.same_as, same.rows) == (hit["title"], ())
    assert (other.same_as, len(other.rows)) == ("", 2)


def test_search_says_why_and_leads_to_the_records(client: FlaskClient, agent: AgentWithGrants) -> None:
    text = unescape(post(client, "/ask/search", text="fairprice").text)
    assert "FairPrice" in text
    assert "Found by its" in text
    href = re.search(r'href="(/record\?iri=[^"]+)"', text)
    assert href
    assert "FairPrice" in text_of(client, href[1])
    assert text.count("<li><h3>") <= 3


def test_a_source_is_switched_off_for_answers_and_on_again(client: FlaskClient, agent: AgentWithGrants) -> None:
    [bank] = {each.source for each in agent.coverage() if each.type_name == "transaction"}
    post(client, "/ask/uses/sources", htmx=False, source=bank, state="off")
    assert agent.assistant.sources.off() == {bank}
    assert f"Switched off for answers: {bank}" in ask(client, GROCERIES)
    assert post(client, "/ask/uses/sources", htmx=False, source=bank, state="maybe").status_code == 400
    assert post(client, "/ask/uses/sources", htmx=False, source="none", state="off").status_code == 400
    post(client, "/ask/uses/sources", htmx=False, source=bank, state="on")
    assert '<p class="value">' in ask(client, GROCERIES)


def test_what_was_taught_is_listed_and_deleted_and_no_model_is_needed(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    agent.assistant.correct("my usual <b>makan</b>", "how much on eating out in October")
    page = text_of(client, "/ask/uses")
    assert "<b>makan" not in page
    assert "None is in use, and none is needed" in page
    [example] = agent.assistant.teaching.list()
    post(client, "/ask/uses/forget", htmx=False, example=example["id"])
    assert agent.assistant.teaching.list() == []


def test_a_budget_is_set_shown_with_its_records_and_removed(client: FlaskClient, agent: AgentWithGrants) -> None:
    assert post(client, "/budgets/set", htmx=False, name="groceries", amount="400", per="month").status_code == 303
    [progress] = agent.assistant.budgets.progress()
    text = unescape(text_of(client, "/budgets/"))
    spent = item_text(float(progress.spent), "SGD")
    assert f"{spent} of S$400.00" in text
    href = re.search(r'<h3><a href="([^"]+)">Groceries', text)
    assert href
    assert f'<p class="total"><strong>{spent}</strong>' in unescape(text_of(client, href[1]))
    post(client, "/budgets/set", htmx=False, name="Everything", amount="1", per="week")
    assert "Exceeded:" in text_of(client, "/budgets/")
    wrong = post(client, "/budgets/set", htmx=False, name="Nowhere <b>", amount="x", per="month")
    assert wrong.status_code == 400
    assert "neither a category nor a merchant" in wrong.text
    assert 'value="Nowhere &lt;b&gt;"' in wrong.text
    post(client, "/budgets/remove", htmx=False, name="groceries")
    assert [each.name for each in agent.assistant.budgets.held()] == ["all"]


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
