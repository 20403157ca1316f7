"""``export``: everything out of here in open formats. ``erase`` is beside it, for whoever leaves."""

from __future__ import annotations

import click

from pod_agent.cli.erasing import erase
from pod_agent.cli.options import Context, common, show_json, show_table

__all__ = ["COMMANDS"]


@click.command()
@click.option(
    "--out", type=click.Path(file_okay=False), required=True, help="Folder to write; it must be new or empty."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["turtle", "ntriples", "jsonld", "csv"]),
    default="turtle",
    show_default=True,
    help="turtle: as in the pod; ntriples, jsonld: with absolute names; csv: tables for a spreadsheet.",
)
@click.option("--source", "sources", multiple=True, metavar="SOURCE", help="Only records of this source; repeatable.")
@click.option("--from", "first", default="", metavar="YYYY-MM", help="Only records from this month on.")
@click.option("--until", "last", default="", metavar="YYYY-MM", help="Only records up to this month.")
@click.option("--base", default="", metavar="IRI", help="What absolute names begin with, if not the pod's address.")
@click.option("--replace", is_flag=True, help="Put it in the place of an earlier export.")
@common
def export(
    context: Context,
    out: str,
    form: str,
    sources: tuple[str, ...],
    first: str,
    last: str,
    base: str,
    *,
    replace: bool,
    as_json: bool,
) -> None:
    """Write everything in your pod into a folder, in an open format."""
    from pathlib import Path

    from pod_agent.cli.progress import steps
    from pod_agent.portability.exporting import Format, export
    from pod_agent.portability.selection import Selection

    selection = Selection(sources=frozenset(sources), first=first, last=last)
    agent = context.agent()
    agent.sync()
    with steps("Exporting", None) as bar:
        done = export(
            agent.pod,
            agent.index,
            agent.settings.local_zone,
            Path(out),
            Format(form),
            base=base,
            selection=selection,
            over=replace,
            advance=lambda number, total: bar.update(bar.task_ids[0], completed=number, total=total),
        )
    if as_json:
        show_json(done.to_json())
        return
    show_table("", ("records", "number"), sorted(done.records.items()), numbers=(1,))
    click.echo(f"{sum(done.records.values()):,} records and {done.samples:,} samples in {done.files:,} files.")
    click.echo(f"They are in {done.folder}; README.txt there says how to read them.")


COMMANDS: tuple[click.Command, ...] = (export, erase)
