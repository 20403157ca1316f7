"""Made-up people: always the same for a seed, and read by the importers as they were meant."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pod_agent.enrich.transactions import classify
from pod_agent.importers.banks.cards import CardTables
from pod_agent.importers.banks.ocbc import OcbcCsv
from pod_agent.importers.protocol import Issue, Statement
from pod_agent.importers.spotify.extended import SpotifyHistory
from pod_agent.synthetic.cards import second_card_csv
from pod_agent.synthetic.exports import account_csv, write_exports
from pod_agent.synthetic.household import Household, make_household
from pod_agent.synthetic.listening import large_history, plays
from pod_agent.synthetic.money import Movement, account_movements, card_movements, second_card_movements
from pod_agent.synthetic.videos import views
from tests.support.rows import SINGAPORE, BytesExport, found, read_all, records
from vocab.records import Follow, Listen, Order, OrderLine, OrderStatus, Transaction, View

Moves = Callable[[Household, date, date], Iterator[Movement]]
FIRST, LAST = date(2026, 8, 1), date(2026, 10, 31)


def test_a_seed_always_gives_the_same_bytes(tmp_path: Path) -> None:
    one, same, other = (
        write_exports(make_household(seed, opened=FIRST), tmp_path / name, FIRST, LAST)
        for name, seed in (("one", 1), ("same", 1), ("other", 2))
    )
    assert len(one) == 8
    for first, second, third in zip(one, same, other, strict=True):
        assert first.read_bytes() == second.read_bytes(), first
        assert first.read_bytes() != third.read_bytes(), first


@pytest.mark.parametrize("seed", range(4))
def test_importers_read_what_was_meant(tmp_path: Path, seed: int) -> None:
    person = make_household(seed, opened=date(2026, 6, 1))
    account, card, second, history = write_exports(person, tmp_path, FIRST, LAST, services=("ocbc", "dbs", "spotify"))
    for path, moves in ((account, account_movements), (card, card_movements), (second, second_card_movements)):
        read = [classify(row) for row in read_all(path) if isinstance(row, Transaction)]
        meant = [
            (move.day, move.cents, move.kind, move.category) for move in reversed(list(moves(person, FIRST, LAST)))
        ]
        assert [(row.at.date(), row.amount.minor, row.kind, row.category) for row in read] == meant
        assert len(meant) > 20
    listens = [row for row in read_all(history) if isinstance(row, Listen)]
    assert len(listens) == len(list(plays(person, FIRST, LAST))) > 100
    assert not [row for row in read_all(account, card, second, history) if isinstance(row, Issue)]


def test_the_account_reconciles_with_the_balance_that_it_prints() -> None:
    person = make_household(3, opened=FIRST)
    rows = list(find_rows(account_csv(person, FIRST, LAST)))
    closing = next(row.closing for row in rows if isinstance(row, Statement))
    moved = sum((row.amount.amount for row in rows if isinstance(row, Transaction)), Decimal(0))
    assert Decimal(person.opening) / 100 + moved == closing


def transactions(content: bytes) -> list[Transaction]:
    return [row for row in CardTables(SINGAPORE).extract(BytesExport(content)) if isinstance(row, Transaction)]


def find_rows(content: bytes) -> list[object]:
    return list(OcbcCsv().extract(BytesExport(content)))


def test_exports_of_overlapping_periods_share_their_records() -> None:
    person = make_household(5, opened=FIRST)
    middle = FIRST + timedelta(days=45)
    early, late, whole = (
        {row.iri for row in find_rows(account_csv(person, *period)) if isinstance(row, Transaction)}
        for period in ((FIRST, middle), (middle - timedelta(days=10), LAST), (FIRST, LAST))
    )
    assert early | late == whole
    assert early & late


@pytest.mark.parametrize(
    ("bank", "moves", "words"),
    [
        ("OCBC CARDS", card_movements, "PAYMENT BY INTERNET"),
        ("DBS CARDS", second_card_movements, "PAYMENT - DBS INTERNET/WIRELESS"),
    ],
)
def test_the_card_bill_on_the_account_pays_the_card(bank: str, moves: Moves, words: str) -> None:
    person = make_household(6, opened=FIRST)
    paid = [-move.cents for move in account_movements(person, FIRST, LAST) if bank in "".join(move.lines)]
    received = [move.cents for move in moves(person, FIRST, LAST) if move.lines == (words,)]
    assert paid == received
    assert len(paid) == 2


def test_purchases_of_the_last_days_are_pending_and_keep_their_names(tmp_path: Path) -> None:
    person = make_household(8, pace=6, opened=FIRST)
    early, late = (transactions(second_card_csv(person, FIRST, last)) for last in (LAST, LAST + timedelta(days=5)))
    pending = {row.iri for row in early if row.provisional}
    assert {row.at.date() for row in early if row.provisional} == {LAST, LAST - timedelta(days=1)}
    assert pending <= {row.iri for row in late if not row.provisional}


def test_orders_come_to_what_was_charged(tmp_path: Path) -> None:
    person = make_household(9, pace=4, opened=FIRST)
    fairprice, lazada = write_exports(person, tmp_path, FIRST, LAST, services=("fairprice", "lazada"))
    charged = [
        (move.day, -move.cents)
        for moves in (account_movements, second_card_movements)
        for move in moves(person, FIRST, LAST)
        if move.basket
    ]
    rows = read_all(fairprice, lazada)
    orders = [row for row in rows if isinstance(row, Order) and row.status is not OrderStatus.CANCELLED]
    assert sorted(order.total.minor for order in orders) == sorted(cents for _, cents in charged)
    assert len(charged) > 20
    for order in orders:
        lines = [row for row in rows if isinstance(row, OrderLine) and row.order == order.iri]
        assert sum(line.total.minor for line in lines) == order.total.minor


def test_every_charge_of_a_shop_that_tells_baskets_has_one() -> None:
    person = make_household(9, opened=FIRST)
    moves = [*account_movements(person, FIRST, LAST), *second_card_movements(person, FIRST, LAST)]
    named = [move for move in moves if move.lines[-1].startswith(("NTUC FP", "FAIRPRICE ONLINE", "LAZADA"))]
    assert named == [move for move in moves if move.basket]


def test_a_cancelled_order_and_a_parcel_on_its_way_are_told(tmp_path: Path) -> None:
    states: set[OrderStatus] = set()
    for seed in range(4):
        person = make_household(seed, pace=4, opened=date(2026, 1, 1))
        [path] = write_exports(person, tmp_path / str(seed), date(2026, 1, 1), LAST, services=("lazada",))
        states |= {row.status for row in read_all(path) if isinstance(row, Order)}
    assert states == {OrderStatus.DELIVERED, OrderStatus.PLACED, OrderStatus.CANCELLED}


def test_the_history_of_videos_is_read_as_it_was_watched(tmp_path: Path) -> None:
    person = make_household(2, opened=FIRST)
    [path] = write_exports(person, tmp_path, FIRST, LAST, services=("youtube",))
    meant = list(views(person, FIRST, LAST))
    rows = read_all(path)
    watched = [row for row in rows if isinstance(row, View)]
    assert len(watched) == len(meant) > 50
    music = sum(element["header"] == "YouTube Music" for element in meant)
    assert sum(row.is_music for row in watched) == music > 0
    assert sum(row.is_ad for row in watched) == sum("details" in element for element in meant) > 0
    assert {row.channel for row in watched if row.channel} == {
        element["subtitles"][0]["name"] for element in meant if "subtitles" in element
    }
    assert len([row for row in rows if isinstance(row, Follow)]) == 4


def test_every_export_of_a_folder_is_recognised(tmp_path: Path) -> None:
    write_exports(make_household(7, opened=FIRST), tmp_path, FIRST, LAST)
    results = found(tmp_path)
    assert Counter(importer.name for importer, _ in results.exports if "health" not in importer.name) == {
        "ocbc-csv": 2,
        "cards": 1,
        "spotify-extended": 1,
        "youtube-json": 1,
        "youtube-csv": 1,
        "fairprice-orders": 1,
        "lazada-orders": 1,
    }
    assert {entry.path.rpartition("/")[2] for entry in results.unopened} == {
        "ReadMeFirst_ExtendedStreamingHistory.pdf",
        "Glucose 2608.csv",
        "steps_readme.txt",
    }


def test_a_large_history_is_one_json_array_of_plays() -> None:
    content = b"".join(large_history(300, seed=1))
    assert len(json.loads(content)) == 300
    assert len({row.iri for row in records(SpotifyHistory().extract(BytesExport(content)))}) == 300
