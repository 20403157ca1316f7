"""QuerySpec over a list of records in plain Python: the reference that the index must equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.support.households import SINGAPORE
from vocab.query import Filter, QuerySpec
from vocab.records import IRI, Listen, Record, Transaction

__all__ = ["answer"]

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
Fact = dict[str, Any]


def facts(record: Record) -> Fact:
    """Every dimension of a record as text, with the amount paid in cents or the milliseconds played."""
    local = record.at.date() if isinstance(record, Transaction) else record.at.astimezone(SINGAPORE).date()
    year, week, _ = local.isocalendar()
    out: Fact = {"iri": record.iri, "date": local, "source": record.source, "day": local.isoformat()}
    out |= {"week": f"{year:04d}-W{week:02d}", "month": f"{local:%Y-%m}", "year": f"{local:%Y}"}
    out |= {"quarter": f"{local:%Y}-Q{(local.month - 1) // 3 + 1}", "weekday": DAYS[local.weekday()]}
    out["weekend"] = "weekend" if local.weekday() > 4 else "weekday"
    if isinstance(record, Transaction):
        home = record.amount.currency == "SGD"
        out |= {"family": "money", "kind": str(record.kind), "paid": -record.amount.minor if home else None}
        out |= {"inflow": record.amount.minor > 0, "salary": "SALARY" in record.description}
        out |= {"merchant": record.merchant or record.counterparty, "category": record.category}
        out |= {"account": record.account, "amount": None if not home else Decimal(-record.amount.minor) / 100}
    if isinstance(record, Listen):
        podcast = record.medium == "podcast"
        label = f"{record.title} \u2013 {record.artist}" if record.artist else record.title
        out |= {"family": "listening", "kind": str(record.medium), "ms": record.played_ms}
        out |= {"hour": record.at.astimezone(SINGAPORE).hour, "podcast": record.artist if podcast else None}
        out |= {"artist": None if podcast else record.artist, "album": None if podcast else record.album}
        out |= {"track": None if podcast else label, "title": record.title}
    return out


def priced(rows: list[Fact]) -> list[int]:
    return [x["paid"] for x in rows if x["paid"] is not None]


def total(rows: list[Fact]) -> Decimal:
    return Decimal(sum(priced(rows))) / 100


Rows = Callable[[Fact], bool]
PURCHASE: Rows = lambda x: x["kind"] == "spend"  # noqa: E731
MONEY: dict[str, tuple[Rows, Callable[[list[Fact]], Any]]] = {
    "spend": (lambda x: x["kind"] in {"spend", "fee", "refund"}, total),
    "purchases": (PURCHASE, len),
    "transactions": (lambda _: True, len),
    "average_purchase": (PURCHASE, lambda xs: total(xs) / len(priced(xs)) if priced(xs) else None),
    "largest_purchase": (PURCHASE, lambda xs: max(priced(xs)) / Decimal(100) if priced(xs) else None),
    "income": (lambda x: x["kind"] == "income", lambda xs: -total(xs)),
    "salary": (lambda x: x["kind"] == "income" and x["salary"], lambda xs: -total(xs)),
    "net": (lambda x: x["kind"] in {"income", "spend", "fee", "refund"}, lambda xs: -total(xs)),
    "refunds": (lambda x: x["kind"] == "refund", lambda xs: -total(xs)),
    "transfers_out": (lambda x: x["kind"] == "transfer" and not x["inflow"], total),
    "transfers_in": (lambda x: x["kind"] == "transfer" and x["inflow"], lambda xs: -total(xs)),
    "cash": (lambda x: x["kind"] == "cash", total),
    "fees": (lambda x: x["kind"] == "fee", total),
}
SONG_PLAY: Rows = lambda x: x["kind"] == "music" and x["ms"] >= 30_000  # noqa: E731
LISTENING: dict[str, tuple[Rows, Callable[[list[Fact]], Any]]] = {
    "plays": (SONG_PLAY, len),
    "skips": (lambda x: x["kind"] == "music" and x["ms"] < 30_000, len),
    "listening_minutes": (lambda _: True, lambda xs: Decimal(sum(x["ms"] for x in xs)) / 60_000),
    "podcast_minutes": (lambda x: x["kind"] == "podcast", lambda xs: Decimal(sum(x["ms"] for x in xs)) / 60_000),
}


def fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def passes(fact: Fact, item: Filter) -> bool:
    """One filter, texts without regard to case."""
    have = {fold(fact[item.field])} | ({fold(fact["title"])} if item.field == "track" else set())
    values = [fold(v) for v in (item.value if isinstance(item.value, tuple) else (item.value,))]
    if item.field == "amount":
        values = [Decimal(str(v)) for v in values]
    if item.op in {"eq", "in"}:
        return bool(have & set(values))
    if item.op in {"ne", "not_in"}:
        return not have & set(values) and (item.field != "amount" or None not in have)
    if item.op == "contains":
        return any(v is not None and values[0] in v for v in have)
    (one,) = have
    if one is None:
        return False
    tests = {"gt": one > values[0], "ge": one >= values[0], "lt": one < values[0], "le": one <= values[0]}
    return tests[item.op] if item.op in tests else bool(values[0] <= one <= values[-1])


def answer(records: Iterable[Record], spec: QuerySpec) -> dict[tuple[Any, ...], tuple[list[Any], set[IRI]]]:
    """Group key -> (rounded measures, IRIs), for a query that the vocabulary allows."""
    fields = {*spec.dimensions, *(item.field for item in spec.filters)}
    listening = bool(fields & {"artist", "album", "track", "podcast", "hour"} or set(spec.measures) & set(LISTENING))
    family, table = ("listening", LISTENING) if listening else ("money", MONEY)
    rows = [x for x in map(facts, records) if x["family"] == family and in_period(x["date"], spec.period)]
    rows = [x for x in rows if all(passes(x, item) for item in spec.filters)]
    if "amount" in fields:
        rows = [x for x in rows if x["kind"] == "spend"]
    if fields & {"artist", "album", "track"}:
        rows = [x for x in rows if x["kind"] != "podcast"]
    if "podcast" in fields:
        rows = [x for x in rows if x["kind"] == "podcast"]
    covered = {
        name: rows_of(name, family, table, named="podcast" in fields or "kind" in fields) for name in spec.measures
    }
    keys = spec.dimensions[1:] if "distinct" in spec.measures else spec.dimensions
    groups: dict[tuple[Any, ...], list[Fact]] = {} if keys else {(): []}
    for x in rows:
        if any(counts(x) for counts in covered.values()):
            groups.setdefault(tuple(x[key] for key in keys), []).append(x)
    out = {}
    for key, members in groups.items():
        values = []
        for name in spec.measures:
            chosen = [x for x in members if covered[name](x)]
            if name == "days":
                values.append(len({x["date"] for x in chosen}))
            elif name == "distinct":
                values.append(len({x[spec.dimensions[0]] for x in chosen} - {None}))
            else:
                values.append(shown(name, table[name][1](chosen)))
        out[key] = (values, {x["iri"] for x in members})
    return out


def rows_of(name: str, family: str, table: dict[str, tuple[Rows, Any]], *, named: bool) -> Rows:
    """The rows that a measure covers; naming kinds or podcasts in the query widens plays, skips and counts."""
    if name in {"days", "distinct"}:
        if family == "money":
            return (lambda _: True) if named else PURCHASE
        return (lambda x: x["ms"] >= 30_000) if named else SONG_PLAY
    if named and name == "plays":
        return lambda x: x["ms"] >= 30_000
    if named and name == "skips":
        return lambda x: x["ms"] < 30_000
    return table[name][0]


def shown(name: str, value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    places = Decimal(1) if name.endswith("minutes") else Decimal("0.01")
    out = value.quantize(places, ROUND_HALF_UP)
    return int(out) if name.endswith("minutes") else float(out)


def in_period(day: date, period: tuple[date, date] | None) -> bool:
    return period is None or period[0] <= day <= period[1]
