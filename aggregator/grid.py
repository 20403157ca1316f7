"""One round over Flower, seen from the aggregator; this module and ``superlink_child`` use what Flower may change.

Flower's way to run server code is to store an application bundle and have a child process unpack and execute it. That
is not needed: with ``--isolation process`` a SuperLink hands a run's task to whatever process asks for it. So a run is
started with a bundle that holds a manifest and no code, this process takes the task, and its token opens a ``Grid``.
``GridChannel`` is what a round does with any ``Grid``: a SuperLink's, one in memory, or the simulation engine's.
Written against flwr 1.41; the extra ``aggregator`` pins it.
"""

from __future__ import annotations

import hashlib
import io
import logging
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx
from flwr.app import ConfigRecord, Message, Metadata, RecordDict
from flwr.app.message import make_message
from flwr.common.constant import SUPERLINK_NODE_ID, SubStatus
from flwr.common.serde import run_from_proto
from flwr.proto.control_pb2 import ListNodesRequest, RegisterNodeRequest, StartRunRequest, UnregisterNodeRequest
from flwr.proto.fab_pb2 import Fab
from flwr.proto.runtime_pb2 import (
    AcquireTaskRequest,
    PullTaskInputRequest,
    PushTaskOutputRequest,
    SendTaskHeartbeatRequest,
)
from flwr.serverapp import Grid
from flwr.supercore.control.control_http_client import ControlHttpClient
from flwr.supercore.interceptors import RuntimeVersionHttpInterceptor
from flwr.supercore.protobuf.client import ProtobufCall, ProtobufRequestContext
from flwr.supercore.runtime import RuntimeHttpClient
from flwr.superlink.grid import HttpGrid

from aggregator.errors import SuperLinkError
from aggregator.superlink import SECRET_HEADER, Control
from vocab.training import REPORT_ID_BYTES, Scalar

__all__ = ["Admitted", "GridChannel", "RoundGrid", "admit", "admitted", "expel"]

log = logging.getLogger(__name__)
logging.getLogger("flwr").setLevel(logging.WARNING)  # importing it sets it to tell of every connection

TASK_TYPE = "flwr-serverapp"
HEARTBEAT_SECONDS = 10.0
MANIFEST = """\
[project]
name = "training-round"
version = "1.0.0"

[tool.flwr.app]
publisher = "pod-agent"

[tool.flwr.app.components]
serverapp = "none:none"
clientapp = "none:none"
"""

T = TypeVar("T")


class GridChannel:
    """A round's way to nodes over one ``Grid``: who is there, one message to each, and their replies.

    ``task_id`` is the task that messages are sent for, 0 where the grid knows none. Every method raises SuperLinkError
    where the other side does not do its part.
    """

    def __init__(self, grid: Grid, *, run_id: int, task_id: int = 0) -> None:
        self._grid = grid
        self._run_id, self._task_id = run_id, task_id
        self._waiting: set[str] = set()

    def nodes(self) -> list[int]:
        """The nodes that are there now."""
        return sorted(_ask(self._grid.get_node_ids))

    def broadcast(self, nodes: Iterable[int], fields: Mapping[str, Scalar], seconds: float) -> None:
        """Send the same instructions to each node; after ``seconds`` no reply to them is taken."""
        now = time.time()
        record = ConfigRecord(dict(fields))
        messages = [
            make_message(
                metadata=Metadata(
                    run_id=self._run_id,
                    message_id="",
                    src_node_id=SUPERLINK_NODE_ID,
                    dst_node_id=node,
                    reply_to_message_id="",
                    group_id="",
                    created_at=now,
                    ttl=seconds,
                    message_type="train",
                    src_task_id=self._task_id,
                ),
                content=RecordDict({"instructions": record}),
            )
            for node in nodes
        ]
        self._waiting = {name for name in _ask(lambda: self._grid.push_messages(messages)) if name}

    def replies(self) -> list[bytes]:
        """The report ids named since the last call; a node that failed or answered out of form gives none."""
        if not self._waiting:
            return []
        messages: Sequence[Message] = list(_ask(lambda: self._grid.pull_messages(self._waiting)))
        self._waiting -= {message.metadata.reply_to_message_id for message in messages}
        return [report for message in messages if (report := _report_id(message)) is not None]

    @property
    def waiting(self) -> int:
        """How many messages have neither a reply nor a failure."""
        return len(self._waiting)

    def close(self, *, completed: bool) -> None:  # noqa: ARG002 - for channels that end something
        """End the round; nothing is asked any more."""
        self._waiting = set()


class RoundGrid(GridChannel):
    """One run at a running SuperLink, driven from this process."""

    def __init__(self, control: Control) -> None:
        _start_run(control)
        self._http = HttpGrid(control.address, insecure=True, token=_take_task(control))
        # Flower's retries answer a 401 with a SIGINT to this process; the round has a deadline of its own.
        self._http._retry_invoker = None  # type: ignore[assignment]  # noqa: SLF001
        self._runtime = self._http._runtime_client  # noqa: SLF001
        self._runtime._client.headers[SECRET_HEADER] = control.secret  # noqa: SLF001 - it takes no interceptor of ours
        task = _ask(lambda: self._runtime.PullTaskInput(PullTaskInputRequest()))
        self._http.set_run(run_from_proto(task.run))
        super().__init__(self._http, run_id=task.run.run_id, task_id=task.task_id)
        self._ended = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="round-heartbeat", daemon=True)
        self._beating.start()

    def close(self, *, completed: bool) -> None:
        """End the run. What comes later is refused by the SuperLink, if it is still there to be told."""
        super().close(completed=completed)
        self._ended.set()
        self._beating.join()
        status = SubStatus.COMPLETED if completed else SubStatus.FAILED
        request = PushTaskOutputRequest(sub_status=status, details="" if completed else "the round was aborted")
        try:
            _ask(lambda: self._runtime.PushTaskOutput(request))
        except SuperLinkError as error:  # every reply is in, or the round failed for a reason of its own
            log.warning("the round's end could not be told: %s", error)
        finally:
            self._http.close()

    def _beat(self) -> None:
        """Keep the run alive also while many messages are pushed: its token ends with its sign of life."""
        while not self._ended.wait(HEARTBEAT_SECONDS):
            try:
                _ask(lambda: self._runtime.SendTaskHeartbeat(SendTaskHeartbeatRequest()))
            except SuperLinkError as error:
                log.warning("the round's sign of life was not taken: %s", error)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A node that a SuperLink serves: the id it gave, and the node's public key (PEM)."""

    node: int
    key: bytes


def admitted(control: Control) -> list[Admitted]:
    """The nodes that the SuperLink serves, removed ones left out."""
    with _control(control) as client:
        listed = _ask(lambda: client.ListNodes(ListNodesRequest())).nodes_info
    return [Admitted(int(one.node_id), bytes(one.public_key)) for one in listed if one.status != "unregistered"]


def admit(control: Control, key: bytes) -> None:
    """Let the node with this public key (PEM, P-384) in."""
    with _control(control) as client:
        _ask(lambda: client.RegisterNode(RegisterNodeRequest(public_key=key)))


def expel(control: Control, node: int) -> None:
    """Let a node in no more: its next request is answered with 401."""
    with _control(control) as client:
        _ask(lambda: client.UnregisterNode(UnregisterNodeRequest(node_id=node)))


class _Secret:
    """Shows the SuperLink's secret with every request."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def intercept(self, context: ProtobufRequestContext, call_next: ProtobufCall) -> httpx.Response:
        context.request.headers[SECRET_HEADER] = self._secret
        return call_next(context)


def _start_run(control: Control) -> None:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("pyproject.toml", MANIFEST)
    content = bundle.getvalue()
    request = StartRunRequest(fab=Fab(hash_str=hashlib.sha256(content).hexdigest(), content=content))
    with _control(control) as client:
        _ask(lambda: client.StartRun(request))


def _take_task(control: Control) -> str:
    request = AcquireTaskRequest(supported_task_types=[TASK_TYPE])
    with RuntimeHttpClient.from_server_address(control.address, True, None, _headers(control)) as client:  # noqa: FBT003
        token = str(_ask(lambda: client.AcquireTask(request)).token)
    if not token:
        raise SuperLinkError("another process took the round's task")
    return token


def _control(control: Control) -> ControlHttpClient:
    return ControlHttpClient.from_server_address(control.address, True, None, _headers(control))  # noqa: FBT003


def _headers(control: Control) -> list[RuntimeVersionHttpInterceptor | _Secret]:
    return [RuntimeVersionHttpInterceptor(component_name=TASK_TYPE), _Secret(control.secret)]


def _report_id(message: Message) -> bytes | None:
    record = message.content.get("reply") if message.has_content() else None
    report = record.get("report") if isinstance(record, ConfigRecord) else None
    return report if isinstance(report, bytes) and len(report) == REPORT_ID_BYTES else None


def _ask(call: Callable[[], T]) -> T:
    try:
        return call()
    except (httpx.HTTPError, ValueError) as error:
        raise SuperLinkError(f"the SuperLink failed: {type(error).__name__}") from error
