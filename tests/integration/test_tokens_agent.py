"""The agent's side of tokens: asked of the own operator alone, once, and kept through crashes and lies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.errors import TokenTakenError
from consent.errors import InvalidStudyError, NoGrantError
from pod_agent.config import load_settings, save_settings
from pod_agent.errors import LocalStateError, NoIssuerError, ServerUnreachableError, TokenRefusedError
from pod_agent.federation.send import open_client
from pod_agent.federation.stores import clock
from pod_agent.federation.tokens import IssuerLogin, Tokens
from pod_agent.pods.login.auth import ClientCredentials
from pod_agent.pods.login.secrets import SecretStore
from tests.support.door import Door, RecordingTransport, doors
from tests.support.tokens import Router
from vocab.study import Study, TokenIssuer
from vocab.tokens import check_token, token_path
from vocab.vdaf.encoding import report_id
from vocab.wire import Report, decode

SPENDING = {"groceries": 60.0}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    yield from doors(tmp_path)


class Person:
    """One person's tokens, without the rest of an agent; ``wire`` is all that they say."""

    def __init__(self, door: Door, home: Path, *, operator: int = 0, number: int = 0) -> None:
        self.operator = door.operators[operator]
        apps = {one.url: one.transport for one in door.operators}
        self.wire = RecordingTransport(Router(apps))
        self.login = self.operator.login(number)
        self.tokens = Tokens(
            home / "tokens",
            webid=self.operator.operator.webid(number),
            login=lambda: self.login,
            client=open_client(self.wire),
        )

    def asked(self) -> list[tuple[str, str]]:
        return [(method, url) for method, url, _ in self.wire.requests if "/keys/" in url]


def test_a_token_is_asked_for_once_and_kept(door: Door, tmp_path: Path) -> None:
    study, person = door.study(), Person(door, tmp_path / "a")
    ticket = person.tokens.take(study)
    assert check_token(study, report_id(ticket.secret), ticket.token) == 0
    asked = person.asked()
    assert person.tokens.take(study) == ticket
    assert Person(door, tmp_path / "a").tokens.take(study) == ticket
    assert person.asked() == asked
    assert asked == [
        ("GET", person.operator.url + token_path(study.issuers[0]).replace("tokens", "roster")),
        ("PUT", person.operator.url + token_path(study.issuers[0])),
    ]


def test_a_study_that_counts_no_tokens_asks_nobody(door: Door, tmp_path: Path) -> None:
    person = Person(door, tmp_path / "a")
    study = door.study(demo=True)
    tickets = [person.tokens.take(study) for _ in range(2)]
    assert [ticket.token for ticket in tickets] == [b"", b""]
    assert tickets[0].secret != tickets[1].secret
    assert person.wire.requests == []


def test_requests_of_two_people_are_of_the_same_number_size_and_names(door: Door, tmp_path: Path) -> None:
    study, shapes = door.study(), []
    for number in range(2):
        person = Person(door, tmp_path / str(number), number=number)
        person.tokens.take(study)
        shapes.append([(method, url, len(body)) for method, url, body in person.wire.requests if "/keys/" in url])
        assert not any("cookie" in headers for headers in person.wire.headers)
        [blinded] = [body for method, url, body in person.wire.requests if (method, "/keys/" in url) == ("PUT", True)]
        assert len(blinded) == 256
    assert shapes[0] == shapes[1]


def test_what_the_operator_sees_has_nothing_in_common_with_the_report(door: Door, tmp_path: Path) -> None:
    task = door.publish(door.study())
    consents, wire = door.person(SPENDING)
    consents.give(task)
    consents.answer_studies()
    [body] = wire.sent()
    report, told = decode(body, Report), b"".join(body for _, _, body in wire.to_operators)
    assert told
    parts = (report.report_id, report.public_share, report.sealed_share, report.leader_share, report.task_id)
    for part in parts:
        assert not any(part[start : start + 12] in told for start in range(0, len(part) - 12, 12))
    for operator in door.operators:
        operator.issuer.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("operator-*/issuer.sqlite*"))
    assert report.report_id not in stored
    assert report.task_id not in stored


def test_an_answer_that_was_lost_is_asked_for_again(door: Door, tmp_path: Path) -> None:
    study, person = door.study(), Person(door, tmp_path / "a")
    person.wire.breaks = 2
    ticket = person.tokens.take(study)
    assert check_token(study, report_id(ticket.secret), ticket.token) == 0
    blinded = {body for method, url, body in person.wire.requests if (method, "/keys/" in url) == ("PUT", True)}
    assert len(blinded) == 1


def test_an_operator_that_is_away_stops_nothing_for_good(door: Door, tmp_path: Path) -> None:
    study, person = door.study(), Person(door, tmp_path / "a")
    person.wire.breaks = 100
    with pytest.raises(ServerUnreachableError):
        person.tokens.take(study)
    person.wire.breaks = 0
    assert Person(door, tmp_path / "a").tokens.take(study).token


def test_nothing_is_allowed_where_the_operator_gives_no_token(door: Door) -> None:
    task = door.publish(door.study())
    consents, wire = door.person(SPENDING)
    door.operators[0].issuer.sign = _refusing  # type: ignore[method-assign]
    with pytest.raises(TokenRefusedError, match="token_taken"):
        consents.give(task)
    assert consents.grants() == []
    assert consents.answer_studies() == []
    assert wire.sent() == []


def _refusing(key: bytes, webid: str, blinded: bytes, proof: bytes) -> bytes:
    raise TokenTakenError("gone")


def test_a_second_device_of_the_same_person_takes_no_second_token(door: Door, tmp_path: Path) -> None:
    study = door.study()
    assert Person(door, tmp_path / "laptop").tokens.take(study).token
    with pytest.raises(TokenRefusedError, match="token_taken") as caught:
        Person(door, tmp_path / "desktop").tokens.take(study)
    assert "another device" in caught.value.hint


def test_a_login_goes_to_the_own_operator_and_to_nobody_else(door: Door, tmp_path: Path) -> None:
    study, person = door.study(), Person(door, tmp_path / "a", operator=1)
    person.tokens.take(study)
    other = {door.operators[0].url, door.operators[2].url}
    assert not any(url.startswith(tuple(other)) for _, url, _ in person.wire.requests)
    without = replace(study, issuers=tuple(one for one in study.issuers if one.url != person.operator.url))
    seen = len(person.wire.requests)
    with pytest.raises(NoIssuerError):
        person.tokens.take(without)
    assert len(person.wire.requests) == seen


def test_an_operator_with_its_issuer_elsewhere_is_found_by_the_setting(door: Door, tmp_path: Path) -> None:
    study, person = door.study(), Person(door, tmp_path / "a")
    provider = "http://127.0.0.1:9999/"
    person.login = IssuerLogin(provider, person.login.auth)
    with pytest.raises(NoIssuerError):
        person.tokens.take(study)
    person.login = IssuerLogin(provider, person.login.auth, "https://not-in-the-study.example/")
    with pytest.raises(NoIssuerError):
        person.tokens.take(study)
    assert person.wire.requests == []
    person.login = IssuerLogin(provider, person.login.auth, person.operator.url)
    assert person.tokens.take(study).token


def test_a_person_without_a_login_takes_no_part(door: Door, tmp_path: Path) -> None:
    person = Person(door, tmp_path / "a")
    person.login = IssuerLogin.of()
    with pytest.raises(NoIssuerError):
        person.tokens.take(door.study())


@pytest.mark.parametrize("lie", ["digest", "people", "without me", "not signed", "short", "long"])
def test_an_operator_that_lies_gets_no_report(door: Door, tmp_path: Path, lie: str) -> None:
    study, person = door.study(), Person(door, tmp_path / "a")
    mine = study.issuers[0]
    if lie == "digest":
        study = _with(study, replace(mine, roster="ab" * 32))
    elif lie == "people":
        study = _with(study, replace(mine, people=mine.people - 1))
    elif lie == "without me":
        person.tokens = Tokens(
            tmp_path / "a" / "tokens",
            webid="https://somebody.example/#me",
            login=lambda: person.login,
            client=open_client(person.wire),
        )
    else:
        answers = {"not signed": bytes(288), "short": bytes(287), "long": bytes(289)}
        person.operator.issuer.sign = lambda *_: answers[lie]  # type: ignore[method-assign]
    with pytest.raises((InvalidStudyError, TokenRefusedError)):
        person.tokens.take(study)
    kept = json.loads((tmp_path / "a" / "tokens" / study.task_id.hex()).read_bytes())
    assert kept["signature"] == ""


def _with(study: Study, issuer: TokenIssuer) -> Study:
    return replace(study, issuers=(issuer, *study.issuers[1:]))


def test_no_token_is_asked_for_in_a_round_without_a_grant(door: Door) -> None:
    door.publish(door.study())
    consents, wire = door.person(SPENDING)
    [offered] = consents.offered()
    with pytest.raises(NoGrantError):
        consents.contribute(offered, lambda _study: 0)
    assert wire.to_operators == []


def test_tokens_are_private_and_forgotten_when_the_study_is_over(door: Door, tmp_path: Path) -> None:
    study, person = door.study(), Person(door, tmp_path / "a")
    person.tokens.take(study)
    path = tmp_path / "a" / "tokens" / study.task_id.hex()
    assert path.stat().st_mode & 0o777 == 0o600
    person.tokens.forget_closed(study.closes - timedelta(seconds=1))
    assert path.exists()
    person.tokens.forget_closed(study.closes + timedelta(seconds=1))
    assert not path.exists()


def test_a_damaged_note_of_a_token_is_told(door: Door, tmp_path: Path) -> None:
    study, person = door.study(), Person(door, tmp_path / "a")
    person.tokens.take(study)
    (tmp_path / "a" / "tokens" / study.task_id.hex()).write_bytes(b"{}")
    with pytest.raises(LocalStateError):
        person.tokens.take(study)
    person.tokens.forget_closed(clock())


def test_the_login_is_the_one_that_the_home_keeps(tmp_path: Path) -> None:
    webid, home = "https://alice.pod.example/profile/card#me", tmp_path / "home"
    save_settings(home, pod="embedded", webid=webid, token_issuer="https://tokens.pod.example/")
    assert IssuerLogin.kept(home, load_settings(home)).auth is None
    login = ClientCredentials(issuer="https://pod.example/", client_id="id", client_secret="secret")
    SecretStore(home, None).keep(webid, login)
    kept = IssuerLogin.kept(home, load_settings(home))
    assert (kept.provider, kept.issuer) == ("https://pod.example/", "https://tokens.pod.example/")
    assert isinstance(kept.auth, httpx.Auth)


CHILD = """
import os, pathlib, signal, sys
import pod_agent.federation.tokens as module
from tests.integration.test_tokens_agent import Person
from tests.support.door import Door
from vocab.study import Study
import json
folder, study, when = pathlib.Path(sys.argv[1]), Study.from_json(json.loads(sys.argv[2])), sys.argv[3]
door = Door.__new__(Door)
from tests.support.tokens import reopened
door.operators = reopened(folder)
person = Person(door, folder / "alice")
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
if when == "asked":
    person.tokens._send = die
elif when == "answered":
    module.finalize = die
person.tokens.take(study)
die()
"""


@pytest.mark.parametrize("when", ["asked", "answered", "kept"])
def test_an_agent_killed_while_it_asks_gets_its_token_the_next_time(door: Door, tmp_path: Path, when: str) -> None:
    study = door.study()
    command = [sys.executable, "-c", CHILD, str(tmp_path), json.dumps(study.to_json()), when]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, check=False, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    assert done.returncode == -9
    ticket = Person(door, tmp_path / "alice").tokens.take(study)
    assert check_token(study, report_id(ticket.secret), ticket.token) == 0
    with door.operators[0].issuer.store.reading() as rows:
        assert rows.execute("SELECT count(*) FROM tokens").fetchone() == (1,)
