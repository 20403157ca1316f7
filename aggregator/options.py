"""Options that several commands of ``pod-aggregator`` have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vocab.errors import VocabularyError

__all__ = ["as_json", "home", "task_named", "verified", "with_parent"]

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
with_parent = click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")


def home(function: F) -> F:
    """``--home`` after the subcommand, falling back on the one before it."""
    option = click.option("--home", type=click.Path(file_okay=False, path_type=Path), callback=_chosen_home)
    return option(function)


def _chosen_home(context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    from aggregator.config import default_home  # noqa: PLC0415 - only where no folder is named

    return value or context.find_root().params.get("home") or default_home()


def verified(function: F) -> F:
    """Where proofs are checked, for the commands that check them; each comes before the server's setting."""
    for option in (
        click.option("--ray", metavar="ADDRESS", help="Check proofs on this Ray cluster (host:port, or auto)."),
        click.option("--workers", type=click.IntRange(1), help="Processes that check proofs; one a core if unset."),
        click.option("--verify", type=click.Choice(["inline", "processes", "ray"]), help="Where proofs are checked."),
    ):
        function = option(function)
    return function


def task_named(text: str) -> bytes:
    """The task that an argument names; UnknownStudyError where it can be none."""
    from aggregator.errors import UnknownStudyError  # noqa: PLC0415 - only where a task is named
    from aggregator.web import url_bytes  # noqa: PLC0415

    try:
        return url_bytes(text, 32)
    except VocabularyError as error:
        raise UnknownStudyError(
            f"{text!r} is no task: one has 64 digits, 0 to 9 and a to f",
            hint="Publish the same terms again: that changes nothing and says the task.",
        ) from error
