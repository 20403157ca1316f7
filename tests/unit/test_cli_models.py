"""``pod-agent model``: what it says, and what it refuses."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from consent.errors import WithdrawnError
from consent.messages import QUESTION_READING, QUESTIONS
from pod_agent.agent import Agent
from pod_agent.cli.main import cli, main
from pod_agent.federation.stores import message_gate
from tests.support.gguf_files import gguf


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Agent.create(tmp_path / "home").close()
    return tmp_path / "home"


def run(home: Path, *arguments: str, answer: str = "") -> str:
    done = CliRunner().invoke(cli, ["--home", str(home), "model", *arguments], input=answer, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def status(home: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home), "model", *arguments])
    return int(ended.value.code or 0), capsys.readouterr().err


@pytest.mark.skipif(find_spec("xllamacpp") is None, reason="the extra llm is not installed")
def test_a_file_is_added_used_listed_and_forgotten(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(gguf())
    told = run(home, "add", str(path))
    assert "SHA-256 " in told
    assert "needs about 168 MB of memory, and" in told
    assert "are free" in told
    assert "In use: tiny" in run(home, "use", "tiny", "--wording")
    listed = json.loads(run(home, "list", "--json"))
    assert [(each["name"], each["chosen"]) for each in listed["models"]] == [("tiny", True)]
    assert listed["wording"] is True
    assert "in use, words" in run(home, "list")
    assert run(home, "use", "none") == "No language model is used.\n"
    assert "The file stays" in run(home, "remove", "tiny")
    assert "All works without one" in run(home, "list")
    assert path.exists()


def test_a_file_that_is_no_model_is_told_with_what_to_do(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    code, told = status(home, capsys, "add", str(path))
    assert code in {2, 3}  # 2 where nothing runs models here
    assert "Error [" in told
    assert status(home, capsys, "try", "hi")[0] == 2
    assert status(home, capsys, "use", "other")[0] == 2


def test_a_model_elsewhere_is_refused_then_shown_allowed_and_withdrawn(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "first allow it: pod-agent model allow far" in run(home, "add", "https://models.example/v1", "--name", "far")
    code, told = status(home, capsys, "try", "hi", "--name", "far")
    assert (code, "no_grant" in told) == (4, True)
    asked = CliRunner().invoke(cli, ["--home", str(home), "model", "allow", "far"], input="n\n")
    assert asked.exit_code == 1
    assert "can read, keep and use it" in asked.stderr
    assert json.loads(run(home, "withdraw", "far", "--json")) == {"withdrawn": [], "pod_told": True}
    given = json.loads(run(home, "allow", "far", "--yes", "--json"))
    assert given["recipient"] == "https://models.example/"
    assert json.loads(run(home, "withdraw", "far", "--json"))["withdrawn"] == [given["grant"]]
    assert status(home, capsys, "try", "hi", "--name", "far")[0] == 4
    with Agent.open(home) as agent:
        assert [entry["action"] for entry in agent.audit()] == ["deny", "give", "withdraw", "deny"]


def test_a_model_that_may_read_questions_is_among_the_grants_and_is_withdrawn_there(home: Path) -> None:
    run(home, "add", "https://models.example/v1", "--name", "far")
    grant = json.loads(run(home, "allow", "far", "--yes", "--json"))["grant"]
    run(home, "remove", "far")  # the model is forgotten here, its grant stands

    def grants(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["--home", str(home), "grants", *arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    [listed] = json.loads(grants("list", "--json"))
    assert (listed["grant"], listed["status"]) == (grant, "given")
    assert (listed["recipient"], listed["address"]) == ("https://models.example/", "https://models.example/v1")
    assert listed["data"] == [QUESTIONS]
    assert "your" in grants("list")  # what it gets, instead of a loss of privacy
    assert json.loads(grants("withdraw", grant, "--json"))["status"] == "withdrawn"
    assert json.loads(grants("list", "--json"))[0]["status"] == "withdrawn"
    assert len(json.loads(grants("receipts", grant, "--json"))) == 2
    with Agent.open(home) as agent, pytest.raises(WithdrawnError):
        message_gate(home, agent.pod).permit(listed["address"], QUESTION_READING, frozenset({QUESTIONS}), b"how much")


def test_a_model_on_this_machine_needs_no_grant(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "on this machine" in run(home, "add", "http://127.0.0.1:9/v1")
    assert status(home, capsys, "allow", "127.0.0.1", "--yes")[0] == 2
    code, told = status(home, capsys, "try", "hi", "--name", "127.0.0.1")
    assert (code, "language_model_endpoint" in told) == (5, True)


class Ring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_a_key_is_asked_once_and_lies_in_the_keyring_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ring: Any = Ring()
    monkeypatch.setattr("pod_agent.assistant.language_models.keys.system_keyring", lambda: ring)
    run(home, "add", "https://models.example/v1", "--name", "far", "--key-from-keyring", answer="sk-secret\n")
    run(home, "add", "https://models.example/v1", "--name", "far", "--key-from-keyring")
    assert list(ring.kept.values()) == ["sk-secret"]
    kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert not any(b"sk-secret" in content for content in kept)
    run(home, "remove", "far")
    assert ring.kept == {}
    monkeypatch.setattr("pod_agent.assistant.language_models.keys.system_keyring", lambda: None)
    code, told = status(home, capsys, "add", "https://models.example/v1", "--key-from-keyring")
    assert (code, "no keyring" in told) == (2, True)
