"""The question whether strangers may go on listing the storage, asked where a pod is linked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vocab.errors import ProjectError

if TYPE_CHECKING:
    from pod_agent.agent import Agent

__all__ = ["hide_listing"]


def hide_listing(agent: Agent, *, yes: bool) -> str:
    """Close the public listing of the storage if the person agrees: ``private``, ``public`` or ``unknown`` afterwards.

    ``yes`` is an answer given before. Where nobody can be asked, or the server does not let itself be looked at, what
    can be done later is said on standard error; the link stands in any case.
    """
    try:
        storage = agent.shares.public_listing()
        if storage is None:
            return "private"
        question = f"Anyone can list what lies at the top of {storage}; what lies in it is closed. Close the list too?"
        if yes or (sys.stdin.isatty() and click.confirm(question, default=True, err=True)):
            agent.shares.close_listing(storage)
            return "private"
    except ProjectError as error:
        click.echo(f"Whether strangers can list your storage could not be settled ({error.code}).", err=True)
        return "unknown"
    click.echo(f"Anyone can list the top of {storage}. Close that with: pod-agent share hide", err=True)
    return "public"
