"""``budgets``: how much you want to spend at most on a category, at a merchant, or in all."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from pod_agent.cli.options import Context, common, plain, show_json, show_table

if TYPE_CHECKING:
    from pod_agent.models.budgets import Progress

__all__ = ["COMMANDS"]

PER = ("week", "month", "year")
DAY = click.DateTime(["%Y-%m-%d"])


@click.group(invoke_without_command=True)
@common
def budgets(context: Context, *, as_json: bool) -> None:
    """Your budgets of spending, and how they stand.

    Not the privacy budget, which limits what businesses may learn: that is "pod-agent budget".
    """
    if click.get_current_context().invoked_subcommand is None:
        _list(context, None, as_json=as_json)


@budgets.command("set")
@click.argument("name", metavar="CATEGORY|MERCHANT|all")
@click.argument("amount")
@click.option("--per", type=click.Choice(PER), default="month", show_default=True, help="When it begins anew.")
@common
def set_budget(context: Context, name: str, amount: str, per: str, *, as_json: bool) -> None:
    """Spend at most AMOUNT on a category, at a merchant, or on everything ("all"); in place of an older budget."""
    desk = context.agent().assistant.budgets
    budget = desk.set(name, amount, per)
    if as_json:
        show_json(budget.to_json())
        return
    click.echo(plain(f"Kept in your pod: at most SGD {budget.amount.amount:,.2f} a {budget.per} for {budget.name}."))
    click.echo(plain(next(desk.told(each) for each in desk.progress() if each.budget == budget)))


@budgets.command("list")
@click.option("--on", "day", type=DAY, help="As they stood in the week, month or year of this day, YYYY-MM-DD.")
@common
def list_budgets(context: Context, day: datetime | None, *, as_json: bool) -> None:
    """Every budget with what is spent, what is left, and what is left for each day."""
    _list(context, day, as_json=as_json)


@budgets.command()
@click.argument("name")
@common
def remove(context: Context, name: str, *, as_json: bool) -> None:
    """Remove the budget of a category, of a merchant, or of everything ("all")."""
    gone = context.agent().assistant.budgets.remove(name)
    if as_json:
        show_json({"removed": [each.to_json() for each in gone]})
    else:
        click.echo(plain(f"Removed: {', '.join(each.name for each in gone)}."))


def _list(context: Context, day: datetime | None, *, as_json: bool) -> None:
    found = context.agent().assistant.budgets.progress(within=None if day is None else day.date())
    if as_json:
        show_json([each.to_json() for each in found])
        return
    empty = "You have set no budget yet. For example: pod-agent budgets set groceries 400"
    columns = ("of", "budget", "per", "spent", "left", "a day", "until")
    show_table("Budgets", columns, map(_row, found), numbers=(1, 3, 4, 5), empty=empty)


def _row(progress: Progress) -> tuple[object, ...]:
    told = progress.to_json()
    left = f"{told['left']:,.2f}"
    return (
        told["name"],
        f"{told['amount']:,.2f}",
        told["per"],
        f"{told['spent']:,.2f}",
        f"{left} exceeded" if progress.exceeded else left,
        "" if told["per_day"] is None else f"{told['per_day']:,.2f}",
        progress.last,
    )


COMMANDS: tuple[click.Command, ...] = (budgets,)
"""What this module adds to the command line."""
