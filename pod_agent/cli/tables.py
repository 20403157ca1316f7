"""``tables`` and ``stream``: any table, database or topic, by a mapping of its columns that the person confirmed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pod_agent.cli.options import Context, common, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.ingest.tables import Look

__all__ = ["COMMANDS"]

_QUERY = click.option("--query", help="For a database: the SELECT whose answer is the table.")
_TABLE = click.option("--table", help="Which sheet or table, where there are several.")
_TARGET = click.option("--type", "target", help="What a row is: transaction, order, listen, daily-measure and so on.")
_ENDPOINT = click.option("--endpoint", help="For s3://: the address of a server other than Amazon's.")


@click.group()
def tables() -> None:
    """Any other table: say once what its columns mean."""


@tables.command()
@click.argument("source")
@_QUERY
@_TABLE
@_TARGET
@_ENDPOINT
@common
def look(context: Context, source: str, *, as_json: bool, **options: Any) -> None:
    """Show what the columns of a file, object or database seem to mean, and 20 rows as records."""
    found = context.agent().tables.look(source, **options)
    if as_json:
        show_json(_look_document(found))
        return
    _show_look(found)
    if found.missing:
        click.echo(f"Not usable yet: {found.missing}")
    if not found.is_confirmed:
        click.echo(f"If this is right, run: pod-agent tables confirm {source!r} --as NAME")


@tables.command()
@click.argument("source")
@click.option("--as", "name", required=True, help="Name of the mapping, and of the source of its records.")
@click.option(
    "--set", "columns", multiple=True, metavar="FIELD=COLUMN", help="This field is that column; none if empty."
)
@click.option(
    "--constant", "constants", multiple=True, metavar="FIELD=VALUE", help="This field is the same in every row."
)
@click.option("--unit", "units", multiple=True, metavar="FIELD=UNIT", help="The column's numbers are in this unit.")
@click.option("--order", type=click.Choice(["dmy", "mdy", "ymd"]), help="Order of day, month and year in dates.")
@click.option("--decimal", type=click.Choice([".", ","]), help="The decimal mark.")
@click.option("--spend", type=click.Choice(["negative", "positive"]), help="The sign of money that goes out.")
@click.option("--zone", help="Time zone of times that name none.")
@_QUERY
@_TABLE
@_TARGET
@_ENDPOINT
@common
def confirm(
    context: Context,
    source: str,
    *,
    as_json: bool,
    name: str,
    columns: tuple[str, ...],
    constants: tuple[str, ...],
    units: tuple[str, ...],
    query: str | None,
    table: str | None,
    target: str | None,
    endpoint: str | None,
    **told: str | None,
) -> None:
    """Keep what the columns mean; this and every later file with the same columns can then be imported."""
    tables = context.agent().tables
    found = tables.look(source, query=query, table=table, target=target, endpoint=endpoint)
    changes: dict[str, object] = {field: value for field, value in told.items() if value}
    changes["constants"] = _pairs(constants)
    if units:
        changes["units"] = {**found.mapping.units, **_pairs(units)}
    mapping = tables.confirm(found, name, columns=_pairs(columns), changes=changes)
    if as_json:
        show_json(_mapping_document(mapping))
    else:
        click.echo(f"Kept as {mapping.name}: a row is a {mapping.target}. Now import the file.")


@tables.command("import")
@click.argument("source")
@click.option("--mapping", "name", required=True, help="Name of the confirmed mapping.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@_QUERY
@_TABLE
@_ENDPOINT
@common
def import_table(
    context: Context, source: str, *, as_json: bool, name: str, dry_run: bool, **options: str | None
) -> None:
    """Import the answer of a database or an object of a store by a mapping."""
    report = context.agent().import_table(source, name, dry_run=dry_run, **options).to_json()
    if as_json:
        show_json(report)
    else:
        _show_counts([report])


@tables.command("list")
@common
def list_mappings(context: Context, *, as_json: bool) -> None:
    """Every mapping that you confirmed."""
    found = context.agent().tables.mappings()
    if as_json:
        show_json([_mapping_document(each) for each in found])
        return
    rows = [(each.name, each.target, ", ".join(f"{f}={c}" for f, c in sorted(each.columns.items()))) for each in found]
    show_table("Mappings", ("name", "type", "columns"), rows)


@tables.command()
@click.argument("name")
@common
def remove(context: Context, name: str, *, as_json: bool) -> None:
    """Forget a mapping; the records that came by it stay."""
    context.agent().tables.remove(name)
    if as_json:
        show_json({"removed": name})
    else:
        click.echo(f"Forgotten: {name}.")


@tables.command("export")
@click.argument("name")
@common
def export_mapping(context: Context, name: str, *, as_json: bool) -> None:
    """Write a mapping as TOML to standard output."""
    from pod_agent.importers.tables.mapping import to_toml

    text = to_toml(context.agent().tables.mapping(name))
    if as_json:
        show_json({"toml": text})
    else:
        click.echo(text, nl=False)


@tables.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@common
def add_mapping(context: Context, file: Path, *, as_json: bool) -> None:
    """Keep the mapping that a TOML file holds."""
    from pod_agent.importers.tables.mapping import from_toml

    mapping = from_toml(file.read_text(encoding="utf-8-sig", errors="replace"))
    context.agent().tables.keep(mapping)
    if as_json:
        show_json(_mapping_document(mapping))
    else:
        click.echo(f"Kept as {mapping.name}.")


@click.command()
@click.argument("brokers")
@click.argument("topic")
@click.option("--mapping", "name", required=True, help="Name of the confirmed mapping.")
@click.option("--group", default="pod-agent", show_default=True, help="Consumer group, which remembers the place.")
@click.option("--seconds", type=float, help="Stop after so many seconds; without it, on Ctrl-C.")
@common
def stream(
    context: Context, brokers: str, topic: str, *, as_json: bool, name: str, group: str, seconds: float | None
) -> None:
    """Read a Kafka topic of JSON values into the pod as they come; what comes twice is kept once."""
    reports = [
        report.to_json() for report in context.agent().follow(brokers, topic, name, group=group, seconds=seconds)
    ]
    if as_json:
        show_json({"batches": reports})
    else:
        _show_counts(reports)


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    from pod_agent.errors import UsageError

    for text in texts:
        if "=" not in text:
            raise UsageError(f"{text!r} is not of the form FIELD=...")
    return {field.strip(): value.strip() for field, _, value in (text.partition("=") for text in texts)}


def _mapping_document(mapping: Any) -> dict[str, Any]:
    import msgspec

    document: dict[str, Any] = msgspec.to_builtins(mapping)
    return document


def _look_document(found: Look) -> dict[str, Any]:
    return {
        "table": found.table,
        "columns": found.columns,
        "mapping": _mapping_document(found.mapping),
        "confidence": dict(found.confidence),
        "missing": found.missing,
        "confirmed": found.is_confirmed,
        "rows": [_row(row) for row in found.rows],
    }


def _row(row: Any) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    from pod_agent.index.showing import shown
    from vocab.records import Record

    if isinstance(row, Record):
        document = shown(row, "", ZoneInfo("UTC"))
        return {"line": document["line"], "kind": document["kind"], **document["fields"]}
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def _show_look(found: Look) -> None:
    fields = {column: field for field, column in found.mapping.columns.items()}
    rows = [(column, fields.get(column, ""), found.confidence.get(fields.get(column, ""))) for column in found.columns]
    constants = "".join(f", {field} {value}" for field, value in found.mapping.constants.items())
    show_table(f"A row is a {found.mapping.target}{constants}", ("column", "field", "sure"), rows, numbers=(2,))
    for row in map(_row, found.rows):
        told = ("code", "detail", "column", "reason", *found.mapping.columns, "at")
        click.echo(f"  line {row.get('line')}: " + ", ".join(f"{key} {row[key]}" for key in told if row.get(key)))


def _show_counts(reports: list[dict[str, Any]]) -> None:
    counts = ("read", "written", "duplicate", "rejected", "skipped")
    rows = [(file["path"], *(file[name] for name in counts)) for report in reports for file in report["files"]]
    show_table("Read", ("source", "read", "new", "known", "rejected", "skipped"), rows, numbers=range(1, 6))


COMMANDS: tuple[click.Command, ...] = (tables, stream)
