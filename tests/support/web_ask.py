"""The page Ask in a client that is signed in, over a household with a shop whose name is markup."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import cast

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from tests.support.households import RecordMaker
from tests.support.web_agent import TODAY, AgentWithGrants, household

PORT = 51237
OURS = f"http://127.0.0.1:{PORT}"
FROM_OURS = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
HTMX = {**FROM_OURS, "HX-Request": "true"}
HOSTILE = "<img src=x onerror=fetch('/stolen')>\u202egnp.live Kiosk"
GROCERIES = "How much did I spend on groceries last month?"


def asking_agent(folder: Path) -> AgentWithGrants:
    maker = RecordMaker()
    days = [(TODAY - timedelta(days=number)).isoformat() for number in range(1, 60)]
    return household(folder, extra=tuple(maker.paid(day, 350.5, HOSTILE, "shopping") for day in days))


def tidy(agent: AgentWithGrants) -> None:
    """Take back what a test asked, taught and set."""
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
