"""Which addresses the agent trusts with the person's data: https, and plain http on this machine alone."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from pod_agent.errors import UsageError
from vocab import hosts

__all__ = ["is_inside", "is_loopback", "origin", "require_safe"]

_SHORT_IPV4 = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}")
"""Such as 127.1: systems take it for an address, and no honest server calls itself so."""


def is_loopback(address: str) -> bool:
    """Whether the address names this machine."""
    host = urlsplit(address).hostname or ""
    return host.endswith(".localhost") or hosts.is_loopback(host)


def is_inside(address: str) -> bool:
    """Whether the address names this machine or one of a private network; a name is not looked up."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    try:
        return host == "localhost" or host.endswith(".localhost") or not ipaddress.ip_address(host).is_global
    except ValueError:
        return _SHORT_IPV4.fullmatch(host) is not None


def origin(address: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def require_safe(address: str, what: str) -> str:
    """The address as given; UsageError where it is no web address, carries a password or is open to eavesdroppers."""
    try:
        parts = urlsplit(address)
        _ = parts.port
        (parts.hostname or "").encode("idna")  # no part of a name is empty or longer than 63 letters
    except ValueError as error:
        raise UsageError(f"{what} is not a web address: {error}", hint="It begins with https://") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or not address.isprintable():
        raise UsageError(f"{what} is not a web address", hint="It begins with https://")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{what} carries a user name", hint="Leave out what stands before the '@'.")
    if parts.scheme == "http" and not is_loopback(address):
        raise UsageError(
            f"{what} would be reached without encryption: {origin(address)}",
            hint="Use its https:// address; plain http is taken for this machine only.",
        )
    return address
