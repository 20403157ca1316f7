"""A business and its helper, run by the ``pod-aggregator`` command in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from pod_agent.errors import AgentError
from pod_agent.pods.hosting.server import free_port

__all__ = ["Business"]

START_SECONDS = 60
STOP_SECONDS = 10


class Business:
    """Leader and helper in ``folder``; the processes end with the ``with`` block, or with this process."""

    def __init__(self, folder: Path, *, controller: str, helper: str) -> None:
        self.folder = folder
        ports = free_port(), free_port()
        self.leader_url = f"http://127.0.0.1:{ports[0]}/"
        self._children: list[subprocess.Popen[str]] = []
        options = ["--controller", controller, "--helper", helper]
        places = ["--leader-port", str(ports[0]), "--helper-port", str(ports[1])]
        self._ask("init", *options, *places)

    def __enter__(self) -> Self:
        try:
            for server in ("helper", "leader"):
                self.start(server)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, command: str, *arguments: str) -> str:
        """Start a server that runs until the end; the line that it prints once it is ready."""
        child = self._popen(command, *arguments, "--with-parent")
        self._children.append(child)
        watchdog = threading.Timer(START_SECONDS, child.kill)
        watchdog.start()
        line = child.stdout.readline().strip() if child.stdout else ""
        watchdog.cancel()
        if not line:
            raise AgentError(f"pod-aggregator {command} did not start", hint=f"See {self._log(command)}.")
        return line

    def publish_catalogue(self) -> str:
        """Publish the made-up offers; the public address that every agent fetches as a whole."""
        self._ask("catalogue", "--demo")
        return self.leader_url + "catalogue"

    def start_operators(self, people: int) -> list[str]:
        """Start made-up pod operators with so many people each, which vouch for them; their addresses."""
        line = self.start("issuer", "demo", "--people", str(people))
        return [word for word in line.split() if word.startswith("http://")]

    def publish(self, terms: dict[str, Any]) -> str:
        """Publish a study; its task id in hexadecimal."""
        path = self.folder / "study.json"
        path.write_text(json.dumps(terms), encoding="utf-8")
        return str(json.loads(self._ask("publish", str(path), "--json"))["task"])

    def collect(self, task: str) -> dict[str, Any]:
        """Sum the reports of a study and return its release."""
        release: dict[str, Any] = json.loads(self._ask("collect", task, "--json"))
        return release

    def train(self, task: str, *, port: int, cohort: int) -> subprocess.Popen[str]:
        """Begin the training round of a study, with Flower's server on this port; its output is one JSON document."""
        child = self._popen("train", task, "--port", str(port), "--cohort", str(cohort), "--json")
        self._children.append(child)
        return child

    def close(self) -> None:
        """End everything that was started, newest first."""
        while self._children:
            child = self._children.pop()
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            for stream in (child.stdin, child.stdout):
                if stream:
                    stream.close()

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "aggregator", "--home", str(self.folder), *arguments]

    def _log(self, command: str) -> Path:
        return self.folder / f"{command}.log"

    def _open_log(self, command: str) -> IO[bytes]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.fdopen(os.open(self._log(command), flags, 0o600), "ab")

    def _popen(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        with self._open_log(command) as log:
            return subprocess.Popen(  # noqa: S603 - our own module
                self._command([command, *arguments]),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def _ask(self, command: str, *arguments: str) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._open_log(command) as log:
            done = subprocess.run(  # noqa: S603 - our own module
                self._command([command, *arguments]), stdout=subprocess.PIPE, stderr=log, text=True, check=False
            )
        if done.returncode:
            raise AgentError(f"pod-aggregator {command} failed", hint=f"See {self._log(command)}.")
        return done.stdout
