"""Leader and helper for a simulation, and what they cost.

Over ``http`` leader, helper and collection are processes of their own; ``inprocess`` everything runs here and CPU is
counted around each call.
"""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.config import load_helper, load_leader
from aggregator.helper import Helper, create_helper_app
from aggregator.leader import Leader, create_leader_app
from aggregator.running import Servers
from aggregator.studies import make_study
from aggregator.verifiers import InlineVerifier
from vocab.study import Study

__all__ = ["World", "open_world"]


class World(Protocol):
    """Both servers, however they run; ``uploads`` is how many pods upload at a time."""

    uploads: int

    def publish(self, terms: Mapping[str, Any]) -> Study:
        """Make a study of these terms and open it."""
        ...

    def client(self) -> httpx.Client:
        """What pods upload with."""
        ...

    def collect(self, study: Study) -> tuple[list[int], int, int]:
        """The sum with both servers' noise, reports accepted, reports rejected."""
        ...

    def costs(self) -> dict[str, tuple[float, float]]:
        """CPU seconds of leader and helper, and the megabytes of the largest process of each; ends them."""
        ...


@contextmanager
def open_world(transport: str, folder: Path, store: str = "") -> Iterator[World]:
    """Both servers as processes of their own (``http``) or in this one (``inprocess``), over new stores."""
    servers = Servers(folder, store=store)
    if transport == "http":
        with servers:
            yield _Processes(servers)
    else:
        yield _InProcess(servers)


class _Processes:
    uploads = 16

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def publish(self, terms: Mapping[str, Any]) -> Study:
        made = make_study(terms, self._servers.leader_config)
        self._servers.publish(made)
        return made

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self._servers.leader_url, timeout=60, trust_env=False)

    def collect(self, study: Study) -> tuple[list[int], int, int]:
        self._servers.collect(study.task_id)
        leader = Leader(self._servers.home, self._servers.leader_config)
        try:
            return leader.noisy_sum(study.task_id)
        finally:
            leader.close()

    def costs(self) -> dict[str, tuple[float, float]]:
        self._servers.stop()
        usage = self._servers.usage
        leader, helper, collecting = usage["leader"], usage["helper"], usage["collect"]
        return {
            "leader": (leader.cpu_seconds + collecting.cpu_seconds, max(leader.rss_mb, collecting.rss_mb)),
            "helper": (helper.cpu_seconds, helper.rss_mb),
        }


class _Metered(httpx.BaseTransport):
    """A WSGI transport that counts the CPU time spent behind it."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.WSGITransport(app=app)
        self.seconds = 0.0
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        since = time.thread_time()
        response = self._inner.handle_request(request)
        with self._lock:
            self.seconds += time.thread_time() - since
        return response


class _InProcess:
    uploads = 1

    def __init__(self, servers: Servers) -> None:
        here = InlineVerifier()
        self._leader = Leader(servers.home, load_leader(servers.home), verifier=here)
        self._helper = Helper(servers.home, load_helper(servers.home), verifier=here)
        self._uploads = _Metered(create_leader_app(self._leader))
        self._jobs = _Metered(create_helper_app(self._helper))
        key = bytes.fromhex(servers.leader_config.channel_key)
        self._channel = HelperChannel(servers.helper_url, key, transport=self._jobs)
        self._collecting = 0.0

    def publish(self, terms: Mapping[str, Any]) -> Study:
        made = make_study(terms, self._leader.config)
        self._leader.publish(made, self._channel)
        return made

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self._leader.config.url, transport=self._uploads)

    def collect(self, study: Study) -> tuple[list[int], int, int]:
        before, helper = time.process_time(), self._jobs.seconds
        with self._channel:
            collect(self._leader, study.task_id, self._channel)
        self._collecting = time.process_time() - before - (self._jobs.seconds - helper)
        return self._leader.noisy_sum(study.task_id)

    def costs(self) -> dict[str, tuple[float, float]]:
        self._leader.close()
        self._helper.close()
        unit = 1 if sys.platform == "darwin" else 1024
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
        return {"leader": (self._uploads.seconds + self._collecting, memory), "helper": (self._jobs.seconds, memory)}
