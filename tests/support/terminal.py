"""A command at a real terminal: lines are typed one after the other, each once the command waits for it."""

from __future__ import annotations

import os
import pty
import re
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = ["typed"]

STYLES = re.compile(r"\x1b\[[0-9;]*m")


def typed(home: Path, arguments: Iterable[str], lines: Iterable[str], prompt: str = "\n? ") -> list[str]:
    """What ``pod-agent`` printed before the first prompt and after each line, without colours and the echo."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "pod_agent", *arguments, "--home", str(home)])  # noqa: S606
    try:
        printed = [_until(terminal, prompt)]
        for line in lines:
            os.write(terminal, line.encode() + b"\n")
            printed.append(_until(terminal, prompt).removeprefix(line).strip())
        return printed
    finally:
        os.close(terminal)  # a command that still waits is told that its terminal is gone
        os.waitpid(child, 0)


def _until(terminal: int, prompt: str) -> str:
    held = ""
    while not held.endswith(prompt):
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # as Linux tells of the other end that is closed
            break
        if not part:
            break
        held = STYLES.sub("", held + part.decode()).replace("\r\n", "\n")
    return held.removesuffix(prompt)
