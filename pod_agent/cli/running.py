"""Child processes of the command line: started with a line to read, stopped by their own id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from pod_agent.cli.options import show_json
from pod_agent.errors import AgentError, PodUnreachableError
from pod_agent.pods.login.secrets import SecretStore

__all__ = ["run_solid_server", "serve_pages", "start_pages", "stop"]


def start_pages(home: Path, port: int = 0) -> tuple[subprocess.Popen[str], str]:
    """The pages of this home as a child process, and a sign-in link; it ends with this process."""
    command = [sys.executable, "-m", "client_web", "--home", str(home), "--port", str(port), "--with-parent"]
    # A child has no terminal to ask for the passphrase that seals the login.
    environment = {**os.environ, **SecretStore(home, None).environment()}
    child = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True, env=environment
    )  # in a session of its own, so that Ctrl-C reaches this process alone and ends the child once
    link = child.stdout.readline().strip() if child.stdout else ""
    if not link:
        raise AgentError("the pages did not start", hint="Run: pod-agent doctor")
    return child, link


def stop(child: subprocess.Popen[str], seconds: float = 10) -> None:
    """End a child that was started here; the end of its input asks it to, and it is made to if it does not."""
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.terminate()
        child.wait(seconds)
    if child.stdout:
        child.stdout.close()


def serve_pages(home: Path, port: int, *, open_browser: bool, as_json: bool) -> None:
    """Serve the pages until Ctrl-C."""
    child, link = start_pages(home, port)
    try:
        if as_json:
            show_json({"url": link})
        else:
            click.echo(f"Your pages, for this machine only: {link}")
            click.echo("The link works once. Ctrl-C ends.")
        if open_browser:
            webbrowser.open(link)
        child.wait()
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
    finally:
        stop(child)


def run_solid_server(folder: Path, changes: Mapping[str, object], *, as_json: bool) -> None:
    """Serve pods from this folder until Ctrl-C or SIGTERM; npm fetches the server the first time.

    PodUnreachableError where the server ends by itself.
    """
    from pod_agent.cli.hosting import fetch
    from pod_agent.pods.hosting.installing import server_version
    from pod_agent.pods.hosting.server import SolidServer
    from pod_agent.pods.hosting.stored import stored

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        modules = fetch(folder)
        last, now = stored(folder / "data").version, server_version(modules / "@solid" / "community-server")
        if last and last != now:
            click.echo(f"Version {last} served these pods so far; now it is {now}.", err=True)
        with SolidServer(modules, folder, changes) as running:
            _announce(running.address, as_json=as_json)
            raise PodUnreachableError(
                f"the Solid server ended by itself (status {running.wait()})", hint=f"See {folder / 'server.log'}."
            )
    click.echo("Stopped.", err=True)


def _announce(address: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"url": address})
        return
    click.echo(f"Your Solid server: {address}")
    click.echo("Open it in a browser, make an account and a pod there. Then, in another terminal:")
    click.echo("  pod-agent pod link WEBID")
    click.echo("Ctrl-C ends the server; your pods stay in its folder.")
