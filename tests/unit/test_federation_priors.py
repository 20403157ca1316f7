"""The public list of models: what is signed and public is kept for use without a network, everything else left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from consent.proof import sign_json
from pod_agent.errors import ServerUnreachableError, UsageError
from pod_agent.federation import priors
from pod_agent.federation.priors import FetchedModel, fetch_models, kept_prior
from pod_agent.federation.send import open_client
from pod_agent.models.prior_store import FILE, kept_models
from tests.support.consents import Key
from tests.support.door import LEADER
from tests.support.priors import MODEL, NOW, PRIOR, SHOP, model_of
from vocab.errors import VocabularyError
from vocab.shared_model import SharedModel


def entry(model: SharedModel, key: int = 2) -> dict[str, Any]:
    return document(model.to_json(), key)


def document(signed: dict[str, Any], key: int = 2) -> dict[str, Any]:
    """An entry of anything, with a signature that holds."""
    return {"model": signed, "proof": sign_json(signed, Key(key), NOW)}


class Server:
    """A leader's list, and the requests for it."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        self.content = json.dumps({"version": 1, "models": entries}).encode()
        self.status = 200
        self.requests: list[tuple[str, str, tuple[tuple[str, str], ...], bytes]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = tuple(sorted(request.headers.items()))
        self.requests.append((request.method, str(request.url), headers, request.read()))
        return httpx.Response(self.status, content=self.content, headers={"set-cookie": "who=you"})


def fetch(home: Path, server: Server, **changes: Any) -> list[FetchedModel]:
    options: dict[str, Any] = {"pinned": dict, "now": lambda: NOW, "refresh": True, **changes}
    with open_client(httpx.MockTransport(server)) as client:
        return fetch_models(home, LEADER, client=client, **options)


def test_a_signed_model_is_kept_and_used_without_a_network(tmp_path: Path) -> None:
    [told] = fetch(tmp_path, Server(entry(MODEL)))
    assert (told.dimension, told.items, told.people, told.epsilon) == ("category", 3, 2_469, 1.0)
    assert told.to_json()["tasks"] == list(PRIOR.tasks)
    assert kept_prior(tmp_path, "category") == PRIOR
    assert kept_prior(tmp_path, "merchant") is None
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    away = Server()
    away.status = 503
    with pytest.raises(ServerUnreachableError):
        fetch(tmp_path, away)
    assert kept_prior(tmp_path, "category") == PRIOR


def test_the_list_is_asked_for_once_a_day(tmp_path: Path) -> None:
    server = Server(entry(MODEL))
    for hours, asked in ((0, 1), (23, 1), (25, 2), (-1, 3)):
        fetch(tmp_path, server, refresh=False, now=lambda hours=hours: NOW + timedelta(hours=hours))
        assert len(server.requests) == asked


def test_every_agent_sends_the_same_bytes_whatever_it_holds(tmp_path: Path) -> None:
    server = Server(entry(MODEL))
    fetch(tmp_path / "one", server)
    fetch(tmp_path / "one", server, pinned=lambda: {SHOP: Key(2).name})
    fetch(tmp_path / "other", server, simulated=True)
    assert len(set(server.requests)) == 1
    method, address, headers, body = server.requests[0]
    assert (method, address, body) == ("GET", f"{LEADER}models", b"")
    assert dict(headers).keys() == {"host", "user-agent", "accept", "accept-encoding", "connection"}


UNUSABLE: dict[str, dict[str, Any]] = {
    "changed after it was signed": {**entry(MODEL), "model": model_of(people=9_999).to_json()},
    "without a signature": {**entry(MODEL), "proof": "{}"},
    "signed by another key than the grants name": entry(MODEL, key=3),
    "of another leader": entry(model_of(leader_url="http://127.0.0.1:7009/")),
    "of made-up people": entry(model_of(demo=True)),
    "of names that are not public": entry(model_of(items=("groceries", "Alice", "travel"))),
    "of a pharmacy": entry(model_of(dimension="merchant", items=("FairPrice", "Raffles Medical", "Grab Rides"))),
    "of products, which no list names": entry(model_of(dimension="product")),
    "from the future": entry(model_of(released_at=NOW + timedelta(days=2))),
    "without noise": document({**MODEL.to_json(), "prior": {**PRIOR.to_json(), "epsilon": None}}),
    "with fractions": {**entry(MODEL), "model": {**MODEL.to_json(), "noise_variances": [0.5]}},
    "with a field more": document({**MODEL.to_json(), "person": "you"}),
    "of nothing": document({}),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_model_that_may_not_be_used_is_left_out_and_stands_in_no_other_s_way(name: str, tmp_path: Path) -> None:
    shops = model_of(dimension="merchant", items=("FairPrice", "Starbucks", "Grab Rides"))
    server = Server(UNUSABLE[name], entry(shops))
    [told] = fetch(tmp_path, server, pinned=lambda: {SHOP: Key(2).name})
    assert told.dimension == "merchant"
    assert kept_prior(tmp_path, "category") is None


def test_made_up_people_use_what_was_learned_from_made_up_people(tmp_path: Path) -> None:
    exact = model_of(demo=True, epsilon=None, noise_variances=(0,))
    assert fetch(tmp_path, Server(entry(exact)), simulated=True)[0].epsilon is None
    with pytest.raises(VocabularyError, match="has noise"):
        replace(exact, demo=False)


def test_a_business_that_signs_with_another_key_later_is_not_believed(tmp_path: Path) -> None:
    newer = model_of(released_at=NOW, people=3_000)
    fetch(tmp_path, Server(entry(MODEL)))
    fetch(tmp_path, Server(entry(newer, key=3)))
    assert kept_prior(tmp_path, "category") == PRIOR
    fetch(tmp_path, Server(entry(newer, key=3)), pinned=lambda: {SHOP: Key(3).name})
    assert kept_prior(tmp_path, "category") == newer.prior


def test_a_key_that_the_grants_name_puts_out_what_another_one_signed(tmp_path: Path) -> None:
    fetch(tmp_path, Server(entry(MODEL)))
    assert fetch(tmp_path, Server(), pinned=lambda: {SHOP: Key(3).name}) == []
    assert kept_prior(tmp_path, "category") is None


def test_an_older_model_does_not_take_the_place_of_a_newer_one(tmp_path: Path) -> None:
    newer = model_of(released_at=NOW - timedelta(days=1), people=3_000)
    fetch(tmp_path, Server(entry(newer)))
    for put_back in (MODEL, model_of(released_at=newer.prior.released_at, people=5)):
        fetch(tmp_path, Server(entry(put_back)))
        assert kept_prior(tmp_path, "category") == newer.prior
    fetch(tmp_path, Server())  # a list that has none any more
    assert kept_prior(tmp_path, "category") == newer.prior
    newest = model_of(released_at=NOW, people=4_000)
    fetch(tmp_path, Server(entry(newest), entry(MODEL)))
    assert kept_prior(tmp_path, "category") == newest.prior


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"<html>", b'{"version":9,"models":[]}', b'{"version":1,"models":[{}]}', b"[" * 9_999]
)
def test_what_is_no_list_is_told_and_changes_nothing(content: bytes, tmp_path: Path) -> None:
    fetch(tmp_path, Server(entry(MODEL)))
    server = Server()
    server.content = content
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(ServerUnreachableError):
        fetch(tmp_path, server)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_list_without_end_and_one_that_drips_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_MAX_LIST", 500), ("_LIST_SECONDS", -1.0)):
        with monkeypatch.context() as patched:
            patched.setattr(priors, name, value)
            with pytest.raises(ServerUnreachableError):
                fetch(tmp_path, Server(entry(MODEL)))
    assert not (tmp_path / FILE).exists()


def test_no_redirect_is_followed(tmp_path: Path) -> None:
    def elsewhere(request: httpx.Request) -> httpx.Response:
        assert str(request.url).startswith(LEADER)
        return httpx.Response(302, headers={"location": "http://127.0.0.1:1/models?who=you"})

    with open_client(httpx.MockTransport(elsewhere)) as client, pytest.raises(ServerUnreachableError):
        fetch_models(tmp_path, LEADER, client=client, pinned=dict, now=lambda: NOW)


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "half of it": _half,
    "no text": lambda _: b"\xff\xfe",
    "another number": lambda content: content.replace(b"900000000", b"910000000"),
    "another key": lambda content: content.replace(Key(2).name.encode(), Key(3).name.encode(), 1),
    "a list": lambda _: b"[]",
    "other keys": lambda content: json.dumps({**json.loads(content), "keys": []}).encode(),
    "no zone": lambda content: content.replace(b'Z"', b'"', 1),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_counts_as_none_and_is_fetched_again(name: str, tmp_path: Path) -> None:
    server = Server(entry(MODEL))
    fetch(tmp_path, server)
    damaged = DAMAGES[name]((tmp_path / FILE).read_bytes())
    assert damaged != (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(damaged)
    assert kept_models(tmp_path) is None
    fetch(tmp_path, server, refresh=False)
    assert kept_prior(tmp_path, "category") == PRIOR


def test_without_an_aggregator_nobody_is_asked(tmp_path: Path) -> None:
    server = Server(entry(MODEL))
    with open_client(httpx.MockTransport(server)) as client, pytest.raises(UsageError):
        fetch_models(tmp_path, "", client=client, pinned=dict)
    assert server.requests == []


def test_models_of_another_aggregator_are_dropped(tmp_path: Path) -> None:
    fetch(tmp_path, Server(entry(MODEL)))
    other = "http://127.0.0.1:7009/"
    with open_client(httpx.MockTransport(Server())) as client:
        assert fetch_models(tmp_path, other, client=client, pinned=dict, now=lambda: NOW) == []
    assert kept_prior(tmp_path, "category") is None


def test_a_model_is_read_back_as_it_was_written_and_nothing_else() -> None:
    assert SharedModel.from_json(MODEL.to_json()) == MODEL
    changes: tuple[dict[str, Any], ...] = (
        {"noise_variances": []},
        {"noise_variances": [-1]},
        {"noise_variances": [0]},
        {"type": "Model"},
    )
    for wrong in changes:
        with pytest.raises(VocabularyError):
            SharedModel.from_json({**MODEL.to_json(), **wrong})
