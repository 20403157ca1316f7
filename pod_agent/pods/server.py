"""A Community Solid Server of the person's own: a child process that only this machine can reach.

It stores documents atomically (``community_server/server.json``), listens on 127.0.0.1 and ends with its parent
(``community_server/loopback.cjs``).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from pod_agent.errors import MissingExtraError, PodAccessError, PodError, PodUnreachableError
from pod_agent.pods.addresses import origin, require_safe
from pod_agent.pods.auth import ClientCredentials
from pod_agent.pods.installing import find_node, resource
from pod_agent.pods.session import open_client
from pod_agent.storage import make_private_folder, write_private

__all__ = ["Account", "SolidServer", "free_port"]

_START_SECONDS = 180.0
_STOP_SECONDS = 15.0
_CONFIG = ("server.json", "loopback.cjs")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SolidServer:
    """One server with its data in ``folder``; use it in a ``with`` block or call ``stop``.

    The first start chooses a free port and keeps it: its address is part of every WebID and access rule it stores.
    ``node_modules`` is what ``install_server`` returns. The log is ``folder/server.log``.
    """

    def __init__(self, node_modules: Path, folder: Path) -> None:
        self._program = node_modules / "@solid" / "community-server" / "bin" / "server.js"
        self._folder = make_private_folder(folder).resolve()
        self._process: subprocess.Popen[bytes] | None = None
        self._port = self._kept_port()

    @property
    def address(self) -> str:
        """The server's base address, with ``/`` at its end; also its identity provider's name."""
        return f"http://localhost:{self._port}/"

    @property
    def pid(self) -> int | None:
        """The running server's process, None while it is stopped."""
        return None if self._process is None else self._process.pid

    def start(self) -> Self:
        """Start and wait until it answers; PodUnreachableError where it does not, MissingExtraError without node."""
        node = find_node()
        if node is None or not self._program.is_file():
            raise MissingExtraError("the Solid server is not installed", hint="Run: pod-agent server start")
        self._require_free_port()
        for name in _CONFIG:
            write_private(self._folder / name, resource(name))
        # What a killed server had half written; nothing else lies there.
        shutil.rmtree(self._folder / "data" / ".internal" / "tempFiles", ignore_errors=True)
        log = os.open(self._folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - fixed arguments
                [*node.node, "--require", "./loopback.cjs", str(self._program), *self._options()],
                cwd=self._folder,
                stdin=subprocess.PIPE,  # closes when this process dies, and the server then ends itself
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.close(log)
        atexit.register(self.stop)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the server and what it started; nothing happens where it is stopped."""
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self.stop)
        for number, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, None)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
                break
        if process.stdin is not None:
            process.stdin.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _kept_port(self) -> int:
        kept = self._folder / "port"
        if not kept.exists():
            write_private(kept, str(free_port()).encode())
        return int(kept.read_bytes())

    def _require_free_port(self) -> None:
        # Another server there would be taken for ours, and be told passwords.
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self._port))
            except OSError as error:
                raise PodUnreachableError(
                    f"another program uses port {self._port}, which the Solid server needs",
                    hint="End that program: the pod's address cannot change.",
                ) from error

    def _options(self) -> list[str]:
        options = {
            "--config": "server.json",
            "--rootFilePath": "data",
            "--port": str(self._port),
            "--baseUrl": self.address,
            "--loggingLevel": "warn",
        }
        return [word for pair in options.items() for word in pair]

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        with open_client(self.address, timeout=httpx.Timeout(5.0)) as client:
            while time.monotonic() < deadline:
                if self._process is None or self._process.poll() is not None:
                    break
                with contextlib.suppress(httpx.HTTPError):
                    if client.get(f"{self.address}.well-known/openid-configuration").is_success:
                        return
                time.sleep(0.1)
        raise PodUnreachableError("the Solid server did not start", hint=f"See {self._folder / 'server.log'}.")


class Account:
    """An account on a Community Solid Server, by its JSON API (version 0.5). Use it in a ``with`` block.

    The password goes to the server's own address only and is not kept.
    """

    def __init__(self, address: str) -> None:
        self._address = require_safe(address, "the server")
        self._client = open_client(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def register(self, email: str, password: str) -> None:
        """Make a new account and log in to it."""
        self._log_in(self._post("account", "create", {}))
        self._post("password", "create", {"email": email, "password": password})

    def log_in(self, email: str, password: str) -> None:
        """Log in; PodAccessError where the server refuses."""
        self._log_in(self._post("password", "login", {"email": email, "password": password}))

    def create_pod(self, name: str) -> tuple[str, str]:
        """Make a pod whose profile names its storage; its WebID and its root."""
        made = self._post("account", "pod", {"name": name, "settings": {"linkStorage": True}})
        return str(made["webId"]), str(made["pod"])

    def create_credentials(self, name: str, webid: str) -> ClientCredentials:
        """Let a program act as this WebID; it is listed under ``name`` in the account and can be deleted there."""
        made = self._post("account", "clientCredentials", {"name": name, "webId": webid})
        return ClientCredentials(issuer=self._address, client_id=str(made["id"]), client_secret=str(made["secret"]))

    def _log_in(self, answer: dict[str, Any]) -> None:
        self._client.headers["authorization"] = f"CSS-Account-Token {answer['authorization']}"

    def _post(self, group: str, name: str, content: dict[str, Any]) -> dict[str, Any]:
        controls = self._ask("GET", f"{self._address.rstrip('/')}/.account/", None)["controls"]
        address = controls.get(group, {}).get(name)
        if address is None or origin(address) != origin(self._address):
            raise PodError(f"{self._address} offers no accounts that a program can use")
        return self._ask("POST", address, content)

    def _ask(self, method: str, address: str, content: dict[str, Any] | None) -> dict[str, Any]:
        with _account_errors(self._address):
            response = self._client.request(method, address, json=content, headers={"accept": "application/json"})
        if response.is_server_error:
            raise PodUnreachableError(f"{self._address} answers with {response.status_code}")
        with contextlib.suppress(json.JSONDecodeError):
            answer = response.json()
            if response.is_success and isinstance(answer, dict):
                return answer
        raise PodAccessError(
            f"{self._address} does not do what the account asks ({response.status_code})",
            hint="Check the e-mail address and the password.",
        )


@contextlib.contextmanager
def _account_errors(address: str) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise PodUnreachableError(f"{address} cannot be reached ({type(error).__name__})") from error
