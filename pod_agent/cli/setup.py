"""``init``, ``pod``, ``index``, ``serve`` and ``doctor``: setting up and looking after the agent."""

from __future__ import annotations

from pathlib import Path

import click

from pod_agent.cli.options import Context, common, show_json, show_table

__all__ = ["COMMANDS"]


@click.command()
@common
def init(context: Context, *, as_json: bool) -> None:
    """Make a pod on this machine: a private folder, to begin without a server."""
    from pod_agent.agent import Agent

    with Agent.create(context.folder) as agent:
        if as_json:
            show_json({"home": str(context.folder), "pod": agent.pod.root})
        else:
            click.echo(f"Your pod is ready: {agent.pod.root}")
            click.echo("Next: pod-agent import PATH, with an export as you downloaded it.")


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


@click.group()
def index() -> None:
    """The local index: a cache of the pod that answers questions."""


@index.command()
@common
def rebuild(context: Context, *, as_json: bool) -> None:
    """Throw the index away and read the pod again."""
    count = context.agent().rebuild_index()
    if as_json:
        show_json({"records": count})
    else:
        click.echo(f"{count:,} records indexed.")


@click.command()
@click.option("--port", type=int, default=0, help="Port on 127.0.0.1; a free one if not given.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser.")
@common
def serve(context: Context, port: int, *, open_browser: bool, as_json: bool) -> None:
    """Show your pages in the browser, on this machine only."""
    from pod_agent.cli.running import serve_pages

    serve_pages(context.folder, port, open_browser=open_browser, as_json=as_json)


@click.command()
@common
def doctor(context: Context, *, as_json: bool) -> int:
    """Check that everything is well, and say what to do where it is not."""
    from pod_agent.doctor import examine

    checks = examine(context.folder)
    ok = all(check.ok for check in checks)
    if as_json:
        show_json({"ok": ok, "checks": [check.to_json() for check in checks]})
    else:
        rows = [("ok" if check.ok else "NOT OK", check.name, check.detail, check.hint) for check in checks]
        show_table("", ("", "check", "found", "what to do"), rows)
        click.echo("All is well." if ok else "Something needs care: see the right column.")
    return 0 if ok else 1


@click.group()
def server() -> None:
    """A Solid server of your own, on this machine."""


@server.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where it lives; in your home folder.")
@common
def start(context: Context, folder: Path | None, *, as_json: bool) -> None:
    """Run Community Solid Server for this machine only, until Ctrl-C; installs it the first time."""
    from pod_agent.cli.running import run_solid_server

    run_solid_server(folder or context.folder / "solid-server", as_json=as_json)


COMMANDS: tuple[click.Command, ...] = (init, pod, index, serve, server, doctor)
