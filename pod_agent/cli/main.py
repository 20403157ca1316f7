"""The entry point: the command tree, what ends with which exit status, and how errors are told."""

from __future__ import annotations

import logging
import sys

import click

from pod_agent.cli import (
    answer_sources,
    budgets,
    categories,
    consents,
    demo,
    importing,
    interests,
    looking,
    models,
    moving,
    offers,
    pods,
    portability,
    privacy,
    registering,
    rights,
    searching,
    servers,
    setup,
    sharing,
    suggesting,
    syncing,
    tables,
)
from pod_agent.cli.options import Context, json_text, plain
from vocab.errors import ProjectError

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--home", type=click.Path(file_okay=False), help="Folder of the agent's pod, keys and settings.")
@click.option("--verbose", is_flag=True, help="Say on standard error what happens; never amounts, names or tokens.")
@click.version_option(package_name="pod-agent")
@click.pass_context
def cli(context: click.Context, home: str | None, *, verbose: bool) -> None:
    """Your data back from the companies that hold it: in your own pod, useful to you first."""
    context.obj = Context(home=home)
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.ERROR)  # it logs addresses, which name people's reports


for module in (
    demo,
    setup,
    pods,
    registering,
    moving,
    servers,
    importing,
    syncing,
    tables,
    categories,
    looking,
    searching,
    answer_sources,
    models,
    budgets,
    suggesting,
    interests,
    offers,
    consents,
    privacy,
    rights,
    sharing,
    portability,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status (docs/reference/cli.md)."""
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)
    try:
        status = cli.main(arguments, prog_name="pod-agent", standalone_mode=False)
    except ProjectError as error:
        _tell(error, as_json=as_json)
        status = error.exit_status
    except click.ClickException as error:
        if as_json:
            click.echo(json_text({"error": {"code": "usage", "message": error.format_message(), "hint": ""}}))
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        status = 130
    sys.exit(status if isinstance(status, int) else 0)


def _tell(error: ProjectError, *, as_json: bool) -> None:
    """The error for people on standard error; with ``--json`` the same as the one document on standard output."""
    if as_json:
        told = {"code": error.code, "message": str(error), "hint": error.hint}
        click.echo(json_text({"error": told}))
    click.echo(f"{click.style('Error', fg='red', bold=True)} [{error.code}]: {plain(str(error))}", err=True)
    if error.hint:
        click.echo(f"  {plain(error.hint)}", err=True)
