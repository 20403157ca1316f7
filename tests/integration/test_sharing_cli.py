"""``pod-agent share`` as people type it, and a process that is killed in the middle of it."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Literal

import httpx
import pytest

from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.errors import ShareOutstandingError
from pod_agent.federation.stores import LocalMarks
from pod_agent.pods.permissions.rules import PUBLIC, READ, Rule
from pod_agent.pods.solid import SolidPod
from tests.support.rows import FIXTURES
from tests.support.sharing_stage import stage_on, status
from tests.support.solid_server import PodOwner

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments])
    return int(stopped.value.code or 0)


def link(home: Path, owner: PodOwner, *more: str) -> None:
    login = ["--client-id", owner.credentials.client_id, "--client-secret", owner.credentials.client_secret]
    assert run("pod", "link", owner.webid, *login, *more, "--home", str(home)) == 0


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.mark.parametrize(
    "arguments",
    [
        ["give", "--to", "https://ben.example/#me", "--what", "groceries", "--purpose", "help", "--yes"],
        ["withdraw", "3f0c8a52-6c1e-4b8e-9d33-0a4f5d0c7b11"],
        ["who"],
        ["hide", "--yes"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_pod_on_this_machine_says_how_to_get_a_server(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path)
    run("init", "--home", home)
    capsys.readouterr()
    assert run("share", *arguments, "--home", home, "--json") == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "needs_server"
    assert "pod-agent pod move" in error["hint"]
    assert run("share", "list", "--home", home, "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.solid
@pytest.mark.usefixtures("no_keyring")
def test_a_share_from_the_first_question_to_the_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # nobody is there to answer
    home = ["--home", str(tmp_path / "home")]
    with stage_on("wac", tmp_path) as stage:
        owner, friend = stage.person(), stage.person()
        stage.access(owner).allow(owner.storage, Rule(PUBLIC, READ, resource=True, members=False))
        link(tmp_path / "home", owner)
        assert "share hide" in capsys.readouterr().err
        run("import", str(FIXTURES / "ocbc" / "account_2026.csv"), *home)
        capsys.readouterr()
        assert run("doctor", *home, "--json") == 1
        checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
        assert (checks["listing"]["ok"], checks["privacy"]["ok"]) == (False, True)
        assert run("share", "hide", "--yes", *home, "--json") == 0
        assert json.loads(capsys.readouterr().out) == {"closed": owner.storage}
        assert run("doctor", *home) == 0

        give = ["share", "give", "--to", friend.webid, "--what", "spending", "--months", "120", "--purpose", "help"]
        assert run(*give, *home) == 130
        told = capsys.readouterr().err
        assert "Palm Court Homes" in told
        assert f"Who may read it: {friend.webid}" in told
        assert run(*give, *home, "--yes", "--json") == 0
        given = json.loads(capsys.readouterr().out)
        assert status(stage.login(friend), "GET", given["container"]) == 200
        assert run("share", "list", *home, "--json") == 0
        [row] = json.loads(capsys.readouterr().out)
        assert (row["grant"], row["to"], row["status"], row["container"]) == (
            given["grant"],
            friend.webid,
            "given",
            given["container"],
        )
        assert run("share", "who", *home, "--json") == 0
        audience = json.loads(capsys.readouterr().out)
        assert [entry["who"] for entry in audience["agents"]] == [friend.webid]
        assert audience["agents"][0]["may"] == [
            {"resource": given["container"], "modes": ["read"], "conditional": False}
        ]
        assert audience["public"] == []
        assert run("share", "withdraw", given["grant"], *home) == 0
        assert status(stage.login(friend), "GET", given["container"]) == 403
        capsys.readouterr()
        assert run("audit", *home, "--json") == 0
        entries = json.loads(capsys.readouterr().out)
        assert [entry["action"] for entry in entries] == ["give", "share", "withdraw"]
        assert {entry["recipient"] for entry in entries} == {friend.webid}
        assert run("share", "withdraw", "3f0c8a52-6c1e-4b8e-9d33-0a4f5d0c7b11", *home) == 4


@pytest.mark.solid
@pytest.mark.usefixtures("no_keyring")
def test_a_withdrawal_without_the_server_is_noted_told_and_made_up_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with stage_on("wac", tmp_path) as stage:
        owner, friend = stage.person(), stage.person()
        link(home, owner)
        run("import", str(FIXTURES / "ocbc" / "account_2026.csv"), "--home", str(home))
        with Agent.open(home) as here:
            draft = here.shares.draft(friend.webid, ["spending"], "help", months=120)
            container = here.shares.give(draft)
            assert isinstance(here.pod, SolidPod)
            here.pod.session.close()
            here.pod.session._client = httpx.Client(transport=httpx.MockTransport(_away))
            with pytest.raises(ShareOutstandingError, match="can still be read") as caught:
                here.shares.withdraw(draft.grant.identifier)
        assert (caught.value.code, caught.value.exit_status) == ("share_outstanding", 5)
        assert LocalMarks(home / "consent").withdrawn(draft.grant.identifier)
        theirs = stage.login(friend)
        assert status(theirs, "GET", container) == 200  # as the error says
        capsys.readouterr()
        assert run("share", "list", "--home", str(home), "--json") == 0
        said = capsys.readouterr()
        assert "is closed at the server now" in said.err
        assert [(row["status"], row["outstanding"]) for row in json.loads(said.out)] == [("withdrawn", False)]
        assert status(theirs, "GET", container) == 403


def _away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("the server is away", request=request)


@pytest.mark.solid
@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize(("rules", "numbers"), [("wac", (2, 4, 5, 9, 10)), ("acp", (5, 10))], ids=["wac", "acp"])
def test_an_agent_that_is_killed_leaves_nothing_open(
    rules: Literal["wac", "acp"], numbers: tuple[int, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with stage_on(rules, tmp_path) as stage:
        owner, friend = stage.person(), stage.person()
        link(home, owner)
        run("import", str(FIXTURES / "ocbc" / "account_2026.csv"), "--home", str(home))
        theirs, access = stage.login(friend), stage.access(owner)
        shared = f"{owner.storage}pod-agent/shared/"
        opened = 0
        for number in numbers:  # the rules, the last document, the grant, the log's entry, the recipient's rule
            program = [sys.executable, "-m", "tests.support.sharing_child", str(home), friend.webid, str(number)]
            assert subprocess.run(program, cwd=ROOT, check=False).returncode == -signal.SIGKILL
            [container] = access.members(shared)
            opened += status(theirs, "GET", container) == 200
            assert run("share", "list", "--home", str(home)) == 0  # the next run
            assert "never finished" in capsys.readouterr().err or number < 5
            assert access.members(shared) == []
            assert status(theirs, "GET", container) == 403
        assert opened == 1
        assert run("share", "list", "--home", str(home), "--json") == 0
        assert {row["status"] for row in json.loads(capsys.readouterr().out)} == {"withdrawn"}
