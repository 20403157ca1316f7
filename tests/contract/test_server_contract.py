"""Every Solid server does what the protocol says, or what is written down of it, and nothing else."""

from __future__ import annotations

import atexit
import functools

import pytest

from tests.contract.cases import CASES
from tests.contract.differences import DIFFERENCES
from tests.contract.naming import SERVERS
from tests.contract.world import World, open_world


@functools.cache
def world(server: str) -> World:
    """One owner and one friend on each server for a run; every case has a container of its own."""
    made = open_world(server)
    atexit.register(made.close)
    return made


@pytest.mark.solid
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("server", SERVERS)
def test_a_server_does_what_is_written_down(server: str, name: str) -> None:
    known = DIFFERENCES.get(name, {}).get(server)
    found = CASES[name].observe(world(server))
    assert found == (known.outcome if known else CASES[name].expects), CASES[name].fact


def test_every_difference_is_one_and_of_a_case_on_a_server() -> None:
    assert DIFFERENCES.keys() <= CASES.keys()
    for name, found in DIFFERENCES.items():
        assert found.keys() <= set(SERVERS)
        for difference in found.values():
            assert difference.outcome != CASES[name].expects
