"""What waits for the person: logins that are under way at their provider, and things shown before a yes."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from client_web.security import Session

__all__ = ["LoginWaiting", "Logins", "Shown"]

LIFE = 900.0
MOST = 8


@dataclass(slots=True)
class LoginWaiting:
    """A login at the person's identity provider, begun by one session; ``answer`` is what the browser came back with.

    ``answer`` holds a code: it is never shown.
    """

    session: Session
    linking: Any
    moves: bool
    withdraws: bool
    until: float
    answer: str = field(default="", repr=False)


class Logins:
    """Logins under way, in memory only, by the hash of their ``state``: 192 random bits that only the provider learns.

    A ``state`` is good once, for a quarter of an hour, and only for the session that began the login. So an answer that
    somebody else lures the browser to fits no login, or another session's, and nothing comes of it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._logins: dict[bytes, LoginWaiting] = {}

    def begin(self, session: Session, linking: Any, *, moves: bool, withdraws: bool = False) -> None:
        """Wait for the answer to this login; one of the same session that was begun before is given up."""
        with self._lock:
            now = self._clock()
            kept = [item for item in self._logins.items() if item[1].session is not session and item[1].until >= now]
            self._logins = dict(kept[-MOST:])
            self._logins[_digest(linking.state)] = LoginWaiting(session, linking, moves, withdraws, now + LIFE)

    def answered(self, query: str) -> bool:
        """Take the query that a browser came back with; False, and nothing is kept, where no login waits for it."""
        states = parse_qs(query).get("state", [])
        with self._lock:
            waiting = self._logins.get(_digest(states[0])) if len(states) == 1 else None
            if waiting is None or waiting.answer or waiting.until < self._clock():
                return False
            waiting.answer = query
            return True

    def of(self, session: Session) -> LoginWaiting | None:
        """The login that this session waits for."""
        with self._lock:
            now = self._clock()
            found = [each for each in self._logins.values() if each.session is session and each.until >= now]
            return found[-1] if found else None

    def finish(self, session: Session) -> LoginWaiting | None:
        """The login of this session whose answer is there, which is used up; None where there is none."""
        with self._lock:
            now = self._clock()
            for state, waiting in list(self._logins.items()):
                if waiting.session is session and waiting.answer:
                    del self._logins[state]
                    return waiting if waiting.until >= now else None
            return None


class Shown:
    """What was shown to a session and waits for its yes: by a token, once, for a quarter of an hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._shown: dict[bytes, tuple[Session, float, Any]] = {}

    def keep(self, session: Session, value: Any) -> str:
        """The token of this value; the oldest give way where there are many."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            now = self._clock()
            kept = [item for item in self._shown.items() if item[1][1] >= now]
            self._shown = dict(kept[-(MOST - 1) :])
            self._shown[_digest(token)] = (session, now + LIFE, value)
        return token

    def take(self, session: Session, token: str) -> Any:
        """The value behind a token of this session, which is used up; None for any other."""
        with self._lock:
            found = self._shown.get(_digest(token))
            if found is None or found[0] is not session:
                return None
            del self._shown[_digest(token)]
            return found[2] if found[1] >= self._clock() else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
