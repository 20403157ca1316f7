"""Every pod keeps the protocol: the folder, Community Solid Server with WAC and with ACP, JavaScript Solid Server."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from pod_agent.errors import AgentError
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.testing import POD_CHECKS, OpenPod, check_pod
from tests.contract.differences import CHECK_DIFFERENCES
from tests.contract.naming import ACP, EMBEDDED, JSS, PODS, WAC
from tests.support.jss_server import fresh_jss_owner
from tests.support.solid_server import fresh_owner

_OPENERS: dict[str, Callable[[], OpenPod]] = {
    WAC: lambda: fresh_owner("wac").open,
    ACP: lambda: fresh_owner("acp").open,
    JSS: lambda: fresh_jss_owner().open,
}


@functools.cache
def served(pod: str) -> OpenPod:
    """A pod of one owner for all checks of a run."""
    return _OPENERS[pod]()


def complaint(name: str, open_pod: OpenPod) -> str:
    """What a check says does not hold; "" where all does."""
    try:
        POD_CHECKS[name](open_pod)
    except (AssertionError, AgentError) as error:
        return f"{error} "
    return ""


@pytest.mark.parametrize("name", POD_CHECKS)
@pytest.mark.parametrize("pod", [pytest.param(pod, marks=() if pod == EMBEDDED else pytest.mark.solid) for pod in PODS])
def test_a_pod_keeps_the_protocol(pod: str, name: str, tmp_path: Path) -> None:
    open_pod = functools.partial(EmbeddedPod, tmp_path / "pod") if pod == EMBEDDED else served(pod)
    known = CHECK_DIFFERENCES.get(name, {}).get(pod)
    if known is None:
        POD_CHECKS[name](open_pod)
        return
    said = next(filter(None, (complaint(name, open_pod) for _ in range(known.tries))), "")
    assert said or known.sometimes, f"{pod} now keeps {name}: strike the difference out"
    assert not said or known.outcome in said or (known.also and known.also in said)


def test_check_pod_runs_every_check(tmp_path: Path) -> None:
    calls = 0

    def open_pod() -> EmbeddedPod:
        nonlocal calls
        calls += 1
        return EmbeddedPod(tmp_path / "pod")

    check_pod(open_pod)
    assert calls >= len(POD_CHECKS) + 5 * 4  # one handle a check, and one for each writer of the races


def test_every_difference_is_one_of_a_check_on_a_pod() -> None:
    assert CHECK_DIFFERENCES.keys() <= POD_CHECKS.keys()
    assert {pod for found in CHECK_DIFFERENCES.values() for pod in found} <= set(PODS)
