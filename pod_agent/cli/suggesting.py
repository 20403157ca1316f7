"""``recommend``: what to buy, hear and watch next, and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from pod_agent.cli.feedback import inputs, suggestion_feedback
from pod_agent.cli.options import Context, common, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.suggesting.suggestion import Suggestion

__all__ = ["COMMANDS"]

TITLES = {
    "category": ("What you may spend on next", "Kinds of spending that are new to you"),
    "group": ("What you may need next", "Kinds of products that are new to you"),
    "product": ("Products you may buy next", "Products that are new to you"),
    "store": ("Where you may buy next", "Shops that are new to you"),
    "artist": ("Artists to listen to", "Artists you have not played yet"),
    "track": ("Songs to listen to", "Songs you have not played yet"),
    "channel": ("Channels to watch", "Channels you have not watched yet"),
    "video": ("Videos to watch again", "Videos you have not watched yet"),
}
"""The title of each table, for what is known and for what is new."""


@click.group(invoke_without_command=True)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="Only these: category, group, product, store, artist, track, channel, video.",
)
@click.option("--new/--known", "new", default=None, help="Only what is new to you, or only what you know.")
@click.option(
    "--without",
    multiple=True,
    metavar="INPUT",
    help="Switch an input off: history, rhythm, shared, text, shop, listening, watching, feedback.",
)
@click.option(
    "--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="Known and new things of each kind."
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that counts as today, YYYY-MM-DD.")
@common
def recommend(
    context: Context,
    *,
    as_json: bool,
    kinds: tuple[str, ...],
    new: bool | None,
    without: tuple[str, ...],
    limit: int,
    today: datetime | None,
) -> None:
    """Suggest what to buy, hear and watch next, each with its reason; computed on this machine."""
    from pod_agent.suggesting.suggestion import KINDS

    if click.get_current_context().invoked_subcommand is not None:
        return
    found = context.agent().suggestions.recommend(
        kinds or KINDS, new=new, without=without, limit=limit, today=today.date() if today else None
    )
    if as_json:
        show_json(found.to_json())
        return
    groups: dict[str, list[Suggestion]] = {}
    for each in found.suggestions:
        groups.setdefault(TITLES[each.kind][each.novel], []).append(each)
    for title, rows in groups.items():
        show_table(title, ("", "why", "score"), [(row.title, row.reason, row.score) for row in rows], numbers=(2,))
        click.echo()
    for sentence in found.notes:
        click.echo(sentence)


recommend.add_command(suggestion_feedback)
recommend.add_command(inputs)

COMMANDS: tuple[click.Command, ...] = (recommend,)
