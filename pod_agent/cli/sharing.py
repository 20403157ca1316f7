"""``share``: letting another person read chosen data, by WebID, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pod_agent.cli.options import Context, common, plain, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.sharing.who import Audience

__all__ = ["COMMANDS"]


@click.group()
def share() -> None:
    """What other people may read of your pod."""


@share.command()
@click.option("--to", "recipient", required=True, metavar="WEBID", help="Who may read it: exactly this WebID.")
@click.option(
    "--what", multiple=True, required=True, help="spending, groceries, listening, merchant=NAME ...; repeatable."
)
@click.option("--months", default=12, show_default=True, help="This month and the ones before it, as they are now.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; 90 days from now if not given.")
@click.option("--purpose", required=True, help="What for: a sentence, or a term such as dpv:ServiceProvision.")
@click.option(
    "--as",
    "level",
    type=click.Choice(["records", "monthly"]),
    default="records",
    show_default=True,
    help="Every record, or totals by month.",
)
@click.option("--yes", is_flag=True, help="Do not ask again.")
@common
def give(
    context: Context,
    recipient: str,
    what: tuple[str, ...],
    months: int,
    until: datetime | None,
    purpose: str,
    level: str,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Let one person read a copy of chosen data; shows exactly what, and asks."""
    from consent.direct import Level

    shares = context.agent().shares
    last = until.date() if until else None
    draft = shares.draft(recipient, what, purpose, months=months, until=last, level=Level(level))
    if not yes:
        for line in draft.lines:
            click.echo(f"  {plain(line)}", err=True)
        if "#" not in recipient:
            click.echo("  Mind: most WebIDs end in #me or the like, and only the exact one can read it.", err=True)
        click.confirm("Share this?", abort=True, err=True)
    container = shares.give(draft)
    if as_json:
        show_json({**draft.to_json(), "container": container})
        return
    click.echo(f"Shared: {draft.grant.identifier}")
    click.echo(f"Pass this address on; it opens with the recipient's own login: {container}")
    click.echo(f"Take it back at any time: pod-agent share withdraw {draft.grant.identifier}")


@share.command()
@click.argument("grant")
@common
def withdraw(context: Context, grant: str, *, as_json: bool) -> None:
    """Take a share back: nobody can read it any more when this returns. What was copied before stays copied."""
    context.agent().shares.withdraw(grant)
    if as_json:
        show_json({"grant": grant, "status": "withdrawn"})
    else:
        click.echo("Withdrawn. Nobody else can read it any more, and the copy is gone from your pod.")


@share.command("list")
@common
def list_shares(context: Context, *, as_json: bool) -> None:
    """Everything that you share or shared, to whom and until when."""
    found = context.agent().shares.listed()
    if as_json:
        show_json(found)
        return
    for row in found:
        click.echo(f"{row['grant']}  {_state(row)}")
        if "to" in row:
            click.echo(f"  {', '.join(row['what']['topics'])} as {row['level']}, until {row['until'][:10]}")
            click.echo(f"  to {plain(row['to'])}")
        if row["status"] == "given":
            click.echo(f"  at {row['container']}")
    if not found:
        click.echo("Nothing is shared.")


@share.command()
@common
def who(context: Context, *, as_json: bool) -> None:
    """Who can read what of your pod, as the server's own rules say."""
    from pod_agent.cli.progress import steps

    shares = context.agent().shares
    with steps("Reading access rules", None) as bar:
        audience = shares.who(lambda: bar.advance(bar.task_ids[0]))
    if as_json:
        show_json(audience.to_json())
    else:
        _show_audience(audience)


@share.command()
@click.option("--yes", is_flag=True, help="Do not ask again.")
@common
def hide(context: Context, *, yes: bool, as_json: bool) -> None:
    """Let strangers no longer list the top of your storage; your profile stays public."""
    shares = context.agent().shares
    storage = shares.public_listing()
    if storage is not None:
        if not yes:
            click.confirm(f"Anyone can list what lies at the top of {storage}. Close that?", abort=True, err=True)
        shares.close_listing(storage)
    if as_json:
        show_json({"closed": storage})
    else:
        click.echo(f"Closed: {storage}" if storage else "Strangers cannot list your storage.")


def _state(row: dict[str, Any]) -> str:
    if row["status"] == "damaged":
        return "damaged: withdraw it"
    return f"{row['status']}, not closed yet" if row.get("outstanding") else str(row["status"])


def _show_audience(audience: Audience) -> None:
    rows = [
        (party.iri or party.kind.value, place.resource, " ".join(place.may(party)))
        for party in audience.others()
        for place in audience.reach(party)
    ]
    if rows:
        show_table("Who besides you", ("who", "may use", "how"), rows)
    alone = sum(place.parties() == {audience.owner} and not place.unclear for place in audience.places)
    click.echo(f"{alone:,} of {len(audience.places):,} documents and folders are open to nobody but you.")
    for resource in audience.open_places:
        click.echo(f"{click.style('Public', fg='red', bold=True)}: {plain(resource)}")
    for resource in audience.unclear_places:
        click.echo(
            f"{click.style('Unclear', fg='yellow', bold=True)}: {plain(resource)} has rules that are not understood"
        )
    if audience.open_places:
        click.echo("Close the list of your storage with: pod-agent share hide")


COMMANDS: tuple[click.Command, ...] = (share,)
