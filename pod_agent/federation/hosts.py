"""Whose servers they are: the hosts of a study's addresses, in the one form in which they can be compared.

Two addresses lie with one party if their registrable domains are equal. Which part of a name can be registered is
decided by a short rule and not by a list that grows old: the last two labels, or three below the likes of ``co.uk``.
Parties that rent names below one domain count as one, on the safe side; one party with two domains cannot be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from consent.errors import InvalidStudyError
from vocab.hosts import address_of, is_loopback

__all__ = ["Server", "server_of"]

HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*")
NUMERIC = re.compile(r"\d+|0x[0-9a-f]*")
SECOND_LEVEL = frozenset("com co org net edu gov ac".split())
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Server:
    """Where an address leads: scheme, host in lower case (ASCII, no dot at its end) and port."""

    scheme: str
    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether it is, or may be, this machine."""
        return is_loopback(self.host) or self.host.endswith(".localhost") or self.host in {"0.0.0.0", "::"}  # noqa: S104

    @property
    def owner(self) -> str:
        """The registrable domain, or the address where the host is one."""
        labels = self.host.split(".")
        if address_of(self.host) is not None:
            return self.host
        below = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
        return ".".join(labels[-3 if below else -2 :])

    def same_party(self, other: Server) -> bool:
        """Whether both lie with one party: one machine's port, or one registrable domain."""
        return self.port == other.port if self.loopback and other.loopback else self.owner == other.owner


def server_of(url: str) -> Server:
    """The server of an address, read by the program that will connect to it; InvalidStudyError where there is none."""
    try:
        parts = httpx.URL(url)
        name = parts.raw_host.decode("ascii").lower().removesuffix(".")
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidStudyError("an address of the study cannot be read") from error
    address = address_of(name)
    host = str(address) if address is not None else name
    plain = HOST.fullmatch(host) is not None and NUMERIC.fullmatch(host.rpartition(".")[2]) is None
    port = parts.port if parts.port is not None else PORTS.get(parts.scheme, 0)
    if (address is None and not plain) or not 0 < port < 65_536 or "%" in host:
        raise InvalidStudyError("an address of the study names no server")
    return Server(parts.scheme, host, port)
