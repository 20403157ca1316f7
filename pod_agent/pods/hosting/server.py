"""A Community Solid Server of one's own: a child process that only this machine reaches, unless told otherwise.

It stores documents atomically (``community_server/server.json``), listens on 127.0.0.1 and ends with its parent
(``community_server/loopback.cjs``).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from pod_agent.errors import MissingExtraError, PodError, PodUnreachableError
from pod_agent.pods.hosting.accounts import Account
from pod_agent.pods.hosting.configuration import configure
from pod_agent.pods.hosting.installing import find_node, server_version
from pod_agent.pods.hosting.local import open_local
from pod_agent.pods.hosting.ports import free_port, is_listening, require_free
from pod_agent.pods.hosting.presence import Claim
from pod_agent.pods.hosting.settings import HostSettings, change, keep
from pod_agent.pods.hosting.stored import stored
from pod_agent.storage import make_private_folder

__all__ = ["Account", "SolidServer", "free_port"]

_START_SECONDS = 180.0
_STOP_SECONDS = 15.0
_LOG_BYTES = 10_000_000
_OLD_LOGS = 3


class SolidServer:
    """One server with its data in ``folder``; use it in a ``with`` block or call ``stop``.

    The first start chooses a free port and keeps it: its address is part of every WebID and access rule it stores.
    ``node_modules`` is what ``install_server`` returns; ``changes`` are settings (``HostSettings``) to keep from now
    on. The log is ``folder/server.log``.
    """

    def __init__(self, node_modules: Path, folder: Path, changes: Mapping[str, object] | None = None) -> None:
        self._package = node_modules / "@solid" / "community-server"
        self._folder = make_private_folder(folder).resolve()
        self._process: subprocess.Popen[bytes] | None = None
        self._claim: Claim | None = None
        self._settings = change(self._folder, changes or {})

    @property
    def address(self) -> str:
        """The server's base address, with ``/`` at its end; also its identity provider's name."""
        return self._settings.address

    @property
    def settings(self) -> HostSettings:
        """What it runs with."""
        return self._settings

    @property
    def pid(self) -> int | None:
        """The running server's process, None while it is stopped."""
        return None if self._process is None else self._process.pid

    def start(self) -> Self:
        """Start and wait until it answers.

        PodUnreachableError where it does not, MissingExtraError without node, UsageError where it runs already,
        PodError where a newer version served these pods.
        """
        node = find_node()
        if node is None or not (self._package / "bin" / "server.js").is_file():
            raise MissingExtraError("the Solid server is not installed", hint="Run: pod-agent server start")
        self._claim = Claim.take(self._folder)
        try:
            self._require_no_step_back()
            require_free(self._settings.listen, self._settings.port)
            self._prepare()
            self._process = self._launch(node.node)
            self._wait_until_ready()
            self._claim.note(pid=self._process.pid, version=server_version(self._package), node=node.version())
        except BaseException:
            self.stop()
            raise
        return self

    def wait(self) -> int:
        """Wait until the server ends by itself; its exit status."""
        return 0 if self._process is None else self._process.wait()

    def stop(self) -> None:
        """End the server and what it started; nothing happens where it is stopped."""
        process, self._process = self._process, None
        claim, self._claim = self._claim, None
        if process is not None:
            _end(process)
            atexit.unregister(self.stop)
        if claim is not None:
            claim.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _require_no_step_back(self) -> None:
        last, now = stored(self._folder / "data").version, server_version(self._package)
        if _numbers(last) > _numbers(now):
            raise PodError(
                f"version {last} of the server wrote these pods, and version {now} may not understand them",
                hint="Install the newer pod-agent again, or restore a backup from before: pod-agent server restore",
            )

    def _prepare(self) -> None:
        if self._settings.registration == "closed":  # a new secret at every start
            self._settings = replace(self._settings, sign_up=secrets.token_hex(32))
            keep(self._folder, self._settings)
        configure(self._folder, self._settings, self._package)
        # What a killed server had half written; nothing else lies there.
        shutil.rmtree(self._folder / "data" / ".internal" / "tempFiles", ignore_errors=True)
        _turn_over(self._folder / "server.log")

    def _launch(self, node: tuple[str, ...]) -> subprocess.Popen[bytes]:
        log = os.open(self._folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        heap = f"--max-old-space-size={self._settings.memory_mb}"
        program = str(self._package / "bin" / "server.js")
        try:
            process = subprocess.Popen(  # noqa: S603 - fixed arguments
                [*node, heap, "--require", "./loopback.cjs", program, *self._options()],
                cwd=self._folder,
                env={**os.environ, "POD_AGENT_LISTEN": self._settings.listen},
                stdin=subprocess.PIPE,  # closes when this process dies, and the server then ends itself
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,  # pods are nobody else's to read, wherever the folder is moved
            )
        finally:
            os.close(log)
        atexit.register(self.stop)
        return process

    def _options(self) -> list[str]:
        options = {
            "--config": "server.json",
            "--rootFilePath": "data",
            "--port": str(self._settings.port),
            "--baseUrl": self.address,
            "--loggingLevel": "warn",
        }
        return [word for pair in options.items() for word in pair]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        with open_local(self._settings, 5.0) as client:
            while time.monotonic() < deadline:
                if self._process is None or self._process.poll() is not None:
                    break
                with contextlib.suppress(httpx.HTTPError):
                    if is_listening(self._settings.connect_host, self._settings.port) and (
                        client.get(f"{self.address}.well-known/openid-configuration").is_success
                    ):
                        return
                time.sleep(0.1)
        raise PodUnreachableError("the Solid server did not start", hint=f"See {self._folder / 'server.log'}.")


def _end(process: subprocess.Popen[bytes]) -> None:
    for number, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, None)):
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            break
    if process.stdin is not None:
        process.stdin.close()


def _turn_over(log: Path) -> None:
    """Put a long log aside, with the ones before it; the oldest goes."""
    if not log.exists() or log.stat().st_size < _LOG_BYTES:
        return
    names = [log, *(log.with_name(f"{log.name}.{number}") for number in range(1, _OLD_LOGS + 1))]
    for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
        if newer.exists():
            newer.replace(older)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split(".") if part.isdigit())
