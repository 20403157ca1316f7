"""Taking part in training rounds until told to stop: what ``pod-agent federation train`` runs."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pod_agent.errors import ServerUnreachableError, UsageError
from pod_agent.federation.consents import Consents
from pod_agent.federation.fleet import FleetConnection
from pod_agent.federation.flower_node import FlowerNode
from pod_agent.federation.rounds import round_answer

__all__ = ["Joined", "join_rounds"]

ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}")


@dataclass(frozen=True, slots=True)
class Joined:
    """Rounds that were answered, and messages that were not: no grant, too late, or not of our kind."""

    answered: int
    refused: int

    def to_json(self) -> dict[str, Any]:
        """The counts as plain values."""
        return {"answered": self.answered, "refused": self.refused}


def join_rounds(
    consents: Consents,
    superlink: str,
    history: Callable[[], Sequence[float]],
    *,
    seconds: float | None = None,
    root_certificates: bytes | None = None,
    pause: float = 5.0,
) -> Joined:
    """Be one node at ``superlink`` (``host:port``) for so many seconds, or until Ctrl-C if not given.

    ``history`` gives the spending of whole weeks, oldest first, and is called in this thread. Which rounds are answered
    is for the grants to say (see ``rounds``). Off this machine the connection is TLS, checked against
    ``root_certificates`` (PEM) or the well-known ones. While the SuperLink is away it is tried again every ``pause``
    seconds, less often the longer it lasts. UsageError for an address of another form or where no aggregator is set;
    ServerUnreachableError where the list of studies cannot be read, or the SuperLink never answered;
    ServerRefusedError where it does not accept this node.
    """
    if not ADDRESS.fullmatch(superlink):
        raise UsageError(f"{superlink} is not host:port", hint="Write the address as the business prints it.")
    consents.offered()  # a round must be on this list, so tell now where it cannot be read
    node = FlowerNode(
        lambda: FleetConnection(superlink, root_certificates=root_certificates),
        round_answer(consents, history),
        pause=pause,
    )
    with _stopping_after(seconds, node), contextlib.suppress(KeyboardInterrupt):
        node.run()
    if node.failure is not None:
        raise node.failure
    if not node.wait_ready(0):
        raise ServerUnreachableError("the training server did not answer")
    return Joined(node.answered, node.refused)


@contextlib.contextmanager
def _stopping_after(seconds: float | None, node: FlowerNode) -> Iterator[None]:
    timer = threading.Timer(seconds, node.finish) if seconds is not None else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()
