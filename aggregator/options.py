"""Options that several commands of ``pod-aggregator`` have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["as_json", "home", "verified", "with_parent"]

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
