"""An embedded Flower node: the agent answers training rounds from a thread of its own.

The node runs only what ships with the agent. What it may answer is decided for every message by ``answer``, which asks
the consent gate; what leaves by Flower is the id of a report, and only while the permit still holds. A refusal is
silence: to the aggregator a person who said no looks like a laptop that is closed. Whether the node may speak at all is
asked before every request, so a withdrawal ends it without another word.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from consent.errors import ConsentError
from pod_agent.errors import (
    NodeNotAdmittedError,
    NodeNotYetAdmittedError,
    ServerRefusedError,
    ServerUnreachableError,
)
from pod_agent.federation.answer import Answer, Answered
from pod_agent.federation.fleet import HEARTBEAT_SECONDS, FleetConnection, Received
from vocab.errors import ProjectError, VocabularyError
from vocab.training import RoundInstructions

__all__ = ["FlowerNode", "nodes_online"]

log = logging.getLogger(__name__)

MOST_PAUSES = 12


class FlowerNode(threading.Thread):
    """One person's node at one SuperLink; ``start`` it, and ``stop`` it from any thread.

    ``connect`` makes a connection and ``answer`` an update; ``pause`` is the time between two polls in seconds, doubled
    after each failure up to twelve times that. ``answered`` and ``refused`` count messages; ``failure`` is what ended
    the thread, None while it runs and after a clean stop. ``allowed`` raises a ConsentError once the node may not
    connect any more; it is asked before every request and must be quick. ``patience`` is for how many seconds on end a
    server that does not know this node yet is tried again.
    """

    def __init__(
        self,
        connect: Callable[[], FleetConnection],
        answer: Answer,
        *,
        pause: float = 5.0,
        allowed: Callable[[], None] = lambda: None,
        patience: float = 0.0,
    ) -> None:
        super().__init__(name="flower-node", daemon=True)
        self._connect = connect
        self._answer = answer
        self._allowed = allowed
        self._pause = pause
        self._patience = patience
        self._unknown_since: float | None = None
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self.answered = 0
        self.refused = 0
        self.failure: ProjectError | None = None

    def wait_ready(self, seconds: float) -> bool:
        """Wait until the SuperLink knows this node; False if it does not in time, or never will."""
        return self._ready.wait(seconds) and self.failure is None

    def finish(self) -> None:
        """End after the request that is under way."""
        self._stopping.set()

    def stop(self, seconds: float = 10.0) -> bool:
        """End the thread and leave the SuperLink; False if it is still in the middle of a request."""
        self.finish()
        self.join(seconds)
        return not self.is_alive()

    def run(self) -> None:
        """Poll until stopped; a server that is away is tried again, one that refuses this node ends the thread."""
        pause = self._pause
        while not self._stopping.is_set():
            try:
                self._visit()
            except ConsentError as error:
                self._fail(error)
                log.info("the node may not connect any more: %s", error.code)
                return
            except ServerUnreachableError:
                log.warning("the training server does not answer; trying again in %.0f s", pause)
                self._stopping.wait(pause)
                pause = min(2 * pause, MOST_PAUSES * self._pause)
            except NodeNotYetAdmittedError as error:
                if not self._wait_unknown(min(pause, 1.0)):
                    self._refused(error)
                    return
            except ServerRefusedError as error:
                self._refused(error)
                return

    def _wait_unknown(self, pause: float) -> bool:
        """Wait a moment; False where patience is over."""
        now = time.monotonic()
        since = self._unknown_since = now if self._unknown_since is None else self._unknown_since
        if now - since >= self._patience:
            return False
        self._stopping.wait(pause)
        return True

    def _refused(self, error: ServerRefusedError) -> None:
        self._fail(error)
        log.warning("the training server refused this node: %s", error.code)

    def _fail(self, error: ProjectError) -> None:
        self.failure = error
        self._ready.set()

    def _visit(self) -> None:
        self._allowed()
        connection = self._connect()
        try:
            connection.open()
            self._unknown_since = None
            self._ready.set()
            self._poll(connection)
        except ConsentError:
            connection.drop()
            raise
        finally:
            connection.close()

    def _poll(self, connection: FleetConnection) -> None:
        """Ask for messages, also across an outage: a server that comes back takes the node for one that never left.

        Returns where such a server knows the node no more, to announce it again.
        """
        beat, pause = time.monotonic(), self._pause
        while not self._stopping.is_set():
            self._allowed()
            try:
                if time.monotonic() - beat > HEARTBEAT_SECONDS / 3:
                    connection.beat()
                    beat = time.monotonic()
                handled = self._handle_next(connection)
            except ServerUnreachableError:
                log.warning("the training server does not answer; trying again in %.0f s", pause)
                self._stopping.wait(pause)
                pause = min(2 * pause, MOST_PAUSES * self._pause)
                continue
            except NodeNotAdmittedError:
                if pause == self._pause:
                    raise
                return
            pause = self._pause
            if not handled:
                self._stopping.wait(self._pause)

    def _handle_next(self, connection: FleetConnection) -> bool:
        """Take one message; False if there is none. What makes a message unusable stays here."""
        try:
            received = connection.receive()
            if received is None:
                return False
            instructions = RoundInstructions.from_fields(received.fields)
        except VocabularyError as error:
            self.refused += 1
            log.warning("a training message was left out: %s", error.code)
            return True
        result = self._ask(instructions)
        if result is None:
            self.refused += 1
        else:
            self._allowed()
            self._reply(connection, received, result)
        return True

    def _reply(self, connection: FleetConnection, received: Received, result: Answered) -> None:
        """Name the report; a round that is over takes no reply, which is no fault of the node's."""
        try:
            connection.reply(received, {"report": result.report_id})
        except NodeNotAdmittedError:
            raise
        except ServerRefusedError as error:
            self.refused += 1
            log.info("a reply came too late: %s", error.code)
        else:
            self.answered += 1

    def _ask(self, instructions: RoundInstructions) -> Answered | None:
        """The answer if there may be one, checked again after all the work is done."""
        try:
            result = self._answer(instructions)
            result.check()
        except ConsentError as error:
            log.info("no answer to a training round: %s", error.code)
            return None
        except ProjectError as error:
            log.warning("a training round could not be answered: %s", error.code)
            return None
        return result


@contextmanager
def nodes_online(
    address: str, answers: Sequence[Answer], *, pause: float = 0.5, seconds: float = 30.0
) -> Iterator[Sequence[FlowerNode]]:
    """Several nodes in this process, as the demo and tests have them, stopped at the end of the block.

    Raises ServerUnreachableError if the SuperLink at ``address`` (``host:port``) does not know all of them in time.
    """
    nodes = [FlowerNode(lambda: FleetConnection(address), answer, pause=pause) for answer in answers]
    try:
        for node in nodes:
            node.start()
        end = time.monotonic() + seconds
        for node in nodes:
            if not node.wait_ready(max(0.0, end - time.monotonic())):
                raise ServerUnreachableError("the training server does not know every node")
        yield nodes
    finally:
        for node in nodes:
            node.stop(0)
        for node in nodes:
            node.stop()
