"""Every other kind of record that a row of a table can become: plays, views, searches, nights, workouts, orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pod_agent.importers.protocol import Issue, Row
from pod_agent.importers.tables.mapping import ColumnMapping, header_of
from pod_agent.importers.tables.tabular import MappedTables
from tests.support.rows import SINGAPORE, BytesExport
from vocab.records import Listen, Medium, Money, Order, OrderStatus, Record, Search, Sleep, View, Workout
from vocab.shapes import check


def read(target: str, text: str, columns: dict[str, str], **changes: Any) -> list[Row]:
    """The rows of a CSV by a mapping of its columns; every record is valid."""
    header = header_of(text.splitlines()[0].split(","))
    mapping = ColumnMapping(name="mine", target=target, columns=columns, header=header, **changes).check()
    rows = list(MappedTables(SINGAPORE, [mapping]).extract(BytesExport(text.encode(), file="mine.csv")))
    for row in rows:
        if isinstance(row, Record):
            check(row)
    return rows


def faults(rows: list[Row]) -> list[tuple[int, str, str | None]]:
    return [(row.line, row.code, row.column) for row in rows if isinstance(row, Issue)]


def test_plays_have_their_time_in_utc_and_their_length_in_the_named_unit() -> None:
    text = (
        "when,song,band,s\n"
        "2024-03-01 08:00:00,Rain,Clouds,61.5\n"
        "2024-03-01T00:00:00Z,Sun,,2:03\n"
        "1709251200,Fog,Clouds,\n"
    )
    columns = {"date": "when", "title": "song", "artist": "band", "played": "s"}
    rows = read("listen", text, columns, units={"played": "s"}, constants={"medium": "podcast"})
    plays = [row for row in rows if isinstance(row, Listen)]
    assert [(play.at, play.played_ms, play.artist) for play in plays] == [
        (datetime(2024, 3, 1, tzinfo=UTC), 61_500, "Clouds"),
        (datetime(2024, 3, 1, tzinfo=UTC), 123_000, None),
        (datetime(2024, 3, 1, tzinfo=UTC), 0, "Clouds"),
    ]
    assert {play.medium for play in plays} == {Medium("podcast")}


def test_a_play_without_a_title_or_a_time_is_an_issue_of_its_column() -> None:
    rows = read("listen", "when,song\n2024-03-01,\n,Rain\nsoon,Rain\n", {"date": "when", "title": "song"})
    assert faults(rows) == [(2, "no_title", "song"), (3, "no_date", "when"), (4, "bad_date", "when")]


def test_a_view_needs_a_title_or_an_address_and_equal_views_stay_two() -> None:
    text = "at,name,link,by\n" + "2024-03-01T10:00:00.750Z,Cats,https://video.example/1,Zoo\n" * 2
    columns = {"date": "at", "title": "name", "url": "link", "channel": "by"}
    rows = read("view", text + "2024-03-02T10:00:00Z,,,Zoo\n", columns)
    views = [row for row in rows if isinstance(row, View)]
    assert [(view.title, view.video, view.channel) for view in views] == [
        ("Cats", "https://video.example/1", "Zoo")
    ] * 2
    assert len({view.iri for view in views}) == 2
    assert views[0].at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert [code for _, code, _ in faults(rows)] == ["no_title"]


def test_a_search_keeps_its_words_and_no_card_number() -> None:
    text = "at,q\n2024-03-01 10:00,rice cooker\n2024-03-01 10:01,card 4111 1111 1111 1111\n2024-03-01 10:02,\n"
    rows = read("search", text, {"date": "at", "text": "q"})
    found = [row.text for row in rows if isinstance(row, Search)]
    assert found[0] == "rice cooker"
    assert "4111 1111 1111" not in found[1]
    assert faults(rows) == [(4, "no_text", "q")]


NIGHT = {"date": "bed", "end": "up", "asleep": "slept", "awake": "awake", "deep": "deep", "score": "score"}


def test_a_night_has_its_end_from_its_column_or_from_how_long_it_was() -> None:
    text = (
        "bed,up,slept,awake,deep,score\n"
        "2024-03-01 23:00,2024-03-02 07:00,7h 10m,50,90,81\n"
        "2024-03-02 23:00,,420,60,,\n"
        "2024-03-03 23:00,2024-03-04 06:00,,30,,\n"
        "2024-03-04 23:00,,,,,\n"
    )
    rows = read("sleep", text, NIGHT)
    nights = [row for row in rows if isinstance(row, Sleep)]
    assert [(night.end - night.at, night.asleep, night.awake) for night in nights] == [
        (timedelta(hours=8), 430, 50),
        (timedelta(hours=8), 420, 60),
        (timedelta(hours=7), 390, 30),
    ]
    assert (nights[0].deep, nights[0].score) == (90, 81)
    assert faults(rows) == [(5, "no_end", "up")]


def test_a_workout_has_its_length_from_its_column_or_from_its_end_and_its_units_are_turned() -> None:
    text = (
        "start,stop,sport,minutes,km,kJ,bpm\n"
        "2024-03-01 07:00,,Running,30.5,5.25,1000,151\n"
        "2024-03-02 07:00,2024-03-02 08:00,Swimming,,,,\n"
        "2024-03-03 07:00,,Yoga,,,,\n"
        "2024-03-04 07:00,,,20,,,\n"
    )
    columns = {
        "date": "start",
        "end": "stop",
        "activity": "sport",
        "duration": "minutes",
        "distance": "km",
        "energy_burned": "kJ",
        "heart_rate": "bpm",
    }
    rows = read("workout", text, columns, units={"distance": "km", "energy_burned": "kj"})
    found = [row for row in rows if isinstance(row, Workout)]
    assert [(each.activity, each.seconds) for each in found] == [("Running", 1830), ("Swimming", 3600)]
    assert (found[0].distance, found[0].energy, found[0].heart_rate) == (Decimal("5250.000"), Decimal("239.006"), 151)
    assert [code for _, code, _ in faults(rows)] == ["no_duration", "no_activity"]


ORDER = {"date": "day", "number": "no", "total": "sum", "status": "state", "shipping": "post", "paid_with": "card"}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Shipped", OrderStatus.DELIVERED),
        ("geliefert", OrderStatus.DELIVERED),
        ("Cancelled by seller", OrderStatus.CANCELLED),
        ("Refunded", OrderStatus.REFUNDED),
        ("Paid", OrderStatus.PLACED),
    ],
)
def test_an_order_has_its_sums_its_state_and_no_card_number(word: str, status: OrderStatus) -> None:
    text = f"day,no,sum,state,post,card\n2024-03-01,A-1,12.50,{word},2.50,Visa 4111111111111111\n"
    [order] = [row for row in read("order", text, ORDER, constants={"currency": "SGD"}) if isinstance(row, Order)]
    assert (order.number, order.total, order.shipping) == ("A-1", Money(1250, "SGD"), Money(250, "SGD"))
    assert order.status is status
    assert order.paid_with is not None
    assert "41111111" not in order.paid_with
    assert order.paid_with.endswith("1111")


def test_a_later_state_of_an_order_is_the_same_record_of_a_higher_edition() -> None:
    text = "day,no,sum,state,post,card\n2024-03-01,A-1,12.50,{},,\n"
    first, later = (
        next(
            row
            for row in read("order", text.format(word), ORDER, constants={"currency": "SGD"})
            if isinstance(row, Order)
        )
        for word in ("placed", "delivered")
    )
    assert first.iri == later.iri
    assert first.edition < later.edition


def test_an_order_without_number_or_total_is_an_issue() -> None:
    text = "day,no,sum,state,post,card\n2024-03-01,,1.00,,,\n2024-03-01,A-2,,,,\n"
    rows = read("order", text, ORDER, constants={"currency": "SGD"})
    assert faults(rows) == [(2, "no_number", "no"), (3, "no_total", "sum")]
