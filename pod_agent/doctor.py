"""Checks that everything is well on this machine, each with the next step where it is not."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pod_agent.agent import Agent
from pod_agent.config import load_settings
from pod_agent.plugins import IMPORTERS, plugins
from pod_agent.pods.login.secrets import SecretStore, system_keyring
from pod_agent.pods.opening import EMBEDDED
from pod_agent.pods.webid.public import is_public
from vocab.errors import ProjectError

__all__ = ["Check", "examine"]

PACKAGES = ("vocab", "consent", "pod_agent", "aggregator", "client_web")
LEAST_FREE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, what was found, and what to do if it is not ok."""

    name: str
    ok: bool
    detail: str
    hint: str = ""

    def to_json(self) -> dict[str, object]:
        """Plain values, as ``pod-agent doctor --json`` prints them."""
        return asdict(self)


def examine(home: Path) -> list[Check]:
    """Run every check on this home; a check that fails never stops the others."""
    checks: list[Check] = []
    for check in (_python, _packages, _plugins, _space, _permissions, _settings, _login, _pod, _openness, _federation):
        checks.extend(_guarded(check, home))
    return checks


def _guarded(check: Callable[[Path], Iterator[Check]], home: Path) -> Iterator[Check]:
    try:
        yield from check(home)
    except ProjectError as error:
        yield Check(check.__name__.strip("_"), ok=False, detail=f"[{error.code}] {error}", hint=error.hint)


def _check(name: str, ok: bool, detail: str, hint: str) -> Check:  # noqa: FBT001 - it is what a check comes to
    return Check(name, ok, detail, "" if ok else hint)


def _python(_home: Path) -> Iterator[Check]:
    yield _check("python", sys.version_info >= (3, 11), sys.version.split()[0], "Install Python 3.11 or newer.")


def _packages(_home: Path) -> Iterator[Check]:
    """Other distributions carry packages of the same names: ours must be the ones that are imported."""
    folders = {}
    for name in PACKAGES:
        found = importlib.util.find_spec(name)
        folders[name] = Path(found.origin).parent.parent if found and found.origin else None
    strangers = sorted(name for name, folder in folders.items() if folder != folders["pod_agent"])
    detail = f"not ours: {', '.join(strangers)}" if strangers else "all from one place"
    yield _check("packages", not strangers, detail, "Another package hides them: use a fresh environment.")


def _plugins(_home: Path) -> Iterator[Check]:
    for plugin in plugins(IMPORTERS):
        hint = f"Mend or remove the package {plugin.package}."
        yield _check(f"importer {plugin.name}", not plugin.fault, plugin.fault or f"from {plugin.package}", hint)


def _space(home: Path) -> Iterator[Check]:
    folder = home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    yield _check("space", free > LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB free", "Free some space on this disk.")


def _permissions(home: Path) -> Iterator[Check]:
    if os.name == "nt" or not home.exists():
        return
    mode = stat.S_IMODE(home.stat().st_mode)
    yield _check("permissions", not mode & 0o077, f"{mode:o}", f"Run: chmod -R go= {home}")


def _settings(home: Path) -> Iterator[Check]:
    settings = load_settings(home)
    for name, origin in settings.origins.items():
        value = getattr(settings, name)
        yield Check(f"setting {name}", ok=True, detail=f"{value or 'not set'} (from {origin})")


def _login(home: Path) -> Iterator[Check]:
    """Where the login to a server is kept; a key that lies beside what it seals is no fault, but worth knowing."""
    settings = load_settings(home)
    if settings.pod in {"", EMBEDDED}:
        return
    place = SecretStore(home, system_keyring()).place()
    hint = "For a passphrase: set POD_AGENT_PASSPHRASE, then link the pod again." if "beside it" in place else ""
    yield Check("login", ok=True, detail=f"kept in {place}", hint=hint)


def _pod(home: Path) -> Iterator[Check]:
    if not load_settings(home).pod:
        yield Check("pod", ok=True, detail="none yet", hint="Run: pod-agent init")
        return
    with Agent.open(home) as agent:
        agent.pod.read("manifest.ttl")
        held = sum(coverage.records for coverage in agent.coverage())
        yield Check("pod", ok=True, detail=f"{agent.pod.root} answers; {held:,} records indexed")


def _openness(home: Path) -> Iterator[Check]:
    """Whether strangers can see anything of a pod on a server; what is shared with somebody shows in ``share list``."""
    if load_settings(home).pod in {"", EMBEDDED}:
        return
    with Agent.open(home) as agent:
        storage, is_open = agent.shares.public_listing(), is_public(agent.pod.root)
        found = f"anyone can list {storage}" if storage else "strangers cannot list your storage"
        yield _check("listing", storage is None, found, "Run: pod-agent share hide")
        found = f"anyone can read {agent.pod.root}" if is_open else "strangers cannot read your records"
        yield _check("privacy", not is_open, found, "Run: pod-agent share who; then close it at your provider.")


def _federation(_home: Path) -> Iterator[Check]:
    """Training is an extra: its absence is no fault, but people should know how to add it."""
    found = importlib.util.find_spec("flwr") is not None
    hint = "" if found else "To take part in training rounds: pip install 'pod-agent[federation]'"
    yield Check("training", ok=True, detail="flwr is installed" if found else "flwr is not installed", hint=hint)
