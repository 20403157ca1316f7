"""QuerySpec over a list of records in plain Python: the reference that the index must equal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.support.households import SINGAPORE
from tests.support.plain_health import daily
from vocab.query import Filter, QuerySpec
from vocab.records import IRI, Listen, Order, OrderLine, Record, Transaction, View

__all__ = ["FAMILIES", "answer"]

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
SECTIONS = ("Fresh  Milk", "Long Rice", "Milk", "")
GROUPS_OF: dict[str, dict[str, str | None]] = {
    product: dict(zip(SECTIONS, groups, strict=True))
    for product, *groups in (
        ("Fresh Milk 1L", "milk", "milk", "milk", "milk"),
        ("Soy-Milk", "plant-milk", "plant-milk", "plant-milk", "plant-milk"),
        ("Rice 5kg", "milk", "rice", "rice", "rice"),
        ("Almond (milled)", "milk", "rice", "nuts-dried-fruit", "nuts-dried-fruit"),
        ("Zzyzx", "milk", "rice", "milk", None),
    )
}
"""Groups of the products that are made for queries, by hand: for each narrowest section."""
Fact = dict[str, Any]


def calendar(local: date) -> Fact:
    """Every dimension of a day as text."""
    year, week, _ = local.isocalendar()
    out: Fact = {"date": local, "day": local.isoformat(), "week": f"{year:04d}-W{week:02d}"}
    out |= {"month": f"{local:%Y-%m}", "year": f"{local:%Y}", "quarter": f"{local:%Y}-Q{(local.month - 1) // 3 + 1}"}
    return out | {"weekday": DAYS[local.weekday()], "weekend": "weekend" if local.weekday() > 4 else "weekday"}


def facts(record: Record) -> Fact:
    """Every dimension of a record as text, with what it counts; no family for what ``daily`` chooses from."""
    own_day = isinstance(record, Transaction | Order | OrderLine)
    at = record.at if own_day else record.at.astimezone(SINGAPORE)
    out: Fact = {"iris": {record.iri}, "source": record.source, "family": None, "hour": at.hour} | calendar(at.date())
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
        out |= {"podcast": record.artist if podcast else None}
        out |= {"artist": None if podcast else record.artist, "album": None if podcast else record.album}
        out |= {"track": None if podcast else label, "title": record.title}
    if isinstance(record, View):
        kind = "ad" if record.is_ad else "music" if record.is_music else "video"
        out |= {"family": "videos", "kind": kind, "channel": record.channel, "video": record.title}
    if isinstance(record, Order | OrderLine):
        paid = record.total.minor if record.total.currency == "SGD" else None
        out |= {"kind": str(record.status), "shop": record.shop, "paid": paid, "family": "orders"}
    if isinstance(record, OrderLine):
        out |= {"product": record.product, "levels": record.section, "quantity": record.quantity}
        out |= {"family": "products", "section": record.section[0] if record.section else None}
        out |= {"group": GROUPS_OF[record.product][record.section[-1] if record.section else ""]}
    return out


def every_fact(records: list[Record]) -> list[Fact]:
    """The facts of all families."""
    chosen = [
        {"family": "health", "kind": kind, "value": value, "source": source, "iris": set(iris)} | calendar(day)
        for day, kind, source, value, iris in daily(records)
    ]
    return [*map(facts, records), *chosen]


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
VIDEOS: dict[str, tuple[Rows, Callable[[list[Fact]], Any]]] = {
    "videos": (lambda x: x["kind"] == "video", len),
    "music_videos": (lambda x: x["kind"] == "music", len),
}
ORDERS: dict[str, tuple[Rows, Callable[[list[Fact]], Any]]] = {
    "orders": (lambda x: x["kind"] != "cancelled", len),
    "order_value": (lambda x: x["kind"] != "cancelled", total),
}
PRODUCTS: dict[str, tuple[Rows, Callable[[list[Fact]], Any]]] = {
    "items": (lambda x: x["kind"] == "delivered", lambda xs: sum((x["quantity"] for x in xs), Decimal())),
    "product_spend": (lambda x: x["kind"] == "delivered", total),
}


def added(rows: list[Fact]) -> Any:
    return sum(x["value"] for x in rows) if rows else None


HEALTH: dict[str, tuple[Rows, Callable[[list[Fact]], Any]]] = {
    "steps": (lambda x: x["kind"] == "steps", added),
    "sleep_minutes": (lambda x: x["kind"] == "sleep", added),
    "resting_heart_rate": (lambda x: x["kind"] == "resting_heart_rate", lambda xs: added(xs) / len(xs) if xs else None),
    "glucose": (lambda x: x["kind"] == "glucose", lambda xs: added(xs) / len(xs) if xs else None),
    "weight": (lambda x: x["kind"] == "weight", lambda xs: max(xs, key=lambda x: x["date"])["value"] if xs else None),
}
FAMILIES = {
    "money": (MONEY, {"merchant", "category", "account", "amount"}, set[str]()),
    "listening": (LISTENING, {"hour", "artist", "album", "track", "podcast"}, {"music", "podcast", "audiobook"}),
    "videos": (VIDEOS, {"hour", "channel", "video"}, {"video", "ad"}),
    "orders": (ORDERS, {"hour", "shop"}, {"placed", "delivered", "cancelled", "refunded"}),
    "products": (PRODUCTS, {"hour", "shop", "product", "section", "group"}, set[str]()),
    "health": (HEALTH, set[str](), {*HEALTH, "sleep"} - {"sleep_minutes"}),
}
"""Measures, own fields, and the kinds by which a query is told that nothing else tells."""


def family_of(spec: QuerySpec) -> str:
    """The first family that has all measures and fields; of several that whose kinds are named."""
    fields = {*spec.dimensions, *(item.field for item in spec.filters)}
    own = {name for _, names, _ in FAMILIES.values() for name in names}
    fit = [
        family
        for family, (measures, names, _) in FAMILIES.items()
        if fields & own <= names and set(spec.measures) - {"days", "distinct"} <= measures.keys()
    ]
    values = [item.value for item in spec.filters if item.field == "kind"]
    kinds = {kind for value in values for kind in (value if isinstance(value, tuple) else (value,))}
    return next((family for family in fit if kinds & FAMILIES[family][2]), fit[0])


def fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def passes(fact: Fact, item: Filter) -> bool:
    """One filter, texts without regard to case."""
    if item.field == "section" or (item.field == "product" and item.op == "contains"):
        return holds(fact, item)
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


def holds(fact: Fact, item: Filter) -> bool:
    """A section matches at any level; a product contains what its words begin with."""
    if item.field == "product":
        beginnings = re.findall(r"\w+", fact["product"].casefold())
        return all(any(word.startswith(part) for word in beginnings) for part in str(item.value).casefold().split())
    levels = {fold(level) for level in fact["levels"]}
    values = {fold(v) for v in (item.value if isinstance(item.value, tuple) else (item.value,))}
    if item.op == "contains":
        return any(value in level for value in values for level in levels)
    return bool(levels & values) == (item.op in {"eq", "in"})


def answer(records: Iterable[Record], spec: QuerySpec) -> dict[tuple[Any, ...], tuple[list[Any], set[IRI]]]:
    """Group key -> (rounded measures, IRIs), for a query that the vocabulary allows."""
    fields = {*spec.dimensions, *(item.field for item in spec.filters)}
    family = family_of(spec)
    table = FAMILIES[family][0]
    rows = [x for x in every_fact(list(records)) if x["family"] == family and in_period(x["date"], spec.period)]
    rows = [x for x in rows if all(passes(x, item) for item in spec.filters)]
    if "amount" in fields:
        rows = [x for x in rows if x["kind"] == "spend"]
    if fields & {"artist", "album", "track"}:
        rows = [x for x in rows if x["kind"] != "podcast"]
    if "podcast" in fields:
        rows = [x for x in rows if x["kind"] == "podcast"]
    named = "podcast" in fields or "kind" in fields
    covered = {name: rows_of(name, family, spec, named=named) for name in spec.measures}
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
        out[key] = (values, {iri for x in members for iri in x["iris"]})
    return out


def rows_of(name: str, family: str, spec: QuerySpec, *, named: bool) -> Rows:
    """The rows that a measure covers; naming kinds or podcasts in the query widens most of them."""
    if name in {"days", "distinct"}:
        return counted(family, spec, named=named)
    if named and name in {"videos", *ORDERS, *PRODUCTS}:
        return lambda _: True
    if named and name == "plays":
        return lambda x: x["ms"] >= 30_000
    if named and name == "skips":
        return lambda x: x["ms"] < 30_000
    return FAMILIES[family][0][name][0]


def counted(family: str, spec: QuerySpec, *, named: bool) -> Rows:
    """The rows whose days or values are counted: beside measures of younger families those of these measures."""
    if family == "money":
        return (lambda _: True) if named else PURCHASE
    if family == "listening":
        return (lambda x: x["ms"] >= 30_000) if named else SONG_PLAY
    beside = [name for name in spec.measures if name not in {"days", "distinct"}]
    beside = beside or {"health": [], "videos": ["videos"], "orders": ["orders"], "products": ["items"]}[family]
    tests = [rows_of(name, family, spec, named=named) for name in beside]
    return lambda x: not tests or any(test(x) for test in tests)


WHOLE = {"listening_minutes", "podcast_minutes", "sleep_minutes", "steps", "items"}
TENTHS = {"resting_heart_rate", "weight", "glucose"}


def shown(name: str, value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    places = "1" if name in WHOLE else "0.1" if name in TENTHS else "0.01"
    out = value.quantize(Decimal(places), ROUND_HALF_UP)
    return int(out) if name in WHOLE else float(out)


def in_period(day: date, period: tuple[date, date] | None) -> bool:
    return period is None or period[0] <= day <= period[1]
