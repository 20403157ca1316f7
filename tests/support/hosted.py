"""Servers of an operator in tests: their command line, people with a login over https."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from pod_agent.pods.hosting.accounts import Account
from pod_agent.pods.login.auth import ClientCredentials, DPoPAuth
from pod_agent.pods.session import Session
from pod_agent.pods.solid import SolidPod
from tests.support.solid_server import CACHE, node_modules

__all__ = ["Guest", "clone_of_modules", "pod_agent", "prepare", "secure_client", "told"]


def prepare(folder: Path) -> Path:
    """A folder for a server with the packages that are installed for this run."""
    node_modules()
    folder.mkdir(mode=0o700, parents=True)
    (folder / "packages").symlink_to(CACHE)
    return folder


def pod_agent(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``pod-agent`` as an operator does."""
    command = [sys.executable, "-m", "pod_agent", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def told(*arguments: str | Path) -> dict[str, object]:
    """What ``pod-agent ... --json`` prints, of a command that ends well."""
    done = pod_agent(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def clone_of_modules(folder: Path) -> Path:
    """The installed packages again in a folder of their own, as an upgrade leaves them (links, so that it is quick)."""
    target = folder / "node_modules"
    shutil.copytree(node_modules(), target, copy_function=_link, symlinks=True)
    return target


def secure_client(authority: Path, auth: httpx.Auth | None = None) -> httpx.Client:
    """A client that trusts this authority alone."""
    return httpx.Client(
        verify=ssl.create_default_context(cafile=str(authority)), auth=auth, timeout=60, trust_env=False
    )


@dataclass(frozen=True)
class Guest:
    """A person with an account on somebody's server that is reached over https."""

    address: str
    email: str
    password: str
    webid: str
    storage: str

    def credentials(self, authority: Path) -> ClientCredentials:
        """A new login for a program."""
        with Account(self.address, secure_client(authority)) as account:
            account.log_in(self.email, self.password)
            return account.create_credentials("tests", self.webid)

    def open(self, authority: Path) -> SolidPod:
        """The agent's container in this person's pod."""
        auth = DPoPAuth(self.credentials(authority))
        return SolidPod(self.storage + "pod-agent/", Session(secure_client(authority, auth)))


def _link(source: str, target: str) -> str:
    try:
        Path(target).hardlink_to(source)
    except OSError:  # another disk
        shutil.copy2(source, target)
    return target
