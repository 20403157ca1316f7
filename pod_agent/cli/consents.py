"""``requests``, ``grants``, ``federation`` and ``audit``: who asks, who may, what left."""

from __future__ import annotations

from datetime import datetime

import click

from pod_agent.cli.options import Context, common, host, limit_text, show_json, show_table
from vocab.times import utc_text
from vocab.wording import day_text, part_text, time_text

__all__ = ["COMMANDS"]

NO_AGGREGATOR = "Nobody can ask you yet: write the address of a business's server as aggregator into settings.toml."


@click.group()
def requests() -> None:
    """Studies that businesses ask you to take part in."""


@requests.command("list")
@common
def list_requests(context: Context, *, as_json: bool) -> None:
    """The studies on offer, and whether you allowed them."""
    agent = context.agent()
    found = agent.requests()
    if as_json:
        show_json([request.to_json() for request in found])
        return
    rows = [
        (request.task_id[:16], request.study.title, host(request.study.controller), request.status) for request in found
    ]
    nobody = "No studies are offered." if agent.settings.aggregator else NO_AGGREGATOR
    show_table("Requests", ("request", "study", "asked by", "status"), rows, whole=(0, 3), empty=nobody)


@requests.command("show")
@click.argument("request_id")
@common
def show_request(context: Context, request_id: str, *, as_json: bool) -> None:
    """One study in plain words, with exactly what would leave this machine."""
    agent = context.agent()
    request = agent.request(request_id)
    if as_json:
        show_json(request.to_json())
        return
    click.echo(click.style(request.study.title, bold=True))
    for line in request.preview:
        click.echo(f"  {line}")
    if request.shown is None or request.status not in {"open", "deferred"}:
        click.echo(f"It cannot be allowed now: {request.status}.")
        return
    business = request.study.controller
    allowance = agent.consents.allowances((business,)).of(business)
    cost, left = request.shown.micro_rho, part_text(allowance.left, allowance.limit)
    whom = "this business" if allowance.business else "all businesses together"
    click.echo(f"  It costs {part_text(cost, allowance.limit)} of what you allow {whom}; {left} is left.")
    if cost > allowance.left:
        click.echo("Your privacy budget has no room for it now: pod-agent budget show")
        return
    click.echo(f"Allow it with: pod-agent grants give {request.task_id[:16]}")


@requests.command()
@click.argument("request_id")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@common
def refuse(context: Context, request_id: str, *, yes: bool, as_json: bool) -> None:
    """Say no to REQUEST_ID for good: nothing leaves for it, and it is not offered again."""
    agent = context.agent()
    request = agent.request(request_id)
    if not yes:
        click.confirm(f"Refuse {request.study.title!r} for good?", abort=True, err=True)
    agent.consents.refuse(request.task_id)
    if as_json:
        show_json({"request": request.task_id, "status": "refused"})
    else:
        click.echo("Refused. Nothing leaves for this request; the business learns nothing of it.")


@requests.command()
@click.argument("request_id")
@common
def defer(context: Context, request_id: str, *, as_json: bool) -> None:
    """Say "not now" to REQUEST_ID: nothing leaves for it until you allow it."""
    agent = context.agent()
    request = agent.request(request_id)
    agent.consents.defer(request.task_id)
    if as_json:
        show_json({"request": request.task_id, "status": "deferred"})
    else:
        click.echo(f"Put off until {day_text(request.study.closes)}. The business learns nothing of it.")


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


@grants.command()
@click.argument("grant_id")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; 90 days from now if not given.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@common
def renew(context: Context, grant_id: str, until: datetime | None, *, yes: bool, as_json: bool) -> None:
    """Let the grant GRANT_ID of a study last longer; shows what it means first, and asks. Nothing renews itself.

    A language model elsewhere is allowed anew: pod-agent model allow NAME.
    """
    consents = context.agent().consents
    shown = consents.renewal(grant_id, until.date() if until else None)
    if not yes:
        for line in shown.lines:
            click.echo(f"  {line}", err=True)
        click.confirm("Renew this?", abort=True, err=True)
    end = consents.renew(grant_id, shown.until.astimezone(consents.zone).date(), None if yes else shown.notice)
    if as_json:
        show_json({"grant": grant_id, "until": utc_text(end)})
    else:
        click.echo(f"Renewed until {day_text(end.astimezone(consents.zone))}. Take it back at any time.")


@grants.command()
@click.argument("grant_id", default="")
@common
def receipts(context: Context, grant_id: str, *, as_json: bool) -> None:
    """Your receipts of every yes, renewal and withdrawal, each held against the log and its grant."""
    found = [receipt for receipt in context.agent().consents.receipts() if grant_id in {"", receipt.grant}]
    if as_json:
        show_json([receipt.to_json() for receipt in found])
        return
    rows = [
        (receipt.grant, receipt.status.value, f"{receipt.at:%Y-%m-%d %H:%M}", receipt.head.sequence)
        for receipt in found
    ]
    show_table(
        "Receipts",
        ("grant", "what", "at (UTC)", "entry of the log"),
        rows,
        numbers=(3,),
        whole=(0,),
        empty="There are none.",
    )


@grants.command("list")
@common
def list_grants(context: Context, *, as_json: bool) -> None:
    """Every grant with its status: of a study the privacy loss spent under it, of a language model what it may read."""
    found = context.agent().grants()
    if as_json:
        show_json(found)
        return
    rows = []
    for grant in found:
        used, most = grant["spent_micro_rho"], grant["limit_micro_rho"]
        loss = "your questions" if "address" in grant else f"{part_text(used, most)} of {limit_text(most)}"
        rows.append((grant["grant"], host(grant["recipient"]), grant["status"], grant["until"][:10], loss))
    columns = ("grant", "recipient", "status", "until", "spent of epsilon")
    show_table("Grants", columns, rows, whole=(0,), empty="You allowed nothing so far.")
    if rows:
        click.echo("Take one back: pod-agent grants withdraw GRANT")


@click.group()
def federation() -> None:
    """Taking part in studies."""


@federation.command()
@common
def answer(context: Context, *, as_json: bool) -> None:
    """Answer every study that you allowed and that is still open; later ones of the same business ask first.

    Each is sent at a moment that your agent picks by chance, or the next time this runs after it.
    """
    outcomes = context.agent().answer_studies()
    if as_json:
        show_json([outcome.to_json() for outcome in outcomes])
        return
    if not outcomes:
        click.echo("Nothing to answer: no open study is allowed and unanswered.")
    for outcome in outcomes:
        if outcome.due is None:
            click.echo(f"{outcome.study}: {outcome.outcome}, {outcome.sent:,} bytes left")
        else:
            click.echo(f"{outcome.study}: waits until {time_text(outcome.due)} UTC; run this again then")


@federation.command()
@click.option("--superlink", default="", metavar="HOST:PORT", help="A demonstration's training server, without login.")
@click.option("--seconds", type=click.FloatRange(1), help="How long; until Ctrl-C if not given.")
@common
def join(context: Context, superlink: str, seconds: float | None, *, as_json: bool) -> None:
    """Take part in the training that you allowed; the business learns your WebID, once."""
    if not as_json:
        click.echo("Asking to take part; Ctrl-C ends it.", err=True)
    joined = context.agent().training.join(superlink=superlink, seconds=seconds)
    if as_json:
        show_json(joined.to_json())
    else:
        click.echo(f"{joined.answered} rounds answered, {joined.refused} left out.")


@federation.command()
@common
def status(context: Context, *, as_json: bool) -> None:
    """How you take part in training: with which business, under which grant, until when."""
    found = context.agent().training.status()
    if as_json:
        show_json(found)
        return
    member = found["membership"]
    if member is None:
        known = "You allowed training; run pod-agent federation join." if found["grants"] else "No grant allows any."
        click.echo(f"You take part in no training. {known}")
        return
    standing = "in force" if found["in_force"] else "not in force any more"
    click.echo(f"{found['state'].capitalize()} with {member['business']}, as node {member['node'][:16]}.")
    click.echo(f"Grant {member['grant']} until {member['until']} UTC: {standing}.")
    if member["training_server"]:
        click.echo(f"Training server: {member['training_server']}")


@federation.command()
@common
def leave(context: Context, *, as_json: bool) -> None:
    """Take part no more; the grant stays until you withdraw it."""
    told = context.agent().training.leave()
    if as_json:
        show_json({"told": told})
    elif told:
        click.echo("You take part in no training any more.")
    else:
        click.echo("The business does not answer; run this again later. Nothing is sent in the meantime.")


@federation.command()
@click.option("--refresh", is_flag=True, help="Ask for the list again, also if it is less than a day old.")
@common
def models(context: Context, *, refresh: bool, as_json: bool) -> None:
    """The models that many people's answers made, fetched like everyone else and kept for your recommendations."""
    found = context.agent().consents.models(refresh=refresh)
    if as_json:
        show_json([model.to_json() for model in found])
        return
    rows = [
        (
            model.dimension,
            model.items,
            f"{model.people:,}",
            "none" if model.epsilon is None else f"{model.epsilon:.2f}",
            host(model.controller),
            f"{model.released_at:%Y-%m-%d}",
        )
        for model in found
    ]
    columns = ("items", "how many", "people", "epsilon", "published by", "released")
    show_table("Shared models", columns, rows, numbers=(1, 2, 3), empty="None is published that you can use.")


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
    show_table("What left and what was decided", ("#", "at", "action", "to", "bytes", "outcome"), rows, numbers=(0, 4))


COMMANDS: tuple[click.Command, ...] = (requests, grants, federation, audit)
