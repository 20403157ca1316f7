"""The training server as it runs for months: a SuperLink with TLS whose nodes are those of the registry.

``TrainingServer`` starts the SuperLink, brings its list of nodes in line with the registry several times a second, and
starts it again where it ended. ``superlink.json`` in the home says where it is; only the owner may read it, since it
holds the secret of the control interface.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from aggregator.errors import AggregatorError, SuperLinkError
from aggregator.grid import admit, admitted, expel
from aggregator.registry import Registry
from aggregator.superlink import Control, SuperLink, Tls
from aggregator.whereabouts import FILE, RunningServer

__all__ = ["TrainingServer"]

log = logging.getLogger(__name__)

SYNC_SECONDS = 0.2
RESTART_SECONDS = 5.0


class TrainingServer:
    """A context manager: the server runs while the block does.

    ``address`` is what nodes are told, ``host:port`` with a name that the certificate has; ``host`` and ``port`` are
    where it listens.
    """

    def __init__(self, home: Path, *, tls: Tls, address: str = "", host: str = "127.0.0.1", port: int = 0) -> None:
        tls.check((address or f"{host}:{port}").rpartition(":")[0].strip("[]"))
        self._home = home
        self._registry = Registry(home)
        self._told: set[bytes] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="training-server", daemon=True)
        try:
            self.link = SuperLink(host=host, port=port, tls=tls, database=home / "superlink.sqlite")
        except BaseException:
            self._registry.close()
            raise
        self.address = address or self.link.address
        self._authority = tls.authority.read_text(encoding="utf-8")

    def __enter__(self) -> Self:
        try:
            self.sync()
            self._announce()
            self._thread.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def sync(self) -> None:
        """Let in whom the registry names and nobody else; SuperLinkError where the SuperLink does not answer."""
        wanted = {member.key for member in self._registry.members()}
        if wanted == self._told:
            return
        control = self.link.control
        present = {one.key: one.node for one in admitted(control)}
        for key in present.keys() - wanted:
            expel(control, present[key])
        self._told = wanted - set(_refused(control, wanted - present.keys()))

    def close(self) -> None:
        """End the server; safe to call twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        with contextlib.suppress(FileNotFoundError):
            (self._home / FILE).unlink()
        self.link.close()
        self._registry.close()

    def _run(self) -> None:
        while not self._stopping.wait(SYNC_SECONDS):
            try:
                if not self.link.running:
                    self._restart()
                self.sync()
            except AggregatorError as error:
                log.warning("the training server cannot be brought in line: %s", error.code)
                self._stopping.wait(RESTART_SECONDS)

    def _restart(self) -> None:
        log.warning("the SuperLink ended; starting it again")
        self._told = set()
        self.link.restart()

    def _announce(self) -> None:
        control = self.link.control
        running = RunningServer(
            address=self.address,
            authority=self._authority,
            control=control.address,
            secret=control.secret,
            pid=os.getpid(),
        )
        path = self._home / FILE
        fresh = path.with_name(f"{FILE}.new")
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            json.dump(asdict(running), stream)
        fresh.replace(path)


def _refused(control: Control, keys: Iterable[bytes]) -> Iterable[bytes]:
    """Let these keys in; those that the SuperLink did not take, to be tried again."""
    for key in keys:
        try:
            admit(control, key)
        except SuperLinkError:
            log.warning("the SuperLink did not take a node's key")
            yield key
