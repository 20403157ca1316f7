"""History: the last questions that were asked, as texts and nothing else, in a small file on this machine.

``asked/questions.json`` in the agent's home holds a list of texts, oldest first; ``asked/off`` stands there while the
person wants none kept. Neither is part of the pod. Every change is made under ``asked/lock``, so that two programs
take turns; reading needs no turn, since the file is replaced whole.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pod_agent.errors import LocalStateError
from pod_agent.storage import make_private_folder, remove_private, write_private
from vocab.wording import folded, unhidden

__all__ = ["LONGEST", "MOST", "History"]

MOST: Final = 20
"""Questions that are kept."""
LONGEST: Final = 400
"""Characters of a question that are kept."""
_HINT: Final = 'Check that the folder "asked" in the agent\'s home belongs to you and that the disk has room.'


@dataclass(frozen=True, slots=True)
class History:
    """The questions that were asked on this machine, for one home; safe for several threads and programs."""

    home: Path

    @property
    def is_on(self) -> bool:
        """Whether questions are kept."""
        return not self._off.exists()

    def remembered(self) -> tuple[str, ...]:
        """The questions, newest first; none where the file is missing or damaged, or while none are kept."""
        return tuple(reversed(self._read())) if self.is_on else ()

    def add(self, question: str) -> None:
        """Keep a question as the newest; asked before in other letters or spaces, it is kept once.

        LocalStateError where the file cannot be written.
        """
        text = _plain(question)
        if not text:
            return
        with self._turn():
            if self.is_on:  # another program may have switched it off while this one waited
                before = [each for each in self._read() if folded(each) != folded(text)]
                write_private(self._questions, json.dumps([*before, text][-MOST:]).encode())

    def forget(self) -> None:
        """Forget all of them, and what a write that was cut off left. LocalStateError where the file stays."""
        with self._turn():
            self._remove()

    def switch(self, *, on: bool) -> None:
        """Keep questions from now on, or keep none: then the file is gone and none is written."""
        with self._turn():
            if on:
                remove_private(self._off)
            else:
                self._remove()  # first: a crash in between leaves nothing kept that the person believes gone
                write_private(self._off, b"")

    @property
    def _questions(self) -> Path:
        return self.home / "asked" / "questions.json"

    @property
    def _off(self) -> Path:
        return self.home / "asked" / "off"

    def _remove(self) -> None:
        remove_private(self._questions)
        for path in self._questions.parent.glob(".tmp-*"):
            remove_private(path)

    def _read(self) -> list[str]:
        try:
            found = json.loads(self._questions.read_bytes())
        except (OSError, ValueError, RecursionError):
            return []  # what was asked is a convenience: it stops nobody from asking
        texts = [_plain(each) for each in found if isinstance(each, str)] if isinstance(found, list) else []
        return [text for text in texts if text][-MOST:]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Held while the file changes."""
        try:
            folder = make_private_folder(self._questions.parent)
            descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)
        except OSError as error:
            raise LocalStateError(f"the questions asked cannot be kept: {error.strerror}", hint=_HINT) from error


def _plain(question: str) -> str:
    written = question.encode("utf-8", "replace").decode()  # halves of characters cannot be shown
    return " ".join(unhidden(written).split())[:LONGEST].rstrip()
