"""Which hosts are this machine: one rule for agent, pods and servers."""

from __future__ import annotations

import pytest

from vocab.hosts import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "::ffff:127.0.0.1"])
def test_this_machine_is_known_by_every_form_of_its_address(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", [None, "", "localhost.example", "10.0.0.1", "::ffff:10.0.0.1", "[::2]", "127.1"])
def test_no_other_host_is_this_machine(host: str | None) -> None:
    assert not is_loopback(host)
