"""``server``: a Solid server of one's own, for oneself or for others."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import click

from pod_agent.cli.options import Context, common, show_json

__all__ = ["COMMANDS"]

Command = Callable[..., Any]
_FOLDER = click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where it lives; in your home folder."
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SECRET = click.option("--passphrase-file", type=_FILE, help="Its first line seals the backup, or opens it.")
_CHOICES = (
    click.option("--port", type=click.IntRange(1, 65535), help="Port it listens on; the first start takes a free one."),
    click.option("--base-url", help="Its public name, such as https://pods.example.org/; kept from the first pod on."),
    click.option("--listen", help="Address of this machine that others may connect to; 127.0.0.1 if never given."),
    click.option("--tls-cert", type=_FILE, help="PEM file with its certificate, then the issuers'."),
    click.option("--tls-key", type=_FILE, help="PEM file with the key of the certificate."),
    click.option("--no-tls", is_flag=True, help="No TLS of its own any more."),
    click.option("--access", type=click.Choice(["wac", "acp"]), help="How access is written down; wac if never given."),
    click.option("--closed/--open", "closed", default=None, help="Whether only you make accounts; open at first."),
    click.option("--quota", "quota_mb", type=click.IntRange(0), help="Megabytes that each pod may hold; 0: no bound."),
    click.option("--memory", "memory_mb", type=click.IntRange(256), help="Megabytes for node's heap; 1024 at first."),
)


def _folder_of(context: Context, folder: Path | None) -> Path:
    return folder or context.folder / "solid-server"


def _choices(command: Command) -> Command:
    """Add the options that set a server up."""
    return reduce(lambda made, option: option(made), reversed(_CHOICES), command)


def _changes(options: dict[str, Any]) -> dict[str, object]:
    """The settings that the options stand for; None where one was not given."""
    closed, plain = options.pop("closed"), options.pop("no_tls")
    found = dict(options)
    for name in ("tls_cert", "tls_key"):
        found[name] = "" if plain else (str(options[name].resolve()) if options[name] else None)
    return {**found, "registration": None if closed is None else "closed" if closed else "open"}


@click.group()
def server() -> None:
    """A Solid server of your own, on this machine, for you or for others."""


@server.command()
@_FOLDER
@common
def install(context: Context, folder: Path | None, *, as_json: bool) -> None:
    """Fetch Community Solid Server (100 MB), or check the one that is there."""
    from pod_agent.cli.hosting import install

    install(_folder_of(context, folder), as_json=as_json)


@server.command()
@_FOLDER
@_choices
@common
def configure(context: Context, folder: Path | None, *, as_json: bool, **options: Any) -> None:
    """Show the settings, or change those you name; they hold from the next start on."""
    from pod_agent.cli.hosting import configure

    configure(_folder_of(context, folder), _changes(options), as_json=as_json)


@server.command()
@_FOLDER
@_choices
@common
def start(context: Context, folder: Path | None, *, as_json: bool, **options: Any) -> None:
    """Run Community Solid Server until Ctrl-C, for this machine only at first; installs it the first time."""
    from pod_agent.cli.running import run_solid_server

    run_solid_server(_folder_of(context, folder), _changes(options), as_json=as_json)


@server.command()
@_FOLDER
@common
def status(context: Context, folder: Path | None, *, as_json: bool) -> None:
    """Tell how the server does; the exit status is 0 where it answers and 5 where it does not."""
    from pod_agent.cli.hosting import show_status

    click.get_current_context().exit(show_status(_folder_of(context, folder), as_json=as_json))


@server.group()
def account() -> None:
    """Accounts on your server."""


@account.command()
@click.argument("name")
@click.option("--email", required=True, help="What the person logs in with.")
@_FOLDER
@common
def add(context: Context, name: str, email: str, folder: Path | None, *, as_json: bool) -> None:
    """Make an account with a pod called NAME, also on a closed server; prints a password to hand over."""
    from pod_agent.cli.hosting import add_account

    add_account(_folder_of(context, folder), name, email, as_json=as_json)


@server.command()
@click.argument("out", type=click.Path(path_type=Path))
@_FOLDER
@_SECRET
@common
def backup(context: Context, out: Path, folder: Path | None, passphrase_file: Path | None, *, as_json: bool) -> None:
    """Copy the server with all pods, accounts and keys to OUT, a new file or a folder of backups; it may run."""
    from pod_agent.cli.hosting import backup

    backup(_folder_of(context, folder), out, passphrase_file, as_json=as_json)


@server.command()
@click.argument("archive", type=_FILE)
@_FOLDER
@_SECRET
@click.option("--check", is_flag=True, help="Only read the backup and compare every file with its list.")
@common
def restore(
    context: Context,
    archive: Path,
    folder: Path | None,
    passphrase_file: Path | None,
    *,
    check: bool,
    as_json: bool,
) -> None:
    """Bring back the server in ARCHIVE, into a folder that is empty or missing."""
    from pod_agent.cli.hosting import restore

    restore(None if check else _folder_of(context, folder), archive, passphrase_file, as_json=as_json)


@server.command()
@_FOLDER
@click.option("--user", is_flag=True, help="For your own systemd (systemctl --user), not the machine's.")
@click.option("--run-as", default="pod-agent", show_default=True, help="Account of the machine that runs it.")
@click.option(
    "--helper",
    type=click.Path(file_okay=False, path_type=Path),
    help="The unit of the helper server of studies whose keys lie in this folder instead.",
)
@common
def unit(context: Context, folder: Path | None, helper: Path | None, run_as: str, *, user: bool, as_json: bool) -> None:
    """Print a systemd unit that keeps the server running."""
    from pod_agent.pods.hosting.settings import load
    from pod_agent.pods.hosting.units import helper_unit, server_unit

    account = None if user else run_as
    place = _folder_of(context, folder)
    text = helper_unit(helper, account=account) if helper else server_unit(place, load(place), account=account)
    if as_json:
        show_json({"unit": text})
    else:
        click.echo(text, nl=False)


COMMANDS: tuple[click.Command, ...] = (server,)
