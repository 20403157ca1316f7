"""Shares whose day has come: ended whenever the agent is at work, and told in plain sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vocab.errors import ProjectError

if TYPE_CHECKING:
    from pod_agent.sharing.shares import Shares

__all__ = ["end_due"]


def end_due(home: Path, open_shares: Callable[[], Shares]) -> list[str]:
    """End what is over and take away what was never finished; sentences that tell of it.

    Asks nobody where this machine knows of nothing. What could not be done is told and tried again next time.
    """
    if not (home / "sharing").is_dir():
        return []
    shares = open_shares()
    if not shares.is_due():
        return []
    try:
        ended = shares.catch_up()
    except ProjectError as error:
        return [f"Shares that are over could not be looked at now ({error.code})."]
    sentences = {
        "The share {} had come to its end: access was removed.": ended.expired,
        "The withdrawn share {} is closed at the server now.": ended.withdrawn,
        "The share {} was never finished; what was made of it was removed.": ended.abandoned,
        "The share {} is over, but the server could not be told all of it yet.": ended.outstanding,
    }
    return [sentence.format(grant) for sentence, grants in sentences.items() for grant in grants]
