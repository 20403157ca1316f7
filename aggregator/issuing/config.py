"""What an issuer must know to start (``issuer.toml``), and the invitations that it gives to leaders.

A pod operator runs the issuer beside its Solid server. ``members.txt`` beside the settings has the WebID of each of its
people on a line of its own; lines that begin with ``#`` say nothing. A leader keeps the invitations of its issuers in
the folder ``issuers`` of its home. A helper has the addresses of the issuers that its operator knows to be
independent of one another, one on each line of ``trusted-issuers.txt``.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from aggregator.errors import ConfigurationError
from aggregator.files import replace_file
from consent.grant import WEBID
from vocab.study import URL

__all__ = [
    "MEMBERS",
    "IssuerConfig",
    "IssuerInvitation",
    "accept_invitation",
    "init_issuer",
    "invite",
    "load_issuer",
    "read_invitation",
    "read_invitations",
    "read_members",
    "read_trusted",
    "trust_issuer",
    "write_invitation",
]

KEY_BYTES = 32
SETTINGS = "issuer.toml"
MEMBERS = "members.txt"
INVITATIONS = "issuers"
TRUSTED = "trusted-issuers.txt"
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")


class IssuerConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An issuer's settings.

    ``providers`` are the identity providers whose logins count, ``leaders`` the channel key of each leader in
    hexadecimal, by a name that only the operator sees. ``port`` 0 means any free one. ``url`` is where agents and
    leaders reach it.
    """

    host: str
    port: int
    url: str
    providers: tuple[str, ...]
    leaders: dict[str, str]


class IssuerInvitation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an issuer's operator hands to a leader's, over a channel they trust."""

    url: str
    channel_key: str


def init_issuer(
    home: Path, *, url: str, providers: tuple[str, ...], host: str = "127.0.0.1", port: int = 0
) -> IssuerConfig:
    """Make an issuer's settings and an empty list of members; nothing that exists is replaced."""
    if (home / SETTINGS).exists():
        raise ConfigurationError(f"{home / SETTINGS} exists already", hint="Choose another folder with --home.")
    config = IssuerConfig(host=host, port=port, url=url, providers=providers, leaders={})
    _check(config, home / SETTINGS)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / MEMBERS).touch(mode=0o600)
    _write(home, config)
    return config


def invite(home: Path, name: str) -> IssuerInvitation:
    """A fresh channel key for one more leader; the issuer takes it from its next start."""
    config = load_issuer(home)
    if not NAME.fullmatch(name) or name in config.leaders:
        raise ConfigurationError(
            f"{name!r} is taken or is no name",
            hint=f"Use small letters, digits and dashes. A leader loses its line in {SETTINGS} to get another key.",
        )
    key = secrets.token_hex(KEY_BYTES)
    _write(home, msgspec.structs.replace(config, leaders={**config.leaders, name: key}))
    return IssuerInvitation(url=config.url, channel_key=key)


def load_issuer(home: Path) -> IssuerConfig:
    """Read ``issuer.toml``."""
    config = _read(home / SETTINGS, IssuerConfig)
    _check(config, home / SETTINGS)
    return config


def read_members(home: Path) -> frozenset[str]:
    """The WebIDs in ``members.txt``; ConfigurationError names the first line that is none, by its number."""
    path = home / MEMBERS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read", hint="It has one WebID on each line.") from error
    found = {number: line.strip() for number, line in enumerate(lines, start=1) if line.strip()}
    members = {number: line for number, line in found.items() if not line.startswith("#")}
    for number, webid in members.items():
        if not WEBID.fullmatch(webid):
            raise ConfigurationError(f"line {number} of {path} is no WebID", hint="It has one WebID on each line.")
    return frozenset(members.values())


def write_invitation(path: Path, invitation: IssuerInvitation) -> None:
    """Write an invitation to a new private file."""
    text = f"url = {json.dumps(invitation.url)}\nchannel_key = {json.dumps(invitation.channel_key)}\n"
    _private(path, text)


def read_invitation(path: Path) -> IssuerInvitation:
    """Read an issuer's invitation."""
    invitation = _read(path, IssuerInvitation)
    _check_invitation(invitation, path)
    return invitation


def accept_invitation(home: Path, path: Path) -> IssuerInvitation:
    """Keep an issuer's invitation with a leader: its studies are published with this issuer from now on."""
    invitation = read_invitation(path)
    if invitation.url in {known.url for known in read_invitations(home)}:
        raise ConfigurationError("this issuer is known already", hint=f"Remove its file from {home / INVITATIONS}.")
    name = re.sub(r"[^a-z0-9]+", "-", invitation.url.partition("://")[2].lower()).strip("-")
    (home / INVITATIONS).mkdir(mode=0o700, parents=True, exist_ok=True)
    write_invitation(home / INVITATIONS / f"{name}.toml", invitation)
    return invitation


def read_invitations(home: Path) -> tuple[IssuerInvitation, ...]:
    """The issuers that a leader knows, in the order of their addresses."""
    found = [read_invitation(path) for path in sorted((home / INVITATIONS).glob("*.toml"))]
    return tuple(sorted(found, key=lambda invitation: invitation.url))


def read_trusted(home: Path) -> frozenset[str]:
    """The addresses of the issuers that a helper's operator takes for real ones; none at first."""
    path = home / TRUSTED
    return frozenset(path.read_text(encoding="utf-8").split()) if path.exists() else frozenset()


def trust_issuer(home: Path, url: str) -> None:
    """Take an issuer for a real pod operator: this helper stands for studies that count its tokens."""
    if not URL.fullmatch(url):
        raise ConfigurationError(f"{url!r} is no address of an issuer", hint="It is http or https and ends in /.")
    known = sorted(read_trusted(home) | {url})
    replace_file(home / TRUSTED, "".join(f"{one}\n" for one in known).encode())


T = TypeVar("T", bound=Struct)


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} is missing", hint="Run: pod-aggregator issuer init") from error
    except (ValueError, msgspec.ValidationError) as error:
        told = "an issuer's settings" if kind is IssuerConfig else "an issuer's invitation"
        raise ConfigurationError(f"{path} does not hold {told}: {error}", hint="Mend the file.") from error


def _check(config: IssuerConfig, path: Path) -> None:
    addresses = [config.url, *config.providers]
    if not config.providers or not all(URL.fullmatch(address) for address in addresses):
        raise ConfigurationError(
            f"{path}: an issuer has an address and at least one identity provider",
            hint="Addresses are http or https and end in /.",
        )
    for key in config.leaders.values():
        _check_key(key, path)


def _check_invitation(invitation: IssuerInvitation, path: Path) -> None:
    if not URL.fullmatch(invitation.url):
        raise ConfigurationError(f"{path}: the address is not http or https, or does not end in /")
    _check_key(invitation.channel_key, path)


def _check_key(key: str, path: Path) -> None:
    if not re.fullmatch(rf"[0-9a-f]{{{2 * KEY_BYTES}}}", key):
        raise ConfigurationError(f"{path}: a channel key is {KEY_BYTES} bytes in hexadecimal", hint="Mend the file.")


def _write(home: Path, config: IssuerConfig) -> None:
    lines = [
        f"host = {json.dumps(config.host)}",
        f"port = {config.port}",
        f"url = {json.dumps(config.url)}",
        f"providers = {json.dumps(list(config.providers))}",
        "",
        "[leaders]",
        *(f"{json.dumps(name)} = {json.dumps(key)}" for name, key in config.leaders.items()),
    ]
    path = home / SETTINGS
    if not path.exists():
        path.touch(mode=0o600)
    replace_file(path, ("\n".join(lines) + "\n").encode())
    path.chmod(0o600)


def _private(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(f"{path} exists already", hint="Remove it, or choose another name.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
