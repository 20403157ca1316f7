"""``budget``: how much privacy loss you allow, what is spent and what is left."""

from __future__ import annotations

import click

from pod_agent.cli.options import Context, common, host, limit_text, show_json, show_table
from vocab.wording import part_text

__all__ = ["COMMANDS"]


@click.group()
def budget() -> None:
    """How much privacy loss you allow: for one business, for all together, and in a year.

    Not your budgets of spending: those are "pod-agent budgets".
    """


@budget.command()
@common
def show(context: Context, *, as_json: bool) -> None:
    """What is spent and what is left, in plain words."""
    found = context.agent().consents.allowances()
    limits = (*found.businesses, found.period, found.year)
    if as_json:
        show_json([{**each.to_json(), "days": 365 if each is found.year else 28} for each in limits])
        return
    rows = [
        (
            host(each.business) if each.business else "all together",
            "365 days" if each is found.year else "28 days",
            limit_text(each.limit),
            part_text(each.spent, each.limit),
            part_text(each.left, each.limit),
            each.small_questions,
        )
        for each in limits
    ]
    columns = ("who", "in", "limit (epsilon)", "spent", "left", "small questions left")
    show_table("Privacy budget", columns, rows, numbers=(2, 3, 4, 5))
    click.echo("A small question is one of epsilon 0.5: what anyone concludes about you from its result is at most")
    click.echo("1.65 times as likely as if you had not taken part. What was spent stops to count after 28 (365) days.")


@budget.command("set")
@click.option("--business", metavar="EPSILON", help="For one business in 28 days, at most 1.")
@click.option("--everyone", metavar="EPSILON", help="For all businesses together in 28 days, at most 3.")
@click.option("--year", metavar="EPSILON", help="For all in 365 days, at most 7.7.")
@common
def set_budget(
    context: Context, business: str | None, everyone: str | None, year: str | None, *, as_json: bool
) -> None:
    """Lower your limits, as epsilon at delta 1e-6; 0 lets nothing leave, "default" goes back to the most there is."""
    from pod_agent.errors import UsageError
    from pod_agent.federation.desk import keep_limits

    texts = {"business": business, "total": everyone, "year": year}
    changes = {name: text.replace("default", "") for name, text in texts.items() if text is not None}
    if not changes:
        raise UsageError("no limit was given", hint="Write for example: pod-agent budget set --business 0.5")
    limits = keep_limits(context.folder, **changes)
    if as_json:
        show_json({"business": limits.business_period, "everyone": limits.period, "year": limits.year})
    else:
        one, everybody, in_year = map(limit_text, (limits.business_period, limits.period, limits.year))
        click.echo(f"At most epsilon {one} for one business and {everybody} for all in 28 days, {in_year} for all in a")
        click.echo("year. Grants that you gave stand, but nothing passes these limits.")


COMMANDS: tuple[click.Command, ...] = (budget,)
