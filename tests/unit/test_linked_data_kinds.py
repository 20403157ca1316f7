"""Each kind of record: its bytes, and faults that the checks and the SHACL shapes must both catch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import rdflib
from msgspec.structs import replace

from tests.support.made_records import SINGAPORE
from vocab.errors import VocabularyError
from vocab.mapping import BASE, to_turtle
from vocab.mapping.tables import TABLES
from vocab.measures import MEASURES
from vocab.records import (
    IRI,
    RECORD_TYPES,
    UNDATED,
    DailyMeasure,
    Follow,
    Listen,
    Measurement,
    Medium,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    PlaylistItem,
    Post,
    Record,
    Search,
    Sleep,
    Subject,
    Transaction,
    TransactionKind,
    View,
    Workout,
    document_path,
)
from vocab.shapes import SHAPES, check, shape

AT = datetime(2026, 10, 6, 12, 30, tzinfo=SINGAPORE)
DAY = datetime(2026, 10, 6, tzinfo=SINGAPORE)
NAME = "abcdefghijklmnopqrstuvwxyz"
LONG = "x" * 4001


def _of(kind: type[Record], source: str, at: datetime = AT) -> dict[str, Any]:
    return {"iri": IRI(f"{document_path(source, kind.type_name, at)}#{NAME}"), "source": source, "at": at}


TRANSACTION = Transaction(
    **_of(Transaction, "dbs", DAY),
    account="Card 1001",
    amount=Money(-5, "SGD"),
    description="FAIRPRICE",
    merchant="FairPrice",
    category="groceries",
    kind=TransactionKind.SPEND,
    card=True,
    mcc="5411",
    hint="Groceries",
    reference="R-1",
    provisional=True,
)
LISTEN = Listen(**_of(Listen, "spotify"), played_ms=1, medium=Medium.MUSIC, title="a", provisional=True)
ORDER = Order(
    **_of(Order, "lazada"),
    shop="Lazada",
    number="314159",
    status=OrderStatus.DELIVERED,
    edition=1,
    total=Money(5130, "SGD"),
    shipping=Money(199, "SGD"),
    discount=Money(0, "SGD"),
    place="Bedok Mall",
    paid_with="Visa 1001",
)
LINE = OrderLine(
    **_of(OrderLine, "lazada"),
    order=IRI(f"data/lazada/order/2026/2026-10.ttl#{NAME}"),
    shop="Lazada",
    number="314159",
    line="1",
    product='Kaya "lite"',
    quantity=Decimal("2.0"),
    unit_price=Money(255, "SGD"),
    total=Money(510, "SGD"),
    status=OrderStatus.PLACED,
    brand="Fong Yit",
    gtin="8888196175306",
    sku="K-1",
    seller="RedMart",
    section=("Food", "Spreads > Jam"),
)
VIEW = View(
    **_of(View, "youtube"),
    title="How to fold",
    video="https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    channel="Folds",
    channel_url="https://www.youtube.com/channel/UCabc",
    is_ad=True,
    is_music=True,
)
SEARCH = Search(**_of(Search, "youtube"), text="kaya")
FOLLOW = Follow(**_of(Follow, "youtube", UNDATED), subject=Subject.CHANNEL, name="Folds", target="the folds")
ITEM = PlaylistItem(
    **_of(PlaylistItem, "spotify"),
    playlist="Runs",
    subject=Subject.TRACK,
    title="Another Tide",
    creator="Echoes",
    album="Low",
    target="spotify:track:CCI63xBBQRaL9YxlUEVCxB",
)
POST = Post(**_of(Post, "youtube"), text="Nice.", about="https://www.youtube.com/watch?v=dQw4w9WgXcQ")
DAILY = DailyMeasure(
    **_of(DailyMeasure, "fitbit", DAY),
    measure="heart_rate",
    value=Decimal("61.50"),
    recorder="Charge 6",
    lowest=Decimal(44),
    highest=Decimal(151),
    samples=8200,
)
WEIGHT = Measurement(**_of(Measurement, "fitbit"), measure="weight", value=Decimal("63.4"), recorder="Aria")
SLEEP = Sleep(
    **_of(Sleep, "fitbit"),
    end=AT + timedelta(hours=7),
    asleep=400,
    awake=20,
    deep=80,
    light=220,
    rem=100,
    is_main=False,
    score=83,
    efficiency=95,
    recorder="Charge 6",
)
WORKOUT = Workout(
    **_of(Workout, "fitbit"),
    activity="Run",
    seconds=1800,
    distance=Decimal(5000),
    energy=Decimal("310.5"),
    steps=5200,
    heart_rate=151,
    recorder="Charge 6",
)
GOOD: list[Record] = [
    TRANSACTION,
    LISTEN,
    ORDER,
    LINE,
    VIEW,
    SEARCH,
    FOLLOW,
    ITEM,
    POST,
    DAILY,
    WEIGHT,
    SLEEP,
    WORKOUT,
]
BARE: list[Record] = [
    View(**_of(View, "youtube"), title=None),
    PlaylistItem(**_of(PlaylistItem, "spotify", UNDATED), playlist="Liked", subject=Subject.ALBUM, title=None),
    Post(**_of(Post, "youtube", UNDATED), text="x" * 4001),
    Order(**_of(Order, "fairprice"), shop="F", number="1", status=OrderStatus.PLACED, total=Money(0, "SGD")),
    replace(ORDER, status=OrderStatus.REFUNDED, edition=2),
    DailyMeasure(**_of(DailyMeasure, "fitbit", DAY), measure="height", value=Decimal("2.8"), edition=-1),
    Sleep(**_of(Sleep, "fitbit"), end=AT + timedelta(seconds=59), asleep=1),
    Workout(**_of(Workout, "fitbit"), activity="Walk", seconds=0),
]
FAULTS: dict[str, Record] = {
    "a merchant category code of five digits": replace(TRANSACTION, mcc="54111"),
    "an empty reference": replace(TRANSACTION, reference=""),
    "an endless hint": replace(TRANSACTION, hint=LONG),
    "an edition that no source counts to": replace(TRANSACTION, edition=2**31),
    "an order without a number": replace(ORDER, number=""),
    "an order with a whole card number": replace(ORDER, paid_with="Visa 4111111111111111"),
    "an order in no currency": replace(ORDER, total=Money(1, "S$")),
    "a delivery that cost less than nothing": replace(ORDER, shipping=Money(-1, "SGD")),
    "a discount below nothing": replace(ORDER, discount=Money(-1, "SGD")),
    "a delivered order of the first edition": replace(ORDER, edition=0),
    "a placed order of the last edition": replace(ORDER, status=OrderStatus.PLACED, edition=2),
    "a cancelled line of the first edition": replace(LINE, status=OrderStatus.CANCELLED),
    "a quantity below nothing": replace(LINE, quantity=Decimal(-1)),
    "a price below nothing": replace(LINE, unit_price=Money(-1, "SGD")),
    "a trade number of seven digits": replace(LINE, gtin="1234567"),
    "a trade number with letters": replace(LINE, gtin="12345678X"),
    "a product without a name": replace(LINE, product=""),
    "an endless section": replace(LINE, section=(LONG,)),
    "a link to a record that is no order": replace(LINE, order=IRI(f"data/lazada/listen/2026/2026-10.ttl#{NAME}")),
    "a video without an address": replace(VIEW, video=""),
    "an empty title": replace(VIEW, title=""),
    "an endless channel page": replace(VIEW, channel_url=LONG),
    "an empty search": replace(SEARCH, text=""),
    "a search at no time": replace(SEARCH, **_of(Search, "youtube", UNDATED)),
    "a follow of nobody": replace(FOLLOW, name=""),
    "an item of a nameless playlist": replace(ITEM, playlist=""),
    "an item by nobody": replace(ITEM, creator=""),
    "an empty post": replace(POST, text=""),
    "an endless post": replace(POST, text="x" * 20_001),
    "a post on nothing": replace(POST, about=""),
    "a heart that stands still": replace(DAILY, value=Decimal("19.99")),
    "a lowest value that cannot be": replace(DAILY, lowest=Decimal(2)),
    "a highest value that cannot be": replace(DAILY, highest=Decimal(261)),
    "a lowest value above the highest": replace(DAILY, lowest=Decimal(152)),
    "a value of no samples": replace(DAILY, samples=0),
    "a weight of nothing": replace(WEIGHT, value=Decimal(0)),
    "an endless recorder": replace(WEIGHT, recorder=LONG),
    "a sleep that ends before it began": replace(SLEEP, end=AT - timedelta(minutes=1)),
    "minutes below nothing": replace(SLEEP, deep=-1),
    "more than all of it": replace(SLEEP, efficiency=101),
    "a workout without a name": replace(WORKOUT, activity=""),
    "a workout of a month": replace(WORKOUT, seconds=30 * 86_400),
    "a way back": replace(WORKOUT, distance=Decimal("-0.1")),
    "a heart that races": replace(WORKOUT, heart_rate=261),
}
GOLDEN = {
    "order-line": f"""
<#{NAME}> a schema:OrderItem, pa:OrderLine ;
  schema:orderDate "2026-10-06T12:30:00+08:00"^^xsd:dateTime ;
  pa:order <../../../../data/lazada/order/2026/2026-10.ttl#{NAME}> ;
  pa:shop "Lazada" ;
  schema:orderNumber "314159" ;
  schema:orderItemNumber "1" ;
  schema:name "Kaya \\"lite\\"" ;
  schema:orderQuantity "2"^^xsd:decimal ;
  schema:price "2.55"^^xsd:decimal ;
  schema:priceCurrency "SGD" ;
  pa:total "5.10"^^xsd:decimal ;
  schema:currency "SGD" ;
  schema:orderItemStatus schema:OrderProcessing ;
  schema:brand "Fong Yit" ;
  schema:gtin "8888196175306" ;
  schema:sku "K-1" ;
  schema:seller "RedMart" ;
  schema:category "Food > Spreads \\\\> Jam" .
""",
    "follow": f"""
<#{NAME}> a schema:FollowAction, pa:Follow ;
  pa:subject pa:Channel ;
  schema:name "Folds" ;
  schema:identifier "the folds" .
""",
    "daily-measure": f"""
<#{NAME}> a sosa:Observation, pa:DailyMeasure ;
  schema:startTime "2026-10-06T00:00:00+08:00"^^xsd:dateTime ;
  sosa:observedProperty measure:heart_rate ;
  qudt:unit unit:BEAT-PER-MIN ;
  sosa:hasSimpleResult "61.5"^^xsd:decimal ;
  pa:lowest "44"^^xsd:decimal ;
  pa:highest "151"^^xsd:decimal ;
  pa:samples 8200 ;
  pa:recorder "Charge 6" .
""",
}


@pytest.fixture(scope="module")
def conforms() -> Callable[[Record], bool]:
    """Whether a record's document conforms to the shapes of its kind, and to those of measures."""
    pyshacl = pytest.importorskip("pyshacl", reason="pyshacl is missing: pip install 'pod-agent[shacl]'")
    graphs = {name: rdflib.Graph().parse(data=shape(name), format="turtle") for name in SHAPES}

    def validate(record: Record) -> bool:
        path = record.iri.partition("#")[0]
        graph = rdflib.Graph().parse(data=to_turtle([record], path), format="turtle", publicID=BASE + path)
        names = [record.type_name, *(["measures"] if isinstance(record, DailyMeasure | Measurement) else [])]
        return all(pyshacl.validate(graph, shacl_graph=graphs[name])[0] for name in names)

    return validate


def test_every_field_of_every_kind_stands_in_its_table() -> None:
    common = {field.name for field in msgspec.structs.fields(Record)}
    for kind in RECORD_TYPES.values():
        names = [field.name for field in msgspec.structs.fields(kind) if field.name not in common]
        assert sorted(TABLES[kind].fields) == sorted(names)


def test_every_kind_has_a_shape_and_a_good_example_with_all_fields() -> None:
    assert set(RECORD_TYPES) <= set(SHAPES)
    assert {record.type_name for record in GOOD} == set(RECORD_TYPES)


@pytest.mark.parametrize("record", GOOD + BARE, ids=lambda record: record.type_name)
def test_good_records_pass_the_checks_and_the_shapes(record: Record, conforms: Callable[[Record], bool]) -> None:
    check(record)
    assert conforms(record)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught_by_the_checks_and_by_the_shapes(
    fault: str, conforms: Callable[[Record], bool]
) -> None:
    with pytest.raises(VocabularyError):
        check(FAULTS[fault])
    assert not conforms(FAULTS[fault])


@pytest.mark.parametrize(
    "record",
    [
        replace(SLEEP, end=AT + timedelta(hours=37)),
        replace(SLEEP, asleep=421),
        replace(WEIGHT, value=Decimal("NaN")),
        replace(LINE, quantity=Decimal("Infinity")),
        replace(WEIGHT, measure="mood"),
        replace(LINE, section=("Food", "")),
        replace(LINE, order=IRI(f"data/lazada/order/2026/2026-09.ttl#{NAME}")),
    ],
    ids=["a sleep of days", "asleep for longer", "no number", "infinite", "no measure", "no section", "another month"],
)
def test_what_no_shape_or_document_can_say_is_caught_by_the_checks(record: Record) -> None:
    with pytest.raises(VocabularyError):
        check(record)


@pytest.mark.parametrize("name", MEASURES)
def test_the_ends_of_a_measure_are_possible_and_what_lies_beyond_is_not(name: str) -> None:
    entry, step = MEASURES[name], Decimal("0.0001")
    for end, beyond in ((entry.lowest, -step), (entry.highest, step)):
        record = replace(WEIGHT, measure=name, value=Decimal(str(end)))
        check(record)
        with pytest.raises(VocabularyError, match="impossible value"):
            check(replace(record, value=record.value + beyond))


@pytest.mark.parametrize("record", [LINE, FOLLOW, DAILY], ids=lambda record: record.type_name)
def test_a_record_is_written_in_the_agreed_bytes(record: Record) -> None:
    prefixes, _, body = to_turtle([record], record.iri.partition("#")[0]).decode().partition("\n\n")
    assert "\n" + body == GOLDEN[record.type_name]
    assert {line.split()[0] for line in prefixes.splitlines()} == {"@prefix"}
