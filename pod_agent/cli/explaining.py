"""``ask --how``: how an answer was computed, in sentences and a small table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import plain, show_table

if TYPE_CHECKING:
    from pod_agent.assistant.explaining import Explanation

__all__ = ["show_how"]


def show_how(how: Explanation) -> None:
    """Print an explanation; nothing where nothing was computed."""
    if not how.sentences:
        return
    click.echo("How this was computed:")
    for sentence in how.sentences:
        click.echo(f"- {plain(sentence)}")
    headings, *rows = how.table
    show_table("Parts", headings, rows, numbers=(0, 3))
