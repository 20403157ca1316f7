"""``import``, ``imports`` and ``show``: exports in, and every record back to the line it came from."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from pod_agent.cli.options import Context, common, show_json, show_table

__all__ = ["COMMANDS"]


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@common
def import_(context: Context, paths: tuple[Path, ...], *, dry_run: bool, as_json: bool) -> int:
    """Read exports exactly as you downloaded them: files, folders or zips."""
    from pod_agent.cli.progress import import_progress

    agent = context.agent()
    with nullcontext() if as_json else import_progress() as progress:
        report = agent.import_paths(paths, dry_run=dry_run, progress=progress)
    document = report.to_json()
    if as_json:
        show_json(document)
    else:
        _show_report(document, dry_run=dry_run)
    refused = {entry["path"] for entry in document["unopened"]} & {str(path) for path in paths}
    return 3 if refused else 0


def _show_report(document: dict[str, Any], *, dry_run: bool) -> None:
    counts = ("read", "written", "duplicate", "rejected", "skipped")
    rows = [(_name(file["path"]), *(f"{file[name]:,}" for name in counts), _period(file)) for file in document["files"]]
    title = "What would be written (nothing was)" if dry_run else f"Import {document['import_id'] or '- nothing new'}"
    show_table(title, ("file", "read", "new", "known", "rejected", "skipped", "period"), rows, numbers=range(1, 7))
    for file in document["files"]:
        for issue in file["issues"][:20]:
            click.echo(f"  {_name(file['path'])} line {issue['line']}: {issue['code']}: {issue['detail']}")
        if len(file["issues"]) > 20:
            click.echo(f"  and {len(file['issues']) - 20} more: use --json to see all")
        if file["reconciled"] is False:
            click.echo(f"  {file['path']}: the rows do not add up to the balance the bank printed")
    for entry in document["unopened"]:
        click.echo(f"  not read: {entry['path']}: {entry['reason']}")


def _name(path: str) -> str:
    """The last part of a path or of a zip's member; ``--json`` has the whole."""
    return path.rsplit("!", 1)[-1].replace("\\", "/").rsplit("/", 1)[-1]


def _period(file: dict[str, Any]) -> str:
    return f"{file['first']} - {file['last']}" if file["first"] else ""


@click.group()
def imports() -> None:
    """Past imports."""


@imports.command("list")
@common
def list_imports(context: Context, *, as_json: bool) -> None:
    """Every import with its counts."""
    found = context.agent().imports()
    if as_json:
        show_json(found)
        return
    rows = [(entry["import_id"], entry["at"], f"{entry['written']:,}", entry["rejected"]) for entry in found]
    show_table("Imports", ("import", "at", "records", "rejected"), rows, numbers=(2, 3))


@imports.command("show")
@click.argument("import_id")
@common
def show_import(context: Context, import_id: str, *, as_json: bool) -> None:
    """What one import read and wrote."""
    found = context.agent().import_entry(import_id)
    if as_json:
        show_json(found)
        return
    rows = [
        (file["path"], file["importer"], file["read"], file["written"], file["rejected"]) for file in found["files"]
    ]
    show_table(f"Import {import_id}", ("file", "importer", "read", "written", "rejected"), rows, numbers=(2, 3, 4))


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
        click.echo(f"  read from {record['file']}{member}, line {record['line']}")
        for name, value in record["fields"].items():
            if value is not None:
                click.echo(f"  {name:<12} {value}")


COMMANDS: tuple[click.Command, ...] = (import_, imports, show)
