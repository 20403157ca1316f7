"""Wake-up hints from a Solid server: which watched resources may have changed.

A hint says that it is time to look, never what happened: nothing of a message is stored or trusted. Hints get lost
(servers restart, laptops sleep), so whoever listens looks now and then without one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import random
import threading
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, reconnect

from pod_agent.errors import PodAccessError, PodError
from pod_agent.pods.addresses import is_loopback
from pod_agent.pods.session import Session
from pod_agent.pods.subscribing import Channel, Service, find_service, subscribe, unsubscribe

__all__ = ["WakeUps", "listen"]

_LOG = logging.getLogger(__name__)
_SOCKET_LOG = logging.getLogger(f"{__name__}.socket")
_SOCKET_LOG.setLevel(logging.CRITICAL)  # the address of a socket is a secret, and so is what comes through it

_MAX_BYTES = 65_536
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds between attempts to listen again
_STEADY_SECONDS = 60.0  # a connection that held this long starts the pauses anew
_LONGEST_SECONDS = 86_400.0  # "until the year 9999" is more than a thread can wait for
_CLOSE_SECONDS = 1.0
_JOIN_SECONDS = 5.0
_ACTIVITIES = {"Create", "Update", "Delete", "Add", "Remove"}


class WakeUps:
    """Listens to resources of one storage until it is stopped; ``listen`` makes one. Use it in a ``with`` block.

    ``states`` holds the ETag last seen of a topic: only a topic without one wakes when listening begins. Listening
    again, after a server restart or when a channel ends, wakes as well, since changes may have been missed. Each topic
    has a thread of its own. ``seconds`` bounds how long a channel is asked for; servers choose where it is None.
    """

    def __init__(
        self,
        session: Session,
        service: Service,
        topics: Iterable[str],
        *,
        states: Mapping[str, str] | None = None,
        seconds: float | None = None,
        also: Iterable[str] = (),
    ) -> None:
        self._session = session
        self._service = service
        self._seconds = seconds
        self._also = tuple(also)
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._woken: set[str] = set()
        self._connections: set[ClientConnection] = set()
        self._error: PodAccessError | None = None
        known = dict(states or {}) if service.knows_states else {}
        first = {topic: self._subscribe(topic, known.get(topic)) for topic in dict.fromkeys(topics)}
        self._threads = [
            threading.Thread(target=self._follow, args=(topic, channel, topic in known), daemon=True)
            for topic, channel in first.items()
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def stopped(self) -> bool:
        """Whether ``stop`` was called."""
        return self._stopped.is_set()

    def wait(self, seconds: float | None = None) -> frozenset[str]:
        """The topics that may have changed since the last call, as soon as there are any; none after ``seconds``.

        None at once when it is stopped, from whichever thread. PodAccessError where the server no longer lets the
        login read a topic.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._error or self.stopped, seconds)
            if self.stopped:
                return frozenset()
            if self._error is not None:
                raise self._error
            woken, self._woken = frozenset(self._woken), set()
            return woken

    def stop(self) -> None:
        """End every ``wait`` at once and close the sockets; may be called from any thread, and again."""
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()
            connections = list(self._connections)
        for connection in connections:
            connection.close()

    def close(self) -> None:
        """Stop, give the channels back to the server and end the threads."""
        self.stop()
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)

    def _subscribe(self, topic: str, state: str | None) -> Channel:
        return subscribe(self._session, self._service, topic, state=state, seconds=self._seconds, also=self._also)

    def _follow(self, topic: str, first: Channel, quiet: bool) -> None:  # noqa: FBT001 - the thread's own arguments
        pause = _FIRST_PAUSE
        channel: Channel | None = first
        while not self.stopped:
            began = time.monotonic()
            try:
                channel = channel or self._subscribe(topic, None)
                self._listen(topic, channel, quiet=quiet)
                pause = 0.0
            except PodAccessError as error:
                self._fail(error)
                return
            except (PodError, OSError, WebSocketException) as error:
                _LOG.info("listening to the pod was cut off (%s)", type(error).__name__)
            except RuntimeError:
                if not self.stopped:  # the session was closed under a listener that is on its way out
                    raise
            if channel is not None:
                self._give_back(channel)
            channel, quiet = None, False
            steady = time.monotonic() - began > _STEADY_SECONDS
            pause = _FIRST_PAUSE if steady else min(pause, _LONGEST_PAUSE)
            self._stopped.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads agents after a restart
            pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)

    def _listen(self, topic: str, channel: Channel, *, quiet: bool) -> None:
        """Note every hint until the channel is about to end."""
        ends = None if channel.seconds is None else time.monotonic() + _listening_seconds(channel.seconds)
        with _connect(channel.receive_from) as connection:
            with self._changed:
                self._connections.add(connection)
            try:
                if not quiet:
                    self._wake(topic)
                while not self.stopped:
                    left = None if ends is None else max(0.0, ends - time.monotonic())
                    try:
                        message = connection.recv(left)
                    except TimeoutError:
                        return
                    if _is_hint(message):
                        self._wake(topic)
            finally:
                with self._changed:
                    self._connections.discard(connection)

    def _give_back(self, channel: Channel) -> None:
        with contextlib.suppress(PodError, RuntimeError):  # a channel that stays behind ends by itself
            unsubscribe(self._session, self._service, channel)

    def _wake(self, topic: str) -> None:
        with self._changed:
            self._woken.add(topic)
            self._changed.notify_all()

    def _fail(self, error: PodAccessError) -> None:
        with self._changed:
            self._error = error
            self._changed.notify_all()


def listen(
    session: Session,
    topics: Iterable[str],
    *,
    states: Mapping[str, str] | None = None,
    seconds: float | None = None,
    also: Iterable[str] = (),
) -> WakeUps | None:
    """Listen to these resources, all of one storage; None where its server sends no notifications that we know.

    PodAccessError where the login may not read a topic, or where notifications would come without encryption or from
    another host than the storage's (or those in ``also``).
    """
    topics = list(topics)
    service = find_service(session, topics[0], also)
    if service is None:
        return None
    return WakeUps(session, service, topics, states=states, seconds=seconds, also=also)


class _Direct(reconnect):
    """Follows no redirect: the address was checked, and another was not."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _connect(address: str) -> _Direct:
    return _Direct(
        address,
        proxy=None if is_loopback(address) else True,
        compression=None,
        user_agent_header="pod-agent",
        close_timeout=_CLOSE_SECONDS,
        max_size=_MAX_BYTES,
        logger=_SOCKET_LOG,
    )


def _listening_seconds(lasts: float) -> float:
    """How long to listen to a channel that lasts for so long: until shortly before, so that the next one is there."""
    return min(lasts - min(60.0, lasts / 10), _LONGEST_SECONDS)


def _is_hint(message: str | bytes) -> bool:
    """Whether a message tells of a change; what cannot be read is noted without its content and passed over."""
    try:
        answer = json.loads(message)
        kinds = answer.get("type") if isinstance(answer, dict) else None
        return bool(_ACTIVITIES & set(kinds if isinstance(kinds, list) else [kinds]))
    except (ValueError, TypeError, RecursionError) as error:
        _LOG.info("a notification could not be read (%s)", type(error).__name__)
        return False
