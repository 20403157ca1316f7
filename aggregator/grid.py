"""One round over Flower, seen from the aggregator: the only module here that uses what Flower does not promise to keep.

Flower's way to run server code is to store an application bundle and have a child process unpack and execute it. That
is not needed: with ``--isolation process`` a SuperLink hands a run's task to whatever process asks for it. So a run is
started with a bundle that holds a manifest and no code, this process takes the task, and its token opens a ``Grid``.
Written against flwr 1.41; the extra ``aggregator`` pins it.
"""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import httpx
from flwr.app import ConfigRecord, Message, Metadata, RecordDict
from flwr.app.message import make_message
from flwr.common.constant import SUPERLINK_NODE_ID, SubStatus
from flwr.common.serde import run_from_proto
from flwr.proto.control_pb2 import StartRunRequest
from flwr.proto.fab_pb2 import Fab
from flwr.proto.runtime_pb2 import (
    AcquireTaskRequest,
    PullTaskInputRequest,
    PushTaskOutputRequest,
    SendTaskHeartbeatRequest,
)
from flwr.supercore.control.control_http_client import ControlHttpClient
from flwr.supercore.interceptors import RuntimeVersionHttpInterceptor
from flwr.supercore.runtime import RuntimeHttpClient
from flwr.superlink.grid import HttpGrid

from aggregator.errors import SuperLinkError
from vocab.training import REPORT_ID_BYTES, Scalar

__all__ = ["RoundGrid"]

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


class RoundGrid:
    """One run at a SuperLink, driven from this process: who is there, one message to each, and their replies.

    Every method raises SuperLinkError where the SuperLink does not do its part.
    """

    def __init__(self, address: str) -> None:
        _start_run(address)
        self._grid = HttpGrid(address, insecure=True, token=_take_task(address))
        # Flower's retries answer a 401 with a SIGINT to this process; the round has a deadline of its own.
        self._grid._retry_invoker = None  # type: ignore[assignment]  # noqa: SLF001
        self._runtime = self._grid._runtime_client  # noqa: SLF001
        task = _ask(lambda: self._runtime.PullTaskInput(PullTaskInputRequest()))
        self._grid.set_run(run_from_proto(task.run))
        self._run_id, self._task_id = task.run.run_id, task.task_id
        self._waiting: set[str] = set()
        self._beat = time.monotonic()

    def nodes(self) -> list[int]:
        """The nodes that are there now."""
        return sorted(_ask(self._grid.get_node_ids))

    def broadcast(self, nodes: Iterable[int], fields: Mapping[str, Scalar], seconds: float) -> None:
        """Send the same instructions to each node; after ``seconds`` the SuperLink takes no reply to them."""
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
        self._keep_alive()
        if not self._waiting:
            return []
        messages: Sequence[Message] = list(_ask(lambda: self._grid.pull_messages(self._waiting)))
        self._waiting -= {message.metadata.reply_to_message_id for message in messages}
        return [report for message in messages if (report := _report_id(message)) is not None]

    @property
    def waiting(self) -> int:
        """How many messages have neither a reply nor a failure."""
        return len(self._waiting)

    def close(self, *, completed: bool) -> None:
        """End the run. What comes later is refused by the SuperLink."""
        status = SubStatus.COMPLETED if completed else SubStatus.FAILED
        request = PushTaskOutputRequest(sub_status=status, details="" if completed else "the round was aborted")
        try:
            _ask(lambda: self._runtime.PushTaskOutput(request))
        finally:
            self._grid.close()

    def _keep_alive(self) -> None:
        if time.monotonic() - self._beat > HEARTBEAT_SECONDS:
            _ask(lambda: self._runtime.SendTaskHeartbeat(SendTaskHeartbeatRequest()))
            self._beat = time.monotonic()


def _start_run(address: str) -> None:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("pyproject.toml", MANIFEST)
    content = bundle.getvalue()
    request = StartRunRequest(fab=Fab(hash_str=hashlib.sha256(content).hexdigest(), content=content))
    with ControlHttpClient.from_server_address(address, True, None, _versions()) as client:  # noqa: FBT003
        _ask(lambda: client.StartRun(request))


def _take_task(address: str) -> str:
    request = AcquireTaskRequest(supported_task_types=[TASK_TYPE])
    with RuntimeHttpClient.from_server_address(address, True, None, _versions()) as client:  # noqa: FBT003
        token = str(_ask(lambda: client.AcquireTask(request)).token)
    if not token:
        raise SuperLinkError("another process took the round's task")
    return token


def _versions() -> list[RuntimeVersionHttpInterceptor]:
    return [RuntimeVersionHttpInterceptor(component_name=TASK_TYPE)]


def _report_id(message: Message) -> bytes | None:
    record = message.content.get("reply") if message.has_content() else None
    report = record.get("report") if isinstance(record, ConfigRecord) else None
    return report if isinstance(report, bytes) and len(report) == REPORT_ID_BYTES else None


def _ask(call: Callable[[], T]) -> T:
    try:
        return call()
    except (httpx.HTTPError, ValueError) as error:
        raise SuperLinkError(f"the SuperLink failed: {type(error).__name__}") from error
