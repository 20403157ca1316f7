"""Logging in by the browser at a strict provider: what is checked, and what is kept of a login that goes wrong."""

from __future__ import annotations

import dataclasses
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from pod_agent import doctor
from pod_agent.agent import Agent
from pod_agent.config import load_settings
from pod_agent.errors import LoginFailedError, PodAccessError, PodError, PodUnreachableError, UsageError
from pod_agent.pods.linking import begin_link, finish_link, link_state, unlink
from pod_agent.pods.login.listener import RedirectListener
from pod_agent.pods.login.logins import BrowserLogin
from pod_agent.pods.login.oidc import redirect_of
from pod_agent.pods.login.secrets import SecretStore
from pod_agent.sealing import PASSPHRASE
from tests.support.solid_consent import LinkCommand
from tests.support.strict_provider import StrictProvider
from tests.support.strict_server import Fault, StrictServer

REDIRECT = "http://127.0.0.1:9/callback"


@pytest.fixture
def server() -> Iterator[StrictServer]:
    with StrictServer(login=True) as running:
        yield running


@pytest.fixture
def provider(server: StrictServer) -> StrictProvider:
    return StrictProvider(server)


def log_in(provider: StrictProvider, home: Path, address: str = "") -> None:
    linking = begin_link(home, address or provider.webid, REDIRECT)
    finish_link(linking, provider.browse(linking.authorization_url), None)


def kept(home: Path, webid: str) -> BrowserLogin:
    login = SecretStore(home, None).find(webid)
    assert isinstance(login, BrowserLogin)
    return login


def nothing_kept(home: Path) -> bool:
    return SecretStore(home, None).find("") is None and not [p for p in home.iterdir() if p.name != "logins.lock"]


def test_a_login_is_kept_and_used(server: StrictServer, provider: StrictProvider, tmp_path: Path) -> None:
    log_in(provider, tmp_path)
    login = kept(tmp_path, provider.webid)
    assert login.refresh_token in provider.refresh_tokens
    assert load_settings(tmp_path).pod == server.address + "pod/pod-agent/"
    state = link_state(tmp_path, None)
    assert (state.login, state.answers, state.until) == ("browser", True, None)
    assert server.issued == 1
    assert server.replays == 0


def test_the_provider_alone_says_who_it_is(server: StrictServer, provider: StrictProvider, tmp_path: Path) -> None:
    log_in(provider, tmp_path, server.address)
    assert load_settings(tmp_path).webid == provider.webid


@pytest.mark.parametrize("offset", [-300.0, 300.0, 3600.0])
def test_a_clock_that_is_off_is_no_hindrance(
    server: StrictServer, provider: StrictProvider, tmp_path: Path, offset: float
) -> None:
    server.clock_offset = offset
    log_in(provider, tmp_path)
    assert server.requests.count(("POST", "/token")) == 1  # the code was not spent on a proof that looks old
    assert link_state(tmp_path, None).answers


def test_nonces_are_sent_where_they_are_asked_for(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    server.nonces = True
    log_in(provider, tmp_path)
    assert link_state(tmp_path, None).answers
    assert server.replays == 0


OTHER_KEY = ECKey.generate_key("P-256", {"kid": "one"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"redirected": {"state": "guessed"}}, "another login"),
        ({"redirected": {"state": None}}, "another login"),
        ({"redirected": {"iss": "https://evil.example/"}}, "another identity provider"),
        ({"redirected": {"iss": None}}, "another identity provider"),
        ({"redirected": {"code": None}}, "no code"),
        ({"redirected": {"code": "made-up"}}, "invalid_grant"),
        ({"redirected": {"code": None, "error": "server_error"}}, "server_error"),
        ({"denies": True}, "did not allow"),
        ({"claims": {"nonce": "another"}}, "nonce"),
        ({"claims": {"nonce": None}}, "nonce"),
        ({"claims": {"iss": "https://evil.example/"}}, "iss"),
        ({"claims": {"aud": "somebody-else"}}, "aud"),
        ({"claims": {"azp": "somebody-else"}}, "azp"),
        ({"claims": {"exp": 1_000_000}}, "exp"),
        ({"claims": {"exp": None}}, "exp"),
        ({"claims": {"webid": "https://ben.example/#me"}}, "you logged in as https://ben.example/#me"),
        ({"claims": {"webid": "http://ben.example/#me"}}, "without encryption"),
        ({"claims": {"webid": None, "sub": "42"}}, "no.* web address"),
        ({"signing_key": OTHER_KEY}, "does not prove"),
    ],
)
def test_an_answer_that_is_not_right_links_nothing(
    provider: StrictProvider, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    for name, value in change.items():
        setattr(provider, name, value)
    with pytest.raises(LoginFailedError, match=message) as caught:
        log_in(provider, tmp_path)
    assert "pod link" in caught.value.hint
    assert nothing_kept(tmp_path)


def test_a_provider_that_the_webid_does_not_name_is_not_believed(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    with StrictServer() as elsewhere:
        profile = "<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <https://honest.example/> ."
        storage = f"<#me> <http://www.w3.org/ns/pim/space#storage> <{elsewhere.address}> ."
        elsewhere.stored["/ben"] = (f"{profile}\n{storage}\n".encode(), "text/turtle")
        provider.claims = {"webid": f"{elsewhere.address}ben#me"}
        with pytest.raises(UsageError, match="does not name"):
            log_in(provider, tmp_path, server.address)
        assert [path for _, path in elsewhere.requests] == ["/ben"]
    assert nothing_kept(tmp_path)
    assert len(provider.revoked) == 1


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"registration_endpoint": ""}, "register"),
        ({"authorization_endpoint": ""}, "no login in a browser"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
    ],
)
def test_what_a_provider_lacks_is_told(
    server: StrictServer, provider: StrictProvider, tmp_path: Path, configuration: dict[str, Any], message: str
) -> None:
    server.configuration |= configuration
    with pytest.raises(LoginFailedError, match=message):
        begin_link(tmp_path, provider.webid, REDIRECT)


def test_a_pod_that_does_not_take_the_login_leaves_none_behind(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    linking = begin_link(tmp_path, provider.webid, REDIRECT)
    answer = provider.browse(linking.authorization_url)
    server.faults = [Fault(status=403)] * 9
    with pytest.raises(PodAccessError):
        finish_link(linking, answer, None)
    assert nothing_kept(tmp_path)
    assert provider.refresh_tokens == {}


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(kind="closed")])
def test_a_token_endpoint_that_fails_is_unreachable(
    server: StrictServer, provider: StrictProvider, tmp_path: Path, fault: Fault
) -> None:
    server.token_faults = [fault] * 3
    with pytest.raises(PodUnreachableError):
        log_in(provider, tmp_path)
    assert nothing_kept(tmp_path)


def test_a_code_works_once(provider: StrictProvider, tmp_path: Path) -> None:
    linking = begin_link(tmp_path, provider.webid, REDIRECT)
    answer = provider.browse(linking.authorization_url)
    finish_link(linking, answer, None)
    with pytest.raises(LoginFailedError, match="invalid_grant"):
        finish_link(linking, answer, None)
    assert link_state(tmp_path, None).answers


def test_unlinking_ends_the_login_and_keeps_the_records(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    log_in(provider, tmp_path)
    server.stored["/pod/pod-agent/a.ttl"] = (b"", "text/turtle")
    undone = unlink(tmp_path, None)
    assert undone.revoked
    assert provider.refresh_tokens == {}
    assert SecretStore(tmp_path, None).find(provider.webid) is None
    assert load_settings(tmp_path).pod == ""
    assert "/pod/pod-agent/a.ttl" in server.stored
    with pytest.raises(UsageError, match="not linked"):
        unlink(tmp_path, None)


def test_the_doctor_says_where_the_login_is_and_how_safe(
    provider: StrictProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "system_keyring", lambda: None)
    log_in(provider, tmp_path)
    [check] = [check for check in doctor.examine(tmp_path) if check.name == "login"]
    assert "beside it" in check.detail
    assert PASSPHRASE in check.hint
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    log_in(provider, tmp_path)
    [check] = [check for check in doctor.examine(tmp_path) if check.name == "login"]
    assert "your passphrase" in check.detail
    assert check.hint == ""


def test_unlinking_works_without_a_network(provider: StrictProvider, tmp_path: Path) -> None:
    log_in(provider, tmp_path)
    provider.server.routes["/revoke"] = lambda _path, _body: (503, {})
    assert not unlink(tmp_path, None).revoked
    assert SecretStore(tmp_path, None).find(provider.webid) is None


def test_a_home_with_a_folder_pod_is_not_linked(provider: StrictProvider, tmp_path: Path) -> None:
    Agent.create(tmp_path).close()
    with pytest.raises(UsageError, match="on this machine already"):
        Agent.begin_link(tmp_path, provider.webid, REDIRECT)


def test_no_secret_of_a_login_is_shown(
    provider: StrictProvider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    linking = begin_link(tmp_path, provider.webid, REDIRECT)
    answer = provider.browse(linking.authorization_url)
    finish_link(linking, answer, None)
    login = kept(tmp_path, provider.webid)
    code = httpx.URL(answer).params["code"]
    private = str(linking.pending.key.as_dict(private=True)["d"])
    canaries = [linking.pending.verifier, private, login.access_token, login.refresh_token, code]
    failures = []
    for change in ({"claims": {"nonce": "x"}}, {"redirected": {"iss": "https://evil.example/"}}):
        for name, value in change.items():
            setattr(provider, name, value)
        try:
            log_in(provider, tmp_path)
        except PodError as error:
            failures.append("".join(traceback.format_exception(error)))
    assert len(failures) == 2
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("pod_agent")]
    shown = " ".join(
        [repr(linking), str(linking), repr(login), *failures, *ours, *(p.name for p in tmp_path.iterdir())]
    )
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for canary in canaries:
        assert canary not in shown
        assert canary.encode() not in on_disk


def publish(server: StrictServer, **changes: Any) -> str:
    """A client-ID document at an address of this machine."""
    address = f"{server.address}client.jsonld"
    document = {"client_id": address, "redirect_uris": ["https://app.example/", "http://127.0.0.1/callback"], **changes}
    server.routes["/client.jsonld"] = lambda _path, _body: (200, document)
    return address


def test_a_client_document_takes_the_place_of_registering(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    client = publish(server)
    with RedirectListener(redirect_of(client)) as listener:
        linking = begin_link(tmp_path, provider.webid, listener.redirect_uri, client=client)
    assert httpx.URL(linking.authorization_url).params["client_id"] == client
    assert ("POST", "/register") not in server.requests


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "https://other.example/"},
        {"redirect_uris": ["https://a.example/"]},
        {"redirect_uris": ["http://[::1]/callback"]},
    ],
)
def test_a_client_document_for_something_else_is_told(server: StrictServer, changes: dict[str, Any]) -> None:
    with pytest.raises(LoginFailedError, match="no client-ID document"):
        redirect_of(publish(server, **changes))


def test_the_address_of_the_last_page_can_be_pasted(provider: StrictProvider, tmp_path: Path) -> None:
    with LinkCommand(tmp_path, provider.webid, "--paste", "--json") as command:
        status, output, errors = command.finish(provider.browse(command.address) + "\n")
    assert status == 0, errors
    assert provider.webid in output
    assert kept(tmp_path, provider.webid).refresh_token in provider.refresh_tokens


@pytest.mark.parametrize("pasted", ["http://[::1/callback?code=1", "nonsense", "", "?", "http://[", "a=b=c?d"])
def test_what_is_no_answer_is_told(provider: StrictProvider, tmp_path: Path, pasted: str) -> None:
    linking = begin_link(tmp_path, provider.webid, REDIRECT)
    with pytest.raises(LoginFailedError, match="another login"):
        finish_link(linking, pasted, None)


def ask(address: str) -> httpx.Response:
    return httpx.get(address, trust_env=False, timeout=5)


def waiting(listener: RedirectListener, ask_for: Callable[[], None]) -> str:
    asking = threading.Thread(target=ask_for)
    asking.start()
    try:
        return listener.wait("right", 60)
    finally:
        asking.join()


def test_the_listener_takes_one_answer_and_turns_garbage_away() -> None:
    seen: list[tuple[int, str]] = []
    with RedirectListener() as listener:
        base = listener.redirect_uri
        wrong = [base, base + "?state=wrong&code=1", base.replace("callback", "favicon.ico"), base + "?state=&code=2"]

        def browse() -> None:
            port = int(base.split(":")[2].split("/")[0])
            for garbage in (b"", b"\x00\xff garbage\r\n\r\n", b"POST /callback?state=right HTTP/1.1\r\n\r\n"):
                with socket.create_connection(("127.0.0.1", port)) as noise:
                    noise.sendall(garbage)
            seen.extend((ask(address).status_code, "") for address in wrong)
            answer = ask(base + "?state=right&code=3")
            seen.append((answer.status_code, answer.text))

        assert waiting(listener, browse) == "state=right&code=3"
    assert [status for status, _ in seen] == [404, 404, 404, 404, 200]
    assert "close this page" in seen[-1][1]
    assert "code" not in seen[-1][1]
    with pytest.raises(httpx.ConnectError):
        ask(base)


def test_the_listener_gives_up_after_a_time() -> None:
    with RedirectListener() as listener, pytest.raises(LoginFailedError, match="nobody logged in"):
        listener.wait("right", 0.01)
    with pytest.raises(httpx.ConnectError):
        ask(listener.redirect_uri)


def test_a_port_that_is_taken_is_told() -> None:
    with RedirectListener() as first, pytest.raises(LoginFailedError, match="another program uses port"):
        RedirectListener(first.redirect_uri)
    with pytest.raises(LoginFailedError, match="this machine"):
        RedirectListener("http://pod.example/callback")


def test_a_login_without_a_refresh_token_says_when_it_ends(provider: StrictProvider, tmp_path: Path) -> None:
    provider.gives_refresh = False
    log_in(provider, tmp_path)
    login = kept(tmp_path, provider.webid)
    assert link_state(tmp_path, None).until == login.expires_at
    SecretStore(tmp_path, None).keep(provider.webid, dataclasses.replace(login, renew_at=0.0))
    state = link_state(tmp_path, None)
    assert not state.answers
    assert "short time" in state.problem
    assert provider.webid in state.hint
