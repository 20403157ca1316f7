"""``pod-agent demo``: the whole house on made-up people, told step by step."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

__all__ = ["COMMANDS"]


@click.command()
@click.option("--people", default=120, show_default=True, type=click.IntRange(100, 5000), help="Simulated people more.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep everything in this folder.")
@click.option("--pages/--no-pages", default=True, help="Show the pages at the end, until Ctrl-C.")
def demo(people: int, keep: Path | None, *, pages: bool) -> None:
    """Three made-up households, a study, a training round, a withdrawal; then the pages."""
    from pod_agent.cli.demo.story import tell

    folder = keep or Path(tempfile.mkdtemp(prefix="pod-agent-demo-"))
    try:
        tell(folder, people, pages=pages)
    finally:
        if keep is None:
            shutil.rmtree(folder)


COMMANDS: tuple[click.Command, ...] = (demo,)
