"""Strangers at the doors that ask for a login: what they send costs the server little and nobody else anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from aggregator import solid_oidc
from aggregator.errors import NotAuthorisedError, ProviderUnreachableError
from aggregator.issuing.operator import MadeUpOperator
from aggregator.solid_oidc import TokenCheck
from pod_agent.pods.login.tokens import Prover
from tests.support.tokens import Operator

SERVER = "http://127.0.0.1:7000/"
PATH = "keys/tokens"


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    made = Operator(tmp_path / "operator", 0, people=5)
    try:
        yield made
    finally:
        made.close()


def login(operator: MadeUpOperator, person: int = 0, **claims: str) -> tuple[str, str]:
    """An access token of this operator and a proof of its key."""
    key = ECKey.generate_key("P-256")
    token = operator.token(person, str(key.thumbprint()), **claims)
    return f"DPoP {token}", Prover().proof(key, "PUT", SERVER + PATH, token)


def asked(check: TokenCheck, operator: MadeUpOperator, person: int = 0, **claims: str) -> str:
    return check.webid("PUT", PATH, *login(operator, person, **claims))


def watched(operator: Operator, seen: list[str], before: Callable[[], object] = lambda: None) -> TokenCheck:
    """A check whose requests are written down."""

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        before()
        return operator.transport.handle_request(request)

    return TokenCheck(SERVER, providers=[operator.url], client=httpx.Client(transport=httpx.MockTransport(answer)))


def test_strangers_cannot_use_up_the_proofs_that_are_remembered(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solid_oidc, "MAX_PROOFS", 3)
    check = watched(operator, [])
    stranger = MadeUpOperator(operator.url, 5)  # with a key of its own
    for _ in range(6):
        with pytest.raises(NotAuthorisedError, match="no key"):
            asked(check, stranger)
    assert asked(check, operator.operator) == operator.operator.webid(0)
    header, proof = login(operator.operator)
    check.webid("PUT", PATH, header, proof)
    with pytest.raises(NotAuthorisedError, match="used before"):
        check.webid("PUT", PATH, header, proof)


def test_a_token_that_its_provider_did_not_sign_sends_the_server_nowhere_else(operator: Operator) -> None:
    seen: list[str] = []
    check = watched(operator, seen)
    with pytest.raises(NotAuthorisedError):
        asked(check, MadeUpOperator(operator.url, 5), webid="http://127.0.0.1:9/private#me")
    assert seen
    assert all(address.startswith(operator.url) for address in seen)


def test_a_document_that_never_ends_is_given_up(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solid_oidc, "FETCH_SECONDS", 0.1)
    given = []

    def drip() -> Iterator[bytes]:
        for _ in range(1_000):
            given.append(b" ")
            time.sleep(0.01)
            yield b" "

    slow = httpx.MockTransport(lambda _: httpx.Response(200, content=drip()))
    with pytest.raises(ProviderUnreachableError, match="too long"):
        asked(TokenCheck(SERVER, client=httpx.Client(transport=slow)), operator.operator)
    assert len(given) < 1_000


def test_logins_that_wait_for_slow_addresses_leave_threads_for_others(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solid_oidc, "MAX_FETCHES", 1)
    refused: list[int] = []

    def another() -> None:
        with pytest.raises(ProviderUnreachableError, match="too many"):
            asked(check, operator.operator, 1)
        refused.append(1)

    check = watched(operator, [], another)
    assert asked(check, operator.operator) == operator.operator.webid(0)
    assert refused
