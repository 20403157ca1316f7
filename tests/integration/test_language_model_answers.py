"""A home with a language model behind a server on this machine: what the model is given, and what the person gets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.assistant.language_models.chosen import close_models
from pod_agent.assistant.language_models.store import ModelStore
from pod_agent.assistant.with_model import is_foreign
from tests.support.chat_server import stream
from tests.support.rows import FIXTURES

MALAY = "berapa banyak wang saya guna untuk makan di luar?"
ENGLISH = "How much did I spend on eating-out?"
SKETCH = {"topic": "money", "operation": "value", "measure": "spend", "categories": ["eating-out"]}


class Chat(ThreadingHTTPServer):
    """Says a sketch under a schema, else puts the template it was given into a sentence; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []
        self.says = "You spent [AMOUNT_1] on [NAME_1]."


class _Handler(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(asked)
        text = json.dumps(SKETCH) if "response_format" in asked else self.server.says
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"".join(stream(text)))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Chat]:
    with Chat() as chat:
        thread = threading.Thread(target=chat.serve_forever, daemon=True)
        thread.start()
        yield chat
        chat.shutdown()
        thread.join()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with Agent.create(tmp_path / "home") as agent:
        agent.import_paths([FIXTURES / "ocbc"])
        yield agent
    close_models()


def choose(agent: Agent, server: Chat, *, wording: bool = False) -> None:
    store = ModelStore(agent.home)
    store.add_endpoint(f"http://127.0.0.1:{server.server_port}/v1", "near")
    store.use("near", wording=wording)


def test_a_question_in_another_language_is_read_by_the_model_and_asked_back_in_english(
    agent: Agent, server: Chat
) -> None:
    before = agent.ask(MALAY)
    assert before.status != "answered"
    assert ENGLISH not in before.text
    choose(agent, server)
    after = agent.ask(MALAY)
    assert after.status == "clarify"
    assert after.query["choices"][0] == ENGLISH
    assert after.text.startswith(f"I read this as: {ENGLISH}")
    assert [each["messages"][-1]["content"] for each in server.asked] == [MALAY]
    assert agent.ask(after.query["choices"][0]).status == "answered"


@pytest.mark.parametrize(
    ("question", "foreign"),
    [
        (MALAY, True),
        ("\u6211\u4e0a\u4e2a\u6708\u82b1\u4e86\u591a\u5c11\u94b1", True),
        ("Combien de fois ai-je command\u00e9 chez Deliveroo ?", True),
        ("\u00bfCu\u00e1nto pagu\u00e9 en comisiones en 2025?", True),
        ("How much did I spend at Marks & Spencer?", False),
        ("makan how much last mth ah", False),
        ("Number of times I played Adele this year?", False),
        ("2026?", False),
    ],
)
def test_a_question_in_another_language_is_told_from_one_in_english(question: str, foreign: bool) -> None:
    assert is_foreign(question) is foreign


def test_what_the_rules_read_or_decline_is_not_shown_to_the_model(agent: Agent, server: Chat) -> None:
    choose(agent, server)
    assert agent.ask(ENGLISH).status == "answered"
    assert agent.ask("Should I spend less?").status == "declined"
    assert server.asked == []


def test_an_answer_is_reworded_only_where_that_was_chosen_and_the_words_hold(agent: Agent, server: Chat) -> None:
    choose(agent, server)
    answer = agent.ask(ENGLISH)
    assert agent.assistant.reworded(answer) is answer
    choose(agent, server, wording=True)
    said = agent.assistant.reworded(answer)
    figure = f"SGD {answer.value:,.2f}"
    assert said.text.startswith(f"You spent {figure} on eating-out.")
    assert (said.value, said.citations, said.query) == (answer.value, answer.citations, answer.query)
    given = json.dumps(server.asked)
    assert figure not in given
    assert "eating-out" not in given
    server.says = "You spent [AMOUNT_1] on [NAME_1], which is too much."
    assert agent.assistant.reworded(answer) is answer


def test_a_model_elsewhere_that_is_not_allowed_changes_nothing(agent: Agent) -> None:
    store = ModelStore(agent.home)
    store.add_endpoint("https://models.example/v1", "far")
    before = agent.ask(MALAY)
    store.use("far", wording=True)
    assert agent.ask(MALAY) == before
    answer = agent.ask(ENGLISH)
    assert agent.assistant.reworded(answer) is answer
    assert {entry["action"] for entry in agent.audit()} == {"deny"}
