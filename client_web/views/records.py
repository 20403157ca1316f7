"""Records: those behind a figure, a search among them, and one by itself with the line it came from."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from client_web.errors import BadAddressError
from client_web.figures import single
from client_web.formatting import minutes_text, money
from client_web.links import link
from client_web.listed import FIELDS, MONEY, MUSIC
from client_web.periods import CHOICES
from client_web.rows import record_row
from client_web.views.common import chosen_period, the_agent
from vocab.query import Filter, QuerySpec, Table
from vocab.records import IRI

__all__ = ["page"]

page = Blueprint("records", __name__)

PAGE_ROWS = 50


@page.get("/records")
def show() -> str:
    """The records behind one measure in one period, newest first, fifty at a time."""
    agent = the_agent()
    measure = request.args.get("measure", "transactions")
    if measure not in MONEY | MUSIC:
        raise BadAddressError("no records of that sort")
    period = chosen_period(agent)
    filters = _filters(measure)
    by_day = agent.query(
        QuerySpec(measures=(measure,), dimensions=("day",), filters=filters, period=period.days, order="-day")
    )
    total = agent.query(QuerySpec(measures=(measure,), filters=filters, period=period.days))
    references = _references(by_day)
    number = _page_number(len(references))
    shown = references[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    kept = {name: request.args.get(name, "") for name in ("period", "from", "to", "q", *FIELDS)}
    return render_template(
        "records.html",
        period=period,
        choices=CHOICES,
        money_measures=MONEY,
        music_measures=MUSIC,
        measure=measure,
        kept=kept,
        chips=[(name, kept[name], _without(name)) for name in FIELDS if kept[name]],
        total=_total_text(measure, single(total, measure)),
        count=len(references),
        rows=[record_row(record) for record in agent.show(list(shown))],
        number=number,
        pages=max(1, -(-len(references) // PAGE_ROWS)),
        earlier=_turned(number + 1) if number * PAGE_ROWS < len(references) else "",
        later=_turned(number - 1) if number > 1 else "",
        listening=measure in MUSIC,
    )


@page.get("/record")
def one() -> str:
    """One record: every field, and the file, member and line it was read from."""
    [record] = the_agent().show([IRI(request.args.get("iri", ""))])
    fields = [(name, value) for name, value in record["fields"].items() if value not in {None, ""}]
    return render_template("record.html", record=record, row=record_row(record), fields=fields)


def _filters(measure: str) -> tuple[Filter, ...]:
    exact = [Filter(name, "eq", request.args[name]) for name in FIELDS if request.args.get(name)]
    words = " ".join(request.args.get("q", "").split())[:100]
    if words:
        exact.append(Filter("track" if measure in MUSIC else "merchant", "contains", words))
    return tuple(exact)


def _references(table: Table) -> list[IRI]:
    days = sorted(zip(table.rows, table.evidence, strict=True), key=lambda item: str(item[0][0]), reverse=True)
    return [iri for _, evidence in days for iri in sorted(evidence)]


def _page_number(count: int) -> int:
    try:
        number = int(request.args.get("page", "1"))
    except ValueError as error:
        raise BadAddressError("that is not a page number") from error
    return min(max(number, 1), max(1, -(-count // PAGE_ROWS)))


def _total_text(measure: str, value: float) -> str:
    """The figure that the records add up to; empty where it is their number."""
    if measure in {"listening_minutes", "podcast_minutes"}:
        return minutes_text(value)
    return "" if measure in {"plays", "purchases", "transactions"} else money(value)


def _turned(number: int) -> str:
    return link("/records", **{**request.args.to_dict(), "page": str(number)})


def _without(name: str) -> str:
    return link("/records", **{key: value for key, value in request.args.items() if key not in {name, "page"}})
