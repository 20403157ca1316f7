"""Talks: what each signed-in browser asked so far, and the answers whose wording a language model may still change.

All of it lies in the memory of this server: nothing is written down, and it ends with the server.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import Final

from vocab.answer import Answer

__all__ = ["MOST_ASKED", "Pending", "Talk", "Talks"]

MOST_ASKED: Final = 50
"""Questions of a conversation that are remembered: more than are looked back at, so that none is looked at wrongly."""
MOST_PENDING: Final = 4
MOST_TALKS: Final = 16
"""As many as there are sessions."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that waits for other words, and what ends the wait."""

    answer: Answer
    stop: threading.Event


@dataclass(slots=True)
class Talk:
    """The questions of one conversation, oldest first; safe for several threads."""

    _asked: list[str] = field(default_factory=list)
    _pending: dict[str, Pending] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def asked(self) -> tuple[str, ...]:
        """The questions that were answered."""
        with self._lock:
            return tuple(self._asked)

    def add(self, question: str) -> None:
        """Remember a question that was answered, once in a row; the oldest goes where there are too many."""
        with self._lock:
            if self._asked[-1:] != [question]:
                self._asked = [*self._asked, question][-MOST_ASKED:]

    def forget(self) -> None:
        """Begin anew: no question is remembered, and nothing is worded any more."""
        with self._lock:
            self._asked = []
            for each in self._pending.values():
                each.stop.set()
            self._pending = {}

    def wait(self, answer: Answer) -> str:
        """Keep an answer until it is worded; its name, which nobody can guess. The oldest is stopped."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            while len(self._pending) >= MOST_PENDING:
                self._pending.pop(next(iter(self._pending))).stop.set()
            self._pending[name] = Pending(answer, threading.Event())
        return name

    def pending(self, name: str) -> Pending | None:
        """The answer of this name, if it still waits."""
        with self._lock:
            return self._pending.get(name)

    def done(self, name: str) -> None:
        """It waits no more."""
        with self._lock:
            self._pending.pop(name, None)


class Talks:
    """The conversations of all sessions, each by the token of its session; safe for several threads."""

    def __init__(self) -> None:
        self._talks: dict[str, Talk] = {}
        self._lock = threading.Lock()

    def of(self, session: str) -> Talk:
        """The conversation of a session; the one that began first goes where there are too many."""
        with self._lock:
            if session not in self._talks:
                while len(self._talks) >= MOST_TALKS:
                    self._talks.pop(next(iter(self._talks))).forget()
                self._talks[session] = Talk()
            return self._talks[session]

    def end(self, session: str) -> None:
        """Forget what a session asked, as it signs out."""
        with self._lock:
            ended = self._talks.pop(session, None)
        if ended is not None:
            ended.forget()
