"""Progress bars on standard error; importing this module loads rich."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pod_agent.agent import Progress as ImportProgress
from pod_agent.cli.options import plain

__all__ = ["import_progress", "steps"]


@contextmanager
def import_progress() -> Iterator[ImportProgress]:
    """A bar that shows the rows read so far while an import runs."""
    with _bar() as bar:
        task = bar.add_task("Reading", total=None)

        def advance(text: str, rows: int) -> None:
            bar.update(task, description=escape(plain(text)), completed=rows)

        yield advance


@contextmanager
def steps(description: str, total: int | None) -> Iterator[Progress]:
    """A bar over a known number of steps; advance its only task."""
    with _bar() as bar:
        bar.add_task(description, total=total)
        yield bar


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
