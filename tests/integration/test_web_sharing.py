"""Requests, data and sharing, and the log, over real grants, a real log and real servers."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import cast

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from client_web.app import create_app
from client_web.security import Entry
from consent.message_gate import MessageGate
from pod_agent import Agent
from pod_agent.assistant.language_models.allowing import allowance
from pod_agent.assistant.language_models.store import Entry as ModelEntry
from pod_agent.federation.stores import AgentKey, LocalMarks, PodDocuments
from tests.support.households import SINGAPORE
from tests.support.web_agent import AgentWithGrants, household
from tests.support.web_door import OURS, PORT, get, path_of, token
from vocab.privacy import epsilon, micro_rho


class Visit:
    """A signed-in browser at the pages of the household."""

    def __init__(self, agent: AgentWithGrants) -> None:
        self.agent = agent
        door = Entry(PORT)
        self.client: FlaskClient = create_app(cast(Agent, agent), PORT, door=door).test_client()
        get(self.client, path_of(door.link()))

    def text(self, path: str) -> str:
        response = get(self.client, path)
        assert response.status_code == 200, path
        return unescape(response.text)

    def words(self, path: str) -> str:
        """The page's text without its markup."""
        return " ".join(re.sub(r"<[^>]+>", " ", self.text(path)).split())

    def post(self, path: str, **form: str) -> TestResponse:
        headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
        return self.client.post(path, base_url=OURS, headers=headers, data={"csrf": token(self.client), **form})

    def statuses(self) -> dict[str, str]:
        return {request.study.title: request.status for request in self.agent.requests()}


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    agent = household(tmp_path)
    yield Visit(agent)
    agent.close()


def test_a_card_tells_what_leaves_what_it_means_and_what_it_costs(visit: Visit) -> None:
    asked, text = visit.agent.asked, visit.words("/sharing/requests/")
    assert asked.shown is not None
    for line in asked.preview:
        assert " ".join(line.split()) in text
    allowance = visit.agent.consents.allowances().of(asked.study.controller)
    loss = asked.shown.epsilon
    assert loss == pytest.approx(epsilon(asked.shown.micro_rho))
    after = re.search(r"10 chances in 100 without your answer has at most ([0-9.]+) in 100", text)
    assert after
    assert 0 <= float(after[1]) - 10 * 2.718281828**loss < 0.11
    parts = re.search(r"Spent (\d+) % This study (\d+) % Left after it (\d+) %", text)
    assert parts
    spent, cost, left = (100 * value / allowance.limit for value in _parts(visit))
    assert [int(part) for part in parts.groups()] == [round(spent), round(cost), round(left)]
    assert sum(int(part) for part in parts.groups()) in {99, 100, 101}


def _parts(visit: Visit) -> tuple[int, int, int]:
    asked = visit.agent.asked
    assert asked.shown is not None
    allowance = visit.agent.consents.allowances().of(asked.study.controller)
    return allowance.spent, asked.shown.micro_rho, allowance.left - asked.shown.micro_rho


def test_not_now_keeps_the_request_below_and_a_no_is_for_good(visit: Visit) -> None:
    task = visit.agent.asked.task_id
    assert visit.post("/sharing/requests/defer", request=task).status_code == 303
    assert visit.statuses()["Groceries by month"] == "deferred"
    text = visit.words("/sharing/requests/?done=deferred")
    assert text.index("No open requests") < text.index("Put off Groceries by month")
    assert "Not now" not in text
    assert visit.post("/sharing/requests/refuse", request=task).status_code == 303
    text = visit.words("/sharing/requests/")
    assert "You refused it. It is not asked again" in text
    assert "Allow until" not in text
    sent = len(visit.agent.wire.sent())
    assert visit.post("/sharing/requests/give", request=task, notice="x").status_code == 403
    visit.agent.answer_studies()
    assert len(visit.agent.wire.sent()) == sent
    assert len(visit.agent.given) == 1


def test_a_request_beyond_the_budget_has_no_yes(visit: Visit) -> None:
    assert visit.post("/sharing/limits", business="0.5").status_code == 303
    text = visit.words("/sharing/requests/")
    assert "Your budget has no room for it now" in text
    assert "Allow until" not in text
    assert "Refuse" in text


def test_limits_are_lowered_at_once_and_for_good_and_never_raised(visit: Visit, tmp_path: Path) -> None:
    before = visit.words("/sharing/")
    assert "shop.example may still ask 2 small questions in these 28 days" in before
    assert visit.post("/sharing/limits", business="0.4", total="2", year="").status_code == 303
    assert visit.agent.consents.gate.limits.business_period == micro_rho(0.4)
    assert visit.agent.consents.gate.limits.period == micro_rho(2)
    assert "shop.example may still ask nothing" in visit.words("/sharing/")
    assert 'value="0.4"' in visit.text("/sharing/")
    for wrong in ({"business": "1.1"}, {"total": "4"}, {"year": "9"}, {"business": "much"}, {"business": "nan"}):
        assert visit.post("/sharing/limits", **wrong).status_code in {400, 403}
        assert visit.agent.consents.gate.limits.business_period == micro_rho(0.4)
    assert 'max_epsilon = "0.4"' in (tmp_path / "settings.toml").read_text()
    visit.post("/sharing/limits", business="", total="", year="")
    assert visit.agent.consents.gate.limits.business_period == micro_rho(1)


def test_a_renewal_shows_its_notice_first_and_takes_a_yes_to_exactly_that(visit: Visit) -> None:
    [grant] = visit.agent.given
    visit.agent.moment += timedelta(days=30)
    text = visit.text(f"/sharing/renew/{grant['grant']}")
    shown = visit.agent.consents.renewal(grant["grant"])
    for line in shown.lines:
        assert line in text
    assert visit.post("/sharing/renew", grant=grant["grant"], notice="sha-256:" + "0" * 64).status_code == 409
    assert visit.agent.given[0]["until"] == grant["until"]
    [notice] = re.findall(r'name="notice" value="([^"]+)"', text)
    assert visit.post("/sharing/renew", grant=grant["grant"], notice=notice).status_code == 303
    assert visit.agent.given[0]["until"] > grant["until"]
    assert "Renewed: shop.example" in visit.words("/sharing/")
    visit.post("/sharing/withdraw", grant=grant["grant"])
    assert get(visit.client, f"/sharing/renew/{grant['grant']}").status_code == 403


def test_the_papers_of_a_grant_are_those_of_the_pod_byte_for_byte(visit: Visit) -> None:
    [grant] = visit.agent.given
    visit.post("/sharing/withdraw", grant=grant["grant"])
    [address] = set(re.findall(r'href="(/sharing/papers/[^"]+)"', visit.text("/sharing/")))
    response = get(visit.client, address)
    assert response.headers["Content-Disposition"] == f'attachment; filename="grant-{grant["grant"]}.zip"'
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        papers = {name: packed.read(name) for name in packed.namelist()}
    assert sum(name.startswith("consent/receipts/") for name in papers) == 2
    assert sum("/events/" in name for name in papers) == 2
    for path, content in papers.items():
        held = visit.agent.pod.read(path)
        assert held is not None
        assert held.content == content
    for wrong in ("nobody", "..", "00000000-0000-4000-8000-000000000000"):
        assert get(visit.client, f"/sharing/papers/{wrong}.zip").status_code in {403, 404}


def test_the_log_says_what_was_checked_and_narrows_down(visit: Visit) -> None:
    text = visit.words("/sharing/log/")
    assert "3 entries, unbroken" in text
    assert re.findall(r'<tr><td class="figure">(\d+)</td>', visit.text("/sharing/log/")) == ["3", "2", "1"]
    assert "1 of 3 entries" in visit.words("/sharing/log/?action=give")
    assert "No such entry" in visit.words("/sharing/log/?who=nobody.example")
    assert "1 of 3 entries" in visit.words("/sharing/log/?who=SHOP.example")
    assert visit.text("/sharing/log/?before=2").count("<tr><td") == 1
    with zipfile.ZipFile(io.BytesIO(get(visit.client, "/sharing/log/log.zip").data)) as packed:
        assert json.loads(packed.read("audit.json")) == visit.agent.audit()
        assert len(packed.namelist()) == 4


def test_a_damaged_log_is_said_and_withdrawing_still_works(visit: Visit) -> None:
    [grant] = visit.agent.given
    visit.agent.pod.remove(visit.agent.consents.gate.entries()[0].path)
    assert "does not" in visit.words("/sharing/log/")
    assert "unbroken" not in visit.words("/sharing/log/")
    page = visit.text("/sharing/")
    assert f'value="{grant["grant"]}"' in page
    assert visit.post("/sharing/withdraw", grant=grant["grant"]).status_code == 303
    assert (visit.agent.home / "consent" / "withdrawn" / grant["grant"]).exists()


def test_a_right_is_written_down_with_its_letter_and_erasure_withdraws(visit: Visit) -> None:
    shop = visit.agent.given[0]["recipient"]
    assert visit.post("/sharing/rights", right="everything", business=shop).status_code == 400
    assert visit.post("/sharing/rights", right="access", business=shop).status_code == 303
    text = visit.words("/sharing/")
    assert "Access: shop.example, 15 Nov 2026 (initiated)" in text
    assert f"To {shop}" in text
    assert visit.agent.given[0]["status"] == "given"
    held = len(visit.agent.wire.requests)
    visit.post("/sharing/rights", right="erasure", business=shop)
    assert visit.agent.given[0]["status"] == "withdrawn"
    assert {method for method, _, _ in visit.agent.wire.requests[held:]} <= {"DELETE", "GET"}
    assert "Erasure: shop.example" in visit.words("/sharing/")


def test_a_model_that_may_read_questions_is_shown_with_its_papers_and_withdrawn(visit: Visit) -> None:
    agent = visit.agent
    assert "Which language models" not in visit.words("/sharing/")
    gate = MessageGate(
        PodDocuments(agent.pod), LocalMarks(agent.home / "consent"), AgentKey(agent.home), lambda: agent.moment
    )
    far = ModelEntry(name="far", kind="endpoint", address="https://models.example/v1")
    shown = allowance(far, gate, webid="", zone=SINGAPORE, jurisdiction="SG")
    gate.give(shown.grant)
    before = visit.words("/sharing/")
    assert "models.example https://models.example/v1 The questions that you type" in before
    assert "2 grants and shares in force" in before
    assert "models.example</option>" not in visit.text("/sharing/")  # it is no business that rights are asked of
    papers = visit.client.get(f"/sharing/papers/{shown.grant.identifier}.zip", base_url=OURS).data
    assert f"consent/models/{shown.grant.identifier}.ttl" in zipfile.ZipFile(io.BytesIO(papers)).namelist()
    done = visit.post("/sharing/withdraw", grant=shown.grant.identifier)
    assert done.headers["Location"].endswith("done=withdrawn")
    assert "No model elsewhere may" in visit.words("/sharing/")
    assert "Withdrawn: models.example" in visit.words("/sharing/")
    assert gate.read().states[0].withdrawn
