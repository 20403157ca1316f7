"""The local index: what it keeps, what it refuses, and that it can always be thrown away."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pod_agent.index.entities import Origin
from pod_agent.index.local import LocalIndex
from pod_agent.index.results import round_half_away
from tests.support.households import SINGAPORE, RecordMaker
from vocab.errors import VocabularyError
from vocab.query import Filter, QuerySpec
from vocab.records import IRI, Provenance, Record

make = RecordMaker()
MART = make.paid(
    "2026-03-02", 10.50, "Fresh Mart", "groceries", provenance=Provenance(file="a.csv", member=None, line=7)
)
GROCERIES = Filter("category", "eq", "Groceries")
RECORDS: list[Record] = [
    MART,
    make.paid("2026-03-02", 10.50, "Fresh Mart", "groceries"),
    make.paid("2026-03-20", -4.25, "Fresh Mart", "groceries", kind="refund"),
    make.paid("2026-04-05", 1.01, "Bus/MRT", "transport", account="World Card -9754", source="dbs"),
    make.paid("2026-04-25", -3000, "Makers", "income", kind="income", description="GIRO - SALARY MAKERS"),
    make.paid("2026-04-26", -5, "OCBC Interest", "income", kind="income", description="BONUS INTEREST SALARY BONUS"),
    make.paid("2026-04-27", 50, "", "transfers", kind="transfer", counterparty="Lim Mei"),
    make.played("2026-04-01T23:50:00", 200, "Tides", "Blue Kites", album="First"),
    make.played("2026-04-02T00:10:00", 20, "Avenue", "June"),
    make.played("2026-04-02T08:00:00", 1800, "Episode 1", "Slow News", medium="podcast"),
]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path / "home" / "index.sqlite", SINGAPORE) as opened:
        opened.upsert(RECORDS, import_id="i1")
        yield opened


def test_two_equal_purchases_on_one_day_are_two(index: LocalIndex) -> None:
    assert index.run(QuerySpec(measures=("purchases", "spend"), period=(date(2026, 3, 2), date(2026, 3, 2)))).rows == (
        (2, 21.0),
    )


def test_a_refund_lowers_spending_on_its_own_date(index: LocalIndex) -> None:
    table = index.run(
        QuerySpec(measures=("spend",), dimensions=("day",), filters=(Filter("category", "eq", "Groceries"),))
    )
    assert table.rows == (("2026-03-02", 21.0), ("2026-03-20", -4.25))
    assert table.evidence[1] == (RECORDS[2].iri,)


def test_interest_named_after_the_salary_is_income_but_no_salary(index: LocalIndex) -> None:
    assert index.run(QuerySpec(measures=("income", "salary"))).rows == ((3005.0, 3000.0),)


def test_the_other_party_of_a_transfer_is_its_merchant(index: LocalIndex) -> None:
    spec = QuerySpec(measures=("transfers_out",), filters=(Filter("merchant", "eq", "lim mei"),))
    assert index.run(spec).rows == ((50.0,),)


def test_plays_after_local_midnight_belong_to_the_next_day(index: LocalIndex) -> None:
    table = index.run(QuerySpec(measures=("listening_minutes", "skips"), dimensions=("day",)))
    assert table.rows == (("2026-04-01", 3, 0), ("2026-04-02", 30, 1))


def test_podcasts_count_as_plays_only_when_asked_for(index: LocalIndex) -> None:
    assert index.run(QuerySpec(measures=("plays",))).rows == ((1,),)
    assert index.run(QuerySpec(measures=("plays",), dimensions=("podcast",))).rows == (("Slow News", 1),)
    assert index.run(QuerySpec(measures=("plays",), dimensions=("kind",))).rows == (("music", 1), ("podcast", 1))


def test_distinct_counts_the_values_of_the_first_dimension(index: LocalIndex) -> None:
    spec = QuerySpec(measures=("distinct",), dimensions=("merchant", "month"))
    assert index.run(spec).columns == ("month", "distinct")
    assert index.run(spec).rows == (("2026-03", 1), ("2026-04", 1))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (QuerySpec(measures=("spend",), dimensions=("artist",)), "spend belongs to money, artist to listening"),
        (QuerySpec(measures=("spend", "plays")), "spend belongs to money, plays to listening"),
        (QuerySpec(measures=("distinct",)), "name one"),
        (QuerySpec(measures=("income",), filters=(Filter("amount", "gt", 5),)), "amount of a purchase"),
        (QuerySpec(measures=("spend",), dimensions=("hour",)), "spend belongs to money, hour to listening or videos"),
        (QuerySpec(measures=("plays",), dimensions=("artist", "podcast")), "ask two queries"),
        (QuerySpec(measures=("spend",), filters=(Filter("weekday", "eq", "Moonday"),)), "not a weekday"),
        (QuerySpec(measures=("spend",), filters=(Filter("merchant", "gt", "a"),)), "no order"),
        (QuerySpec(measures=("spend",), filters=(Filter("month", "contains", "2026"),)), "looks into texts"),
        (QuerySpec(measures=("spend",), filters=(Filter("amount", "gt", "much"),)), "with a number"),
        (QuerySpec(measures=("spend",), filters=(Filter("merchant", "eq", 3),)), "with a text"),
    ],
)
def test_queries_that_mean_nothing_are_refused(index: LocalIndex, spec: QuerySpec, message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        index.run(spec)


def test_text_from_outside_never_becomes_sql(index: LocalIndex) -> None:
    name = "x') OR 1=1; DROP TABLE transactions; --"
    assert index.run(QuerySpec(measures=("spend",), filters=(Filter("merchant", "eq", name),))).rows == ((0.0,),)
    assert index.count() == len(RECORDS)


def test_records_know_where_they_were_read(index: LocalIndex) -> None:
    found = index.get([MART.iri, RECORDS[1].iri, IRI("data/none#x")])
    assert [item.provenance for item in found] == [MART.provenance, None]
    index.add_provenance([(MART.iri, Provenance(file="later.csv", member=None, line=1))], "i2")
    assert index.get([MART.iri])[0].provenance == MART.provenance
    assert index.origins("ocbc") == (Origin("a.csv", "i1", 1),)


def test_removed_records_leave_nothing_behind(index: LocalIndex) -> None:
    assert index.remove([MART.iri, IRI("data/none#x")]) == 1
    assert index.origins("ocbc") == ()
    assert index.run(QuerySpec(measures=("spend",), period=(date(2026, 3, 1), date(2026, 3, 31)))).rows == ((6.25,),)


def test_a_failing_record_leaves_the_index_as_it_was(index: LocalIndex) -> None:
    def broken() -> Iterator[Record]:
        yield make.paid("2026-05-01", 9, "New Shop", "shopping")
        raise OSError("cut off")

    for change in (index.upsert, index.rebuild):
        with pytest.raises(OSError, match="cut off"):
            change(broken())
    assert index.count() == len(RECORDS)
    assert "New Shop" not in index.entities().merchants


def test_coverage_tells_first_and_last_day_by_source(index: LocalIndex) -> None:
    found = {(item.source, item.type_name): (item.first, item.last, item.records) for item in index.coverage()}
    assert found["ocbc", "transaction"] == (date(2026, 3, 2), date(2026, 4, 27), 6)
    assert found["spotify", "listen"] == (date(2026, 4, 1), date(2026, 4, 2), 3)


def test_entities_are_the_names_in_the_records(index: LocalIndex) -> None:
    found = index.entities()
    assert found.merchants == ("Bus/MRT", "Fresh Mart", "Makers", "OCBC Interest")
    assert found.people == ("Lim Mei",)
    assert found.artists == ("Blue Kites", "June")
    assert found.podcasts == ("Slow News",)
    assert [song.title for song in found.songs] == ["Avenue", "Tides"]


def test_the_file_is_private(index: LocalIndex, tmp_path: Path) -> None:
    for path in (tmp_path / "home").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_index_that_cannot_be_used_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    path.write_bytes(b"no database" * 1000)
    with LocalIndex(path, SINGAPORE) as index:
        assert index.is_new
        index.rebuild(RECORDS)
    with LocalIndex(path, SINGAPORE) as again:
        assert not again.is_new
        assert again.count() == len(RECORDS)
    with LocalIndex(path, ZoneInfo("Asia/Tokyo")) as moved:
        assert moved.is_new
        assert moved.count() == 0


def test_records_come_in_the_order_asked_for(index: LocalIndex) -> None:
    spec = QuerySpec(measures=("purchases",))
    largest = index.records(spec, order="largest", limit=1)
    assert largest[0].iri == min(item.iri for item in RECORDS[:2])
    assert index.records(spec, order="newest", limit=1)[0].iri == RECORDS[3].iri
    with pytest.raises(VocabularyError, match="amount to order by"):
        index.records(QuerySpec(measures=("plays",)), order="largest")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (Fraction(5, 1000), "SGD", 0.01),
        (Fraction(-5, 1000), "SGD", -0.01),
        (Fraction(4999, 1000000), "SGD", 0.0),
        (Fraction(5, 2), "minutes", 3),
        (Fraction(-5, 2), "count", -3),
        (Fraction(1, 20), "percent", 0.1),
    ],
)
def test_figures_round_half_away_from_zero(value: Fraction, unit: str, expected: float) -> None:
    assert round_half_away(value, unit) == expected


def test_rows_without_a_merchant_are_not_that_merchant(index: LocalIndex) -> None:
    index.upsert([make.paid("2026-04-29", 20, "", "cash", kind="cash")])
    spec = QuerySpec(measures=("cash",), filters=(Filter("merchant", "ne", "Fresh Mart"),))
    assert index.run(spec).rows == ((20.0,),)


@pytest.mark.parametrize("order", ["merchant", "-merchant"])
def test_what_is_unknown_comes_last_in_every_order(index: LocalIndex, order: str) -> None:
    index.upsert([make.paid("2026-04-29", 20, "", "cash", kind="cash")])
    rows = index.run(QuerySpec(measures=("transactions",), dimensions=("merchant",), order=order)).rows
    assert rows[-1] == (None, 1)
    assert len(rows) == 6
