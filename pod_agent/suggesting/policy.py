"""The place where what the person said of earlier suggestions reorders new ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pod_agent.suggesting.suggestion import Suggestion

__all__ = ["NoFeedback", "Policy"]


class Policy(Protocol):
    """Reorders candidates; may leave some out, never adds any."""

    def reorder(self, candidates: Sequence[Suggestion], /) -> Sequence[Suggestion]:
        """The candidates of one kind, best first; the same for the same candidates and feedback."""


class NoFeedback:
    """Keeps every order: for someone who said nothing yet."""

    def reorder(self, candidates: Sequence[Suggestion], /) -> Sequence[Suggestion]:
        """The candidates as they came."""
        return candidates
