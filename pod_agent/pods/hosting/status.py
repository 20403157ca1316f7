"""How a server does: whether it runs and answers, what it holds, and what its operator should look at."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from pod_agent.errors import UsageError
from pod_agent.pods.hosting.certificates import valid_until
from pod_agent.pods.hosting.local import answer_ms
from pod_agent.pods.hosting.presence import Presence, presence
from pod_agent.pods.hosting.settings import HostSettings, load, require_server
from pod_agent.pods.hosting.stored import Stored, files, open_roots, pod_folders, stored, temporary_files

__all__ = ["Status", "look"]

_LITTLE_SPACE = 1_000_000_000
_SOON = timedelta(days=14)
_OTHERS = 0o077
_LARGE = 2000
"""Files; with 5,000 a write of 1 MB ran into the server's limit of 6 seconds, with 1,000 it took 0.6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What ``look`` found. Sizes are bytes; ``answer_ms`` is None where the server does not answer."""

    settings: HostSettings
    running: Presence | None
    answer_ms: float | None
    stored: Stored
    used: int
    free: int
    warnings: tuple[str, ...]

    @property
    def answers(self) -> bool:
        """Whether people can use it now."""
        return self.answer_ms is not None


def look(folder: Path) -> Status:
    """Look at the server of this folder; UsageError where there is none."""
    require_server(folder)
    settings, running, found = load(folder), presence(folder), stored(folder / "data")
    free = shutil.disk_usage(folder).free
    return Status(
        settings=settings,
        running=running,
        answer_ms=answer_ms(settings) if running else None,
        stored=found,
        used=sum(path.lstat().st_size for path in files(folder / "data") if path.exists()),
        free=free,
        warnings=(
            *_network(settings),
            *_files(folder, settings, running),
            *_pods(folder, settings, found),
            *_space(free),
        ),
    )


def _network(settings: HostSettings) -> list[str]:
    found = []
    if not settings.is_local and not settings.tls_cert:
        found.append(f"it listens on {settings.listen} without TLS: passwords cross the network in clear")
    if settings.tls_cert:
        try:
            left = valid_until(Path(settings.tls_cert)) - datetime.now(UTC)
        except UsageError as error:
            return [*found, str(error)]
        if left < _SOON:
            found.append(f"its certificate {'expires in ' + str(left.days) + ' days' if left.days >= 0 else 'expired'}")
    return found


def _files(folder: Path, settings: HostSettings, running: Presence | None) -> list[str]:
    places = [folder, *([Path(settings.tls_key)] if settings.tls_key else [])]
    found = [
        f"other users of this machine may read {path}: chmod go= {path}"
        for path in places
        if path.exists() and path.stat().st_mode & _OTHERS and path.stat().st_uid == os.getuid()
    ]
    left = temporary_files(folder / "data")
    if left and running is None:
        found.append(f"{left} half written documents were left behind; the next start removes them")
    return found


def _pods(folder: Path, settings: HostSettings, found: Stored) -> list[str]:
    warnings = []
    roots = open_roots(folder / "data", found)
    if roots:
        warnings.append(f"anybody may list the top-level names of {len(roots)} pods")
    if settings.quota_mb:
        large = sum(1 for path in pod_folders(folder / "data", found).values() if _is_large(path))
        if large:
            warnings.append(
                f"{large} pods hold more than {_LARGE} files: with a quota the server counts a whole pod again and"
                " again at every write, and long ones fail; take a quota of the file system and --quota 0"
            )
    return warnings


def _is_large(pod: Path) -> bool:
    return next(islice(files(pod), _LARGE, None), None) is not None


def _space(free: int) -> list[str]:
    return [f"only {free // 1_000_000} MB are left on its disk"] if free < _LITTLE_SPACE else []
