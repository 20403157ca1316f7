"""A node's side of Flower's Fleet API: the only module of the agent that touches what Flower does not promise to keep.

Flower ships a node program and a connection for it, and neither may run inside a person's agent: they fetch the
aggregator's Python and execute it, answer a 401 with a SIGINT to their own process, and end the process when the server
cannot be reached or names another version. So this module speaks the protocol through Flower's request classes alone.
It has no way to ask for code. Written against flwr 1.41; the extra ``federation`` pins it.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.app.message import remove_content_from_message
from flwr.common.serde import message_to_proto
from flwr.proto.fleet_pb2 import (
    ActivateNodeRequest,
    DeactivateNodeRequest,
    PullMessagesRequest,
    PushMessagesRequest,
    RegisterNodeFleetRequest,
    UnregisterNodeFleetRequest,
)
from flwr.proto.heartbeat_pb2 import SendNodeHeartbeatRequest
from flwr.proto.message_pb2 import ConfirmMessageReceivedRequest, ObjectTree, PullObjectRequest, PushObjectRequest
from flwr.proto.node_pb2 import Node
from flwr.supercore.inflatable.inflatable_object import (
    UnexpectedObjectContentError,
    get_all_nested_objects,
    get_object_tree,
)
from flwr.supercore.inflatable.inflatable_utils import inflate_object_from_contents
from flwr.supercore.primitives.asymmetric import generate_key_pairs, public_key_to_bytes
from flwr.supercore.protobuf.client import ProtobufCall, ProtobufClientInterceptor, ProtobufRequestContext
from flwr.supercore.retry import RetryInvoker
from flwr.supercore.runtime_version_compatibility import RuntimeVersionMetadata
from flwr.supernode.fleet_http_client import FleetHttpClient
from flwr.supernode.node_auth_http_interceptor import NodeAuthHttpInterceptor
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from pod_agent.errors import (
    NodeNotAdmittedError,
    NodeNotYetAdmittedError,
    ServerRefusedError,
    ServerUnreachableError,
    UntrustedServerError,
)
from pod_agent.federation.send import open_client
from vocab.errors import VocabularyError
from vocab.hosts import is_loopback
from vocab.training import Scalar

__all__ = ["HEARTBEAT_SECONDS", "FleetConnection", "Received", "read_fields", "read_message"]

HEARTBEAT_SECONDS = 30
MAX_OBJECTS = 16
"""Instructions are a message, a dictionary and one record; a server that announces more is refused."""
MAX_ANSWER = 8 << 20
"""Bytes of one answer: the largest holds the weights of a model."""
NOT_ADMITTED, NOT_YET = 401, 412
"""401: the key is not the node's, or was taken out.

412 (Flower's ApiError 2004): no node has this key, or one that has it counts as online, as it does for two missed
heartbeats after its machine or the server went down.
"""
PULL_SECONDS = 60.0
"""How long a part may come later than the message: a SuperLink takes in a hundred messages one part after the other."""
PULL_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 2.0

T = TypeVar("T")
Keys = tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey]


@dataclass(frozen=True, slots=True)
class Received:
    """One message to this node: its fields, and the envelope that a reply needs."""

    fields: Mapping[str, object]
    envelope: Message


class _VersionHeaders:
    """Says which flwr this is. Flower's own class would end the process when the server wishes another one."""

    def intercept(self, context: ProtobufRequestContext, call_next: ProtobufCall) -> httpx.Response:
        context.request.headers.update(dict(RuntimeVersionMetadata.from_local_component("SuperNode").as_metadata()))
        return call_next(context)


class _FleetClient(FleetHttpClient):
    """Flower's requests through this agent's own kind of client: no proxy of the environment, redirect or cookie."""

    def __init__(
        self,
        base_url: str,
        *,
        interceptors: Sequence[ProtobufClientInterceptor] = (),
        verify: ssl.SSLContext | bool | str = True,
        timeout: float = 30.0,
        retry_invoker: RetryInvoker | None = None,
    ) -> None:
        super().__init__(
            base_url, interceptors=interceptors, verify=verify, timeout=timeout, retry_invoker=retry_invoker
        )
        self._client.close()
        self._client = open_client(verify=verify, most=MAX_ANSWER)


class FleetConnection:
    """One registered node at a SuperLink. Not for use by two threads at a time.

    ``keys`` is the node's P-384 key pair; without one a fresh pair is made, which a SuperLink with node authentication
    will not know. TLS is off for a loopback address without ``root_certificates`` (PEM) and on for all others, checked
    against these certificates or the well-known ones. ``pull_seconds`` is how long a part of a message is waited for.
    Every method raises ServerUnreachableError, or ServerRefusedError where the SuperLink does not accept this node:
    NodeNotAdmittedError where it does not know its key, UntrustedServerError where its certificate does not hold.
    """

    def __init__(
        self,
        address: str,
        *,
        keys: Keys | None = None,
        root_certificates: bytes | None = None,
        pull_seconds: float = PULL_SECONDS,
    ) -> None:
        self._register = keys is None
        self._pull_seconds = pull_seconds
        private, public = keys or generate_key_pairs()
        self._key = public_key_to_bytes(public)
        self._client = _FleetClient.from_server_address(
            address,
            root_certificates is None and is_loopback(urlsplit(f"//{address}").hostname),
            root_certificates,
            interceptors=[_VersionHeaders(), NodeAuthHttpInterceptor(private, public)],
        )
        self._node: Node | None = None

    @property
    def node_id(self) -> int | None:
        """The id the SuperLink gave, None before ``open``."""
        return None if self._node is None else int(self._node.node_id)

    def open(self) -> None:
        """Announce this node."""
        if self._register:
            _ask(lambda: self._client.RegisterNode(RegisterNodeFleetRequest(public_key=self._key)))
        request = ActivateNodeRequest(public_key=self._key, heartbeat_interval=HEARTBEAT_SECONDS)
        self._node = Node(node_id=_ask(lambda: self._client.ActivateNode(request)).node_id)

    def beat(self) -> None:
        """Say that this node is there; due every ``HEARTBEAT_SECONDS``."""
        request = SendNodeHeartbeatRequest(node=self._node, heartbeat_interval=HEARTBEAT_SECONDS)
        if not _ask(lambda: self._client.SendNodeHeartbeat(request)).success:
            raise NodeNotAdmittedError("the training server does not know this node any more")

    def receive(self) -> Received | None:
        """The next message to this node, or None; VocabularyError if it is not of our kind."""
        answer = _ask(lambda: self._client.PullMessages(PullMessagesRequest(node=self._node)))
        if not answer.messages_list:
            return None
        run, tree = answer.messages_list[0].metadata.run_id, answer.message_object_trees[0]
        names = _object_names(tree)
        contents = {name: self._pull(run, name) for name in names}
        request = ConfirmMessageReceivedRequest(node=self._node, run_id=run, message_object_id=tree.object_id)
        _ask(lambda: self._client.ConfirmMessageReceived(request))
        message = read_message(tree.object_id, contents)
        # Flower keeps a message's id outside its content; a reply refers to it.
        message.metadata.__dict__["_message_id"] = tree.object_id
        return Received(read_fields(message), message)

    def reply(self, received: Received, fields: Mapping[str, Scalar]) -> None:
        """Answer a message with these fields and nothing else."""
        message = Message(RecordDict({"reply": ConfigRecord(dict(fields))}), reply_to=received.envelope)
        message.metadata.__dict__["_message_id"] = message.object_id
        objects = get_all_nested_objects(message)
        request = PushMessagesRequest(
            node=self._node,
            messages_list=[message_to_proto(remove_content_from_message(message))],
            message_object_trees=[get_object_tree(message)],
            clientapp_runtime_list=[0.0],
        )
        pushed = _ask(lambda: self._client.PushMessages(request))
        for name in pushed.objects_to_push:
            self._push(message.metadata.run_id, pushed.session_id, name, objects[name].deflate())

    def close(self) -> None:
        """Leave; a server that is gone already is no error."""
        if self._node is not None:
            node_id = self._node.node_id
            with contextlib.suppress(ServerUnreachableError, ServerRefusedError):
                _ask(lambda: self._client.DeactivateNode(DeactivateNodeRequest(node_id=node_id)))
                if self._register:
                    _ask(lambda: self._client.UnregisterNode(UnregisterNodeFleetRequest(node_id=node_id)))
        self.drop()

    def drop(self) -> None:
        """End without another word to the server."""
        self._node = None
        self._client.close()

    def _pull(self, run: int, name: str) -> bytes:
        """One part of a message; the SuperLink announces a message before it has all of them."""
        request = PullObjectRequest(node=self._node, run_id=run, object_id=name)
        end, pause = time.monotonic() + self._pull_seconds, PULL_PAUSE_SECONDS
        while time.monotonic() < end:
            answer = _ask(lambda: self._client.PullObject(request))
            if answer.object_available:
                return bytes(answer.object_content)
            if not answer.object_found:
                break
            time.sleep(pause)
            pause = min(1.5 * pause, LONGEST_PAUSE_SECONDS)
        raise VocabularyError("a part of the instructions is missing")

    def _push(self, run: int, session: str, name: str, content: bytes) -> None:
        request = PushObjectRequest(
            node=self._node, run_id=run, object_id=name, object_content=content, session_id=session
        )
        if not _ask(lambda: self._client.PushObject(request)).stored:
            raise ServerRefusedError("the training server no longer takes this reply")


def _ask(call: Callable[[], T]) -> T:
    """One request; no retry here, because Flower's own would send this process a SIGINT."""
    try:
        return call()
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        if status >= 500:
            raise ServerUnreachableError(f"the training server answered {status}") from error
        if status == NOT_YET:
            raise NodeNotYetAdmittedError(f"the training server does not know this node ({status})") from error
        if status == NOT_ADMITTED:
            raise NodeNotAdmittedError(f"the training server does not know this node ({status})") from error
        raise ServerRefusedError(f"the training server refused this node ({status})") from error
    except httpx.HTTPError as error:
        if _is_certificate(error):
            raise UntrustedServerError("the training server's certificate does not hold") from error
        raise ServerUnreachableError("the training server does not answer") from error
    except ValueError as error:  # a body that is not the protocol's
        raise ServerUnreachableError("the training server's answer cannot be read") from error


def _is_certificate(error: BaseException) -> bool:
    """Whether the connection failed because nobody vouches for the server."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _object_names(tree: ObjectTree) -> list[str]:
    names: list[str] = []
    waiting = [tree]
    while waiting:
        branch = waiting.pop()
        names.append(branch.object_id)
        waiting.extend(branch.children)
        if len(names) > MAX_OBJECTS:
            raise VocabularyError("the instructions have too many parts")
    return names


def read_message(name: str, contents: dict[str, bytes]) -> Message:
    """The message of this object id from the parts a server sent; VocabularyError for anything else."""
    try:
        message = inflate_object_from_contents(name, contents)
    except (ValueError, TypeError, LookupError, AttributeError, DecodeError, UnexpectedObjectContentError) as error:
        raise VocabularyError("the instructions cannot be read") from error
    if not isinstance(message, Message):
        raise VocabularyError("what came is not a message")
    return message


def read_fields(message: Message) -> Mapping[str, object]:
    """The fields of the instructions; VocabularyError where the message holds none."""
    record = message.content.get("instructions") if message.has_content() else None
    if not isinstance(record, ConfigRecord):
        raise VocabularyError("the message holds no instructions")
    return dict(record)
