"""``pod move``: to another server, or onto this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, show_json
from pod_agent.cli.pods import pod

if TYPE_CHECKING:
    from pod_agent.portability.moving import Moved

__all__ = ["COMMANDS"]

_HERE = "embedded"


@pod.command()
@click.option("--to", "target", required=True, metavar="embedded|ADDRESS", help="This machine, or a WebID or server.")
@click.option("--client-id", help="Client credentials of the new server; or the address of a client-ID document.")
@click.option("--client-secret", help="The secret of client credentials; asked for if it is not given.")
@click.option("--storage", help="The storage to use, if your WebID has several.")
@click.option("--browser/--no-browser", default=True, help="Open the browser, or only show the address to open.")
@click.option("--remove-old", is_flag=True, help="Remove the pod that is left, once the new one is in use.")
@click.option("--withdraw-shares", is_flag=True, help="Withdraw what you share first; shared copies do not move.")
@click.option("--yes", is_flag=True, help="Do not ask before the old pod is removed.")
@common
def move(
    context: Context,
    target: str,
    client_id: str | None,
    client_secret: str | None,
    storage: str | None,
    *,
    browser: bool,
    remove_old: bool,
    withdraw_shares: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Move your pod to another server or onto this machine; run it again where it was cut off."""
    from pod_agent.cli.progress import steps
    from pod_agent.pods.login.secrets import system_keyring
    from pod_agent.portability.moving import move, require_movable

    home = context.folder
    settings = require_movable(home)
    if remove_old and not yes:
        click.confirm(
            "The pod that is left is removed for good once the new one is in use. Go on?", abort=True, err=True
        )
    if target != _HERE:
        _link(home, target, client_id, client_secret, storage, browser=browser)
    if settings.pod != _HERE:
        _put_in_step(home, withdraw_shares=withdraw_shares)
    with steps("Moving", None) as bar:
        moved = move(
            home,
            embedded=target == _HERE,
            keyring=system_keyring(),
            remove_old=remove_old,
            advance=lambda what, done, total: bar.update(
                bar.task_ids[0], description=what, completed=done, total=total or None
            ),
        )
    if as_json:
        show_json(moved.to_json())
    else:
        _tell(moved)
    return 0 if all(each.is_gone for each in moved.old) else 5


def _put_in_step(home: Path, *, withdraw_shares: bool) -> None:
    """Sync a last time: what is damaged in the old pod can be mended under its address alone."""
    from pod_agent.agent import Agent

    with Agent.open(home) as agent:
        agent.sync()
        if not withdraw_shares:
            return
        for each in agent.shares.listed():
            if each["status"] not in {"withdrawn", "expired"}:
                agent.shares.withdraw(each["grant"])
        agent.shares.catch_up()


def _link(
    home: Path, address: str, client_id: str | None, client_secret: str | None, storage: str | None, *, browser: bool
) -> None:
    """Log in to the new server, unless this home is, or is about to be, linked with it."""
    from pod_agent.config import load_settings
    from pod_agent.pods.linking import link_with_secret
    from pod_agent.pods.login.secrets import system_keyring
    from pod_agent.pods.webid.discovery import Profile, choose_storage, resolve
    from pod_agent.portability.exporting import CONTAINER
    from pod_agent.portability.moving import forget_target, stay, target_home

    keyring, folder = system_keyring(), target_home(home)
    found = resolve(address, storage=storage)
    root = choose_storage(found, storage) + CONTAINER if isinstance(found, Profile) else ""
    if root and root == load_settings(home).pod:
        stay(home, keyring)
        return
    if root and load_settings(folder).pod == root:
        return
    forget_target(home, keyring)
    if client_secret or (client_id and "://" not in client_id):
        client_id = client_id or str(click.prompt("Client id", err=True))
        client_secret = client_secret or str(click.prompt("Client secret", hide_input=True, err=True))
        link_with_secret(folder, address, client_id, client_secret, keyring=keyring, storage=storage)
    else:
        _log_in(folder, address, storage, client_id or load_settings(home).client_document, browser=browser)


def _log_in(folder: Path, address: str, storage: str | None, client: str, *, browser: bool) -> None:
    import webbrowser

    from pod_agent.pods.linking import begin_link, finish_link
    from pod_agent.pods.login.listener import RedirectListener
    from pod_agent.pods.login.oidc import redirect_of
    from pod_agent.pods.login.secrets import system_keyring

    with RedirectListener(redirect_of(client)) if client else RedirectListener() as listener:
        linking = begin_link(folder, address, listener.redirect_uri, storage=storage, client=client)
        if not (browser and webbrowser.open(linking.authorization_url)):
            click.echo("Open this address in a browser, log in and allow pod-agent to use your pod:", err=True)
        click.echo(linking.authorization_url, err=True)
        finish_link(linking, listener.wait(linking.state), system_keyring())


def _tell(moved: Moved) -> None:
    if moved.source == moved.target:
        click.echo(f"Your pod is at {moved.target} already: {moved.records:,} records.")
    else:
        click.echo(f"Moved: {moved.records:,} records in {moved.resources:,} documents, each compared by its SHA-256.")
        click.echo(f"Your pod is now {moved.target}")
        if not moved.old:
            click.echo(f"The old one is kept as it was: {moved.source}")
    for each in moved.old:
        click.echo(f"Removed: {each.place} ({each.removed.total():,} documents)")
        for stayed in each.stayed:
            click.echo(f"  stayed: {stayed}")


COMMANDS: tuple[click.Command, ...] = ()
"""The command belongs to the group ``pod``."""
