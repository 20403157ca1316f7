"""Child processes of the command line: started with a line to read, stopped by their own id."""

from __future__ import annotations

import subprocess
import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from pod_agent.cli.options import show_json
from pod_agent.errors import AgentError

__all__ = ["run_solid_server", "serve_pages", "start_pages", "stop"]


def start_pages(home: Path, port: int = 0) -> tuple[subprocess.Popen[str], str]:
    """The pages of this home as a child process, and a sign-in link; it ends with this process."""
    command = [sys.executable, "-m", "client_web", "--home", str(home), "--port", str(port), "--with-parent"]
    child = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
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


def run_solid_server(folder: Path, *, as_json: bool) -> None:
    """Serve pods from this folder until Ctrl-C; npm fetches the server the first time."""
    from pod_agent.pods.installing import install_server
    from pod_agent.pods.server import SolidServer

    click.echo("Getting the server ready; the first time it is fetched (100 MB).", err=True)
    with SolidServer(install_server(folder / "packages"), folder) as running:
        if as_json:
            show_json({"url": running.address})
        else:
            click.echo(f"Your Solid server: {running.address}")
            click.echo("Make an account and a pod there, and a credential token for your WebID. Then, elsewhere:")
            click.echo("  pod-agent --home FOLDER pod link WEBID")
            click.echo("Ctrl-C ends the server; your pods stay in its folder.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
        click.echo("Stopped.", err=True)
