"""LocalModel: a GGUF file run by a process of its own, started on first use; a crash of it is an error, no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from math import inf
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from time import monotonic
from typing import Any, Final

from pod_agent.assistant.language_models.model import MAX_TOKENS, Message, Schema, Stop
from pod_agent.errors import LanguageModelError

__all__ = ["IDLE_SECONDS", "LocalModel", "threads"]

IDLE_SECONDS: Final = 600.0
"""After so long without a question the process ends and its memory is free again."""
LOAD_SECONDS: Final = 300.0
"""A large file on a slow disk takes minutes."""
STILL_SECONDS: Final = 30.0
"""After a stop the process gets so long to come to rest; one that has not by then is ended at the next question."""
LOOK_SECONDS: Final = 0.05
ADD_AGAIN: Final = "Add the file again, or choose another: pod-agent model list"

_Said = dict[str, Any]


def threads() -> int:
    """How many threads a model runs on: all cores but one, since llama.cpp's threads wait by spinning.

    What ``OMP_NUM_THREADS`` says where it is set, and 1 in continuous integration (``CI``).
    """
    said = os.environ.get("OMP_NUM_THREADS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    if os.environ.get("CI"):
        return 1
    from joblib import cpu_count  # noqa: PLC0415 - asks the system for its physical cores

    return max(1, int(cpu_count(only_physical_cores=True)) - 1)


class _Process:
    """One worker process and what it says."""

    def __init__(self, loading: _Said) -> None:
        self.loaded = False
        self.waiting: tuple[int, float] | None = None
        self.has_spoken = False
        """Whether anything of the last answer has come."""
        self._said: Queue[_Said] = Queue()
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "pod_agent.assistant.language_models.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        Thread(target=self._listen, daemon=True).start()
        self.tell(load=loading)

    @property
    def pid(self) -> int:
        return self._child.pid

    def is_alive(self) -> bool:
        return self._child.poll() is None

    def is_usable(self) -> bool:
        """Whether it runs, and has ended or may yet end the answer that was stopped last."""
        while self.waiting is not None and not self._said.empty():
            said = self._said.get()
            if said.get("id") == self.waiting[0] and "end" in said:
                self.waiting = None
        return self.is_alive() and (self.waiting is None or monotonic() < self.waiting[1] + STILL_SECONDS)

    def has_rested(self) -> bool:
        """Whether it ended without an error before it took up the last question: its idle time was over."""
        return not self.has_spoken and self._child.poll() == 0

    def tell(self, **said: Any) -> None:
        """Send one line; LanguageModelError where the process is gone."""
        stream = self._child.stdin
        try:
            if stream is not None:
                stream.write(json.dumps(said) + "\n")
                stream.flush()
        except (OSError, ValueError) as error:  # its end of the pipe is closed, or ours
            raise self.gone() from error

    def next(self) -> _Said | None:
        """What it says next; None where it says nothing for a moment. LanguageModelError where it is gone."""
        try:
            said = self._said.get(timeout=LOOK_SECONDS)
        except Empty:
            return None
        if "gone" in said:
            self._said.put(said)
            raise self.gone()
        return said

    def gone(self) -> LanguageModelError:
        """The error that says how it ended."""
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(2)
        status = self._child.returncode
        out_of_memory = status in {-9, -6, 137}
        return LanguageModelError(
            f"the model's process ended with status {status}" + (", maybe for want of memory" if out_of_memory else ""),
            hint="Ask again: it is started anew. If it ends each time, choose a smaller model: pod-agent model list",
        )

    def end(self) -> None:
        """End it and wait for that; its pipes are closed."""
        if self.is_alive():
            self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _listen(self) -> None:
        stream = self._child.stdout
        with suppress(ValueError, OSError):  # a line that was cut off, a pipe that was closed
            for line in stream or ():
                self._said.put(json.loads(line))
        self._said.put({"gone": True})


class LocalModel:
    """The model in one file; safe to share between threads, which wait for one another.

    ``path`` gives the file each time it is loaded, and raises where it is not the known one. ``backend`` is the library
    that runs it, ``context`` how many pieces of words it sees at once. ``idle`` is in seconds.
    """

    def __init__(
        self,
        name: str,
        sha256: str,
        path: Callable[[], Path],
        *,
        backend: str,
        context: int,
        idle: float = IDLE_SECONDS,
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self._path = path
        self._loading: _Said = {"backend": backend, "context": context, "idle": idle}
        self._lock = Lock()
        self._numbers = count(1)
        self._process: _Process | None = None

    @property
    def pid(self) -> int | None:
        """The process, None where none runs."""
        process = self._process
        return process.pid if process is not None and process.is_alive() else None

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int = MAX_TOKENS,
        stop: Stop | None = None,
    ) -> Iterator[str]:
        """See ``LanguageModel``; the file is loaded first where it is not.

        Where the idle time is over at the moment of the question, the process is started anew, once.
        """
        if not self._enter(stop):
            return
        asked = [{"role": each.role, "content": each.content} for each in messages]
        try:
            yield from self._asked(stop, again=True, messages=asked, schema=schema, max_tokens=max_tokens)
        finally:
            self._lock.release()

    def _asked(self, stop: Stop | None, *, again: bool, **asked: Any) -> Iterator[str]:
        process = self._ready(stop)
        if process is None:
            return
        try:
            yield from self._answer(process, stop, **asked)
        except LanguageModelError:
            if not (again and process is self._process and process.has_rested()):
                raise
            if stop is None or not stop.is_set():
                yield from self._asked(stop, again=False, **asked)

    def _answer(self, process: _Process, stop: Stop | None, **asked: Any) -> Iterator[str]:
        number = next(self._numbers)
        process.has_spoken = False
        process.tell(id=number, **asked)
        process.waiting = number, monotonic()
        try:
            for said in _until_stopped(process, stop):
                if said.get("id") != number:
                    continue
                process.has_spoken = True
                if "end" in said:
                    process.waiting = None
                    _check(said)
                    return
                yield said["piece"]
        finally:
            if process.waiting is not None:
                with suppress(LanguageModelError):
                    process.tell(stop=number)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _enter(self, stop: Stop | None) -> bool:
        """Wait for the answer that another thread takes; False where ``stop`` came first."""
        while not self._lock.acquire(timeout=LOOK_SECONDS):
            if stop is not None and stop.is_set():
                return False
        return True

    def _ready(self, stop: Stop | None) -> _Process | None:
        """The process with the model loaded; None where ``stop`` came first: it goes on loading for the next time."""
        if self._process is not None and not self._process.is_usable():
            self.close()
        if self._process is None:
            self._process = _Process({**self._loading, "path": str(self._path()), "threads": threads()})
        process = self._process
        if process.loaded:
            return process
        for said in _until_stopped(process, stop, LOAD_SECONDS):
            if "fault" in said:
                self.close()
                raise LanguageModelError(f"the model cannot be loaded: {said['fault']}", hint=ADD_AGAIN)
            process.loaded = True
            return process
        if stop is not None and stop.is_set():
            return None
        self.close()
        raise LanguageModelError("the model takes too long to load", hint=ADD_AGAIN)


def _until_stopped(process: _Process, stop: Stop | None, seconds: float = inf) -> Iterator[_Said]:
    over = monotonic() + seconds
    while not (stop is not None and stop.is_set()) and monotonic() < over:
        said = process.next()
        if said is not None:
            yield said


def _check(said: _Said) -> None:
    if "fault" in said:
        raise LanguageModelError(f"the model did not answer: {said['fault']}")
