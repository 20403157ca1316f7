"""Hosts as they stand in addresses; nothing is looked up."""

from __future__ import annotations

import ipaddress

__all__ = ["address_of", "is_loopback"]


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host is, in brackets or not, unwrapped where IPv6 holds IPv4; None for a name."""
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_loopback(host: str | None) -> bool:
    """Whether the host is this machine: ``localhost``, or an address of loopback; False where there is none."""
    address = address_of(host or "")
    return host == "localhost" if address is None else address.is_loopback
