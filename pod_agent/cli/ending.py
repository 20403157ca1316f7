"""Shares whose day has come: ended at the start of the next command, whichever it is, and told on standard error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vocab.errors import ProjectError

if TYPE_CHECKING:
    from pod_agent.agent import Agent
    from pod_agent.sharing.shares import Ended

__all__ = ["end_shares"]


def end_shares(agent: Agent, home: Path) -> None:
    """End what is over and take away what was never finished; asks nobody where this machine knows of nothing.

    The command that is run goes on whatever happens here: what could not be done is told and tried again next time.
    """
    if not (home / "sharing").is_dir():
        return
    shares = agent.shares
    if not shares.is_due():
        return
    try:
        _tell(shares.catch_up())
    except ProjectError as error:
        click.echo(f"Shares that are over could not be looked at now ({error.code}).", err=True)


def _tell(ended: Ended) -> None:
    sentences = {
        "The share {} had come to its end: access was removed.": ended.expired,
        "The withdrawn share {} is closed at the server now.": ended.withdrawn,
        "The share {} was never finished; what was made of it was removed.": ended.abandoned,
        "The share {} is over, but the server could not be told all of it yet.": ended.outstanding,
    }
    for sentence, grants in sentences.items():
        for grant in grants:
            click.echo(sentence.format(grant), err=True)
