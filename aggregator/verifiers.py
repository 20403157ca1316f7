"""Where proofs are checked: in the server's own process, in processes beside it, or on a Ray cluster.

A ``Verifier`` runs a step of ``aggregator.verifying`` on lots of reports, wherever that is. It takes no more lots at a
time than it can work on, so memory does not grow with the batch.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, TypeVar

from aggregator.errors import ConfigurationError, MissingExtraError, VerifierLostError

__all__ = [
    "VERIFIERS",
    "InlineVerifier",
    "ProcessVerifier",
    "RayVerifier",
    "Verifier",
    "end_with_parent",
    "make_verifier",
]

VERIFIERS = ("inline", "processes", "ray")
"""Names that settings and options use."""

Lot = TypeVar("Lot")
Outcome = TypeVar("Outcome")


class Verifier(Protocol):
    """Checks lots of reports somewhere; safe to use from several threads."""

    @property
    def workers(self) -> int:
        """How many lots are worked on at a time."""
        ...

    def check(self, step: Callable[[Lot], Outcome], lots: Iterable[Lot]) -> list[Outcome]:
        """What ``step`` makes of each lot, in order; a lot is asked for only when there is room for it.

        VerifierLostError if a process that worked on one is gone: the same lots can be tried again.
        """
        ...

    def close(self) -> None:
        """End what was started; what is under way is given up."""
        ...


class InlineVerifier:
    """Checks in the thread that asks."""

    workers = 1

    def check(self, step: Callable[[Lot], Outcome], lots: Iterable[Lot]) -> list[Outcome]:
        """One lot after the other."""
        return [step(lot) for lot in lots]

    def close(self) -> None:
        """Nothing was started."""


class _Elsewhere(ABC):
    """Keeps the number of lots under way bounded; a single lot is not worth a way to another process."""

    lost: tuple[type[Exception], ...]

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._room = threading.BoundedSemaphore(workers + 1)

    def check(self, step: Callable[[Lot], Outcome], lots: Iterable[Lot]) -> list[Outcome]:
        """Hand out the lots as there is room, then wait for all."""
        left = iter(lots)
        first = list(islice(left, 2))
        if len(first) < 2:
            return [step(lot) for lot in first]
        try:
            under_way = [self._hand_out(step, lot) for lot in chain(_given_away(first), left)]
            return [future.result() for future in under_way]
        except self.lost as error:
            self._recover()
            raise VerifierLostError("a process that checks proofs has ended") from error

    def _hand_out(self, step: Callable[[Lot], Outcome], lot: Lot) -> Future[Outcome]:
        self._room.acquire()
        try:
            future = self._start(step, lot)
        except BaseException:
            self._room.release()
            raise
        future.add_done_callback(lambda _: self._room.release())
        return future

    @abstractmethod
    def _start(self, step: Callable[[Lot], Outcome], lot: Lot) -> Future[Outcome]: ...

    @abstractmethod
    def _recover(self) -> None: ...


class ProcessVerifier(_Elsewhere):
    """Checks in processes of its own, started when first needed; they end with this one, however it ends."""

    lost = (BrokenProcessPool, CancelledError)

    def __init__(self, workers: int | None = None) -> None:
        super().__init__(workers or os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _start(self, step: Callable[[Lot], Outcome], lot: Lot) -> Future[Outcome]:
        with self._lock:
            if self._pool is None:
                spawn = multiprocessing.get_context("spawn")  # a process with threads must not be forked
                self._pool = ProcessPoolExecutor(self.workers, spawn, initializer=end_with_parent)
            return self._pool.submit(step, lot)

    def _recover(self) -> None:
        """The other processes of a broken pool are ended by it; the next lot starts new ones."""
        self.close()


class RayVerifier(_Elsewhere):
    """Checks on the Ray cluster at ``address``, which sees what this server sees: it must be its operator's own.

    The workers of the cluster need this package, of the same version.
    """

    def __init__(self, address: str) -> None:
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is reported to anyone
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # without it Ray warns of a change to come
        try:
            import ray  # noqa: PLC0415 - optional
        except ImportError as error:
            raise MissingExtraError("Ray is not installed", hint="Run: pip install 'pod-agent[ray]'") from error
        try:
            ray.init(address=address, ignore_reinit_error=True, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, ValueError) as error:
            raise ConfigurationError(f"no Ray cluster answers at {address}", hint="Run: ray start --head") from error
        self.lost = (ray.exceptions.RayError,)
        self._ray: Any = ray
        self._remote: dict[Any, Any] = {}
        super().__init__(max(1, int(self._ray.cluster_resources().get("CPU", 1))))

    def close(self) -> None:
        """Leave the cluster; it goes on."""
        self._ray.shutdown()

    def _start(self, step: Callable[[Lot], Outcome], lot: Lot) -> Future[Outcome]:
        if step not in self._remote:
            self._remote[step] = self._ray.remote(step)
        future: Future[Outcome] = self._remote[step].remote(lot).future()
        return future

    def _recover(self) -> None:
        """Ray replaces its workers itself."""


def make_verifier(kind: str, *, workers: int = 0, address: str = "auto") -> Verifier:
    """The verifier of this name; ``workers`` 0 means one for each core, ``address`` is the Ray cluster's.

    ConfigurationError for another name, or if no cluster answers; MissingExtraError without Ray.
    """
    if kind == "ray":
        return RayVerifier(address)
    if kind == "processes":
        return ProcessVerifier(workers or None)
    if kind == "inline":
        return InlineVerifier()
    raise ConfigurationError(f"nothing verifies by {kind!r}", hint=f"Choose one of: {', '.join(VERIFIERS)}.")


def end_with_parent() -> None:
    """In a process of a pool: leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _given_away(lots: list[Lot]) -> Iterable[Lot]:
    """The lots, none of which is kept once it was handed out."""
    while lots:
        yield lots.pop(0)
