"""An issuer of tokens: one for each person and study, for the right logins alone, whatever happens meanwhile."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from aggregator.channel import sign_request
from aggregator.errors import NotAuthorisedError, NotOnRosterError, TokenTakenError, UnknownKeyError
from aggregator.issuing.config import load_issuer
from aggregator.issuing.issuer import Issuer, KeyOffer, create_issuer_app
from aggregator.issuing.operator import create_operator_app
from aggregator.solid_oidc import TokenCheck
from pod_agent.pods.login.tokens import Prover
from tests.support.tokens import Operator, Router, pooled_key
from vocab.blindrsa import blind, finalize, key_from_der, prepare, verify
from vocab.errors import VocabularyError
from vocab.study import TokenIssuer
from vocab.tokens import BLINDED_BYTES, OPENING_BYTES, commitment, roster_lines, token_path

STUDY = b"a study to come!"
LATER = int(time.time()) + 86_400


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    made = Operator(tmp_path / "operator", 0, people=5)
    try:
        yield made
    finally:
        made.close()


def blinded_for(offer: KeyOffer, message: bytes = b"report") -> tuple[bytes, bytes, bytes]:
    prepared = prepare(message)
    blinding = blind(key_from_der(bytes.fromhex(offer.key)), prepared)
    return blinding.blinded, blinding.inverse, prepared


def issuer_of(operator: Operator, offer: KeyOffer) -> TokenIssuer:
    return TokenIssuer(url=operator.url, key=offer.key, roster=offer.roster, people=offer.people)


def name_of(operator: Operator, offer: KeyOffer) -> bytes:
    return bytes.fromhex(token_path(issuer_of(operator, offer)).split("/")[1])


def issued(operator: Operator) -> int:
    with operator.issuer.store.reading() as rows:
        return int(rows.execute("SELECT count(*) FROM tokens").fetchone()[0])


class Device:
    """Asks as a person's agent does; each part of the login can be something else."""

    def __init__(self, operator: Operator, offer: KeyOffer, person: int = 0) -> None:
        self.operator, self.offer, self.person = operator, offer, person
        self.key = ECKey.generate_key("P-256")
        self.prover = Prover()
        self.path = token_path(issuer_of(operator, offer))
        self.client = httpx.Client(transport=operator.transport)

    def headers(self, **changes: Any) -> dict[str, str]:
        claims = changes.pop("claims", {})
        honest = self.operator.operator.token(self.person, str(self.key.thumbprint()), **claims)
        token = changes.pop("token", honest)
        method, url = changes.pop("method", "PUT"), changes.pop("url", self.operator.url + self.path)
        proof = self.prover.proof(changes.pop("key", self.key), method, url, changes.pop("bound", token))
        return {"Authorization": f"DPoP {token}", "DPoP": proof, **changes}

    def ask(self, blinded: bytes, **changes: Any) -> httpx.Response:
        return self.client.put(self.operator.url + self.path, content=blinded, headers=self.headers(**changes))


def test_a_person_gets_a_token_and_what_opens_their_line_of_the_roster(operator: Operator) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    blinded, inverse, prepared = blinded_for(offer)
    answer = Device(operator, offer).ask(blinded)
    assert answer.status_code == 200
    assert len(answer.content) == BLINDED_BYTES + OPENING_BYTES
    key = key_from_der(bytes.fromhex(offer.key))
    assert verify(key, prepared, finalize(key, prepared, answer.content[:BLINDED_BYTES], inverse))
    roster = httpx.Client(transport=operator.transport).get(
        operator.url + token_path(issuer_of(operator, offer)).replace("tokens", "roster")
    )
    lines = roster_lines(issuer_of(operator, offer), roster.content)
    assert commitment(answer.content[BLINDED_BYTES:], operator.operator.webid(0)) in lines
    assert len(lines) == 5


def test_the_same_question_has_the_same_answer_and_another_one_none(operator: Operator) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    first, second = blinded_for(offer)[0], blinded_for(offer)[0]
    device, other_device = Device(operator, offer), Device(operator, offer)
    answer = device.ask(first)
    assert other_device.ask(first).content == answer.content
    refused = other_device.ask(second)
    assert (refused.status_code, refused.json()["code"]) == (409, "token_taken")
    assert device.ask(first).content == answer.content
    assert Device(operator, offer, person=1).ask(second).status_code == 200
    assert issued(operator) == 2


def test_of_many_devices_at_once_one_gets_the_token(operator: Operator) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    asked = [blinded_for(offer)[0] for _ in range(8)]
    devices = [Device(operator, offer) for _ in asked]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda pair: pair[0].ask(pair[1]), zip(devices, asked, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert issued(operator) == 1


def test_each_study_has_a_key_a_roster_and_tokens_of_its_own(operator: Operator) -> None:
    offer, other = operator.issuer.offer(STUDY, LATER), operator.issuer.offer(STUDY[::-1], LATER)
    assert (offer.key, offer.roster) != (other.key, other.roster)
    assert operator.issuer.offer(STUDY, LATER) == offer
    for one in (offer, other):
        assert Device(operator, one).ask(blinded_for(one)[0]).status_code == 200
    shown = [operator.issuer.roster(name_of(operator, one)) for one in (offer, other)]
    lines = [{raw[start : start + 32] for start in range(0, len(raw), 32)} for raw in shown]
    assert not lines[0] & lines[1]  # the same people, and nobody can tell


WRONG: dict[str, dict[str, Any]] = {
    "another audience": {"claims": {"aud": "somebody else"}},
    "out of date": {"claims": {"exp": int(time.time()) - 600, "iat": int(time.time()) - 1200}},
    "from the future": {"claims": {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200}},
    "another provider": {"claims": {"iss": "https://other.example/"}},
    "no provider": {"claims": {"iss": None}},
    "bound to another key": {"claims": {"cnf": {"jkt": "AAAA"}}},
    "bound to no key": {"claims": {"cnf": None}},
    "no WebID": {"claims": {"webid": None}},
    "proof of another key": {"key": ECKey.generate_key("P-256")},
    "proof for another method": {"method": "GET"},
    "proof for another address": {"url": "http://127.0.0.1:7011/keys/ab/tokens"},
    "proof for another server": {"url": "https://other.example/"},
    "proof of another token": {"bound": "another"},
    "no proof": {"DPoP": ""},
    "no token": {"Authorization": ""},
    "not DPoP": {"Authorization": "Bearer abc"},
    "no JWT": {"Authorization": "DPoP abc.def"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_login_that_does_not_hold_gets_no_token(operator: Operator, wrong: str) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    answer = Device(operator, offer).ask(blinded_for(offer)[0], **WRONG[wrong])
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authorised")
    assert issued(operator) == 0


def test_a_webid_whose_document_names_another_provider_gets_no_token(tmp_path: Path) -> None:
    """Both operators have it on their rosters; only the one that it names can vouch for it."""
    first, second = (Operator(tmp_path / str(number), number, people=2) for number in range(2))
    webid = second.operator.webid(0)
    with (tmp_path / "0" / "members.txt").open("a") as members:
        members.write(webid + "\n")
    apps = {first.url: first.transport, second.url: second.transport}
    logins = TokenCheck(first.url, client=httpx.Client(transport=Router(apps)))
    first.transport = httpx.WSGITransport(create_operator_app(first.issuer, first.operator, logins))
    offer = first.issuer.offer(STUDY, LATER)
    assert offer.people == 3
    answer = Device(first, offer).ask(blinded_for(offer)[0], claims={"webid": webid})
    assert (answer.status_code, issued(first)) == (401, 0)
    device = Device(first, offer)
    token = second.operator.token(0, str(device.key.thumbprint()))  # a good login, at somebody else's provider
    assert device.ask(blinded_for(offer)[0], token=token).status_code == 401
    assert issued(first) == 0
    first.close()
    second.close()


def test_a_token_signed_by_a_stranger_is_refused(operator: Operator) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    device = Device(operator, offer)
    stranger = type(operator.operator)(operator.url, 5)
    token = stranger.token(0, str(device.key.thumbprint()))
    proof = device.prover.proof(device.key, "PUT", operator.url + device.path, token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
    answer = device.client.put(operator.url + device.path, content=blinded_for(offer)[0], headers=headers)
    assert (answer.status_code, issued(operator)) == (401, 0)


def test_a_proof_counts_once_also_after_a_restart(operator: Operator, tmp_path: Path) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    device = Device(operator, offer)
    headers, url = device.headers(), operator.url + device.path
    blinded = blinded_for(offer)[0]
    assert device.client.put(url, content=blinded, headers=headers).status_code == 200
    assert device.client.put(url, content=blinded, headers=headers).status_code == 401
    operator.close()
    operator.issuer = Issuer(tmp_path / "operator", load_issuer(tmp_path / "operator"))
    logins = TokenCheck(operator.url, client=httpx.Client(transport=operator.transport))
    again = httpx.Client(transport=httpx.WSGITransport(create_issuer_app(operator.issuer, logins)))
    assert again.put(url, content=blinded, headers=headers).status_code == 401
    assert again.put(url, content=blinded, headers=device.headers()).status_code == 200


def test_only_those_on_the_roster_get_a_token(operator: Operator, tmp_path: Path) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    (tmp_path / "operator" / "members.txt").write_text(operator.operator.webid(0) + "\n# nobody else\n")
    later = operator.issuer.offer(STUDY[::-1], LATER)
    assert (offer.people, later.people) == (5, 1)
    assert Device(operator, offer, person=1).ask(blinded_for(offer)[0]).status_code == 200
    answer = Device(operator, later, person=1).ask(blinded_for(later)[0])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_on_roster")
    with pytest.raises(NotOnRosterError):
        operator.issuer.sign(name_of(operator, offer), "https://elsewhere.example/#me", bytes(256), b"proof")


def test_after_the_end_of_a_study_nothing_is_signed_and_nobody_is_remembered(tmp_path: Path) -> None:
    operator = Operator(tmp_path / "operator", 0, people=5)
    now = [1_000.0]
    issuer = Issuer(tmp_path / "operator", load_issuer(tmp_path / "operator"), clock=lambda: now[0])
    offer = issuer.offer(STUDY, 2_000)
    name, webid = name_of(operator, offer), operator.operator.webid(0)
    blinded = blinded_for(offer)[0]
    issuer.sign(name, webid, blinded, b"first")
    now[0] = 2_000.0
    with pytest.raises(UnknownKeyError):
        issuer.sign(name, webid, blinded, b"second")
    issuer.erase_expired()
    with issuer.store.reading() as rows:
        assert rows.execute("SELECT private, openings FROM keys").fetchall() == [(None, None)]
        assert rows.execute("SELECT count(*) FROM tokens").fetchone() == (0,)
    with pytest.raises(UnknownKeyError):
        issuer.sign(name, webid, blinded, b"third")
    with pytest.raises(VocabularyError, match="over"):
        issuer.offer(STUDY[::-1], 2_000)
    assert issuer.offer(STUDY, 2_000) == offer
    assert issuer.roster(name)
    issuer.close()
    operator.close()


def test_only_an_invited_leader_gets_a_key(operator: Operator) -> None:
    client, path = httpx.Client(transport=operator.transport), f"studies/{STUDY.hex()}"
    body = b'{"closes":%d}' % LATER
    key = bytes.fromhex(operator.invitation.channel_key)

    def ask(content: bytes, signed: str | None, where: str = path) -> int:
        headers = {"Authorization": signed} if signed else {}
        return client.put(operator.url + where, content=content, headers=headers).status_code

    assert ask(body, None) == 401
    assert ask(body, sign_request(bytes(32), "PUT", path, body)) == 401
    assert ask(b'{"closes":1}', sign_request(key, "PUT", path, body)) == 401
    assert ask(body, sign_request(key, "PUT", path, body), f"studies/{bytes(16).hex()}") == 401
    for wrong in (b"", b"{}", b'{"closes":"tomorrow"}', b'{"closes":1,"webid":"x"}', b'{"closes":1}'):
        assert ask(wrong, sign_request(key, "PUT", path, wrong)) == 400
    assert ask(body, sign_request(key, "PUT", path, body)) == 200
    with operator.issuer.store.reading() as rows:
        assert rows.execute("SELECT count(*) FROM keys").fetchone() == (1,)


@pytest.mark.parametrize("size", [0, 255, 257, 300])
def test_a_request_of_another_size_is_refused_before_anything_is_looked_at(operator: Operator, size: int) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    assert Device(operator, offer).ask(bytes(size)).status_code == 400
    assert issued(operator) == 0


def test_unknown_keys_and_strange_addresses_are_refused(operator: Operator) -> None:
    client = httpx.Client(transport=operator.transport)
    assert client.get(f"{operator.url}keys/{bytes(32).hex()}/roster").json()["code"] == "unknown_key"
    assert client.get(f"{operator.url}keys/{'AB' * 32}/roster").status_code == 400
    assert client.put(f"{operator.url}keys/abc/tokens", content=bytes(256)).status_code == 400


def test_no_log_and_no_error_names_a_person_and_no_cookie_is_set(
    operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    offer = operator.issuer.offer(STUDY, LATER)
    answers = [Device(operator, offer, person=3).ask(blinded_for(offer)[0]) for _ in range(2)]
    answers.append(Device(operator, offer, person=3).ask(blinded_for(offer)[0], claims={"aud": "other"}))
    assert [answer.status_code for answer in answers] == [200, 409, 401]
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert not any(b"people/3" in answer.content for answer in answers)
    ours = [record.getMessage() for record in caplog.records if record.name not in {"httpx", "httpcore"}]
    assert "people/3" not in "".join(ours)  # the command keeps httpx quiet, see test_tokens_solid
    stored = (Path(operator.issuer.home) / "issuer.sqlite").read_bytes()
    stored += (Path(operator.issuer.home) / "issuer.sqlite-wal").read_bytes()
    assert b"people/3" not in stored


KILLED = """
import os, signal, sys
from pathlib import Path
import aggregator.issuing.issuer as module
from aggregator.issuing.config import load_issuer
home, name, webid, blinded, when = Path(sys.argv[1]), *sys.argv[2:]
issuer = module.Issuer(home, load_issuer(home))
if when == "before":
    issuer._use = lambda rows, proof: os.kill(os.getpid(), signal.SIGKILL)
issuer.sign(bytes.fromhex(name), webid, bytes.fromhex(blinded), b"proof of the child")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_issuer_killed_around_the_moment_it_stores_gives_one_token_in_all(
    operator: Operator, tmp_path: Path, when: str
) -> None:
    offer = operator.issuer.offer(STUDY, LATER)
    name, webid = name_of(operator, offer), operator.operator.webid(2)
    blinded, inverse, prepared = blinded_for(offer)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "operator"), name.hex(), webid, blinded.hex(), when]
    assert subprocess.run(command, check=False).returncode == -9
    assert issued(operator) == (1 if when == "after" else 0)
    answer = operator.issuer.sign(name, webid, blinded, b"another proof")
    key = key_from_der(bytes.fromhex(offer.key))
    assert finalize(key, prepared, answer[:BLINDED_BYTES], inverse)
    with pytest.raises(TokenTakenError):
        operator.issuer.sign(name, webid, blinded_for(offer)[0], b"a third proof")
    with pytest.raises(NotAuthorisedError):
        operator.issuer.sign(name, webid, blinded, b"another proof")


def test_an_issuer_that_was_asked_twice_at_once_offers_one_key(operator: Operator) -> None:
    with ThreadPoolExecutor(4) as threads:
        offers = list(threads.map(lambda _: operator.issuer.offer(STUDY, LATER), range(4)))
    assert len({offer.key for offer in offers}) == 1
    assert pooled_key(0).key_size == key_from_der(bytes.fromhex(offers[0].key)).key_size
