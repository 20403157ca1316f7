"""Suggestions from a few records, each case by itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.support.daily_life import LifeMaker
from tests.support.households import RecordMaker
from tests.support.suggestions import (
    MILK,
    Alphabet,
    OnOffer,
    days,
    followed,
    kept,
    suggested,
    weekly_milk,
)
from vocab.records import Record, Subject


def test_an_empty_pod_is_told_what_to_import(tmp_path: Path) -> None:
    found = suggested(tmp_path, [])
    assert found.suggestions == ()
    assert len(found.notes) == 4
    assert all("pod-agent import PATH" in note for note in found.notes)


def test_three_receipts_give_first_guesses_that_say_so(tmp_path: Path) -> None:
    life, records = LifeMaker(), list[Record]()
    for day, products in (
        ("2026-10-10", ["Fresh Milk 2L", "Fresh Eggs 10s"]),
        ("2026-10-17", ["Fresh Milk 2L"]),
        ("2026-10-29", ["Kai Lan 220g"]),
    ):
        order = life.ordered(f"{day}T10:00:00", 9)
        records += [order, *(life.bought(order, name, "1", 3) for name in products)]
    found = suggested(tmp_path, records, "product").suggestions
    assert found[0].item == "Fresh Milk 2L"
    assert found[0].reason == (
        "You bought this twice, last on 17 Oct 2026; a first guess, for your records have only 3 days of this."
    )
    assert all(each.score < 0.5 and "first guess" in each.reason for each in found if not each.novel)


def test_a_weekly_purchase_is_told_with_its_rhythm_and_when_it_is_due(tmp_path: Path) -> None:
    (milk, *_) = suggested(tmp_path, weekly_milk(), "product", new=False, today=date(2026, 10, 30)).suggestions
    assert milk.item == "Fresh Milk 2L"
    assert milk.reason == "You bought this 13 times, about every 7 days, last on 24 Oct 2026: due about 31 Oct 2026."
    assert dict(milk.inputs)["rhythm"] > 0.1


def test_without_the_rhythm_neither_score_nor_reason_has_it(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"new": False, "today": date(2026, 10, 30), "without": ["rhythm"]}
    (milk, *_) = suggested(tmp_path, weekly_milk(), "product", **asked).suggestions
    assert dict(milk.inputs).keys() == {"history"}
    assert milk.reason == "You bought this 13 times since August 2026, last on 24 Oct 2026."


def test_of_one_receipt_of_today_nobody_concludes_much(tmp_path: Path) -> None:
    life = LifeMaker()
    order = life.ordered("2026-10-31T10:00:00", 5)
    records = [order, life.bought(order, "Fresh Milk 2L", "1", 5, MILK)]
    (milk,) = suggested(tmp_path, records, "product", new=False).suggestions
    assert milk.score < 0.3
    assert "only one day of this" in milk.reason


def test_what_is_due_comes_before_what_was_just_bought(tmp_path: Path) -> None:
    life, records = LifeMaker(), list[Record]()
    for name, first in (("Due Rice", "2026-05-30"), ("Just Bought Rice", "2026-06-10")):
        for day in days(first, 6 if name.startswith("Just") else 5, 28):
            order = life.ordered(f"{day}T10:00:00", 5)
            records += [order, life.bought(order, name, "1", 5)]
    order = life.ordered("2026-10-20T10:00:00", 5)
    records += [order, life.bought(order, "Salt", "1", 1)]
    found = suggested(tmp_path, records, "product", new=False, today=date(2026, 10, 14)).suggestions
    assert [each.item for each in found] == ["Due Rice", "Just Bought Rice"]


def test_products_that_were_cancelled_come_back_as_new_by_their_section(tmp_path: Path) -> None:
    (new,) = suggested(tmp_path, weekly_milk("cancelled"), "product", new=True).suggestions
    assert new.item == "Low Fat Milk 1L"
    assert "section \u201cFresh Milk\u201d" in new.reason
    assert "13 times" in new.reason
    assert dict(new.inputs).keys() == {"shop"}


def test_an_order_on_its_way_is_not_suggested(tmp_path: Path) -> None:
    assert suggested(tmp_path, weekly_milk("placed"), "product", new=True).suggestions == ()


def test_products_on_offer_fit_by_kind_and_by_name(tmp_path: Path) -> None:
    stock = [
        OnOffer("Corner Mart", "groceries", "Hill Farm Fresh Milk 1L"),
        OnOffer("Corner Mart", "groceries", "Fresh Milk 2L"),
        OnOffer("Corner Mart", "groceries", "Garden Hose"),
    ]
    found = suggested(tmp_path, weekly_milk(), "product", new=True, stock=lambda: stock, embedder=Alphabet).suggestions
    assert [each.item for each in found][:1] == ["Hill Farm Fresh Milk 1L"]
    assert dict(found[0].inputs).keys() == {"shop", "text"}
    assert "Fresh Milk 2L" not in {each.item for each in found}
    plain = suggested(tmp_path, [], "product", new=True, stock=lambda: stock, without=["text"]).suggestions
    assert [(each.item, [name for name, _ in each.inputs]) for each in plain] == [("Hill Farm Fresh Milk 1L", ["shop"])]
    assert not suggested(tmp_path, [], "product", new=True, stock=lambda: stock, without=["shop"]).suggestions


def test_a_shop_of_the_catalogue_is_new_only_in_a_category_where_the_person_buys(tmp_path: Path) -> None:
    maker = RecordMaker()
    records = [maker.paid(day, 5, f"Shop {day[-1]}", "groceries") for day in days("2026-09-01", 20, 3)]
    stock = [OnOffer("Corner Mart", "groceries"), OnOffer("Shop 1", "groceries"), OnOffer("Flyaway", "travel")]
    found = suggested(tmp_path, records, "store", new=True, stock=lambda: stock).suggestions
    assert [each.item for each in found] == ["Corner Mart"]
    assert "Groceries 20 times since September 2026" in found[0].reason


def test_bills_are_no_suggestions(tmp_path: Path) -> None:
    maker = RecordMaker()
    records: list[Record] = [maker.paid(day, 80, "Geneco", "utilities") for day in days("2026-06-18", 5, 30)]
    records += [maker.paid(day, 5, "Kopi Stall", "eating-out") for day in days("2026-10-01", 25)]
    records.append(maker.paid("2026-10-05", 3000, "Northwind", "income", kind="income"))
    found = suggested(tmp_path, records, "store", "category").suggestions
    assert [each.item for each in found] == ["eating-out", "Kopi Stall"]


def test_a_favourite_of_long_ago_comes_back(tmp_path: Path) -> None:
    maker = RecordMaker()
    records: list[Record] = list(maker.played_daily("2026-05-01", 40, 200, "Tide", "Old Love"))
    records += maker.played_daily("2026-06-15", 100, 200, "Rain", "New Love")
    records += [
        maker.played("2026-10-01T21:00:00", 200, "Echo", "Someone"),
        maker.played("2026-10-31T21:00:00", 200, "Echo", "Someone"),
    ]
    found = {each.item: each for each in suggested(tmp_path, records, "artist", new=False).suggestions}
    assert found["Old Love"].reason == (
        "You played this artist 40 times, most often in May 2026, and not since 9 Jun 2026."
    )
    assert found["Old Love"].score > found["Someone"].score


def test_one_place_in_five_is_for_a_favourite_of_long_ago(tmp_path: Path) -> None:
    maker = RecordMaker()
    records: list[Record] = list(maker.played_daily("2026-05-01", 12, 200, "Tide", "Old Love"))
    for place, name in enumerate("ABCDEF"):
        records += maker.played_daily("2026-06-01", 150 - place, 200, f"Song {name}", f"Always {name}")
    found = suggested(tmp_path, records, "artist", new=False).suggestions
    assert [each.item for each in found].index("Old Love") == 4
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_without_a_shared_model_only_habits_call_for_something_new(tmp_path: Path) -> None:
    life, order = LifeMaker(), None
    records = list[Record]()
    for day in days("2026-10-01", 3, 5):
        order = life.ordered(f"{day}T10:00:00", 5)
        records += [order, life.bought(order, "Fresh Milk 2L", "1", 5, MILK)]
        found = suggested(tmp_path / day, records, "group", new=True, embedder=Alphabet).suggestions
        alike = [each for each in found if "it is close to" in each.reason]
        assert bool(alike) is (len(records) == 6), day  # the third time makes a habit
    assert all("3 times" in each.reason for each in alike)


def test_a_purchase_without_a_rhythm_tells_how_often_it_comes(tmp_path: Path) -> None:
    life, records = LifeMaker(), list[Record]()
    for day in ("2026-05-02", "2026-05-04", "2026-07-20", "2026-08-30", "2026-09-02"):
        order = life.ordered(f"{day}T10:00:00", 5)
        records += [order, life.bought(order, "Fresh Milk 2L", "1", 5, MILK)]
    (milk, *_) = suggested(tmp_path, records, "product", new=False).suggestions
    assert milk.reason == "You bought this 5 times since May 2026, once in 31 days on average, last on 2 Sep 2026."


def test_plays_below_thirty_seconds_are_no_plays(tmp_path: Path) -> None:
    maker = RecordMaker()
    records = [maker.played(f"{day}T09:00:00", 29.9, "Tide", "Skipped") for day in days("2026-10-01", 20)]
    assert suggested(tmp_path, records, "artist", "track").suggestions == ()


def test_a_song_that_was_only_skipped_on_a_liked_album_is_new(tmp_path: Path) -> None:
    maker = RecordMaker()
    records: list[Record] = [
        maker.played(f"{day}T09:0{number}:00", 200, f"Song {number}", "Band", album="Sessions")
        for day in days("2026-10-01", 20)
        for number in range(3)
    ]
    records.append(maker.played("2026-10-21T09:00:00", 5, "Song 9", "Band", album="Sessions"))
    (new,) = suggested(tmp_path, records, "track", new=True).suggestions
    assert new.item == "Song 9 \u2013 Band"
    assert new.reason == (
        "You played 3 of the 4 songs in your records of the album \u201cSessions\u201d, and skipped this one once."
    )


def test_what_was_kept_and_never_played_is_new(tmp_path: Path) -> None:
    maker = RecordMaker()
    records: list[Record] = list(maker.played_daily("2026-10-01", 20, 200, "Tide", "Band"))
    records += [
        kept("Rain", "Band", Subject.TRACK, "2026-10-20"),
        kept("Tide", "Band", Subject.TRACK, "2026-10-20"),
        kept("Far", "Stranger", Subject.TRACK),
        followed("Followed Band", Subject.ARTIST),
    ]
    found = suggested(tmp_path, records, "artist", "track", new=True).suggestions
    assert [each.item for each in found] == ["Followed Band", "Stranger", "Rain \u2013 Band", "Far \u2013 Stranger"]
    reasons = {each.item: each.reason for each in found}
    assert reasons["Rain \u2013 Band"] == (
        "You kept this in \u201cMine\u201d on 20 Oct 2026, and your records have no day on which you played it."
    )
    assert all(len(each.evidence) == each.records == 1 for each in found)


def test_subscribed_channels_come_back_after_a_while_and_unwatched_ones_are_new(tmp_path: Path) -> None:
    life = LifeMaker()
    records: list[Record] = [life.watched(f"{day}T20:00:00", f"Walk {day}", "Walks") for day in days("2026-10-01", 30)]
    records += [life.watched(f"{day}T20:00:00", "Wok", "Woks") for day in days("2026-06-01", 3)]
    records += [
        followed("Woks", Subject.CHANNEL),
        followed("Trains", Subject.CHANNEL),
        followed("Walks", Subject.CHANNEL),
    ]
    found = suggested(tmp_path, records, "channel").suggestions
    assert [(each.item, each.novel) for each in found] == [("Walks", False), ("Woks", False), ("Trains", True)]
    assert found[1].reason == "You subscribe to this channel and watched it 3 times, last on 3 Jun 2026."
    assert "You subscribe to this channel, and" in found[2].reason


def test_advertisements_and_songs_of_youtube_music_are_no_videos(tmp_path: Path) -> None:
    life = LifeMaker()
    records = [life.watched(f"{day}T20:00:00", "Buy", "Ads", is_ad=True) for day in days("2026-10-01", 9)]
    records += [life.watched(f"{day}T21:00:00", "Song", "Band - Topic", is_music=True) for day in days("2026-10-01", 9)]
    assert suggested(tmp_path, records, "channel", "video").suggestions == ()


def test_the_seasons_count_only_where_they_are_kept(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"new": True, "embedder": Alphabet, "limit": 30}
    plain, other, home, silent = (
        suggested(tmp_path, weekly_milk(), "group", zone=zone, without=without, **asked).suggestions
        for zone, without in (
            ("", []),
            ("Asia/Singapore", []),
            ("America/New_York", []),
            ("America/New_York", ["text"]),
        )
    )
    assert plain == other
    assert {each.item: each.score for each in home} != {each.item: each.score for each in other}
    assert silent == suggested(tmp_path, weekly_milk(), "group", without=["text"], **asked).suggestions
