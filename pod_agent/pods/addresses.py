"""Which addresses the agent trusts with the person's data: https, and plain http on this machine alone."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from pod_agent.errors import UsageError

__all__ = ["is_loopback", "origin", "require_safe"]


def is_loopback(address: str) -> bool:
    """Whether the address names this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
