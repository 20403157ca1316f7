"""``search``: the few things in the records that fit some words best, each with the records behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, plain, show_json, show_table

if TYPE_CHECKING:
    from datetime import datetime

    from pod_agent.assistant.retrieval.search import Hit

__all__ = ["COMMANDS"]


@click.command()
@click.argument("words", required=False, default="")
@click.option("--kind", help="Only one kind: merchant, product, track, artist, video, month, offer ...")
@click.option("--limit", type=click.IntRange(1, 50), default=3, show_default=True, help="How many to show.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day that counts as today, YYYY-MM-DD.")
@click.option("--model", help="Folder of a sentence-transformers model to use from now on, or built-in.")
@click.option("--reranker", help="Folder of a cross-encoder that orders the best again, or built-in for none.")
@common
def search(
    context: Context,
    words: str,
    kind: str | None,
    limit: int,
    today: datetime | None,
    model: str | None,
    reranker: str | None,
    *,
    as_json: bool,
) -> None:
    """Find shops, products, songs, videos, notes, offers and months by what they are about.

    All of it happens on this machine. The first search reads everything once and takes a while; figures are for
    pod-agent ask, a search only finds.
    """
    from pod_agent.errors import UsageError

    assistant = context.agent().assistant
    if model is not None or reranker is not None:
        assistant.searching.use_models(model=model, reranker=reranker)
    if not words and (model is None and reranker is None):
        raise UsageError("nothing is searched for", hint='For example: pod-agent search "coffee in Tiong Bahru"')
    if words:
        _tell(_found(context, words, kind, limit, today), as_json=as_json)
        off = sorted(assistant.sources.off())
        if off and not as_json:
            click.echo(plain(f"Switched off for answers: {', '.join(off)}. On again: pod-agent sources on {off[0]}"))
    elif as_json:
        show_json([])
    else:
        click.echo("Kept; the next search uses it. Back to what came with it: --model built-in, --reranker built-in.")


def _found(context: Context, words: str, kind: str | None, limit: int, today: datetime | None) -> list[Hit]:
    from pod_agent.cli.progress import steps

    with steps("Reading what your records are about", None) as bar:

        def advance(done: int, total: int) -> None:
            bar.update(bar.task_ids[0], completed=done, total=total)

        day = today.date() if today else None
        return context.agent().assistant.search(words, day, kind=kind, limit=limit, advance=advance)


def _tell(hits: list[Hit], *, as_json: bool) -> None:
    if as_json:
        show_json([hit.to_json() for hit in hits])
        return
    rows = [(hit.kind, hit.title, len(hit.records), _span(hit), ", ".join(hit.sources)) for hit in hits]
    columns = ("kind", "what", "records", "when", "source")
    show_table("Found", columns, rows, numbers=(2,), empty="Nothing in your records fits that.")
    if hits and all(hit.by == ("meaning",) for hit in hits):
        click.echo("None of your records has these words; this is what comes nearest, and may be something else.")
    for hit in hits:
        if hit.offer:
            click.echo(f"  pod-agent offers show {hit.offer}")
        elif hit.records:
            click.echo(f"  pod-agent show {hit.records[0]}")


def _span(hit: Hit) -> str:
    if hit.first is None:
        return ""
    return hit.first if hit.first == hit.last else f"{hit.first} to {hit.last}"


COMMANDS: tuple[click.Command, ...] = (search,)
