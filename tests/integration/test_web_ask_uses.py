"""Beside the page Ask: search, what answers use, what was taught, and budgets; hostile names stay text on all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import cast

import pytest
from flask.testing import FlaskClient

from client_web.answers import founds_of, item_text
from client_web.formatting import day_text
from pod_agent import Agent
from tests.support.web_agent import AgentWithGrants
from tests.support.web_ask import (
    GROCERIES,
    HOSTILE,
    ask,
    asking_agent,
    post,
    signed_in,
    text_of,
    tidy,
)


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentWithGrants]:
    made = asking_agent(tmp_path_factory.mktemp("asking"))
    yield made
    made.close()


@pytest.fixture
def client(agent: AgentWithGrants) -> Iterator[FlaskClient]:
    yield signed_in(agent)
    tidy(agent)


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
