"""``sources``: where the records are from, and which of them answers and search may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.assistant.retrieval.sources import AnswerSources

__all__ = ["COMMANDS"]


@click.group(invoke_without_command=True)
@common
def sources(context: Context, *, as_json: bool) -> None:
    """Where your records are from, and which of them answers and search may use.

    What is switched off stays in your pod, in your figures and on the dashboard; it is gone from answers, from search
    and from what search keeps on this machine, at once, and on your other devices after their next sync.
    """
    if click.get_current_context().invoked_subcommand is None:
        _tell(context.agent().assistant.sources, as_json=as_json)


@sources.command()
@click.argument("source", nargs=-1, required=True)
@common
def off(context: Context, source: tuple[str, ...], *, as_json: bool) -> None:
    """Keep these sources out of answers and search."""
    assistant = context.agent().assistant
    assistant.switch_sources(off=source)
    _tell(assistant.sources, as_json=as_json)


@sources.command()
@click.argument("source", nargs=-1, required=True)
@common
def on(context: Context, source: tuple[str, ...], *, as_json: bool) -> None:
    """Let answers and search use these sources again."""
    assistant = context.agent().assistant
    assistant.switch_sources(on=source)
    _tell(assistant.sources, as_json=as_json)


def _tell(kept: AnswerSources, *, as_json: bool) -> None:
    listed = kept.listed()
    if as_json:
        show_json([each.to_json() for each in listed])
        return
    rows = [
        (each.name, each.records, each.first or "", each.last or "", "yes" if each.answers else "switched off")
        for each in listed
    ]
    show_table(
        "Sources",
        ("source", "records", "first", "last", "answers use it"),
        rows,
        numbers=(1,),
        empty="No records yet. Import an export with: pod-agent import PATH",
    )


COMMANDS: tuple[click.Command, ...] = (sources,)
