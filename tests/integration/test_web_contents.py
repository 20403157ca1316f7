"""What is in the records stays text on the pages, and out of the log."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, cast

import pytest

from client_web.app import create_app
from client_web.security import Entry
from client_web.views.common import AGENT
from pod_agent import Agent
from tests.support.households import RecordMaker
from tests.support.web_agent import AgentWithGrants, household
from tests.support.web_door import OURS, PAGES, PORT, get, path_of, token

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<b hx-get='/sharing/withdraw' hx-trigger='load'>x</b>",
    "{{ 7 * 7 }}{% include 'base.html' %}",
    "javascript:alert(1)",
    "'); DROP TABLE listens; --",
    "</title><svg onload=alert(1)>",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_in_records_stays_text_everywhere(tmp_path: Path, attack: str) -> None:
    maker = RecordMaker()
    hostile = (
        maker.paid("2026-11-14", 999.0, attack, "shopping", description=attack, account=attack),
        *(maker.played(f"2026-11-14T09:0{number}:00", 200, attack, attack, album=attack) for number in range(9)),
    )
    agent, door = household(tmp_path, extra=hostile, title=attack), Entry(PORT)
    client = create_app(cast(Agent, agent), PORT, door=door).test_client()
    get(client, path_of(door.link()))
    record = client.get("/record", base_url=OURS, query_string={"iri": hostile[0].iri})
    search = client.get("/records", base_url=OURS, query_string={"q": attack, "merchant": attack, "measure": "spend"})
    texts = [get(client, path).text for path in (*PAGES, "/records?measure=plays", "/?period=all")]
    for text in (*texts, record.text, search.text):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b hx-get" not in text
        assert "<svg onload" not in text
        assert 'href="javascript:' not in text
        assert "49" + "<!doctype" not in text
    assert search.status_code == record.status_code == 200
    agent.close()


CANARY = 918273.64


def test_logs_hold_no_amount_name_question_or_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    maker = RecordMaker()
    agent = household(tmp_path, extra=(maker.paid("2026-11-14", CANARY, "Canary & Sons", "shopping"),))
    door = Entry(PORT)
    client = create_app(cast(Agent, agent), PORT, door=door).test_client()
    link = door.link()
    get(client, path_of(link))
    secret = token(client)
    for path in (*PAGES, "/records?merchant=Canary+%26+Sons", "/record?iri=canary-iri", "/records?measure=canary"):
        get(client, path)

    class Broken(AgentWithGrants):
        @property
        def assistant(self) -> Any:
            raise RuntimeError(f"cannot understand Canary & Sons: {CANARY}")

    broken = Broken(tmp_path, agent.settings)
    client.application.extensions[AGENT].keeping.agent = broken
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    form = {"csrf": secret, "question": "what did Canary & Sons cost"}
    response = client.post("/ask/", base_url=OURS, data=form, headers=headers)
    broken.close()
    agent.close()
    assert response.status_code == 500
    assert "Canary" not in response.text
    assert "RuntimeError in assistant" in caplog.text
    for canary in ("918273", "918,273", "Canary", "canary", secret, link.rpartition("=")[2], str(PORT) + "="):
        assert canary not in caplog.text
