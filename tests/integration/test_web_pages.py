"""What the pages show is what the records say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import cast

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from aggregator.catalogue import catalogue_document, demo_offers
from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from tests.support.web_agent import TODAY, AgentWithGrants, household
from vocab.query import Filter, QuerySpec

PORT = 51235
OURS = f"http://127.0.0.1:{PORT}"
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def signed_in(agent: AgentWithGrants) -> FlaskClient:
    door = Entry(PORT)
    client = create_app(cast(Agent, agent), PORT, door=door).test_client()
    client.get(door.link().removeprefix(OURS), base_url=OURS)
    return client


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentWithGrants]:
    file = tmp_path / "catalogue.jsonld"
    iri = "https://offers.example/catalogue"
    file.write_bytes(catalogue_document(demo_offers(TODAY), iri=iri, publisher="Demo", published=date(2026, 11, 1)))
    made = household(tmp_path, catalogue=str(file))
    yield made
    made.close()


@pytest.fixture
def client(agent: AgentWithGrants) -> FlaskClient:
    return signed_in(agent)


def text_of(client: FlaskClient, path: str) -> str:
    response = client.get(path, base_url=OURS)
    assert response.status_code == 200, path
    return unescape(response.text)


def spent(agent: AgentWithGrants, *filters: Filter) -> float:
    table = agent.query(QuerySpec(measures=("spend",), filters=filters, period=OCTOBER))
    return float(table.rows[0][0] or 0)


def test_every_figure_of_the_dashboard_leads_to_records_that_add_up_to_it(client: FlaskClient) -> None:
    text = text_of(client, "/?period=2026-10")
    figures = re.findall(r'figure-card" href="([^"]+)"><span class="name">[^<]+</span><strong>([^<]+)<', text)
    ranked = re.findall(r'rowheader"><a href="([^"]+)">[^<]+</a>.*?role="cell">([^<]+)<', text, re.DOTALL)
    columns = re.findall(r'<a href="([^"]+)" aria-label="[^:]+: ([^"]+)" class="column', text)
    assert (len(figures), len(ranked), len(columns)) == (4, 18, 26)
    for href, figure in [*figures, *ranked, *columns]:
        shown = text_of(client, href)
        total = re.search(r'<p class="total"><strong>([^<]+)</strong>', shown)
        assert total
        assert total[1] == figure, href


def test_the_dashboard_shows_what_a_query_says(client: FlaskClient, agent: AgentWithGrants) -> None:
    text = text_of(client, "/?period=2026-10")
    assert f"S${spent(agent):,.2f}" in text
    assert f"S${spent(agent, Filter('category', 'eq', 'groceries')):,.2f}" in text


def test_an_empty_agent_says_what_to_do_next_on_every_page(tmp_path: Path) -> None:
    empty = household(tmp_path, records=False)
    client = signed_in(empty)
    for path in ("/", "/offers/", "/imports/", "/sharing/", "/records"):
        assert re.search(r"<code>|There is no grant|Choose a longer period", text_of(client, path)), path
    assert "pod-agent import FILE" in text_of(client, "/")
    empty.close()


def test_records_are_shown_newest_first_fifty_at_a_time_and_each_once(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    seen: list[str] = []
    path = "/records?measure=transactions&period=all"
    while path:
        text = text_of(client, path)
        seen += re.findall(r'href="(/record\?iri=[^"]+)"', text)
        older = re.search(r'href="([^"]+)">Older', text)
        path = older[1] if older else ""
    table = agent.query(QuerySpec(measures=("transactions",)))
    assert len(seen) == len(set(seen)) == table.rows[0][0]
    months = [re.search(r"%2F(\d{4}-\d{2})\.ttl", href) for href in seen]
    assert [found[1] for found in months if found] == sorted((found[1] for found in months if found), reverse=True)


def test_a_record_shows_the_file_and_line_it_came_from(client: FlaskClient, agent: AgentWithGrants) -> None:
    table = agent.query(QuerySpec(measures=("spend",), period=OCTOBER))
    (record,) = agent.show([table.evidence[0][0]])
    text = unescape(client.get("/record", base_url=OURS, query_string={"iri": record["iri"]}).text)
    assert f"<dd>{record['line']}</dd>" in text
    assert "<dd>TransactionHistory_360.csv</dd>" in text


def test_an_offer_shows_its_reason_and_the_records_behind_it(client: FlaskClient, agent: AgentWithGrants) -> None:
    best = agent.offers()[0]
    text = text_of(client, "/offers/")
    assert best.reason in text
    records = unescape(client.get("/offers/why", base_url=OURS, query_string={"offer": best.offer.iri}).text)
    assert records.count("/record?iri=") == len(best.evidence)


def test_the_page_tells_how_many_bytes_left_and_counts_a_repeated_report_once(
    client: FlaskClient, agent: AgentWithGrants
) -> None:
    [size] = {entry["bytes"] for entry in agent.audit() if entry["action"] == "release"}
    assert len([entry for entry in agent.audit() if entry["bytes"]]) == 2
    assert f"<strong>{size / 1000:,.1f} KB</strong>" in text_of(client, "/sharing/")


def test_withdrawing_works_with_the_aggregator_out_of_reach(client: FlaskClient, agent: AgentWithGrants) -> None:
    agent.wire.away = True
    assert "the list of studies cannot be read" in text_of(client, "/sharing/requests/")
    assert post(client, "/sharing/withdraw", grant=agent.given[0]["grant"]).status_code == 303
    assert agent.given[0]["status"] == "withdrawn"


def post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """Send a form of the pages."""
    token = re.search(r'name="csrf" value="([^"]+)"', text_of(client, "/sharing/"))
    assert token
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    return client.post(path, base_url=OURS, data={"csrf": token[1], **form}, headers=headers)


def test_a_change_that_the_agent_refuses_gets_its_status_and_next_step(client: FlaskClient) -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', text_of(client, "/sharing/"))
    assert token
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
    form = {"csrf": token[1], "grant": "nobody"}
    response = client.post("/sharing/withdraw", base_url=OURS, data=form, headers=headers)
    assert response.status_code == 403
    assert "there is no grant nobody" in response.text
    assert response.headers["HX-Retarget"] == "#content"


def test_without_a_webid_the_page_says_how_to_link_one_instead_of_offering_a_button(tmp_path: Path) -> None:
    agent = household(tmp_path)
    agent.settings = replace(agent.settings, webid="")
    text = text_of(signed_in(agent), "/sharing/requests/")
    assert "pod-agent pod link WEBID" in text
    assert "Allow until" not in text
    agent.close()
