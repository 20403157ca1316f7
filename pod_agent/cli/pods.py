"""``pod``: where the records are kept, and the login to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pod_agent.cli.hiding import hide_listing
from pod_agent.cli.options import Context, common, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.agent import Agent
    from pod_agent.pods.linking import LinkState

__all__ = ["COMMANDS", "pod"]


@click.group()
def pod() -> None:
    """The pod that holds your records."""


@pod.command()
@click.argument("address", required=False)
@click.option("--client-id", help="Client credentials from your server; or the address of a client-ID document.")
@click.option(
    "--client-secret",
    envvar="POD_AGENT_CLIENT_SECRET",
    help="The secret of client credentials; better in POD_AGENT_CLIENT_SECRET, or typed in when it is asked for.",
)
@click.option("--storage", help="The storage to use, if your WebID has several.")
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only show the address to open.")
@click.option("--paste", is_flag=True, help="Log in on another machine, and paste the address that you end up at.")
@click.option("--yes", is_flag=True, help="Let strangers no longer list your storage, without being asked.")
@common
def link(
    context: Context,
    address: str | None,
    client_id: str | None,
    client_secret: str | None,
    storage: str | None,
    *,
    browser: bool,
    paste: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Keep your records on your Solid server: ADDRESS is your WebID, or your pod or its provider."""
    from pod_agent.agent import Agent
    from pod_agent.cli.logging_in import log_in

    address = address or str(click.prompt("Your WebID, or the address of your pod or its provider"))
    if client_secret or (client_id and "://" not in client_id):
        client_id = client_id or str(click.prompt("Client id"))
        client_secret = client_secret or str(click.prompt("Client secret", hide_input=True))
        agent = Agent.link(context.folder, address, client_id, client_secret, storage=storage)
    else:
        agent = log_in(context.folder, address, storage, client_id or "", browser=browser, paste=paste)
    with agent:
        _show_link(agent, hide_listing(agent, yes=yes), as_json=as_json)


@pod.command()
@common
def status(context: Context, *, as_json: bool) -> int:
    """Say which pod is yours, how this machine is logged in to it, and whether it answers."""
    from dataclasses import asdict

    from pod_agent.pods.linking import link_state
    from pod_agent.pods.login.secrets import system_keyring

    state = link_state(context.folder, system_keyring())
    if as_json:
        show_json({**asdict(state), "until": _day(state.until)})
    else:
        show_table("", ("", ""), _lines(state))
    return 0 if state.answers else 5


@pod.command()
@common
def unlink(context: Context, *, as_json: bool) -> None:
    """End the login and forget it; your records stay in the pod."""
    from dataclasses import asdict

    from pod_agent.agent import Agent

    undone = Agent.unlink(context.folder)
    if as_json:
        show_json(asdict(undone))
        return
    click.echo(f"This home is no longer linked to {undone.pod}. Your records are still there.")
    if not undone.revoked:
        click.echo("The identity provider was not told: remove the agent's access in your account there as well.")


def _show_link(agent: Agent, listing: str, *, as_json: bool) -> None:
    from pod_agent.pods.linking import login_ends
    from pod_agent.pods.login.secrets import system_keyring

    until = _day(login_ends(agent.home, agent.settings.webid, system_keyring()))
    if as_json:
        show_json({"webid": agent.settings.webid, "pod": agent.pod.root, "until": until, "listing": listing})
    else:
        click.echo(f"Linked: {agent.pod.root}")
        if until:
            click.echo(f"This login ends at {until}. For a lasting one, let your provider remember the agent.")
        click.echo("Next: pod-agent import PATH, with an export as you downloaded it.")


def _lines(state: LinkState) -> list[tuple[str, str]]:
    kinds = {
        "browser": "in the browser",
        "client_credentials": "client credentials",
        "none": "not needed: the pod is a folder on this machine",
        "missing": "none on this machine",
    }
    until = _day(state.until)
    unknown = "your identity provider does not say when it ends" if state.login == "browser" else ""
    lines = [
        ("pod", state.pod),
        ("WebID", state.webid),
        ("identity provider", state.issuer),
        ("login", kinds[state.login]),
        ("until", until or unknown),
        ("answers", "yes" if state.answers else f"no: {state.problem}"),
        ("what to do", state.hint),
    ]
    return [(name, value) for name, value in lines if value]


def _day(seconds: float | None) -> str | None:
    from datetime import UTC, datetime

    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


COMMANDS: tuple[click.Command, ...] = (pod,)
