"""``erase``: everything, or one source, gone, with a list and the proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, plain, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.portability.erasing import Erased
    from pod_agent.portability.source_erasing import ErasedSource

__all__ = ["erase"]

_WORD = "erase"


@click.command()
@click.option("--source", help="Only what came from this source, such as spotify; everything else stays.")
@click.option("--yes", is_flag=True, help="Do not ask for the word.")
@click.option("--keep-exported", is_flag=True, help="Leave exports that lie in the agent's own folder.")
@click.option(
    "--leave-behind", is_flag=True, help="Go on although a server does not answer: what is there stays there."
)
@common
def erase(
    context: Context, source: str | None, *, yes: bool, keep_exported: bool, leave_behind: bool, as_json: bool
) -> int:
    """Remove your pod and all that the agent keeps here, and show that nothing is left."""
    from pod_agent.home import Home

    home = context.folder
    if not yes:
        _ask(home, source, keep_exported=keep_exported, as_json=as_json)
    if source is not None:
        return _tell_source(Home(home).erase_source(source), as_json=as_json)
    return _tell(_erase_all(home, keep_exported=keep_exported, leave_behind=leave_behind), as_json=as_json)


def _ask(home: Path, source: str | None, *, keep_exported: bool, as_json: bool) -> None:
    from pod_agent.errors import UsageError
    from pod_agent.portability.home_files import exports_in

    if as_json:
        raise UsageError("erasing asks for a word, which --json cannot", hint="Add --yes if you are sure.")
    what = f"everything from {source}" if source else "your pod, your consents, your login and all files of the agent"
    click.echo(f"This removes {what} for good: {home}", err=True)
    exported = [] if source or keep_exported else exports_in(home)
    for folder in exported:
        click.echo(f"This export goes too, unless you add --keep-exported: {plain(str(folder))}", err=True)
    if not exported:
        click.echo("To keep a copy, stop here and run: pod-agent export --out DIR", err=True)
    if click.prompt(f"Type {_WORD} to go on", err=True) != _WORD:
        raise click.Abort


def _erase_all(home: Path, *, keep_exported: bool, leave_behind: bool) -> Erased:
    from pod_agent.cli.progress import steps
    from pod_agent.home import Home

    with steps("Erasing", None) as bar:
        return Home(home).erase(
            keep_exported=keep_exported,
            leave_behind=leave_behind,
            progress=lambda what, done, total: bar.update(
                bar.task_ids[0], description=plain(what), completed=done, total=total or None
            ),
        )


def _tell(done: Erased, *, as_json: bool) -> int:
    if as_json:
        show_json(done.to_json())
    else:
        rows = [
            (place.place, kind, number)
            for place in done.places
            for kind, number in sorted(place.removed.items())
            if number
        ]
        show_table("Removed", ("where", "what", "number"), rows, numbers=(2,))
        for place in done.places:
            for stayed in place.stayed:
                click.echo(f"Stayed: {plain(stayed)}")
        for name in done.kept:
            click.echo(f"Not the agent's, so it stays: {plain(name)}")
        for note in done.notes:
            click.echo(note)
        _tell_proof(done.proof)
        for failure in done.failures:
            click.echo(f"Not done: {failure.what} ({failure.code}): {plain(failure.message)}", err=True)
            click.echo(f"  {failure.hint}", err=True)
        click.echo(
            "Nothing of yours is left here." if done.is_complete else "Not everything is gone yet: run it again."
        )
    return 0 if done.is_complete else 5


def _tell_source(done: ErasedSource, *, as_json: bool) -> int:
    if as_json:
        show_json(done.to_json())
    else:
        rows = [(kind, number) for kind, number in sorted(done.removed.items()) if number]
        show_table(f"Removed of {done.source}", ("what", "number"), rows, numbers=(1,))
        for stayed in done.stayed:
            click.echo(f"Stayed: {plain(stayed)}")
        _tell_proof(done.proof)
    return 0 if done.is_complete else 5


def _tell_proof(proof: list[tuple[str, bool, str]]) -> None:
    rows = [("gone" if ok else "NOT GONE", check, detail) for check, ok, detail in proof]
    show_table("Looked at again", ("", "where", "found"), rows)
