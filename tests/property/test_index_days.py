"""Health and products: every figure equals that of a plain loop, whatever devices recorded and shops called it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE
from tests.support.made_days import health, life, shopping
from tests.support.plain_query import FAMILIES, answer
from vocab.query import Filter, QuerySpec
from vocab.records import Record

SOME = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HEALTH = [
    QuerySpec(measures=(measure, *beside), dimensions=dimensions)
    for measure in FAMILIES["health"][0]
    for dimensions in [(), ("day",), ("month", "source")]
    for beside in [(), ("days",)]
]
PRODUCTS = [
    QuerySpec(measures=("items", "product_spend", "days"), dimensions=dimensions, filters=filters)
    for dimensions, filters in [
        (("section",), ()),
        (("product", "shop"), ()),
        ((), (Filter("section", "eq", "milk"),)),
        (("kind",), (Filter("section", "ne", "Milk"),)),
        ((), (Filter("section", "not_in", ("Dairy", "Rice")),)),
        ((), (Filter("section", "in", ("Rice", "long rice", "none")),)),
        ((), (Filter("section", "contains", "mil"),)),
        (("product",), (Filter("product", "contains", "mil"),)),
        (("product",), (Filter("product", "contains", "1L fre"),)),
        (("product",), (Filter("product", "contains", "lk"),)),
        ((), (Filter("product", "eq", "soy-milk"), Filter("shop", "ne", "LAZADA"))),
    ]
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("days") / "index.sqlite", SINGAPORE) as opened:
        yield opened


def agrees(index: LocalIndex, held: list[Record], spec: QuerySpec) -> None:
    table = index.run(spec)
    width = len(table.columns) - len(spec.measures)
    found = {row[:width]: (list(row[width:]), set(iris)) for row, iris in zip(table.rows, table.evidence, strict=True)}
    assert found == answer(held, spec)


@SOME
@given(held=health())
def test_each_day_counts_one_recorder_and_names_its_records(index: LocalIndex, held: list[Record]) -> None:
    index.rebuild(held)
    for spec in HEALTH:
        agrees(index, held, spec)


@SOME
@given(held=shopping())
def test_products_are_found_by_words_and_sections_of_any_level(index: LocalIndex, held: list[Record]) -> None:
    index.rebuild(held)
    for spec in PRODUCTS:
        agrees(index, held, spec)


@SOME
@given(held=health(), data=st.data())
def test_what_a_day_comes_to_follows_every_change_of_its_readings(
    index: LocalIndex, held: list[Record], data: st.DataObject
) -> None:
    index.rebuild(held[: len(held) // 2])
    index.upsert(held)
    gone = data.draw(st.lists(st.sampled_from(held), unique_by=lambda item: item.iri))
    index.remove(item.iri for item in gone)
    index.upsert(gone[::2])
    left = [item for item in held if item not in gone[1::2]]
    for spec in HEALTH:
        agrees(index, left, spec)


@SOME
@given(before=life() | health(), after=life() | health())
def test_a_month_that_is_replaced_is_as_if_read_into_an_empty_index(
    index: LocalIndex, before: list[Record], after: list[Record]
) -> None:
    index.rebuild(before)
    months = sorted({record.iri.partition("#")[0] + "#" for record in [*before, *after]})
    for month in months[::2]:
        index.replace_documents(month, [record for record in after if record.iri.startswith(month)])
    chosen = set(months[::2])
    left = [record for record in before if record.iri.partition("#")[0] + "#" not in chosen]
    left += [record for record in after if record.iri.partition("#")[0] + "#" in chosen]
    assert index.count() == len(left)
    assert list(index.get(record.iri for record in left)) == left
    for family in ("videos", "orders", "products", "health"):
        agrees(index, left, QuerySpec(measures=(*FAMILIES[family][0], "days"), dimensions=("day",)))
