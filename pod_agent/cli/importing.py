"""``import``, ``imports`` and ``show``: exports in, and every record back to the line it came from."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from pod_agent.cli.options import Context, common, plain, show_json, show_table

__all__ = ["COMMANDS"]


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@common
def import_(context: Context, paths: tuple[Path, ...], *, dry_run: bool, as_json: bool) -> int:
    """Read exports exactly as you downloaded them: files, folders or zips."""
    from pod_agent.cli.import_text import show_report
    from pod_agent.cli.progress import import_progress

    agent = context.agent()
    with nullcontext() if as_json else import_progress() as progress:
        report = agent.import_paths(paths, dry_run=dry_run, progress=progress)
    document = report.to_json()
    if as_json:
        show_json(document)
    else:
        nothing_new = f"Import {document['import_id'] or '- nothing new'}"
        show_report(document, title="What would be written (nothing was)" if dry_run else nothing_new)
    return 3 if any(_is_refused(path, document) for path in paths) else 0


def _is_refused(path: Path, document: dict[str, Any]) -> bool:
    """Whether nothing was read of what the person named, a file, folder or zip, and something of it was left out."""

    def within(entries: list[dict[str, Any]]) -> bool:
        return any(each["path"].startswith(f"{path}!") or Path(each["path"]).is_relative_to(path) for each in entries)

    return within(document["unopened"]) and not within(document["files"])


@click.group()
def imports() -> None:
    """Past imports: what each brought, and how to take it back."""


@imports.command("list")
@common
def list_imports(context: Context, *, as_json: bool) -> None:
    """Every import with its counts; a mark where something needs a look."""
    found = context.agent().imports()
    if as_json:
        show_json(found)
        return
    rows = [
        (
            entry["import_id"],
            entry["at"][:10],
            *(f"{entry[name]:,}" for name in ("read", "written", "changed", "rejected")),
            "look at it" if entry["warnings"] else "",
        )
        for entry in found
    ]
    columns = ("import", "day", "read", "new", "changed", "rejected", "")
    show_table("Imports", columns, rows, numbers=(2, 3, 4, 5))


@imports.command("show")
@click.argument("import_id")
@click.option("--rejected", is_flag=True, help="The rows that could not be read, as they stood; kept on this machine.")
@common
def show_import(context: Context, import_id: str, *, rejected: bool, as_json: bool) -> None:
    """What one import read, wrote and left out, and what its checks found."""
    from pod_agent.cli.import_text import show_rejected, show_report

    agent = context.agent()
    document = agent.import_entry(import_id)
    rows = agent.rejected(import_id) if rejected else []
    if as_json:
        show_json({**document, "rejected_rows": rows} if rejected else document)
    elif rejected:
        show_rejected(rows)
        if not rows:
            click.echo("No rejected rows of this import are kept on this machine.")
    else:
        show_report(document, title=f"Import {import_id}")


@imports.command("undo")
@click.argument("import_id")
@click.option("--yes", is_flag=True, help="Do not ask; --json never asks.")
@common
def undo_import(context: Context, import_id: str, *, yes: bool, as_json: bool) -> int:
    """Take back exactly what one import brought; what you corrected yourself stays."""
    from pod_agent.cli.import_text import undo_text

    agent = context.agent()
    document = agent.import_entry(import_id)
    if not (yes or as_json):
        totals = document["totals"]
        if not click.confirm(f"Take back {totals['written']:,} rows that import {import_id} brought?"):
            click.echo("Nothing was changed.")
            return 1
    undone = agent.undo_import(import_id).to_json()
    if as_json:
        show_json(undone)
        return 0
    click.echo(f"Import {import_id} is undone.")
    for line in undo_text(undone):
        click.echo(line)
    return 0


@click.command()
@click.argument("iris", nargs=-1, required=True)
@common
def show(context: Context, iris: tuple[str, ...], *, as_json: bool) -> None:
    """Records, each with the file and line it was read from."""
    found = context.agent().show(iris)
    if as_json:
        show_json(found)
        return
    for record in found:
        click.echo(click.style(record["iri"], bold=True))
        member = f"!{record['member']}" if record["member"] else ""
        click.echo(f"  read from {plain(record['file'] + member)}, line {record['line']}")
        for name, value in record["fields"].items():
            if value is not None:
                click.echo(f"  {name:<12} {plain(str(value))}")


COMMANDS: tuple[click.Command, ...] = (import_, imports, show)
