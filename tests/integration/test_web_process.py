"""The pages as a process of their own: how it ends, and the links it prints."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pod_agent import Agent


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agent")
    Agent.create(folder).close()
    return folder


@pytest.mark.parametrize("first", ["signal", "input"])
def test_a_signal_and_the_end_of_input_together_end_it_quietly(home: Path, first: str) -> None:
    command = [sys.executable, "-m", "client_web", "--home", str(home), "--with-parent"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        if first == "signal":
            process.send_signal(signal.SIGTERM)
            process.stdin.close()
        else:
            process.stdin.close()
            process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().decode()
        assert process.wait(60) == 0
    assert "Traceback" not in said
    assert "Fatal" not in said


def test_every_line_of_input_prints_a_new_link(home: Path) -> None:
    command = [sys.executable, "-m", "client_web", "--home", str(home), "--with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        links = [process.stdout.readline()]
        for _ in range(2):
            process.stdin.write("\n")
            process.stdin.flush()
            links.append(process.stdout.readline())
        process.stdin.close()
        assert process.wait(60) == 0
    assert len({link.rpartition("=")[2] for link in links}) == 3
