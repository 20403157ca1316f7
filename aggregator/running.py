"""Leader and helper as two processes of this machine, for the simulation and tests.

    with Servers(folder) as servers:
        task = servers.publish(terms)
        ...                              agents upload to servers.leader_url
        release = servers.collect(task)

The processes end with this one, however it ends: their standard input is a pipe that closes with it. They run in
sessions of their own, so that Ctrl-C reaches the parent alone, which stops them in order.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from aggregator.channel import HelperChannel
from aggregator.config import HelperConfig, LeaderConfig, init_helper, init_leader, load_helper, load_leader
from aggregator.errors import AggregatorError, ServerStartError, error_for
from aggregator.files import open_log
from aggregator.leader import Leader
from aggregator.ports import free_port
from aggregator.releases import Release, decode_release
from aggregator.studies import make_study
from vocab.study import Study

__all__ = ["ServerName", "ServerProcess", "Servers", "Usage", "wait_for"]

ServerName = Literal["leader", "helper"]
START_SECONDS = 60
STOP_SECONDS = 10
CONTROLLER = "https://controller.example/profile#us"
HELPER = "https://helper.example/profile#us"
"""Made-up parties: nobody's agent grants them anything."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an ended process took: CPU seconds and the most memory it held, in megabytes."""

    cpu_seconds: float
    rss_mb: float


class ServerProcess:
    """One child process that prints a line once it is ready; its log goes to ``<home>/<name>.log``."""

    def __init__(self, name: ServerName, home: Path) -> None:
        self._log = open_log(home / f"{name}.log")
        command = [sys.executable, "-m", "aggregator", "--home", str(home), name, "--with-parent"]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, start_new_session=True
        )
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        ready = self._process.stdout.readline()
        watchdog.cancel()
        if not ready:
            self.stop()
            raise ServerStartError(f"the {name} did not start", hint=f"See {home / f'{name}.log'}.")

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        self._process.kill()
        self._reap()

    def stop(self) -> Usage:
        """End the process; killed if it does not end in ten seconds."""
        self._process.terminate()
        watchdog = threading.Timer(STOP_SECONDS, self._process.kill)
        watchdog.start()
        try:
            return self._reap()
        finally:
            watchdog.cancel()

    def _reap(self) -> Usage:
        usage = wait_for(self._process)
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                stream.close()
        return usage


def wait_for(process: subprocess.Popen[bytes]) -> Usage:
    """Wait for a child of ours and tell what it used; zeros where the system does not say, or if it was reaped."""
    if process.returncode is not None or not hasattr(os, "wait4"):
        process.wait()
        return Usage(0.0, 0.0)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


class Servers:
    """Both servers in ``folder``, made on first use with made-up parties and free ports on loopback.

    ``store`` is the URL of a PostgreSQL database for both.
    """

    def __init__(self, folder: Path, *, controller: str = CONTROLLER, helper: str = HELPER, store: str = "") -> None:
        self.home = folder
        if not (folder / "leader.toml").exists():
            _init(folder, controller, helper, store)
        self.leader_config: LeaderConfig = load_leader(folder)
        self.helper_config: HelperConfig = load_helper(folder)
        self._running: dict[ServerName, ServerProcess] = {}
        self.usage: dict[str, Usage] = {}

    @property
    def leader_url(self) -> str:
        """Where agents reach the leader."""
        return self.leader_config.url

    @property
    def helper_url(self) -> str:
        """Where the leader, and agents that withdraw, reach the helper."""
        return self.helper_config.url

    @property
    def controller_key(self) -> str:
        """The Multikey that signs the business's studies."""
        return self.leader_config.signer.name

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *names: ServerName) -> None:
        """Start the named servers, or both, and wait until they listen."""
        wanted: tuple[ServerName, ...] = names or ("helper", "leader")
        for name in wanted:
            if name not in self._running:
                self._running[name] = ServerProcess(name, self.home)

    def stop(self, *names: ServerName) -> None:
        """Stop the named servers, or both; ``usage`` tells what they took."""
        for name in names or tuple(self._running):
            process = self._running.pop(name, None)
            if process is not None:
                self.usage[name] = process.stop()

    def kill(self, name: ServerName) -> None:
        """End one server as a crash would; ``start`` brings it back."""
        self._running.pop(name).kill()

    def publish(self, terms: Mapping[str, Any] | Study) -> bytes:
        """Publish a study, from terms as in a study file or ready-made; the task id."""
        study = terms if isinstance(terms, Study) else make_study(terms, self.leader_config)
        leader = Leader(self.home, self.leader_config)
        try:
            with self.channel() as channel:
                return leader.publish(study, channel)
        finally:
            leader.close()

    def collect(self, task: bytes) -> Release:
        """Collect a study in a process of its own, as ``pod-aggregator collect`` does."""
        command = [sys.executable, "-m", "aggregator", "--home", str(self.home), "collect", task.hex(), "--json"]
        log = self.home / "collect.log"
        with open_log(log, fresh=True) as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603 - our own module
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            with process.stdout as stream:
                output = stream.read()
            self.usage["collect"] = wait_for(process)
        if process.returncode:
            raise _told(output, log)
        return decode_release(output.decode())

    def channel(self) -> HelperChannel:
        """The leader's way to the helper."""
        return HelperChannel(self.leader_config.helper_url, bytes.fromhex(self.leader_config.channel_key))


def _init(home: Path, controller: str, helper: str, store: str) -> None:
    ports = free_port(), free_port()
    urls = [f"http://127.0.0.1:{port}/" for port in ports]
    invitation = init_helper(home, url=urls[1], helper=helper, port=ports[1], store=store)
    init_leader(home, invitation, url=urls[0], controller=controller, port=ports[0], store=store)


def _told(output: bytes, log: Path) -> AggregatorError:
    """The error that a child told as JSON, or what its log ends with."""
    try:
        error = json.loads(output)["error"]
        told = error_for(error["code"], error["message"], error["hint"])
    except (ValueError, KeyError, TypeError):
        told = None
    return told or AggregatorError("collecting failed", hint=f"See {log}.")
