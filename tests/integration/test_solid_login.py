"""Client credentials and DPoP against a server that checks every proof, token and clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from pod_agent.errors import PodAccessError, PodError, PodUnreachableError, UsageError
from pod_agent.pods.login.auth import ClientCredentials, DPoPAuth
from pod_agent.pods.login.tokens import Prover, read_provider
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from tests.support.strict_server import Fault, StrictServer

BODY = b"<#a> <#b> 1 .\n"
SHORT = httpx.Timeout(0.3)
SECRET = "s3cr3t/+ %"


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def server() -> Iterator[StrictServer]:
    with StrictServer(login=True) as running:
        yield running


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def open_pod(server: StrictServer, clock: HandClock) -> Iterator[Callable[[], SolidPod]]:
    opened: list[SolidPod] = []

    def open_one(client_secret: str = SECRET) -> SolidPod:
        credentials = ClientCredentials(issuer=server.address, client_id="agent", client_secret=client_secret)
        session = Session(open_client(server.address, DPoPAuth(credentials, clock), SHORT), pause=lambda _: None)
        opened.append(SolidPod(server.address + "pod/", session))
        return opened[-1]

    yield open_one
    for pod in opened:
        pod.close()


def use(pod: SolidPod, times: int = 3) -> None:
    """Write, read and remove a few documents."""
    for number in range(times):
        etag = pod.write(f"a-{number}.ttl", BODY, if_match=None)
        found = pod.read(f"a-{number}.ttl")
        assert found is not None
        assert found.content == BODY
        assert pod.remove(f"a-{number}.ttl", if_match=etag)


def test_one_token_serves_many_requests(server: StrictServer, open_pod: Callable[[], SolidPod]) -> None:
    use(open_pod())
    assert server.issued == 1


def test_a_token_is_renewed_before_it_expires(
    server: StrictServer, open_pod: Callable[[], SolidPod], clock: HandClock
) -> None:
    pod = open_pod()
    use(pod)
    clock.seconds = server.lifetime - 31
    use(pod)
    assert server.issued == 1
    clock.seconds = server.lifetime - 30
    use(pod)
    assert server.issued == 2


def test_a_short_token_is_used_for_half_its_life(
    server: StrictServer, open_pod: Callable[[], SolidPod], clock: HandClock
) -> None:
    server.lifetime = 20
    pod = open_pod()
    use(pod, 1)
    clock.seconds = 9
    use(pod, 1)
    assert server.issued == 1
    clock.seconds = 10
    use(pod, 1)
    assert server.issued == 2


def test_a_token_that_is_no_longer_taken_is_replaced(server: StrictServer, open_pod: Callable[[], SolidPod]) -> None:
    pod = open_pod()
    use(pod)
    server.tokens = dict.fromkeys(server.tokens, server.now() - 1)
    use(pod)
    assert server.issued == 2


def test_nonces_are_sent_where_the_server_asks_for_them(server: StrictServer, open_pod: Callable[[], SolidPod]) -> None:
    server.nonces = True
    pod = open_pod()
    use(pod)
    server.nonce = "another"
    use(pod)
    assert server.issued == 1
    assert server.replays == 0


def test_a_token_is_replaced_although_every_refusal_brings_a_new_nonce(
    server: StrictServer, open_pod: Callable[[], SolidPod]
) -> None:
    server.nonces = server.rotates_nonces = True
    pod = open_pod()
    use(pod)
    server.tokens.clear()
    use(pod)
    assert server.issued == 2


@pytest.mark.parametrize("offset", [-3600.0, -310.0, 310.0, 3600.0])
def test_the_servers_clock_is_learnt(server: StrictServer, open_pod: Callable[[], SolidPod], offset: float) -> None:
    server.clock_offset = offset
    use(open_pod())
    assert server.issued == 1


def test_a_clock_that_is_set_right_in_between_is_learnt_again(
    server: StrictServer, open_pod: Callable[[], SolidPod]
) -> None:
    server.clock_offset = 3600
    pod = open_pod()
    use(pod)
    server.clock_offset = 0
    use(pod)
    assert server.issued == 1


def test_no_proof_is_ever_sent_twice(server: StrictServer, open_pod: Callable[[], SolidPod]) -> None:
    server.nonces = True
    pod = open_pod()
    pod.write("a.ttl", BODY, if_match=None)
    server.faults = [Fault(), Fault(kind="closed")]
    assert pod.read("a.ttl") is not None
    server.tokens.clear()
    server.nonce = "another"
    server.clock_offset = 1000
    assert pod.read("a.ttl") is not None
    assert server.replays == 0
    assert len(server.proofs) == len(set(server.proofs)) >= 8


def test_threads_share_one_token(server: StrictServer, open_pod: Callable[[], SolidPod]) -> None:
    pod = open_pod()
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda n: pod.write(f"b-{n}.ttl", BODY, if_match=None), range(10)))
    assert server.issued == 1
    assert len(server.stored) == 10


def test_a_refused_login_is_no_access_and_shows_no_secret(
    server: StrictServer, open_pod: Callable[..., SolidPod]
) -> None:
    with pytest.raises(PodAccessError, match="invalid_client") as caught:
        open_pod("wr0ng-secret").read("a.ttl")
    assert "wr0ng" not in f"{caught.value} {caught.value.hint} {caught.value!r}"
    assert "Check id and secret" in caught.value.hint
    assert server.requests == [("GET", "/.well-known/openid-configuration"), ("POST", "/token")]


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=503), Fault(kind="closed"), Fault(kind="stalled")])
def test_an_identity_provider_that_fails_is_unreachable(
    server: StrictServer, open_pod: Callable[[], SolidPod], fault: Fault
) -> None:
    server.token_faults = [fault] * 3
    with pytest.raises(PodUnreachableError):
        open_pod().read("a.ttl")


def test_a_login_that_failed_works_once_the_identity_provider_is_back(
    server: StrictServer, open_pod: Callable[[], SolidPod]
) -> None:
    pod = open_pod()
    server.token_faults = [Fault()]
    with pytest.raises(PodUnreachableError):
        pod.write("a.ttl", BODY, if_match=None)
    pod.write("a.ttl", BODY, if_match=None)
    assert server.stored["/pod/a.ttl"][0] == BODY


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"configuration": {"issuer": "http://127.0.0.1:1/"}}, PodAccessError, "does not call itself"),
        ({"configuration": {"token_endpoint": "http://idp.example/token"}}, PodAccessError, "without encryption"),
        ({"configuration": {"token_endpoint": ""}}, PodAccessError, "token endpoint"),
        ({"token_type": "Bearer"}, PodAccessError, "bound to a key"),
    ],
)
def test_an_identity_provider_that_is_not_safe_gets_no_secret(
    server: StrictServer,
    open_pod: Callable[[], SolidPod],
    change: dict[str, Any],
    error: type[PodError],
    message: str,
) -> None:
    for name, value in change.items():
        setattr(server, name, value)
    with pytest.raises(error, match=message):
        open_pod().read("a.ttl")
    asked = [path for _, path in server.requests]
    assert asked.count("/token") == ("token_type" in change)


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:631/", "https://192.168.1.1/", "https://169.254.169.254/latest", "https://127.1/"]
)
@pytest.mark.parametrize("name", ["token_endpoint", "registration_endpoint", "jwks_uri", "revocation_endpoint"])
def test_a_provider_on_the_web_leads_to_nothing_on_this_machine(name: str, endpoint: str) -> None:
    said = {"issuer": "https://idp.example", "token_endpoint": "https://idp.example/token", name: endpoint}
    flow = read_provider("https://idp.example/", Prover(), {})
    request = next(flow)
    with pytest.raises(PodAccessError, match=r"on this machine or in a private network: https?://[\d.:]+$"):
        flow.send(httpx.Response(200, json=said, request=request))


def test_a_401_that_no_login_cures_ends(server: StrictServer, open_pod: Callable[[], SolidPod]) -> None:
    server.faults = [Fault(status=401)] * 20
    with pytest.raises(PodAccessError):
        open_pod().read("a.ttl")
    assert len(server.faults) == 17


def test_the_secret_is_in_no_representation() -> None:
    credentials = ClientCredentials(issuer="https://idp.example/", client_id="agent", client_secret=SECRET)
    assert SECRET not in repr(credentials)
    with pytest.raises(UsageError, match="without encryption"):
        DPoPAuth(ClientCredentials(issuer="http://idp.example/", client_id="agent", client_secret=SECRET))
