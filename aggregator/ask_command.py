"""``pod-aggregator ask``: a question in words over the releases of this leader."""

# ruff: noqa: PLC0415 - imported when it runs, so that --help stays quick

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.options import as_json
from aggregator.options import home as _home

if TYPE_CHECKING:
    from aggregator.asking import Answer

__all__ = ["ask"]


@click.command()
@_home
@click.argument("question", nargs=-1, required=True)
@as_json
def ask(home: Path, question: tuple[str, ...], *, as_json: bool) -> None:
    """Answer QUESTION from the releases: figures with intervals, and the release they stand in.

    A figure that no release holds is never told: what is unclear is asked back, what is missing is declined.
    """
    from aggregator.asking import Holdings
    from aggregator.asking import ask as answer_to
    from aggregator.config import load_leader
    from aggregator.leader import Leader
    from aggregator.portal.shelf import LeaderShelf

    shelf = LeaderShelf(Leader(home, load_leader(home)))
    answer = answer_to(Holdings.of(shelf), " ".join(question), datetime.now(UTC).astimezone().date())
    click.echo(json.dumps(answer.to_json(), ensure_ascii=False) if as_json else _told(answer))


def _told(answer: Answer) -> str:
    """The answer for a terminal; titles in it come from the business's own terms."""
    from vocab.wording import unhidden

    lines = [answer.text]
    if answer.read:
        lines.append(f"Read as: {answer.read}")
    lines += [f"Release {source.release}, study {source.task}" for source in answer.sources[:5]]
    if answer.choices:
        lines += ["You can ask:", *(f"  {choice}" for choice in answer.choices)]
    return "\n".join(unhidden(line) for line in lines)
