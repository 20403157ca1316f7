"""A conversation at the terminal: questions one after the other, each maybe a follow-up of the one before."""

from __future__ import annotations

from datetime import date

import click

from pod_agent.cli.options import Context, plain

__all__ = ["converse"]


def converse(context: Context, today: date | None) -> None:
    """Ask until an empty line, or the end of the input."""
    earlier: list[str] = []
    click.echo("Ask a question; an empty line ends. Follow-up questions work: and in May?")
    while True:
        try:
            question = click.prompt("?", default="", show_default=False, prompt_suffix=" ").strip()
        except click.Abort:
            click.echo()
            return
        if not question:
            return
        answer = context.agent().assistant.ask(question, today, after=tuple(earlier))
        click.echo(plain(answer.text))
        earlier.append(question)
