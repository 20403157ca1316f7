"""What an operator chose for a server: kept in ``settings.json`` and ``port`` of its folder."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from pod_agent.errors import LocalStateError, UsageError
from pod_agent.pods.addresses import is_loopback, require_safe
from pod_agent.pods.hosting.certificates import check_pair
from pod_agent.pods.hosting.ports import LOOPBACK, free_port
from pod_agent.pods.hosting.stored import stored
from pod_agent.storage import write_private

__all__ = ["LOOPBACK", "HostSettings", "change", "keep", "load", "require_server"]

_PLAIN = re.compile(r"[A-Za-z]+://[\w.\[\]:-]+(?:/[\w.~-]+)*/?", re.ASCII)
_FIXED = "Begin a new folder with --folder and move the pods there one by one, or leave this as it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """One server's settings.

    ``base_url`` is the public name, "" for ``localhost`` and the port; ``listen`` the address of this machine;
    ``tls_cert`` and ``tls_key`` are PEM files, "" where a reverse proxy or nobody does TLS; ``access`` is ``wac`` or
    ``acp``; ``registration`` is ``open`` or ``closed``; ``quota_mb`` bounds each pod, 0 for no bound; ``memory_mb``
    bounds node's heap. ``sign_up`` is the secret path by which the operator makes accounts on a closed server.
    """

    port: int
    base_url: str = ""
    listen: str = LOOPBACK
    tls_cert: str = ""
    tls_key: str = ""
    access: str = "wac"
    registration: str = "open"
    quota_mb: int = 0
    memory_mb: int = 1024
    sign_up: str = ""

    @property
    def address(self) -> str:
        """The server's base address, with ``/`` at its end; part of every WebID and access rule on it."""
        return self.base_url or f"{'https' if self.tls_cert else 'http'}://localhost:{self.port}/"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can connect to it."""
        return ipaddress.ip_address(self.listen).is_loopback

    @property
    def connect_host(self) -> str:
        """Where this machine reaches it: the address it listens on, loopback where it listens on all."""
        address = ipaddress.ip_address(self.listen)
        if address.is_unspecified:
            return LOOPBACK if address.version == 4 else "::1"
        return self.listen


def load(folder: Path) -> HostSettings:
    """The settings of this folder; the first time a free port is chosen and kept."""
    port = folder / "port"
    if not port.exists():
        write_private(port, str(free_port()).encode())
    kept = folder / "settings.json"
    try:
        values: dict[str, Any] = msgspec.json.decode(kept.read_bytes(), type=dict) if kept.exists() else {}
        return msgspec.convert({**values, "port": int(port.read_bytes())}, HostSettings)
    except (ValueError, msgspec.MsgspecError) as error:
        raise LocalStateError(
            f"the server's settings cannot be read: {error}", hint=f"Mend {kept} and {port}, or restore a backup."
        ) from error


def require_server(folder: Path) -> None:
    """UsageError where this folder has no server, as when its name is mistyped."""
    if not (folder / "port").exists():
        raise UsageError(
            f"no server lives in {folder}", hint="Name its folder: --folder FOLDER; or run: pod-agent server start"
        )


def change(folder: Path, changes: Mapping[str, object]) -> HostSettings:
    """Check and keep changed settings; values of None stay as they are.

    UsageError, and nothing is kept, where a value cannot be or would give pods that exist another address or other
    rules of access.
    """
    old = load(folder)
    given = {name: value for name, value in changes.items() if value is not None}
    new = replace(old, **given)  # type: ignore[arg-type]
    if new.base_url:
        new = replace(new, base_url=_base_url(new.base_url))
    _check(new)
    _require_same_pods(old, new, folder)
    if new != old or not (folder / "settings.json").exists():
        keep(folder, new)
    return new


def keep(folder: Path, settings: HostSettings) -> None:
    """Write the settings down."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings) if field.name != "port"}
    write_private(folder / "settings.json", msgspec.json.format(msgspec.json.encode(values)))
    write_private(folder / "port", str(settings.port).encode())


def _base_url(address: str) -> str:
    parts = urlsplit(require_safe(address, "the base URL"))
    if parts.query or parts.fragment:
        raise UsageError("the base URL ends with its path", hint="For example https://pods.example.org/")
    if not _PLAIN.fullmatch(address):  # it is written into access rules, templates and units as it is
        raise UsageError(
            "the base URL holds letters, digits and - . _ ~ only", hint="For example https://pods.example.org/solid/"
        )
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path.rstrip("/") + "/").geturl()


def _check(settings: HostSettings) -> None:
    try:
        ipaddress.ip_address(settings.listen)
    except ValueError:
        raise UsageError(
            "--listen takes an address of this machine, not a name", hint="0.0.0.0 stands for all of them."
        ) from None
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise UsageError("--tls-cert and --tls-key belong together", hint="Give both, or --no-tls.")
    if settings.tls_cert:
        check_pair(Path(settings.tls_cert), Path(settings.tls_key))
        if not settings.address.startswith("https://"):
            raise UsageError(
                "a server with a certificate has a base URL that begins with https://", hint="Or give --no-tls."
            )
    if not settings.is_local and is_loopback(settings.address):
        raise UsageError(
            "other machines cannot use pods whose address is localhost",
            hint="Give the public name too: --base-url https://pods.example.org/",
        )


def _require_same_pods(old: HostSettings, new: HostSettings, folder: Path) -> None:
    found = stored(folder / "data")
    if not found.pods and not found.accounts:
        return
    address = found.base_url or old.address
    if new.address != address:
        raise UsageError(
            f"the pods in this folder are known as {address}, which is part of every WebID and access rule",
            hint=f"{_FIXED} To keep it: --base-url {address}",
        )
    if new.access != old.access:
        raise UsageError(f"the pods in this folder keep their access rules as {old.access}", hint=_FIXED)
