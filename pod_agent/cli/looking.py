"""What the records say: ``spend``, ``stores``, ``trends``, ``listening``, ``query``, ``ask`` and others."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pod_agent.cli.asked import show_history
from pod_agent.cli.conversing import converse
from pod_agent.cli.explaining import show_how
from pod_agent.cli.options import Context, common, plain, show_json, show_table
from pod_agent.cli.teaching import show_examples
from vocab.errors import VocabularyError

if TYPE_CHECKING:
    from vocab.query import Filter, QuerySpec, Table

__all__ = ["COMMANDS"]

DAY = click.DateTime(["%Y-%m-%d"])


def _period(since: datetime | None, until: datetime | None, today: date) -> tuple[date, date] | None:
    if since is None and until is None:
        return None
    return (since.date() if since else date.min, until.date() if until else today)


def _run(context: Context, spec: QuerySpec, title: str, *, as_json: bool) -> None:
    table = context.agent().query(spec)
    if as_json:
        show_json({"columns": table.columns, "rows": table.rows, "evidence": table.evidence})
    else:
        _print(title, table, len(spec.dimensions))


def _print(title: str, table: Table, labels: int) -> None:
    if not table.rows:
        click.echo("No records yet. Import an export with: pod-agent import PATH")
        return
    columns = [column.replace("_", " ") for column in table.columns]
    show_table(
        title,
        (*columns, "records"),
        ((*row, len(evidence)) for row, evidence in zip(table.rows, table.evidence, strict=True)),
        numbers=range(labels, len(columns) + 1),
    )


@click.command()
@click.option("--by", "dimension", default="month", help="What to group by: month, category, merchant, week ...")
@click.option("--category", multiple=True, help="Only these categories.")
@click.option("--merchant", multiple=True, help="Only these merchants.")
@click.option("--since", type=DAY, help="First day, YYYY-MM-DD.")
@click.option("--until", type=DAY, help="Last day, YYYY-MM-DD.")
@common
def spend(
    context: Context,
    dimension: str,
    category: tuple[str, ...],
    merchant: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    *,
    as_json: bool,
) -> None:
    """What you spent, net of refunds, without transfers, cash and income."""
    from vocab.query import Filter, QuerySpec

    filters: list[Filter] = []
    if category:
        filters.append(Filter("category", "in", category))
    if merchant:
        filters.append(Filter("merchant", "in", merchant))
    order = "-spend" if dimension in {"category", "merchant"} else None
    spec = QuerySpec(
        measures=("spend",),
        dimensions=tuple(dimension.split(",")),
        filters=tuple(filters),
        period=_period(since, until, context.agent().today()),
        order=order,
    )
    _run(context, spec, f"Spending by {dimension}", as_json=as_json)


@click.command()
@click.option("--top", default=10, show_default=True, help="How many.")
@click.option("--since", type=DAY, help="First day, YYYY-MM-DD.")
@common
def stores(context: Context, top: int, since: datetime | None, *, as_json: bool) -> None:
    """Your favourite stores: where the money went, and how often you went."""
    from vocab.query import QuerySpec

    spec = QuerySpec(
        measures=("spend", "purchases"),
        dimensions=("merchant",),
        period=_period(since, None, context.agent().today()),
        order="-spend",
        limit=top,
    )
    _run(context, spec, "Favourite stores", as_json=as_json)


@click.command()
@click.option("--category", help="One category only.")
@common
def trends(context: Context, category: str | None, *, as_json: bool) -> None:
    """Spending month by month, each against the month before."""
    from vocab.query import Filter, QuerySpec

    filters = (Filter("category", "eq", category),) if category else ()
    spec = QuerySpec(measures=("spend",), dimensions=("month",), filters=filters)
    table = context.agent().query(spec)
    spends = [float(row[1] or 0) for row in table.rows]
    changes = [None, *(_change(old, new) for old, new in pairwise(spends))]
    months = [str(row[0]) for row in table.rows]
    if as_json:
        show_json(
            [
                {"month": month, "spend": spent, "change_percent": change}
                for month, spent, change in zip(months, spends, changes, strict=True)
            ]
        )
        return
    peak = max(spends, default=0.0)
    rows = [
        (month, spent, "" if change is None else f"{change:+.1f} %", "█" * round(30 * max(spent, 0) / (peak or 1)))
        for month, spent, change in zip(months, spends, changes, strict=True)
    ]
    show_table("Spending by month", ("month", "spend", "change", ""), rows, numbers=(1, 2))


def _change(old: float, new: float) -> float | None:
    return round((new - old) / old * 100, 1) if old else None


@click.command()
@click.option("--by", "dimension", default="month", help="What to group by: month, artist, track, album, podcast ...")
@click.option("--top", type=int, help="Only the first so many.")
@common
def listening(context: Context, dimension: str, top: int | None, *, as_json: bool) -> None:
    """What you listened to: plays of 30 seconds or more, and minutes."""
    from vocab.query import QuerySpec

    measures = ("podcast_minutes",) if dimension == "podcast" else ("plays", "listening_minutes")
    order = None if dimension in {"month", "week", "day", "year", "quarter"} else f"-{measures[0]}"
    spec = QuerySpec(measures=measures, dimensions=(dimension,), order=order, limit=top)
    _run(context, spec, f"Listening by {dimension}", as_json=as_json)


@click.command()
@click.argument("spec", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@common
def query(context: Context, spec: Path, *, as_json: bool) -> None:
    """Run a query from a JSON file (docs/reference/query.md)."""
    from vocab.query import QuerySpec

    try:
        document = json.loads(spec.read_bytes())
    except ValueError as error:
        raise VocabularyError(f"{spec.name} is not JSON: {error}") from error
    _run(context, QuerySpec.from_json(document), spec.stem, as_json=as_json)


@click.command()
@click.argument("question", required=False)
@click.option("--today", type=DAY, help="The day that counts as today, YYYY-MM-DD.")
@click.option("--how", is_flag=True, help="Also how it was computed: what, when, from which records, what is left out.")
@click.option("--meant", metavar="QUESTION", help="No, I meant this: keep it as an example, and answer that.")
@click.option("--examples", is_flag=True, help="What you said that your questions mean.")
@click.option("--forget", metavar="ID", help="Take an example back, by its id in that list, or all of them by: all.")
@click.option("--history", is_flag=True, help="The questions that the page Ask keeps on this machine, newest first.")
@click.option("--forget-history", is_flag=True, help="Forget the questions that the page Ask keeps.")
@click.option("--after", multiple=True, metavar="QUESTION", help="A question asked before, oldest first: see below.")
@common
def ask(
    context: Context,
    question: str | None,
    today: datetime | None,
    meant: str | None,
    after: tuple[str, ...],
    *,
    how: bool,
    examples: bool,
    forget: str | None,
    history: bool,
    forget_history: bool,
    as_json: bool,
) -> None:
    """Answer a question from your records, with the records behind the answer.

    Without a question, on a terminal, ask one after the other; an empty line ends. A question may follow up on the one
    before it: "and in May?", "what about FairPrice?", "per month?". In one command give those before with --after.
    """
    day = today.date() if today else None
    if history or forget_history:
        show_history(context.agent().assistant.history, forget=forget_history, as_json=as_json)
        return
    if examples or forget is not None:
        show_examples(context.agent(), forget, as_json=as_json)
        return
    if question is None:
        if as_json or not sys.stdin.isatty():
            raise click.UsageError("Missing QUESTION. Without one, pod-agent ask is a conversation on a terminal.")
        converse(context, day, after, how=how)
        return
    if meant is not None:
        context.agent().assistant.correct(question, meant, day)
    assistant = context.agent().assistant
    answer = assistant.reworded(assistant.ask(question, day, after))
    document = answer.to_json()
    explanation = assistant.explain(answer) if how else None
    if as_json:
        if explanation is not None:
            document["query"] = {**document["query"], "how": explanation.to_json()}
        show_json(document)
        return
    click.echo(plain(document["text"]))
    if document["citations"]:
        click.echo(
            click.style("  --json names them" + ("." if how else ", --how tells how it was computed."), dim=True)
        )
    if explanation is not None:
        show_how(explanation)


@click.command()
@click.option("--ended", is_flag=True, help="Also those that ended.")
@common
def subscriptions(context: Context, *, ended: bool, as_json: bool) -> None:
    """What is charged again every month or year, with changes of price."""
    found = [each for each in context.agent().subscriptions() if ended or each.active]
    if as_json:
        show_json([each.to_json() for each in found])
        return
    rows = [
        (each.merchant, str(each.amount.amount), each.cadence, each.last, "" if each.active else "ended")
        for each in found
    ]
    show_table("Subscriptions", ("merchant", "latest", "every", "last charge", ""), rows, numbers=(1,))


@click.command()
@click.option("--weeks", type=click.IntRange(1, 13), default=4, show_default=True, help="How many weeks ahead.")
@common
def forecast(context: Context, weeks: int, *, as_json: bool) -> None:
    """What you will probably spend in the next weeks, and between which amounts."""
    outlook = context.agent().forecast(weeks)
    if as_json:
        show_json(outlook.to_json())
        return
    click.echo(outlook.words)
    rows = [(each.monday, f"{each.expected:.2f}", _cell(each.low), _cell(each.high)) for each in outlook.ahead]
    show_table("The weeks ahead", ("week from", "probably", "at least", "at most"), rows, numbers=(1, 2, 3))


def _cell(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.2f}"


@click.command()
@common
def flags(context: Context, *, as_json: bool) -> None:
    """Purchases of the last 90 days that are strange for you, and why."""
    agent = context.agent()
    found = agent.flags()
    if as_json:
        show_json([each.to_json() for each in found])
        return
    if not found:
        click.echo("Nothing strange among the purchases of the last 90 days.")
        return
    paid = [record["fields"] for record in agent.show(each.iri for each in found)]
    rows = [
        (fields["at"][:10], fields["merchant"], fields["amount"], each.reason)
        for fields, each in zip(paid, found, strict=True)
    ]
    show_table("Strange purchases", ("day", "merchant", "amount", "why"), rows, numbers=(2,))


COMMANDS: tuple[click.Command, ...] = (spend, stores, trends, listening, query, ask, subscriptions, flags, forecast)
