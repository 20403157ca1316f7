"""``requests``, ``grants``, ``federation`` and ``audit``: who asks, who may, what left."""

from __future__ import annotations

from datetime import datetime

import click

from pod_agent.cli.options import Context, common, host, show_json, show_table

__all__ = ["COMMANDS"]


@click.group()
def requests() -> None:
    """Studies that businesses ask you to take part in."""


@requests.command("list")
@common
def list_requests(context: Context, *, as_json: bool) -> None:
    """The studies on offer, and whether you allowed them."""
    found = context.agent().requests()
    if as_json:
        show_json([request.to_json() for request in found])
        return
    rows = [(request.task_id[:16], request.study.title, request.study.controller, request.status) for request in found]
    show_table("Requests", ("request", "study", "asked by", "status"), rows)


@requests.command("show")
@click.argument("request_id")
@common
def show_request(context: Context, request_id: str, *, as_json: bool) -> None:
    """One study in plain words, with exactly what would leave this machine."""
    request = context.agent().request(request_id)
    if as_json:
        show_json(request.to_json())
        return
    click.echo(click.style(request.study.title, bold=True))
    for line in request.preview:
        click.echo(f"  {line}")
    click.echo(f"Allow it with: pod-agent grants give {request.task_id[:16]}")


@click.group()
def grants() -> None:
    """What you allowed, to whom, until when."""


@grants.command()
@click.argument("request_id")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; 90 days from now if not given.")
@click.option("--max-epsilon", type=float, help="Most privacy loss to allow, as epsilon at delta 1e-6.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@common
def give(
    context: Context,
    request_id: str,
    until: datetime | None,
    max_epsilon: float | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Allow the study REQUEST_ID; shows exactly what would leave, and asks."""
    agent = context.agent()
    request = agent.request(request_id)
    if not yes:
        for line in request.preview:
            click.echo(f"  {line}", err=True)
        click.confirm("Allow this?", abort=True, err=True)
    grant = agent.give(request.task_id, until.date() if until else None, max_epsilon, None if yes else request.notice)
    if as_json:
        show_json({"grant": grant})
    else:
        click.echo(f"Allowed: {grant}")
        click.echo(f"Take it back at any time, also offline: pod-agent grants withdraw {grant}")


@grants.command()
@click.argument("grant_id")
@common
def withdraw(context: Context, grant_id: str, *, as_json: bool) -> None:
    """Take a grant back: nothing more is sent from this moment on. Works without a network."""
    settled = context.agent().withdraw(grant_id)
    if as_json:
        show_json({"grant": grant_id, "status": "withdrawn", "settled": settled})
        return
    click.echo("Withdrawn. Nothing more leaves under this grant.")
    if not settled:
        click.echo("Your pod or the two servers do not answer now. Reports that were not summed yet are taken back")
        click.echo("as soon as they do: run pod-agent federation answer later.")


@grants.command("list")
@common
def list_grants(context: Context, *, as_json: bool) -> None:
    """Every grant with its status and the privacy loss spent under it."""
    found = context.agent().grants()
    if as_json:
        show_json(found)
        return
    rows = [
        (
            grant["grant"],
            grant["recipient"],
            grant["status"],
            grant["until"],
            f"{grant['spent_micro_rho']:,} of {grant['limit_micro_rho']:,}",
        )
        for grant in found
    ]
    show_table("Grants", ("grant", "recipient", "status", "until", "privacy loss (micro-rho)"), rows)


@click.group()
def federation() -> None:
    """Taking part in studies."""


@federation.command()
@common
def answer(context: Context, *, as_json: bool) -> None:
    """Answer every study that you allowed and that is still open; later ones of the same business ask first."""
    outcomes = context.agent().answer_studies()
    if as_json:
        show_json([outcome.to_json() for outcome in outcomes])
        return
    if not outcomes:
        click.echo("Nothing to answer: no open study is allowed and unanswered.")
    for outcome in outcomes:
        click.echo(f"{outcome.study}: {outcome.outcome}, {outcome.sent:,} bytes left")


@federation.command()
@click.option("--superlink", required=True, metavar="HOST:PORT", help="Address that the business prints.")
@click.option("--seconds", type=click.FloatRange(1), help="How long; until Ctrl-C if not given.")
@common
def train(context: Context, superlink: str, seconds: float | None, *, as_json: bool) -> None:
    """Take part in training rounds that a live grant covers."""
    if not as_json:
        click.echo("Taking part; Ctrl-C ends it.", err=True)
    joined = context.agent().join_rounds(superlink, seconds=seconds)
    if as_json:
        show_json(joined.to_json())
    else:
        click.echo(f"{joined.answered} rounds answered, {joined.refused} left out.")


@click.command()
@common
def audit(context: Context, *, as_json: bool) -> None:
    """Everything that left this machine or was refused, in order; the chain is checked."""
    found = context.agent().audit()
    if as_json:
        show_json(found)
        return
    rows = [
        (entry["seq"], entry["at"], entry["action"], host(entry["recipient"]), entry["bytes"], entry["outcome"])
        for entry in found
    ]
    show_table("What left", ("#", "at", "action", "to", "bytes", "outcome"), rows, numbers=(0, 4))


COMMANDS: tuple[click.Command, ...] = (requests, grants, federation, audit)
