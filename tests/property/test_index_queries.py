"""Any QuerySpec on SQLite gives what a plain loop over the records gives, from the rows and from the roll-ups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.made_days import life
from tests.support.plain_query import FAMILIES, answer
from vocab.errors import VocabularyError
from vocab.query import Filter, QuerySpec
from vocab.records import Record

FEW = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DAYS = st.dates(date(2026, 1, 20), date(2026, 5, 10))
MERCHANTS = ["Kopi Corner", "Fresh Mart", "Bus/MRT", "kopi CORNER 2", ""]
CATEGORIES = ["eating-out", "groceries", "transport"]
ARTISTS = ["Blue Kites", "June", "Nadia", None]
PEOPLE = ["Lim Mei", None]


@st.composite
def transactions(draw: st.DrawFn, maker: RecordMaker) -> Record:
    kind = draw(st.sampled_from(["spend", "spend", "spend", "refund", "fee", "income", "transfer", "cash"]))
    cents = draw(st.integers(1, 4000) | st.sampled_from([500, 1000]))
    sign = -1 if kind in {"refund", "income"} or (kind == "transfer" and draw(st.booleans())) else 1
    return maker.paid(
        draw(DAYS).isoformat(),
        sign * cents / 100,
        draw(st.sampled_from(MERCHANTS)),
        draw(st.sampled_from(CATEGORIES)),
        kind=kind,
        account=draw(st.sampled_from(["360 Account -8001", "World Card -9754"])),
        source=draw(st.sampled_from(["ocbc", "dbs"])),
        description=draw(st.sampled_from(["GIRO - SALARY MAKERS", "POS"])),
        counterparty=draw(st.sampled_from(PEOPLE)),
        currency=draw(st.sampled_from(["SGD", "SGD", "SGD", "USD"])),
    )


@st.composite
def listens(draw: st.DrawFn, maker: RecordMaker) -> Record:
    start = f"{draw(DAYS).isoformat()}T{draw(st.integers(0, 23)):02d}:{draw(st.integers(0, 59)):02d}:00"
    return maker.played(
        start,
        draw(st.sampled_from([0.5, 29.999, 30.0, 100.0, 215.123])),
        draw(st.sampled_from(["Tides", "June", "Avenue"])),
        draw(st.sampled_from(ARTISTS)),
        medium=draw(st.sampled_from(["music", "music", "podcast", "audiobook"])),
        album=draw(st.sampled_from(["First", None])),
        source=draw(st.sampled_from(["spotify", "other"])),
    )


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    maker = RecordMaker()
    older = draw(st.lists(transactions(maker) | listens(maker), max_size=25))
    return [*older, *draw(life())]


TEXTS = {
    "merchant": [*MERCHANTS, "Lim Mei", "unknown"],
    "category": CATEGORIES,
    "account": ["360 Account -8001", "world card -9754"],
    "source": ["ocbc", "SPOTIFY", "dbs"],
    "artist": ["june", "Blue Kites"],
    "album": ["first"],
    "track": ["Tides", "tides \u2013 june", "Avenue \u2013 Nadia"],
    "podcast": ["June", "nadia"],
    "channel": ["wok diaries", "Slow Trains"],
    "video": ["Laksa at home", "none"],
    "shop": ["fairprice", "Lazada"],
    "product": ["Fresh Milk 1L", "soy-milk", "Rice 5kg"],
    "group": ["milk", "RICE", "no such group"],
    "section": ["Dairy", "milk", "Rice & Noodles"],
}
LABELS: dict[str, list[str | int | float]] = {
    "day": ["2026-02-01", "2026-03-31"],
    "week": ["2026-W05", "2026-W14"],
    "month": ["2026-02", "2026-04"],
    "quarter": ["2026-Q1", "2026-Q2"],
    "year": ["2026", "2025"],
    "hour": [0, 9, 22],
    "amount": [5, 10.0, 12.34],
}
NAMES: dict[str, list[str]] = {
    "kind": ["spend", "refund", "music", "podcast", "video", "ad", "delivered", "cancelled", "steps", "sleep"],
    "weekday": ["Monday", "Saturday"],
    "weekend": ["weekend", "weekday"],
}


@st.composite
def filters(draw: st.DrawFn, fields: list[str]) -> Filter:
    field = draw(st.sampled_from(fields))
    values: list[str | int | float] = [*TEXTS.get(field, []), *NAMES.get(field, []), *LABELS.get(field, [])]
    operators = ["eq", "ne", "in", "not_in"]
    if field in TEXTS:
        operators.append("contains")
    if field in LABELS:
        operators.extend(["gt", "ge", "lt", "le", "between"])
    operator = draw(st.sampled_from(operators))
    if operator == "contains":
        return Filter(field, operator, draw(st.sampled_from(["e", "mart", "KOPI", "ju", "mil", "l fr"])).casefold())
    if operator == "between":
        low, high = sorted(draw(st.tuples(st.sampled_from(values), st.sampled_from(values))), key=values.index)
        return Filter(field, operator, (low, high))
    if operator in {"in", "not_in"}:
        return Filter(field, operator, tuple(draw(st.lists(st.sampled_from(values), max_size=2))))
    return Filter(field, operator, draw(st.sampled_from(values)))


@st.composite
def specs(draw: st.DrawFn) -> QuerySpec:
    family = draw(st.sampled_from(sorted(FAMILIES)))
    known, own, _ = FAMILIES[family]
    both = "day week month quarter year weekday weekend source kind".split()
    fields = [*both, *sorted(own - {"amount"})]
    measures = tuple(draw(st.lists(st.sampled_from([*known, "days", "distinct"]), min_size=1, max_size=3, unique=True)))
    dimensions = tuple(draw(st.lists(st.sampled_from(fields), max_size=3, unique=True)))
    conditions = tuple(draw(st.lists(filters([*both, *sorted(own)]), max_size=2)))
    first, last = sorted(draw(st.tuples(DAYS, DAYS)))
    whole = (first.replace(day=1), date(2026, 3, 31) if first.month < 4 else date(2026, 5, 31))
    period = draw(st.sampled_from([None, (first, last), whole]))
    return QuerySpec(measures=measures, dimensions=dimensions, filters=conditions, period=period)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("index") / "index.sqlite", SINGAPORE) as opened:
        yield opened


@FEW
@given(held=records(), asked=st.lists(specs(), min_size=4, max_size=8))
def test_every_query_equals_a_plain_loop_over_the_records(
    index: LocalIndex, held: list[Record], asked: list[QuerySpec]
) -> None:
    index.rebuild(held)
    for spec in asked:
        try:
            table = index.run(spec)
        except VocabularyError:
            continue
        expected = answer(held, spec)
        width = len(table.columns) - len(spec.measures)
        found = {
            row[:width]: (list(row[width:]), set(iris)) for row, iris in zip(table.rows, table.evidence, strict=True)
        }
        assert found == expected
        assert [len(iris) for iris in table.evidence] == [len(set(iris)) for iris in table.evidence]
        assert index.run(spec, evidence=False).rows == table.rows


@FEW
@given(held=life(), narrowed=st.lists(filters(["group", "shop"]), max_size=1))
def test_goods_are_counted_by_their_group(index: LocalIndex, held: list[Record], narrowed: list[Filter]) -> None:
    index.rebuild(held)
    spec = QuerySpec(measures=("items", "product_spend"), dimensions=("group",), filters=tuple(narrowed))
    table = index.run(spec)
    assert {row[:1]: list(row[1:]) for row in table.rows} == {
        key: values for key, (values, _) in answer(held, spec).items()
    }


@FEW
@given(held=records(), data=st.data())
def test_roll_ups_stay_equal_to_the_rows_through_changes(
    index: LocalIndex, held: list[Record], data: st.DataObject
) -> None:
    index.rebuild(held[: len(held) // 2])
    index.upsert(held)
    gone = data.draw(st.lists(st.sampled_from(held), unique_by=lambda item: item.iri)) if held else []
    index.remove(item.iri for item in gone)
    index.upsert(gone[::2])
    left = [item for item in held if item not in gone[1::2]]
    for measures in (
        ("spend", "purchases", "average_purchase", "largest_purchase", "net"),
        ("plays", "listening_minutes"),
    ):
        spec = QuerySpec(measures=measures, dimensions=("month", "kind"))
        table = index.run(spec, evidence=False)
        assert {row[:2]: list(row[2:]) for row in table.rows} == {
            key: values for key, (values, _) in answer(left, spec).items()
        }


@FEW
@given(held=records(), order=st.sampled_from(["spend", "-spend"]), limit=st.integers(1, 3))
def test_an_order_with_a_limit_keeps_the_first_rows_of_the_whole_order(
    index: LocalIndex, held: list[Record], order: str, limit: int
) -> None:
    index.rebuild(held)
    whole = index.run(QuerySpec(measures=("spend",), dimensions=("merchant",), order=order))
    first = index.run(QuerySpec(measures=("spend",), dimensions=("merchant",), order=order, limit=limit))
    assert first.rows == whole.rows[:limit]
    spends = [row[1] for row in whole.rows]
    assert spends == sorted(spends, reverse=order.startswith("-"))  # type: ignore[type-var]


@FEW
@given(held=records())
def test_records_come_back_as_they_were_put_in(index: LocalIndex, held: list[Record]) -> None:
    index.rebuild(held)
    assert list(index.get(item.iri for item in held)) == held
    assert index.count() == len({item.iri for item in held})
