"""Every kind of record in the index: it comes back as it was, is covered, named, counted and asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pod_agent.index.entities import Coverage
from pod_agent.index.local import LocalIndex
from pod_agent.index.showing import shown
from tests.support.daily_life import LifeMaker
from tests.support.full_records import AT, FULL, HERE, LINE, ORDER
from tests.support.households import SINGAPORE
from vocab.errors import VocabularyError
from vocab.query import Filter, QuerySpec
from vocab.records import RECORD_TYPES, Provenance, Record

life = LifeMaker()
LUNCH = life.ordered("2026-03-02T23:30:00", 12.30)
GONE = life.ordered("2026-03-03T08:00:00", 99, "Lazada", status="cancelled")
BACK = life.ordered("2026-03-04T08:00:00", 20, "Lazada", status="refunded")
MILK = life.bought(LUNCH, "Fresh Soy-Milk 1L", "2", 5.90, ("Dairy", "Milk", "Soy"))
RICE = life.bought(LUNCH, "Milled Rice", "0.5", 1.10, ("Rice & Noodles", "Grain"))
RETURNED = life.bought(BACK, "Milk Frother", "1", 20, ("Home",))
NIGHT = [life.slept("2026-03-01T23:30:00", 200, "Watch"), life.slept("2026-03-02T04:00:00", 150, "Watch")]
NAP = life.slept("2026-03-02T13:00:00", 60, "Watch", is_main=False)
PHONE = life.slept("2026-03-01T23:00:00", 330, "Phone")
STEPS = [life.measured("2026-03-02", "steps", "4000", "Phone"), life.measured("2026-03-02", "steps", "7612", "Watch")]
PULSE = [
    life.measured("2026-03-02", "resting_heart_rate", "60", "Watch", samples=3),
    life.measured("2026-03-02", "resting_heart_rate", "80", "Phone", samples=1),
    life.measured("2026-03-03", "resting_heart_rate", "61", "Watch"),
]
SCALES = [
    life.weighed("2026-03-02T08:00:00", "70.4"),
    life.weighed("2026-03-02T21:00:00", "71.04"),
    life.measured("2026-03-02", "weight", "75", "Phone", samples=9),
    life.weighed("2026-03-20T08:00:00", "69.96"),
]
VIDEOS = [
    life.watched("2026-03-02T00:10:00", "Night train", "Slow Trains"),
    life.watched("2026-03-02T09:00:00", "Night train", "Slow Trains"),
    life.watched("2026-03-02T09:30:00", None),
    life.watched("2026-03-02T09:40:00", "Buy this", "Shop", is_ad=True),
    life.watched("2026-03-03T09:50:00", "Song", "Band", is_music=True),
]
DAY: list[Record] = [LUNCH, GONE, BACK, MILK, RICE, RETURNED, *NIGHT, NAP, PHONE, *STEPS, *PULSE, *SCALES, *VIDEOS]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as opened:
        opened.upsert(DAY)
        yield opened


@pytest.fixture
def full(tmp_path: Path) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path / "full.sqlite", SINGAPORE) as opened:
        opened.upsert(FULL, import_id="i1")
        yield opened


def only(index: LocalIndex, spec: QuerySpec) -> object:
    (row,) = index.run(spec).rows
    return row[0] if len(row) == 1 else row


def test_every_kind_comes_back_as_it_was_put_in(full: LocalIndex) -> None:
    assert {type(record) for record in FULL} == set(RECORD_TYPES.values())
    found = full.get(record.iri for record in FULL)
    assert list(found) == FULL
    assert [record.at.utcoffset() for record in found] == [record.at.utcoffset() for record in FULL]
    assert full.count() == len(FULL)


def test_where_a_record_was_read_is_that_of_the_first_import(full: LocalIndex) -> None:
    later = Provenance(file="later.zip", member=None, line=9)
    full.add_provenance([(LINE, later), (ORDER, later)], "i2")
    assert [record.provenance for record in full.get([LINE, ORDER])] == [later, HERE]


def test_every_kind_can_be_removed(full: LocalIndex) -> None:
    assert full.remove(record.iri for record in FULL) == len(FULL)
    assert full.count() == 0
    assert full.coverage() == ()
    assert only(full, QuerySpec(measures=("weight",))) is None


def test_coverage_names_every_kind_and_every_measure(full: LocalIndex) -> None:
    found = {(item.source, item.type_name, item.measure): (item.first, item.records) for item in full.coverage()}
    assert len(found) == len(FULL)
    assert found["google-health", "measurement", "weight"] == (AT.date(), 1)
    assert found["google-health", "sleep", None] == (AT.date(), 1)
    assert Coverage("youtube", "follow", None, None, 1) in full.coverage()


def test_entities_hold_channels_videos_shops_products_and_all_sections(index: LocalIndex) -> None:
    found = index.entities()
    assert found.channels == ("Band", "Shop", "Slow Trains")
    assert found.videos == ("Buy this", "Night train", "Song")
    assert found.shops == ("FairPrice", "Lazada")
    assert found.products == ("Fresh Soy-Milk 1L", "Milk Frother", "Milled Rice")
    assert found.sections == ("Dairy", "Grain", "Home", "Milk", "Rice & Noodles", "Soy")
    assert found.sources == ("fairprice", "lazada", "watch", "youtube")


def test_videos_are_neither_advertisements_nor_music(index: LocalIndex) -> None:
    assert index.run(QuerySpec(measures=("videos", "music_videos", "days"), dimensions=("day",))).rows == (
        ("2026-03-02", 3, 0, 1),
        ("2026-03-03", 0, 1, 1),
    )
    ads = QuerySpec(measures=("videos",), filters=(Filter("kind", "eq", "ad"),))
    assert only(index, ads) == 1


def test_a_removed_video_counts_but_has_no_channel(index: LocalIndex) -> None:
    table = index.run(QuerySpec(measures=("videos",), dimensions=("channel",), order="-videos"))
    assert table.rows == (("Slow Trains", 2), (None, 1))
    assert only(index, QuerySpec(measures=("distinct",), dimensions=("channel",))) == 1


def test_steps_of_two_recorders_are_not_added(index: LocalIndex) -> None:
    table = index.run(QuerySpec(measures=("steps", "days")))
    assert (table.rows, table.evidence) == (((7612, 1),), ((STEPS[1].iri,),))


def test_a_pulse_is_that_of_the_recorder_with_most_samples_and_a_month_has_the_mean(index: LocalIndex) -> None:
    assert only(index, QuerySpec(measures=("resting_heart_rate",))) == 60.5
    assert index.records(QuerySpec(measures=("resting_heart_rate",))) == (PULSE[0], PULSE[2])


def test_the_weight_of_a_period_is_its_last_weighing(index: LocalIndex) -> None:
    assert index.run(QuerySpec(measures=("weight",), dimensions=("day",))).rows == (
        ("2026-03-02", 71.0),
        ("2026-03-20", 70.0),
    )
    assert only(index, QuerySpec(measures=("weight",))) == 70.0


def test_parts_of_a_night_are_added_and_belong_to_the_day_of_waking_up(index: LocalIndex) -> None:
    table = index.run(QuerySpec(measures=("sleep_minutes",), dimensions=("day",)))
    assert table.rows == (("2026-03-02", 350),)
    assert set(table.evidence[0]) == {item.iri for item in NIGHT}
    assert set(index.records(QuerySpec(measures=("sleep_minutes",)))) == set(NIGHT)


def test_what_was_never_measured_has_no_figure(index: LocalIndex) -> None:
    empty = (date(2020, 1, 1), date(2020, 12, 31))
    names = ("steps", "sleep_minutes", "weight", "resting_heart_rate", "glucose")
    assert only(index, QuerySpec(measures=names, period=empty)) == (None,) * 5


def test_a_value_that_cannot_be_is_kept_but_counts_nowhere(index: LocalIndex) -> None:
    wild = life.measured("2026-03-02", "steps", "900000", "Broken")
    index.upsert([wild])
    assert only(index, QuerySpec(measures=("steps",))) == 7612
    assert index.get([wild.iri]) == (wild,)


def test_days_of_health_are_those_of_the_measures_beside_it_or_of_the_kind(index: LocalIndex) -> None:
    assert only(index, QuerySpec(measures=("days",), filters=(Filter("kind", "eq", "weight"),))) == 2
    assert only(index, QuerySpec(measures=("days", "resting_heart_rate", "weight"))) == (3, 60.5, 70.0)


def test_cancelled_orders_are_no_orders_and_refunded_ones_are(index: LocalIndex) -> None:
    assert only(index, QuerySpec(measures=("orders", "order_value"))) == (2, 32.3)
    assert index.run(QuerySpec(measures=("orders",), dimensions=("kind",))).rows == (
        ("cancelled", 1),
        ("delivered", 1),
        ("refunded", 1),
    )
    assert index.records(QuerySpec(measures=("orders",)), order="largest") == (BACK, LUNCH)


def test_an_order_belongs_to_the_day_of_the_shop(index: LocalIndex) -> None:
    days = index.run(QuerySpec(measures=("orders",), dimensions=("day", "hour"))).rows
    assert days[0] == ("2026-03-02", 23, 1)


def test_only_delivered_lines_count_as_products(index: LocalIndex) -> None:
    assert only(index, QuerySpec(measures=("items", "product_spend"))) == (3, 7.0)


@pytest.mark.parametrize(
    ("word", "products"),
    [
        ("milk", {"Fresh Soy-Milk 1L"}),
        ("MIL", {"Fresh Soy-Milk 1L", "Milled Rice"}),
        ("ilk", set()),
        ("1l soy", {"Fresh Soy-Milk 1L"}),
    ],
)
def test_a_product_is_found_by_the_beginning_of_a_word(index: LocalIndex, word: str, products: set[str]) -> None:
    spec = QuerySpec(measures=("items",), dimensions=("product",), filters=(Filter("product", "contains", word),))
    assert {row[0] for row in index.run(spec).rows} == products


def test_a_section_is_found_at_any_level_and_shown_at_the_top(index: LocalIndex) -> None:
    for name, rows in [("milk", (("Dairy", 5.9),)), ("rice", ()), ("Rice & noodles", (("Rice & Noodles", 1.1),))]:
        filters = (Filter("section", "eq", name),)
        assert index.run(QuerySpec(measures=("product_spend",), dimensions=("section",), filters=filters)).rows == rows


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (QuerySpec(measures=("steps", "spend")), "steps belongs to health, spend to money"),
        (QuerySpec(measures=("orders",), dimensions=("product",)), "orders belongs to orders, product to products"),
        (QuerySpec(measures=("days",), dimensions=("hour", "merchant")), "hour belongs to listening or videos"),
        (QuerySpec(measures=("items",), filters=(Filter("product", "contains", "-"),)), "name one"),
    ],
)
def test_a_query_about_two_kinds_of_records_is_refused(index: LocalIndex, spec: QuerySpec, message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        index.run(spec)


def test_a_record_of_another_month_cannot_replace_one(index: LocalIndex) -> None:
    before = index.count()
    with pytest.raises(VocabularyError, match="does not belong to"):
        index.replace_documents("data/fairprice/order/2026/2026-03.ttl#", [LUNCH, GONE])
    assert index.count() == before


def test_a_document_can_be_forgotten_with_its_records(index: LocalIndex) -> None:
    index.note_documents({"data/youtube/view/2026/2026-03.ttl": "a", "data/x/view/2026/2026-03.ttl": "b"})
    index.replace_documents("data/youtube/view/2026/2026-03.ttl#", [])
    index.forget_documents(["data/youtube/view/2026/2026-03.ttl"])
    assert index.documents() == {"data/x/view/2026/2026-03.ttl": "b"}
    assert index.entities().videos == ()


def test_every_kind_can_be_shown_as_json() -> None:
    for record in FULL:
        out = json.loads(json.dumps(shown(record, "https://pod.example/", SINGAPORE)))
        assert out["iri"] == "https://pod.example/" + record.iri
        assert out["fields"].keys() >= {"source", "at", "edition"}
    line = shown(FULL[2], "", SINGAPORE)["fields"]
    assert (line["quantity"], line["section"]) == ("2.50", ("Home", "Kitchen"))
