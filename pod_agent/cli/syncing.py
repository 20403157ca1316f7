"""``sync``: the pod and this machine brought together."""

from __future__ import annotations

import threading
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, json_text, plain, show_json

if TYPE_CHECKING:
    from pod_agent.errors import PodError
    from pod_agent.ingest.syncing.sync_report import SyncReport

__all__ = ["COMMANDS"]

_COUNTS = (
    ("sent", "written to the pod"),
    ("taken", "from your other devices"),
    ("merged", "changed by other programs"),
    ("repaired", "mended"),
    ("restored", "put back"),
    ("removed", "removed elsewhere"),
)


@click.command()
@click.option("--watch", is_flag=True, help="Stay, and sync whenever the pod changes, until Ctrl-C.")
@click.option("--every", default=5.0, show_default=True, type=click.FloatRange(0.1), help="With --watch: minutes.")
@click.option("--full", is_flag=True, help="Ask for every document, whatever its date.")
@click.option("--put-back", is_flag=True, help="Where the pod was emptied: write again what this machine has of it.")
@common
def sync(context: Context, *, watch: bool, every: float, full: bool, put_back: bool, as_json: bool) -> int:
    """Bring your pod and this machine together: what you, your other devices and other programs changed."""
    from pod_agent.cli.progress import import_progress

    agent = context.agent()
    if watch:
        with suppress(KeyboardInterrupt):
            for outcome in agent.watch(every * 60, threading.Event()):
                _tell(outcome, as_json=as_json)
        click.echo("Stopped.", err=True)
        return 0
    with nullcontext() if as_json else import_progress() as progress:
        report = agent.sync(full=full, put_back=put_back, progress=progress)
    if as_json:
        show_json(report.to_json())
    else:
        click.echo(_line(report))
        for note in report.notes:
            click.echo(f"  {plain(note)}")
    return 1 if report.refused else 0


def _tell(outcome: SyncReport | PodError, *, as_json: bool) -> None:
    """One line for what changed, or why nothing could be done; nothing where nothing changed."""
    from pod_agent.ingest.syncing.sync_report import SyncReport

    if isinstance(outcome, SyncReport):
        if outcome.changed or outcome.notes:
            click.echo(
                json_text(outcome.to_json()) if as_json else " ".join([_line(outcome), *map(plain, outcome.notes)])
            )
    elif as_json:
        click.echo(json_text({"error": {"code": outcome.code, "message": str(outcome), "hint": outcome.hint}}))
    else:
        click.echo(f"{plain(str(outcome))}. Trying again.", err=True)


def _line(report: SyncReport) -> str:
    counts = report.to_json()
    told = [f"{counts[name]:,} {words}" for name, words in _COUNTS if counts[name]]
    looked = f"{report.listed:,} containers listed, {report.fetched:,} documents fetched"
    return f"Documents: {', '.join(told)} ({looked})." if told else f"Everything is in step ({looked})."


COMMANDS: tuple[click.Command, ...] = (sync,)
