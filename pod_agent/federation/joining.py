"""Taking part in training rounds until told to stop: what ``pod-agent federation join`` runs."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from consent.errors import ExpiredError
from pod_agent.errors import NodeNotAdmittedError, ServerUnreachableError, UsageError
from pod_agent.federation.consents import Consents
from pod_agent.federation.fleet import HEARTBEAT_SECONDS, FleetConnection
from pod_agent.federation.flower_node import FlowerNode
from pod_agent.federation.membership import enter, lasts_until, require_allowed
from pod_agent.federation.node_file import Membership, NodeFile
from pod_agent.federation.rounds import round_answer
from pod_agent.federation.training import Lessons
from vocab.membership import ADDRESS

__all__ = ["Joined", "join_business", "join_rounds", "member_node"]

PATIENCE_SECONDS = 2.5 * HEARTBEAT_SECONDS
"""How long a training server may not know this node: until its business told it, or until it takes a node that went
down without a word for gone, which is after two missed heartbeats."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Rounds that were answered, and messages that were not: no grant, too late, or not of our kind."""

    answered: int
    refused: int

    def to_json(self) -> dict[str, Any]:
        """The counts as plain values."""
        return {"answered": self.answered, "refused": self.refused}


def join_business(
    consents: Consents,
    kept: NodeFile,
    auth: httpx.Auth,
    lessons: Lessons,
    *,
    client: httpx.Client,
    seconds: float | None = None,
    pause: float = 5.0,
) -> Joined:
    """Be this person's node at the business whose training they allowed, as ``join_rounds`` is at any server.

    The business lets the node in once; from then on its key is enough, until the grant ends. A grant that was renewed
    meanwhile is shown anew and the node goes on. When the grant is withdrawn, on this machine, nothing more leaves and
    this ends with WithdrawnError. Raises what ``membership.enter`` does; NodeNotAdmittedError where the business took
    the node out, and then the next call asks to be let in again.
    """
    end = None if seconds is None else time.monotonic() + seconds
    answered = refused = 0
    while True:
        member = kept.read()
        if member is None or not member.address or lasts_until(consents, member.grant) != member.ends:
            member = enter(consents, kept, auth, client=client)
        node = member_node(consents, member, lessons, pause)
        try:
            _take_part(node, None if end is None else max(0.0, end - time.monotonic()))
        except (ExpiredError, NodeNotAdmittedError) as error:
            if lasts_until(consents, member.grant) in {None, member.ends}:
                if isinstance(error, NodeNotAdmittedError):
                    kept.forget()
                    raise NodeNotAdmittedError("the business has taken this node out of its training") from error
                raise
        answered, refused = answered + node.answered, refused + node.refused
        if node.failure is None:
            return Joined(answered, refused)


def join_rounds(
    consents: Consents,
    superlink: str,
    lessons: Lessons,
    *,
    seconds: float | None = None,
    root_certificates: bytes | None = None,
    pause: float = 5.0,
) -> Joined:
    """Be one node at ``superlink`` (``host:port``) for so many seconds, or until Ctrl-C if not given.

    For servers that let anybody in, such as a demonstration's on this machine. ``lessons`` gives what a model learns
    from, and is called in this thread. Which rounds are answered is for the grants to say (see
    ``rounds``). Off this machine the connection is TLS, checked against ``root_certificates`` (PEM) or the well-known
    ones. While the SuperLink is away it is tried again every ``pause`` seconds, less often the longer it lasts.
    UsageError for an address of another form or where no aggregator is set; ServerUnreachableError where the list of
    studies cannot be read, or the SuperLink never answered; ServerRefusedError where it does not accept this node.
    """
    if not ADDRESS.fullmatch(superlink):
        raise UsageError(f"{superlink} is not host:port", hint="Write the address as the business prints it.")
    consents.offered()  # a round must be on this list, so tell now where it cannot be read
    node = FlowerNode(
        lambda: FleetConnection(superlink, root_certificates=root_certificates),
        round_answer(consents, lessons),
        pause=pause,
    )
    _take_part(node, seconds)
    return Joined(node.answered, node.refused)


def member_node(consents: Consents, member: Membership, lessons: Lessons, pause: float) -> FlowerNode:
    """The node of somebody who was let in, ready to start; it speaks while their grant stands."""
    keys = (member.private_key, member.private_key.public_key())
    authority = member.authority.encode() or None
    return FlowerNode(
        lambda: FleetConnection(member.address, keys=keys, root_certificates=authority),
        round_answer(consents, lessons),
        pause=pause,
        allowed=lambda: require_allowed(consents, member.grant, member.ends),
        patience=PATIENCE_SECONDS,
    )


def _take_part(node: FlowerNode, seconds: float | None) -> None:
    with _stopping_after(seconds, node), contextlib.suppress(KeyboardInterrupt):
        node.run()
    if node.failure is not None:
        raise node.failure
    if not node.wait_ready(0):
        raise ServerUnreachableError("the training server did not answer")


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
