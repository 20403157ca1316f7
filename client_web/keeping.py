"""The one agent that all pages use: lent to every request, and closed while its home is changed as a whole."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from client_web.errors import BusyError
from vocab.errors import ProjectError

if TYPE_CHECKING:
    from pod_agent import Agent, Home

__all__ = ["Keeping"]

PATIENCE = 60.0
"""Seconds to wait for requests and work that use the agent before it is closed."""


class Keeping:
    """Lends the agent; ``agent`` is None where the home has no pod, or one that does not open: ``problem`` says why.

    Moving, linking and erasing change files that an open agent holds. They run inside ``closed``.
    """

    def __init__(self, home: Home, agent: Agent | None, problem: ProjectError | None = None) -> None:
        self.home = home
        self.agent = agent
        self.problem = problem
        self._users = 0
        self._is_shut = False
        self._changed = threading.Condition()

    def take(self) -> bool:
        """Begin to use the agent; False while its home is being changed. Each True needs one ``give_back``."""
        with self._changed:
            if self._is_shut:
                return False
            self._users += 1
            return True

    def give_back(self) -> None:
        """Use the agent no longer."""
        with self._changed:
            self._users -= 1
            self._changed.notify_all()

    @contextlib.contextmanager
    def used(self) -> Iterator[Agent]:
        """The agent, for work beside the requests; BusyError while its home is being changed."""
        if not self.take():
            raise BusyError("your pod is being changed")
        try:
            if self.agent is None:
                raise BusyError("there is no pod now")
            yield self.agent
        finally:
            self.give_back()

    @contextlib.contextmanager
    def changed(self) -> Iterator[None]:
        """As ``closed``, for a request of our own, which uses no agent because there is none."""
        self.give_back()
        try:
            with self.closed():
                yield
        finally:
            with self._changed:
                self._users += 1

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody uses the agent inside the block, and it is closed; afterwards whatever the home has then is opened."""
        with self._changed:
            if self._is_shut or not self._changed.wait_for(lambda: not self._users, PATIENCE):
                raise BusyError("your pod is in use")
            self._is_shut = True
        try:
            self.close()
            yield
        finally:
            try:
                self.reopen()
            finally:
                with self._changed:
                    self._is_shut = False

    def reopen(self) -> None:
        """Open what the home has, unless it is open; why that cannot be is noted in ``problem``."""
        if self.agent is not None:
            return
        try:
            self.agent, self.problem = self.home.open(), None
        except ProjectError as error:
            self.problem = error

    def close(self) -> None:
        """Close the agent for good."""
        agent, self.agent = self.agent, None
        if agent is not None:
            agent.close()
