"""``ask --history``, ``ask --forget-history``: the questions that the pages keep on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import plain, show_json

if TYPE_CHECKING:
    from pod_agent.assistant.history import History

__all__ = ["show_history"]


def show_history(history: History, *, forget: bool, as_json: bool) -> None:
    """List the questions, newest first, or forget them all."""
    found = history.remembered()
    if forget:
        history.forget()
    if as_json:
        show_json({"forgotten": len(found)} if forget else {"kept": history.is_on, "questions": found})
    elif forget:
        click.echo(f"Forgotten: {len(found)}.")
    elif found:
        for each in found:
            click.echo(plain(each))
    else:
        click.echo("No question is kept." if history.is_on else "No question is kept: you switched that off.")
