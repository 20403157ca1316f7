"""Nodes in this process behind Flower's own ``Grid``: a round with thousands of them runs the very code of a real one.

Flower's simulation engine starts actors of Ray for every few nodes; here a node is a function, and what it is told and
replies are the messages that a SuperLink would carry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import NoReturn

from flwr.app import ConfigRecord, Error, Message, RecordDict
from flwr.common.constant import ErrorCode
from flwr.serverapp import Grid
from flwr.supercore.run import Run

from aggregator.grid import GridChannel
from vocab.training import Scalar

__all__ = ["DirectGrid", "Node", "direct_channel", "node_reply"]

Node = Callable[[Mapping[str, object]], Mapping[str, Scalar] | None]
"""What a node does with the fields of its instructions: the fields of its reply, or None, which is silence."""


class DirectGrid(Grid):
    """A grid whose nodes are functions, numbered from 1; each is called once for each message, in this thread."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = dict(enumerate(nodes, start=1))
        self._replies: dict[str, Message] = {}
        self._run: Run | None = None

    def set_run(self, run: Run) -> None:
        """Keep what Flower calls the run; nothing here depends on it."""
        self._run = run

    @property
    def run(self) -> Run:
        """The run that was set."""
        if self._run is None:
            raise ValueError("no run was set")
        return self._run

    def create_message(self, *_: object, **__: object) -> NoReturn:
        """Deprecated by Flower, and not part of a round."""
        raise NotImplementedError("messages are made by the round")

    def get_node_ids(self) -> Iterable[int]:
        """Every node is always there."""
        return list(self._nodes)

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Call each node; the messages' ids."""
        names = []
        for message in messages:
            name = message.object_id
            names.append(name)
            message.metadata.__dict__["_message_id"] = name
            self._replies[name] = node_reply(deepcopy(message), self._nodes[message.metadata.dst_node_id])
        return names

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """The replies to these messages that were not pulled before."""
        return [self._replies.pop(name) for name in list(message_ids) if name in self._replies]

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> Iterable[Message]:
        """Both of the above at once; ``timeout`` plays no part, since a silent node stays silent."""
        del timeout
        return self.pull_messages(self.push_messages(messages))


def direct_channel(nodes: Sequence[Node]) -> GridChannel:
    """A round's channel to these nodes."""
    return GridChannel(DirectGrid(nodes), run_id=1)


def node_reply(message: Message, node: Node) -> Message:
    """What the node replies to this message; a silent node's is what a SuperLink says of nodes that are gone."""
    record = message.content.get("instructions") if message.has_content() else None
    fields = node(dict(record)) if isinstance(record, ConfigRecord) else None
    if fields is None:
        return Message(Error(code=ErrorCode.NODE_UNAVAILABLE, reason="no reply"), reply_to=message)
    return Message(RecordDict({"reply": ConfigRecord(dict(fields))}), reply_to=message)
