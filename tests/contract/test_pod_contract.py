"""Every pod keeps the protocol: the folder, and a container on a real Community Solid Server."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.testing import POD_CHECKS, OpenPod, check_pod
from tests.support.solid_server import PodOwner, fresh_owner

Check = Callable[[OpenPod], None]


@pytest.fixture(scope="module")
def owner() -> PodOwner:
    return fresh_owner()


@pytest.mark.parametrize("check", POD_CHECKS.values(), ids=POD_CHECKS.keys())
def test_the_embedded_pod(check: Check, tmp_path: Path) -> None:
    check(functools.partial(EmbeddedPod, tmp_path / "pod"))


@pytest.mark.solid
@pytest.mark.parametrize("check", POD_CHECKS.values(), ids=POD_CHECKS.keys())
def test_the_solid_pod(check: Check, owner: PodOwner) -> None:
    check(owner.open)


def test_check_pod_runs_every_check(tmp_path: Path) -> None:
    calls = 0

    def open_pod() -> EmbeddedPod:
        nonlocal calls
        calls += 1
        return EmbeddedPod(tmp_path / "pod")

    check_pod(open_pod)
    assert calls >= len(POD_CHECKS) + 5 * 4  # one handle a check, and one for each writer of the race's rounds
