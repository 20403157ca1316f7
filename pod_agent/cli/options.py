"""Options that every command has, and how results are shown."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import click

from vocab.wording import HIDDEN, unhidden

if TYPE_CHECKING:
    from pod_agent.agent import Agent

__all__ = ["Context", "common", "host", "json_text", "limit_text", "plain", "show_json", "show_table"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class Context:
    """What the options given so far say; ``--home`` may stand before or after the subcommand."""

    home: str | None
    _agent: Agent | None = None

    @property
    def folder(self) -> Path:
        """The agent's home."""
        from pod_agent.config import default_home

        return Path(self.home) if self.home else default_home()

    def agent(self) -> Agent:
        """The agent of this home, opened once and closed with the command; NotInitialisedError where there is none."""
        from pod_agent.agent import Agent

        if self._agent is None:
            self._agent = click.get_current_context().with_resource(Agent.open(self.folder))
            for sentence in self._agent.end_shares():
                click.echo(sentence, err=True)
        return self._agent


def common(command: Callable[P, R]) -> Callable[..., R]:
    """Add ``--home`` and ``--json``; the command is called with ``context`` and ``as_json`` first."""

    @click.option("--home", type=click.Path(file_okay=False), help="Folder of the agent's pod, keys and settings.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
    @click.pass_obj
    @functools.wraps(command)
    def wrapped(context: Context, home: str | None, *args: Any, **options: Any) -> R:
        if home:
            context.home = home
        return command(context, *args, **options)  # type: ignore[arg-type]

    return wrapped


def show_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(json_text(value, indent=2))


def json_text(value: object, *, indent: int | None = None) -> str:
    """The value as JSON; what steers a terminal or cannot be seen, and bytes of names that are no text, as escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return HIDDEN.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


def plain(text: str) -> str:
    """The text with a question mark for what steers a terminal or cannot be seen: names come from strangers."""
    return unhidden(text, "?")


def show_table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Sequence[int] = (),
    whole: Sequence[int] = (),
    empty: str = "",
) -> None:
    """A table for people; the columns named in ``numbers`` (by position) are aligned to the right.

    Those in ``whole``, such as names to copy, are never broken into lines. Where there are no rows, ``empty`` says what
    that means.
    """
    rows = list(rows)
    if empty and not rows:
        click.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        right = position in numbers
        table.add_column(
            column, justify="right" if right else "left", no_wrap=right or position in whole, overflow="fold"
        )
    for row in rows:
        table.add_row(*("" if cell is None else _text(cell) for cell in row))
    Console(highlight=False).print(table)


def host(address: str) -> str:
    """Who an address belongs to, for tables: its host and port."""
    return urlsplit(address).netloc or address


def limit_text(limit: int) -> str:
    """A limit in micro-rho as the epsilon that a person writes, rounded down to hundredths."""
    from vocab.privacy import epsilon

    return f"{math.floor(epsilon(limit) * 100 + 0.01) / 100:g}"


def _text(cell: object) -> str:
    from rich.markup import escape

    return f"{cell:,.2f}" if isinstance(cell, float) else escape(plain(str(cell)))
