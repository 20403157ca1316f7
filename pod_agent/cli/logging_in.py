"""Logging in by the person's browser from a terminal."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pod_agent.agent import Agent
from pod_agent.config import load_settings
from pod_agent.pods.login.listener import RedirectListener
from pod_agent.pods.login.oidc import redirect_of

if TYPE_CHECKING:
    from pod_agent.pods.linking import Linking

__all__ = ["log_in"]


def log_in(home: Path, address: str, storage: str | None, client: str, *, browser: bool, paste: bool) -> Agent:
    """Link this home after the person logged in; what they are told goes to standard error."""
    client = client or load_settings(home).client_document
    with RedirectListener(redirect_of(client)) if client else RedirectListener() as listener:
        linking = Agent.begin_link(home, address, listener.redirect_uri, storage=storage, client=client)
        _show(linking, browser=browser and not paste)
        if paste:
            listener.close()  # so that a browser of this machine says at once that nobody is there
            answer = _pasted()
        else:
            answer = listener.wait(linking.state)
    return Agent.finish_link(linking, answer)


def _show(linking: Linking, *, browser: bool) -> None:
    if browser and webbrowser.open(linking.authorization_url):
        click.echo("Your browser opens: log in there and allow pod-agent to use your pod.", err=True)
        click.echo("If no window comes, open this address in a browser on this machine:", err=True)
    else:
        click.echo("Open this address in a browser, log in and allow pod-agent to use your pod:", err=True)
    click.echo(linking.authorization_url, err=True)


def _pasted() -> str:
    click.echo("At the end the browser fails to open a page of 127.0.0.1: that is right.", err=True)
    return str(click.prompt("Paste the whole address of that page", err=True))
