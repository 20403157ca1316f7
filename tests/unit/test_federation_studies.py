"""The public list of studies: what is not signed as it stands is left out; what is no list is told."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from consent.codec import sign_study
from pod_agent.errors import ServerUnreachableError
from pod_agent.federation.studies import fetch_studies
from tests.support.consents import START, Key
from tests.support.door import LEADER, category_study
from vocab.study import Study
from vocab.vdaf import sealing

KEY = sealing.public_key(bytes(range(96))).hex()


def entry(study: Study, **changes: Any) -> dict[str, Any]:
    proof = sign_study(study, Key(2), START)
    return {"task": study.task_id.hex(), "manifest": study.to_json(), "proof": proof, **changes}


def client_with(content: bytes, status: int = 200) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(status, content=content)))


def listing(*entries: dict[str, Any]) -> httpx.Client:
    return client_with(json.dumps({"version": 1, "studies": entries}).encode())


def test_only_studies_that_are_signed_as_they_stand_are_offered() -> None:
    good = category_study(helper_key=KEY)
    changed = {**good.to_json(), "min_batch": 101}
    elsewhere = category_study(helper_key=KEY, leader_url="http://127.0.0.1:7009/")
    entries = [
        entry(good),
        entry(good, task="00" * 32),
        entry(good, manifest=changed),
        entry(good, proof="{}"),
        entry(good, manifest={"type": "Study"}),
        entry(elsewhere),
    ]
    found = fetch_studies(LEADER, client=listing(*entries))
    assert [(offered.study, offered.key, offered.problem) for offered in found] == [(good, Key(2).name, None)]


def test_a_study_outside_the_rules_is_offered_with_its_problem() -> None:
    [offered] = fetch_studies(LEADER, client=listing(entry(category_study(helper_key=KEY, min_batch=3))))
    assert offered.problem is not None
    assert offered.problem.code == "invalid_study"


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 200), (b"{}", 200), (b"<html>", 200), (b'{"version":9,"studies":[]}', 200), (b"", 500)],
)
def test_what_is_no_list_is_told(content: bytes, status: int) -> None:
    with pytest.raises(ServerUnreachableError):
        fetch_studies(LEADER, client=client_with(content, status))
