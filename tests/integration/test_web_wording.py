"""A language model on the page Ask: the computed sentence first, other words where they hold, and a stop."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest
from flask.testing import FlaskClient

from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from pod_agent.assistant.language_models.chosen import close_models
from pod_agent.assistant.language_models.store import ModelStore
from tests.support.chat_server import stream
from tests.support.web_agent import household

PORT = 51238
OURS = f"http://127.0.0.1:{PORT}"
HEADERS = {"Origin": OURS, "Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
QUESTION = "How much did I spend on groceries last month?"
HOLDS = "You spent [AMOUNT_1] on [NAME_1] [PERIOD_1]."


class Chat(ThreadingHTTPServer):
    """Says one sentence, once it may; ``begun`` tells that it was asked."""

    def __init__(self, says: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says = says
        self.begun, self.may = threading.Event(), threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        first, *rest = stream(self.server.says[:4], self.server.says[4:])
        self.wfile.write(first)
        self.wfile.flush()
        self.server.begun.set()
        self.server.may.wait(60)
        self.wfile.write(b"".join(rest))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat(HOLDS) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.may.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def client(tmp_path: Path, chat: Chat) -> Iterator[FlaskClient]:
    agent, door = household(tmp_path), Entry(PORT)
    store = ModelStore(agent.home)
    store.add_endpoint(f"http://127.0.0.1:{chat.server_address[1]}/v1", "here", model="any")
    store.use("here", wording=True)
    client = create_app(cast(Agent, agent), PORT, door=door).test_client()
    client.get(door.link().removeprefix(OURS), base_url=OURS)
    yield client
    close_models(agent.home)
    agent.close()


def post(client: FlaskClient, path: str, **form: str) -> str:
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/budgets/", base_url=OURS).text)
    assert token
    return unescape(client.post(path, base_url=OURS, data={"csrf": token[1], **form}, headers=HEADERS).text)


def asked(client: FlaskClient) -> tuple[str, str]:
    """The sentence at once, and the name under which other words are asked for."""
    text = post(client, "/ask/", question=QUESTION)
    said = re.search(r'<div id="said".*?<p>([^<]+)</p>', text, re.DOTALL)
    name = re.search(r'name="name" value="([^"]+)"', text)
    assert said
    assert name
    return said[1], name[1]


def test_other_words_take_the_place_of_the_sentence_once_they_hold(client: FlaskClient, chat: Chat) -> None:
    chat.may.set()
    said, name = asked(client)
    assert said.startswith("Spending on groceries")
    text = post(client, "/ask/reworded", name=name)
    assert re.search(r"<p>You spent SGD [\d,.]+ on groceries from 1 October", text)
    assert "Worded by your language model" in text
    assert "<p>You spent" not in post(client, "/ask/reworded", name=name)


def test_words_that_do_not_hold_are_never_shown(client: FlaskClient, chat: Chat) -> None:
    chat.may.set()
    chat.says = "You wasted [AMOUNT_1] on [NAME_1] [PERIOD_1], 99 times."
    said, name = asked(client)
    text = post(client, "/ask/reworded", name=name)
    assert f"<p>{said}</p>" in text
    assert "99 times" not in text


def test_stop_ends_the_model_and_the_sentence_stands(client: FlaskClient, chat: Chat) -> None:
    said, name = asked(client)
    got: list[str] = []
    waiting = threading.Thread(target=lambda: got.append(post(client, "/ask/reworded", name=name)))
    waiting.start()
    assert chat.begun.wait(60)
    other = client.application.test_client()
    cookie = client.get_cookie(f"pod-agent-{PORT}", domain="127.0.0.1")
    assert cookie
    other.set_cookie(f"pod-agent-{PORT}", cookie.value, domain="127.0.0.1")
    post(other, "/ask/stop", name=name)
    chat.may.set()
    waiting.join(20)
    assert not waiting.is_alive()
    assert f"<p>{said}</p>" in got[0]
    assert "<p>You spent" not in got[0]
