"""``init``, ``index``, ``serve`` and ``doctor``: setting up and looking after the agent."""

from __future__ import annotations

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


COMMANDS: tuple[click.Command, ...] = (init, index, serve, doctor)
