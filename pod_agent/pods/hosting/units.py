"""systemd units for the Solid server, and for the helper server of studies beside it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pod_agent.errors import UsageError
from pod_agent.pods.hosting.settings import HostSettings

__all__ = ["helper_unit", "server_unit"]

_PLAIN = re.compile(r"[\w./:@+-]+")
_FIRST_FREE_PORT = 1024
_BESIDE_THE_HEAP_MB = 768
"""Node's own memory beside its heap, and Python's."""

_HARDENING = """NoNewPrivileges=yes
UMask=0077
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service"""
_SYSTEM_HARDENING = """ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictNamespaces=yes
RemoveIPC=yes"""


def server_unit(folder: Path, settings: HostSettings, *, account: str | None) -> str:
    """The unit of the Solid server in ``folder``, run by this account; None: by the user's own systemd."""
    low = account is not None and settings.port < _FIRST_FREE_PORT
    return _unit(
        f"Solid server at {settings.address}",
        [sys.executable, "-m", "pod_agent", "server", "start", "--folder", str(folder.resolve())],
        folder.resolve(),
        account=account,
        memory_mb=settings.memory_mb + _BESIDE_THE_HEAP_MB,
        capability="CAP_NET_BIND_SERVICE" if low else "",
    )


def helper_unit(home: Path, *, account: str | None) -> str:
    """The unit of the helper server of studies whose keys lie in ``home``."""
    return _unit(
        "Helper server of studies",
        [sys.executable, "-m", "aggregator", "--home", str(home.resolve()), "helper"],
        home.resolve(),
        account=account,
        memory_mb=1024,
        capability="",
    )


def _unit(title: str, command: list[str], folder: Path, *, account: str | None, memory_mb: int, capability: str) -> str:
    for word in (*command, account or "root"):
        if not _PLAIN.fullmatch(word):
            raise UsageError(f"systemd would misread {word!r}", hint="Choose a folder without spaces and signs.")
    lines = [
        "[Unit]",
        f"Description={title}",
        "Wants=network-online.target",
        "After=network-online.target",
        "StartLimitIntervalSec=300",
        "StartLimitBurst=5",
        "",
        "[Service]",
        f"ExecStart={' '.join(command)}",
        *([f"User={account}", f"ReadWritePaths={folder}"] if account is not None else []),
        "Restart=on-failure",
        "RestartSec=5",
        "TimeoutStartSec=300",
        "TimeoutStopSec=30",
        "KillMode=mixed",
        f"MemoryMax={memory_mb}M",
        "TasksMax=256",
        "LimitNOFILE=65536",
        _HARDENING,
        *([_SYSTEM_HARDENING] if account is not None else []),
        *(["AmbientCapabilities=" + capability, "CapabilityBoundingSet=" + capability] if account is not None else []),
        "",
        "[Install]",
        f"WantedBy={'default' if account is None else 'multi-user'}.target",
    ]
    return "\n".join(lines) + "\n"
