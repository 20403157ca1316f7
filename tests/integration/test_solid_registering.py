"""``pod-agent pod register``: the person's other apps are told which kinds of record there are, if the person asks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.config import load_settings
from pod_agent.pods.webid.type_index import TypeIndex
from tests.support.exports import many_plays, ocbc_csv, spotify_json
from tests.support.solid_server import PodOwner, fresh_owner
from vocab import terms


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def run(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, Any]:
    with pytest.raises(SystemExit) as stopped:
        main(["--home", str(home), *arguments, "--json"])
    return int(str(stopped.value.code)), json.loads(capsys.readouterr().out)


def registered(owner: PodOwner) -> frozenset[str]:
    pod = owner.open()
    try:
        return TypeIndex(pod.session, owner.webid, pod.root).registered()
    finally:
        pod.close()


@pytest.mark.solid
def test_kinds_are_registered_when_asked_and_new_ones_follow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner, home = fresh_owner(), tmp_path / "home"
    Agent.link(home, owner.webid, owner.credentials.client_id, owner.credentials.client_secret).close()
    money = ocbc_csv(tmp_path / "a.csv", [(date(2026, 1, 2), "COFFEE", "-4.50")])
    music = spotify_json(tmp_path / "Streaming_History_Audio_2026.json", many_plays(3))
    assert run(capsys, home, "import", str(money))[0] == 0
    assert registered(owner) == frozenset()  # nobody asked
    assert run(capsys, home, "pod", "register", "--yes") == (0, {"registered": ["transaction"], "removed": 0})
    assert registered(owner) == {terms.TRANSACTION, terms.MONEY_TRANSFER}
    assert run(capsys, home, "import", str(music))[0] == 0
    both = {terms.TRANSACTION, terms.MONEY_TRANSFER, terms.LISTEN, terms.LISTEN_ACTION}
    assert registered(owner) == both
    assert load_settings(home).registered == f"{owner.storage}pod-agent/ listen transaction"
    assert run(capsys, home, "pod", "register", "--yes")[0] == 0
    assert registered(owner) == both
    assert run(capsys, home, "pod", "register", "--remove") == (0, {"registered": [], "removed": 4})
    more = ocbc_csv(tmp_path / "b.csv", [(date(2026, 2, 2), "TEA", "-3.50")])
    assert run(capsys, home, "import", str(more))[0] == 0
    assert registered(owner) == frozenset()


def test_a_pod_on_this_machine_has_no_type_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Agent.create(tmp_path).close()
    status, told = run(capsys, tmp_path, "pod", "register", "--yes")
    assert (status, told["error"]["code"]) == (2, "usage")
    assert "pod link" in told["error"]["hint"]
