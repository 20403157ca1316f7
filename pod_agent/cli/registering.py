"""``pod register``: whether the person's other apps are told what the pod holds."""

from __future__ import annotations

import click

from pod_agent.cli.options import Context, common, show_json
from pod_agent.cli.pods import pod

__all__ = ["COMMANDS"]

_NOTICE = """Apps that you log in to with your WebID will find out which kinds of record your pod holds, such as
transactions or listens, and that they lie in the agent's container. They still need your leave to read them.
Your profile will point to the private list, as the profiles of many apps' users do; the list is closed to others."""


@pod.command()
@click.option("--remove", is_flag=True, help="Take the agent's entries out of the list again.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@common
def register(context: Context, *, remove: bool, yes: bool, as_json: bool) -> None:
    """List the kinds of your records for your own apps, in your private type index; new kinds follow by themselves."""
    from pod_agent.agent import Agent
    from pod_agent.ingest.registering import register_kinds, unregister_kinds

    if not (remove or yes):
        click.echo(_NOTICE, err=True)
        click.confirm("Go on?", abort=True, err=True)
    with Agent.open(context.folder) as agent:
        given = (agent.home, agent.settings, agent.pod)
        kinds, removed = ([], unregister_kinds(*given)) if remove else (register_kinds(*given), 0)
    if as_json:
        show_json({"registered": kinds, "removed": removed})
    elif remove:
        click.echo(f"Removed entries: {removed}.")
    elif kinds:
        click.echo(f"Registered: {', '.join(kinds)}.")
    else:
        click.echo("There are no records yet; imports will register them.")


COMMANDS: tuple[click.Command, ...] = ()
