"""Agents in processes of their own, which can be killed: ``python -m tests.support.nursery`` forks one for each order.

Everything is imported once, so that an agent starts at once. Orders are lines of JSON on standard input:
``{"home", "act", "paths", "file_limit"}``; each is answered by two lines, the process id, then what came of it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pod_agent.agent import Agent
from pod_agent.errors import AgentError

__all__ = ["Nursery", "Outcome"]

ROOT = Path(__file__).resolve().parents[2]
Outcome = dict[str, Any]


class Nursery:
    """The parent of agents; use it in a ``with`` block. One agent at a time runs in each nursery."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.nursery"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = 0

    def start(self, home: Path, act: str = "import", *paths: Path, file_limit: int = 0) -> int:
        """Let an agent begin; returns its process id. ``file_limit``: the most bytes that a file of it may get."""
        order = {"home": str(home), "act": act, "paths": [str(path) for path in paths], "file_limit": file_limit}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._line())
        return self.pid

    def finish(self) -> Outcome:
        """Wait for the agent: its totals, ``{"error": code}``, or ``{"killed": signal}``."""
        found: Outcome = json.loads(self._line())
        return found

    def run(self, home: Path, act: str = "import", *paths: Path, file_limit: int = 0) -> Outcome:
        """Start an agent and wait for it."""
        self.start(home, act, *paths, file_limit=file_limit)
        return self.finish()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery has died"
        return line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


def _live(order: dict[str, Any]) -> Outcome:
    if order["file_limit"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_limit"], resource.RLIM_INFINITY))
    try:
        with Agent.open(Path(order["home"])) as agent:
            if order["act"] == "refresh":
                agent.refresh()
                return {"records": agent.index.count()}
            report = agent.import_paths([Path(path) for path in order["paths"]])
            return {"import": report.import_id, **report.to_json()["totals"]}
    except AgentError as error:
        return {"error": error.code, "status": error.exit_status, "hint": error.hint, "text": str(error)}


def _fork(order: dict[str, Any]) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        with os.fdopen(writing, "w") as answer:
            answer.write(json.dumps(_live(order)))
        os._exit(0)
    os.close(writing)
    _tell(child)
    with os.fdopen(reading) as answer:
        text = answer.read()
    status = os.waitpid(child, 0)[1]
    _tell({"killed": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else json.loads(text or '{"error": "died"}'))


def _tell(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for line in sys.stdin:
        _fork(json.loads(line))
