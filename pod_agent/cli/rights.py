"""``rights``: what you asked businesses for, and what came of it."""

from __future__ import annotations

import click

from pod_agent.cli.options import Context, common, host, show_json, show_table

__all__ = ["COMMANDS"]

RIGHTS = ("access", "erasure", "portability")
ANSWERS = ("acknowledged", "fulfilled", "rejected")


@click.group()
def rights() -> None:
    """Access, erasure and portability: written down, and carried out where this machine can."""


@rights.command()
@click.argument("right", type=click.Choice(RIGHTS))
@click.argument("business")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@common
def ask(context: Context, right: str, business: str, *, yes: bool, as_json: bool) -> None:
    """Ask BUSINESS (its WebID). Erasure withdraws its grants and takes back what was not summed; a letter is written.

    Nothing is sent about access and portability: the business does not know who you are, and the letter would tell it.
    """
    from pod_agent.federation import desk
    from pod_agent.federation.exercising import letter

    if right == "erasure" and not yes:
        click.confirm("This withdraws every grant you gave this business. Go on?", abort=True, err=True)
    consents = context.agent().consents
    request = consents.exercise(desk.RIGHTS[right], business)
    status = consents.rights.one(request.identifier).status
    if as_json:
        show_json({"right": request.identifier, "status": status, "letter": letter(request)})
        return
    click.echo(f"Written down: {request.identifier} ({status}). A letter that you can send by a way of your own:\n")
    click.echo(letter(request))


@rights.command("list")
@common
def list_rights(context: Context, *, as_json: bool) -> None:
    """What you asked for, and how it stands."""
    states = context.agent().consents.rights.read()
    if as_json:
        show_json([state.to_json() for state in states])
        return
    rows = [
        (
            state.request.identifier,
            state.request.right.name.lower(),
            host(state.request.controller),
            f"{state.request.created:%Y-%m-%d}",
            state.status,
        )
        for state in states
    ]
    show_table(
        "Rights", ("request", "right", "of", "asked on", "status"), rows, whole=(0,), empty="You asked for nothing."
    )


@rights.command()
@click.argument("right_id")
@click.argument("answer", type=click.Choice(ANSWERS))
@click.option("--because", default="", help="What the business said, one line.")
@common
def note(context: Context, right_id: str, answer: str, because: str, *, as_json: bool) -> None:
    """Note what a business answered to RIGHT_ID."""
    rights_kept = context.agent().consents.rights
    noted = rights_kept.note(right_id, answer, because)
    status = rights_kept.one(right_id).status
    if as_json:
        show_json({"right": right_id, "noted": noted, "status": status})
    else:
        click.echo(f"Noted: {status}." if noted else f"It is {status} already; nothing was changed.")


COMMANDS: tuple[click.Command, ...] = (rights,)
