"""Suggestions, offers and inputs on the pages: what is said reorders at once, is kept, and can be taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import cast

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from aggregator.catalogue import catalogue_document, demo_offers
from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from tests.support.households import RecordMaker
from tests.support.web_agent import TODAY, AgentWithGrants, household
from vocab.records import Record

PORT = 51236
OURS = f"http://127.0.0.1:{PORT}"
FROM_OURS = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
HTMX = {**FROM_OURS, "HX-Request": "true"}
HOSTILE = "<img src=x onerror=fetch('/stolen')>&\"' Kiosk"


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentWithGrants]:
    folder = tmp_path_factory.mktemp("wishes")
    file = folder / "catalogue.jsonld"
    iri = "https://offers.example/catalogue"
    file.write_bytes(catalogue_document(demo_offers(TODAY), iri=iri, publisher="Demo", published=date(2026, 11, 1)))
    maker = RecordMaker()
    days = [(TODAY - timedelta(days=number)).isoformat() for number in range(1, 301)]
    extra: list[Record] = [maker.paid(day, 3.5, HOSTILE, "eating-out") for day in days]
    extra += [maker.played(f"{day}T21:00:00", 200, HOSTILE, HOSTILE) for day in days]
    made = household(folder, catalogue=str(file), extra=tuple(extra))
    yield made
    made.close()


@pytest.fixture
def client(agent: AgentWithGrants) -> Iterator[FlaskClient]:
    door = Entry(PORT)
    client = create_app(cast(Agent, agent), PORT, door=door).test_client()
    client.get(door.link().removeprefix(OURS), base_url=OURS)
    yield client
    feedback = agent.suggestions.feedback
    for each in feedback.said():
        feedback.undo(each.item, kind=each.kind)
    agent.suggestions.switch(on=[each["input"] for each in agent.suggestions.inputs()])


def text_of(client: FlaskClient, path: str, **query: str) -> str:
    response = client.get(path, base_url=OURS, query_string=query or None)
    assert response.status_code == 200, path
    return response.text


def post(client: FlaskClient, path: str, *, htmx: bool = True, tab: str = "", **form: str) -> TestResponse:
    token = re.search(r'name="csrf" value="([^"]+)"', text_of(client, "/imports/"))
    assert token
    return client.post(
        path, base_url=OURS, data={"csrf": token[1], "tab": tab, **form}, headers=HTMX if htmx else FROM_OURS
    )


def titles(text: str, heading: str) -> list[str]:
    """The titles of one list of a page, in their order."""
    section = text.split(f">{heading}</h2>", 1)[1].split("</section>", 1)[0]
    return [unescape(title) for title in re.findall(r"<h3>([^<]+)</h3>", section)]


def stores(agent: AgentWithGrants) -> list[str]:
    found = agent.suggestions.recommend(["store"], new=False, today=TODAY).suggestions
    return [each.title for each in found]


def test_a_tab_shows_what_the_agent_suggests_with_reason_inputs_and_records(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    text = text_of(client, "/for-you/")
    [first, *_] = agent.suggestions.recommend(["store"], new=False, today=TODAY).suggestions
    assert titles(text, "Stores") == stores(agent)
    assert first.reason in unescape(text)
    assert f"your purchases&nbsp;{round(100 * dict(first.inputs)['history'])}</span>" in text
    why = text_of(client, "/for-you/why", kind="store", item=first.item)
    assert first.reason in unescape(why)
    assert why.count("/record?iri=") == len(first.evidence)
    assert "Gender, income and age are not used." in why


@pytest.mark.parametrize("path", ["/for-you/", "/for-you/new?now=1", "/for-you/music", "/for-you/video", "/offers/"])
def test_names_of_records_are_text_and_never_markup(client: FlaskClient, path: str) -> None:
    text = text_of(client, path)
    assert "<img" not in text
    assert "fetch('" not in text


def test_a_hostile_name_is_shown_spoken_of_and_taken_back_as_it_is(client: FlaskClient, agent: AgentWithGrants) -> None:
    assert HOSTILE in titles(text_of(client, "/for-you/"), "Stores")
    said = post(client, "/for-you/say", tab="next", kind="store", item=HOSTILE, verdict="hide").text
    assert HOSTILE not in titles(said, "Stores")
    assert "<img" not in said
    [entry] = agent.suggestions.feedback.said()
    assert (entry.kind, entry.item, entry.opinion) == ("store", HOSTILE, "hide")
    undone = post(client, "/for-you/say", tab="next", kind="store", item=HOSTILE, verdict="undo").text
    assert HOSTILE in titles(undone, "Stores")
    assert agent.suggestions.feedback.said() == ()


def test_the_answer_to_a_word_has_the_new_order_already(client: FlaskClient, agent: AgentWithGrants) -> None:
    before = titles(text_of(client, "/for-you/"), "Stores")
    said = post(client, "/for-you/say", tab="next", kind="store", item=before[0], verdict="not-my-taste").text
    after = titles(said, "Stores")
    assert after[0] != before[0]
    assert after == stores(agent) != before
    assert re.search(r'role="status"[^>]*>It is not your taste', said)
    assert "It is not your taste." in said.split(">What you said</h2>")[1]


def test_without_a_script_a_word_leads_back_to_the_list(client: FlaskClient) -> None:
    first = titles(text_of(client, "/for-you/music"), "Artists")[0]
    answer = post(client, "/for-you/say", htmx=False, tab="music", kind="artist", item=first, verdict="up")
    assert answer.status_code == 303
    text = text_of(client, answer.headers["Location"])
    assert "Kept in your pod" in text
    assert 'value="up" title="More like this" aria-pressed="true"' in text


def test_an_offer_can_be_hidden_and_brought_back(client: FlaskClient, agent: AgentWithGrants) -> None:
    best = agent.offers()[0]
    assert f'value="{best.offer.iri}"' in text_of(client, "/offers/").split(">What you said<")[0]
    said = post(client, "/offers/say", kind="offer", item=best.offer.iri, verdict="hide", sort="").text
    assert best.offer.iri not in [match.offer.iri for match in agent.offers()]
    assert f'value="{best.offer.iri}"' not in said.split(">What you said<")[0]
    assert f'value="{best.offer.iri}"' in said.split(">What you said<")[1]
    post(client, "/offers/say", kind="offer", item=best.offer.iri, verdict="undo", sort="")
    assert agent.offers()[0].offer.iri == best.offer.iri


def test_why_an_offer_is_shown_has_its_computation_and_what_the_shop_learns(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    best = next(match for match in agent.offers() if match.saving and match.steps)
    text = unescape(text_of(client, "/offers/why", offer=best.offer.iri))
    assert best.saving
    assert f"S${best.saving.amount:,.2f}" in text
    assert all(step in text for step in best.steps)
    assert "What the shop learns: nothing" in text
    assert text.count("/record?iri=") == len(best.evidence)
    missing = client.get("/offers/why?offer=https://offers.example/none", base_url=OURS)
    assert missing.status_code in {400, 404}


def test_loans_are_shown_to_nobody_who_does_not_ask(client: FlaskClient) -> None:
    assert "/offers/?sort=loans" in text_of(client, "/offers/")
    assert "S$5,000 over two years" not in text_of(client, "/offers/")
    assert "S$5,000 over two years" in text_of(client, "/offers/?sort=loans")


def test_progress_in_a_programme_stands_as_text_beside_its_bar(client: FlaskClient, agent: AgentWithGrants) -> None:
    [first, *_] = agent.offer_desk.loyalty()
    text = unescape(text_of(client, "/offers/?sort=loyalty"))
    assert first.sentence in text
    following = first.next_reward
    assert (f"of {following.points:,}" if following else "every reward is reached") in text


def test_looking_at_an_input_switches_nothing_and_the_switch_keeps(client: FlaskClient, agent: AgentWithGrants) -> None:
    text = unescape(text_of(client, "/for-you/inputs", compare="history"))
    assert "Without it" in text
    assert stores(agent)[0] in text
    assert all(entry["on"] for entry in agent.suggestions.inputs())
    post(client, "/for-you/inputs", htmx=False, input="history", state="off")
    assert [entry["input"] for entry in agent.suggestions.inputs() if not entry["on"]] == ["history"]
    assert titles(text_of(client, "/for-you/"), "Stores") == []
    assert "Switched off: your purchases" in text_of(client, "/for-you/")
    post(client, "/for-you/inputs", htmx=False, input="history", state="on")
    assert titles(text_of(client, "/for-you/"), "Stores") == stores(agent) != []


def test_the_accounts_are_compared_by_the_offers_of_banks(client: FlaskClient) -> None:
    text = text_of(client, "/for-you/inputs", compare="flows")
    gone = re.findall(r"<li>([^<]+) <span class=\"tag\">goes</span>", text)
    assert gone
    assert all(title.startswith("Merlion Bank") for title in gone)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/for-you/say", {"tab": "next", "kind": "store", "item": "FairPrice", "verdict": "up"}),
        ("/offers/say", {"kind": "offer", "item": "x", "verdict": "hide", "sort": ""}),
        ("/for-you/inputs", {"input": "history", "state": "off"}),
    ],
)
def test_a_change_without_the_token_of_the_session_is_refused(
    client: FlaskClient, agent: AgentWithGrants, path: str, form: dict[str, str]
) -> None:
    assert client.post(path, base_url=OURS, data=form, headers=HTMX).status_code == 403
    assert client.get(path, base_url=OURS, query_string=form).status_code in {200, 404, 405}
    assert agent.suggestions.feedback.said() == ()
    assert all(entry["on"] for entry in agent.suggestions.inputs())


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "offer", "item": "FairPrice", "verdict": "up"},
        {"kind": "store", "item": "FairPrice", "verdict": "love"},
        {"kind": "store", "item": "", "verdict": "up"},
    ],
)
def test_a_form_of_nobody_is_refused_and_nothing_is_kept(
    client: FlaskClient, agent: AgentWithGrants, form: dict[str, str]
) -> None:
    assert post(client, "/for-you/say", tab="next", htmx=True, **form).status_code == 400
    assert agent.suggestions.feedback.said() == ()


def test_the_weeks_ahead_are_drawn_and_told_and_flags_lead_to_their_records(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    maker = RecordMaker()
    odd = maker.paid("2026-11-14", 4800.0, "Nightfall Jewels", "shopping")
    agent.index.upsert([odd], import_id="odd")
    text = unescape(text_of(client, "/ahead/"))
    outlook = agent.forecast()
    assert f'aria-label="{outlook.words}"' in text
    assert text.count("<polygon") == 1
    [flag, *_] = [flag for flag in agent.flags() if flag.iri.endswith(odd.iri)]
    assert flag.reason in text
    assert "Nightfall Jewels" in text
    agent.index.remove([odd.iri])
    assert "Nightfall Jewels" not in text_of(client, "/ahead/")


def test_a_large_pod_gets_its_page_before_the_list_is_computed(
    client: FlaskClient, agent: AgentWithGrants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_web.remembering.LARGE", 1)
    best = agent.offers()[0].title
    for path, found in (("/offers/", best), ("/for-you/new", "<ol"), ("/ahead/", "Nothing stands out")):
        first = text_of(client, path)
        assert f'hx-get="{path}"' in first
        assert found not in first
        assert f'href="{path}?now=1"' in first
        fetched = client.get(path, base_url=OURS, headers={"HX-Request": "true", "Sec-Fetch-Site": "same-origin"})
        assert 'hx-trigger="load"' not in fetched.text
        assert found in unescape(fetched.text) or found == "<ol"
        assert 'hx-trigger="load"' not in text_of(client, path)
