"""The worker process: loads one model and answers one request after the other, in lines of JSON on its pipes.

In: ``{"load": {...}}`` first, then ``{"id", "messages", "schema", "max_tokens"}`` and ``{"stop": id}``.
Out: ``{"ready": true}`` or ``{"fault": text}``; then ``{"id", "piece"}`` and, last, ``{"id", "end": true}`` with a
``fault`` where there was one. It ends when its input does, so with its parent, and after an idle time.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from typing import IO, Any

from pod_agent.assistant.language_models.backends import Loading, Runner, load

__all__ = ["main"]


class _Wire:
    """The pipes to the parent; what libraries print to standard output goes nowhere."""

    def __init__(self) -> None:
        self._out: IO[str] = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        self._lock = Lock()
        self._stopped: set[int] = set()
        self.asked: Queue[dict[str, Any]] = Queue()

    def tell(self, **said: Any) -> None:
        """Send one line."""
        with self._lock:
            self._out.write(json.dumps(said) + "\n")
            self._out.flush()

    def is_stopped(self, request: int) -> bool:
        """Whether the parent wants no more of this answer."""
        return request in self._stopped

    def listen(self) -> None:
        """Take lines from the parent until there are no more, then end the process at once."""
        with suppress(ValueError, OSError):
            for line in sys.stdin:
                said = json.loads(line)
                if "stop" in said:
                    self._stopped.add(said["stop"])
                else:
                    self.asked.put(said)
        os._exit(0)


def main() -> None:
    """Serve the parent; see the module."""
    wire = _Wire()
    _be_first_to_go()
    Thread(target=wire.listen, daemon=True).start()
    first = wire.asked.get()["load"]
    try:
        loading = Loading(path=Path(first["path"]), context=first["context"], threads=first["threads"])
        runner = load(first["backend"], loading)
    except Exception as error:  # noqa: BLE001 - a library may raise anything; the parent tells of it
        wire.tell(fault=f"{type(error).__name__}: {error}")
        os._exit(1)
    wire.tell(ready=True)
    for asked in _until_idle(wire.asked, first["idle"]):
        _answer(wire, runner, asked)
    os._exit(0)  # threads of the library need not be waited for


def _until_idle(asked: Queue[dict[str, Any]], seconds: float) -> Iterator[dict[str, Any]]:
    while True:
        try:
            yield asked.get(timeout=seconds)
        except Empty:
            return


def _answer(wire: _Wire, runner: Runner, asked: dict[str, Any]) -> None:
    request = asked["id"]

    def told(piece: str) -> bool:
        if piece and not wire.is_stopped(request):
            wire.tell(id=request, piece=piece)
        return wire.is_stopped(request)

    try:
        if not wire.is_stopped(request):
            runner.run(asked["messages"], asked["schema"], asked["max_tokens"], told)
    except Exception as error:  # noqa: BLE001 - as above
        wire.tell(id=request, end=True, fault=f"{type(error).__name__}: {error}")
    else:
        wire.tell(id=request, end=True)


def _be_first_to_go() -> None:
    """Where memory runs out, Linux ends this process and not one that has something to lose."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")


if __name__ == "__main__":
    main()
