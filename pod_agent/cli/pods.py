"""``pod``: where the records are kept."""

from __future__ import annotations

import click

from pod_agent.cli.options import Context, common, show_json

__all__ = ["COMMANDS"]


@click.group()
def pod() -> None:
    """The pod that holds your records."""


@pod.command()
@click.argument("webid")
@click.option("--client-id", help="Identifier of client credentials that your server gave you.")
@click.option("--client-secret", help="Their secret; asked for if it is not given.")
@click.option("--storage", help="The storage to use, if your WebID has several.")
@common
def link(
    context: Context,
    webid: str,
    client_id: str | None,
    client_secret: str | None,
    storage: str | None,
    *,
    as_json: bool,
) -> None:
    """Keep your records on the Solid server of WEBID."""
    from pod_agent.agent import Agent

    client_id = client_id or click.prompt("Client id")
    client_secret = client_secret or click.prompt("Client secret", hide_input=True)
    with Agent.link(context.folder, webid, str(client_id), str(client_secret), storage=storage) as agent:
        if as_json:
            show_json({"webid": webid, "pod": agent.pod.root})
        else:
            click.echo(f"Linked: {agent.pod.root}")


COMMANDS: tuple[click.Command, ...] = (pod,)
