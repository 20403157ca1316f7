"""From a login at a real Community Solid Server to a token, a report, and a release of a hundred people."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from aggregator.issuing.asking import with_issuers
from aggregator.issuing.config import accept_invitation, read_invitations, trust_issuer
from aggregator.ports import free_port
from aggregator.running import Servers
from pod_agent.agent import Agent
from pod_agent.config import load_settings, save_settings
from pod_agent.errors import TokenRefusedError
from pod_agent.federation.consents import Consents
from pod_agent.federation.send import open_client
from pod_agent.federation.stores import clock
from pod_agent.federation.tokens import IssuerLogin, Tokens
from pod_agent.pods.login.auth import DPoPAuth
from tests.support.door import FixedIndex, category_study
from tests.support.pair import send
from tests.support.serving import served
from tests.support.solid_server import PodOwner, fresh_owner, running_server
from tests.support.tokens import made_issuers, made_rosters
from vocab import wire
from vocab.study import Study

pytestmark = pytest.mark.solid
START_SECONDS = 60


def issuer_command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "aggregator", "--home", str(home), "issuer", *arguments]


@contextmanager
def issuer_beside(provider: str, home: Path, *members: str) -> Iterator[tuple[str, Path]]:
    """The issuer as its operator runs it: its address and an invitation."""
    port, invitation = free_port(), home.with_suffix(".toml")
    url = f"http://127.0.0.1:{port}/"
    subprocess.run(issuer_command(home, "init", "--url", url, "--provider", provider, "--port", str(port)), check=True)
    (home / "members.txt").write_text("# our people\n" + "\n".join(members))
    subprocess.run(issuer_command(home, "invite", "shop", str(invitation)), check=True)
    with (home / "issuer.log").open("wb") as log:
        process = subprocess.Popen(
            issuer_command(home, "run", "--with-parent"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    assert process.stdin is not None
    assert b"listens" in process.stdout.readline()
    watchdog.cancel()
    try:
        yield url, invitation
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def person(owner: PodOwner, home: Path, issuer: str, leader: str) -> tuple[Agent, Consents]:
    """A real agent, linked with the server, whose index tells of groceries."""
    credentials = owner.credentials
    agent = Agent.link(home, owner.webid, credentials.client_id, credentials.client_secret)
    save_settings(home, token_issuer=issuer)
    consents = Consents(
        home=home,
        pod=agent.pod,
        index=FixedIndex({"groceries": 10.0}),
        webid=owner.webid,
        leader_url=leader,
        zone=ZoneInfo("Asia/Singapore"),
        login=lambda: IssuerLogin.kept(home, load_settings(home)),
        moment=lambda study, _: study.opens,
    )
    return agent, consents


def take(owner: PodOwner, folder: Path, issuer: str, study: Study) -> None:
    """Ask for a token as somebody who has a login and no agent here yet."""
    login = IssuerLogin.of(DPoPAuth(owner.credentials), issuer)
    with open_client() as client:
        Tokens(folder, webid=owner.webid, login=lambda: login, client=client).take(study)


def study_at(servers: Servers, url: str, *ports: int) -> Study:
    """A real study for three operators: the one beside the server, and made-up ones at these ports."""
    config = servers.leader_config
    study = category_study(
        controller=config.controller,
        leader_url=config.url,
        helper=config.helper,
        helper_url=config.helper_url,
        helper_key=config.helper_key,
        opens=clock() - timedelta(minutes=1),
        issuers=(),
    )
    [invitation] = read_invitations(servers.home)
    mine = with_issuers(study, [invitation]).issuers
    others = [
        replace(issuer, url=f"http://127.0.0.1:{port}/")
        for issuer, port in zip(made_issuers().issuers, ports, strict=False)
    ]
    for issuer in (*mine, *others):
        trust_issuer(servers.home, issuer.url)
    assert mine[0].url == url
    return replace(study, issuers=(*others, *mine))


def test_a_person_of_a_solid_server_logs_in_gets_one_token_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pod_agent.agent.system_keyring", lambda: None)
    monkeypatch.setattr("pod_agent.federation.tokens.system_keyring", lambda: None)
    owner, stranger = fresh_owner(), fresh_owner()
    servers = Servers(tmp_path / "shop")
    with (
        issuer_beside(running_server().address, tmp_path / "issuer", owner.webid) as (url, invitation),
        served(lambda _: made_rosters) as one,
        served(lambda _: made_rosters) as other,
        servers,
    ):
        accept_invitation(servers.home, invitation)
        study = study_at(servers, url, one, other)
        task = servers.publish(study).hex()

        agent, consents = person(owner, tmp_path / "alice", url, servers.leader_url)
        grant = consents.give(task)
        assert [outcome.outcome for outcome in consents.answer_studies()] == ["sent"]
        assert [listed["grant"] for listed in consents.grants()] == [grant]
        agent.close()

        with pytest.raises(TokenRefusedError, match="not_on_roster"):
            take(stranger, tmp_path / "stranger", url, study)
        with pytest.raises(TokenRefusedError, match="token_taken"):
            take(owner, tmp_path / "tablet", url, study)

        with httpx.Client(base_url=servers.leader_url) as crowd:
            secrets = [os.urandom(32) for _ in range(99)]
            for number, secret in enumerate(secrets):
                token = made_issuers().token(study, secret, number % 2)
                report = send(study, 1, secret=secret, token=token)
                assert crowd.put(report.path, content=wire.encode(report)).status_code == 201
        release = servers.collect(study.task_id)
        assert release.batch == "100+"
        consents.close()
    log = (tmp_path / "issuer" / "issuer.log").read_text()
    assert log.count("\n") == 1  # that its input has ended
    for webid in (owner.webid, stranger.webid):
        assert webid.split("/")[-3] not in log
