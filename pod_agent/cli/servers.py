"""``server``: a Solid server of one's own, for oneself or for others."""

from __future__ import annotations

from pathlib import Path

import click

from pod_agent.cli.options import Context, common

__all__ = ["COMMANDS"]


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


COMMANDS: tuple[click.Command, ...] = (server,)
