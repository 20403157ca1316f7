"""What a server must know to start: ``leader.toml`` and ``helper.toml`` in its folder, readable by its owner alone.

Leader and helper belong to different operators. The helper's operator runs ``init`` first and gives the leader's the
file ``invitation.toml``, which holds the channel key that both servers share.

Settings that may be left out say where a server grows beyond its machine: ``store``, the URL of a PostgreSQL database
(the variable ``POD_AGGREGATOR_STORE`` comes before it); ``verify``, where proofs are checked
(``aggregator.verifiers``); ``workers``, how many processes check them, 0 for one a core; ``ray``, a cluster's address.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from dataclasses import MISSING, Field, asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import platformdirs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aggregator.errors import ConfigurationError
from consent.grant import WEBID
from consent.proof import key_name
from vocab.study import URL
from vocab.vdaf import sealing

__all__ = [
    "HelperConfig",
    "Invitation",
    "LeaderConfig",
    "SigningKey",
    "default_home",
    "init_helper",
    "init_leader",
    "load_helper",
    "load_leader",
    "read_invitation",
]

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """What both servers may leave out."""

    store: str = ""
    verify: str = "processes"
    workers: int = 0
    ray: str = "auto"

    def verified(self, verify: str | None, workers: int | None, ray: str | None) -> Self:
        """With these options in the place of settings; a cluster's address alone means Ray."""
        kind = verify or ("ray" if ray else self.verify)
        return replace(self, verify=kind, workers=workers or self.workers, ray=ray or self.ray)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderConfig(_Server):
    """The leader's settings. Keys are hexadecimal; ``url`` is where agents reach it, ``port`` 0 means any free one."""

    host: str
    port: int
    url: str
    controller: str
    helper: str
    helper_url: str
    helper_key: str
    channel_key: str
    signing_key: str

    @property
    def signer(self) -> SigningKey:
        """Signs the business's studies."""
        return SigningKey(bytes.fromhex(self.signing_key))


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperConfig(_Server):
    """The helper's settings; ``sealing_key`` opens the shares that agents seal for it."""

    host: str
    port: int
    url: str
    helper: str
    channel_key: str
    sealing_key: str

    @property
    def public_key(self) -> str:
        """The key that studies name, hexadecimal."""
        return sealing.public_key(bytes.fromhex(self.sealing_key)).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a helper's operator hands to a leader's, over a channel they trust."""

    helper: str
    helper_url: str
    helper_key: str
    channel_key: str


class SigningKey:
    """An Ed25519 key that signs studies (``consent.proof.Signer``)."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @property
    def name(self) -> str:
        """The public key as a Multikey, as grants name it."""
        return key_name(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._key.sign(message)


def default_home() -> Path:
    """``POD_AGGREGATOR_HOME``, or the user's folder for application files."""
    named = os.environ.get("POD_AGGREGATOR_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("pod-aggregator", appauthor=False))


def init_helper(
    home: Path, *, url: str, helper: str, host: str = "127.0.0.1", port: int = 0, store: str = ""
) -> Invitation:
    """Make the helper's keys, its ``helper.toml`` and the invitation for a leader."""
    _check_names(helper, url)
    config = HelperConfig(
        host=host,
        port=port,
        url=url,
        helper=helper,
        channel_key=secrets.token_hex(KEY_BYTES),
        sealing_key=secrets.token_hex(sealing.PRIVATE_KEY_BYTES),
        store=store,
    )
    _create(home / "helper.toml", config)
    invitation = Invitation(helper=helper, helper_url=url, helper_key=config.public_key, channel_key=config.channel_key)
    _create(home / "invitation.toml", invitation)
    return invitation


def init_leader(
    home: Path,
    invitation: Invitation,
    *,
    url: str,
    controller: str,
    host: str = "127.0.0.1",
    port: int = 0,
    store: str = "",
) -> LeaderConfig:
    """Make the leader's signing key and its ``leader.toml``."""
    _check_names(controller, url)
    config = LeaderConfig(
        host=host,
        port=port,
        url=url,
        controller=controller,
        signing_key=secrets.token_hex(KEY_BYTES),
        store=store,
        **asdict(invitation),
    )
    _create(home / "leader.toml", config)
    return config


def load_leader(home: Path) -> LeaderConfig:
    """Read ``leader.toml``."""
    return _stored(_load(home / "leader.toml", LeaderConfig))


def load_helper(home: Path) -> HelperConfig:
    """Read ``helper.toml``."""
    return _stored(_load(home / "helper.toml", HelperConfig))


def read_invitation(path: Path) -> Invitation:
    """Read an invitation file."""
    return _load(path, Invitation)


S = TypeVar("S", LeaderConfig, HelperConfig)
C = TypeVar("C", bound="LeaderConfig | HelperConfig | Invitation")


def _check_names(webid: str, url: str) -> None:
    """Refuse now what every agent would refuse in each study."""
    if not WEBID.fullmatch(webid):
        raise ConfigurationError(f"{webid!r} is no WebID", hint="Write such as https://shop.example/profile#us.")
    if not URL.fullmatch(url):
        raise ConfigurationError(
            f"{url!r} is no address of a server", hint="It is http or https, ends in / and has no query."
        )


def _stored(config: S) -> S:
    return replace(config, store=os.environ.get("POD_AGGREGATOR_STORE", config.store))


def _create(path: Path, config: LeaderConfig | HelperConfig | Invitation) -> None:
    """Write a new private file; keys that exist are never replaced."""
    values = {field.name: getattr(config, field.name) for field in fields(config)}
    told = {field.name for field in fields(config) if values[field.name] != field.default}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(f"{path} exists already", hint="Choose another folder with --home.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.writelines(f"{name} = {json.dumps(value)}\n" for name, value in values.items() if name in told)
        stream.flush()
        os.fsync(stream.fileno())


def _load(path: Path, kind: type[C]) -> C:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} is missing") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} cannot be read: {error}", hint="Mend the file.") from error
    known = {field.name: field for field in fields(kind)}
    wrong = {name for name, value in values.items() if name not in known or type(value).__name__ != known[name].type}
    missing = {name for name, field in known.items() if name not in values and not _optional(field)}
    if wrong or missing:
        names = ", ".join(sorted(wrong | missing))
        raise ConfigurationError(f"{path}: missing, unknown or wrong: {names}", hint="Mend the file.")
    return kind(**values)


def _optional(field: Field[Any]) -> bool:
    return field.default is not MISSING
